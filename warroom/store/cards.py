"""Which message shows which card, and what it showed last."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, update

from warroom.store.db import insert
from warroom.store.tables import cards, rooms


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """`digest` is of what the message showed last; `ts` is the chat's own id of the message."""

    room_id: int
    card: str
    place: str
    channel: str
    ts: str
    digest: str
    pinned: bool


def get(conn: Connection, room_id: int, card: str, place: str) -> Card | None:
    """The message that shows this card, if there is one."""
    return _one(conn, and_(cards.c.room == room_id, cards.c.card == card, cards.c.place == place))


def at(conn: Connection, workspace: str, channel: str, ts: str) -> Card | None:
    """The card that this message shows, if it shows one."""
    return _one(conn, and_(rooms.c.workspace == workspace, cards.c.channel == channel, cards.c.ts == ts))


def in_channel(conn: Connection, room_id: int, channel: str) -> list[str]:
    """The messages of this channel that show a card of the room."""
    shown = and_(cards.c.room == room_id, cards.c.channel == channel)
    return list(conn.execute(select(cards.c.ts).where(shown).order_by(cards.c.ts)).scalars())


def remember(
    conn: Connection, room_id: int, card: str, place: str, *, channel: str, ts: str, digest: str, pinned: bool
) -> None:
    """From now on this message shows the card."""
    values = {"channel": channel, "ts": ts, "digest": digest, "pinned": pinned}
    added = insert(conn, cards).values(room=room_id, card=card, place=place, **values)
    conn.execute(added.on_conflict_do_update(index_elements=["room", "card", "place"], set_=values))


def doubt(conn: Connection, room_id: int, card: str, place: str) -> None:
    """Nobody knows what the message shows; it is drawn anew when it is shown next."""
    here = and_(cards.c.room == room_id, cards.c.card == card, cards.c.place == place)
    conn.execute(update(cards).where(here).values(digest=""))


def _one(conn: Connection, where: ColumnElement[bool]) -> Card | None:
    found = conn.execute(select(cards).join(rooms, rooms.c.id == cards.c.room).where(where)).first()
    if found is None:
        return None
    values: dict[str, Any] = found._asdict()
    return Card(room_id=values.pop("room"), **values)
