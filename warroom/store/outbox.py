"""What is still owed to the world, in lanes. Kept with the events in one transaction, performed afterwards.

A lane is leased, not a message: its first unsettled effect is performed, settled, and only then the next. One column,
`ready_at`, is pace, Retry-After, backoff and lease at once. Each lease has a new `epoch`, and whoever comes back with
an old one changes nothing. The epoch also moves when a lease is given back.

After a long silence many messages wait in one lane. Those that stand right behind one another are then claimed together,
so that they can be said as one digest; they are settled together too.
"""

import hashlib
import json
import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby, takewhile
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, and_, bindparam, func, or_, select, true, tuple_, update

from warroom.core import chain, effects
from warroom.core.declaring import dataclass
from warroom.core.effects import Effect, Say, ShowCard, Talk, WatchStop
from warroom.store import codec
from warroom.store.errors import Unreadable
from warroom.store.prepared import Prepared, given
from warroom.store.tables import lanes, outbox, rooms

TALK, ACT, WATCH = "talk", "act", "watch"
EVERY_KIND = (TALK, ACT, WATCH)
EFFECTS = effects.vocabulary()
STALE = timedelta(minutes=10)  # what has waited this long is said with what waits behind it
FEW, MOST = 5, 40  # messages that one digest is worth making for, and that it may hold
UNSURE = timedelta(seconds=10)  # after which Slack has done what it will do of a call that was not answered
# A lane that rests longer than any pause was put to rest by a clock that was wrong. What talks or acts pauses for ten
# minutes at most, when Slack asks for that; what watches is looked at as often as a scenario says.
FARTHEST = {TALK: timedelta(minutes=15), ACT: timedelta(minutes=15), WATCH: timedelta(hours=2)}
GAP = timedelta(minutes=2)  # more than the longest pause between two tries
BACK = 50  # messages before one, among which the last that is known to stand is looked for
_log = logging.getLogger(__name__)

# --- statements that are made once

_BUSY = lanes.c.done_number < lanes.c.last_number  # as the index of the lanes says it
_ADDED = ("lane", "number", "room", "type", "body", "collapse", "attempts", "state", "created_at")
_ADD = Prepared(outbox.insert().values(given(*_ADDED)))
_UNTRIED = Prepared(
    select(outbox.c.collapse, outbox.c.body).where(
        outbox.c.lane == bindparam("lane"),
        outbox.c.number > select(lanes.c.done_number).where(lanes.c.id == bindparam("lane")).scalar_subquery(),
        outbox.c.attempts == 0,
        outbox.c.collapse.is_not(None),
    )
)
_LENGTHEN = Prepared(
    update(lanes).where(lanes.c.id == bindparam("lane")).values(last_number=lanes.c.last_number + bindparam("more"))
)
_LEASED = and_(lanes.c.id == bindparam("lane"), lanes.c.epoch == bindparam("epoch"))
_HELD = Prepared(select(lanes.c.id).where(_LEASED))
_RENEW = Prepared(update(lanes).where(_LEASED).values(ready_at=bindparam("until")))
_RELEASE = Prepared(
    update(lanes)
    .where(_LEASED, lanes.c.done_number + 1 == bindparam("number"))
    .values(ready_at=bindparam("ready_at"), epoch=lanes.c.epoch + 1, done_number=bindparam("done"))
)
_EFFECT = and_(outbox.c.lane == bindparam("lane"), outbox.c.number == bindparam("number"))
_NOTE = Prepared(update(outbox).where(_EFFECT).values(outcome=bindparam("outcome")))
_END = Prepared(update(outbox).where(_EFFECT).values(given("state", "outcome", "settled_at", "sweep_at")))
_BEHIND = Prepared(
    select(outbox.c.type, outbox.c.body, outbox.c.created_at)
    .where(
        outbox.c.lane == bindparam("lane"),
        outbox.c.number > bindparam("first"),
        outbox.c.number < bindparam("end"),
        outbox.c.attempts == 0,  # one that was tried by itself may stand there already
    )
    .order_by(outbox.c.number)
)


def _lengthened(insert: Any) -> Any:
    """Lock a lane, which is there from now on, and say how long it is then."""
    values = given("id", "room", "kind", "ready_at", "last_number")
    new = insert(lanes).values(values | {"done_number": 0, "epoch": 0})
    longer = {"last_number": lanes.c.last_number + new.excluded.last_number}
    return new.on_conflict_do_update(index_elements=["id"], set_=longer).returning(lanes.c.last_number)


_LOCK = Prepared(_lengthened)


@cache
def _leasing(kinds: tuple[str, ...]) -> Prepared:
    """Lease the lanes of these kinds that are ready, so many at most, those that waited longest first."""
    ready = and_(
        _BUSY, lanes.c.ready_at <= bindparam("now"), lanes.c.kind.in_([bindparam(None, each) for each in kinds])
    )
    chosen = select(lanes.c.id).where(ready).order_by(lanes.c.ready_at, lanes.c.id)
    chosen = chosen.limit(bindparam("limit", type_=Integer)).with_for_update(skip_locked=True)
    taken = lanes.c.id.in_(select(chosen.cte("chosen").c.id))
    lease = update(lanes).where(taken).values(ready_at=bindparam("until"), epoch=lanes.c.epoch + 1)
    return Prepared(lease.returning(lanes.c.id, lanes.c.done_number, lanes.c.epoch))


@cache
def _trying(count: int) -> Prepared:
    """So many effects, each of which is tried once more now."""
    these = [
        tuple_(bindparam(f"lane_{i}", type_=outbox.c.lane.type), bindparam(f"number_{i}", type_=Integer))
        for i in range(count)
    ]
    uid = select(rooms.c.uid).where(rooms.c.id == outbox.c.room).scalar_subquery().label("uid")
    tried = update(outbox).where(tuple_(outbox.c.lane, outbox.c.number).in_(these))
    return Prepared(tried.values(attempts=outbox.c.attempts + 1).returning(*outbox.c, uid))


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A message that waits behind another, and since when."""

    say: Say
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """One effect to perform now. `attempts` counts this one: above 1, an earlier one may have reached the world.

    `effect_id` is the same at every attempt and gives nothing away, so it can travel with a message. `failed` counts
    the attempts that somebody came back from to say that they failed, `failed_at` is when the last of them did, and
    `failing` how long that has been going on. Neither a rate limit nor a process that died is a failure. `clean` counts
    the attempts that are known to have changed nothing. `behind` are the messages that may be said together with this
    one. `room_uid` is the room's name outside this database, which no room of another has.
    """

    lane: str
    number: int
    epoch: int
    room_id: int
    effect: Effect
    attempts: int
    effect_id: str
    failed: int = 0
    failed_at: datetime | None = None
    failing: timedelta = timedelta(0)
    clean: int = 0
    behind: tuple[Waiting, ...] = ()
    created_at: datetime | None = None
    room_uid: str = ""

    @property
    def unsure(self) -> bool:
        """Whether an earlier attempt may have reached the world without anybody knowing."""
        return self.attempts - 1 > self.clean

    @property
    def tries(self) -> int:
        """How many attempts count towards giving up, this one included."""
        return self.failed + 1

    def failing_for(self, now: datetime) -> timedelta:
        """How long it has been failing, when it fails now.

        A gap between two failures counts for `GAP` at most: nobody was there to try, or a clock has jumped.
        """
        gap = now - (self.failed_at or now)
        return self.failing + min(max(gap, timedelta(0)), GAP)


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """An effect that was given up."""

    lane: str
    number: int
    room_id: int
    type: str
    attempts: int
    reason: str
    at: datetime


def put(conn: Connection, room_id: int, owed: Iterable[Effect], at: datetime) -> set[str]:
    """Add effects to their lanes, in order; the ids of the lanes. The caller holds the room's lock.

    An effect is left out when an equal one that collapses is waiting in its lane and nobody has tried it yet.
    """
    numbered = sorted(
        ((_lane(room_id, effect), place, effect) for place, effect in enumerate(owed)), key=lambda x: x[:2]
    )
    by_lane = {lane: [effect for _, _, effect in several] for lane, several in groupby(numbered, key=lambda x: x[0])}
    if rows := [row for lane, several in by_lane.items() for row in _put(conn, lane, room_id, several, at)]:
        _ADD.many(conn, rows)
    return set(by_lane)


def claim(
    conn: Connection, now: datetime, lease: timedelta, limit: int, kinds: Collection[str] = EVERY_KIND
) -> list[Claimed]:
    """Lease up to `limit` lanes that have something to do, those that waited longest first.

    Whoever claims has until `now + lease`; then somebody else may. What this release cannot read is logged and stays,
    for a newer one to take.
    """
    leased = {each.id: each for each in _leasing(tuple(kinds)).all(conn, now=now, until=now + lease, limit=limit)}
    if not leased:
        return []
    heads = {f"lane_{i}": each for i, each in enumerate(leased)}
    heads |= {f"number_{i}": each.done_number + 1 for i, each in enumerate(leased.values())}
    found = sorted(_trying(len(leased)).all(conn, **heads), key=lambda each: (each.created_at, each.lane))
    claimed = (_claimed(each, leased[each.lane].epoch) for each in found)
    return [_with_those_behind(conn, each, now) for each in claimed if each]


def settle(
    conn: Connection,
    claimed: Claimed,
    now: datetime,
    *,
    outcome: dict[str, Any],
    pace: timedelta = timedelta(0),
    together: int = 0,
) -> bool:
    """It is done, and so are the `together` messages behind it; the lane goes on after `pace`.

    False, and nothing changed, if the lease went to somebody else.
    """
    sweep_at = now + UNSURE if claimed.unsure and isinstance(claimed.effect, Say | ShowCard) else None
    return _finish(conn, claimed, "done", now, now + pace, outcome, together=together, sweep_at=sweep_at)


def give_up(conn: Connection, claimed: Claimed, now: datetime, reason: str) -> bool:
    """It cannot be done, and the lane goes on without it. False as in `settle`."""
    return _finish(conn, claimed, "failed", now, now, {"reason": reason})


def put_back(
    conn: Connection,
    claimed: Claimed,
    at: datetime,
    reason: str,
    *,
    failed_at: datetime | None = None,
    clean: bool = False,
) -> bool:
    """Try again from `at` on; nothing else in the lane happens before. False as in `settle`.

    `failed_at` is when it failed; without it, this attempt brings nobody nearer to giving up. A clean one has certainly
    changed nothing.
    """
    if not _release(conn, claimed, at, done=claimed.number - 1):
        return False
    outcome: dict[str, Any] = {"reason": reason, "clean": claimed.clean + clean}
    if failed_at is not None:
        claimed = replace(
            claimed, failed=claimed.failed + 1, failing=claimed.failing_for(failed_at), failed_at=failed_at
        )
    if claimed.failed_at is not None:
        seconds = claimed.failing / timedelta(seconds=1)
        outcome |= {"failed": claimed.failed, "failing": seconds, "failed_at": claimed.failed_at.isoformat()}
    _NOTE.run(conn, lane=claimed.lane, number=claimed.number, outcome=chain.canonical(outcome))
    return True


def renew(conn: Connection, claimed: Claimed, until: datetime) -> bool:
    """Whoever is still at it keeps the lease until then. False as in `settle`: then it is somebody else's by now."""
    return _RENEW.change(conn, lane=claimed.lane, epoch=claimed.epoch, until=until) == 1


def is_held(conn: Connection, claimed: Claimed) -> bool:
    """Whether the lane is still leased to whoever claimed this."""
    return _HELD.first(conn, lane=claimed.lane, epoch=claimed.epoch) is not None


def reclaim(conn: Connection, now: datetime) -> None:
    """End every lease. For a database that belongs to one process, when that process starts: whoever held them died.

    What rests after a failure is tried at once, too, since whoever starts a bot may have mended something. It brings
    nothing nearer to being given up, which is a question of time.
    """
    busy = and_(_BUSY, lanes.c.ready_at > now)
    conn.execute(update(lanes).where(busy).values(ready_at=now, epoch=lanes.c.epoch + 1))


def heal(conn: Connection, now: datetime) -> None:
    """Whatever rests longer than anything may is ready: a clock that was wrong has put it to rest."""
    conn.execute(update(lanes).where(_resting(now)).values(ready_at=now))


def needs_healing(conn: Connection, now: datetime) -> bool:
    """Whether `heal` would find anything."""
    return conn.execute(select(lanes.c.id).where(_resting(now)).limit(1)).first() is not None


def _resting(now: datetime) -> ColumnElement[bool]:
    longest = FARTHEST.items()
    return and_(_BUSY, or_(*(and_(lanes.c.kind == kind, lanes.c.ready_at > now + rest) for kind, rest in longest)))


def stands_before(conn: Connection, lane: str, number: int, channel: str) -> str:
    """The `ts` of the newest message of this lane that is known to stand in this channel and came before this one.

    Slack's own clock gave it, and nobody begins what comes next in a lane before it is settled: so nothing that an
    attempt at this one has left is older. Empty when none is known.
    """
    earlier = and_(outbox.c.lane == lane, outbox.c.number < number, outbox.c.state == "done")
    rows = conn.execute(select(outbox.c.outcome).where(earlier).order_by(outbox.c.number.desc()).limit(BACK))
    told = (json.loads(each.outcome or "{}") for each in rows)
    return next((str(each["ts"]) for each in told if each.get("ts") and each.get("channel") == channel), "")


def suspect(conn: Connection, claimed: Claimed, at: datetime) -> None:
    """We may have said it after somebody else did, or may yet: from that time on it is looked whether it stands there twice.

    The looks begin anew: one that is still to come is for what came before, and would come too early.
    """
    done = and_(_this(claimed), outbox.c.state == "done", outbox.c.type.in_([Say.__name__, ShowCard.__name__]))
    found = conn.execute(select(outbox.c.outcome).where(done).with_for_update()).one_or_none()
    if found is not None:
        outcome = chain.canonical(json.loads(found.outcome or "{}") | {"looked": 0})
        conn.execute(update(outbox).where(done).values(sweep_at=at, outcome=outcome))


def pending(conn: Connection, room_id: int | None = None) -> int:
    """How many effects are neither done nor given up. What goes on as long as a game does is not waited for."""
    waiting = func.coalesce(func.sum(lanes.c.last_number - lanes.c.done_number), 0)
    where = _of_room(lanes.c.room, room_id) & (lanes.c.done_number < lanes.c.last_number) & (lanes.c.kind != WATCH)
    return int(conn.execute(select(waiting).where(where)).scalar_one())


def oldest(conn: Connection) -> datetime | None:
    """When the effect was kept that has waited longest; None when nothing waits. Watching is not waiting."""
    waits = and_(outbox.c.state == "pending", outbox.c.type != WatchStop.__name__)
    query = select(func.min(outbox.c.created_at)).where(waits)
    since: datetime | None = conn.execute(query).scalar_one()
    return since


def given_up(conn: Connection) -> int:
    """How much of what open rooms owed was given up."""
    there = outbox.join(rooms, rooms.c.id == outbox.c.room)
    where = and_(rooms.c.open.is_(True), outbox.c.state == "failed")
    return int(conn.execute(select(func.count()).select_from(there).where(where)).scalar_one())


def failures(conn: Connection, room_id: int | None = None) -> list[Failure]:
    """What was given up, oldest first."""
    where = and_(outbox.c.state == "failed", _of_room(outbox.c.room, room_id))
    found = conn.execute(select(outbox).where(where).order_by(outbox.c.settled_at, outbox.c.lane, outbox.c.number))
    return [_failure(each) for each in found]


def _lane(room_id: int, effect: Effect) -> str:
    return f"{room_id}:{effect.lane}"


def kind_of(effect: Effect) -> str:
    """The kind of lane that this waits in."""
    if isinstance(effect, Talk):
        return TALK
    return WATCH if isinstance(effect, WatchStop) else ACT


def _put(conn: Connection, lane: str, room_id: int, owed: Sequence[Effect], at: datetime) -> list[dict[str, Any]]:
    """Make room in the lane, and say what goes there. Order in the lane is order of commit: its row is held till then."""
    collapsing = any(effect.collapses for effect in owed)
    sure = 0 if collapsing else len(owed)
    last = _LOCK.scalar(conn, id=lane, room=room_id, kind=kind_of(owed[0]), ready_at=at, last_number=sure) - sure
    waiting = {(each.collapse, each.body) for each in _UNTRIED.all(conn, lane=lane)} if collapsing else set()
    rows: list[dict[str, Any]] = []
    for effect in owed:
        body = chain.canonical(codec.encode(effect))
        if effect.collapses and (effect.collapses, body) in waiting:
            continue
        waiting.add((effect.collapses, body))
        rows.append(_values(lane, last + len(rows) + 1, room_id, effect, body, at))
    if len(rows) > sure:
        _LENGTHEN.run(conn, lane=lane, more=len(rows) - sure)
    return rows


def _values(lane: str, number: int, room_id: int, effect: Effect, body: str, at: datetime) -> dict[str, Any]:
    return {
        "lane": lane,
        "number": number,
        "room": room_id,
        "type": type(effect).__name__,
        "body": body,
        "collapse": effect.collapses or None,
        "attempts": 0,
        "state": "pending",
        "created_at": at,
    }


def _with_those_behind(conn: Connection, claimed: Claimed, now: datetime) -> Claimed:
    """With the messages that may be said together with a stale one."""
    stale = claimed.created_at is not None and claimed.created_at <= now - STALE
    if not stale or not _fits_a_digest(claimed.effect, claimed.effect):
        return claimed
    rows = _BEHIND.all(conn, lane=claimed.lane, first=claimed.number, end=claimed.number + MOST)
    behind = tuple(takewhile(lambda each: _fits_a_digest(each.say, claimed.effect), _waiting(rows)))
    return replace(claimed, behind=behind) if len(behind) + 1 >= FEW else claimed


def _waiting(rows: Iterable[Any]) -> Iterator[Waiting]:
    """Up to the first that is no message, or that this release cannot read."""
    for row in takewhile(lambda row: row.type == Say.__name__, rows):
        try:
            yield Waiting(say=codec.decode(Say, json.loads(row.body)), since=row.created_at)
        except (Unreadable, ValueError):
            return


def _fits_a_digest(effect: Effect, head: Effect) -> bool:
    """What asks for a press, or belongs into a thread, or is about life in an exercise, is said by itself."""
    return isinstance(effect, Say) and isinstance(head, Say) and not (effect.asks or effect.under or effect.real)


def _claimed(found: Any, epoch: int) -> Claimed | None:
    try:
        if found.type not in EFFECTS:
            raise Unreadable(f"{found.type} is an effect of another release")
        effect = codec.decode(EFFECTS[found.type], json.loads(found.body))
    except (Unreadable, ValueError) as error:
        _log.error("lane %s waits at %s: %s", found.lane, found.number, error)
        return None
    came_of_it = json.loads(found.outcome or "{}")
    return Claimed(
        lane=found.lane,
        number=found.number,
        epoch=epoch,
        room_id=found.room,
        effect=effect,
        attempts=found.attempts,
        effect_id=effect_id(found.uid, found.lane, found.number),
        failed=int(came_of_it.get("failed", 0)),
        failed_at=_instant(came_of_it.get("failed_at")),
        failing=timedelta(seconds=float(came_of_it.get("failing", 0))),
        clean=int(came_of_it.get("clean", 0)),
        created_at=found.created_at,
        room_uid=found.uid,
    )


def _instant(written: str | None) -> datetime | None:
    """None as well for what is no instant: a release before this one could remove a part of it as somebody's text."""
    try:
        return datetime.fromisoformat(written) if written else None
    except ValueError:
        return None


def effect_id(uid: str, lane: str, number: int) -> str:
    """What an effect is called outside: always the same, and it gives nothing away."""
    named = f"{uid}/{lane}/{number}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(named).hexdigest()[:24]


def _finish(
    conn: Connection,
    claimed: Claimed,
    state: str,
    now: datetime,
    ready_at: datetime,
    outcome: dict[str, Any],
    *,
    together: int = 0,
    sweep_at: datetime | None = None,
) -> bool:
    if not _release(conn, claimed, ready_at, done=claimed.number + together):
        return False
    result = {"state": state, "outcome": chain.canonical(outcome), "settled_at": now}
    _END.run(conn, lane=claimed.lane, number=claimed.number, **result, sweep_at=sweep_at)
    if together:
        behind = and_(
            outbox.c.lane == claimed.lane,
            outbox.c.number > claimed.number,
            outbox.c.number <= claimed.number + together,
        )
        within = chain.canonical({**outcome, "digest": claimed.number})
        conn.execute(update(outbox).where(behind).values(result | {"outcome": within}))
    return True


def _release(conn: Connection, claimed: Claimed, ready_at: datetime, *, done: int) -> bool:
    held = {"lane": claimed.lane, "epoch": claimed.epoch, "number": claimed.number}
    return _RELEASE.change(conn, **held, ready_at=ready_at, done=done) == 1


def _this(claimed: Claimed) -> ColumnElement[bool]:
    return and_(outbox.c.lane == claimed.lane, outbox.c.number == claimed.number)


def _of_room(column: ColumnElement[int], room_id: int | None) -> ColumnElement[bool]:
    return true() if room_id is None else column == room_id


def _failure(found: Row[Any]) -> Failure:
    return Failure(
        lane=found.lane,
        number=found.number,
        room_id=found.room,
        type=found.type,
        attempts=found.attempts,
        reason=json.loads(found.outcome)["reason"],
        at=found.settled_at,
    )
