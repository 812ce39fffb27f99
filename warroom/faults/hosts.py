"""`hosts`: names lead elsewhere, by a marked block at the beginning of a hosts file.

The file is replaced at once, never written in place, so that nobody reads half of it. What others change in it stays.
Programs that keep their connections, or remember what a name led to, notice nothing.
"""

import asyncio
import fcntl
import os
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from warroom.core.breakable import Hosts as Entry
from warroom.faults.driver import FaultFailed, Order, Surroundings


class Hosts:
    def __init__(self, surroundings: Surroundings) -> None:
        pass

    async def ready(self, order: Order) -> str:
        return await asyncio.to_thread(_ready, order)

    async def inject(self, order: Order) -> str:
        how = _how(order)
        await asyncio.to_thread(_rewrite, order, lambda text: _block(order) + _without(text, order))
        return f"in {how.file}, {', '.join(how.names)} lead to {how.address}"

    async def undo(self, order: Order) -> str:
        changed = await asyncio.to_thread(_rewrite, order, lambda text: _without(text, order))
        return f"{_how(order).file} has our block no more" if changed else f"{_how(order).file} had no block of ours"

    def by_hand(self, order: Order) -> str:
        return f"sed -i '/^{_begins(order)}/,/^{_ends(order)}/d' {shlex.quote(_how(order).file)}"


def _how(order: Order) -> Entry:
    assert isinstance(order.entry.how, Entry)
    return order.entry.how


def _begins(order: Order) -> str:
    return f"# warroom {order.fault} begins"


def _ends(order: Order) -> str:
    return f"# warroom {order.fault} ends"


def _block(order: Order) -> str:
    how = _how(order)
    until = f"{_begins(order)}: an exercise, until {order.deadline:%Y-%m-%d %H:%M:%S} UTC"
    return "\n".join([until, *(f"{how.address} {name}" for name in how.names), _ends(order), ""])


def _without(text: str, order: Order) -> str:
    """The text without our block, whatever was done to it: what is not ours in it stays.

    A block whose end somebody took away goes as far as its own lines.
    """
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    kept = list[str]()
    at = 0
    while at < len(lines):
        if not lines[at].startswith(_begins(order)):
            kept.append(lines[at])
            at += 1
            continue
        after = _end_of_block(lines, at + 1, order)
        kept += [each for each in lines[at + 1 : after] if not _is_ours(each, order)]
        at = after
    return "".join(kept)


def _end_of_block(lines: Sequence[str], first: int, order: Order) -> int:
    """Where the text goes on behind the block of which this is the first line after its beginning."""
    for at in range(first, len(lines)):
        if lines[at].rstrip() == _ends(order):
            return at + 1
    at = first
    while at < len(lines) and _is_ours(lines[at], order):
        at += 1
    return at


def _is_ours(line: str, order: Order) -> bool:
    how = _how(order)
    address, *names = line.partition("#")[0].split() or [""]
    return line.rstrip() == _ends(order) or (address == how.address and bool(names) and set(names) <= set(how.names))


def _ready(order: Order) -> str:
    how, path = _how(order), Path(os.path.realpath(_how(order).file))
    try:
        text = _read(path)
    except OSError as error:
        raise FaultFailed(f"{how.file} cannot be read: {(error.strerror or '').lower()}.") from error
    if not os.access(path.parent, os.W_OK | os.X_OK) or not os.access(path, os.W_OK):
        raise FaultFailed(f"{how.file} cannot be replaced: the bot's user may not write it and its folder.")
    if _mounted(path):
        raise FaultFailed(f"{how.file} is mounted on its own, as in a container, and cannot be replaced.")
    there = [name for name in how.names if re.search(rf"^[^#\n]*\s{re.escape(name)}(?:\s|$)", text, re.MULTILINE)]
    return f"{how.file} can be replaced" + (f"; it has lines about {', '.join(there)}, which stay" if there else "")


def _mounted(path: Path) -> bool:
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "replace").splitlines()
    except OSError:  # not a Linux: replacing it will tell
        return False
    return any(len(each.split()) > 4 and each.split()[4] == str(path) for each in mounts)


def _rewrite(order: Order, change: Callable[[str], str]) -> bool:
    """Whether the file has changed. Raises FaultFailed, and then it has not."""
    path = Path(os.path.realpath(_how(order).file))
    try:
        with _alone_in(path.parent):
            before = _read(path)
            after = change(before)
            if after != before:
                _replace(path, after)
            return after != before
    except OSError as error:
        raise FaultFailed(
            f"{path} could not be changed: {(error.strerror or type(error).__name__).lower()}."
        ) from error


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """No two of us change files of this folder at once; the folder itself is the lock, so nothing is left behind."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _replace(path: Path, text: str) -> None:
    """Either the old file or the new one is there, whatever happens; with the same owner and permissions."""
    stat = path.stat()
    fresh = path.with_name(f".{path.name}.warroom-{os.getpid()}")
    try:
        with fresh.open("w", encoding="utf-8", errors="surrogateescape", newline="") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        fresh.chmod(stat.st_mode & 0o7777)
        if (stat.st_uid, stat.st_gid) != (os.geteuid(), os.getegid()):
            os.chown(fresh, stat.st_uid, stat.st_gid)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _read(path: Path) -> str:
    """With its own line ends, and every byte that is no UTF-8 kept."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as opened:
        return opened.read()
