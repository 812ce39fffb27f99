"""Programs as acts: real ones, which are ended in every way that a program can end."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.acts.scene import Listener, do
from tests.examples import many
from tests.outside.fifos import end_of, fifo
from warroom.acts import Outcome, Pace
from warroom.acts.stream import LEFT_OUT, MOST, PIECE, TAIL
from warroom.core.actions import RunCommand
from warroom.core.allowed import Allowed, AllowedCommand


def sh(script: str, *arguments: str) -> RunCommand:
    return RunCommand(argv=("/bin/sh", "-c", script, "sh", *arguments))


async def test_done() -> None:
    """A program that ends with 0 is done, and both of its streams are said."""
    listener = Listener()
    outcome = await do(sh("echo out; echo err >&2"), say=listener)
    assert outcome.kind == "done"
    assert outcome.detail.startswith("/bin/sh ended with 0 after ")
    assert outcome.tail == "out\nerr"
    assert listener.whole == "out\nerr"


@pytest.mark.parametrize(
    ("script", "detail"),
    [
        ("exit 3", "/bin/sh ended with 3 after "),
        ("kill -SEGV $$", "/bin/sh was ended by a signal (SIGSEGV: Segmentation fault) after "),
        ("kill -KILL $$", "/bin/sh was ended by a signal (SIGKILL: Killed) after "),
    ],
)
async def test_failed(script: str, detail: str) -> None:
    """A program that ends otherwise has failed, and the sentence says how."""
    outcome = await do(sh(script))
    assert outcome.kind == "failed"
    assert outcome.detail.startswith(detail)


@pytest.mark.parametrize(
    ("argv", "detail"),
    [
        (("/no/such/program",), "/no/such/program was not started: there is no such program here."),
        (("no-such-program",), "no-such-program was not started: there is no such program here."),
        (("./relative",), "./relative was not started: there is no such program here."),
        (("/etc/passwd",), "/etc/passwd was not started: it may not be run by the bot's user."),
        (("/bin/echo", "a\0b"), "/bin/echo was not started: embedded null byte."),
        (("/bin/echo", "x" * 200_000), "/bin/echo was not started: argument list too long."),
    ],
)
async def test_not_started(argv: tuple[str, ...], detail: str) -> None:
    """What cannot be started has failed, and the sentence says why."""
    assert await do(RunCommand(argv=argv)) == Outcome(kind="failed", detail=detail)


async def test_no_folder() -> None:
    """A folder that is not there is what the sentence is about, not the program."""
    line = AllowedCommand(argv=("/bin/echo",), acts=True, folder="/no/such/folder")
    outcome = await do(RunCommand(argv=("/bin/echo",)), allowed=Allowed(commands=(line,)))
    assert outcome.detail == "/bin/echo was not started: there is no folder /no/such/folder."


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), max_size=4))
@settings(max_examples=many(30), deadline=None)
def test_arguments_arrive_as_they_are(arguments: list[str]) -> None:
    """No shell, no splitting, no expansion: a program gets exactly the arguments that were written."""
    show = "import sys; sys.stdout.write(ascii(sys.argv[1:]))"
    action = RunCommand(argv=(sys.executable, "-I", "-c", show, *arguments))
    outcome = asyncio.run(do(action, allowed=_any_number()))
    assert outcome.kind == "done"
    assert outcome.tail == ascii(arguments)[-TAIL:]


def _any_number() -> Allowed:
    return Allowed(commands=tuple(AllowedCommand(argv=("(?s:.*)",) * n, acts=True) for n in range(1, 12)))


async def test_the_environment_is_small(tmp_path: Path) -> None:
    """A program is given PATH, LANG, HOME and what its line names; its folder; and no input."""
    line = AllowedCommand(argv=("env",), acts=True, environment=("CITY", "ABSENT"), folder=str(tmp_path))
    environment = {"PATH": os.environ["PATH"], "HOME": "/h", "LANG": "C", "CITY": "Oslo", "SLACK_BOT_TOKEN": "x"}
    outcome = await do(RunCommand(argv=("env",)), allowed=Allowed(commands=(line,)), environment=environment)
    assert set(outcome.tail.splitlines()) - {f"PWD={tmp_path}"} == {
        f"PATH={os.environ['PATH']}",
        "HOME=/h",
        "LANG=C",
        "CITY=Oslo",
    }
    where = AllowedCommand(argv=("/bin/sh", "-c", ".*"), acts=True, folder=str(tmp_path))
    asked = RunCommand(argv=("/bin/sh", "-c", "pwd; cat; ls /proc/self/fd | wc -l"))
    outcome = await do(asked, allowed=Allowed(commands=(where,)))
    assert outcome.tail.splitlines()[0] == str(tmp_path)


async def test_secrets_stay_inside() -> None:
    """A variable that a program is given, and a secret of ours, are not said; not even written in two halves."""
    line = AllowedCommand(argv=("/bin/sh", "-c", "(?s:.*)"), acts=True, environment=("API_TOKEN",))
    script = 'printf "%s" "my hunter"; printf "2-hunter2\\n"; echo "$API_TOKEN"; echo plain'
    listener = Listener()
    outcome = await do(
        RunCommand(argv=("/bin/sh", "-c", script)),
        allowed=Allowed(commands=(line,)),
        say=listener,
        environment={"PATH": os.environ["PATH"], "API_TOKEN": "correct-horse"},
        secrets=("hunter2-hunter2",),
    )
    assert outcome.tail == "my [secret]\n[secret]\nplain"
    assert listener.whole == outcome.tail


async def test_secrets_at_the_end_of_much_output() -> None:
    """The end of long output has no secrets either, not even the rest of one of which the beginning is long gone."""
    key = 'echo "-----BEGIN PRIVATE KEY-----"; yes c2VjcmV0c2VjcmV0 | head -n 2000; echo "-----END PRIVATE KEY-----"'
    outcome = await do(sh(f"seq 1 20000; {key}; echo and hunter2-hunter2"), secrets=("hunter2-hunter2",))
    assert outcome.tail == "and [secret]"


# --- output


async def test_output_is_said_while_it_runs(tmp_path: Path) -> None:
    """What a program says is heard before it ends."""
    listener = Listener()
    with fifo(tmp_path, "go") as go:
        act = asyncio.create_task(do(sh('echo ready; read x < "$1"; echo gone', str(go)), say=listener))
        await listener.hears("ready")
        assert not act.done()
        await asyncio.to_thread(go.write_text, "\n")
        assert (await act).kind == "done"
    assert listener.said == ["ready", "gone"]


async def test_little_output_is_said_together() -> None:
    """Many small writes in a short time are one piece."""
    listener = Listener()
    await do(sh("for n in 1 2 3 4 5; do echo $n; done"), say=listener, pace=Pace(every=60))
    assert listener.said == ["1\n2\n3\n4\n5"]


async def test_much_output_is_clipped() -> None:
    """Pieces have a bounded size and whole lines, all of them together too; the end is in the outcome."""
    listener = Listener()
    outcome = await do(sh("seq 1 200000"), say=listener, pace=Pace(every=60))
    assert max(map(len, listener.said)) <= PIECE
    assert listener.said[-1].endswith(LEFT_OUT)
    said = "\n".join(listener.said).removesuffix(LEFT_OUT).split()
    assert MOST - 100 < sum(len(line) + 1 for line in said) <= MOST
    assert said == [str(n) for n in range(1, len(said) + 1)]
    assert outcome.tail.splitlines()[-1] == "200000"
    assert TAIL - 10 < len(outcome.tail) <= TAIL
    assert outcome.tail.splitlines()[0].isdecimal()


async def test_a_line_without_an_end() -> None:
    """One endless line is said in pieces as well."""
    listener = Listener()
    outcome = await do(sh("head -c 300000 /dev/zero | tr '\\0' x"), say=listener, pace=Pace(every=60))
    assert outcome.kind == "done"
    assert MOST - 100 < sum(map(len, listener.said)) < MOST + len(LEFT_OUT) + 10
    assert max(map(len, listener.said)) <= PIECE


async def test_the_chat_may_fail() -> None:
    """When nothing can be said the act goes on, and its outcome is known."""

    class Mute(Listener):
        async def __call__(self, piece: str) -> None:
            self.said.append(piece)
            raise ConnectionError("no chat")

    mute = Mute()
    outcome = await do(sh("echo a; exit 0"), say=mute)
    assert (outcome.kind, outcome.tail, mute.said) == ("done", "a", ["a"])


# --- stopping


async def test_cancelled_before() -> None:
    """What is cancelled before it begins is not begun."""
    cancelled = asyncio.Event()
    cancelled.set()
    outcome = await do(RunCommand(argv=("/no/such/program",)), cancelled=cancelled)
    assert outcome.kind == "cancelled"
    assert "Nothing was done" in outcome.detail


async def test_asked_to_end(tmp_path: Path) -> None:
    """A program that is cancelled may put things in order first."""
    listener, cancelled = Listener(), asyncio.Event()
    script = 'exec 8<>"$1"; trap "echo tidied; exit 0" TERM; echo ready; read x <&8'
    with fifo(tmp_path, "never") as never:
        act = asyncio.create_task(
            do(sh(script, str(never)), say=listener, cancelled=cancelled, pace=Pace(every=0.01, grace=20))
        )
        await listener.hears("ready")
        cancelled.set()
        outcome = await act
    assert outcome.kind == "cancelled"
    assert "was cancelled and ended with 0 after " in outcome.detail
    assert outcome.tail == "ready\ntidied"


@pytest.mark.parametrize("how", ["cancelled", "timed_out"])
async def test_ended(how: str, tmp_path: Path) -> None:
    """A program that does not obey is killed with all that it started, on cancellation and when its time is over."""
    listener, cancelled = Listener(), asyncio.Event()
    # Three processes that ignore being asked, and hold the witness open for as long as they live.
    script = 'exec 9>"$1"; trap "" TERM; (sleep 600 & sleep 600) & echo ready; sleep 600'
    with fifo(tmp_path, "witness") as witness:
        gone = end_of(witness)
        within = timedelta(seconds=30 if how == "cancelled" else 0.5)
        act = asyncio.create_task(do(sh(script, str(witness)), say=listener, cancelled=cancelled, within=within))
        await listener.hears("ready")
        if how == "cancelled":
            cancelled.set()
        outcome = await act
        await gone
    assert outcome.kind == how
    assert "ended by a signal (SIGKILL: Killed)" in outcome.detail
    assert outcome.detail.endswith("It may have done a part.")


async def test_a_worker_outlives_its_shell(tmp_path: Path) -> None:
    """When the first process obeys at once, those it started still have their time to put things in order."""
    listener, cancelled = Listener(), asyncio.Event()
    worker = 'exec 8<>"$1"; trap "read y <&8; echo tidied; exit" TERM; echo ready; read x <&8'
    script = f"exec 9>\"$2\"; sh -c '{worker}' worker \"$1\" 9>&- & trap 'exit 1' TERM; wait"
    with fifo(tmp_path, "go") as go, fifo(tmp_path, "witness") as witness:
        shell_ended = end_of(witness)
        act = asyncio.create_task(
            do(sh(script, str(go), str(witness)), say=listener, cancelled=cancelled, pace=Pace(every=0.01, grace=20))
        )
        await listener.hears("ready")
        cancelled.set()
        await shell_ended
        await asyncio.to_thread(go.write_text, "\n")
        outcome = await act
    assert outcome.tail == "ready\ntidied"


async def test_nothing_is_left_when_the_bot_stops(tmp_path: Path) -> None:
    """When the task itself is cancelled, the program and what it started are killed at once."""
    listener = Listener()
    script = 'exec 9>"$1"; trap "" TERM; sleep 600 & echo ready; sleep 600'
    with fifo(tmp_path, "witness") as witness:
        gone = end_of(witness)
        act = asyncio.create_task(do(sh(script, str(witness)), say=listener))
        await listener.hears("ready")
        act.cancel()
        with pytest.raises(asyncio.CancelledError):
            await act
        await gone


async def test_what_is_left_behind_is_ended(tmp_path: Path) -> None:
    """A program that is done may not leave others behind in its group."""
    with fifo(tmp_path, "witness") as witness:
        gone = end_of(witness)
        outcome = await do(sh('exec 9>"$1"; sleep 600 & exec 9>&-', str(witness)))
        await gone
    assert outcome.kind == "done"


async def test_an_escaped_child_holds_nobody_up(tmp_path: Path) -> None:
    """A descendant that left the group and keeps the output open does not keep the act from its end."""
    listener = Listener()
    with fifo(tmp_path, "go") as go:
        outcome = await do(sh('setsid sh -c \'read x < "$1"\' escaped "$1" & echo started', str(go)), say=listener)
        await asyncio.to_thread(go.write_text, "\n")  # which ends it
    assert (outcome.kind, outcome.tail) == ("done", "started")
