"""What can be wrong with the database while the bot runs: six words, a sentence for each, and how an error becomes one.

What is not in here is no trouble of the database: a refusal, a mistake of ours, a row that is not there.
"""

import sqlite3
import time
from dataclasses import field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from warroom.core.declaring import dataclass
from warroom.store.errors import NotDurable

_IN_A_STANDBY = ("session is read-only", "server is in hot standby", "server is not in hot standby", "read-only")


class Kind(StrEnum):
    """What is wrong, as the one that writes finds it."""

    LOCKED = "locked"
    FULL = "full"
    READ_ONLY = "read-only"
    LOST = "lost"
    UNSAFE = "unsafe"
    UNKNOWN = "unknown"

    @property
    def sentence(self) -> str:
        """For people, while it lasts."""
        return _SENTENCES[self][0]

    @property
    def was(self) -> str:
        """For people, when it is over: what comes after “because”."""
        return _SENTENCES[self][1]


_SENTENCES: Final = {
    Kind.LOCKED: (
        "The database is held by somebody else, who does not let go.",
        "the database was held by somebody else",
    ),
    Kind.FULL: ("The disk of the database is full.", "the disk of the database was full"),
    Kind.READ_ONLY: (
        "The database can be read, but it takes nothing new.",
        "the database could be read, but took nothing new",
    ),
    Kind.LOST: ("The database does not answer.", "the database did not answer"),
    Kind.UNSAFE: (
        "The database would not hold on to what it confirms, so nothing is given to it.",
        "the database would not have held on to what it confirmed",
    ),
    Kind.UNKNOWN: (
        "The database failed in a way that warroom does not know; the log says how.",
        "the database failed in a way that warroom does not know",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """`began` is a reading of the machine's steady clock, so that no jump of the other one makes it longer."""

    kind: Kind
    began: float = field(default_factory=time.monotonic)

    @property
    def sentence(self) -> str:
        return self.kind.sentence

    @property
    def lasts(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self.began)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What an error says about the database.

    `undone`: it is certain that nothing was kept, even when the error came while the transaction was being committed.
    `passing`: it may be gone in a moment, and another attempt is worth it.
    """

    kind: Kind
    undone: bool = False
    passing: bool = False


def judge(error: BaseException) -> Verdict | None:
    """What this error says about the database; None when it says nothing."""
    if isinstance(error, NotDurable):
        return Verdict(kind=Kind.UNSAFE, undone=True)
    if isinstance(error, FileNotFoundError | PoolTimeout):
        return Verdict(kind=Kind.LOST, undone=True)
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause)
    if cause is not None and type(cause).__module__.startswith("psycopg"):
        return _of_postgresql(cause)
    return None


def _of_sqlite(error: sqlite3.Error) -> Verdict | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Verdict(kind=Kind.LOCKED, undone=True, passing=True)
        case sqlite3.SQLITE_FULL:
            return Verdict(kind=Kind.FULL, undone=True)
        case sqlite3.SQLITE_READONLY:
            return Verdict(kind=Kind.READ_ONLY, undone=True)
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_NOTADB:
            return Verdict(kind=Kind.LOST, undone=True)
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_PROTOCOL | sqlite3.SQLITE_NOMEM:
            return Verdict(kind=Kind.UNKNOWN)
    return None


def _of_postgresql(error: BaseException) -> Verdict | None:
    state = getattr(error, "sqlstate", None)
    if state is None:
        return _without_state(error)
    match state:
        case "40001" | "40P01":  # serialization failure, deadlock: PostgreSQL asks for another attempt
            return Verdict(kind=Kind.LOCKED, undone=True, passing=True)
        case "55P03":  # lock_timeout has been waited for already
            return Verdict(kind=Kind.LOCKED, undone=True)
        case "53100":
            return Verdict(kind=Kind.FULL, undone=True)
        case "25006":
            return Verdict(kind=Kind.READ_ONLY, undone=True, passing=True)
        case "57P03" | "53300":  # it starts, stops or has no place for us: nothing was begun
            return Verdict(kind=Kind.LOST, undone=True, passing=True)
        case "57014":  # somebody has cancelled it
            return Verdict(kind=Kind.UNKNOWN)
    if state[:2] == "08" or state in ("57P01", "57P02", "57P05", "25P03", "25P04"):  # the connection is gone
        return Verdict(kind=Kind.LOST, passing=True)
    if state[:2] in ("53", "58", "XX"):  # no memory, a disk that fails, corruption
        return Verdict(kind=Kind.UNKNOWN)
    return None


def _without_state(error: BaseException) -> Verdict | None:
    """A connection that broke, or was never made. Only OperationalError and InterfaceError speak of those."""
    if type(error).__name__ not in ("OperationalError", "InterfaceError", "ConnectionTimeout"):
        return None
    if any(words in str(error) for words in _IN_A_STANDBY):
        return Verdict(kind=Kind.READ_ONLY, undone=True, passing=True)
    return Verdict(kind=Kind.LOST, passing=True)


def is_not_allowed(error: DBAPIError) -> bool:
    """Whether PostgreSQL says that the role may not do this (42501, insufficient_privilege)."""
    return getattr(error.orig, "sqlstate", None) == "42501"
