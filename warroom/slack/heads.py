"""Where the bot says a hash of the timeline: looked up when it is said, so that saying it again says the same."""

from dataclasses import replace

from sqlalchemy import Connection

from warroom.core.effects import Say
from warroom.core.words import Code, HashOf
from warroom.store import rooms
from warroom.store.db import Database
from warroom.store.outbox import Claimed


async def with_hashes(db: Database, claimed: Claimed) -> Claimed:
    """The messages with the kept hash of each entry that they name."""
    said = (claimed.effect, *(each.say for each in claimed.behind))
    if not any(isinstance(word, HashOf) for each in said if isinstance(each, Say) for word in each.body):
        return claimed
    return await db.read(_looked_up, claimed)


def _looked_up(conn: Connection, claimed: Claimed) -> Claimed:
    def whole(say: Say) -> Say:
        words = (
            Code(rooms.hash_of(conn, claimed.room_id, word.seq)) if isinstance(word, HashOf) else word
            for word in say.body
        )
        return replace(say, body=tuple(words))

    effect = whole(claimed.effect) if isinstance(claimed.effect, Say) else claimed.effect
    return replace(claimed, effect=effect, behind=tuple(replace(each, say=whole(each.say)) for each in claimed.behind))
