"""When something happened in a room, and who did it."""

from datetime import datetime, timedelta

from warroom.core.declaring import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """When something happened, and who did it (`warroom` when nobody pressed)."""

    at: datetime
    clock: timedelta
    who: str
