"""Changes of a runbook's text: only what was meant is changed, and what comes of it is still the same way through."""

import difflib
import re
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.definitions.writing import NAMES, TEXTS, commented
from tests.examples import many
from warroom.core.runbook import Runbook
from warroom.definitions.diffs import unified
from warroom.definitions.lint import lint
from warroom.definitions.loader import read
from warroom.definitions.patching import AddRemark, AddStep, Change, SetExpected, free_name, length_written, rewritten
from warroom.definitions.problems import DefinitionError

CALM = settings(
    max_examples=many(60), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
STEP = st.sampled_from(NAMES)
CHANGES = st.lists(
    st.one_of(
        st.builds(SetExpected, step=STEP, length=st.integers(1, 90).map(lambda each: timedelta(minutes=each))),
        st.builds(AddRemark, step=STEP, text=TEXTS),
        st.builds(
            AddStep,
            after=STEP,
            title=TEXTS,
            text=st.one_of(st.just(""), TEXTS),
            answer=st.sampled_from([None, "done", "a", "b", "holds", "fails", "waited"]),
            remark=st.one_of(st.just(""), TEXTS),
        ),
    ),
    min_size=1,
    max_size=5,
)
ENDS = st.sampled_from(["\n", "\n", "\r\n"])


def book(text: str) -> Runbook:
    source = read(text, "book.yaml")
    assert [str(problem) for problem in source.problems] == []
    assert isinstance(source.value, Runbook)
    return source.value


def made(written: tuple[str, list[str]], changes: list[Change], ends: str = "\n") -> tuple[str, str]:
    """The text before and after; only sound runbooks are of interest."""
    text = written[0].replace("\n", ends)
    assume(not read(text, "book.yaml").problems)
    after, _ = rewritten(text, "book.yaml", changes)
    return text, after


@CALM
@given(commented(), CHANGES, ENDS)
def test_the_way_is_the_same_but_for_what_is_new(
    written: tuple[str, list[str]], changes: list[Change], ends: str
) -> None:
    """Every step is still there and leads where it led, with new steps on the way at most."""
    text, after = made(written, changes, ends)
    old, new = book(text), book(after)
    kept = [step for step in new.steps if old.step(step.id)]
    assert [step.id for step in kept] == [step.id for step in old.steps]
    for step, now in zip(old.steps, kept, strict=True):
        assert (now.title, now.what.words(), now.who, now.failed) == (
            step.title,
            step.what.words(),
            step.who,
            step.failed,
        )
        for answer in (*step.what.outcomes(), ""):
            if step.what.stays(answer):
                continue
            assert _through(new, old, new.after(now, answer)) == old.after(step, answer), (step.id, answer)
    asked = {change.step: change.length for change in changes if isinstance(change, SetExpected)}
    for step, now in zip(old.steps, kept, strict=True):
        assert now.expected in (step.expected, asked.get(step.id))
        assert now.overdue == step.overdue or (now.expected and now.overdue and now.overdue > now.expected)


def _through(new: Runbook, old: Runbook, goto: str | None) -> str | None:
    """Where a way leads when it has passed the new steps."""
    while goto is not None and old.step(goto) is None:
        step = new.step(goto)
        assert step is not None
        goto = new.after(step, "done")
    return goto


@CALM
@given(commented(), CHANGES, ENDS)
def test_nothing_else_is_touched(written: tuple[str, list[str]], changes: list[Change], ends: str) -> None:
    """Lines that go are those of times and ways; comments and line ends stay."""
    text, after = made(written, changes, ends)
    old, new = text.split("\n"), after.split("\n")
    gone = [line[2:] for line in difflib.ndiff(old, new) if line.startswith("- ")]
    assert [line for line in gone if not re.search(r"\b(?:expected|overdue|next|goto|holds|id):", line)] == []
    for comment in written[1]:
        assert after.count(comment) >= text.count(comment)
    if ends == "\r\n":
        assert after.count("\n") == after.count("\r\n")


@CALM
@given(commented(), CHANGES)
def test_once_is_enough(written: tuple[str, list[str]], changes: list[Change]) -> None:
    """What has been written is not written again."""
    _, after = made(written, changes)
    assert rewritten(after, "book.yaml", changes)[0] == after


@settings(max_examples=many(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(commented(), CHANGES, ENDS, st.booleans(), st.sampled_from(["book.yaml", "a b/ü.yaml", 'odd "name\\.yaml']))
def test_the_diff_applies(
    written: tuple[str, list[str]], changes: list[Change], ends: str, cut: bool, name: str
) -> None:
    """`git apply` and `patch -p1` both make the new text of the old one, byte by byte, and of nothing a new file."""
    text, after = made((written[0].rstrip("\n") if cut else written[0], written[1]), changes, ends)
    for before in (text, None):
        diff = unified(name, before, after)
        if not diff:
            assert before == after
            continue
        for program in (["git", "apply", "--whitespace=nowarn"], ["patch", "-p1", "--binary", "--silent"]):
            assert _applied(program, name, before, diff) == after


def _applied(program: list[str], name: str, before: str | None, diff: str) -> str:
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / name
        file.parent.mkdir(exist_ok=True)
        if before is not None:
            file.write_bytes(before.encode())
        subprocess.run(program, input=diff.encode(), cwd=made, check=True, capture_output=True)
        return file.read_bytes().decode()


# --- examples

LOST = """\
runbook: 1
id: lost
title: Lost
owner: us
steps:
  # First.
  - id: look
    title: Does it answer?
    check: {tcp: {target: "db:1", within: 5s}}
    holds: end
    fails: fence
    who: SME

  - id: fence
    title: Fence it
    do: >-
      Make sure
      of it.
    who: SME # anybody
    expected: 2m # a guess
    overdue: 4m
    next: both # at once

  - id: both
    title: Two things
    parallel:
      - {first: one, title: One}
      - {first: two, title: Two}
    who: SME
    next: done

  - {id: one, title: One, do: One., who: SME}
  - id: two
    title: Two
    do: Two.
    who: SME

  - id: done
    title: Done?
    choose: Well?
    answers:
      - answer: well
        goto: end
      - answer: ill
    who: SME
    at_most: {times: 2, then: end}
"""


def changed(*changes: Change, text: str = LOST) -> list[str]:
    """The lines that are different, as a diff has them."""
    after, left = rewritten(text, "lost.yaml", changes)
    assert left == ()
    diff = difflib.unified_diff(text.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in diff if not line.startswith(("---", "+++", "@@"))]


def test_a_time() -> None:
    """A time takes the place of the old one, comments stay, and what is overdue stays later than what is expected."""
    eleven = timedelta(minutes=11)
    assert changed(SetExpected(step="fence", length=eleven)) == [
        *("-    expected: 2m # a guess", "-    overdue: 4m", "+    expected: 11m # a guess", "+    overdue: 22m")
    ]
    assert changed(SetExpected(step="fence", length=timedelta(minutes=3))) == [
        *("-    expected: 2m # a guess", "+    expected: 3m # a guess")
    ]
    assert changed(SetExpected(step="look", length=eleven)) == ["+    expected: 11m"]
    assert changed(SetExpected(step="one", length=eleven)) == [
        *(
            "-  - {id: one, title: One, do: One., who: SME}",
            "+  - {id: one, expected: 11m, title: One, do: One., who: SME}",
        )
    ]


def test_what_was_said() -> None:
    """Somebody's words stand above the step, and can be nothing but a comment."""
    said = "wrong: \n  - id: evil\n\u2028do: it\u0085 now \ud800"
    (line,) = changed(AddRemark(step="fence", text=said))
    assert line == "+  # wrong: - id: evil do: it now \ufffd"


def test_what_was_done_beside_the_plan() -> None:
    """A new step follows the one it was done at; what led on leads to it, and it leads on."""
    lines = changed(AddStep(after="fence", title="Switch off logging", remark="Done in GD-1:"))
    assert lines == [
        *("-    next: both # at once", "+    next: switch-off-logging # at once", "+", "+  # Done in GD-1:"),
        *("+  - id: switch-off-logging", "+    title: Switch off logging", "+    do: Switch off logging"),
        *("+    who: SME", "+    next: both"),
    ]
    lines = changed(AddStep(after="look", title="Call Ana", answer="fails"))
    assert lines[:3] == ["-    fails: fence", "+    fails: call-ana", "+    next: fence"]
    assert lines[-1] == "+    next: fence"
    lines = changed(AddStep(after="done", title="Look again", answer="ill"))
    assert [line for line in lines if line.startswith("-") or "next" in line] == []


def test_where_no_step_fits_the_words_are_kept() -> None:
    """Branches end where their parallel step leads on, and a question whose answers all lead away has nothing below."""
    assert changed(AddStep(after="both", title="Call Ana", remark="Done in GD-1:")) == ["+  # Done in GD-1: Call Ana"]
    assert changed(AddStep(after="look", title="Call Ana")) == ["+  # done beside the plan: Call Ana"]


def test_several_keep_their_order() -> None:
    """Two things that were done one after the other stand so."""
    after, _ = rewritten(
        LOST, "lost.yaml", [AddStep(after="fence", title="One thing"), AddStep(after="fence", title="Another")]
    )
    assert [step.id for step in book(after).steps][1:4] == ["fence", "one-thing", "another"]
    assert _through(book(after), book(LOST), "one-thing") == "both"


def test_what_cannot_be_placed_is_said() -> None:
    """A step that is gone, a step that waits, and steps in brackets are named; the text stays as it was."""
    for text, change, expected in (
        (LOST, AddRemark(step="gone", text="x"), "lost.yaml: there is no step 'gone' any more"),
        (
            "runbook: 1\nid: a\ntitle: A\nsteps: [{id: b, title: B, do: B.}]\n",
            AddRemark(step="b", text="x"),
            "lost.yaml: its steps stand in brackets; run `warroom fmt` on it first",
        ),
        (
            "runbook: 1\nid: a\ntitle: A\nsteps:\n  - {id: b, title: B, wait: 5m}\n",
            SetExpected(step="b", length=timedelta(minutes=1)),
            "lost.yaml: step 'b' waits as long as it says",
        ),
    ):
        assert rewritten(text, "lost.yaml", [change]) == (text, (expected,))
    with pytest.raises(DefinitionError):
        rewritten("runbook: [", "lost.yaml", [])


def test_what_comes_of_it_lints(tmp_path: Path) -> None:
    """A patched runbook has no errors, and no warnings that it did not have."""
    every: list[Change] = [
        AddStep(after=step, title=f"New after {step}") for step in ("look", "fence", "one", "two", "done")
    ]
    after, _ = rewritten(LOST, "lost.yaml", [*every, AddRemark(step="two", text="wrong")])
    (tmp_path / "lost.yaml").write_text(after)
    assert [str(problem) for problem in lint([tmp_path / "lost.yaml"])] == []


@given(st.integers(1, 100_000))
def test_lengths_are_read_as_they_are_written(seconds: int) -> None:
    """A length that is written can be read, and is the same."""
    text = f"runbook: 1\nid: a\ntitle: A\nsteps:\n  - {{id: b, title: B, wait: {length_written(timedelta(seconds=seconds))}}}\n"
    assert book(text).steps[0].what.ends_after() == timedelta(seconds=seconds)


@given(st.text(), st.sets(st.sampled_from(["call", "call-ana", "call-ana-2", "x"])))
def test_a_free_name_is_free(title: str, taken: set[str]) -> None:
    """A name is made of any title, and is nobody else's."""
    name = free_name(title, taken, "x")
    assert name not in taken
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name)
