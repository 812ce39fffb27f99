"""What people are told of alerts: one by one while they are few, and then by their number."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core import commands as c
from warroom.core.deciding import decide
from warroom.core.effects import Effect, Say
from warroom.core.room import Room

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
OPENED = decide(Room(), c.OpenIncident(by="alertmanager", key="INC-1", workspace="T1", title="It is dark"), NOW).room


def raised(room: Room, names: list[int], *, firing: bool = True) -> tuple[Room, list[Say]]:
    """One delivery about these alerts: the room after it, and what is said about them."""
    alerts = tuple(c.Alert(key=f"k{each}", name=f"Alert {each}", firing=firing) for each in names)
    decided = decide(room, c.RaiseAlerts(by="alertmanager", source="alertmanager", group="g", alerts=alerts), NOW)
    return decided.room, _said(decided.effects)


def _said(effects: tuple[Effect, ...]) -> list[Say]:
    return [each for each in effects if isinstance(each, Say)]


def test_a_few_alerts_are_told_one_by_one() -> None:
    """Five that fire are five messages, and so are five that are over; then one says that none fires any more."""
    room, said = raised(OPENED, [1, 2, 3, 4, 5])
    assert [each.title for each in said] == [f"Alert firing: Alert {each}" for each in range(1, 6)]
    room, said = raised(room, [1, 2, 3, 4, 5], firing=False)
    assert [each.title for each in said] == [
        *(f"Alert resolved: Alert {each}" for each in range(1, 6)),
        "No alert is firing any more",
    ]


@pytest.mark.parametrize("each", [1, 20, 500])
def test_a_storm_is_told_by_its_size(each: int) -> None:
    """Two thousand alerts are a dozen messages, however many come at once, and all of them are known to the room."""
    room, titles = OPENED, list[str]()
    for start in range(0, 2_000, each):
        room, said = raised(room, list(range(start, start + each)))
        titles += [one.title for one in said]
    assert len(room.alerts) == 2_000
    assert titles == [
        *(f"Alert firing: Alert {number}" for number in range(5)),
        *(f"{number} alerts are firing" for number in (10, 20, 50, 100, 200, 500, 1000, 2000)),
    ]


def test_the_end_of_a_storm_is_told_in_the_same_way() -> None:
    """On the way down as on the way up; the last ones are told one by one again, and the end of all once."""
    room, _ = raised(OPENED, list(range(30)))
    _, said = raised(room, list(range(30)), firing=False)
    assert [each.title for each in said] == [
        "Only 20 alerts are firing now",
        "Only 10 alerts are firing now",
        *(f"Alert resolved: Alert {number}" for number in range(24, 30)),
        "No alert is firing any more",
    ]


@given(st.lists(st.tuples(st.lists(st.integers(0, 30), unique=True, max_size=12), st.booleans()), max_size=8))
def test_who_saw_only_the_messages_knows_when_it_is_over(deliveries: list[tuple[list[int], bool]]) -> None:
    """Whatever fires and ceases in whatever order, the end of all alerts is said exactly when none is firing any more."""
    room = OPENED
    for names, firing in deliveries:
        before = any(alert.firing for alert in room.alerts.values())
        room, said = raised(room, names, firing=firing)
        over = before and not any(alert.firing for alert in room.alerts.values())
        assert sum(each.title == "No alert is firing any more" for each in said) == over
