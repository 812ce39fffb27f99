"""What may have been missed is one row, however often it is noted."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.store.building import NOON, SECOND, same_database
from warroom.store import gaps, inbox
from warroom.store.db import Database
from warroom.store.gaps import EVER, Gap

KEY = "gap:T1"
INSTANTS = st.integers(0, 10_000).map(lambda seconds: NOON + timedelta(seconds=seconds))


def claimed(database: Database, at: datetime) -> inbox.Delivery:
    found = database.tx_sync(inbox.claim, KEY, at)
    assert found is not None
    return found


@same_database
@given(sinces=st.lists(INSTANTS, min_size=1, max_size=5))
def test_the_longest_counts(database: Database, sinces: list[datetime]) -> None:
    """Of what was noted and not looked for yet, the earliest beginning counts."""
    late = NOON + timedelta(days=1)
    for since in sinces:
        database.tx_sync(gaps.note, "T1", since, late, late)
    taken = claimed(database, late)
    assert gaps.read(taken) == Gap(workspace="T1", since=min(sinces), noted=late)
    assert database.tx_sync(inbox.finish, KEY, taken.payload)


def test_one_that_is_over_is_not_looked_for_again(database: Database) -> None:
    """The next gap begins where it begins, not where the last one did; and one may begin before everything."""
    database.tx_sync(gaps.note, "T1", EVER, NOON, NOON)
    first = claimed(database, NOON)
    assert gaps.read(first).since == EVER
    assert database.tx_sync(inbox.finish, KEY, first.payload)
    database.tx_sync(gaps.note, "T1", NOON + SECOND, NOON + 2 * SECOND, NOON + 3 * SECOND)
    assert database.tx_sync(inbox.claim, KEY, NOON + 2 * SECOND) is None
    assert gaps.read(claimed(database, NOON + 3 * SECOND)).since == NOON + SECOND


def test_what_is_noted_meanwhile_is_not_lost(database: Database) -> None:
    """While one is being looked for, another is noted: the first is then not finished."""
    database.tx_sync(gaps.note, "T1", NOON, NOON, NOON)
    taken = claimed(database, NOON)
    database.tx_sync(gaps.note, "T1", NOON, NOON + SECOND, NOON + SECOND)
    assert not database.tx_sync(inbox.finish, KEY, taken.payload)
    assert gaps.read(claimed(database, NOON + SECOND)).noted == NOON + SECOND


def test_it_is_no_delivery(database: Database) -> None:
    """A gap that waits is nothing that was told and not finished."""
    database.tx_sync(gaps.note, "T1", NOON, NOON, NOON)
    assert database.read_sync(inbox.unfinished, NOON + timedelta(days=1)) == []
