"""The play of a game: what somebody who sees something real says, what the dungeon master does to the plan, who is what."""

from datetime import timedelta
from typing import TypeVar

import pytest

from tests.games.test_games import table
from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core import events as e
from warroom.core.emergency import calls_no_duff
from warroom.core.game import GameState
from warroom.testing import Table

Event = TypeVar("Event", bound=e.Event)
Effect = TypeVar("Effect", bound=f.Effect)


def played(first: str = "start small with ana, ben; observer ola; evaluator eve; safety sam") -> Table:
    here = table()
    here.say(f"harriet: {first}")
    for place in ("war-room", "backchannel"):
        here.say(f"harriet: channel {place}")
    return here


def events(here: Table, kind: type[Event]) -> list[Event]:
    return [each.event for each in here.entries if isinstance(each.event, kind)]


def effects(here: Table, kind: type[Effect]) -> list[Effect]:
    return [each for each in here.effects if isinstance(each, kind)]


# --- something real


@pytest.mark.parametrize(
    "text",
    [
        "NO NO DUFF!",
        "That was not no duff. But this is: NO DUFF, the database burns",
        "ＮＯ ＤＵＦＦ",
        "no no, *no* *duff*",
        "NODUFF",
        "This is real, leave the building",
    ],
)
def test_no_duff_is_heard_however_it_is_said(text: str) -> None:
    """One that is not heard can cost everything: stammered, in wide letters, or beside one that is denied, it counts."""
    assert calls_no_duff(text)


@pytest.mark.parametrize("text", ["This is not a no duff", "It isn’t no duff", "There is no no duff", "Is this real?"])
def test_a_denial_is_no_call(text: str) -> None:
    """Who says that nothing real is happening stops nothing."""
    assert not calls_no_duff(text)


@pytest.mark.parametrize("again", ["says war-room They said no duff, and so it was.", "says backchannel no duff"])
def test_words_about_what_is_known_open_no_second_incident(again: str) -> None:
    """After the game has been ended for it, people talk about the call of NO DUFF; only its button says so in vain."""
    here = played()
    for line in ("ana: real Fire", "real room INC-1", "harriet: end", f"ben: {again}"):
        here.say(line)
    assert len(effects(here, f.OpenRealRoom)) == 1
    (refused,) = here.say("ben: real Fire!")
    assert "INC-1" in refused


def test_a_call_before_the_game_opens_one_incident_and_not_one_for_each_press() -> None:
    """Nothing is played that could be stopped, so the game stays planned; pressed again at once, nothing more is opened."""
    here = played("plan small with ana")
    here.say("ana: real Fire")
    here.say("real room INC-1")
    assert here.say("harriet: real Fire")[0].startswith("! That is known already. The real incident is INC-1.")
    assert here.room.game is not None
    assert here.room.game.state is GameState.PLANNED
    here.wait(timedelta(hours=2))
    here.say("ana: real Another fire, another day")
    assert [each.title for each in effects(here, f.OpenRealRoom)] == ["Fire", "Another fire, another day"]


def test_the_calendar_begins_nothing_while_something_real_was_just_called_in_it() -> None:
    """What was called in a planned game may still be going on; the dungeon master decides, not the clock."""
    here = played("plan small with ana")
    here.say("ana: real Fire")
    here.give(c.BeginAsPlanned(salt="x"))
    (why,) = events(here, e.NotBegun)
    assert "Something real" in why.why
    assert not events(here, e.GameStarted)


@pytest.mark.parametrize("who", ["zoe", "ola"])
def test_whoever_calls_it_is_invited_to_the_real_incident(who: str) -> None:
    """A stranger, or somebody who only watches, knows what is wrong: the real incident cannot do without them."""
    here = played()
    here.say(f"{who}: real The hall is full of smoke")
    (opened,) = effects(here, f.OpenRealRoom)
    assert who in opened.people
    assert len(set(opened.people)) == len(opened.people)
