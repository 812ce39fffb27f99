"""Lengths of time as people write and read them: `90s`, `5m`, `1h 30m`, `2d`."""

import re
from datetime import timedelta

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
# At most six digits each, so that no length overflows, and little blank space, so that matching stays cheap.
_WHOLE = re.compile(
    r"\s?(?:(\d{1,6})\s?d)?\s?(?:(\d{1,6})\s?h)?\s?(?:(\d{1,6})\s?m(?:in)?)?\s?(?:(\d{1,6})\s?s)?\s?", re.ASCII
)


def read(text: str) -> timedelta | None:
    """The length that `text` names, or None when it names none."""
    found = _WHOLE.fullmatch(text)
    if not found or not any(found.groups()):
        return None
    seconds = sum(int(n) * _UNITS[unit] for n, unit in zip(found.groups(), "dhms", strict=True) if n)
    return timedelta(seconds=seconds)


def write(length: timedelta) -> str:
    """Short and exact to the second: `1 h 05 min`, `12 min`, `40 s`. Negative lengths count as nothing."""
    seconds = max(0, length // timedelta(seconds=1))
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {rest:02d} s" if rest else f"{minutes} min"
    return f"{rest} s"


def mark(length: timedelta) -> str:
    """A place on a game's clock: `T+00:07:30`."""
    seconds = max(0, length // timedelta(seconds=1))
    return f"T+{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
