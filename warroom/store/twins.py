"""What may stand in a channel twice, and has to be looked for.

A message whose outcome was unknown once is looked for again after it was said: Slack may have carried out the first
attempt after all, later than anybody waited. It is looked twice, since "later" has no end.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, and_, bindparam, select, update

from warroom.core import chain
from warroom.core.declaring import dataclass
from warroom.core.effects import Say, ShowCard
from warroom.store import codec
from warroom.store.errors import Unreadable
from warroom.store.outbox import EFFECTS, effect_id
from warroom.store.prepared import Prepared
from warroom.store.tables import outbox, rooms

FARTHEST = timedelta(minutes=15)  # no look is further ahead, however long Slack wants to be left alone
LOOKS = (timedelta(seconds=10), timedelta(seconds=45))  # the second look comes this long after the first

_DUE = Prepared(
    select(outbox, rooms.c.uid)
    .join(rooms, rooms.c.id == outbox.c.room)
    .where(outbox.c.sweep_at <= bindparam("now"))
    .order_by(outbox.c.sweep_at, outbox.c.lane, outbox.c.number)
    .limit(bindparam("limit", type_=Integer))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspect:
    """A message that was said after an attempt nobody knows the outcome of. `ts` is where it is known to stand.

    `effect` is None where this release cannot read it.
    """

    lane: str
    number: int
    room_id: int
    effect: Say | ShowCard | None
    effect_id: str
    channel: str
    ts: str
    created_at: datetime
    due: datetime
    looked: int


def due(conn: Connection, now: datetime, limit: int) -> list[Suspect]:
    """Those that should be looked for by now."""
    return [_suspect(each) for each in _DUE.all(conn, now=now, limit=limit)]


def take(conn: Connection, suspect: Suspect, now: datetime, until: datetime) -> bool:
    """Nobody else looks before `until`. False when somebody does already, or it is not due any more."""
    here = _this(suspect)
    free = conn.execute(select(outbox.c.sweep_at).where(here).with_for_update(skip_locked=True)).scalar_one_or_none()
    if free is None or free > now:
        return False
    conn.execute(update(outbox).where(here).values(sweep_at=until))
    return True


def put_off(conn: Connection, suspect: Suspect, until: datetime) -> None:
    """It could not be looked now; it can from then on."""
    conn.execute(update(outbox).where(_this(suspect)).values(sweep_at=until))


def looked(conn: Connection, suspect: Suspect, until: datetime, now: datetime, removed: int) -> None:
    """It was looked, and so many twins were removed; the next look comes by itself, if there is one.

    `until` is what `take` was given. If another time stands there, the looks have begun anew meanwhile, and this was none
    of them.
    """
    found = conn.execute(select(outbox.c.outcome, outbox.c.sweep_at).where(_this(suspect)).with_for_update()).one()
    kept = json.loads(found.outcome or "{}")
    if found.sweep_at != until:
        kept["twins"] = int(kept.get("twins", 0)) + removed
        conn.execute(update(outbox).where(_this(suspect)).values(outcome=chain.canonical(kept)))
        return
    timely = now <= suspect.due + FARTHEST  # else the clock was set, and who knows how long that was
    done = suspect.looked + 1 if timely else suspect.looked
    kept |= {"looked": done, "twins": int(kept.get("twins", 0)) + removed}
    again = now + LOOKS[done] if done < len(LOOKS) else None
    conn.execute(update(outbox).where(_this(suspect)).values(outcome=chain.canonical(kept), sweep_at=again))


def heal(conn: Connection, now: datetime) -> None:
    """What is to be looked for later than anything may be, is looked for soon: a clock that was wrong has put it off."""
    conn.execute(update(outbox).where(outbox.c.sweep_at > now + FARTHEST).values(sweep_at=now + LOOKS[-1]))


def needs_healing(conn: Connection, now: datetime) -> bool:
    """Whether `heal` would find anything."""
    return conn.execute(select(outbox.c.lane).where(outbox.c.sweep_at > now + FARTHEST).limit(1)).first() is not None


def _this(suspect: Suspect) -> ColumnElement[bool]:
    return and_(outbox.c.lane == suspect.lane, outbox.c.number == suspect.number)


def _suspect(found: Any) -> Suspect:
    outcome = json.loads(found.outcome or "{}")
    try:
        effect = codec.decode(EFFECTS[found.type], json.loads(found.body))
    except (Unreadable, ValueError, KeyError):
        effect = None
    assert effect is None or isinstance(effect, Say | ShowCard)
    return Suspect(
        lane=found.lane,
        number=found.number,
        room_id=found.room,
        effect=effect,
        effect_id=effect_id(found.uid, found.lane, found.number),
        channel=str(outcome.get("channel", "")),
        ts=str(outcome.get("ts", "")),
        created_at=found.created_at,
        due=found.sweep_at,
        looked=int(outcome.get("looked", 0)),
    )
