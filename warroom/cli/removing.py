"""`warroom redact`: which text is meant, its removal, and what is said afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from warroom.cli.exporting import found, opened
from warroom.core.commands import Redact
from warroom.errors import NotFound
from warroom.runtime.clock import SystemClock
from warroom.runtime.handle import Redacted, Runtime
from warroom.settings import Settings
from warroom.store import redacting


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """One text: where it is, and how long."""

    room: int
    key: str
    seq: int
    field: str
    length: int

    @property
    def described(self) -> str:
        return f"the text {self.field!r} of entry {self.seq} in {self.key} ({self.length} characters)"


def chosen(settings: Settings, room: str, seq: int, field: str | None) -> Chosen:
    """The text that is meant. Raises NotFound, with what there is."""
    with opened(settings) as db:
        return db.read_sync(_chosen, settings.database, room, seq, field)


def _chosen(conn: Connection, database: str, key: str, seq: int, field: str | None) -> Chosen:
    row = found(conn, database, key)
    there = {each.field: each.text for each in redacting.typed(conn, row.id, seq)}
    left = [each for each, text in there.items() if text is not None]
    if not left:
        why = (
            "its texts were removed before"
            if there
            else f"nobody typed anything into it; {row.key} has {row.seq} entries"
        )
        raise NotFound(f"Entry {seq} has no text that could be removed: {why}.")
    if field is None and len(left) > 1:
        raise NotFound(f"Entry {seq} has several texts: {', '.join(left)}. Name one.")
    field = field or left[0]
    text = there.get(field)
    if text is None:
        raise NotFound(f"Entry {seq} has no text {field!r} that could be removed; it has {', '.join(left)}.")
    return Chosen(room=row.id, key=row.key, seq=seq, field=field, length=len(text))


async def remove(settings: Settings, there: Chosen, *, by: str, reason: str) -> Redacted:
    with opened(settings) as db:
        command = Redact(by=by, seq=there.seq, field=there.field, reason=reason, operator=True)
        return await Runtime(db, SystemClock()).redact(there.room, command, thoroughly=True)


def told(settings: Settings, there: Chosen, found: Redacted) -> Iterator[str]:
    """What was done, and what was not."""
    yield f"Removed: {there.described}. Entry {found.handled.room.seq} says so."
    if found.gone:
        yield "It was looked for in the files of the database, and is in none of them any more."
    elif settings.database.startswith("sqlite"):
        yield (
            "It may still be in the files of the database: somebody reads or writes just now, or the same words are kept "
            "elsewhere. Stop the bot once; what is in the log is folded in then, and overwritten."
        )
    else:
        yield "PostgreSQL overwrites the old rows when it vacuums: VACUUM texts, outbox, inbox, rooms. Its WAL archive keeps them."
    if found.elsewhere:
        others = ", ".join(f"{each.room} entry {each.seq} ({each.field})" for each in found.elsewhere)
        yield f"The same words are also in: {others}."
    yield "Not reached from here: messages in Slack, files exported and backups made before, logs of other programs."


def document(there: Chosen, found: Redacted) -> dict[str, Any]:
    others = [{"room": each.room, "entry": each.seq, "field": each.field} for each in found.elsewhere]
    return {
        "room": there.key,
        "entry": there.seq,
        "field": there.field,
        "said_by_entry": found.handled.room.seq,
        "gone_from_files": found.gone,
        "same_words_in": others,
    }
