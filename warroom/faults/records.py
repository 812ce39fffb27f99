"""What is kept of each fault on the bot's own machine, so that it can be undone without the bot, its database or Slack.

    <state folder>/faults/<fault>/order.json     what is broken and how it is undone; no secrets, only their names
                                  alive          touched by the bot; when it stops changing, the bot is gone
                                  watching       locked by the watchdog as long as it lives
                                  lock           held by whoever breaks or undoes
                                  begun.json     it may be broken: written before anything is
                                  injected.json  it is broken, and what was said about that
                                  over.json      it is undone, by whom and why; nothing may break it again
                                  watchdog.log

The folder is the bot's user's alone. Every file is written at once or not at all.
"""

import asyncio
import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from warroom.core.declaring import dataclass
from warroom.faults.driver import FaultFailed, Order
from warroom.store import codec
from warroom.store.errors import Unreadable

T = TypeVar("T")
_OFTEN, _MOMENT = 0.05, 1.0  # seconds
_NAME = re.compile(r"[A-Za-z0-9-]{1,80}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Filed:
    """An order, and whose it is: `keeper` names the bot, `room` and `called` the fault in its database."""

    order: Order
    keeper: str
    room: int = 0
    called: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Injected:
    said: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Over:
    """`by` is `bot` or `watchdog`."""

    by: str
    why: str
    said: str
    at: datetime


def state_folder(setting: str, environment: Mapping[str, str]) -> Path:
    """The folder that the setting names, or one in the usual place for what programs of this user keep.

    Beside the demo's, which is nobody's secret.
    """
    if setting:
        return Path(setting).absolute()
    usual = environment.get("XDG_STATE_HOME", "")
    home = Path(environment.get("HOME") or Path.home())
    return (Path(usual) if usual.startswith("/") else home / ".local" / "state") / "warroom" / "bot"


class Record:
    """What is kept of one fault."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "watchdog.log"
        self.order_file = folder / "order.json"
        self._alive, self._watching, self._lock = folder / "alive", folder / "watching", folder / "lock"
        self._begun, self._injected, self._over = (folder / f"{name}.json" for name in ("begun", "injected", "over"))

    @property
    def fault(self) -> str:
        return self.folder.name

    # --- what is written

    def file(self, filed: Filed) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        _write(self.order_file, filed)
        self.beat()

    def filed(self) -> Filed | None:
        """None when there is none that this release can read."""
        return _read(self.order_file, Filed)

    def note_begun(self, at: datetime) -> None:
        _write(self._begun, Begun(at=at))

    def begun(self) -> bool:
        """Whether anything may have been broken on its account, whatever has become of who broke it."""
        return self._begun.exists() or self._injected.exists()

    def note_injected(self, said: str) -> None:
        _write(self._injected, Injected(said=said))

    def injected(self) -> Injected | None:
        return _read(self._injected, Injected)

    def finish(self, over: Over) -> None:
        _write(self._over, over)

    def over(self) -> Over | None:
        return _read(self._over, Over)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- who is there

    def beat(self) -> None:
        """The bot lives."""
        self._alive.touch(mode=0o600)

    def pulse(self) -> int:
        """Changes with each beat; 0 when nobody has ever given a sign."""
        try:
            return self._alive.stat().st_mtime_ns
        except OSError:
            return 0

    def watched(self) -> bool:
        """Whether a watchdog lives. Its lock goes with it, however it ends."""
        with _opened(self._watching) as file:
            return not _locked(file)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[bool]:
        """Be the watchdog; False when there is another. Whoever asks `watched` holds the lock for a moment, too."""
        with _opened(self._watching) as file:
            yield await _lock_within(file, _MOMENT)

    @asynccontextmanager
    async def alone(self, patience: float) -> AsyncIterator[bool]:
        """Nobody else breaks or undoes it meanwhile. False when somebody would not let go for so many seconds."""
        with _opened(self._lock) as file:
            yield await _lock_within(file, patience)


class Records:
    """The folder. Raises FaultFailed when it is not fit to be trusted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._faults = folder / "faults"

    def record(self, fault: str) -> Record:
        """Whether or not there is anything about it. Raises FaultFailed when the folder is open to others."""
        if not _NAME.fullmatch(fault):
            raise FaultFailed(f"{fault!r} cannot be the name of a fault.")
        self._must_be_private()
        return Record(self._faults / fault)

    def every(self) -> list[Record]:
        self._must_be_private()
        return [Record(each) for each in sorted(self._faults.glob("*")) if each.is_dir()]

    def prepare(self) -> None:
        """Make the folder, and see that it is ours alone."""
        try:
            for each in (self.folder, self._faults):
                each.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            why = (error.strerror or "").lower()
            raise FaultFailed(f"The state folder {self.folder} cannot be made: {why}.") from error
        self._must_be_private()

    def _must_be_private(self) -> None:
        """Who can write here can have the bot run anything: an order says how its fault is undone."""
        try:
            stat = self.folder.stat()
        except FileNotFoundError:
            return
        except OSError as error:
            why = (error.strerror or "").lower()
            raise FaultFailed(f"The state folder {self.folder} cannot be looked at: {why}.") from error
        if stat.st_uid != os.geteuid() or stat.st_mode & 0o077:
            raise FaultFailed(
                f"The state folder {self.folder} is open to others. It says how things are undone: `chmod 700` it, and "
                "let it belong to the bot's user; or name another in WARROOM_STATE."
            )


def _write(path: Path, value: Any) -> None:
    """At once and lastingly: a half-written order would undo nothing."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            json.dump(codec.encode(value), opened)
            opened.flush()
            os.fsync(opened.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        return codec.decode(kind, json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, Unreadable):
        return None


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield file
    finally:
        os.close(file)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _lock_within(file: int, patience: float) -> bool:
    try:
        async with asyncio.timeout(patience):
            while not _locked(file):  # noqa: ASYNC110 - a lock between processes can only be tried again
                await asyncio.sleep(_OFTEN)
    except TimeoutError:
        return False
    return True
