"""What the walks of runbooks teach, from timelines alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report import walks
from tests.report.walks import NAMES, book, offer, say, table
from warroom.core import commands as c
from warroom.core.events import Entry, Mode
from warroom.core.texts import REMOVED
from warroom.definitions.loader import read_runbook
from warroom.report.freshness import CHANGED, NEVER, OLD, Text, freshness
from warroom.report.lessons import Lesson, Weight, lessons
from warroom.report.usage import (
    ABANDONED,
    DONE,
    FAILED,
    FINISHED,
    LEFT,
    SKIPPED,
    RoomInfo,
    StepUsage,
    Usage,
    Visit,
    Walk,
    differs,
    rounded,
    usage,
)
from warroom.testing import Table

MINUTE = timedelta(minutes=1)


def read(*rooms: list[Entry], mode: Mode = Mode.REAL, names: dict[str, str] | None = None) -> Usage:
    known = NAMES if names is None else names
    return usage((RoomInfo(key=f"INC-{at}", mode=mode, names=known), room) for at, room in enumerate(rooms, start=1))


@pytest.fixture(scope="module")
def three() -> Usage:
    return read(*walks.rooms())


def told(found: Usage) -> list[str]:
    return [str(lesson) for lesson in lessons(found)]


def test_walks(three: Usage) -> None:
    """Each walk is known with its room, who began it, how it ended, who ended it and why."""
    first, second = three.books["lost"].walks
    assert (first.room, first.by, first.state, first.took) == ("INC-1", "Ana", FINISHED, 17 * MINUTE)
    assert (second.by, second.state, second.reason, second.ended_by) == (
        "Ben",
        ABANDONED,
        "the vendor takes over",
        "Ben",
    )
    assert (first.real, first.digest, first.alone, second.alone) == (True, "lost", False, False)


def test_visits(three: Usage) -> None:
    """Each time that a step was come to is known with how it ended, how long it took and what went on meanwhile."""
    fence = three.books["lost"].steps["fence"]
    states = [(each.walk.room, each.state, each.took, each.again) for each in fence.visits]
    assert states == [
        ("INC-1", DONE, 11 * MINUTE, False),
        ("INC-2", FAILED, 8 * MINUTE, False),
        ("INC-2", DONE, 9 * MINUTE, True),
        ("INC-2", DONE, 10 * MINUTE, False),
    ]
    assert [each.reminders for each in fence.visits] == [2, 2, 2, 2]
    tell = three.books["lost"].steps["tell"]
    assert [(each.state, each.reason) for each in tell.visits][1:] == [(SKIPPED, "support did it")] * 2
    assert three.books["lost"].steps["look"].did_not_hold == 2


def test_what_was_said_and_done_beside(three: Usage) -> None:
    """A flag has its words and its person; what was done beside the plan has its place and how that step ended."""
    fence = three.books["lost"].steps["fence"]
    assert [(each.verdict, each.comment, each.who) for each in fence.said] == [
        ("unclear", 'which one, "east" or west?', "Ana")
    ]
    assert [(each.title, each.who, each.answer) for each in fence.beside] == [
        ("Switch off debug logging", "Ben", "done")
    ]


def test_no_runbook(three: Usage) -> None:
    """An incident for which nothing was found is a gap; what was written while it was done is kept with its times."""
    (gap,) = three.gaps
    assert (gap.room, gap.title, gap.walked, gap.blank) == ("INC-3", "It is dark", [], "R1")
    (blank,) = three.blanks
    assert [(each.title, each.took) for each in blank.steps] == [
        ("Look at the oldest message", 3 * MINUTE),
        ("Restart the consumers: all of them", 4 * MINUTE),
        ("Told @Ben", None),
    ]


def test_the_findings_in_words(three: Usage) -> None:
    """Every finding is a sentence with its evidence, and the worst come first."""
    assert told(three) == [
        "lost, step 2 “Fence it”: failed in 1 of 2 walks: “no ssh” (INC-2)",
        "no runbook was found for “It is dark” (INC-3); what was done is in `warroom runbook draft INC-3 R1`",
        "lost: 1 of 2 walks stopped before the end: “the vendor takes over” (INC-2)",
        "lost, step 2 “Fence it”: done beside the plan: “Switch off debug logging” (INC-1)",
        'lost, step 2 “Fence it”: said to be unclear by Ana (INC-1): “which one, "east" or west?”',
        "lost, step 3 “Tell people”: 1 of 2 walks skipped it: “support did it” (INC-2)",
        "lost, step 2 “Fence it”: took 11 min, 9 min and 10 min; expected 2 min",
        "lost, step 3 “Tell people”: overdue in 1 of 2 walks, with one reminder",
        "lost, step 4 “Does it work?”: took 1 min and 1 min; the runbook does not say how long it should",
    ]
    assert [each.weight for each in lessons(three)] == sorted(each.weight for each in lessons(three))


def test_nobody_is_named_who_may_not_be() -> None:
    """Without names nobody's name or id is in what comes out, mentions included."""
    made = table()
    offer(made, "lost")
    say(made, "ana: walk I1 lost", "check R1/look fails: no", "ana: beside R1 Asked <@ben> and <@cleo|Cleo>")
    say(made, "ben: flag R1/fence wrong <@ana> knows", "ana: abandon R1 <@ben> said so")
    said = "\n".join(told(read(made.entries, names={})))
    assert "@somebody knows" in said
    for name in ("ana", "Ana", "ben", "Ben", "leo"):
        assert name not in said
    assert "Asked @Ben and @somebody" in "\n".join(told(read(made.entries)))


def test_what_was_removed_stays_out() -> None:
    """A redacted text is nowhere: neither as a comment nor as a reason nor as a step."""
    made = table()
    offer(made, "lost")
    say(made, "ana: walk I1 lost", "check R1/look fails: no", f"ana: flag R1/fence wrong {REMOVED}")
    say(made, f"ana: beside R1 {REMOVED}", f"ana: skip R1/fence {REMOVED}", f"ana: abandon R1 {REMOVED}")
    found = read(made.entries)
    assert REMOVED not in "\n".join(told(found))
    assert found.books["lost"].steps["fence"].beside == []
    assert [each.comment for each in found.books["lost"].steps["fence"].said] == [""]


def test_a_walk_that_goes_on() -> None:
    """What has not ended is not counted as anything that it may still become."""
    made = table("ana: walk I1 lost", "check R1/look fails: no answer")
    found = read(made.entries)
    assert [each.state for each in found.books["lost"].steps["fence"].visits] == [LEFT]
    assert found.books["lost"].walks[0].took is None
    assert told(found) == []


def test_a_runbook_that_was_walked_although_none_was_found() -> None:
    """Where somebody knew better than the search, that is said; where something was found, nothing is."""
    made = table()
    offer(made)
    say(made, "ana: walk I1 lost")
    assert [str(each) for each in lessons(read(made.entries))] == [
        "no runbook was found for “It is dark” (INC-1); “Database lost” was walked all the same"
    ]
    found = table()
    offer(found, "lost")
    assert told(read(found.entries)) == []


BOTH = """\
runbook: 1
id: both
title: Both
steps:
  - id: together
    title: Together
    parallel:
      - {first: one, title: One}
      - {first: two, title: Two}
    next: rest
  - {id: one, title: One, do: One.}
  - {id: two, title: Two, do: Two.}
  - {id: rest, title: The rest, runbook: lost}
"""


def test_branches_and_parts() -> None:
    """A branch is a part of its walk; another runbook that is walked as a step has a walk of its own."""
    made = Table((), [book(), read_runbook(BOTH, "both.yaml")])
    say(made, "ana: declare It is dark", "ana: walk I1 both", "+2m", "ana: done R2/one", "+1m", "ben: done R3/two")
    made.give(c.RecordCheck(run="R4", step="look", attempt=1, holds=True, detail="answers"))
    found = read(made.entries)
    assert [len(each.walks) for each in (found.books["both"], found.books["lost"])] == [1, 1]
    assert [each.took for each in found.books["both"].steps["two"].visits] == [3 * MINUTE]
    assert found.books["lost"].walks[0].part_of == "R1"
    assert {each.state for each in (*found.books["both"].walks, *found.books["lost"].walks)} == {FINISHED}


ACT = """\
runbook: 1
id: act
title: Act
steps:
  - {id: restart, title: Restart, act: {command: [restart]}, within: 1m}
  - {id: look, title: Look, do: Look.}
"""


def test_what_machines_did() -> None:
    """How an act ended counts once, also when nothing was heard of it for a while and it ended well after all."""
    made = Table((), [read_runbook(ACT, "act.yaml")])
    say(made, "ana: declare It is dark", "ana: walk I1 act", "ana: approve R1/restart", "act R1/1 begins", "+1h")
    restart = read(made.entries).books["act"].steps["restart"]
    assert {outcome: count for outcome, count in restart.acts.items() if count} == {"unknown": 1}
    assert told(read(made.entries))[0] == (
        "act, step 1 “Restart”: failed in 1 of 1 walk: “Nothing has been heard of it. It may have run, wholly or in part.” (INC-1)"
    )
    made.give(c.RecordActEnded(run="R1", act=1, worker="worker", outcome="done", detail="restarted"))
    restart = read(made.entries).books["act"].steps["restart"]
    assert {outcome: count for outcome, count in restart.acts.items() if count} == {"done": 1}


# --- how long it takes


def walked(*times: int, real: bool = False, kind: str = "do") -> StepUsage:
    """A step that was done in as many walks, in so many seconds."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    visits = [
        Visit(
            walk=Walk(room=f"GD-{number}", run="R1", real=real, at=at, by="", digest=""),
            state=DONE,
            took=timedelta(seconds=seconds),
        )
        for number, seconds in enumerate(times)
    ]
    return StepUsage(id="s", title="S", kind=kind, number=1, visits=visits)


@pytest.mark.parametrize(
    ("step", "expected", "better"),
    [
        (walked(660), 2, None),  # one drill says too little
        (walked(660, real=True), 2, 10),
        (walked(660, 540), 2, 10),
        (walked(660, 540), 7, None),  # within the factor
        (walked(660, 540), None, 10),
        (walked(60, 70), 10, None),  # a drill does not show that it takes less
        (walked(60, 70, real=True), 10, 1),
        (walked(1, 1, kind="check"), None, None),  # a machine's time says nothing about people
        (walked(1, 1, kind="check", real=True), 5, None),
        (walked(900, 900, kind="check"), 1, 15),
        (walked(900, 900, kind="wait"), 1, None),
        (walked(), 1, None),
    ],
)
def test_when_a_measured_time_counts(step: StepUsage, expected: int | None, better: int | None) -> None:
    """Two walks or a real one, and a difference that matters; shorter only where it was real, and for people."""
    length = None if expected is None else expected * MINUTE
    assert step.better(length) == (None if better is None else better * MINUTE)


def test_reality_counts_before_drills() -> None:
    """Where a step was done in reality, drills do not count."""
    step = walked(60, 60, 60)
    step.visits += walked(1200, real=True).visits
    assert step.better(5 * MINUTE) == 20 * MINUTE


@given(st.integers(0, 10**6))
def test_a_rounded_length_is_near(seconds: int) -> None:
    """Rounding changes a length by a third at most, apart from the shortest, and once is enough."""
    length = timedelta(seconds=seconds)
    assert rounded(rounded(length)) == rounded(length)
    assert rounded(length) >= MINUTE
    if length >= MINUTE:
        assert 2 / 3 <= rounded(length) / length <= 4 / 3
        assert not differs(length, rounded(length))


# --- freshness

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def text(name: str, changed: int, digest: str = "new") -> Text:
    return Text(runbook=name, owner="us", digest=digest, changed=NOW - changed * DAY)


def walk(ago: int, digest: str = "new", *, real: bool = False) -> Walk:
    return Walk(room="GD-1", run="R1", real=real, at=NOW - ago * DAY, by="", digest=digest)


def test_what_is_stale() -> None:
    """Never walked, changed since, not walked lately: in this order, the oldest first; then what is fresh."""
    texts = [text(name, 200) for name in ("fresh", "old", "older", "changed", "never")]
    walks = {
        "fresh": [walk(300, "old"), walk(3), walk(5, real=True)],
        "old": [walk(100)],
        "older": [walk(150)],
        "changed": [walk(1, "old")],
    }
    rows = freshness(texts, walks, NOW, 90 * DAY)
    assert [(row.runbook, row.why) for row in rows] == [
        ("never", NEVER),
        ("changed", CHANGED),
        ("older", OLD),
        ("old", OLD),
        ("fresh", ""),
    ]
    assert (rows[-1].drill, rows[-1].real) == (NOW - 3 * DAY, NOW - 5 * DAY)


def test_the_text_decides_whether_it_has_changed() -> None:
    """A file that was only touched is the same; without a digest, as for a part of a walk, the date decides."""
    assert [row.why for row in freshness([text("a", 0)], {"a": [walk(1)]}, NOW, 90 * DAY)] == [""]
    assert [row.why for row in freshness([text("a", 0)], {"a": [walk(1, "")]}, NOW, 90 * DAY)] == [CHANGED]
    assert [row.why for row in freshness([text("a", 2)], {"a": [walk(1, "")]}, NOW, 90 * DAY)] == [""]


def test_a_lesson_without_a_place_is_its_sentence() -> None:
    """What is about no runbook says so by itself."""
    assert str(Lesson(weight=Weight.LOST, kind="gap", sentence="nothing was found")) == "nothing was found"
