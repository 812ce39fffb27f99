"""Game days that are planned, once or again and again. A plain table: what became of each game is on its own timeline.

What is done for a game day is done under keys of its own, so two replicas that look at the same row do nothing twice.
The row moves on only from where it was when it was read.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, and_, bindparam, select, true, update

from warroom.core.calendar import ONCE, Occurrence
from warroom.core.declaring import dataclass
from warroom.store.prepared import Prepared
from warroom.store.tables import schedules

_MINUTE = timedelta(minutes=1)
_DUE = Prepared(
    select(schedules)
    .where(schedules.c.wake_at <= bindparam("now"))
    .order_by(schedules.c.wake_at, schedules.c.id)
    .limit(bindparam("limit", type_=Integer))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """Who is named for every game of a schedule. One of the `directors` directs each time; the others play."""

    directors: tuple[str, ...]
    players: tuple[str, ...] = ()
    evaluators: tuple[str, ...] = ()
    safety: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What somebody plans. It first begins at `first_at`; with a `window`, some time within it."""

    workspace: str
    planned_by: str
    scenario: str
    people: People
    first_at: datetime
    zone: str = "UTC"
    channel: str = ""
    environment: str = ""
    surprise: str = "announced"
    repeats: str = ONCE
    window: timedelta = timedelta(0)
    seed: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule(Wish):
    """A row as it was read: what was planned, the game day that comes next, and what was done for that already."""

    id: int
    planned_at: datetime
    coming: Occurrence
    done: tuple[str, ...] = ()
    directed: tuple[str, ...] = ()
    trouble: str = ""
    wake_at: datetime | None = None
    ended_at: datetime | None = field(default=None)

    @property
    def name(self) -> str:
        """What its next game is known by: the keys of all that is done for it begin with this."""
        return f"schedule:{self.id}:{self.coming.number}"


def add(conn: Connection, wish: Wish, coming: Occurrence, *, at: datetime) -> int:
    """Keep what is planned; it is looked at as soon as possible. Returns its number."""
    values = {
        **_plain(wish),
        "planned_at": at,
        "number": coming.number,
        "begins_at": coming.begins,
        "starts_at": coming.starts,
        "done": "[]",
        "directed": "[]",
        "trouble": "",
        "wake_at": at,
    }
    number: int = conn.execute(schedules.insert().values(values).returning(schedules.c.id)).scalar_one()
    return number


def get(conn: Connection, workspace: str, number: int) -> Schedule | None:
    """The schedule of this number, ended or not; None if the workspace has none such."""
    here = and_(schedules.c.workspace == workspace, schedules.c.id == number)
    found = conn.execute(select(schedules).where(here)).one_or_none()
    return None if found is None else _schedule(found)


def listing(conn: Connection, workspace: str | None) -> list[Schedule]:
    """Those that have not ended, whose next game begins soonest first. Any workspace when that is None."""
    here = schedules.c.workspace == workspace if workspace is not None else true()
    still = select(schedules).where(schedules.c.ended_at.is_(None), here)
    return [_schedule(each) for each in conn.execute(still.order_by(schedules.c.begins_at, schedules.c.id))]


def due(conn: Connection, now: datetime, limit: int) -> list[Schedule]:
    """Those for which something is to be done by now, the longest overdue first."""
    return [_schedule(each) for each in _DUE.all(conn, now=now, limit=limit)]


def mark(conn: Connection, there: Schedule, done: Sequence[str], wake_at: datetime) -> bool:
    """All of this is done for its next game; look again at `wake_at`. False if it has moved on since it was read."""
    return _move(conn, there, done=json.dumps(list(done)), wake_at=wake_at)


def advance(
    conn: Connection, there: Schedule, coming: Occurrence | None, *, at: datetime, director: str = "", trouble: str = ""
) -> bool:
    """Its game is dealt with; on to the one that is `coming`, or it has ended. False if it has moved on already."""
    directed = [*(each for each in there.directed if each != director), *([director] if director else [])]
    kept: dict[str, Any] = {"directed": json.dumps(directed), "trouble": trouble, "done": "[]"}
    if coming is None:
        return _move(conn, there, **kept, wake_at=None, ended_at=at)
    numbers = {"number": coming.number, "begins_at": coming.begins, "starts_at": coming.starts}
    return _move(conn, there, **kept, **numbers, wake_at=at)


def end(conn: Connection, number: int, at: datetime) -> bool:
    """It is called off. False if it had ended."""
    still = and_(schedules.c.id == number, schedules.c.ended_at.is_(None))
    return conn.execute(update(schedules).where(still).values(ended_at=at, wake_at=None)).rowcount == 1


def _move(conn: Connection, there: Schedule, **values: Any) -> bool:
    as_it_was = and_(
        schedules.c.id == there.id,
        schedules.c.number == there.coming.number,
        schedules.c.done == json.dumps(list(there.done)),
        schedules.c.ended_at.is_(None),
    )
    return conn.execute(update(schedules).where(as_it_was).values(values)).rowcount == 1


def _plain(wish: Wish) -> dict[str, Any]:
    names = (
        *("workspace", "planned_by", "scenario", "channel", "environment", "surprise"),
        *("first_at", "zone", "repeats", "seed"),
    )
    plain = {name: getattr(wish, name) for name in names}
    return {**plain, "people": json.dumps(asdict(wish.people)), "window": int(wish.window / _MINUTE)}


def _schedule(found: Any) -> Schedule:
    held: dict[str, Any] = found._asdict()
    people = {part: tuple(them) for part, them in json.loads(held.pop("people")).items()}
    coming = Occurrence(number=held.pop("number"), begins=held.pop("begins_at"), starts=held.pop("starts_at"))
    held |= {name: tuple(json.loads(held[name])) for name in ("done", "directed")}
    held["window"] *= _MINUTE
    return Schedule(**held, people=People(**people), coming=coming)
