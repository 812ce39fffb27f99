"""Which message shows which card, and what it showed last."""

from typing import Any

from sqlalchemy import Connection, and_, bindparam, select, update

from warroom.core.declaring import dataclass
from warroom.store.prepared import Prepared, given
from warroom.store.tables import cards, rooms

_SHOWN = ("channel", "ts", "digest", "pinned")
_THIS = and_(cards.c.room == bindparam("room"), cards.c.card == bindparam("card"), cards.c.place == bindparam("place"))
_GET = Prepared(select(cards).where(_THIS))
_DOUBT = Prepared(update(cards).where(_THIS).values(digest=""))
_AT = Prepared(
    select(cards)
    .join(rooms, rooms.c.id == cards.c.room)
    .where(rooms.c.workspace == bindparam("workspace"))
    .where(cards.c.channel == bindparam("channel"), cards.c.ts == bindparam("ts"))
)


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
    return _card(_GET.first(conn, room=room_id, card=card, place=place))


def at(conn: Connection, workspace: str, channel: str, ts: str) -> Card | None:
    """The card that this message shows, if it shows one."""
    return _card(_AT.first(conn, workspace=workspace, channel=channel, ts=ts))


def in_channel(conn: Connection, room_id: int, channel: str) -> list[str]:
    """The messages of this channel that show a card of the room."""
    shown = select(cards.c.ts).where(cards.c.room == room_id, cards.c.channel == channel)
    return list(conn.execute(shown.order_by(cards.c.ts)).scalars())


def remember(conn: Connection, shown: Card) -> None:
    """From now on this message shows the card."""
    _REMEMBER.run(conn, room=shown.room_id, **{name: getattr(shown, name) for name in ("card", "place", *_SHOWN)})


def doubt(conn: Connection, room_id: int, card: str, place: str) -> None:
    """Nobody knows what the message shows; it is drawn anew when it is shown next."""
    _DOUBT.run(conn, room=room_id, card=card, place=place)


def _remembering(insert: Any) -> Any:
    new = insert(cards).values(given("room", "card", "place", *_SHOWN))
    shown = {name: new.excluded[name] for name in _SHOWN}
    return new.on_conflict_do_update(index_elements=["room", "card", "place"], set_=shown)


_REMEMBER = Prepared(_remembering)


def _card(found: Any) -> Card | None:
    if found is None:
        return None
    values: dict[str, Any] = found._asdict()
    return Card(room_id=values.pop("room"), **values)
