"""Times as Go programs write them: RFC 3339 with 0 to 9 fraction digits, any offset, and year 1 for "none"."""

import re
from datetime import UTC, datetime, timedelta

_RFC_3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)",
    re.ASCII,
)


def read(text: object) -> datetime | None:
    """The instant in UTC, cut to microseconds; None for year 1 and for anything that is not such a time."""
    found = _RFC_3339.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    day, time, fraction, zone = found.groups()
    offset = "+00:00" if zone in "Zz" else zone
    try:
        at = datetime.fromisoformat(f"{day}T{time}{offset}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return None if at.year < 1900 else at + timedelta(microseconds=int((fraction or "0").ljust(6, "0")[:6]))
