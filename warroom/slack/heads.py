"""Where the bot says a hash of the timeline: looked up when it is said, so that saying it again says the same."""

from dataclasses import replace

from sqlalchemy import Connection

from warroom.core.effects import Say
from warroom.core.words import Code, HashOf, Word
from warroom.store import rooms
from warroom.store.db import Database


async def with_hashes(db: Database, room: int, effect: Say) -> Say:
    """The effect with the kept hash of each entry that it names."""
    if not any(isinstance(word, HashOf) for word in effect.body):
        return effect
    return replace(effect, body=await db.read(_looked_up, room, effect.body))


def _looked_up(conn: Connection, room: int, body: tuple[Word, ...]) -> tuple[Word, ...]:
    return tuple(Code(rooms.hash_of(conn, room, word.seq)) if isinstance(word, HashOf) else word for word in body)
