"""What comes twice counts once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store import values
from tests.store.building import NOON, SECOND, new_room, same_database
from warroom.store import inbox
from warroom.store.db import Database
from warroom.store.inbox import Delivery

EXAMPLES = count()


@same_database
@given(keys=st.lists(values.STRINGS, max_size=8))
def test_once(database: Database, keys: list[str]) -> None:
    """The same key is new once, ever, whatever the key."""
    unique = f"{next(EXAMPLES)}:"
    seen = [database.tx_sync(inbox.first_time, unique + key, NOON) for key in keys]
    again = [database.tx_sync(inbox.first_time, unique + key, NOON) for key in keys]
    assert sum(seen) == len(set(keys))
    assert not any(again)


def test_rolled_back(database: Database) -> None:
    """A delivery whose handling failed is new again when it comes again."""

    def refused(conn: object) -> None:
        assert inbox.first_time(conn, "a", NOON)  # type: ignore[arg-type]  # a connection
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        database.tx_sync(refused)
    assert database.tx_sync(inbox.first_time, "a", NOON)


def test_at_once(database: Database) -> None:
    """Of several that come at once, one is new."""
    with ThreadPoolExecutor(8) as several:
        assert sum(several.map(lambda _: database.tx_sync(inbox.first_time, "a", NOON), range(8))) == 1


def test_kept(database: Database) -> None:
    """What was kept waits, oldest first and with its payload as it came, until it is finished."""
    assert database.tx_sync(inbox.keep, "b", NOON + SECOND, '{"a": "\x00"}')
    assert database.tx_sync(inbox.keep, "a", NOON, "\ud800")
    assert not database.tx_sync(inbox.keep, "a", NOON, "again")
    first = Delivery(key="a", received_at=NOON, payload="\ud800")
    second = Delivery(key="b", received_at=NOON + SECOND, payload='{"a": "\x00"}')
    assert database.read_sync(inbox.unfinished, NOON + 2 * SECOND) == [first, second]
    assert database.read_sync(inbox.unfinished, NOON + SECOND) == [first]
    assert database.tx_sync(inbox.finish, "a")
    assert not database.tx_sync(inbox.finish, "a")
    assert database.read_sync(inbox.unfinished, NOON + 2 * SECOND) == [second]


def test_finished_stays_known(database: Database) -> None:
    """What is finished is not kept a second time."""
    database.tx_sync(inbox.keep, "a", NOON, "")
    database.tx_sync(inbox.finish, "a")
    assert not database.tx_sync(inbox.keep, "a", NOON, "")
    assert not database.tx_sync(inbox.first_time, "a", NOON)


def test_handled_at_once_does_not_wait(database: Database) -> None:
    """What was handled as it came is never unfinished."""
    room = database.tx_sync(new_room).id
    assert database.tx_sync(inbox.first_time, "a", NOON, payload="{}", room=room)
    assert database.read_sync(inbox.unfinished, NOON + SECOND) == []


# --- taken up by whoever lives


def test_whoever_keeps_it_has_it_alone(database: Database) -> None:
    """What was kept just now is being handled: it is due only when the lease of its keeper has run out."""
    database.tx_sync(inbox.keep, "a", NOON, "x")
    assert database.tx_sync(inbox.claim, "a", NOON + inbox.LEASE - SECOND) is None
    assert database.read_sync(inbox.due, NOON + inbox.LEASE - SECOND, 9) == []
    assert [each.key for each in database.read_sync(inbox.due, NOON + inbox.LEASE, 9)] == ["a"]
    taken = database.tx_sync(inbox.claim, "a", NOON + inbox.LEASE)
    assert taken == Delivery(key="a", received_at=NOON, payload="x", tries=1)


def test_one_of_several_gets_it(database: Database) -> None:
    """Of many that would take up the same delivery at once, one does."""
    database.tx_sync(inbox.keep, "a", NOON, "x")
    with ThreadPoolExecutor(8) as several:
        got = several.map(lambda _: database.tx_sync(inbox.claim, "a", NOON + inbox.LEASE), range(8))
        assert [each.tries for each in got if each is not None] == [1]


def test_held_and_postponed(database: Database) -> None:
    """Held, it is due at the instant that was said; a postponement does not count as a try."""
    database.tx_sync(inbox.keep, "a", NOON, "x", lease=SECOND)
    database.tx_sync(inbox.claim, "a", NOON + SECOND)
    database.tx_sync(inbox.hold, "a", NOON + 5 * SECOND)
    assert database.tx_sync(inbox.claim, "a", NOON + 4 * SECOND) is None
    second = database.tx_sync(inbox.claim, "a", NOON + 5 * SECOND)
    assert second is not None
    assert second.tries == 2
    database.tx_sync(inbox.postpone, "a", NOON + 6 * SECOND)
    third = database.tx_sync(inbox.claim, "a", NOON + 6 * SECOND)
    assert third is not None
    assert third.tries == 2


def test_put_aside(database: Database) -> None:
    """What is put aside is counted, stays with its payload, and is due and unfinished no more."""
    database.tx_sync(inbox.keep, "a", NOON, "x")
    assert database.read_sync(inbox.failures) == 0
    assert database.tx_sync(inbox.put_aside, "a")
    assert database.read_sync(inbox.failures) == 1
    later = NOON + 100 * inbox.LEASE
    assert database.read_sync(inbox.due, later, 9) == database.read_sync(inbox.unfinished, later) == []
    assert database.tx_sync(inbox.claim, "a", later) is None
    assert not database.tx_sync(inbox.keep, "a", later, "again")


def test_a_process_alone_ends_every_lease(database: Database) -> None:
    """On a database of one process, what a dead one has left can be taken up at once."""
    database.tx_sync(inbox.keep, "a", NOON, "x")
    database.tx_sync(inbox.reclaim, NOON)
    assert database.tx_sync(inbox.claim, "a", NOON) is not None


def test_what_many_have_died_of_is_not_taken_up_at_every_start(database: Database) -> None:
    """Or, if it is what they died of, nobody could start any more: it waits until its lease has run out."""
    database.tx_sync(inbox.keep, "a", NOON, "x")
    at = NOON
    for _ in range(inbox.SUSPECT):
        at += inbox.LEASE
        assert database.tx_sync(inbox.claim, "a", at) is not None
    database.tx_sync(inbox.reclaim, at)
    assert database.tx_sync(inbox.claim, "a", at) is None
    assert database.tx_sync(inbox.claim, "a", at + inbox.LEASE) is not None


def test_a_lease_that_a_wrong_clock_gave_is_none(database: Database) -> None:
    """Longer than any lease or backoff lasts: whoever gave it had a clock that was ahead, and may be dead by now."""
    database.tx_sync(inbox.keep, "ahead", NOON + timedelta(hours=1), "x")
    database.tx_sync(inbox.keep, "put off", NOON, "x")
    database.tx_sync(inbox.hold, "put off", NOON + inbox.FARTHEST)
    assert [each.key for each in database.read_sync(inbox.due, NOON, 9)] == ["ahead"]
    assert database.tx_sync(inbox.claim, "put off", NOON) is None
    assert database.tx_sync(inbox.claim, "ahead", NOON) is not None
    assert database.tx_sync(inbox.claim, "ahead", NOON) is None


def test_finished_only_as_it_was_handled(database: Database) -> None:
    """When more was said about it meanwhile, what was handled is not all of it."""
    database.tx_sync(inbox.keep, "a", NOON, "x")
    assert not database.tx_sync(inbox.finish, "a", "y")
    assert database.tx_sync(inbox.finish, "a", "x")


def test_when_something_was_last_heard(database: Database) -> None:
    """The newest of what Slack tells by itself counts, handled or not; not what others tell, nor what has yet to come."""
    late = NOON + timedelta(hours=1)
    assert database.read_sync(inbox.last_heard, late) is None
    database.tx_sync(inbox.keep, "event:2", NOON + SECOND, "x")
    database.tx_sync(inbox.keep, "event:1", NOON, "x")
    database.tx_sync(inbox.first_time, "alertmanager:1", NOON + 5 * SECOND)
    assert database.read_sync(inbox.last_heard, late) == NOON + SECOND
    assert database.read_sync(inbox.last_heard, NOON) == NOON
