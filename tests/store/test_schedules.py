"""The calendar's table, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tests.store.building import NOON, SECOND
from warroom.core.calendar import Occurrence
from warroom.store import agenda, schedules
from warroom.store.db import Database
from warroom.store.schedules import People, Schedule, Wish

FIRST = Occurrence(number=0, begins=NOON + timedelta(days=2), starts=NOON + timedelta(days=2, hours=3))
NEXT = Occurrence(number=1, begins=NOON + timedelta(days=9), starts=NOON + timedelta(days=9, hours=1))


def wish(*, workspace: str = "T1") -> Wish:
    return Wish(
        workspace=workspace,
        planned_by="harriet",
        scenario="october-21",
        people=People(directors=("harriet", "ana"), players=("ben",), safety=("sam",)),
        first_at=FIRST.begins,
        zone="Europe/Berlin",
        channel="C1",
        surprise="window",
        repeats="weekly",
        window=timedelta(hours=4),
        seed="seed",
    )


def planned(database: Database) -> Schedule:
    number = database.tx_sync(schedules.add, wish(), FIRST, at=NOON)
    there = database.read_sync(schedules.get, "T1", number)
    assert there is not None
    return there


def test_it_comes_back_as_it_was_planned(database: Database) -> None:
    """Everything that was planned is read again, and only in its own workspace."""
    there = planned(database)
    expected = Schedule(**{name: getattr(wish(), name) for name in Wish.__dataclass_fields__}, id=there.id, planned_at=NOON, coming=FIRST, wake_at=NOON)  # fmt: skip
    assert there == expected
    assert database.read_sync(schedules.get, "T2", there.id) is None
    assert database.read_sync(schedules.listing, "T1") == [there]
    assert database.read_sync(schedules.listing, None) == [there]
    assert database.read_sync(schedules.listing, "T2") == []


def test_it_waits_until_something_is_to_be_done(database: Database) -> None:
    """It is due at once when it was planned, then when it is to be looked at again."""
    there = planned(database)
    assert database.read_sync(schedules.due, NOON, 10) == [there]
    assert database.tx_sync(schedules.mark, there, ("open",), NOON + SECOND)
    assert database.read_sync(schedules.due, NOON, 10) == []
    assert database.read_sync(agenda.next_time, "schedule") == NOON + SECOND
    (again,) = database.read_sync(schedules.due, NOON + SECOND, 10)
    assert again.done == ("open",)


def test_it_moves_on_once(database: Database) -> None:
    """Of several replicas that have read the same row, one moves it on; the others are told that it has moved."""
    there = planned(database)
    with ThreadPoolExecutor(8) as several:
        moved = several.map(
            lambda _: database.tx_sync(schedules.advance, there, NEXT, at=NOON, director="harriet"), range(8)
        )
        assert sum(moved) == 1
    (now,) = database.read_sync(schedules.listing, "T1")
    assert (now.coming, now.directed, now.done) == (NEXT, ("harriet",), ())
    assert not database.tx_sync(schedules.mark, there, ("open",), NOON)


def test_what_has_ended_is_not_looked_at(database: Database) -> None:
    """When no game comes any more, or it was called off, it is in no list and never due; it ends once."""
    over, off = planned(database), planned(database)
    assert database.tx_sync(schedules.advance, over, None, at=NOON)
    assert database.tx_sync(schedules.end, off.id, NOON)
    assert not database.tx_sync(schedules.end, off.id, NOON)
    assert not database.tx_sync(schedules.advance, off, NEXT, at=NOON)
    assert database.read_sync(schedules.listing, "T1") == []
    assert database.read_sync(schedules.due, NOON + timedelta(days=365), 10) == []
    assert database.read_sync(agenda.next_time, "schedule") is None
