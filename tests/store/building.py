"""Rooms and entries for tests: say only what matters."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from sqlalchemy import Connection

from tests.examples import many
from warroom.core.effects import Effect, RollBack, Say, Tone
from warroom.core.events import Entry, Event, NoteTaken
from warroom.store import rooms
from warroom.store.rooms import RoomRow, Summary

# A busy machine is no failure, and examples may share a database: each makes what it looks at.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
same_database = settings(unhurried, max_examples=many(50))
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def summary(*, title: str = "Databases lost", open: bool = True, wake_at: datetime | None = None) -> Summary:
    return Summary(title=title, state="running" if open else "closed", open=open, wake_at=wake_at)


def new_room(conn: Connection, *, workspace: str = "T1", mode: str = "drill", correlation: str = "") -> RoomRow:
    kind: rooms.Kind = "game-day" if mode == "drill" else "incident"
    return rooms.create(conn, workspace=workspace, kind=kind, mode=mode, at=NOON, correlation=correlation)


def entered(seq: int, event: Event, by: str = "ana") -> Entry:
    return Entry(seq=seq, at=NOON + seq * SECOND, by=by, event=event)


def room_with(conn: Connection, events: Sequence[Event]) -> RoomRow:
    row = new_room(conn)
    return rooms.append(conn, row, [entered(seq, event) for seq, event in enumerate(events, start=1)], summary())


def take_note(conn: Connection, room_id: int, text: str) -> RoomRow:
    """What every command does: lock, read what is new, append."""
    row = rooms.lock(conn, room_id)
    return rooms.append(conn, row, [entered(row.seq + 1, NoteTaken(text=text))], summary())


def say(text: str, place: str = "war-room") -> Say:
    return Say(place=place, tone=Tone.PLAIN, title=text)


def roll_back(target: str = "db", fault: str = "F1") -> Effect:
    return RollBack(fault=fault, driver="pretend", target=target, mode="down")
