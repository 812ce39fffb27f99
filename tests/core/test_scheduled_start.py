"""R14: what the calendar begins by itself needs all that a person needs, and every approval besides."""

from datetime import timedelta

import pytest

from tests.games.test_games import table
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.effects import BACKCHANNEL, PERSON, InjectFault, Say, Talk
from warroom.core.game import GameState
from warroom.testing import Table

EVERYTHING = ("harriet: preflight", "preflight green", "harriet: say-go dungeon master", "ana: say-go support")
APPROVED = "olga: approve-fault redis/primary"


def planned(*lines: str) -> Table:
    here = table()
    for line in ("harriet: plan whole with ana, ben; in staging", *lines):
        assert not [each for each in here.say(line) if each.startswith("!")]
    return here


def why(here: Table) -> str:
    """Why it has not begun; nothing was started, and only the backchannel was told."""
    before = len(here.effects)
    here.give(c.BeginAsPlanned(salt="salt"))
    assert here.room.game is not None
    assert here.room.game.state is GameState.PLANNED
    assert {each.place for each in here.effects[before:] if isinstance(each, Talk)} == {BACKCHANNEL}
    (held,) = [each.event for each in here.entries if isinstance(each.event, e.NotBegun)]
    return held.why


def test_with_everything_it_begins() -> None:
    """Green, Go from everybody, approved: it begins, and the announcement names who runs it."""
    here = planned(*EVERYTHING, APPROVED)
    here.give(c.BeginAsPlanned(salt="salt"))
    assert here.room.live
    (announced,) = [
        each for each in here.effects if isinstance(each, Say) and each.title.startswith("A game day begins")
    ]
    assert "harriet" in str(announced.body)


@pytest.mark.parametrize("missing", range(len(EVERYTHING)))
def test_whatever_is_missing_it_does_not_begin(missing: int) -> None:
    """Without the preflight, its answer or any Go, nothing starts, and the reason is a sentence."""
    lines = [each for at, each in enumerate(EVERYTHING) if at != missing and not (missing == 0 and at == 1)]
    assert why(planned(*lines, APPROVED)).endswith((".", "yet."))


def test_nothing_real_without_an_approval() -> None:
    """Nobody has approved, or it was withdrawn: nothing starts, and nothing is broken."""
    for lines in ((), (APPROVED, "olga: withdraw redis/primary")):
        here = planned(*EVERYTHING, *lines)
        assert why(here) == "Nobody's approval is good now to break redis/primary."
        here.wait(timedelta(hours=3))
        assert not [each for each in here.effects if isinstance(each, InjectFault)]


def test_an_approval_that_is_over_is_none() -> None:
    """Approved the evening before, and not again: nothing starts."""
    here = planned(APPROVED)
    here.wait(timedelta(hours=13))
    for line in EVERYTHING:
        here.say(line)
    assert "redis/primary" in why(here)


def test_what_was_begun_by_hand_or_called_off_is_left_alone() -> None:
    """The calendar adds nothing to a game that runs, or that is closed: neither a start nor a reminder."""
    for line in ("harriet: start", "harriet: close"):
        here = planned(*EVERYTHING, APPROVED)
        here.give(c.StartGame(by="harriet") if line.endswith("start") else c.CloseRoom(by="harriet"))
        assert here.give(c.BeginAsPlanned(salt="salt")) == []
        assert here.give(c.RemindGame(begins=here.now, everybody=True)) == []


def test_owners_are_asked_again_when_their_approval_would_not_last() -> None:
    """An hour before, whoever has to approve is asked once more; not a day before, and not if it is settled."""
    here = planned()
    begins = here.now + timedelta(days=1)
    for waits, lines, asked in ((0, (), 0), (23, (), 1), (0, (APPROVED,), 0)):
        here.wait(timedelta(hours=waits))
        for line in lines:
            here.say(line)
        before = len(here.effects)
        here.give(c.RemindGame(begins=begins))
        told = [each for each in here.effects[before:] if isinstance(each, Say)]
        assert len([each for each in told if each.place == f"{PERSON}olga"]) == asked
        assert {each.place for each in told} <= {BACKCHANNEL, f"{PERSON}olga"}
