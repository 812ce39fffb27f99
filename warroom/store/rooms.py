"""A room's row, its timeline and its hash chain.

Lock the row, read what is new, decide, append: all in one transaction. The row counts the entries and holds the hash of
the last one, so nothing can be added, lost or swapped unseen.
"""

import json
import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, bindparam, select, true, update

from warroom.core import chain
from warroom.core.declaring import dataclass
from warroom.core.events import Entry, RoomOpened, vocabulary
from warroom.core.redactions import Redactions
from warroom.core.texts import Kept
from warroom.errors import BadEntry, NotFound, VerificationFailed
from warroom.store import codec
from warroom.store.codec import Text
from warroom.store.db import insert
from warroom.store.errors import AlreadyOpen, Unreadable
from warroom.store.instants import in_utc
from warroom.store.prepared import Prepared, given
from warroom.store.tables import channels, counters, rooms
from warroom.store.tables import entries as entries_table
from warroom.store.tables import texts as texts_table
from warroom.store.upcast import upcast

Kind = Literal["game-day", "incident"]
PREFIXES: dict[Kind, str] = {"game-day": "GD", "incident": "INC"}
CHUNK = 500  # entries in memory at once while streaming
EVENTS = vocabulary()

_SHOWN = ("seq", "head_hash", "title", "state", "open", "wake_at", "closed_at")  # what changes in a room's row
_TOLD = ("seq", "at", "occurred_at", "by", "type", "body", "hash")
_LOCK = Prepared(select(rooms).where(rooms.c.id == bindparam("room")).with_for_update(key_share=True))
_COLUMNS = tuple(rooms.c.keys())
_BY_CHANNEL = Prepared(
    select(channels.c.room, channels.c.place).where(
        channels.c.workspace == bindparam("workspace"), channels.c.channel == bindparam("channel")
    )
)
_LOCK_BY_CHANNEL = Prepared(
    select(rooms, channels.c.place)
    .join(channels, channels.c.room == rooms.c.id)
    .where(channels.c.workspace == bindparam("workspace"), channels.c.channel == bindparam("channel"))
    .with_for_update(key_share=True, of=rooms)
)
_BY_CORRELATION = Prepared(
    select(rooms).where(
        rooms.c.workspace == bindparam("workspace"),
        rooms.c.correlation == bindparam("correlation"),
        rooms.c.open.is_(True),
    )
)
_REAL_OPEN = Prepared(
    select(rooms.c.key).where(
        rooms.c.workspace == bindparam("workspace"), rooms.c.mode == "real", rooms.c.open.is_(True)
    )
)
_GAMES_OPEN = Prepared(
    select(rooms.c.id, rooms.c.workspace, rooms.c.seq)
    .where(rooms.c.mode == "drill", rooms.c.open.is_(True))
    .order_by(rooms.c.id)
)
_DUE = Prepared(
    select(rooms.c.id)
    .where(rooms.c.wake_at <= bindparam("now"))
    .order_by(rooms.c.wake_at, rooms.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_SHOW = Prepared(
    update(rooms)
    .where(rooms.c.id == bindparam("room"), rooms.c.head_hash == bindparam("before"))  # which covers every entry
    .values(given(*_SHOWN))
)
_ADD_ENTRY = Prepared(entries_table.insert().values(given("room", *_TOLD)))
_ADD_TEXT = Prepared(texts_table.insert().values(given("room", "seq", "field", "salt", "kind", "text")))
_CHUNK = Prepared(
    select(*(entries_table.c[name] for name in _TOLD))
    .where(entries_table.c.room == bindparam("room"), entries_table.c.seq > bindparam("after"))
    .order_by(entries_table.c.seq)
    .limit(CHUNK)
)
_TEXTS = Prepared(
    select(texts_table)
    .where(texts_table.c.room == bindparam("room"))
    .where(texts_table.c.seq.between(bindparam("first"), bindparam("last")))
    .order_by(texts_table.c.seq, texts_table.c.field)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RoomRow:
    """A room as lists show it. `seq` and `head_hash` are of its last entry; `uid` is its name outside this database."""

    id: int
    uid: str
    workspace: str
    kind: str
    mode: str
    number: int
    key: str
    seq: int
    head_hash: str
    wake_at: datetime | None
    state: str
    title: str
    correlation: str
    open: bool
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """What a room's row shows of its state. `wake_at` is when it next needs a Tick."""

    title: str
    state: str
    open: bool
    wake_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """A timeline that is what was written. `announced` is the entry of the hash that was asked for, if one was."""

    entries: int
    head: str
    redacted: int
    announced: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredEntry:
    """An entry exactly as it is kept. `body` is canonical JSON."""

    seq: int
    at: datetime
    occurred_at: datetime | None
    by: str
    type: str
    body: str
    hash: str
    texts: tuple[Text, ...]

    def hashed(self) -> str:
        """The canonical JSON that the hash covers, after the hash before it."""
        return codec.entry_json(self.seq, self.at, self.occurred_at, self.by, self.type, json.loads(self.body))


# --- rooms


def create(conn: Connection, *, workspace: str, kind: Kind, mode: str, at: datetime, correlation: str = "") -> RoomRow:
    """A new room, locked, without entries. Numbers have no gaps: one that is rolled back is given again.

    Raises AlreadyOpen if an open room of the workspace has the same correlation.
    """
    number = _next_number(conn, workspace, kind)
    if correlation and (there := by_correlation(conn, workspace, correlation)):
        raise AlreadyOpen(there.id, there.key)
    values = {
        "uid": str(_uuid7(at)),
        "workspace": workspace,
        "kind": kind,
        "mode": mode,
        "number": number,
        "key": f"{PREFIXES[kind]}-{number}",
        "seq": 0,
        "head_hash": chain.START,
        "wake_at": None,
        "state": "",
        "title": "",
        "correlation": correlation or None,
        "open": True,
        "opened_at": at,
        "closed_at": None,
    }
    return _row(conn.execute(rooms.insert().values(values).returning(*rooms.c)).one())


def lock(conn: Connection, room_id: int) -> RoomRow:
    """The room's row, held until the transaction ends: nobody else changes the room meanwhile. Raises NotFound."""
    found = _LOCK.first(conn, room=room_id)
    if found is None:
        raise NotFound(f"There is no room {room_id}.")
    return _row(found)


def lock_by_channel(conn: Connection, workspace: str, channel: str) -> tuple[RoomRow, str] | None:
    """The room a channel belongs to, held as `lock` holds it, and the room's own word for the channel."""
    found = _LOCK_BY_CHANNEL.first(conn, workspace=workspace, channel=channel)
    return None if found is None else (_row(found[:-1]), found.place)


def find(conn: Connection, workspace: str | None, key: str) -> RoomRow | None:
    """The room that people mean by `key`: `gd-1` in any case, its id, or its uid. Any workspace when that is None.

    Raises NotFound when several workspaces have one of that name.
    """
    wanted = key.strip()
    there = _in_workspace(workspace)
    if wanted.isascii() and wanted.isdigit():
        return _one(conn, _rooms(there & (rooms.c.id == int(wanted)))) if len(wanted) < 19 else None
    named = (rooms.c.key == wanted.upper()) | (rooms.c.uid == wanted.lower())
    found = _all(conn, _rooms(there & named).order_by(rooms.c.workspace))
    if len(found) > 1:
        raise NotFound(f"{wanted} is in several workspaces ({', '.join(row.workspace for row in found)}); name one.")
    return found[0] if found else None


def by_channel(conn: Connection, workspace: str, channel: str) -> tuple[int, str] | None:
    """The id of the room a channel belongs to, and the room's own word for the channel."""
    found = _BY_CHANNEL.first(conn, workspace=workspace, channel=channel)
    return None if found is None else (found.room, found.place)


def bind_channel(conn: Connection, workspace: str, channel: str, room_id: int, place: str) -> None:
    """From now on the channel belongs to this room. Safe to do twice."""
    values = {"room": room_id, "place": place}
    bind = insert(conn, channels).values(workspace=workspace, channel=channel, **values)
    conn.execute(bind.on_conflict_do_update(index_elements=["workspace", "channel"], set_=values))


def by_correlation(conn: Connection, workspace: str, correlation: str) -> RoomRow | None:
    """The open room that was made for `correlation`."""
    found = _BY_CORRELATION.first(conn, workspace=workspace, correlation=correlation)
    return None if found is None else _row(found)


def made_for(conn: Connection, workspace: str, correlation: str) -> RoomRow | None:
    """The last room that was made for `correlation`, whether or not it is still open."""
    same = and_(rooms.c.workspace == workspace, rooms.c.correlation == correlation)
    return _one(conn, _rooms(same).order_by(rooms.c.id.desc()).limit(1))


def listing(
    conn: Connection, workspace: str | None, *, mode: Literal["drill", "real", "all"], open_only: bool = False
) -> list[RoomRow]:
    """Rooms, newest first. Which mode has to be said: drills never count as real by accident."""
    chosen = _in_workspace(workspace)
    if mode != "all":
        chosen &= rooms.c.mode == mode
    if open_only:
        chosen &= rooms.c.open.is_(True)
    return _all(conn, _rooms(chosen).order_by(rooms.c.id.desc()))


@dataclass(frozen=True, kw_only=True, slots=True)
class Whereabouts:
    """An open room and a channel in which something can be said to it. `channel` is empty if it has none."""

    id: int
    key: str
    workspace: str
    mode: str
    title: str
    channel: str


def whereabouts(conn: Connection, places: Sequence[str]) -> list[Whereabouts]:
    """Every open room with the first of these places that it has; real ones first, then the newest."""
    there = select(rooms, channels.c.place, channels.c.channel).outerjoin(
        channels, and_(channels.c.room == rooms.c.id, channels.c.place.in_(places))
    )
    found: dict[int, tuple[int, Whereabouts]] = {}
    for each in conn.execute(there.where(rooms.c.open.is_(True)).order_by(rooms.c.mode.desc(), rooms.c.id.desc())):
        rank = places.index(each.place) if each.place else len(places)
        if each.id not in found or rank < found[each.id][0]:
            one = Whereabouts(
                id=each.id,
                key=each.key,
                workspace=each.workspace,
                mode=each.mode,
                title=each.title,
                channel=each.channel or "",
            )
            found[each.id] = (rank, one)
    return [one for _, one in found.values()]


def real_open(conn: Connection, workspace: str) -> tuple[str, ...]:
    """The keys of the real incidents that are open, in order."""
    return tuple(sorted(row.key for row in _REAL_OPEN.all(conn, workspace=workspace)))


def games_open(conn: Connection) -> list[tuple[int, str, int]]:
    """Every game that is open, the first one first: its room, its workspace, and the number of its last entry."""
    return [(row.id, row.workspace, row.seq) for row in _GAMES_OPEN.all(conn)]


def environments_played(conn: Connection, workspace: str, scenario: str) -> list[str]:
    """Where games of this scenario were played to their end, and closed by somebody who had looked at them."""
    ended = select(entries_table.c.room).where(entries_table.c.type == "GameEnded")
    closed = and_(rooms.c.workspace == workspace, rooms.c.mode == "drill", rooms.c.closed_at.is_not(None))
    planned = (
        select(entries_table.c.body)
        .join(rooms, rooms.c.id == entries_table.c.room)
        .where(closed, entries_table.c.type == "GamePlanned", entries_table.c.room.in_(ended))
    )
    bodies = [json.loads(body) for body in conn.execute(planned).scalars()]
    played = [str(body.get("environment", "")) for body in bodies if body.get("scenario_id") == scenario]
    return list(dict.fromkeys(filter(None, played)))


def directors(conn: Connection, workspace: str) -> list[str]:
    """Who directed the games of this workspace that began, the last one last."""
    began = entries_table.alias()
    planned = (
        select(entries_table.c.body)
        .join(rooms, rooms.c.id == entries_table.c.room)
        .join(began, began.c.room == entries_table.c.room)
        .where(rooms.c.workspace == workspace, rooms.c.mode == "drill")
        .where(entries_table.c.type == "GamePlanned", began.c.type == "GameStarted")
        .order_by(began.c.at, rooms.c.id)
    )
    return [person for body in conn.execute(planned).scalars() for person in json.loads(body)["controllers"]]


def due(conn: Connection, now: datetime, limit: int) -> list[int]:
    """The ids of rooms that need a Tick by now, the longest overdue first."""
    return [each.id for each in _DUE.all(conn, now=now, limit=limit)]


def ahead_of(conn: Connection, now: datetime) -> list[int]:
    """The ids of open rooms whose last entry is later than this."""
    last = and_(entries_table.c.room == rooms.c.id, entries_table.c.seq == rooms.c.seq)
    written = select(rooms.c.id).join(entries_table, last).where(rooms.c.open.is_(True), entries_table.c.at > now)
    return list(conn.execute(written.order_by(rooms.c.id)).scalars())


# --- timelines


def append(conn: Connection, row: RoomRow, added: Sequence[Entry], summary: Summary) -> RoomRow:
    """Add entries to the room's timeline and say what its row now shows. `row` is what `lock` or `create` gave.

    Raises ValueError if the entries do not continue the row, or the row is not what is kept.
    """
    if [entry.seq for entry in added] != list(range(row.seq + 1, row.seq + 1 + len(added))):
        raise ValueError(f"{row.key} is at entry {row.seq}; it cannot go on with {[entry.seq for entry in added]}")
    written = list(_chained(row.head_hash, added))
    after = _after(row, written, summary)
    _update(conn, row, after)
    if written:
        _ADD_ENTRY.many(conn, [_entry_values(row.id, entry) for entry in written])
    if kept := [_text_values(row.id, entry.seq, text) for entry in written for text in entry.texts]:
        _ADD_TEXT.many(conn, kept)
    return after


def entries(conn: Connection, room_id: int, after: int = 0) -> list[Entry]:
    """The timeline from the entry after `after`, in order. Raises Unreadable for what this release does not know."""
    return [read(each) for each in stored(conn, room_id, after)]


def stored(conn: Connection, room_id: int, after: int = 0) -> Iterator[StoredEntry]:
    """The timeline as it is kept, a few hundred entries in memory at a time. Finish with it inside the transaction."""
    while True:
        chunk = _chunk(conn, room_id, after)
        yield from chunk
        if len(chunk) < CHUNK:
            return
        after = chunk[-1].seq


def hash_of(conn: Connection, room_id: int, seq: int) -> str:
    """The kept hash of this entry; empty when there is no such entry."""
    here = and_(entries_table.c.room == room_id, entries_table.c.seq == seq)
    return str(conn.execute(select(entries_table.c.hash).where(here)).scalar_one_or_none() or "")


def verify(conn: Connection, room_id: int, announced: str | None = None) -> Verified:
    """Whether the timeline is what was written. `announced` is the hash of an entry, as known from elsewhere.

    Raises BadEntry with the first entry that is not what was appended, and VerificationFailed when nothing here has the
    announced hash. A redaction is no failure as long as an entry says so.
    """
    row = _one(conn, _rooms(rooms.c.id == room_id))
    if row is None:
        raise NotFound(f"There is no room {room_id}.")
    wanted = None if announced is None else announced.strip().lower()
    before, seq, at, redactions = chain.START, 0, None, Redactions()
    for seq, entry in enumerate(stored(conn, room_id), start=1):
        body = _genuine_body(entry, before) if entry.seq == seq <= row.seq else None
        if body is None:
            raise BadEntry(min(seq, entry.seq), f"{row.key}: entry {min(seq, entry.seq)} is not what was written.")
        if seq == 1 and entry.type == RoomOpened.__name__ and not _opens(row, body):
            raise BadEntry(1, f"{row.key}: entry 1 opens another room; this is not the timeline of {row.key}.")
        redactions.read(seq, entry.type, body, (t.field for t in entry.texts if t.text is None))
        before, at = entry.hash, seq if entry.hash == wanted else at
    if (seq, before) != (row.seq, row.head_hash):
        raise BadEntry(
            seq + 1, f"{row.key}: entry {seq + 1} is missing, or what its row holds of the last entry was changed."
        )
    redactions.must_be_said(f"{row.key}: entry")
    if wanted is not None and at is None:
        raise VerificationFailed(
            f"{row.key} agrees with itself, but no entry has the hash {announced}: it is not the timeline that hash was"
            " taken of, or all its hashes were computed anew."
        )
    return Verified(entries=seq, head=before, redacted=redactions.count, announced=at)


# --- between rows and values


def _next_number(conn: Connection, workspace: str, kind: str) -> int:
    first = insert(conn, counters).values(workspace=workspace, kind=kind, last_number=1)
    counted = first.on_conflict_do_update(
        index_elements=["workspace", "kind"], set_={"last_number": counters.c.last_number + 1}
    )
    number: int = conn.execute(counted.returning(counters.c.last_number)).scalar_one()
    return number


def _uuid7(at: datetime) -> uuid.UUID:
    """RFC 9562: 48 bits of milliseconds, then chance; it sorts by time."""
    milliseconds = int(at.timestamp() * 1000)
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)


def _rooms(where: ColumnElement[bool]) -> Select[Any]:
    return select(rooms).where(where)


def _in_workspace(workspace: str | None) -> ColumnElement[bool]:
    return true() if workspace is None else rooms.c.workspace == workspace


def _one(conn: Connection, query: Select[Any]) -> RoomRow | None:
    found = conn.execute(query).one_or_none()
    return None if found is None else _row(found)


def _all(conn: Connection, query: Select[Any]) -> list[RoomRow]:
    return [_row(each) for each in conn.execute(query)]


def _row(found: Any) -> RoomRow:
    values = dict(zip(_COLUMNS, found, strict=True))
    return RoomRow(**values | {"correlation": values["correlation"] or ""})


def _chained(before: str, added: Sequence[Entry]) -> Iterator[StoredEntry]:
    for entry in added:
        body, kept = codec.split(entry.event)
        name = type(entry.event).__name__
        before = chain.entry_hash(
            before, codec.entry_json(entry.seq, entry.at, entry.occurred_at, entry.by, name, body)
        )
        yield StoredEntry(
            seq=entry.seq,
            at=in_utc(entry.at),
            occurred_at=entry.occurred_at,
            by=entry.by,
            type=name,
            body=chain.canonical(body),
            hash=before,
            texts=tuple(kept),
        )


def _after(row: RoomRow, written: Sequence[StoredEntry], summary: Summary) -> RoomRow:
    last = written[-1] if written else None
    closed_at = None if summary.open else row.closed_at or (last.at if last else None)
    return replace(
        row,
        seq=last.seq if last else row.seq,
        head_hash=last.hash if last else row.head_hash,
        title=summary.title,
        state=summary.state,
        open=summary.open,
        wake_at=summary.wake_at,
        closed_at=closed_at,
    )


def _update(conn: Connection, row: RoomRow, after: RoomRow) -> None:
    shown = {name: getattr(after, name) for name in _SHOWN}
    if _SHOW.change(conn, room=row.id, before=row.head_hash, **shown) != 1:
        raise ValueError(f"{row.key} has moved on from entry {row.seq}; lock it before appending")


def _entry_values(room_id: int, entry: StoredEntry) -> dict[str, Any]:
    return {"room": room_id, **{name: getattr(entry, name) for name in _TOLD}}


def _text_values(room_id: int, seq: int, text: Text) -> dict[str, Any]:
    kept = {"field": text.field, "salt": text.salt, "kind": text.kind.value, "text": text.text}
    return {"room": room_id, "seq": seq, **kept}


def _chunk(conn: Connection, room_id: int, after: int) -> list[StoredEntry]:
    found = _CHUNK.all(conn, room=room_id, after=after)
    kept = _texts(conn, room_id, found[0].seq, found[-1].seq) if found else {}
    return [_stored(each, kept.get(each.seq, ())) for each in found]


def _texts(conn: Connection, room_id: int, first: int, last: int) -> dict[int, tuple[Text, ...]]:
    found = _TEXTS.all(conn, room=room_id, first=first, last=last)
    return {
        seq: tuple(Text(each.field, Kept(each.kind), each.salt, each.text) for each in several)
        for seq, several in groupby(found, key=lambda each: each.seq)
    }


def _stored(found: Any, kept: tuple[Text, ...]) -> StoredEntry:
    return StoredEntry(**found._asdict(), texts=kept)


def read(each: StoredEntry) -> Entry:
    """The entry with its texts in place. Raises Unreadable for what this release does not know."""
    try:
        name, body = upcast(each.type, codec.fill(json.loads(each.body), each.texts))
        if name not in EVENTS:
            raise Unreadable(f"{name} is an event of another release")
        event = codec.decode(EVENTS[name], body)
    except Unreadable as error:
        raise Unreadable(f"Entry {each.seq}: {error}") from error
    return Entry(seq=each.seq, at=each.at, by=each.by, event=event, occurred_at=each.occurred_at)


def _opens(row: RoomRow, body: Mapping[str, Any]) -> bool:
    return (body["key"], body["workspace"]) == (row.key, row.workspace)


def _genuine_body(entry: StoredEntry, before: str) -> dict[str, Any] | None:
    """The body of an entry that follows from the hash before it; None when it does not, or a text is not its own."""
    try:
        body: dict[str, Any] = json.loads(entry.body)
        written = codec.entry_json(entry.seq, entry.at, entry.occurred_at, entry.by, entry.type, body)
        if chain.canonical(body) != entry.body or chain.entry_hash(before, written) != entry.hash:
            return None
    except ValueError:
        return None
    return body if codec.matches(body, entry.texts) else None
