"""Rooms and their timelines."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tests.store import values
from tests.store.building import NOON, SECOND, entered, new_room, room_with, same_database, summary, take_note
from warroom.core.events import AlertFired, Entry, GameStarted, InjectSkipped, NoteTaken
from warroom.errors import NotFound
from warroom.store import agenda, redacting, rooms
from warroom.store.db import Database
from warroom.store.errors import AlreadyOpen, Unreadable

# --- rooms


def test_numbers(database: Database) -> None:
    """Rooms of each kind are numbered in each workspace, and a number that was rolled back is given again."""

    def refused(conn: Connection) -> None:
        new_room(conn)
        raise ArithmeticError

    assert database.tx_sync(new_room).key == "GD-1"
    with pytest.raises(ArithmeticError):
        database.tx_sync(refused)
    assert database.tx_sync(new_room).key == "GD-2"
    assert database.tx_sync(new_room, mode="real").key == "INC-1"
    assert database.tx_sync(new_room, workspace="T2").key == "GD-1"


def test_new_room(database: Database) -> None:
    """A new room is open, has no entries, and is found as it was made."""
    row = database.tx_sync(new_room, correlation="db\x00")
    assert (row.seq, row.head_hash, row.open, row.correlation, row.opened_at) == (0, "0" * 64, True, "db\x00", NOON)
    assert database.tx_sync(rooms.lock, row.id) == row
    assert row.uid[14] == "7"


def test_lock_missing(database: Database) -> None:
    """There is no locking a room that is not there."""
    with pytest.raises(NotFound, match="no room 7"):
        database.tx_sync(rooms.lock, 7)


@pytest.mark.parametrize("key", ["GD-1", "gd-1", " Gd-1 ", "1", "{uid}"])
def test_find(database: Database, key: str) -> None:
    """A room is found by its key in any case, by its id, and by its uid."""
    row = database.tx_sync(new_room)
    assert database.read_sync(rooms.find, "T1", key.format(uid=row.uid)) == row
    assert database.read_sync(rooms.find, None, key.format(uid=row.uid)) == row
    assert database.read_sync(rooms.find, "T2", key.format(uid=row.uid)) is None


@pytest.mark.parametrize("key", ["GD-9", "", "9" * 30, "²", "'; --"])
def test_find_nothing(database: Database, key: str) -> None:
    """A key that names nothing finds nothing, however odd it is."""
    database.tx_sync(new_room)
    assert database.read_sync(rooms.find, None, key) is None


def test_find_several(database: Database) -> None:
    """A key that several workspaces have is not guessed at."""
    database.tx_sync(new_room)
    database.tx_sync(new_room, workspace="T2")
    with pytest.raises(NotFound, match=r"several workspaces \(T1, T2\)"):
        database.read_sync(rooms.find, None, "gd-1")


def test_correlation(database: Database) -> None:
    """One thing has one open room; when that is closed it may have another."""
    row = database.tx_sync(new_room, correlation="db")
    assert database.read_sync(rooms.by_correlation, "T1", "db") == row
    with pytest.raises(AlreadyOpen) as refused:
        database.tx_sync(new_room, correlation="db")
    assert refused.value.room_id == row.id
    database.tx_sync(new_room, workspace="T2", correlation="db")
    database.tx_sync(rooms.append, row, [], summary(open=False))
    assert database.read_sync(rooms.by_correlation, "T1", "db") is None
    assert database.tx_sync(new_room, correlation="db").key == "GD-2"


def test_correlations_at_once(database: Database) -> None:
    """Of several who open a room for one thing at once, one does, and the others are told which."""

    def attempt(_: int) -> int:
        try:
            return database.tx_sync(new_room, correlation="db").id
        except AlreadyOpen as there:
            return there.room_id

    with ThreadPoolExecutor(6) as several:
        opened = set(several.map(attempt, range(6)))
    assert opened == {row.id for row in database.read_sync(rooms.listing, "T1", mode="all")}
    assert len(opened) == 1


def test_listing(database: Database) -> None:
    """A list has the newest first, and only the workspace, the mode and the openness that were asked for."""
    drill, real = database.tx_sync(new_room), database.tx_sync(new_room, mode="real")
    other = database.tx_sync(new_room, workspace="T2")
    drill = database.tx_sync(rooms.append, drill, [], summary(open=False))
    assert database.read_sync(rooms.listing, None, mode="all") == [other, real, drill]
    assert database.read_sync(rooms.listing, "T1", mode="drill") == [drill]
    assert database.read_sync(rooms.listing, "T1", mode="real") == [real]
    assert database.read_sync(rooms.listing, "T1", mode="all", open_only=True) == [real]


def test_channels(database: Database) -> None:
    """A channel leads to its room; telling it twice changes nothing."""
    row = database.tx_sync(new_room)
    for _ in range(2):
        database.tx_sync(rooms.bind_channel, "T1", "C1", row.id, "war-room")
    assert database.read_sync(rooms.by_channel, "T1", "C1") == (row.id, "war-room")
    assert database.read_sync(rooms.by_channel, "T2", "C1") is None


def test_waking(database: Database) -> None:
    """Rooms that are due are found, the longest overdue first, and the next one is known."""
    assert database.read_sync(agenda.next_time, "room") is None
    late, later, _never = (database.tx_sync(new_room) for _ in range(3))
    database.tx_sync(rooms.append, later, [], summary(wake_at=NOON + SECOND))
    database.tx_sync(rooms.append, late, [], summary(wake_at=NOON))
    assert database.read_sync(agenda.next_time, "room") == NOON
    assert database.read_sync(rooms.due, NOON - SECOND, 9) == []
    assert database.read_sync(rooms.due, NOON, 9) == [late.id]
    assert database.read_sync(rooms.due, NOON + SECOND, 9) == [late.id, later.id]
    assert database.read_sync(rooms.due, NOON + SECOND, 1) == [late.id]


def test_mode_is_drill_or_real(database: Database) -> None:
    """The database itself refuses a room that is neither drill nor real."""
    with pytest.raises(DBAPIError, match="ck_rooms_mode"):
        database.tx_sync(new_room, mode="maybe")


# --- timelines


@same_database
@given(event=values.of(AlertFired), by=values.STRINGS, at=values.INSTANTS, occurred_at=values.INSTANTS)
def test_any_entry(database: Database, event: AlertFired, by: str, at: Any, occurred_at: Any) -> None:
    """An entry comes back as it was, whatever strings are in it, with both its times, and its chain verifies."""
    entry = Entry(seq=1, at=at, by=by, event=event, occurred_at=occurred_at)

    def through(conn: Connection) -> list[Entry]:
        row = rooms.append(conn, new_room(conn), [entry], summary(title=event.name))
        assert rooms.lock(conn, row.id) == row
        rooms.verify(conn, row.id)
        return rooms.entries(conn, row.id)

    assert database.tx_sync(through) == [entry]


def test_only_what_is_new(database: Database) -> None:
    """Reading on from an entry gives those after it."""
    row = database.tx_sync(room_with, [NoteTaken(text=text) for text in "abc"])
    assert [entry.seq for entry in database.read_sync(rooms.entries, row.id, after=1)] == [2, 3]
    assert database.read_sync(rooms.entries, row.id, after=3) == []


@pytest.mark.parametrize("how_many", [rooms.CHUNK - 1, rooms.CHUNK, rooms.CHUNK + 1])
def test_in_chunks(database: Database, how_many: int) -> None:
    """A timeline that is read in chunks is whole, wherever the chunks end, and so are its texts."""
    events = [NoteTaken(text=f"note {each}") for each in range(how_many)]
    row = database.tx_sync(room_with, events)
    assert [entry.event for entry in database.read_sync(rooms.entries, row.id)] == events


def test_row_follows(database: Database) -> None:
    """The row shows the last entry's number and hash and what the room said of itself; when it closes, since when."""
    row = database.tx_sync(room_with, [GameStarted(briefing="Listen.")])
    after = database.tx_sync(
        rooms.append, row, [entered(2, NoteTaken(text="over"))], summary(open=False, wake_at=NOON, title="\ud800")
    )
    assert after == database.read_sync(rooms.find, "T1", row.key)
    assert (after.seq, after.title, after.open, after.wake_at) == (2, "\ud800", False, NOON)
    assert after.closed_at == NOON + 2 * SECOND
    assert database.tx_sync(rooms.append, after, [], summary()).closed_at is None


@pytest.mark.parametrize("seqs", [[1], [3], [2, 4], [2, 2]])
def test_gaps(database: Database, seqs: list[int]) -> None:
    """Entries that do not continue the timeline are refused, and nothing is kept."""
    row = database.tx_sync(room_with, [NoteTaken(text="a")])
    with pytest.raises(ValueError, match="is at entry 1"):
        database.tx_sync(rooms.append, row, [entered(seq, NoteTaken(text="b")) for seq in seqs], summary())
    assert len(database.read_sync(rooms.entries, row.id)) == 1


def test_stale_row(database: Database) -> None:
    """Appending to a room as it was before somebody else appended is refused."""
    row = database.tx_sync(new_room)
    database.tx_sync(take_note, row.id, "first")
    with pytest.raises(ValueError, match="has moved on"):
        database.tx_sync(rooms.append, row, [entered(1, NoteTaken(text="second"))], summary())


def test_row_of_what_was_taken_back(database: Database) -> None:
    """A row from a transaction that was rolled back is no place to go on from, though the number fits."""
    row = database.tx_sync(new_room)
    never_kept: list[rooms.RoomRow] = []

    def taken_back(conn: Connection) -> None:
        never_kept.append(take_note(conn, row.id, "never"))
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        database.tx_sync(taken_back)
    database.tx_sync(take_note, row.id, "first")
    with pytest.raises(ValueError, match="has moved on"):
        database.tx_sync(rooms.append, never_kept[0], [entered(2, NoteTaken(text="second"))], summary())


def test_twenty_at_once(database: Database) -> None:
    """Twenty people who note something at once all get a place, 1 to 20, and the chain verifies."""
    row = database.tx_sync(new_room)
    with ThreadPoolExecutor(20) as people:
        list(people.map(lambda each: database.tx_sync(take_note, row.id, str(each)), range(20)))
    found = database.read_sync(rooms.entries, row.id)
    assert [entry.seq for entry in found] == list(range(1, 21))
    assert {entry.event for entry in found} == {NoteTaken(text=str(each)) for each in range(20)}
    database.read_sync(rooms.verify, row.id)


def test_another_release(database: Database) -> None:
    """An event of a later release is refused by number and name, not skipped."""

    def from_later(conn: Connection) -> int:
        row = room_with(conn, [])
        late = text(
            "INSERT INTO entries (room, seq, at, by, type, body, hash) "
            "SELECT id, 1, opened_at, 'ana', 'MoodTaken', '{}', '' FROM rooms"
        )
        conn.execute(late)
        return row.id

    room = database.tx_sync(from_later)
    with pytest.raises(Unreadable, match="Entry 1: MoodTaken is an event of another release"):
        database.read_sync(rooms.entries, room)


# --- attacks


ATTACKS = {
    "update an entry": "UPDATE entries SET by = 'ben'",
    "delete an entry": "DELETE FROM entries WHERE seq = 2",
    "rewrite a text": "UPDATE texts SET text = 'another' WHERE seq = 1",
    "empty a hidden text": "UPDATE texts SET text = NULL WHERE kind = 'hidden'",
    "make a hidden text typed": "UPDATE texts SET kind = 'typed', text = NULL WHERE kind = 'hidden'",
    "give a redacted text back": "UPDATE texts SET text = 'another' WHERE text IS NULL",
    "delete a text": "DELETE FROM texts",
}
BY_DIALECT = {
    "sqlite": {
        "replace an entry": "INSERT OR REPLACE INTO entries SELECT room, seq, at, at, 'ben', type, body, hash FROM entries",
        "update or replace": "UPDATE OR REPLACE entries SET seq = 2 WHERE seq = 1",
    },
    "postgresql": {
        "truncate": "TRUNCATE entries CASCADE",
        "upsert": "INSERT INTO entries SELECT * FROM entries ON CONFLICT (room, seq) DO UPDATE SET by = 'ben'",
    },
}


def attacks(dialect: str) -> list[tuple[str, str]]:
    return [*ATTACKS.items(), *BY_DIALECT[dialect].items()]


def test_append_only(database: Database) -> None:
    """The database refuses every statement that would change the timeline, whoever sends it."""
    row = database.tx_sync(room_with, [NoteTaken(text="a"), InjectSkipped(inject="b", reason="c"), NoteTaken(text="d")])
    database.tx_sync(redacting.redact, row.id, 3, "text")
    before = database.read_sync(raw)
    for name, attack in attacks(database.dialect):
        with pytest.raises(DBAPIError, match="append-only"):
            database.tx_sync(execute(attack))
        assert database.read_sync(raw) == before, name


def execute(statement: str) -> Callable[[Connection], object]:
    return lambda conn: conn.execute(text(statement)).rowcount


def raw(conn: Connection) -> list[object]:
    return [
        conn.execute(text("SELECT * FROM entries ORDER BY seq")).all(),
        conn.execute(text("SELECT * FROM texts ORDER BY seq")).all(),
    ]


def test_one_clock(database: Database) -> None:
    """Rooms opened later have later uids, so that they sort by time wherever they are exported to."""
    opened = [
        database.tx_sync(
            rooms.create, workspace="T1", kind="incident", mode="real", at=NOON + each * timedelta(milliseconds=1)
        ).uid
        for each in range(5)
    ]
    assert opened == sorted(opened)
