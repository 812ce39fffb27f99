"""Old events become new ones, by the table alone."""

from typing import Any

import pytest

from warroom.store.upcast import Table, upcast


def renamed(body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "NoteTaken", {"words": body["words"]}


def reworded(body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "NoteTaken", {"text": body["words"], "mood": "calm"}


TABLE: Table = {
    ("Noted", frozenset({"words"})): renamed,
    ("NoteTaken", frozenset({"words"})): reworded,
}


def test_through_several() -> None:
    """An event from two shapes ago goes through both changes."""
    assert upcast("Noted", {"words": "hm"}, TABLE) == ("NoteTaken", {"text": "hm", "mood": "calm"})


def test_exact_shape() -> None:
    """An event with any other set of fields is left as it is."""
    assert upcast("NoteTaken", {"words": "hm", "text": "hm"}, TABLE) == ("NoteTaken", {"words": "hm", "text": "hm"})


def test_nothing_to_do() -> None:
    """What this release writes needs no change."""
    assert upcast("NoteTaken", {"text": "hm"}) == ("NoteTaken", {"text": "hm"})


def test_circle() -> None:
    """A table that leads in a circle is refused instead of turning for ever."""
    circle: Table = {("A", frozenset()): lambda body: ("B", body), ("B", frozenset()): lambda body: ("A", body)}
    with pytest.raises(ValueError, match="circle"):
        upcast("A", {}, circle)
