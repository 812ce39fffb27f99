"""Stories as they are kept in a real database, and their exports."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, update

from tests.report import gameday, stories
from warroom.core.events import Entry
from warroom.core.room import Room
from warroom.core.roomfold import fold
from warroom.exporters import EXPORTERS, Profile, write
from warroom.store import migrate, people, rooms
from warroom.store.db import Database
from warroom.store.rooms import Summary
from warroom.store.tables import rooms as table


@contextmanager
def database(url: str = "sqlite://") -> Iterator[Database]:
    with Database(url) as opened:
        migrate.upgrade(opened)
        yield opened


def keep(conn: Connection, entries: Sequence[Entry]) -> int:
    """Put a whole timeline into the store; the room's id."""
    room = fold(entries)
    for person, name in {**stories.NAMES, **gameday.NAMES}.items():
        people.remember(conn, room.workspace, person, name, at=entries[0].at)
    kind: rooms.Kind = "game-day" if room.drill else "incident"
    row = rooms.create(conn, workspace=room.workspace, kind=kind, mode=room.mode.value, at=entries[0].at)
    if rooms.find(conn, room.workspace, room.key) is None:  # else the story is kept twice
        conn.execute(update(table).where(table.c.id == row.id).values(key=room.key))
    return rooms.append(conn, row, entries, summary(room)).id


def summary(room: Room) -> Summary:
    return Summary(title=room.title, state=room.state, open=room.open, wake_at=None)


def written(conn: Connection, room: int, exporter: str, profile: Profile = Profile.PLAYERS) -> str:
    out = io.StringIO()
    write(conn, room, EXPORTERS[exporter], out, profile=profile)
    return out.getvalue()


def exported(entries: Sequence[Entry], exporter: str, profile: Profile = Profile.PLAYERS) -> str:
    """The export of a timeline that was kept and read again."""
    with database() as opened:
        room = opened.tx_sync(keep, entries)
        return opened.read_sync(written, room, exporter, profile)
