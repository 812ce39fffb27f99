"""What may have been missed: for each workspace one row of the inbox, which is taken up as everything kept there is.

One row is enough, since one gap that is found while another waits makes that one longer. It also lets only one process
at a time read history. What is noted while it is being read changes the row, so that finishing it does not lose that.
"""

import json
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from warroom.core.declaring import dataclass
from warroom.store import inbox as kept
from warroom.store.db import insert
from warroom.store.inbox import Delivery
from warroom.store.tables import inbox

PREFIX = "gap:"
OPENED = "opened:"
EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """`since` is when something was last surely heard, `noted` when this was last said."""

    workspace: str
    since: datetime
    noted: datetime


def note(conn: Connection, workspace: str, since: datetime, at: datetime, ready: datetime) -> None:
    """From `since` on something may have been missed; it is looked for at `ready`, not before."""
    key = f"{PREFIX}{workspace}"
    values = {"received_at": at, "state": kept.KEPT, "take_at": ready, "tries": 0}
    there = conn.execute(select(inbox).where(inbox.c.key == key).with_for_update()).first()
    if there is not None and there.state == kept.KEPT:
        since = min(since, _since(there.payload or ""))
    values["payload"] = json.dumps({"since": since.isoformat(), "noted": at.isoformat()})
    added = insert(conn, inbox).values(key=key, **values)
    conn.execute(added.on_conflict_do_update(index_elements=["key"], set_=values))


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A channel that was made for a place of a room."""

    channel: str
    room: int
    place: str


def note_opened(conn: Connection, opened: Opened, at: datetime, ready: datetime) -> None:
    """This channel was made just now, and no room knows it yet: what is said there meanwhile is heard by nobody."""
    payload = json.dumps({"room": opened.room, "place": opened.place})
    kept.keep(conn, f"{OPENED}{opened.channel}", at, payload, ready - at)


def read_opened(delivery: Delivery) -> Opened:
    return Opened(channel=delivery.key.removeprefix(OPENED), **json.loads(delivery.payload))


def read(delivery: Delivery) -> Gap:
    said = json.loads(delivery.payload)
    return Gap(
        workspace=delivery.key.removeprefix(PREFIX),
        since=datetime.fromisoformat(said["since"]),
        noted=datetime.fromisoformat(said["noted"]),
    )


def _since(payload: str) -> datetime:
    return datetime.fromisoformat(json.loads(payload)["since"])
