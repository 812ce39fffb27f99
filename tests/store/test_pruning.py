"""Pruning: what was delivered long ago in closed rooms goes; timelines, what waits, what was given up and alerts' keys stay."""

from datetime import timedelta

from sqlalchemy import Connection, select

from tests.store.building import NOON, SECOND, entered, new_room, say, summary
from warroom.core.events import NoteTaken
from warroom.store import deadletters, inbox, outbox, pruning, rooms
from warroom.store.db import Database
from warroom.store.pruning import Prunable
from warroom.store.tables import outbox as outbox_table

DAY = timedelta(days=1)
LATER = NOON + 100 * DAY
NOTHING = Prunable(deliveries=0, keys=0)


def lived(conn: Connection, *, closed: bool, name: str) -> int:
    """A room in which one thing was said, one was given up, and one waits."""
    row = new_room(conn)
    outbox.put(conn, row.id, [say("said"), say("lost"), say("waits")], NOON)
    [first] = [each for each in outbox.claim(conn, NOON, SECOND, 9) if each.room_id == row.id]
    outbox.settle(conn, first, NOON, outcome={})
    [second] = [each for each in outbox.claim(conn, NOON, SECOND, 9) if each.room_id == row.id]
    outbox.give_up(conn, second, NOON, "no")
    assert [each.what for each in deadletters.waiting(conn, row.id)] == ["Say in war-room waits"]
    for key, room in ((f"press:{name}", row.id), (f"event:{name}", None), (f"alert:{name}", None)):
        assert inbox.first_time(conn, key, NOON, room=room)
    inbox.keep(conn, f"event:{name}:kept", NOON, "{}")
    rooms.append(conn, row, [entered(1, NoteTaken(text="over"))], summary(open=not closed))
    return row.id


def states(conn: Connection, room: int) -> list[str]:
    query = select(outbox_table.c.state).where(outbox_table.c.room == room).order_by(outbox_table.c.number)
    return list(conn.execute(query).scalars())


def test_only_what_is_over(database: Database) -> None:
    """Of a room closed long ago what was delivered goes; what was given up or waits, and all of an open room, stays."""
    closed = database.tx_sync(lived, closed=True, name="a")
    still = database.tx_sync(lived, closed=False, name="b")
    assert database.read_sync(pruning.prunable, NOON) == NOTHING
    assert database.read_sync(pruning.prunable, LATER) == Prunable(deliveries=1, keys=3)
    assert database.tx_sync(pruning.prune, LATER) == Prunable(deliveries=1, keys=3)
    assert database.tx_sync(pruning.prune, LATER) == NOTHING
    assert database.read_sync(states, closed) == ["failed", "pending"]
    assert database.read_sync(states, still) == ["done", "failed", "pending"]
    for room in (closed, still):
        assert database.read_sync(rooms.verify, room).entries == 1


def test_what_must_be_known_stays_known(database: Database) -> None:
    """An alert that still fires, a press in an open room and an event that is not finished are known after pruning."""
    database.tx_sync(lived, closed=True, name="a")
    database.tx_sync(lived, closed=False, name="b")
    database.tx_sync(pruning.prune, LATER)

    def new(conn: Connection) -> set[str]:
        keys = ("press:a", "event:a", "alert:a", "event:a:kept", "press:b", "event:b", "alert:b")
        return {key for key in keys if inbox.first_time(conn, key, LATER)}

    assert database.tx_sync(new) == {"press:a", "event:a", "event:b"}


def test_what_waits_is_said_after_pruning(database: Database) -> None:
    """A lane goes on where it was, though what came before is gone."""
    room = database.tx_sync(lived, closed=True, name="a")
    database.tx_sync(pruning.prune, LATER)
    [claimed] = database.tx_sync(outbox.claim, LATER, SECOND, 9)
    assert (claimed.effect, claimed.number) == (say("waits"), 3)
    assert database.tx_sync(outbox.settle, claimed, LATER, outcome={})
    database.tx_sync(outbox.put, room, [say("more")], LATER)
    [claimed] = database.tx_sync(outbox.claim, LATER, SECOND, 9)
    assert (claimed.effect, claimed.number) == (say("more"), 4)


def test_in_batches(database: Database) -> None:
    """Much is taken out a batch at a time, and all of it in the end."""

    def fill(conn: Connection) -> None:
        row = new_room(conn)
        for number in range(pruning.BATCH + 1):
            assert inbox.first_time(conn, f"press:{number}", NOON, room=row.id)
        rooms.append(conn, row, [entered(1, NoteTaken(text="over"))], summary(open=False))

    database.tx_sync(fill)
    taken = [database.tx_sync(pruning.prune, LATER).keys for _ in range(3)]
    assert taken == [pruning.BATCH, 1, 0]
