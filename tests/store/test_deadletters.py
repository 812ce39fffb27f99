"""What was given up can be seen, and owed again: in order, once."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from tests.store.building import NOON, SECOND, new_room, roll_back, say
from warroom.core.effects import Effect, RunCheck
from warroom.core.probes import Tcp
from warroom.core.refusals import NotNow, Unknown
from warroom.store import deadletters, outbox
from warroom.store.db import Database

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def owed(conn: Connection, *effects: Effect) -> int:
    room = new_room(conn).id
    outbox.put(conn, room, effects, NOON)
    return room


def fails(conn: Connection, reason: str = "channel_not_found") -> None:
    for claimed in outbox.claim(conn, NOON + MINUTE, SECOND, 9):
        outbox.give_up(conn, claimed, NOON + MINUTE, reason)


def said(conn: Connection) -> list[Effect]:
    """Everything that waits, said in order."""
    found = []
    while claims := outbox.claim(conn, NOON + HOUR, SECOND, 9):
        for claimed in claims:
            found.append(claimed.effect)
            outbox.settle(conn, claimed, NOON + HOUR, outcome={})
    return found


def test_what_waits_and_what_was_given_up(database: Database) -> None:
    """Both are listed with their room, in order, with since when, how often tried, and why."""
    database.tx_sync(owed, say("one"), say("two"), roll_back())
    database.tx_sync(fails)
    [two] = database.read_sync(deadletters.waiting)
    assert (two.room, two.what, two.since, two.attempts) == ("GD-1", "Say in war-room two", NOON, 0)
    rolled, one = sorted(database.read_sync(deadletters.given_up), key=lambda each: each.what)
    assert (rolled.what, one.what, one.reason, one.attempts) == (
        "RollBack",
        "Say in war-room one",
        "channel_not_found",
        1,
    )
    assert one.since == NOON + MINUTE
    assert database.read_sync(deadletters.count) == 2
    assert database.read_sync(deadletters.given_up, one.room_id + 1) == []


def test_replayed_in_order_and_once(database: Database) -> None:
    """What is replayed comes behind what waits, in its old order; replaying it again says it not twice, and says why."""
    database.tx_sync(owed, say("one"), say("two"), say("three"))
    database.tx_sync(fails)
    database.tx_sync(fails)
    letters = database.read_sync(deadletters.given_up)
    assert [database.tx_sync(deadletters.replay, each, NOON) for each in letters] == [4, 5]
    assert database.read_sync(deadletters.count) == 0
    for each in letters:
        with pytest.raises(NotNow, match="replayed before"):
            database.tx_sync(deadletters.replay, each, NOON)
    assert database.tx_sync(said) == [say("three"), say("one"), say("two")]
    assert database.read_sync(deadletters.waiting) == []


def test_given_up_again(database: Database) -> None:
    """What is given up again after it was replayed is there again, once, and can be replayed again."""
    database.tx_sync(owed, say("one"))
    for number in (2, 3, 4):
        database.tx_sync(fails)
        [letter] = database.read_sync(deadletters.given_up)
        assert database.tx_sync(deadletters.replay, letter, NOON) == number
    assert database.tx_sync(said) == [say("one")]


def test_it_says_from_which_it_comes(database: Database) -> None:
    """The new one names the old one while it waits, and the old one names the new one for good."""
    room = database.tx_sync(owed, say("one"))
    database.tx_sync(fails)
    [letter] = database.read_sync(deadletters.given_up)
    database.tx_sync(deadletters.replay, letter, NOON)

    def outcomes(conn: Connection) -> list[str]:
        rows = conn.exec_driver_sql(f"SELECT outcome FROM outbox WHERE room = {room} ORDER BY number")
        return [row.outcome for row in rows]

    assert database.read_sync(outcomes) == ['{"reason":"channel_not_found","replayed_as":2}', '{"replays":1}']


def test_what_acts_is_not_replayed(database: Database) -> None:
    """A check, an act or a fault that was given up is not done again by itself; undoing is."""
    database.tx_sync(owed, RunCheck(run="R1", step="a", attempt=1, probe=Tcp(target="db:1")), roll_back())
    database.tx_sync(fails)
    check, rolled = sorted(database.read_sync(deadletters.given_up), key=lambda each: each.what, reverse=True)
    with pytest.raises(Unknown, match="acts once"):
        database.tx_sync(deadletters.replay, check, NOON)
    database.tx_sync(deadletters.replay, rolled, NOON)
    assert database.tx_sync(said) == [roll_back()]
