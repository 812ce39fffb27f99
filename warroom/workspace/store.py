"""The workspace's own SQLite file: one table of values, written as they change.

The file is in WAL mode and every answered request is one committed transaction, so that killing the process loses nothing
that was answered.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from warroom.workspace.model import KINDS, Value

_SCHEMA = """
CREATE TABLE IF NOT EXISTS kept (
    n INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (kind, key)
)"""
_WRITE = """
INSERT INTO kept (kind, key, value) VALUES (?, ?, ?)
ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value"""


class Store:
    """Keeps values across restarts. One process at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(_SCHEMA)

    def load(self) -> Iterator[Value]:
        """Everything that was kept, in the order in which it was first kept."""
        for kind, value in self._connection.execute("SELECT kind, value FROM kept ORDER BY n"):
            yield _decode(kind, value)

    def write(self, kept: Iterable[Value], dropped: Iterable[Value]) -> None:
        """Writes all of it or nothing."""
        with self._connection:
            self._connection.execute("BEGIN")
            self._connection.executemany(
                "DELETE FROM kept WHERE kind = ? AND key = ?", ((v.kind, v.key) for v in dropped)
            )
            self._connection.executemany(_WRITE, ((v.kind, v.key, _encode(v)) for v in kept))

    def clear(self) -> None:
        self._connection.execute("DELETE FROM kept")

    def close(self) -> None:
        self._connection.close()


def _encode(value: Value) -> str:
    return json.dumps({f.name: getattr(value, f.name) for f in fields(value)})


def _decode(kind: str, text: str) -> Value:
    cls: Any = KINDS[kind]
    tuples = {f.name for f in fields(cls) if str(f.type).startswith("tuple")}
    given: dict[str, Any] = json.loads(text)
    value: Value = cls(**{name: tuple(value) if name in tuples else value for name, value in given.items()})
    return value
