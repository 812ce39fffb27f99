"""What comes twice counts once."""

from concurrent.futures import ThreadPoolExecutor
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
