"""Removing a text that somebody typed, wherever this database holds it, for good.

    redact(conn, room, seq, field)  in the transaction that puts it on the timeline
    fold_in(database)               after it: SQLite keeps old pages in its log until they are folded into the file

The chain covers a salted digest of the text, so it still verifies. What cannot be reached from here: messages in the chat,
exports, backups, and what a file system or PostgreSQL keeps of what was overwritten.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Text, and_, func, select, type_coerce, update

from warroom.core import chain, effects
from warroom.core.declaring import dataclass
from warroom.core.effects import FindRunbooks, OpenRealRoom, Talk
from warroom.core.refusals import NotNow
from warroom.core.texts import REMOVED, Kept
from warroom.errors import NotFound
from warroom.store.copying import file_of, open_
from warroom.store.db import Database
from warroom.store.tables import entries, inbox, outbox, rooms, texts

SHORT = 4  # characters; what is shorter is only removed where it stands as a word of its own
TELLING = 8  # characters; what is shorter may well be in the file for another reason
LONGEST = 200  # characters of a text, its first ones, that are looked for in the file
# Members of an effect or a delivery that can hold somebody's words; the others are ids and kinds.
_WORDED = {"title", "body", "text", "label", "confirm", "args", "url", "name", "topic", "purpose", "reason", "note"}
# Of what came of an effect: instants and Slack's ids, by which it is found again. A number that somebody said stands in many.
_NOBODYS = {"failed_at", "ts", "channel"}
# Effects that only pass words on. The others act upon a value, and must not do so upon another.
_WORDS_ONLY = {
    name for name, effect in effects.vocabulary().items() if issubclass(effect, Talk | FindRunbooks | OpenRealRoom)
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """A text that somebody typed; `text` is None once it was removed."""

    field: str
    text: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """Another entry that holds the same words."""

    room: str
    seq: int
    field: str


def typed(conn: Connection, room_id: int, seq: int) -> list[Typed]:
    """What was typed into this entry, by the name of its place."""
    here = and_(texts.c.room == room_id, texts.c.seq == seq, texts.c.kind == Kept.TYPED.value)
    found = conn.execute(select(texts.c.field, texts.c.text).where(here).order_by(texts.c.field))
    return [Typed(field=each.field, text=each.text) for each in found]


def redact(conn: Connection, room_id: int, seq: int, field: str) -> str:
    """Remove the text of this place from all tables; the text. The caller holds the room's lock, and says it there.

    Raises NotFound if nothing typed is kept there, and NotNow while something that acts still needs it.
    """
    there = {each.field: each.text for each in typed(conn, room_id, seq)}
    if field not in there:
        others = f" It has {', '.join(map(repr, there))}." if there else ""
        raise NotFound(f"Entry {seq} has no text {field!r} that could be removed.{others}")
    text = there[field]
    if text is None:
        raise NotFound(f"The text {field!r} of entry {seq} was removed before.")
    here = and_(texts.c.room == room_id, texts.c.seq == seq, texts.c.field == field)
    conn.execute(update(texts).where(here).values(text=None))
    without = _remover(text)
    _from_outbox(conn, room_id, text, without)
    _from_inbox(conn, text, without)
    return text


def elsewhere(conn: Connection, text: str) -> list[Elsewhere]:
    """The entries of all rooms in which people typed the same words, alone or among others."""
    if not text.strip():
        return []
    query = (
        select(rooms.c.key, entries.c.seq, texts.c.field, texts.c.text)
        .join(entries, and_(entries.c.room == texts.c.room, entries.c.seq == texts.c.seq))
        .join(rooms, rooms.c.id == texts.c.room)
        .where(_mentions(conn, texts.c.text, text), texts.c.kind == Kept.TYPED.value)
        .order_by(rooms.c.id, entries.c.seq, texts.c.field)
    )
    found, without = conn.execute(query), _remover(text)
    return [
        Elsewhere(room=each.key, seq=each.seq, field=each.field) for each in found if without(each.text) != each.text
    ]


def fold_in(database: Database, text: str, *, thoroughly: bool) -> bool:
    """Fold SQLite's log into the file, where removed text is overwritten; whether the text is in neither any more.

    If it is still there and may take long, the file is written anew: another program may have used it, without overwriting.
    False: somebody reads just now, or the same words are kept in another place. On PostgreSQL this does nothing: it
    overwrites a row when it vacuums.
    """
    file = file_of(database.url)
    if file is None:
        return database.dialect == "sqlite"
    with closing(open_(file, "rw")) as conn:
        conn.execute("PRAGMA secure_delete = 1")
        if _folded(conn) and not _holds(file, text):
            return True
        if not thoroughly:
            return False
        try:
            conn.execute("VACUUM")
        except sqlite3.OperationalError:  # somebody writes
            return False
        return _folded(conn) and not _holds(file, text)


# --- where it is


def _remover(text: str) -> Callable[[str], str]:
    before, after = (r"(?<!\w)", r"(?!\w)") if len(text) < SHORT else ("", "")
    pattern = re.compile(f"{before}{re.escape(text)}{after}") if text.strip() else None
    return lambda words: pattern.sub(REMOVED, words) if pattern else words


def _from_outbox(conn: Connection, room_id: int, text: str, without: Callable[[str], str]) -> None:
    """What waits and acts is not changed: it would act upon another value."""
    for column in (outbox.c.body, outbox.c.outcome):
        mentions = and_(outbox.c.room == room_id, _mentions(conn, column, text))
        for row in conn.execute(select(outbox).where(mentions)).all():
            before = getattr(row, column.name)
            whole = column is outbox.c.outcome or row.type not in _WORDS_ONLY
            data = json.loads(before)
            kept = {name: data[name] for name in _NOBODYS & data.keys()} if column is outbox.c.outcome else {}
            after = chain.canonical(_cleared(data, without, whole=whole) | kept)
            if after == before:
                continue
            if row.state == "pending" and row.type not in _WORDS_ONLY:
                raise NotNow("Something that acts still needs this text. Remove it when that has ended.")
            this = and_(outbox.c.lane == row.lane, outbox.c.number == row.number)
            conn.execute(update(outbox).where(this).values({column.name: after}))


def _from_inbox(conn: Connection, text: str, without: Callable[[str], str]) -> None:
    """Deliveries that are not finished yet; the payload of one that is finished is gone already."""
    for row in conn.execute(select(inbox).where(inbox.c.payload.is_not(None))).all():
        payload = json.dumps(_cleared(json.loads(row.payload), without, whole=False))
        if payload != json.dumps(json.loads(row.payload)):
            conn.execute(update(inbox).where(inbox.c.key == row.key).values(payload=payload))


def _mentions(conn: Connection, column: Column[Any], text: str) -> ColumnElement[bool]:
    """Texts and JSON are both kept as the inside of an ASCII JSON string."""
    place = func.instr if conn.dialect.name == "sqlite" else func.strpos
    return place(type_coerce(column, Text), _escaped(text)) > 0


def _escaped(text: str) -> str:
    return chain.canonical(text)[1:-1]


def _cleared(data: Any, without: Callable[[str], str], *, whole: bool, worded: bool = False) -> Any:
    """The JSON without the text: everywhere in what is `whole`, else where somebody's words can stand."""
    match data:
        case str():
            return without(data) if whole or worded else data
        case dict():
            return {
                name: _cleared(each, without, whole=whole and name != "$kind", worded=name in _WORDED)
                for name, each in data.items()
            }
        case list():
            return [_cleared(each, without, whole=whole, worded=worded) for each in data]
        case _:
            return data


# --- in the file


def _folded(conn: sqlite3.Connection) -> bool:
    try:
        busy, _, _ = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    return not busy


def _holds(file: Path, text: str) -> bool:
    """Whether the bytes of the text are in one of the files. A short text may be there for another reason."""
    if len(text) < TELLING:
        return False
    some = text[:LONGEST]
    wanted = {some.encode("utf-8", "surrogatepass"), _escaped(some).encode(), _escaped(_escaped(some)).encode()}
    return any(each in piece for beside in _files(file) for piece in _pieces(beside) for each in wanted)


def _files(file: Path) -> list[Path]:
    return [each for each in (file, file.with_name(file.name + "-wal")) if each.exists()]


def _pieces(file: Path, size: int = 1 << 20) -> Iterator[bytes]:
    """The file in pieces that overlap, so that nothing is missed between two."""
    with file.open("rb") as opened:
        before = b""
        while piece := opened.read(size):
            yield before + piece
            before = piece[-8 * LONGEST :]
