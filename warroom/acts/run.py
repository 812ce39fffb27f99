"""Running a program of the allow-list. Done when it ends with 0."""

import asyncio

from warroom.acts.outcome import CANCELLED, DONE, FAILED, TIMED_OUT, UNKNOWN, Kind, Outcome
from warroom.acts.stream import Stream
from warroom.acts.task import Task, first
from warroom.core import durations
from warroom.core.actions import RunCommand
from warroom.core.allowed import AllowedCommand
from warroom.outside.program import Program, ending, failure, surroundings
from warroom.outside.redacting import secret_values


async def run(action: RunCommand, line: AllowedCommand, task: Task) -> Outcome:
    """Run it and say its output; the whole group of processes is over when this returns."""
    secrets = (*task.secrets, *secret_values(line.environment, task.environment))
    stream = Stream(task.say, secrets=secrets, every=task.pace.every)
    try:
        program = Program(
            action.argv,
            environment=surroundings(line.environment, task.environment),
            folder=line.folder,
            heard=stream.feed,
        )
    except (OSError, ValueError) as error:
        return Outcome(kind=FAILED, detail=failure(action.argv[0], error))
    async with stream:
        with program:
            kind, detail = await _to_its_end(action.argv[0], program, task)
    return Outcome(kind=kind, detail=detail, tail=stream.tail())


async def _to_its_end(name: str, program: Program, task: Task) -> tuple[Kind, str]:
    began = asyncio.get_running_loop().time()
    how, ended = await first(program.over(), task)
    if how == "over":
        await program.drained()
        code = ended.result()
        return (DONE if code == 0 else FAILED), f"{name} {ending(code)} after {_since(began)}."
    why = "was cancelled" if how == "cancelled" else f"was not done within {durations.write(task.within)}"
    if not await program.stop(task.pace.grace):
        return UNKNOWN, f"{name} {why}, but it could not be ended: process {program.number} goes on. End it by hand."
    await program.drained()
    code = await program.over()
    kind = CANCELLED if how == "cancelled" else TIMED_OUT
    return kind, f"{name} {why} and {ending(code)} after {_since(began)}. It may have done a part."


def _since(began: float) -> str:
    seconds = asyncio.get_running_loop().time() - began
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
