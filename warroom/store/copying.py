"""Copying an SQLite database, one moment of it, into a file that is whole or not there.

What has its name is whole and on the disk: a copy is made in a file beside the one it is to become, and renamed.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import quote

from sqlalchemy import URL, Connection, NullPool, create_engine
from sqlalchemy.exc import DatabaseError

from warroom.errors import VerificationFailed
from warroom.store.errors import StoreUnusable

Told = Callable[[str, int, int], None]  # what is being done, how much of it is done, of how much
PAGES = 500  # copied between two words about how far it is
BESIDE = ("-wal", "-shm", "-journal")  # files that SQLite keeps beside a database
MOMENT = 0.25  # seconds to wait for a lock: for a reader that looks in, not for a bot


def quiet(what: str, done: int, of: int) -> None:
    """For whom nobody waits."""


def file_of(url: URL) -> Path | None:
    """The file of an SQLite database; None for any other, and for one in memory."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


@contextmanager
def part_of(target: Path) -> Iterator[Path]:
    """A file beside `target` that becomes it, or is gone: what has the name is whole."""
    try:
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", suffix=".part", delete=False) as made:
            part = Path(made.name)
    except OSError as error:
        raise StoreUnusable(f"Nothing can be written to {target.parent}: {error.strerror}.") from None
    try:
        yield part
    finally:
        for each in (part, *(part.with_name(part.name + end) for end in BESIDE)):
            each.unlink(missing_ok=True)


def copy(source: Path, part: Path, told: Told) -> None:
    """One moment of `source`: nothing that is written meanwhile gets in, and nothing makes it begin again."""
    try:
        with closing(open_(source, _softly(source))) as there, closing(open_(part, "rw")) as here:
            there.execute("PRAGMA query_only = 1")
            there.execute("BEGIN")
            there.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from now on it reads one moment
            there.backup(here, pages=PAGES, progress=lambda _, left, of: told("copying", of - left, of))
            here.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        onto_disk(part)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnusable(f"{source} could not be copied: {error}. {what_to_do(error)}") from None


def _softly(source: Path) -> str:
    """Who may write takes away again what SQLite puts beside a file it reads; who may not leaves it there."""
    return "rw" if os.access(source, os.W_OK) and os.access(source.parent, os.W_OK) else "ro"


def what_to_do(error: Exception) -> str:
    """The end of a sentence that says that a copy failed."""
    match getattr(error, "sqlite_errorcode", None):
        case sqlite3.SQLITE_FULL:
            return "The disk is full: free some space, or write elsewhere."
        case sqlite3.SQLITE_NOTADB:
            return "It is no SQLite database."
        case _:
            return "Nothing was changed."


def must_be_sound(conn: Connection, called: Path) -> None:
    """Raises VerificationFailed unless SQLite finds nothing wrong. The timelines are not looked at."""
    found = [row[0] for row in conn.exec_driver_sql("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        raise VerificationFailed(f"{called} is damaged: {'; '.join(found)}.")
    if broken := conn.exec_driver_sql("PRAGMA foreign_key_check").all():
        raise VerificationFailed(
            f"{called} is damaged: {len(broken)} rows refer to nothing, the first in {broken[0][0]}."
        )


def name(part: Path, target: Path) -> None:
    """The copy is whole: from now on it is `target`."""
    try:
        os.replace(part, target)
    except OSError as error:
        raise StoreUnusable(f"{target} could not be written: {error.strerror}.") from None
    onto_disk(target.parent)


def onto_disk(path: Path) -> None:
    """What is in a file, or which names are in a folder, survives a power cut from now on."""
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot be asked
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(file.absolute()))}?mode={mode}", uri=True, isolation_level=None, timeout=MOMENT
    )


@contextmanager
def reading(file: Path) -> Iterator[Connection]:
    """A connection that can only read; for a copy, beside which nothing lies and nothing is put."""
    engine = create_engine("sqlite://", creator=lambda: open_(file, "ro"), poolclass=NullPool)
    try:
        with engine.connect() as conn:
            yield conn
    except DatabaseError as error:
        raise VerificationFailed(f"{file} cannot be read as a database: {error.orig}.") from None
    finally:
        engine.dispose()
