"""How many statements what goes on all the time takes: on another machine each of them is a journey there and back."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, event

from tests.store.building import NOON, SECOND, new_room, say, take_note
from warroom.core.effects import ShowCard
from warroom.store import agenda, budgets, inbox, outbox, rooms
from warroom.store.budgets import Budget
from warroom.store.db import Database

CARD = ShowCard(place="war-room", card="status")


@pytest.fixture
def statements(url: str) -> Iterator[Callable[[Callable[[Connection], object]], int]]:
    """Runs something in a transaction and says how many statements that took, without its beginning and end."""
    heard: list[str] = []

    def hear(conn: Connection, cursor: object, statement: str, *_: object) -> None:
        heard.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    with Database(url) as database:

        def counted(fn: Callable[[Connection], object]) -> int:
            def only_these(conn: Connection) -> None:
                heard.clear()
                fn(conn)

            database.tx_sync(only_these)
            return len(heard)

        yield counted
    event.remove(Engine, "before_cursor_execute", hear)


def test_a_command(statements: Callable[[Callable[[Connection], object]], int]) -> None:
    """A room's row is read and changed, and what is added to its timeline and its texts is one statement each."""
    statements(new_room)
    assert statements(lambda conn: take_note(conn, 1, "once")) == 4
    assert statements(lambda conn: rooms.entries(conn, 1)) == 2
    assert statements(lambda conn: inbox.first_time(conn, "press:1", NOON, room=1)) == 1


def test_what_is_owed(statements: Callable[[Callable[[Connection], object]], int]) -> None:
    """A lane is locked by what makes it longer. What may be left out is looked for, and then it is made longer."""
    statements(new_room)
    assert statements(lambda conn: outbox.put(conn, 1, [say("1"), say("2")], NOON)) == 2
    assert statements(lambda conn: outbox.put(conn, 1, [CARD], NOON)) == 4
    assert statements(lambda conn: outbox.put(conn, 1, [CARD], NOON)) == 2  # it is there already


def test_delivering(statements: Callable[[Callable[[Connection], object]], int]) -> None:
    """Claiming takes two statements however many lanes there are, ending and putting back two, going on one."""
    statements(lambda conn: [new_room(conn) for _ in range(3)])
    statements(lambda conn: [outbox.put(conn, room, [say("x"), say("y")], NOON) for room in (1, 2, 3)])
    claimed: list[outbox.Claimed] = []
    assert statements(lambda conn: claimed.extend(outbox.claim(conn, NOON, 30 * SECOND, 9))) == 2
    first, second, third = claimed
    assert statements(lambda conn: outbox.claim(conn, NOON, 30 * SECOND, 9)) == 1
    assert statements(lambda conn: outbox.renew(conn, first, NOON + 60 * SECOND)) == 1
    assert statements(lambda conn: outbox.settle(conn, first, NOON, outcome={})) == 2
    assert statements(lambda conn: outbox.put_back(conn, second, NOON, "later")) == 2
    assert statements(lambda conn: outbox.give_up(conn, third, NOON, "never")) == 2
    assert statements(agenda.next_times) == 1


def test_asking_whether_it_may_be_said(statements: Callable[[Callable[[Connection], object]], int]) -> None:
    """Any number of budgets is read in one statement and taken from in another; one that is used up is only read."""
    wanted = [Budget(name=name, interval=timedelta(seconds=1)) for name in ("b", "a", "c")]
    assert statements(lambda conn: budgets.take(conn, "T1", wanted, NOON)) == 2
    assert statements(lambda conn: budgets.take(conn, "T1", wanted, NOON)) == 1
