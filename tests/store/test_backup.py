"""Backups of an SQLite database, and putting one back: whole or not at all, whoever writes and whatever is killed."""

import logging
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import URL, Connection, make_url

from tests.store.building import NOON, new_room, room_with, take_note
from warroom.core.events import NoteTaken
from warroom.errors import InTheWay, NotFound, VerificationFailed
from warroom.store import migrate, rooms
from warroom.store.backup import back_up, command_for_postgresql, restore
from warroom.store.db import Database
from warroom.store.errors import StoreUnusable

BEFORE = "warroom.db.before-restore-20260301T120000Z"


@pytest.fixture
def url(sqlite_url: str) -> URL:
    return make_url(sqlite_url)


def write(url: URL, *texts: str) -> None:
    """A room with these notes."""
    with Database(url.render_as_string()) as database:
        database.tx_sync(room_with, [NoteTaken(text=each) for each in texts])


def notes(file: Path) -> list[str]:
    """Every note in the database, in order, read as a bot would read it; each room's chain verifies."""

    def read(conn: Connection) -> list[str]:
        listed = rooms.listing(conn, None, mode="all")
        for row in listed:
            rooms.verify(conn, row.id)
        return [entry.event.text for row in reversed(listed) for entry in rooms.entries(conn, row.id)]  # type: ignore[attr-defined]

    with Database(f"sqlite:///{file}") as database:
        return database.read_sync(read)


def beside(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


# --- backing up


def test_a_copy_is_whole(url: URL, tmp_path: Path) -> None:
    """A backup holds what the database held, says how much that is, and is one file."""
    write(url, "one", "two")
    write(url, "three")
    (tmp_path / "kept").mkdir()
    copied = back_up(url, tmp_path / "kept" / "copy.db")
    assert (copied.rooms, copied.entries, copied.revision) == (2, 3, migrate.HEAD)
    assert beside(tmp_path / "kept") == {"copy.db"}
    assert notes(copied.file) == ["one", "two", "three"]


def test_while_somebody_writes(url: URL, tmp_path: Path) -> None:
    """Backups made while a bot writes without pause are each a moment of it: no entry is half there, none missing."""
    write(url, "first")
    stop = Event()

    def keep_writing() -> None:
        with Database(url.render_as_string()) as bot:
            row = bot.tx_sync(new_room)
            while not stop.is_set():
                bot.tx_sync(take_note, row.id, "more")

    writer = Thread(target=keep_writing)
    writer.start()
    try:
        counts = [back_up(url, tmp_path / f"copy-{each}.db").entries for each in range(5)]
    finally:
        stop.set()
        writer.join()
    assert counts == sorted(counts)
    for each, entries in enumerate(counts):
        assert len(notes(tmp_path / f"copy-{each}.db")) == entries


def test_a_long_copy_is_one_moment(url: URL, tmp_path: Path) -> None:
    """What is written between two pieces of a copy is not in it, and does not make it begin again."""
    write(url, *("x" * 50_000 for _ in range(80)))
    told: list[tuple[str, int]] = []
    with Database(url.render_as_string()) as bot:
        row = bot.tx_sync(new_room)

        def between(what: str, done: int, of: int) -> None:
            told.append((what, done))
            bot.tx_sync(take_note, row.id, "meanwhile")

        copied = back_up(url, tmp_path / "copy.db", told=between)
    copying = [done for what, done in told if what == "copying"]
    assert len(copying) > 2
    assert copying == sorted(copying)
    assert copied.entries == 80
    assert "meanwhile" not in notes(copied.file)


def test_nothing_is_written_over(url: URL, tmp_path: Path) -> None:
    """A file that is there stays as it is, unless it is said to be written over; then it is whole as well."""
    target = tmp_path / "copy.db"
    target.write_bytes(b"precious")
    with pytest.raises(InTheWay, match="--force"):
        back_up(url, target)
    assert target.read_bytes() == b"precious"
    assert back_up(url, target, force=True).rooms == 0
    assert notes(target) == []


def test_what_does_not_verify_gets_another_name(url: URL, tmp_path: Path) -> None:
    """When a timeline was tampered with, the backup of before is not written over, and the copy is kept for looking at."""
    write(url, "one", "two")
    target = tmp_path / "copy.db"
    back_up(url, target)
    with closing(sqlite3.connect(str(url.database))) as forger:
        forger.execute("DROP TRIGGER entries_refuse_update")
        forger.execute("UPDATE entries SET by = 'mallory' WHERE seq = 2")
        forger.commit()
    with pytest.raises(VerificationFailed, match=r"GD-1: entry 2 .* kept as .*copy\.db\.unverified"):
        back_up(url, target, force=True)
    assert notes(target) == ["one", "two"]
    assert (tmp_path / "copy.db.unverified").exists()


def test_where_nothing_can_be_copied(url: URL, tmp_path: Path) -> None:
    """A database that is not there, one in memory, and a folder that is not there are told in a sentence, and leave nothing."""
    with pytest.raises(NotFound, match="There is no file"):
        back_up(make_url(f"sqlite:///{tmp_path}/none.db"), tmp_path / "copy.db")
    with pytest.raises(StoreUnusable, match="in memory"):
        back_up(make_url("sqlite://"), tmp_path / "copy.db")
    with pytest.raises(StoreUnusable, match="Nothing can be written"):
        back_up(url, tmp_path / "nowhere" / "copy.db")
    assert beside(tmp_path) == {"warroom.db"}


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be taken for one" * 100])
def test_what_is_no_database(tmp_path: Path, content: bytes) -> None:
    """A file that is no database of warroom is said to be none, and no copy of it gets the name."""
    (tmp_path / "odd.db").write_bytes(content)
    with pytest.raises((VerificationFailed, StoreUnusable), match=r"no database of warroom|no SQLite database"):
        back_up(make_url(f"sqlite:///{tmp_path}/odd.db"), tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


# --- restoring


def test_a_restore_takes_the_place(url: URL, tmp_path: Path) -> None:
    """After a restore the database is what the backup was, what was there is beside it, and nothing else is."""
    write(url, "old")
    back_up(url, tmp_path / "copy.db")
    write(url, "new")
    restored = restore(url, tmp_path / "copy.db", NOON)
    assert restored.before == tmp_path / BEFORE
    assert beside(tmp_path) == {"warroom.db", "copy.db", BEFORE}
    assert notes(tmp_path / "warroom.db") == ["old"]
    assert notes(tmp_path / BEFORE) == ["old", "new"]


def test_what_a_dead_bot_left_in_its_log_is_kept_too(url: URL, tmp_path: Path) -> None:
    """A bot that was killed leaves its newest entries in -wal: they are in what is kept, and do not reach the new one."""
    write(url, "old")
    back_up(url, tmp_path / "copy.db")
    if (child := os.fork()) == 0:
        write_and_die(url, "in the log")
    os.waitpid(child, 0)
    assert "warroom.db-wal" in beside(tmp_path)
    restore(url, tmp_path / "copy.db", NOON)
    assert beside(tmp_path) == {"warroom.db", "copy.db", BEFORE}
    assert notes(tmp_path / "warroom.db") == ["old"]
    assert notes(tmp_path / BEFORE) == ["old", "in the log"]


def write_and_die(url: URL, note: str) -> None:
    database = Database(url.render_as_string())
    database.tx_sync(room_with, [NoteTaken(text=note)])
    os.kill(os.getpid(), signal.SIGKILL)


def test_refused_while_a_bot_is_there(url: URL, tmp_path: Path) -> None:
    """As long as a bot has the database open, even one that does nothing, it is not restored, and the bot notices nothing."""
    write(url, "old")
    back_up(url, tmp_path / "copy.db")
    with Database(url.render_as_string()) as bot:
        row = bot.tx_sync(room_with, [NoteTaken(text="new")])
        with pytest.raises(InTheWay, match="Stop it"):
            restore(url, tmp_path / "copy.db", NOON)
        bot.tx_sync(take_note, row.id, "goes on")
    assert notes(tmp_path / "warroom.db") == ["old", "new", "goes on"]
    assert restore(url, tmp_path / "copy.db", NOON).copied.entries == 1


def test_refused_while_another_process_is_there(url: URL, tmp_path: Path) -> None:
    """The same with a bot in a process of its own, as it is in life; when that is killed, the restore goes through."""
    write(url, "old")
    back_up(url, tmp_path / "copy.db")
    here, there = os.pipe()
    if (child := os.fork()) == 0:
        bot = Database(url.render_as_string())
        bot.tx_sync(room_with, [NoteTaken(text="new")])
        os.write(there, b"!")
        signal.pause()
    assert os.read(here, 1) == b"!"
    try:
        with pytest.raises(InTheWay, match="Stop it"):
            restore(url, tmp_path / "copy.db", NOON)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(here)
        os.close(there)
    assert notes(tmp_path / "warroom.db") == ["old", "new"]
    restore(url, tmp_path / "copy.db", NOON)
    assert notes(tmp_path / "warroom.db") == ["old"]


def test_a_bot_that_starts_meanwhile_waits(url: URL, tmp_path: Path) -> None:
    """A process that opens the database while it is being restored sees the new content, never half of it."""
    write(url, *("x" * 50_000 for _ in range(80)))
    back_up(url, tmp_path / "copy.db")
    write(url, "new")
    seen: list[int] = []

    def start(what: str, done: int, of: int) -> None:
        if what == "writing" and done and not starting:
            starting.append(Thread(target=lambda: seen.append(len(notes(tmp_path / "warroom.db")))))
            starting[0].start()

    starting: list[Thread] = []
    restore(url, tmp_path / "copy.db", NOON, told=start)
    starting[0].join()
    assert seen == [80]


def test_where_there_was_nothing(url: URL, tmp_path: Path) -> None:
    """A backup can be put where no database is yet; then there is nothing to keep."""
    write(url, "old")
    back_up(url, tmp_path / "copy.db")
    there = make_url(f"sqlite:///{tmp_path}/another/warroom.db")
    assert restore(there, tmp_path / "copy.db", NOON).before is None
    assert notes(tmp_path / "another" / "warroom.db") == ["old"]
    assert beside(tmp_path / "another") == {"warroom.db"}


def test_over_what_is_no_database_any_more(url: URL, tmp_path: Path) -> None:
    """A database that cannot even be read is moved away, with its log, and the backup takes its place."""
    write(url, "old")
    back_up(url, tmp_path / "copy.db")
    (tmp_path / "warroom.db").write_bytes(b"\0\1" * 5_000)
    (tmp_path / "warroom.db-wal").write_bytes(b"torn")
    restore(url, tmp_path / "copy.db", NOON)
    assert notes(tmp_path / "warroom.db") == ["old"]
    assert (tmp_path / BEFORE).read_bytes() == b"\0\1" * 5_000
    assert not [each for each in beside(tmp_path) if each.startswith("warroom.db-")]


def torn(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[20_000:40_000] = b"\7" * 20_000
    file.write_bytes(content)


def forged(file: Path) -> None:
    with closing(sqlite3.connect(file)) as forger:
        forger.execute("DROP TRIGGER texts_refuse_update")
        forger.execute("UPDATE texts SET text = 'never said'")
        forger.commit()


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as later:
        later.execute("UPDATE alembic_version SET version_num = '9999'")
        later.commit()


@pytest.mark.parametrize(
    ("spoil", "error", "sentence"),
    [
        (lambda file: file.write_text("not a database"), StoreUnusable, "no SQLite database"),
        (lambda file: file.write_bytes(b""), VerificationFailed, "no database of warroom"),
        (torn, VerificationFailed, "damaged|cannot be read"),
        (forged, VerificationFailed, "GD-1: entry 1 "),
        (newer, StoreUnusable, "schema 9999.*newer warroom"),
        (lambda file: file.unlink(), NotFound, "no file"),
    ],
)
def test_what_is_not_put_back(
    url: URL, tmp_path: Path, spoil: Callable[[Path], object], error: type[Exception], sentence: str
) -> None:
    """A backup that is damaged, forged, of a newer release or not there changes nothing, and is told in a sentence."""
    write(url, "old")
    back_up(url, tmp_path / "copy.db")
    spoil(tmp_path / "copy.db")
    write(url, "new")
    with pytest.raises(error, match=sentence):
        restore(url, tmp_path / "copy.db", NOON)
    assert notes(tmp_path / "warroom.db") == ["old", "new"]
    assert not (tmp_path / BEFORE).exists()
    assert not [each for each in beside(tmp_path) if each.endswith(".part")]


def test_not_over_itself(url: URL) -> None:
    """The database is not taken for its own backup."""
    with pytest.raises(InTheWay, match="itself"):
        restore(url, Path(str(url.database)), NOON)


def test_killed_at_every_step(url: URL, tmp_path: Path) -> None:
    """Whenever a restore is killed, the database is what it was or what the backup was; the next one goes through."""
    write(url, *("old" + "x" * 50_000 for _ in range(60)))
    back_up(url, tmp_path / "copy.db")
    write(url, *("new" + "y" * 50_000 for _ in range(60)))
    steps: list[str] = []
    restore(url, tmp_path / "copy.db", NOON, told=lambda what, done, of: steps.append(what))
    os.replace(tmp_path / BEFORE, tmp_path / "both.db")
    assert {"copying", "checking", "verifying", "keeping what was there", "kept", "writing", "written"} == set(steps)
    assert steps.count("writing") > 2
    seen: list[int] = []
    for number in range(len(steps)):
        (tmp_path / "warroom.db").unlink()
        restore(url, tmp_path / "both.db", NOON)
        if (child := os.fork()) == 0:
            killed_at(number, url, tmp_path / "copy.db")
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
        there = len(notes(tmp_path / "warroom.db"))
        seen.append(there)
        (tmp_path / BEFORE).unlink(missing_ok=True)
        assert restore(url, tmp_path / "copy.db", NOON).copied.entries == 60
        (tmp_path / BEFORE).unlink()
    assert seen == sorted(seen, reverse=True)
    assert set(seen) == {60, 120}


def killed_at(number: int, url: URL, file: Path) -> None:
    left = iter(range(number, -1, -1))

    def told(what: str, done: int, of: int) -> None:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    restore(url, file, NOON, told=told)
    os._exit(1)


# --- before a migration


def older(url: URL) -> None:
    """The database as the release before left it."""
    with closing(sqlite3.connect(str(url.database))) as conn:
        conn.executescript(
            "DROP INDEX ix_outbox_sweep_at; ALTER TABLE outbox DROP COLUMN sweep_at;"
            "DROP INDEX ix_inbox_received_at; DROP INDEX ix_inbox_unfinished; ALTER TABLE inbox DROP COLUMN take_at; ALTER TABLE inbox DROP COLUMN tries;"
            "CREATE INDEX ix_inbox_unfinished ON inbox (received_at) WHERE state = 'kept';"
            "DROP TABLE budgets; DROP TABLE identities; UPDATE alembic_version SET version_num = '0002';"
        )


def test_kept_before_a_migration(url: URL, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Before the schema changes, the database as it is is kept beside it and the log says where; the second time not again."""
    write(url, "precious")
    older(url)
    with caplog.at_level(logging.WARNING), Database(url.render_as_string()) as database:
        migrate.upgrade(database)
        assert migrate.current(database) == migrate.HEAD
        kept = tmp_path / f"warroom.db.before-{migrate.HEAD}.backup"
        assert f"kept as {kept}" in caplog.text
        content = kept.read_bytes()
        database.tx_sync(room_with, [NoteTaken(text="later")])
        migrate.upgrade(database)
    assert kept.read_bytes() == content
    restore(url, kept, NOON)
    with closing(sqlite3.connect(str(url.database))) as conn:
        assert conn.execute("SELECT version_num FROM alembic_version").fetchone() == ("0002",)
    with Database(url.render_as_string()) as database:
        migrate.upgrade(database)
    assert notes(tmp_path / "warroom.db") == ["precious"]


def test_nothing_to_lose(url: URL, tmp_path: Path) -> None:
    """A database without rooms, and a new one, are migrated without a copy."""
    older(url)
    with Database(url.render_as_string()) as database, Database(f"sqlite:///{tmp_path}/new.db") as new:
        migrate.upgrade(database)
        migrate.upgrade(new)
    assert not [each for each in beside(tmp_path) if "backup" in each]


def test_no_migration_without_its_copy(url: URL, tmp_path: Path) -> None:
    """When the copy cannot be made, the schema stays as it is, so that nothing is changed that could not be taken back."""
    write(url, "precious")
    older(url)
    (tmp_path / f"warroom.db.before-{migrate.HEAD}.backup").mkdir()
    with Database(url.render_as_string()) as database:
        with pytest.raises(StoreUnusable, match="could not be written"):
            migrate.upgrade(database)
        assert migrate.current(database) == "0002"


# --- PostgreSQL


def test_what_to_type_for_postgresql() -> None:
    """For PostgreSQL the commands name the database, every host of it, and no password."""
    url = make_url("postgresql://bot:hunter2@db.example:5433/warroom?sslmode=require&password=hunter3")
    there = "postgresql://bot@db.example:5433/warroom?sslmode=require"
    assert command_for_postgresql(url, Path("w.dump"), back=False) == f"pg_dump --format=custom --file=w.dump '{there}'"
    assert f"--dbname='{there}' w.dump" in command_for_postgresql(url, Path("w.dump"), back=True)
    several = make_url("postgresql://bot@/warroom?host=west:5432&host=east:5432&target_session_attrs=read-write")
    there = "postgresql://bot@west:5432,east:5432/warroom?target_session_attrs=read-write"
    assert command_for_postgresql(several, Path("my w"), back=False).endswith(f"--file='my w' '{there}'")
