"""Old events become new ones, by the table alone."""

from typing import Any

import pytest

from warroom.core import events as e
from warroom.core.probes import Http, Tcp
from warroom.store import codec
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


def test_looks_from_before_each_kind_had_its_type() -> None:
    """A tcp check of an old timeline is one still, in the runbook that was walked and where it began."""
    probe = {"how": "tcp", "target": "db:5432", "status": 200, "contains": "", "within": 5000}
    step = {"id": "up", "title": "Up?", "what": {"$kind": "Check", "text": "", "probe": probe}}
    runbook = {"id": "r", "title": "R", "steps": [step]}
    name, body = upcast("RunStarted", {"run": "R1", "incident": "I1", "digest": "d", "runbook": runbook})
    started = codec.decode(e.RunStarted, body)
    assert name == "RunStarted"
    assert started.runbook.steps[0].what.asks_world() == Tcp(target="db:5432")
    _, body = upcast("CheckStarted", {"run": "R1", "step": "up", "attempt": 1, "probe": {**probe, "how": "http"}})
    assert codec.decode(e.CheckStarted, body).probe == Http(target="db:5432")
    again = codec.encode(started)
    assert upcast("RunStarted", again) == ("RunStarted", again)
