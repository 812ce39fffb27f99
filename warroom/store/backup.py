"""Copies of an SQLite database that can be relied on, and putting one back.

    back_up(url, target)  -> Copied     a copy of one moment, made while the bot writes; looked at before it has its name
    restore(url, source)  -> Restored   a copy in the place of the database; refused while anybody has that one open

Whatever is killed in the middle leaves the database as it was before or as it is after, never in between. A copy gets
its name only when it is whole and on the disk. A restore writes into the database in one transaction of SQLite's own,
so that its journal undoes half of one, and a process that starts meanwhile waits and then finds the new content.
"""

import os
import shlex
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL

from warroom.core.declaring import dataclass
from warroom.errors import InTheWay, NotFound, VerificationFailed
from warroom.store import migrate, rooms
from warroom.store.addresses import for_programs
from warroom.store.copying import (
    BESIDE,
    PAGES,
    Told,
    copy,
    file_of,
    must_be_sound,
    name,
    onto_disk,
    open_,
    part_of,
    quiet,
    reading,
    what_to_do,
)
from warroom.store.errors import StoreUnusable


@dataclass(frozen=True, kw_only=True, slots=True)
class Copied:
    """A copy that was looked at. `revision` is its schema; None when it has none yet."""

    file: Path
    rooms: int
    entries: int
    revision: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """`before` is where the database that was there is kept; None when there was none."""

    copied: Copied
    before: Path | None


def back_up(url: URL, target: Path, *, force: bool = False, told: Told = quiet) -> Copied:
    """Copy the database to `target`, whoever writes meanwhile.

    Raises InTheWay when there is a file already, and VerificationFailed when the database is not sound: then the copy is
    kept under another name, which the sentence says.
    """
    source = _must_be_there(_must_be_file(url))
    if target.exists() and not force:
        raise InTheWay(f"There is a file {target} already. Name another, or write over it with --force.")
    with part_of(target) as part:
        copy(source, part, told)
        try:
            copied = _looked_at(part, target, told)
        except VerificationFailed as failed:
            aside = target.with_name(target.name + ".unverified")
            os.replace(part, aside)
            raise VerificationFailed(f"{failed} {target} was not written; the copy is kept as {aside}.") from None
        name(part, target)
    return copied


def restore(url: URL, source: Path, now: datetime, *, told: Told = quiet) -> Restored:
    """Put the copy in the place of the database, and keep what was there beside it, under a name with the time.

    Raises VerificationFailed or StoreUnusable when the copy will not do, and InTheWay while anybody has the database
    open. Then nothing has changed.
    """
    database = _must_be_file(url)
    if _must_be_there(source).resolve() == database.resolve():
        raise InTheWay(f"{source} is the database itself.")
    database.parent.mkdir(parents=True, exist_ok=True)
    with part_of(database) as part:
        copy(source, part, told)
        copied = _looked_at(part, source, told)
        if copied.revision is None or not migrate.known(copied.revision):
            raise StoreUnusable(_of_another_release(source, copied.revision))
        before = database.with_name(f"{database.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
        if not database.exists():
            name(part, database)
            return Restored(copied=copied, before=None)
        if before.exists():
            raise InTheWay(f"There is a file {before} already. Wait a second and try again.")
        _replace(part, database, before, told)
    return Restored(copied=copied, before=before)


def command_for_postgresql(url: URL, file: Path, *, back: bool) -> str:
    """What to type for PostgreSQL, without the password."""
    there, name = for_programs(url), shlex.quote(str(file))
    if back:
        return f"pg_restore --clean --if-exists --single-transaction --no-owner --dbname='{there}' {name}"
    return f"pg_dump --format=custom --file={name} '{there}'"


# --- one copy


def _must_be_file(url: URL) -> Path:
    file = file_of(url)
    if file is None:
        raise StoreUnusable("A database in memory has no file: there is nothing to copy or to put back.")
    return file


def _must_be_there(file: Path) -> Path:
    if not file.is_file():
        raise NotFound(f"There is no file {file}.")
    return file


def _looked_at(part: Path, called: Path, told: Told) -> Copied:
    """The copy when it is sound and every timeline in it verifies."""
    told("checking", 0, 1)
    with reading(part) as conn:
        must_be_sound(conn, called)
        revision = migrate.revision(conn)
        if revision is None:
            raise VerificationFailed(f"{called} is no database of warroom: it has no schema.")
        there = conn.exec_driver_sql("SELECT id, seq FROM rooms ORDER BY id").all()
        of, done = sum(row.seq for row in there), 0
        for row in there:
            rooms.verify(conn, row.id)
            done += row.seq
            told("verifying", done, of)
    return Copied(file=called, rooms=len(there), entries=done, revision=revision)


def _of_another_release(source: Path, revision: str | None) -> str:
    return (
        f"{source} is at schema {revision}, and this release of warroom knows only up to {migrate.HEAD}: "
        "a newer warroom wrote it. Restore it with that one."
    )


# --- putting one back


def _replace(part: Path, database: Path, before: Path, told: Told) -> None:
    try:
        _write_in(part, database, before, told)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_NOTADB:
            raise StoreUnusable(f"{database} could not be written: {error}. {what_to_do(error)}") from None
        told("setting aside", 0, 1)
        _set_aside(database, before)  # it cannot be read at all, so nobody can be working with it
        name(part, database)


def _write_in(part: Path, database: Path, before: Path, told: Told) -> None:
    with closing(open_(database, "rw")) as held:
        _take_alone(held, database)
        with part_of(before) as kept:
            with closing(open_(kept, "rw")) as copy:
                held.backup(
                    copy, pages=PAGES, progress=lambda _, left, of: told("keeping what was there", of - left, of)
                )
            onto_disk(kept)
            told("kept", 0, 1)
            name(kept, before)
        told("writing", 0, 1)
        with closing(open_(part, "ro")) as new:
            new.backup(held, pages=PAGES, progress=lambda _, left, of: told("writing", of - left, of))
    told("written", 1, 1)


def _take_alone(held: sqlite3.Connection, database: Path) -> None:
    """From now on, until `held` is closed, no other connection can so much as read.

    Every connection to a database with a write-ahead log holds a shared lock as long as it is open. So leaving that mode
    fails while there is one, even if it is idle; when it succeeds, -wal and -shm are folded in and gone.
    """
    try:
        held.execute("PRAGMA locking_mode = EXCLUSIVE")
        held.execute("PRAGMA synchronous = EXTRA")
        mode = held.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
        held.execute("BEGIN EXCLUSIVE")
        held.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        mode = "busy"
    if mode != "delete":
        raise InTheWay(
            f"Somebody has {database} open, probably the bot. Stop it, then restore; nothing has been changed."
        )
    database.with_name(f"{database.name}-shm").unlink(missing_ok=True)  # one that a dead bot left


def _set_aside(database: Path, before: Path) -> None:
    """Move what is no database away, with what lies beside it, the file itself last."""
    for end in (*BESIDE, ""):
        there = database.with_name(database.name + end)
        if there.exists():
            os.replace(there, before.with_name(before.name + end))
    onto_disk(database.parent)
