"""The after-action report as data."""

import re
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from tests.report.stories import NAMES, STILL_HIDDEN, exercise, incident
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.events import Entry
from warroom.core.roomfold import fold
from warroom.report.after_action import after_action
from warroom.report.facts import AfterAction, StepFacts
from warroom.report.reading import without_notes
from warroom.testing import Table

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def drill() -> AfterAction:
    return after_action(exercise().entries, NAMES)


@pytest.fixture(scope="module")
def real() -> AfterAction:
    return after_action(incident().entries, NAMES)


def step(report: AfterAction, title: str) -> StepFacts:
    return next(each for each in report.runs[0].steps if each.title == title)


def test_a_pause_counts_for_the_day_and_not_for_the_game(drill: AfterAction) -> None:
    """The real length holds the pause, the game's length does not."""
    course = drill.course
    assert course.real is not None
    assert course.game is not None
    assert course.real - course.game == 10 * MINUTE
    assert [(each.length, each.reason) for each in course.pauses] == [(10 * MINUTE, "The fire alarm is real")]
    assert (course.state, course.over) == ("closed", True)


def test_in_a_drill_nothing_that_was_done_stands_beside_a_name(drill: AfterAction) -> None:
    """Who took part is listed with their part alone; everywhere else people are called by what they were."""
    assert [(each.name, each.part, each.roles, each.messages) for each in drill.people] == [
        ("Hatch", "dungeon master", (), 0),
        ("Ana", "player", (), 0),
        ("Ben", "player", (), 0),
        ("Oskar", "observer", (), 0),
    ]
    told = repr(asdict(replace(drill, people=(), summary=())))
    assert not re.search(r"\b(Hatch|Ana|Ben|Oskar)\b", told)
    assert drill.incidents[0].commanders == ("Commander",)
    assert [each.milestones[1].moment.who for each in drill.incidents] == ["Player 1"]


def test_times_to_are_counted_on_the_game_clock(drill: AfterAction) -> None:
    """Acknowledging, commanding, opening the runbook and resolving are measured without the pause."""
    [gone] = drill.incidents
    assert gone.to_acknowledge == timedelta(seconds=150)
    assert gone.to_command == timedelta(seconds=150)
    assert gone.to_runbook == timedelta(seconds=150)
    assert gone.to_mitigate is None
    assert gone.to_resolve == timedelta(minutes=10, seconds=30)
    assert gone.runbooks_found == ("Database lost",)


def test_expectations_say_by_how_much(drill: AfterAction) -> None:
    """Met with time to spare, or late by so much; those that were never armed are not mentioned."""
    assert [(each.what, each.state, each.to_spare) for each in drill.expectations] == [
        ("Somebody acknowledges the loss", "met", timedelta(seconds=150)),
        ("Somebody is in command", "late", timedelta(seconds=-90)),
        ("Writes work again", "late", timedelta(seconds=-30)),
    ]


def test_steps_tell_who_did_what_and_how_long_it_took(drill: AfterAction) -> None:
    """Each step has its person, answer, planned and taken time, findings and remarks."""
    tell = step(drill, "Tell people")
    assert (tell.who, tell.planned, tell.took, tell.overdue) == ("Player 1", 2 * MINUTE, 3 * MINUTE, True)
    assert tell.note == "on the status page"
    assert step(drill, "How old is the replica?").answer == "Seconds"
    assert step(drill, "Let it settle").planned == 2 * MINUTE
    assert step(drill, "Do writes work?").findings == ((False, "refused"), (True, "accepted"))
    skipped = step(drill, "Build a new replica")
    assert (skipped.state, skipped.who, skipped.note) == ("skipped", "Player 1", "the vendor does it")
    assert drill.runs[0].not_taken == ("Restore the backup",)


def test_what_was_not_played_is_only_counted(drill: AfterAction) -> None:
    """What was played is told in order; of what was left out or never came only the number is."""
    assert [(each.kind, each.speaker) for each in drill.injects.played] == [
        ("announce", ""),
        ("hint", ""),
        ("improvised", "Ingrid (database vendor)"),
        ("actor", "Ingrid (database vendor)"),
    ]
    assert (drill.injects.skipped, drill.injects.never_played) == (1, 1)


def test_findings_are_what_the_facts_show(drill: AfterAction) -> None:
    """What went well and what did not follows from expectations, planned times and what was left undone."""
    assert drill.went_well == (
        "Somebody acknowledges the loss: done in time, with 2 min 30 s to spare.",
        "“Database gone” was resolved in 10 min 30 s.",
        "Everything that had been broken on purpose was undone.",
    )
    assert drill.went_wrong == (
        "Somebody is in command: done, but 1 min 30 s too late.",
        "Writes work again: done, but 30 s too late.",
        "“Tell people” in “Database lost” was overdue: it took 3 min (Player 1). It was to take 2 min.",
        "Player 1 skipped “Build a new replica” in “Database lost”: “the vendor does it”.",
        "A hint (nudge) was needed for “Database gone”.",
        "Not delivered: A message to the war room (the chat answered channel_not_found).",
    )
    assert [each.found for each in drill.improvements] == list(drill.went_wrong)


def test_a_real_incident_has_the_same_report(real: AfterAction) -> None:
    """Alerts, a false all-clear and a change of severity are facts of the incident; there is no game in it."""
    [errors] = real.incidents
    assert [each.what for each in errors.milestones] == [
        "Declared",
        "First alert: ErrorsHigh",
        "Acknowledged",
        "Ana took command",
        "Mitigated",
        "Resolved",
        "Reopened",
        "Set to SEV1",
        "Resolved",
    ]
    assert (errors.to_mitigate, errors.to_resolve, errors.reopened) == (None, 32 * MINUTE, 1)
    assert [(each.name, each.fired, each.resolved) for each in real.alerts] == [("ErrorsHigh", 2, 2)]
    assert real.alerts_left_out == 3
    assert [(each.name, each.part) for each in real.people] == [("Ana", "responder")]
    assert "There was no runbook for “ErrorsHigh”." in real.went_wrong
    assert "“ErrorsHigh” was declared resolved too early; it had to be reopened once." in real.went_wrong


def test_notes_and_what_was_not_played_are_in_no_report(drill: AfterAction) -> None:
    """What the scenario still has in store, and its author's notes, are not told when the game is over either."""
    assert STILL_HIDDEN.search(repr(exercise().entries))
    assert not STILL_HIDDEN.search(repr(asdict(drill)))


def test_no_note_is_looked_at() -> None:
    """What the report is computed from has no author's note left in it."""
    assert "CANARY-NOTES" in repr(exercise().entries)
    reading = repr([without_notes(entry) for entry in exercise().entries])
    assert not re.search("CANARY-(NOTES|SCENARIO)", reading)


@pytest.mark.parametrize("end", range(1, len(exercise().entries)))
def test_a_running_game_is_reported_without_its_plan(end: int) -> None:
    """At any moment of the game the report can be made, and before the end it gives nothing of the plan away."""
    table = exercise()
    over = next(entry.seq for entry in table.entries if isinstance(entry.event, e.GameEnded))
    report = after_action(table.entries[:end], NAMES)
    assert report.entries == end
    assert not STILL_HIDDEN.search(repr(asdict(report)))
    if end < over:
        assert "CANARY" not in repr(asdict(report))
        assert not report.expectations
        assert not report.faults
        assert not report.debrief
        assert not any("expected" in each for each in report.summary)
        assert report.game is None or report.game.revealed is None


def test_a_game_that_ends_in_the_middle_says_what_was_left() -> None:
    """Unresolved incidents, walks that stood still and unanswered checks are named."""
    table = exercise()
    over = next(at for at, entry in enumerate(table.entries) if isinstance(entry.event, e.StepTaken))
    played = Table(table.scenarios.values(), table.runbooks.values(), now=table.entries[over].at)
    for entry in table.entries[:over]:
        played.entries.append(entry)
    played.room = fold(played.entries)
    played.give(c.EndGame(by="U1"))
    wrong = after_action(played.entries, NAMES).went_wrong
    assert "“Database gone” was not resolved when play ended." in wrong
    assert "“Database lost” was not walked to its end: it stood at “Tell people” when the game ended." in wrong


def test_a_walk_that_comes_back_to_a_step_has_both_visits() -> None:
    """A step that is done twice stands in the table twice."""
    entries = incident().entries
    template = exercise().entries
    start = next(each for each in template if isinstance(each.event, e.RunStarted))
    again: list[e.Event] = [
        start.event,
        *(
            event
            for _ in range(2)
            for event in (e.StepEntered(run="R1", step="tell"), e.StepDone(run="R1", step="tell", answer="done"))
        ),
        e.RunFinished(run="R1"),
    ]
    open_part = entries[:8]
    made = [
        Entry(seq=len(open_part) + place, at=open_part[-1].at + place * MINUTE, by="U2", event=event)
        for place, event in enumerate(again, start=1)
    ]
    report = after_action([*open_part, *made], NAMES)
    assert [(each.title, each.took) for each in report.runs[0].steps] == [
        ("Tell people", MINUTE),
        ("Tell people", MINUTE),
    ]


def test_a_withheld_plan_is_no_obstacle() -> None:
    """The report can be made of an export for players, where a mark stands in place of the scenario."""
    entries = exercise().entries
    withheld = [
        replace(entry, event=replace(entry.event, scenario="[withheld]"))  # type: ignore[arg-type]  # as it is read
        if isinstance(entry.event, e.GamePlanned)
        else entry
        for entry in entries
    ]
    report = after_action(withheld, NAMES)
    assert report.objectives == ()
    assert report.injects.never_played is None
    assert len(report.incidents) == 1


def test_a_timeline_without_a_beginning_is_refused() -> None:
    """There is no report of nothing."""
    with pytest.raises(ValueError, match="opening of a room"):
        after_action([], NAMES)
