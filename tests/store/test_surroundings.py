"""Cards, people and definitions."""

from dataclasses import replace

from tests.store.building import NOON, SECOND, new_room
from warroom.store import cards, people, sources
from warroom.store.cards import Card
from warroom.store.db import Database


def test_card(database: Database) -> None:
    """A card has one message in each place, found by either, and what it showed last."""
    room = database.tx_sync(new_room).id
    shown = Card(room_id=room, card="status", place="war-room", channel="C1", ts="1.2", digest="d1", pinned=False)

    def remember(digest: str) -> None:
        database.tx_sync(cards.remember, replace(shown, digest=digest))

    assert database.read_sync(cards.get, room, "status", "war-room") is None
    remember("d0")
    remember("d1")
    assert database.read_sync(cards.get, room, "status", "war-room") == shown
    assert database.read_sync(cards.get, room, "status", "backchannel") is None
    assert database.read_sync(cards.at, "T1", "C1", "1.2") == shown
    assert database.read_sync(cards.at, "T2", "C1", "1.2") is None
    assert database.read_sync(cards.at, "T1", "C1", "1.3") is None


def test_card_moves(database: Database) -> None:
    """A card that is shown by a new message is no longer found at the old one."""
    room = database.tx_sync(new_room).id
    card = Card(room_id=room, card="status", place="war-room", channel="C1", ts="1.2", digest="d", pinned=True)
    for ts in ("1.2", "3.4"):
        database.tx_sync(cards.remember, replace(card, ts=ts))
    assert database.read_sync(cards.at, "T1", "C1", "1.2") is None
    assert database.read_sync(cards.at, "T1", "C1", "3.4") == replace(card, ts="3.4")


def test_names(database: Database) -> None:
    """Those who are known have the name they had last; others are left out; workspaces are apart."""
    database.tx_sync(people.remember, "T1", "U1", "Ana", at=NOON)
    database.tx_sync(people.remember, "T1", "U1", "Ana B.", at=NOON + SECOND, tz="Europe/Rome")
    database.tx_sync(people.remember, "T2", "U2", "Ben", at=NOON, is_bot=True)
    assert database.read_sync(people.names, "T1", ["U1", "U2"]) == {"U1": "Ana B."}
    assert database.read_sync(people.names, "T1", []) == {}


def test_sources(database: Database) -> None:
    """A definition is found by its digest, and two with the same text are one."""
    digest = database.tx_sync(sources.keep, "runbook", "db", "steps: \x00\ud800")
    assert database.tx_sync(sources.keep, "runbook", "again", "steps: \x00\ud800") == digest
    assert database.read_sync(sources.text, digest) == "steps: \x00\ud800"
    assert database.read_sync(sources.text, "0" * 64) is None
