"""Times as people write them into a master scenario events list.

D+2 H+3 M+45     a place on the clock: days, hours, minutes (and S, seconds) after the start; J and T stand for D
M-5              before the start
T+01:30, +01:30  hours and minutes after the start
T+1h 30m         as scenarios themselves write it
09:05, 0905 hrs  a time of day, which needs the start; with a day before it, or without. A date alone is its midnight
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from warroom.core import durations
from warroom.core.declaring import dataclass

_SECONDS = {"D": 86_400, "J": 86_400, "T": 86_400, "H": 3_600, "M": 60, "S": 1}
_PART = r"[DJTHMS]\s*[+-]\s*\d{1,6}"
_GRAMMAR = re.compile(rf"{_PART}(?:[\s,;/]*{_PART}){{0,9}}", re.IGNORECASE | re.ASCII)
_ONE = re.compile(r"([DJTHMS])\s*([+-])\s*(\d{1,6})", re.IGNORECASE | re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})[:hH.](\d{2})(?::(\d{2}))?\s*([ap])?\.?m?\.?", re.IGNORECASE | re.ASCII)
_OF_FOUR = re.compile(r"([01]\d|2[0-3])([0-5]\d)", re.ASCII)
_HOURS = re.compile(r"\s*(?:hrs?|hours)$", re.IGNORECASE)
_DASHES = str.maketrans("\u2212\u2013\uff0b", "--+")  # what word processors and others make of - and +
_ELAPSED = re.compile(r"\+?(\d{1,3}):(\d{2})(?::(\d{2}))?", re.ASCII)
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y")
_WEEKDAYS = ("%A", "%a")
_WEEK = datetime(1900, 1, 1)  # noqa: DTZ001 - a Monday; the week that all weekdays are in
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Start:
    """When the game begins, as a day (or none) and a time of day."""

    clock: timedelta
    day: datetime | None = None


def offset(text: str) -> timedelta | None:
    """The length of time after the start that a text names by itself; None when it names none. May be negative."""
    said = text.strip().translate(_DASHES)
    if said[:2].upper() == "T+" and (length := durations.read(said[2:])) is not None:
        return length
    if said[:1] == "+" or said[:2].upper() == "T+":
        length = elapsed(said.lstrip("Tt"))
        if length is not None:
            return length
    if not _GRAMMAR.fullmatch(said):
        return None
    signed = [(unit.upper(), -int(number) if sign == "-" else int(number)) for unit, sign, number in _ONE.findall(said)]
    return timedelta(seconds=sum(_SECONDS[unit] * number for unit, number in signed))


def elapsed(text: str) -> timedelta | None:
    """`+00:30` or `+01:30:00`: hours, minutes and seconds after the start."""
    found = _ELAPSED.fullmatch(text.strip())
    if not found:
        return None
    hours, minutes, seconds = (int(each or 0) for each in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def written(length: timedelta) -> str:
    """A length in the grammar: `D+1 H+2 M+05`; `M+0` for the start itself. `M-5` for what is before it."""
    sign, seconds = ("-", -length) if length < timedelta(0) else ("+", length)
    left, parts = seconds // timedelta(seconds=1), list[str]()
    for unit in "DHMS":
        number, left = divmod(left, _SECONDS[unit])
        if number:
            parts.append(f"{unit}{sign}{number}")
    return " ".join(parts) or "M+0"


def clock(text: str) -> tuple[datetime | None, timedelta] | None:
    """A time of day, with its day where it says one: `09:05`, `0905 hrs`, `9:05 pm`, `Monday 09:05`, `2026-05-04T09:05`."""
    said = " ".join(text.strip().replace("T", " ", 1).split()) if re.match(r"\d{4}-", text.strip()) else text.strip()
    if (whole := date(said)) is not None:
        return whole, timedelta(0)
    said = _HOURS.sub("", said)
    day, gap, time = said.rpartition(" ")
    if time.lower() in ("am", "pm", "a.m.", "p.m."):
        day, gap, before = day.rpartition(" ")
        time = f"{before}{time}"
    found = _CLOCK.fullmatch(_OF_FOUR.sub(r"\1:\2", time) if _OF_FOUR.fullmatch(time) else time)
    if not found:
        return None
    hours, minutes, seconds, half = int(found[1]), int(found[2]), int(found[3] or 0), (found[4] or "").lower()
    if half:
        hours = hours % 12 + (12 if half == "p" else 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    at = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if not gap and not day:
        return None, at
    on = _day(day.strip())
    return (on, at) if on else None


def date(text: str) -> datetime | None:
    """The day that a text names with its year; None when it names none."""
    return _by(_DATES, text.strip())


def _by(forms: Sequence[str], text: str) -> datetime | None:
    for form in forms:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - a plan has no zone
        except ValueError:
            continue
    return None


def _day(text: str) -> datetime | None:
    """A date; a weekday is the date of that weekday in one same week, so that weekdays compare."""
    if _by(_WEEKDAYS, text) is None:
        return date(text)
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return _WEEK + _DAY * names.index(text[:3].lower())


def start(text: str) -> Start | None:
    """The start as it was given; None when it cannot be read."""
    found = clock(text)
    return Start(found[1], found[0]) if found else None


def after(start: Start, day: datetime | None, at: timedelta, before: timedelta | None) -> timedelta:
    """How long after the start a time of day is.

    Without days, a time that would be before the one `before` it is on the next day, and with weekdays in the next week;
    one shortly before the start is before it.
    """
    length, again = at - start.clock, _DAY
    if day is not None and start.day is not None:
        length += day - start.day
        if not (_is_weekday(day) and _is_weekday(start.day)):
            return length
        again = 7 * _DAY
    while length < (before if before is not None else timedelta(hours=-12)):
        length += again
    return length


def _is_weekday(day: datetime) -> bool:
    return day.year == _WEEK.year
