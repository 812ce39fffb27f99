"""Programs as checks: only those of the allow-list, and what they say."""

import asyncio
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tests.outside.fifos import end_of, fifo
from warroom.checks import Finding, Guard, look
from warroom.core.allowed import Allowed, AllowedCommand
from warroom.core.probes import Command

SH = AllowedCommand(argv=("/bin/sh", "-c", "(?s:.*)"), checks=True, environment=("API_TOKEN",))
HERE = {"PATH": os.environ["PATH"], "API_TOKEN": "correct-horse", "OTHER": "x"}


async def run(
    script: str,
    *,
    line: AllowedCommand = SH,
    environment: Mapping[str, str] = HERE,
    secrets: tuple[str, ...] = (),
    within: timedelta = timedelta(seconds=20),
    status: int = 0,
    contains: str = "",
) -> Finding:
    probe = Command(argv=("/bin/sh", "-c", script), within=within, status=status, contains=contains)
    return await look(
        probe,
        resolve=lambda target: None,
        guard=Guard(),
        allowed=Allowed(commands=(line,)),
        environment=environment,
        secrets=secrets,
    )


@pytest.mark.parametrize(
    ("script", "more", "holds", "begins", "ends"),
    [
        ("true", {}, True, "/bin/sh ended with 0 after ", "ms."),
        ("echo fine", {}, True, "/bin/sh ended with 0 after ", "Its output ends: 'fine'."),
        ("exit 3", {}, False, "/bin/sh ended with 3 after ", "ms; expected 0."),
        ("exit 3", {"status": 3}, True, "/bin/sh ended with 3 after ", "ms."),
        ("echo no >&2; exit 1", {}, False, "/bin/sh ended with 1", "; expected 0. Its output ends: 'no'."),
        ("kill -KILL $$", {}, False, "/bin/sh was ended by a signal (SIGKILL: Killed)", "; expected 0."),
        ("echo two replicas", {"contains": "two"}, True, "/bin/sh ended", "with 'two' in its output."),
        ("echo one", {"contains": "two"}, False, "/bin/sh", "does not contain 'two'. Its output ends: 'one'."),
        ("seq 1 99999", {"contains": "zz"}, False, "/bin/sh", "do not contain 'zz'. Its output ends: "),
    ],
)
async def test_what_it_says(script: str, more: dict[str, object], holds: bool, begins: str, ends: str) -> None:
    """It holds when the status is the wanted one and the text is in the output; the sentence tells both."""
    finding = await run(script, **more)  # type: ignore[arg-type]
    assert finding.holds == holds
    assert finding.detail.startswith(begins)
    assert ends in finding.detail


async def test_much_output_is_cut() -> None:
    """Of endless output 64 KiB are kept, and the program is not stopped for it."""
    finding = await run("yes | head -c 5000000; echo end", contains="end")
    assert not finding.holds
    assert "the first 64 KiB of its output do not contain 'end'" in finding.detail


async def test_only_what_is_allowed() -> None:
    """What the allow-list does not hold, or holds for acts only, is not run; the sentence names the setting."""
    probe = Command(argv=("/no/such/program", "x"))
    unlisted = await look(probe, resolve=lambda target: None, guard=Guard())
    for_acts = AllowedCommand(argv=("/no/such/program", "x"), acts=True)
    acts = await look(probe, resolve=lambda target: None, guard=Guard(), allowed=Allowed(commands=(for_acts,)))
    assert unlisted == Finding(
        False,
        "command /no/such/program x was not run: it is not on the operator's allow-list. If checks may run it, "
        "add its `argv` with `checks: true` to the file that WARROOM_ALLOWED names.",
    )
    assert "it is for acts only on the operator's allow-list" in acts.detail


async def test_what_cannot_be_started() -> None:
    """A program that is not there is a finding."""
    line = AllowedCommand(argv=("no-such-program",), checks=True)
    probe = Command(argv=("no-such-program",))
    finding = await look(probe, resolve=lambda target: None, guard=Guard(), allowed=Allowed(commands=(line,)))
    assert finding == Finding(False, "no-such-program was not started: there is no such program here.")


async def test_the_environment_is_small_and_secret() -> None:
    """A program is given what its line names, and what it repeats of it is not shown."""
    finding = await run('echo "$API_TOKEN,$OTHER,${PATH:+path},$1"', secrets=("path-to-nowhere",))
    assert finding.detail.endswith("Its output ends: '[secret],,path,'.")


async def test_it_is_stopped_in_time(tmp_path: Path) -> None:
    """A program that takes too long is killed with all that it started."""
    with fifo(tmp_path, "witness") as witness:
        gone = end_of(witness)
        script = f'exec 9>"{witness}"; trap "" TERM; sleep 600 & echo begun; sleep 600'
        finding = await run(script, within=timedelta(milliseconds=300))
        await gone
    assert finding == Finding(False, "/bin/sh was not done within 300 ms and was stopped. Its output ends: 'begun'.")


async def test_nothing_is_left_when_the_bot_stops(tmp_path: Path) -> None:
    """When the looking itself is cancelled the program is killed."""
    with fifo(tmp_path, "begun") as begun, fifo(tmp_path, "witness") as witness:
        gone = end_of(witness)
        looking = asyncio.create_task(run(f'exec 9>"{witness}"; echo x >"{begun}"; sleep 600'))
        await end_of(begun)
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking
        assert await gone == b""  # which comes when nobody holds it open any more
