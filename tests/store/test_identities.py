"""Who the bot is, is known by its token, and the token is not kept."""

from sqlalchemy import select

from tests.store.building import NOON, SECOND
from warroom.store import identities
from warroom.store.db import Database
from warroom.store.tables import identities as table

WHO = {"workspace": "T1", "user": "U1", "name": "Größe \ud800"}


def test_remembered(database: Database) -> None:
    """What was said last is known, for this token alone."""
    assert database.read_sync(identities.known, "xoxb-1") is None
    database.tx_sync(identities.remember, "xoxb-1", {"workspace": "T0"}, NOON)
    database.tx_sync(identities.remember, "xoxb-1", WHO, NOON + SECOND)
    assert database.read_sync(identities.known, "xoxb-1") == WHO
    assert database.read_sync(identities.known, "xoxb-2") is None


def test_the_token_is_not_kept(database: Database) -> None:
    """Nothing of the token can be read in the database."""
    database.tx_sync(identities.remember, "xoxb-a-secret", WHO, NOON)
    (row,) = database.read_sync(lambda conn: conn.execute(select(table)).all())
    assert "secret" not in str(tuple(row))
