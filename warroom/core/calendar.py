"""When planned game days come: the next one, who directs it, and what is to be done for it at what time.

Pure arithmetic. A game day that repeats keeps its time on the clock at the wall of whoever planned it, whatever is done to
those clocks in spring and autumn. A time that the clocks skip comes an hour later that day; of a time that comes twice the
first is meant. Where in its window a game begins is drawn from a seed, so that anybody who has it can draw it again.
"""

import hashlib
from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from warroom.core.declaring import dataclass

ONCE, WEEKLY, FORTNIGHTLY, MONTHLY = "once", "weekly", "fortnightly", "monthly"
REPEATS: Mapping[str, str] = {
    ONCE: "once",
    WEEKLY: "every week",
    FORTNIGHTLY: "every two weeks",
    MONTHLY: "every month, on the same weekday of the month",
}
ANNOUNCED, WINDOW, UNANNOUNCED = "announced", "window", "unannounced"
LATE = timedelta(minutes=30)  # what could not be begun for so long is not begun by itself any more
_WEEK, _DAY, _HOUR, _MINUTE = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
_LOOK = timedelta(minutes=10)  # a preflight before the start: early enough to answer it, late enough to be true
_FIFTH = 5


class Step(StrEnum):
    """What is done for a planned game, once each. The reminders that are `told` name the window only."""

    OPEN = "open"
    TOLD_DAY = "told-day"
    TOLD_HOUR = "told-hour"
    DAY = "day"
    HOUR = "hour"
    LOOK = "look"
    START = "start"


_REMINDERS = ((Step.TOLD_DAY, Step.TOLD_HOUR), (Step.DAY, Step.HOUR))


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """One of the game days of a schedule. It `starts` where it `begins`, or somewhere in the window after that."""

    number: int
    begins: datetime
    starts: datetime


def occurrence(first: datetime, zone: str, repeats: str, number: int) -> datetime | None:
    """When the game day of this number begins, the first being 0; None if it does not repeat so often.

    Monthly means the same weekday of the month, such as the second Tuesday; the fifth means the last.
    """
    if number and repeats == ONCE:
        return None
    at = first.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    wall = _later(at, repeats, number)
    return first if not number else wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _later(first: datetime, repeats: str, number: int) -> datetime:
    match repeats:
        case "weekly":
            return first + number * _WEEK
        case "fortnightly":
            return first + number * 2 * _WEEK
        case "monthly":
            return _month_later(first, number)
    return first


def _month_later(first: datetime, months: int) -> datetime:
    years, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + years, month + 1
    starts_on, length = monthrange(year, month)
    days = range(1 + (first.weekday() - starts_on) % 7, length + 1, 7)
    nth = (first.day - 1) // 7 + 1
    return first.replace(year=year, month=month, day=days[-1] if nth == _FIFTH else days[nth - 1])


def next_after(first: datetime, zone: str, repeats: str, after: datetime) -> tuple[int, datetime] | None:
    """The number and the beginning of the first game day later than `after`; None when none comes any more."""
    number = 0
    while (begins := occurrence(first, zone, repeats, number)) is not None:
        if begins > after:
            return number, begins
        number += 1
    return None


def drawn(begins: datetime, window: timedelta, seed: str, number: int) -> datetime:
    """Where within the window the game of this number starts: a whole minute, each as likely as any other."""
    minutes = int(window / _MINUTE)
    if minutes <= 0:
        return begins
    digest = hashlib.sha256(f"{seed}:{number}".encode()).digest()
    return begins + int.from_bytes(digest[:8], "big") % minutes * _MINUTE


def least_recent(people: Sequence[str], directed: Sequence[str], names: Mapping[str, str] | None = None) -> str:
    """Of these, whoever directed least recently. `directed` is who did, the last one last.

    Of several who never did, the first; by name when `names` are given. Raises ValueError for nobody.
    """
    last = {person: at for at, person in enumerate(directed)}
    called = names or {}
    order = sorted(people, key=lambda each: (called.get(each, each), each)) if names is not None else list(people)
    return min(order, key=lambda each: last.get(each, -1))


def steps(coming: Occurrence, surprise: str) -> dict[Step, datetime]:
    """What is done for this game day and when, in order."""
    planned = {
        Step.OPEN: coming.begins - _DAY,
        Step.DAY: coming.starts - _DAY,
        Step.HOUR: coming.starts - _HOUR,
        Step.LOOK: coming.starts - _LOOK,
        Step.START: coming.starts,
    }
    if surprise == WINDOW:
        planned |= {Step.TOLD_DAY: coming.begins - _DAY, Step.TOLD_HOUR: coming.begins - _HOUR}
    order = list(Step)
    return dict(sorted(planned.items(), key=lambda each: (each[1], order.index(each[0]))))


def due(coming: Occurrence, surprise: str, done: Collection[str], now: datetime) -> tuple[Step, ...]:
    """What is to be done now, in order. Of reminders that were missed only the last, and none once it starts."""
    over = [step for step, at in steps(coming, surprise).items() if at <= now]
    if Step.START in over:
        over = [step for step in over if step in (Step.OPEN, Step.START)]
    for earlier, later in _REMINDERS:
        if later in over and earlier in over:
            over.remove(earlier)
    return tuple(step for step in over if step not in done)


def next_look(coming: Occurrence, surprise: str, now: datetime) -> datetime:
    """When something is to be done next, after what was due by now; the start, if that is over."""
    return min((at for at in steps(coming, surprise).values() if at > now), default=coming.starts)
