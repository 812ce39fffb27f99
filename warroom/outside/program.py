"""Running one program: no shell, a session of its own, and nothing of it left when we are done with it.

The program and what it starts form a process group, which is signalled as one. Its output, both streams of it, comes
through one pipe of ours, so a descendant that left the group and keeps the pipe open cannot keep us waiting.
"""

import asyncio
import contextlib
import errno
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

GRACE = 5.0  # seconds from being asked to end to being ended
_STRAGGLERS = 1.0  # seconds for what the program leaves behind to finish its output, and for the kernel to obey
_OFTEN = 0.05
_ALWAYS = ("PATH", "LANG", "HOME")
_CHUNK = 65_536


def surroundings(names: Sequence[str], environment: Mapping[str, str]) -> dict[str, str]:
    """The variables a program is given: PATH, LANG, HOME and those named, as far as they are set."""
    given = {name: environment[name] for name in (*_ALWAYS, *names) if name in environment}
    return {"PATH": os.defpath, **given}


class Program:
    """A running program, to be used with `with`: whatever happens inside, its group has been killed after it.

    `heard` is called in the event loop with each piece of output.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: str = "",
        heard: Callable[[bytes], None],
    ) -> None:
        """Start it. Raises OSError, or ValueError for a NUL in an argument, when nothing could be started."""
        self._loop = asyncio.get_running_loop()
        self._heard = heard
        self._ended: asyncio.Future[int] = self._loop.create_future()
        self._silent = asyncio.Event()
        self._pipe, theirs = os.pipe()
        try:
            os.set_blocking(self._pipe, False)
            self._popen = subprocess.Popen(  # noqa: S603 - a list, no shell; the caller has asked the allow-list
                [_found(argv[0], environment), *argv[1:]],
                stdin=subprocess.DEVNULL,
                stdout=theirs,
                stderr=theirs,
                env=dict(environment),
                cwd=folder or "/",
                start_new_session=True,
            )
        except BaseException:
            os.close(self._pipe)
            raise
        finally:
            os.close(theirs)
        self._loop.add_reader(self._pipe, self._readable)
        try:
            threading.Thread(target=self._wait, name=f"wait-{self._popen.pid}", daemon=True).start()
        except RuntimeError as error:  # no more threads
            self._signal(signal.SIGKILL)
            self._hang_up()
            self._popen.wait()
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from error

    def __enter__(self) -> "Program":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._signal(signal.SIGKILL)
        self._hang_up()

    @property
    def number(self) -> int:
        """The operating system's number of the process."""
        return self._popen.pid

    async def over(self) -> int:
        """Wait for the program itself to end: its exit status, negative for the signal that ended it."""
        return await asyncio.shield(self._ended)

    async def drained(self) -> None:
        """Wait for the rest of the output of a program that is over; not for long, if something keeps it open."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STRAGGLERS):
                await self._silent.wait()

    async def stop(self, grace: float = GRACE) -> bool:
        """Ask the group to end, end it when it has not after `grace` seconds. Whether the program is over then."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self.over()
                while self._group_lives():  # noqa: ASYNC110 - the kernel tells nobody when a group is gone
                    await asyncio.sleep(_OFTEN)
        self._signal(signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STRAGGLERS):
                await self.over()
        return self._ended.done()

    def _group_lives(self) -> bool:
        return self._signal(0)

    def _signal(self, number: int) -> bool:
        """Whether there was anything to be signalled, and we may do it.

        The group's number is not given to another as long as one process of it is there.
        """
        try:
            os.killpg(self._popen.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def _wait(self) -> None:
        code = self._popen.wait()
        with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._set_ended, code)

    def _set_ended(self, code: int) -> None:
        if not self._ended.done():
            self._ended.set_result(code)

    def _readable(self) -> None:
        try:
            said = os.read(self._pipe, _CHUNK)
        except BlockingIOError:
            return
        if said:
            self._heard(said)
        else:
            self._hang_up()

    def _hang_up(self) -> None:
        if not self._silent.is_set():
            self._silent.set()
            self._loop.remove_reader(self._pipe)
            os.close(self._pipe)


def ending(code: int) -> str:
    """How it ended, in words: `ended with 3`, `was ended by a signal (SIGKILL: Killed)`."""
    if code >= 0:
        return f"ended with {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"was ended by a signal ({name}: {signal.strsignal(-code) or 'unknown'})"


def failure(program: str, error: OSError | ValueError) -> str:
    """Why nothing could be started, in a sentence."""
    if isinstance(error, FileNotFoundError) and error.filename not in (None, program):
        return f"{program} was not started: there is no folder {error.filename}."
    match error:
        case FileNotFoundError():
            why = "there is no such program here"
        case PermissionError():
            why = "it may not be run by the bot's user"
        case OSError(strerror=str(reason)):
            why = reason.lower()
        case _:
            why = str(error) or type(error).__name__
    return f"{program} was not started: {why}."


def _found(program: str, environment: Mapping[str, str]) -> str:
    """Its absolute path. Raises FileNotFoundError when it is not on the PATH, or is a relative path."""
    if os.path.isabs(program):
        return program
    path = shutil.which(program, path=environment.get("PATH", os.defpath)) if os.sep not in program else None
    if path is None:
        raise FileNotFoundError(2, os.strerror(2), program)
    return path
