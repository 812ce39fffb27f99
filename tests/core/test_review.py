"""Corners of the core that a reviewer found: games that never begin, and steps that take no time."""

from datetime import UTC, datetime, timedelta

from tests.games.test_games import table
from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core.deciding import decide
from warroom.core.events import RunStarted
from warroom.core.panelview import panel
from warroom.core.room import Room
from warroom.core.runbook import Runbook, Step
from warroom.core.steps.wait import Wait
from warroom.testing import Table

NOW = datetime(2012, 10, 21, 9, 0, tzinfo=UTC)


def planned() -> Table:
    here = table()
    plan = here.scenarios["small"]
    here.give(c.OpenGame(by="harriet", key="GD-1", workspace="T1", scenario=plan, players=("ana",)))
    return here


def test_a_game_that_never_began_can_be_closed() -> None:
    """A planned game is closed by its dungeon master alone, which is said where there is a channel; then it is over."""
    here = planned()
    assert here.give(c.CloseRoom(by="ana")) == ["! Only the dungeon master of this game can do that."]
    here.give(c.CloseRoom(by="harriet"))
    assert (here.room.open, here.room.state, here.room.wake_at()) == (False, "closed", None)
    assert {each.place for each in here.effects if isinstance(each, f.Talk)} == {f.BACKCHANNEL}


def test_a_closed_game_cannot_be_started() -> None:
    """What was closed before it began stays closed, and its panel offers nothing to press."""
    here = planned()
    here.give(c.CloseRoom(by="harriet"))
    (refusal,) = here.give(c.StartGame(by="harriet"))
    assert "closed before the game began" in refusal
    shown = panel(here.room)
    assert shown is not None
    assert shown.asks == ()


def test_a_running_game_must_be_ended_before_it_is_closed() -> None:
    """Closing is no way around the end of a game."""
    here = planned()
    here.give(c.StartGame(by="harriet"))
    assert here.give(c.CloseRoom(by="harriet")) == ["! End the game first."]


def test_waits_of_no_length_that_lead_to_one_another_do_not_hang_the_room() -> None:
    """A runbook that goes round in no time at all takes a second for each of its steps, and the room can be decided on."""
    nothing = Wait(length=timedelta(0))
    steps = (Step(id="a", title="A", what=nothing, next="b"), Step(id="b", title="B", what=nothing, next="a"))
    opened = c.OpenIncident(by="ana", key="INC-1", workspace="T1", title="Dark")
    room = decide(Room(), opened, NOW).room
    walked = decide(
        room, c.StartRun(by="ana", incident="I1", runbook=Runbook(id="z", title="Z", steps=steps), digest=""), NOW
    )
    assert any(isinstance(each.event, RunStarted) for each in walked.entries)
    assert walked.room.wake_at() == NOW + timedelta(seconds=1)
    ticked = decide(walked.room, c.Tick(), NOW + timedelta(seconds=1)).room
    assert ticked.wake_at() == NOW + timedelta(seconds=2)
