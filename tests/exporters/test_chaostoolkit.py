"""A drill's real faults as a journal of the Chaos Toolkit: the shape that one has, and what it says of the day."""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

import pytest

from tests.exporters.kept import exported
from tests.report.gameday import NAMES, gameday, planned
from tests.report.stories import exercise
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.events import Entry
from warroom.errors import NotFound
from warroom.exporters import EXPORTERS, USUAL, Profile

Journal = dict[str, Any]
TOP = {
    "chaoslib-version", "platform", "node", "experiment", "start", "status", "deviated", "steady_states", "run",
    "rollbacks", "end", "duration",
}  # fmt: skip
STATUSES = ("completed", "failed", "aborted", "interrupted")


def journal(entries: tuple[Entry, ...], profile: Profile = Profile.PLAYERS) -> Journal:
    read: Journal = json.loads(exported(entries, "chaostoolkit", profile))
    return read


@cache
def _day() -> tuple[Entry, ...]:
    return tuple(gameday().entries)


def without(*kinds: type[e.Event]) -> tuple[Entry, ...]:
    """The day as it would be if these had not happened; what is left is numbered anew."""
    left = (each for each in _day() if not isinstance(each.event, kinds))
    return tuple(Entry(seq=at, at=each.at, by=each.by, event=each.event) for at, each in enumerate(left, start=1))


def activities(read: Journal) -> Iterator[Journal]:
    """Every run of an activity in it."""
    yield from (*read["run"], *read["rollbacks"])
    states = read["steady_states"]
    for state in (states["before"], states["after"], *states["during"]):
        yield from state["probes"] if state else ()


def must_have_the_shape(read: Journal) -> None:
    """What `chaoslib` 1.44 writes: its `run.py`, `activity.py` and `hypothesis.py` say so."""
    assert set(read) == TOP
    assert read["status"] in (*STATUSES, None)
    assert isinstance(read["deviated"], bool)
    assert set(read["steady_states"]) == {"before", "after", "during"}
    must_be_a_time_span(read)
    for state in filter(None, (read["steady_states"]["before"], *read["steady_states"]["during"])):
        assert state["steady_state_met"] is all(each["tolerance_met"] for each in state["probes"])
    for each in activities(read):
        assert each["status"] in ("succeeded", "failed")
        assert ("exception" in each) == (each["status"] == "failed")
        assert "output" in each
        must_be_a_time_span(each)
        must_be_an_activity(each["activity"])
    experiment = read["experiment"]
    assert experiment["title"]
    assert experiment["description"]
    for each in (*experiment["method"], *experiment["rollbacks"], *experiment["steady-state-hypothesis"]["probes"]):
        must_be_an_activity(each)
    assert all("tolerance" in each for each in experiment["steady-state-hypothesis"]["probes"])


def must_be_a_time_span(of: Journal) -> None:
    start, end = datetime.fromisoformat(of["start"]), datetime.fromisoformat(of["end"])
    assert start.tzinfo is end.tzinfo is None  # as `datetime.utcnow().isoformat()` writes it
    assert of["duration"] == (end - start).total_seconds() >= 0


def must_be_an_activity(activity: Journal) -> None:
    """As `ensure_activity_is_valid` has it."""
    assert activity["type"] in ("probe", "action")
    assert activity["name"]
    assert activity["provider"]["type"] == "python"
    assert activity["provider"]["module"]
    assert activity["provider"]["func"]


def test_a_day_with_something_real() -> None:
    """The fault and its undoing are there with their times; what was pretended, and who it was, is not."""
    read = journal(_day())
    must_have_the_shape(read)
    broken = [each for each in gameday().room.faults.values() if each.real]
    assert [each["activity"]["provider"]["arguments"]["fault"] for each in read["run"]] == [each.id for each in broken]
    first, undone = read["run"][0], read["rollbacks"][0]
    assert first["activity"]["name"] == "break orders-db: stop"
    assert (first["status"], first["output"]) == ("succeeded", "pid 4242 was stopped")
    assert (undone["status"], undone["output"]) == ("succeeded", "pid 4242 runs, orders-db answers")
    assert read["steady_states"]["before"]["steady_state_met"] is True
    assert [each["steady_state_met"] for each in read["steady_states"]["during"]] == [False, True]
    assert read["deviated"] is True
    text = json.dumps(read)
    assert [name for name in (*NAMES, *NAMES.values()) if f'"{name}"' in text or f" {name} " in text] == []


def test_what_it_came_to() -> None:
    """NO DUFF interrupts it, a stop condition that did not hold fails it, otherwise it is completed."""
    assert journal(_day())["status"] == "interrupted"
    assert journal(without(e.EmergencyCalled))["status"] == "failed"
    calm = journal(without(e.EmergencyCalled, e.StopConditionChanged))
    assert (calm["status"], calm["deviated"]) == ("completed", False)


def test_what_is_not_undone() -> None:
    """What could not be undone, or is not yet, has failed; what was refused has no rollback."""
    owed = journal(without(e.FaultRolledBack))
    must_have_the_shape(owed)
    assert owed["rollbacks"][0]["exception"] == ["It is not undone yet."]
    assert owed["deviated"] is True
    refused = journal(
        tuple(
            Entry(seq=at, at=each.at, by=each.by, event=_refused(each.event))
            for at, each in enumerate(without(e.RollbackAsked, e.FaultRolledBack), start=1)
        )
    )
    must_have_the_shape(refused)
    assert (refused["run"][0]["exception"], refused["rollbacks"]) == (["It was not whole before."], [])


def _refused(event: e.Event) -> e.Event:
    if isinstance(event, e.FaultInjected):
        return e.FaultRefused(fault=event.fault, detail="It was not whole before.")
    return event


def test_while_it_goes_on() -> None:
    """Players get none before the game is over; whoever directs it gets one that is not finished."""
    broken = next(at for at, each in enumerate(_day()) if isinstance(each.event, e.FaultInjected))
    begun = _day()[: broken + 1]
    with pytest.raises(NotFound, match="still goes on"):
        journal(begun)
    read = journal(begun, Profile.CONTROLLERS)
    must_have_the_shape(read)
    assert (read["status"], read["rollbacks"]) == (None, [])


def test_nothing_real() -> None:
    """A room that broke nothing real has no journal, and none is made of it unasked."""
    with pytest.raises(NotFound, match="has broken nothing real"):
        journal(tuple(exercise().entries))
    table = planned()
    table.give(c.CloseRoom(by="harriet"))
    with pytest.raises(NotFound, match="has broken nothing real"):
        journal(tuple(table.entries))
    assert EXPORTERS["chaostoolkit"] not in USUAL
