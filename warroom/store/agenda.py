"""When the database next has something for anybody to do, in one statement for all who wait."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Select, and_, func, select

from warroom.store.outbox import EVERY_KIND
from warroom.store.prepared import Prepared
from warroom.store.tables import lanes, outbox, rooms, schedules

ROOM, SCHEDULE, TWIN = "room", "schedule", "twin"
TOPICS = (*EVERY_KIND, ROOM, SCHEDULE, TWIN)


def _next_times() -> Select[tuple[datetime | None, ...]]:
    busy = lanes.c.done_number < lanes.c.last_number
    ready = {kind: select(func.min(lanes.c.ready_at)).where(and_(busy, lanes.c.kind == kind)) for kind in EVERY_KIND}
    times = ready | {
        ROOM: select(func.min(rooms.c.wake_at)),
        SCHEDULE: select(func.min(schedules.c.wake_at)),
        TWIN: select(func.min(outbox.c.sweep_at)).where(outbox.c.sweep_at.is_not(None)),
    }
    return select(*(times[topic].scalar_subquery().label(topic) for topic in TOPICS))


_NEXT_TIMES = Prepared(_next_times())


def next_times(conn: Connection) -> Mapping[str, datetime | None]:
    """For each topic when there is next something to do, or a lease on it ends; in the past if something waits."""
    times: Mapping[str, datetime | None] = _NEXT_TIMES.first(conn)._asdict()
    return times


def next_time(conn: Connection, topic: str) -> datetime | None:
    """The same for one topic."""
    return next_times(conn)[topic]
