"""Instants and odd strings mean the same on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select
from sqlalchemy.exc import StatementError

from tests.store import values
from tests.store.building import NOON, same_database
from warroom.store import people
from warroom.store.db import Database
from warroom.store.tables import people as people_table

ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))


@same_database
@given(name=values.STRINGS)
def test_any_string(database: Database, name: str) -> None:
    """Any string comes back as it was, with U+0000, lone surrogates and backslashes."""
    database.tx_sync(people.remember, "T1", "U1", name, at=NOON)
    assert database.read_sync(people.names, "T1", ["U1"]) == {"U1": name}


@same_database
@given(instants=st.lists(st.builds(datetime.astimezone, values.INSTANTS, ZONES), min_size=2, max_size=5, unique=True))
def test_any_instant(database: Database, instants: list[datetime]) -> None:
    """Instants from any zone come back in UTC, to the microsecond, and sort as time goes."""

    def through(conn: Connection) -> list[datetime]:
        conn.execute(people_table.delete())
        for place, at in enumerate(instants):
            people.remember(conn, "T1", f"U{place}", "", at=at)
        return list(conn.execute(select(people_table.c.updated_at).order_by(people_table.c.updated_at)).scalars())

    back = database.tx_sync(through)
    assert back == sorted(instants)
    assert all(each.tzinfo is UTC for each in back)


def test_naive(database: Database) -> None:
    """A time without a zone is refused, for it names no instant."""
    with pytest.raises(StatementError, match="no time zone"):
        database.tx_sync(people.remember, "T1", "U1", "", at=datetime(2026, 3, 1))  # noqa: DTZ001 (what is tested)
