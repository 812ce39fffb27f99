"""Attacks on kept timelines by somebody who owns the database: whatever is done to whichever entry, that entry is named."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from tests.examples import many
from tests.store.building import entered, room_with, same_database, summary
from tests.store.test_chain import Forger, TakenBack
from warroom.core import chain
from warroom.core.events import Event, Mode, NoteTaken, RoleTaken, RoomOpened, StatusPosted, StepTaken, TextRedacted
from warroom.errors import BadEntry, VerificationFailed
from warroom.store import codec, redacting, rooms
from warroom.store.db import Database
from warroom.store.rooms import RoomRow

Deed = Callable[["Attacker", int], int]

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
happenings: st.SearchStrategy[Event] = st.one_of(
    words.map(lambda each: NoteTaken(text=each)),
    words.map(lambda each: StatusPosted(text=each)),
    st.sampled_from(["ana", "ben"]).map(lambda each: RoleTaken(role="scribe", person=each)),
    st.just(StepTaken(run="R1", step="fence", person="ana")),
)
timelines = st.lists(happenings, min_size=2, max_size=12)


@dataclass
class Attacker:
    """A forger and the timeline at which they are; each deed returns the first entry that is then not as it was."""

    forger: Forger
    conn: Connection
    row: RoomRow

    def run(self, statement: str, **values: Any) -> Any:
        return self.forger.run(statement, room=self.row.id, **values)

    def edits(self, seq: int) -> int:
        self.run("UPDATE entries SET \"by\" = 'mallory' WHERE room = :room AND seq = :seq", seq=seq)
        return seq

    def edits_and_hashes(self, seq: int) -> int:
        """The entry is given a hash that fits, so that it is the next one, or the head, that does not."""
        self.edits(seq)
        entry = next(each for each in rooms.stored(self.conn, self.row.id) if each.seq == seq)
        before = rooms.hash_of(self.conn, self.row.id, seq - 1) or chain.START
        self.run(
            "UPDATE entries SET hash = :hash WHERE room = :room AND seq = :seq",
            seq=seq,
            hash=chain.entry_hash(before, entry.hashed()),
        )
        return seq + 1

    def removes(self, seq: int) -> int:
        self.forger.drops(seq)
        return seq

    def leaves_a_gap(self, seq: int) -> int:
        self.run("DELETE FROM texts WHERE room = :room AND seq = :seq", seq=seq)
        self.run("DELETE FROM entries WHERE room = :room AND seq = :seq", seq=seq)
        return seq

    def exchanges(self, seq: int) -> int:
        other = seq % self.row.seq + 1
        self.forger.swaps(seq, other)
        return min(seq, other)

    def inserts(self, seq: int) -> int:
        """Makes room for an entry of their own, and numbers the rest anew."""
        for table in ("texts", "entries"):
            self.run(f"UPDATE {table} SET seq = -seq - 1 WHERE room = :room AND seq >= :seq", seq=seq)
            self.run(f"UPDATE {table} SET seq = -seq WHERE room = :room AND seq < 0")
        body = chain.canonical(codec.encode(StepTaken(run="R1", step="never", person="ana")))
        self.run(
            'INSERT INTO entries (room, seq, at, "by", type, body, hash) '
            "SELECT id, :seq, opened_at, 'ana', 'StepTaken', :body, head_hash FROM rooms WHERE id = :room",
            seq=seq,
            body=body,
        )
        self.run("UPDATE rooms SET seq = seq + 1 WHERE id = :room")
        return seq

    def truncates(self, seq: int) -> int:
        self.forger.truncates(seq - 1)
        return seq

    def copies_a_hash(self, seq: int) -> int:
        other = seq % self.row.seq + 1
        self.run(
            "UPDATE entries SET hash = (SELECT hash FROM entries WHERE room = :room AND seq = :other) "
            "WHERE room = :room AND seq = :seq",
            seq=seq,
            other=other,
        )
        return seq

    def edits_the_head(self, seq: int) -> int:
        self.run("UPDATE rooms SET head_hash = :hash WHERE id = :room", hash=f"{seq:064x}")
        return self.row.seq + 1

    def counts_wrong(self, seq: int) -> int:
        self.run("UPDATE rooms SET seq = :seq WHERE id = :room", seq=seq - 1)
        return seq

    def appends_properly(self, seq: int) -> int:
        """With the right hash; only the room's row is forgotten."""
        body = chain.canonical(codec.encode(StepTaken(run="R1", step="never", person="ana")))
        self.run(
            'INSERT INTO entries (room, seq, at, "by", type, body, hash) '
            "SELECT id, seq + 1, opened_at, 'ana', 'StepTaken', :body, '' FROM rooms WHERE id = :room",
            body=body,
        )
        last = list(rooms.stored(self.conn, self.row.id))[-1]
        hash_ = chain.entry_hash(self.row.head_hash, last.hashed())
        self.run("UPDATE entries SET hash = :hash WHERE room = :room AND seq = :seq", hash=hash_, seq=last.seq)
        return last.seq


DEEDS: dict[str, Deed] = {
    name: getattr(Attacker, name)
    for name in (
        "edits",
        "edits_and_hashes",
        "removes",
        "leaves_a_gap",
        "exchanges",
        "inserts",
        "truncates",
        "copies_a_hash",
        "edits_the_head",
        "counts_wrong",
        "appends_properly",
    )
}


def blamed(database: Database, events: list[Event], deed: Callable[[Attacker], int]) -> tuple[int, int]:
    """Which entry the deed spoiled first, and which one verification names. Leaves nothing behind."""
    found: list[tuple[int, int]] = []

    def attack(conn: Connection) -> None:
        row = room_with(conn, events)
        assert rooms.verify(conn, row.id).entries == len(events)
        spoiled = deed(Attacker(Forger(conn, row), conn, row))
        with pytest.raises(BadEntry) as caught:
            rooms.verify(conn, row.id)
        assert f"entry {caught.value.seq} " in str(caught.value)
        found.append((spoiled, caught.value.seq))
        raise TakenBack

    with pytest.raises(TakenBack):
        database.tx_sync(attack)
    return found[0]


@settings(same_database, max_examples=many(60))
@given(events=timelines, name=st.sampled_from(sorted(DEEDS)), data=st.data())
def test_any_attack_on_any_timeline(database: Database, events: list[Event], name: str, data: st.DataObject) -> None:
    """A random attack on a random timeline is found, and the first entry that it spoiled is the one that is named."""
    seq = data.draw(st.integers(1, len(events)))
    spoiled, named = blamed(database, events, lambda attacker: DEEDS[name](attacker, seq))
    assert named == spoiled


@pytest.mark.parametrize("name", sorted(DEEDS))
def test_each_attack(database: Database, name: str) -> None:
    """Each kind of attack is found at the first, at a middle and at the last entry."""
    events: list[Event] = [NoteTaken(text=each) for each in "abcde"]
    for seq in (1, 3, 5):
        spoiled, named = blamed(database, events, lambda attacker, at=seq: DEEDS[name](attacker, at))  # type: ignore[misc]
        assert named == spoiled, seq


def opened(key: str, workspace: str = "T1") -> Event:
    return RoomOpened(key=key, workspace=workspace, mode=Mode.DRILL, title="Lights out")


@pytest.mark.parametrize("heads", [False, True])
def test_two_rooms_exchanged(database: Database, heads: bool) -> None:
    """Two rooms whose timelines were exchanged, with their heads or without, are each found at the first entry."""

    def exchange(conn: Connection) -> None:
        one, other = (room_with(conn, [opened(key), NoteTaken(text=key)]) for key in ("GD-1", "GD-2"))
        assert (one.key, other.key) == ("GD-1", "GD-2")
        forger = Forger(conn, one)
        if conn.dialect.name == "postgresql":
            forger.run("ALTER TABLE entries DROP CONSTRAINT fk_entries_room")
        for table in ("texts", "entries"):
            for before, after in ((one.id, -1), (other.id, one.id), (-1, other.id)):
                forger.run(f"UPDATE {table} SET room = :after WHERE room = :before", before=before, after=after)
        if heads:
            for row, of in ((one, other), (other, one)):
                forger.run("UPDATE rooms SET head_hash = :hash WHERE id = :id", id=row.id, hash=of.head_hash)
        for row in (one, other):
            with pytest.raises(BadEntry, match=f"{row.key}: entry 1 opens another room") as caught:
                rooms.verify(conn, row.id)
            assert caught.value.seq == 1
        raise TakenBack

    with pytest.raises(TakenBack):
        database.tx_sync(exchange)


def test_a_redaction_undone(database: Database) -> None:
    """A removed text that somebody puts back, exactly as it was, is found: an entry says that it is gone."""

    def undo(conn: Connection) -> None:
        row = room_with(conn, [NoteTaken(text="a"), NoteTaken(text="hunter2")])
        redacting.redact(conn, row.id, 2, "text")
        rooms.append(conn, row, [entered(3, TextRedacted(seq=2, field="text"))], summary())
        assert rooms.verify(conn, row.id).redacted == 1
        Forger(conn, row).changes("texts", "text", 2, "hunter2")
        with pytest.raises(BadEntry, match="entry 2: the text 'text' is there again, though entry 3 says"):
            rooms.verify(conn, row.id)
        raise TakenBack

    with pytest.raises(TakenBack):
        database.tx_sync(undo)


def test_everything_computed_anew(database: Database) -> None:
    """Somebody who computes all later hashes anew is only found out by the hash that was announced when the room closed."""

    def forge(conn: Connection) -> None:
        row = room_with(conn, [NoteTaken(text=each) for each in "abc"])
        assert rooms.verify(conn, row.id, row.head_hash).announced == 3
        attacker = Attacker(Forger(conn, row), conn, row)
        attacker.edits(2)
        before = rooms.hash_of(conn, row.id, 1)
        for entry in list(rooms.stored(conn, row.id, after=1)):
            before = chain.entry_hash(before, entry.hashed())
            attacker.run(
                "UPDATE entries SET hash = :hash WHERE room = :room AND seq = :seq", hash=before, seq=entry.seq
            )
        attacker.run("UPDATE rooms SET head_hash = :hash WHERE id = :room", hash=before)
        assert rooms.verify(conn, row.id).entries == 3
        with pytest.raises(VerificationFailed, match="no entry has the hash"):
            rooms.verify(conn, row.id, row.head_hash)
        raise TakenBack

    with pytest.raises(TakenBack):
        database.tx_sync(forge)


def test_what_was_announced_is_still_there(database: Database) -> None:
    """A timeline that went on after its head was announced holds the announced entry; in any case and with spaces around."""

    def go_on(conn: Connection) -> None:
        row = room_with(conn, [NoteTaken(text=each) for each in "abc"])
        rooms.append(conn, row, [entered(4, NoteTaken(text="later"))], summary())
        found = rooms.verify(conn, row.id, f" {row.head_hash.upper()} ")
        assert (found.entries, found.announced) == (4, 3)
        raise TakenBack

    with pytest.raises(TakenBack):
        database.tx_sync(go_on)
