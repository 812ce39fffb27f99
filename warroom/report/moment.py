"""When something happened in a room, and who did it."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """When something happened, and who did it (`warroom` when nobody pressed)."""

    at: datetime
    clock: timedelta
    who: str
