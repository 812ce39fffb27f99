"""Budgets that several processes share: never more than was allowed, and never less."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.building import NOON, SECOND, same_database
from warroom.store import budgets
from warroom.store.budgets import FARTHEST, NOTHING, Budget
from warroom.store.db import Database

POST = Budget(name="post", interval=SECOND)
UPDATE = Budget(name="update", interval=2 * SECOND, burst=3)
BUDGETS = [
    Budget(name=f"{burst} {each}", interval=each * SECOND, burst=burst) for burst in (1, 2, 5) for each in (1, 3)
]


def take(database: Database, now: datetime, *wanted: Budget, workspace: str = "T1") -> timedelta:
    return database.tx_sync(budgets.take, workspace, wanted, now)


def test_a_burst_and_then_one_each_interval(database: Database) -> None:
    """So many may be taken at once; after that one more comes with each interval, and it is said how long to wait."""
    assert [take(database, NOON, UPDATE) for _ in range(4)] == [NOTHING, NOTHING, NOTHING, 2 * SECOND]
    assert take(database, NOON + SECOND, UPDATE) == SECOND
    assert take(database, NOON + 2 * SECOND, UPDATE) == NOTHING
    assert take(database, NOON + 2 * SECOND, UPDATE) == 2 * SECOND


def test_all_or_none(database: Database) -> None:
    """When one of several budgets is used up, none of the others is touched."""
    assert take(database, NOON, POST) == NOTHING
    assert take(database, NOON, POST, UPDATE) == SECOND
    assert [take(database, NOON, UPDATE) for _ in range(3)] == [NOTHING] * 3


def test_workspaces_have_budgets_of_their_own(database: Database) -> None:
    """What is used up in one workspace is not in another."""
    take(database, NOON, POST)
    assert take(database, NOON, POST, workspace="T2") == NOTHING


def test_hold(database: Database) -> None:
    """After somebody was told to keep still, nobody takes any before that time, and after it one, not a burst."""
    database.tx_sync(budgets.hold, "T1", UPDATE, NOON + 30 * SECOND, NOON)
    assert take(database, NOON, UPDATE) == 30 * SECOND
    assert take(database, NOON + 29 * SECOND, UPDATE) == SECOND
    assert take(database, NOON + 30 * SECOND, UPDATE) == NOTHING
    assert take(database, NOON + 30 * SECOND, UPDATE) == 2 * SECOND


def test_the_longest_hold_counts(database: Database) -> None:
    """Of two calls under way one is told to wait a minute, the other, later, a second: all wait a minute."""
    for seconds in (60, 1):
        database.tx_sync(budgets.hold, "T1", UPDATE, NOON + seconds * SECOND, NOON)
    assert take(database, NOON + SECOND, UPDATE) == 59 * SECOND


@pytest.mark.parametrize("interval", [NOTHING, SECOND])
def test_a_clock_that_was_wrong_locks_nobody_out(database: Database, interval: timedelta) -> None:
    """What was taken at a time that is far ahead, by a clock that was wrong, does not count."""
    budget = Budget(name="x", interval=interval)
    database.tx_sync(budgets.hold, "T1", budget, NOON + FARTHEST + SECOND, NOON)
    assert take(database, NOON, budget) == NOTHING


@given(st.sampled_from(BUDGETS), st.lists(st.integers(0, 7), min_size=1, max_size=30), st.uuids())
@same_database
def test_never_more_never_less(database: Database, budget: Budget, pauses: list[int], own: UUID) -> None:
    """In any stretch of time at most a burst and one per interval are taken, and who waits as told gets one."""
    now, taken, workspace = NOON, list[datetime](), str(own)
    for pause in pauses:
        now += timedelta(seconds=pause)
        wait = take(database, now, budget, workspace=workspace)
        if wait > NOTHING:
            now += wait
            assert take(database, now, budget, workspace=workspace) == NOTHING
        taken.append(now)
    for first, began in enumerate(taken):
        for last, ended in enumerate(taken[first:], start=1):
            assert last <= budget.burst + (ended - began) // budget.interval
