"""`command`: one program of the allow-list, without a shell; holds when it ends as wanted and says what is wanted."""

import asyncio

from warroom.checks.finding import Finding, World, brief, length, patience, seconds_since, took
from warroom.core.allowed import ACT, CHECK, SETTING
from warroom.core.probes import Command
from warroom.outside.cleaning import clean
from warroom.outside.program import Program, ending, failure, surroundings
from warroom.outside.redacting import redact, secret_values

MOST = 64 * 1024  # bytes of the output that are kept
_END = 120  # characters of its end that are shown
_GRACE = 1.0  # seconds; a check changes nothing, so there is little to be put in order


class _Heard:
    """The beginning of the output."""

    def __init__(self) -> None:
        self.output = bytearray()
        self.cut = False

    def feed(self, piece: bytes) -> None:
        room = MOST - len(self.output)
        self.cut = self.cut or len(piece) > room
        self.output += piece[:room]


async def look(probe: Command, world: World) -> Finding:
    """Run it, if the allow-list lets checks run it. All that may go wrong becomes a sentence."""
    line = world.allowed.command(probe.argv, CHECK)
    if line is None:
        return Finding(False, _not_allowed(probe, world))
    heard, began = _Heard(), asyncio.get_running_loop().time()
    environment = surroundings(line.environment, world.environment)
    try:
        program = Program(probe.argv, environment=environment, folder=line.folder, heard=heard.feed)
    except (OSError, ValueError) as error:
        return Finding(False, failure(probe.argv[0], error))
    with program:
        code = await _to_its_end(program, probe)
    secrets = (*world.secrets, *secret_values(line.environment, world.environment))
    return _judged(probe, code, heard, seconds_since(began), secrets)


async def _to_its_end(program: Program, probe: Command) -> int | None:
    """Its exit status; None when it had to be stopped."""
    try:
        async with asyncio.timeout(patience(probe).total_seconds()):
            code = await program.over()
    except TimeoutError:
        await program.stop(_GRACE)
        return None
    await program.drained()
    return code


def _judged(probe: Command, code: int | None, heard: _Heard, spent: float, secrets: tuple[str, ...]) -> Finding:
    name = brief(probe.argv[0])
    said = redact(clean(bytes(heard.output)), secrets).strip()
    end = f" Its output ends: {brief(' '.join(said.split())[-_END:], _END)!r}." if said else ""
    if code is None:
        return Finding(False, f"{name} was not done within {length(patience(probe))} and was stopped.{end}")
    did = f"{name} {ending(code)} after {took(spent)}"
    if code != probe.status:
        return Finding(False, f"{did}; expected {probe.status}.{end}")
    if not probe.contains:
        return Finding(True, f"{did}.{end}")
    if probe.contains in clean(bytes(heard.output)):
        return Finding(True, f"{did} with {probe.contains!r} in its output.")
    where = f"the first {MOST // 1024} KiB of its output do" if heard.cut else "its output does"
    return Finding(False, f"{did}, but {where} not contain {probe.contains!r}.{end}")


def _not_allowed(probe: Command, world: World) -> str:
    why = "for acts only" if world.allowed.command(probe.argv, ACT) else "not"
    return (
        f"{brief(probe.shown)} was not run: it is {why} on the operator's allow-list. "
        f"If checks may run it, add its `argv` with `checks: true` to the file that {SETTING} names."
    )
