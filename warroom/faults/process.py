"""`process`: one process of this machine is stopped, asked to end or killed; and goes on, or is started, again.

It is known by its whole command line, never by its number alone: a number may by then belong to somebody else. Children
that show the same command line as their parent are not counted. Where several are left, none is touched.
"""

import asyncio
import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import psutil

from warroom.core.breakable import Process as Entry
from warroom.faults.driver import FaultFailed, Order, Surroundings
from warroom.faults.programs import detached

_OFTEN = 0.05  # seconds
_ENDS = 8.0  # seconds that a process may take to end, or to be there again


class Process:
    def __init__(self, surroundings: Surroundings) -> None:
        self._environment = surroundings.environment

    async def ready(self, order: Order) -> str:
        return await asyncio.to_thread(_ready, _how(order))

    async def inject(self, order: Order) -> str:
        try:
            return await self._inject(order)
        except psutil.NoSuchProcess:
            return f"{_shown(order)} ended by itself in that moment"
        except psutil.AccessDenied as error:
            raise FaultFailed(
                f"{_shown(order)} (process {error.pid}) may not be signalled by the bot's user."
            ) from error

    async def undo(self, order: Order) -> str:
        try:
            return await self._undo(order)
        except psutil.AccessDenied as error:
            raise FaultFailed(
                f"{_shown(order)} (process {error.pid}) may not be signalled by the bot's user."
            ) from error

    def by_hand(self, order: Order) -> str:
        how = _how(order)
        start = f"cd {shlex.quote(how.folder or '/')} && {shlex.join(how.starts)}"
        if order.mode != "stop":
            return start
        pattern = re.sub(r"([\\.\[\]{}()*+?^$|])", r"\\\1", " ".join(how.argv))
        return f"pkill -CONT -f -x {shlex.quote(pattern)} || ({start})"

    async def _inject(self, order: Order) -> str:
        there = await asyncio.to_thread(_find, _how(order))
        if there is None:
            return f"{_shown(order)} does not run any more"
        if there.pid in _ours():
            raise FaultFailed(f"Process {there.pid} is the bot itself, or what started it.")
        if order.mode == "stop":
            there.suspend()
            if not await _until(lambda: _is_stopped(there)):
                raise FaultFailed(f"{_shown(order)} (process {there.pid}) was told to stop and has not.")
            return f"{_shown(order)} (process {there.pid}) is stopped"
        if order.mode == "kill":
            there.kill()
        else:
            there.terminate()
        if not await _until(lambda: not _lives(there)):  # it may end any moment, so it counts as broken
            return f"{_shown(order)} (process {there.pid}) was told to end and has not yet"
        return f"{_shown(order)} (process {there.pid}) {'was killed' if order.mode == 'kill' else 'has ended'}"

    async def _undo(self, order: Order) -> str:
        how = _how(order)
        there = await asyncio.to_thread(_find, how)
        if there is not None and _is_stopped(there):
            there.resume()
            if not await _until(lambda: not _is_stopped(there)):
                raise FaultFailed(f"{_shown(order)} (process {there.pid}) was told to go on and has not.")
            return f"{_shown(order)} (process {there.pid}) goes on"
        if there is not None:
            return f"{_shown(order)} (process {there.pid}) runs"
        return await self._start(order)

    async def _start(self, order: Order) -> str:
        how = _how(order)
        starter = detached(how.starts, variables=how.environment, environment=self._environment, folder=how.folder)

        def over() -> bool:
            return _find(how) is not None or starter.returncode not in (None, 0)

        await _until(over)
        there = await asyncio.to_thread(_find, how)
        if there is not None:
            return f"{_shown(order)} was started (process {there.pid})"
        ended = "" if starter.returncode is None else f" ended with {starter.returncode}, and"
        raise FaultFailed(f"{shlex.join(how.starts)}{ended} did not start {_shown(order)} within {_ENDS:.0f} s.")


def _how(order: Order) -> Entry:
    assert isinstance(order.entry.how, Entry)
    return order.entry.how


def _shown(order: Order) -> str:
    return Path(_how(order).argv[0]).name


def _ready(how: Entry) -> str:
    there = _find(how)
    if there is None:
        raise FaultFailed(f"No process has the command line `{shlex.join(how.argv)}`. See `ps -ww -o args`.")
    if there.pid in _ours():
        raise FaultFailed(f"Process {there.pid} is the bot itself, or what started it.")
    try:
        os.kill(there.pid, 0)
    except OSError as error:
        raise FaultFailed(f"Process {there.pid} may not be signalled by the bot's user.") from error
    if _is_stopped(there):
        raise FaultFailed(f"Process {there.pid} is stopped already.")
    if not Path(how.folder or "/").is_dir():
        raise FaultFailed(f"{how.starts[0]} could not start it again: there is no folder {how.folder}.")
    if not Path(how.starts[0]).is_file() or not os.access(how.starts[0], os.X_OK):
        raise FaultFailed(f"{how.starts[0]}, which would start it again, is not a program the bot's user may run.")
    if not how.start and there.uids().effective != os.geteuid():
        raise FaultFailed(f"Process {there.pid} is another user's; name in `start` what starts it as that user.")
    return f"process {there.pid} runs, and {how.starts[0]} can start it again"


def _find(how: Entry) -> psutil.Process | None:
    """The process, if it runs. Raises FaultFailed when several could be meant."""
    by_file = _from_file(how)
    if by_file is not None:
        return by_file
    fits = {each.pid: each for each in psutil.process_iter() if _is_meant(each, how)}
    roots = [each for each in fits.values() if not _has_parent_in(each, fits)]
    if os.getpid() in fits:
        return fits[os.getpid()]  # which is refused, whoever else has the same command line
    if len(roots) > 1:
        numbers = ", ".join(str(each.pid) for each in roots)
        raise FaultFailed(f"Several processes have this command line ({numbers}); name a `pid_file`. None was touched.")
    return roots[0] if roots else None


def _from_file(how: Entry) -> psutil.Process | None:
    if not how.pid_file:
        return None
    try:
        with Path(how.pid_file).open(encoding="ascii", errors="replace") as opened:
            there = psutil.Process(int(opened.readline(20)))
    except (OSError, ValueError, psutil.Error):
        return None
    return there if _is_meant(there, how) else None  # otherwise the file is old, and the number is somebody else's


def _is_meant(process: psutil.Process, how: Entry) -> bool:
    try:
        shown = process.cmdline()  # empty for what has ended and was not yet waited for
    except psutil.Error:
        return False
    return tuple(shown) == how.argv or (bool(shown) and " ".join(shown).rstrip() == " ".join(how.argv))


def _has_parent_in(process: psutil.Process, fits: dict[int, psutil.Process]) -> bool:
    try:
        return any(each.pid in fits for each in process.parents())
    except psutil.Error:
        return False


def _ours() -> set[int]:
    own = psutil.Process()
    return {own.pid, *(each.pid for each in own.parents())}


def _is_stopped(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_STOPPED)
    except psutil.NoSuchProcess:
        return False


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def _until(holds: Callable[[], bool]) -> bool:
    """Whether it came to hold before the time was over; looked at beside the loop."""
    try:
        async with asyncio.timeout(_ENDS):
            while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - the kernel tells nobody about others' processes
                await asyncio.sleep(_OFTEN)
    except TimeoutError:
        return False
    return True
