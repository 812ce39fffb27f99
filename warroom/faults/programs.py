"""Short programs of drivers: run to their end, and what they said. There is no shell."""

import asyncio
import os
import shutil
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from warroom.core.declaring import dataclass
from warroom.faults.driver import FaultFailed
from warroom.outside.cleaning import clean
from warroom.outside.program import Program, failure, surroundings


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    said: str

    @property
    def end(self) -> str:
        """The last of what it said, in a line."""
        return " ".join(self.said.split())[-300:]


async def run(argv: Sequence[str], environment: Mapping[str, str], *, within: float, folder: str = "") -> Ended:
    """How it ended. Raises FaultFailed when it does not start, or not end within so many seconds."""
    heard = bytearray()
    try:
        program = Program(argv, environment=environment, folder=folder, heard=heard.extend)
    except (OSError, ValueError) as error:
        raise FaultFailed(failure(argv[0], error)) from error
    with program:
        try:
            async with asyncio.timeout(within):
                code = await program.over()
        except TimeoutError:
            await program.stop(1.0)
            raise FaultFailed(f"{argv[0]} was not done within {within:.0f} s and was stopped.") from None
        await program.drained()
    return Ended(code, clean(bytes(heard)))


def detached(
    argv: Sequence[str],
    *,
    variables: Sequence[str],
    environment: Mapping[str, str],
    folder: str = "",
    output: Path | None = None,
) -> "subprocess.Popen[bytes]":
    """Start something that outlives this process, in a session of its own. Raises FaultFailed when it does not start."""
    given = surroundings(variables, environment)
    try:
        with (output or Path(os.devnull)).open("ab") as out:
            popen = subprocess.Popen(  # noqa: S603 - a list, no shell; from the operator's list
                list(argv),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=given,
                cwd=folder or "/",
                start_new_session=True,
            )
    except (OSError, ValueError) as error:
        raise FaultFailed(failure(argv[0], error)) from error
    threading.Thread(target=popen.wait, daemon=True).start()  # nothing of it stays behind when it ends before us
    return popen


def found(program: str, environment: Mapping[str, str]) -> str:
    """The program's absolute path. Raises FaultFailed with what to do."""
    path = shutil.which(program, path=environment.get("PATH", os.defpath))
    if path is None:
        raise FaultFailed(f"{program} is not installed here, or not on the PATH of the bot; name it with `program:`.")
    return path
