"""Redaction: a typed text is gone from every table and every file, the rest is as it was, and the chain verifies."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from tests.examples import many
from tests.store.building import NOON, SECOND, room_with, say, unhurried
from warroom.core.effects import OpenRealRoom, RunCheck, Say, Tone
from warroom.core.events import InjectSkipped, Mode, NoteTaken, RoomOpened, StepDone
from warroom.core.probes import Tcp
from warroom.core.refusals import NotNow
from warroom.core.texts import REMOVED
from warroom.core.words import Bold
from warroom.errors import NotFound
from warroom.store import inbox, outbox, redacting, rooms
from warroom.store.copying import open_
from warroom.store.db import Database
from warroom.store.redacting import Elsewhere
from warroom.store.tables import metadata
from warroom.store.tables import outbox as outbox_table

SECRET = 'CANARY-hunter2 ö\ud83d"\\ & <b>'


def everything(conn: Connection) -> str:
    """All that is in any table, as Python reads it."""
    return "\n".join(str(row) for table in metadata.sorted_tables for row in conn.execute(select(table)))


def said(conn: Connection) -> list[str]:
    return [row.body for row in conn.execute(select(outbox_table).order_by(outbox_table.c.lane, outbox_table.c.number))]


def test_a_text_is_gone_and_the_rest_is_as_it_was(database: Database) -> None:
    """A redacted text reads as removed, its neighbours as before, and the chain verifies; it can be done once."""
    row = database.tx_sync(room_with, [NoteTaken(text="hunter2"), NoteTaken(text="oops")])
    assert database.tx_sync(redacting.redact, row.id, 1, "text") == "hunter2"
    with pytest.raises(NotFound, match="removed before"):
        database.tx_sync(redacting.redact, row.id, 1, "text")
    events = [entry.event for entry in database.read_sync(rooms.entries, row.id)]
    assert events == [NoteTaken(text=REMOVED), NoteTaken(text="oops")]


@pytest.mark.parametrize(("seq", "field"), [(1, "reason"), (1, "inject"), (2, "text"), (3, "person"), (9, "text")])
def test_what_cannot_be_redacted(database: Database, seq: int, field: str) -> None:
    """Only what people typed can be redacted: no hidden note, no other field, nothing that is not there."""
    events = [InjectSkipped(inject="gone", reason="lost"), NoteTaken(text=""), StepDone(run="R1", step="a", answer="b")]
    row = database.tx_sync(room_with, events)
    with pytest.raises(NotFound, match="no text"):
        database.tx_sync(redacting.redact, row.id, seq, field)


def test_which_texts_there_are(database: Database) -> None:
    """What was typed into an entry is listed by its place, the removed marked; a hidden text is not offered."""
    opened = RoomOpened(key="INC-1", workspace="T1", mode=Mode.REAL, title="It is dark")
    row = database.tx_sync(room_with, [opened, InjectSkipped(inject="gone", reason="lost")])
    assert database.read_sync(redacting.typed, row.id, 1) == [redacting.Typed(field="title", text="It is dark")]
    assert database.read_sync(redacting.typed, row.id, 2) == []
    database.tx_sync(redacting.redact, row.id, 1, "title")
    assert database.read_sync(redacting.typed, row.id, 1) == [redacting.Typed(field="title", text=None)]


def test_gone_from_every_table(database: Database) -> None:
    """A text that was said, waits to be said, failed to be said, or lies in a delivery, is in none of the tables afterwards."""
    payload = json.dumps({"event": {"type": "message", "text": f"it is {SECRET}", "ts": "1.2"}})

    def keep(conn: Connection) -> int:
        row = room_with(conn, [NoteTaken(text=SECRET)])
        words = Say(place="war-room", tone=Tone.PLAIN, title=f"<{SECRET}>", body=("It is ", Bold(SECRET), "."))
        outbox.put(
            conn, row.id, [words, words, say(SECRET), OpenRealRoom(title="a", by="ana", people=(), note=SECRET)], NOON
        )
        for claimed in outbox.claim(conn, NOON, SECOND, 9):
            outbox.settle(conn, claimed, NOON, outcome={"said": SECRET})
        for claimed in outbox.claim(conn, NOON, SECOND, 9):
            outbox.give_up(conn, claimed, NOON, f"not_allowed: {SECRET}")
        inbox.keep(conn, "event:1", NOON, payload)
        return row.id

    room = database.tx_sync(keep)
    assert everything_escaped(database).count("CANARY") > 7
    database.tx_sync(redacting.redact, room, 1, "text")
    assert "CANARY" not in everything_escaped(database)
    bodies = [json.loads(body) for body in database.read_sync(said)]
    assert [body["title"] for body in bodies] == ["a", f"<{REMOVED}>", f"<{REMOVED}>", REMOVED]
    [kept] = database.read_sync(inbox.unfinished, NOON + SECOND)
    assert json.loads(kept.payload) == {"event": {"type": "message", "text": f"it is {REMOVED}", "ts": "1.2"}}
    [waits] = database.tx_sync(outbox.claim, NOON, SECOND, 9)
    assert waits.effect == say(REMOVED)


def everything_escaped(database: Database) -> str:
    return database.read_sync(everything)


def test_words_that_are_kinds_and_places_stay(database: Database) -> None:
    """Whoever removes a text that happens to be the name of a place or a kind does not break what is to be said."""

    def keep(conn: Connection) -> int:
        row = room_with(conn, [NoteTaken(text="war-room"), NoteTaken(text="plain"), NoteTaken(text="Bold")])
        outbox.put(
            conn, row.id, [Say(place="war-room", tone=Tone.PLAIN, body=("plain ", Bold("Bold in the war-room")))], NOON
        )
        return row.id

    room = database.tx_sync(keep)
    for seq in (1, 2, 3):
        database.tx_sync(redacting.redact, room, seq, "text")
    [waits] = database.tx_sync(outbox.claim, NOON, SECOND, 9)
    removed = Bold(f"{REMOVED} in the {REMOVED}")
    assert waits.effect == Say(place="war-room", tone=Tone.PLAIN, body=(f"{REMOVED} ", removed))


def test_short_words_are_removed_as_words(database: Database) -> None:
    """A text of a letter or three is not cut out of the middle of other words."""

    def keep(conn: Connection) -> int:
        row = room_with(conn, [NoteTaken(text="no")])
        outbox.put(conn, row.id, [say("no, nobody knows; no")], NOON)
        return row.id

    room = database.tx_sync(keep)
    database.tx_sync(redacting.redact, room, 1, "text")
    [waits] = database.tx_sync(outbox.claim, NOON, SECOND, 9)
    assert waits.effect == say(f"{REMOVED}, nobody knows; {REMOVED}")


def test_what_acts_is_not_changed(database: Database) -> None:
    """As long as something that acts waits with this text, it is not removed: it would act upon another. Then it is."""

    def keep(conn: Connection) -> int:
        row = room_with(conn, [NoteTaken(text=SECRET)])
        outbox.put(conn, row.id, [RunCheck(run="R1", step="a", attempt=1, probe=Tcp(target=SECRET))], NOON)
        return row.id

    room = database.tx_sync(keep)
    before = database.read_sync(everything)
    with pytest.raises(NotNow, match="still needs this text"):
        database.tx_sync(redacting.redact, room, 1, "text")
    assert database.read_sync(everything) == before
    [claimed] = database.tx_sync(outbox.claim, NOON, SECOND, 9)
    database.tx_sync(outbox.settle, claimed, NOON, outcome={})
    database.tx_sync(redacting.redact, room, 1, "text")
    assert "CANARY" not in database.read_sync(everything)


def test_where_else_the_same_words_are(database: Database) -> None:
    """Other entries that hold the same words, in any room, alone or among others, are named, so that nobody takes it for gone."""
    one = database.tx_sync(
        room_with, [NoteTaken(text="50% _off_"), NoteTaken(text="50% _off_!"), NoteTaken(text="50x yoff")]
    )
    other = database.tx_sync(room_with, [NoteTaken(text="it was 50% _off_ then")])
    text = database.tx_sync(redacting.redact, one.id, 1, "text")
    assert database.read_sync(redacting.elsewhere, text) == [
        Elsewhere(room=one.key, seq=2, field="text"),
        Elsewhere(room=other.key, seq=1, field="text"),
    ]
    assert database.read_sync(redacting.elsewhere, " ") == []


# --- the files of SQLite

notes = st.lists(st.tuples(st.booleans(), st.integers(1, 9_000)), min_size=1, max_size=40)


@settings(unhurried, max_examples=many(25))
@given(notes=notes)
def test_nowhere_in_the_files(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, notes: list[tuple[bool, int]]
) -> None:
    """Whatever else was written around them, removed texts are in no byte of the database's files, while the bot has it open."""
    folder = tmp_path_factory.mktemp("canary")
    file = folder / "warroom.db"
    file.write_bytes(sqlite_template.read_bytes())
    events = [
        NoteTaken(text=f"{'CANARY' if secret else 'harmless'}-{each:03}{'x' * more}")
        for each, (secret, more) in enumerate(notes)
    ]
    with Database(f"sqlite:///{file}") as database:
        row = database.tx_sync(room_with, events)
        for seq, event in enumerate(events, start=1):
            if event.text.startswith("CANARY"):
                text = database.tx_sync(redacting.redact, row.id, seq, "text")
                assert redacting.fold_in(database, text, thoroughly=False)
        assert not [each.name for each in folder.iterdir() if b"CANARY" in each.read_bytes()]
        assert [e.event.text for e in database.read_sync(rooms.entries, row.id)] == [  # type: ignore[attr-defined]
            REMOVED if event.text.startswith("CANARY") else event.text for event in events
        ]


def test_a_reader_holds_the_log(sqlite_url: str, tmp_path: Path) -> None:
    """While somebody reads an older moment the log cannot be folded in: that is said, and later it can."""
    with Database(sqlite_url) as database:
        row = database.tx_sync(room_with, [NoteTaken(text=SECRET)])
        with closing(open_(tmp_path / "warroom.db", "ro")) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM texts").fetchall()
            text = database.tx_sync(redacting.redact, row.id, 1, "text")
            assert not redacting.fold_in(database, text, thoroughly=True)
        assert redacting.fold_in(database, text, thoroughly=False)


def test_left_by_another_program(sqlite_url: str, tmp_path: Path) -> None:
    """What a program without `secure_delete` left of the text in the file is found, and written over when there is time."""
    file = tmp_path / "warroom.db"
    with closing(open_(file, "rw")) as other:
        other.execute("PRAGMA secure_delete = 0")
        other.execute("CREATE TABLE notes (text)")
        other.executemany("INSERT INTO notes VALUES (?)", [("CANARY-hunter2" * 20,)] * 300)
        other.execute("DROP TABLE notes")
    with Database(sqlite_url) as database:
        row = database.tx_sync(room_with, [NoteTaken(text="CANARY-hunter2")])
        text = database.tx_sync(redacting.redact, row.id, 1, "text")
        assert not redacting.fold_in(database, text, thoroughly=False)
        assert redacting.fold_in(database, text, thoroughly=True)
        assert b"CANARY" not in file.read_bytes()


def test_where_there_is_no_file() -> None:
    """A database in memory has no file from which anything would have to be removed."""
    with Database("sqlite://") as database:
        assert redacting.fold_in(database, SECRET, thoroughly=True)


def test_a_room_of_its_own(database: Database) -> None:
    """What the same people typed in another room stays."""
    one, other = (database.tx_sync(room_with, [NoteTaken(text="hunter2")]) for _ in range(2))
    database.tx_sync(redacting.redact, one.id, 1, "text")
    assert [each.event for each in database.read_sync(rooms.entries, other.id)] == [NoteTaken(text="hunter2")]


@pytest.mark.parametrize("said_so", ["2026", "00", "12", "C1", "1.2"])
def test_what_came_of_a_message_is_still_found(database: Database, said_so: str) -> None:
    """Removing a number that somebody typed takes nothing out of an instant, or of what Slack calls a message."""

    def keep(conn: Connection) -> int:
        row = room_with(conn, [NoteTaken(text=said_so)])
        outbox.put(conn, row.id, [say("a", "a"), say("b", "b")], NOON)
        first, second = outbox.claim(conn, NOON, SECOND, 9)
        outbox.settle(conn, first, NOON, outcome={"channel": "C1", "ts": "1.2", "text": said_so})
        outbox.put_back(conn, second, NOON, f"HTTP {said_so}", failed_at=NOON)
        return row.id

    room = database.tx_sync(keep)
    database.tx_sync(redacting.redact, room, 1, "text")
    (again,) = database.tx_sync(outbox.claim, NOON, SECOND, 9)
    assert again.failed_at == NOON
    assert database.read_sync(outbox.stands_before, f"{room}:talk:a", 2, "C1") == "1.2"
    said_of_it = database.read_sync(lambda conn: [json.loads(o) for o in conn.scalars(select(outbox_table.c.outcome))])
    assert REMOVED in {each.get("text") for each in said_of_it}
    assert f"HTTP {REMOVED}" in {each.get("reason") for each in said_of_it}
