"""Times as people write them into a master scenario events list.

D+2 H+3 M+45     a place on the clock: days, hours, minutes (and S, seconds) after the start; J and T stand for D
M-5              before the start
09:05            a time of day, which needs the start; with a day before it, or without
T+1h 30m         as scenarios themselves write it
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from warroom.core import durations

_SECONDS = {"D": 86_400, "J": 86_400, "T": 86_400, "H": 3_600, "M": 60, "S": 1}
_PART = r"[DJTHMS]\s*[+-]\s*\d{1,6}"
_GRAMMAR = re.compile(rf"{_PART}(?:[\s,;/]*{_PART})*", re.IGNORECASE | re.ASCII)
_ONE = re.compile(r"([DJTHMS])\s*([+-])\s*(\d{1,6})", re.IGNORECASE | re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})[:hH.](\d{2})(?::(\d{2}))?\s*([ap])?\.?m?\.?", re.IGNORECASE | re.ASCII)
_ELAPSED = re.compile(r"\+?(\d{1,3}):(\d{2})(?::(\d{2}))?", re.ASCII)
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%A", "%a")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Start:
    """When the game begins, as a day (or none) and a time of day."""

    clock: timedelta
    day: datetime | None = None


def offset(text: str) -> timedelta | None:
    """The length of time after the start that a text names by itself; None when it names none. May be negative."""
    said = text.strip()
    if said[:2].upper() == "T+" and (length := durations.read(said[2:])) is not None:
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
    """A time of day, with its day where it says one: `09:05`, `9:05 pm`, `Monday 09:05`, `2026-05-04T09:05`."""
    said = " ".join(text.strip().replace("T", " ", 1).split()) if re.match(r"\d{4}-", text.strip()) else text.strip()
    day, gap, time = said.rpartition(" ")
    if time.lower() in ("am", "pm", "a.m.", "p.m."):
        day, gap, before = day.rpartition(" ")
        time = f"{before}{time}"
    found = _CLOCK.fullmatch(time)
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


def _day(text: str) -> datetime | None:
    """A date; a weekday is the date of that weekday in one same week, so that weekdays compare."""
    for form in _DAYS:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007 - a plan has no zone
        except ValueError:
            continue
        if form in ("%A", "%a"):
            names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
            return datetime(1900, 1, 1) + _DAY * names.index(text[:3].lower())  # noqa: DTZ001
        return found
    return None


def start(text: str) -> Start | None:
    """The start as it was given; None when it cannot be read."""
    found = clock(text)
    return Start(found[1], found[0]) if found else None


def after(start: Start, day: datetime | None, at: timedelta, before: timedelta | None) -> timedelta:
    """How long after the start a time of day is.

    Without days, a time that would be before the one `before` it is on the next day; one shortly before the start is
    before it.
    """
    if day is not None and start.day is not None:
        return day - start.day + at - start.clock
    length = at - start.clock
    while length < (before if before is not None else timedelta(hours=-12)):
        length += _DAY
    return length
