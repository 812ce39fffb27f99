"""The chain: whoever gets past the triggers cannot hide what was done (T15)."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from tests.store.building import entered, room_with, same_database, summary
from warroom.core import chain
from warroom.core.events import GameStarted, NoteTaken, StepTaken
from warroom.errors import NotFound, VerificationFailed
from warroom.store import codec, rooms
from warroom.store.db import Database
from warroom.store.rooms import RoomRow

EVENTS = [
    GameStarted(briefing="Listen."),
    NoteTaken(text="a"),
    StepTaken(run="R1", step="fence", person="ana"),
    StepTaken(run="R1", step="fence", person="ana"),  # the same again: only its place tells it apart
    NoteTaken(text="a"),
    StepTaken(run="R1", step="promote", person="ben"),
]
SEQS = st.integers(1, len(EVENTS))
WORDS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=70)


class Forger:
    """Somebody who owns the database, and has put the triggers and references out of the way."""

    def __init__(self, conn: Connection, row: RoomRow) -> None:
        self._conn, self._row = conn, row
        if conn.dialect.name == "postgresql":
            self.run("ALTER TABLE entries DISABLE TRIGGER USER")
            self.run("ALTER TABLE texts DISABLE TRIGGER USER")
            self.run("ALTER TABLE texts DROP CONSTRAINT fk_texts_room_seq")
            return
        self.run("PRAGMA defer_foreign_keys = 1")
        for trigger in self.run("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            self.run(f"DROP TRIGGER {trigger}")

    def run(self, statement: str, **values: Any) -> Any:
        return self._conn.execute(text(statement), values)

    def changes(self, table: str, column: str, seq: int, value: Any) -> None:
        self.run(f"UPDATE {table} SET {column} = :value WHERE seq = :seq", value=value, seq=seq)

    def drops(self, seq: int) -> None:
        """And closes the gap, so that the numbers look right."""
        for table in ("texts", "entries"):
            self.run(f"DELETE FROM {table} WHERE seq = :seq", seq=seq)
            self.run(f"UPDATE {table} SET seq = -seq WHERE seq > :seq", seq=seq)
            self.run(f"UPDATE {table} SET seq = -seq - 1 WHERE seq < 0")
        self.run("UPDATE rooms SET seq = seq - 1")

    def swaps(self, one: int, other: int) -> None:
        for table in ("texts", "entries"):
            self.run(f"UPDATE {table} SET seq = -:other WHERE seq = :one", one=one, other=other)
            self.run(f"UPDATE {table} SET seq = :one WHERE seq = :other", one=one, other=other)
            self.run(f"UPDATE {table} SET seq = -seq WHERE seq < 0")

    def truncates(self, after: int) -> None:
        self.run("DELETE FROM texts WHERE seq > :after", after=after)
        self.run("DELETE FROM entries WHERE seq > :after", after=after)
        self.run("UPDATE rooms SET seq = :after", after=after)

    def adds(self, seq: int) -> None:
        body = chain.canonical(codec.encode(EVENTS[2]))
        self.run(
            "INSERT INTO entries (room, seq, at, by, type, body, hash) "
            "SELECT id, :seq, opened_at, 'ana', 'StepTaken', :body, head_hash FROM rooms",
            seq=seq,
            body=body,
        )
        self.run("UPDATE rooms SET seq = :seq", seq=seq)


class TakenBack(Exception):
    """Ends a transaction without keeping it."""


def caught(database: Database, forgery: Callable[[Forger], object]) -> str:
    """What `verify` says of a room with which this was done; empty when it says nothing. Leaves nothing behind."""
    complaints: list[str] = []

    def forge(conn: Connection) -> None:
        row = room_with(conn, EVENTS)
        rooms.verify(conn, row.id)
        forgery(Forger(conn, row))
        try:
            rooms.verify(conn, row.id)
        except VerificationFailed as failed:
            complaints.append(str(failed))
        raise TakenBack

    with pytest.raises(TakenBack):
        database.tx_sync(forge)
    return complaints[0] if complaints else ""


@same_database
@given(seq=SEQS, column=st.sampled_from(["by", "type", "hash", "body"]), word=WORDS)
def test_changed(database: Database, seq: int, column: str, word: str) -> None:
    """Whatever of an entry is changed, it is the first to be named."""
    value = chain.canonical({"text": word}) if column == "body" else word
    assume((column, word) != ("by", "ana"))  # who it was by already
    assert f"entry {seq} " in caught(database, lambda forger: forger.changes("entries", column, seq, value))


@pytest.mark.parametrize("column", ["at", "occurred_at"])
def test_changed_time(database: Database, column: str) -> None:
    """An entry cannot be made to have happened at another time."""
    earlier = f"UPDATE entries SET {column} = (SELECT min(at) FROM entries) WHERE seq = 3"
    assert "entry 3 " in caught(database, lambda forger: forger.run(earlier))


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param("replace(body, '{\"$', '{ \"$')", id="with a space"),
        pytest.param('replace(body, \'{"text"\', \'{"text"\\:1,"text"\')', id="with a member twice"),
        pytest.param("replace(body, 'text', '\\u0074ext')", id="with an escape"),
        pytest.param("'{'", id="not JSON"),
        pytest.param("'NaN'", id="not a number"),
    ],
)
def test_changed_bytes(database: Database, spelled: str) -> None:
    """A body that is not canonical JSON is caught, even one that would mean the same."""
    respell = f"UPDATE entries SET body = {spelled} WHERE seq = 2"
    assert "entry 2 " in caught(database, lambda forger: forger.run(respell))


@pytest.mark.parametrize("column", ["text", "salt", "field"])
def test_changed_text(database: Database, column: str) -> None:
    """A text cannot be replaced by another, given another salt, or moved to another field."""
    assert "entry 5 " in caught(database, lambda forger: forger.changes("texts", column, 5, "b"))


def test_dropped_text(database: Database) -> None:
    """A text that is missing altogether is no redaction."""
    assert "entry 2 " in caught(database, lambda forger: forger.run("DELETE FROM texts WHERE seq = 2"))


@pytest.mark.parametrize("seq", range(1, len(EVENTS) + 1))
def test_dropped(database: Database, seq: int) -> None:
    """No entry can be taken out, first, last or between, though the numbers are made to look right."""
    assert f"entry {seq} " in caught(database, lambda forger: forger.drops(seq))


@same_database
@given(pair=st.tuples(SEQS, SEQS).filter(lambda pair: pair[0] != pair[1]))
def test_swapped(database: Database, pair: tuple[int, int]) -> None:
    """No two entries can change places, though they say the same."""
    assert f"entry {min(pair)} " in caught(database, lambda forger: forger.swaps(*pair))


@pytest.mark.parametrize("after", range(len(EVENTS)))
def test_truncated(database: Database, after: int) -> None:
    """The end cannot be cut off."""
    assert f"entry {after + 1} is missing" in caught(database, lambda forger: forger.truncates(after))


def test_added(database: Database) -> None:
    """Nothing can be added without its hash being right."""
    last = len(EVENTS) + 1
    assert f"entry {last} " in caught(database, lambda forger: forger.adds(last))


def test_gap(database: Database) -> None:
    """A timeline with a hole in its numbers is caught where the hole is."""
    assert "entry 3 " in caught(database, lambda forger: forger.run("DELETE FROM entries WHERE seq = 3"))


def test_left_alone(database: Database) -> None:
    """A forger who changes nothing is not cried at."""
    assert caught(database, lambda forger: None) == ""


def test_removed_in_silence(database: Database) -> None:
    """A typed text can be removed and the chain verifies; but an entry has to say so."""
    assert "entry 2: the text 'text' was taken out, and no entry says so" in caught(
        database, lambda forger: forger.run("UPDATE texts SET text = NULL")
    )


def test_whole_chain(database: Database) -> None:
    """Each hash covers the one before, from the start on, and the row holds the last: it can be checked by anyone."""
    row = database.tx_sync(room_with, EVENTS)
    before = chain.START
    for entry in database.read_sync(lambda conn: list(rooms.stored(conn, row.id))):
        before = chain.entry_hash(before, entry.hashed())
        assert entry.hash == before
    assert row.head_hash == before


def test_same_story_same_place(database: Database) -> None:
    """A chain that is continued over several transactions is one chain."""
    row = database.tx_sync(room_with, EVENTS[:3])
    row = database.tx_sync(rooms.append, row, [entered(4, EVENTS[3]), entered(5, EVENTS[4])], summary())
    database.tx_sync(rooms.append, row, [entered(6, EVENTS[5])], summary())
    database.read_sync(rooms.verify, row.id)


def test_no_such_room(database: Database) -> None:
    """There is nothing to verify of a room that is not there."""
    with pytest.raises(NotFound):
        database.read_sync(rooms.verify, 7)
