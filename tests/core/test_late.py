"""What is heard late counts for when it was said; what is over is not fired by it, but for a call of NO DUFF."""

from datetime import timedelta

import pytest

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.deciding import decide
from warroom.core.game import GameState
from warroom.core.room import Room
from warroom.definitions.loader import read_scenario
from warroom.testing import ManualClock

MINUTE = timedelta(minutes=1)
SCENARIO = """\
scenario: 1
id: words
title: Words
briefing: Talk.
length: 60m
services: [databases]
injects:
  - id: gone
    title: Gone
    at: T+1m
    announce: It is gone.
  - id: told
    title: They said the word
    when: {said: [promote the west]}
    announce: They have.
expectations:
  - id: users
    what: Users are told
    after: gone
    within: 10m
    met_by: {said: [status page]}
"""


class Play:
    """A game of this scenario, minute by minute."""

    def __init__(self) -> None:
        self.clock, self.room = ManualClock(), Room()
        self.happened: list[e.Event] = []
        self.began = self.clock.now()
        scenario = read_scenario(SCENARIO, "words.yaml")
        self.does(c.OpenGame(by="harriet", key="GD-1", workspace="T1", scenario=scenario, players=("ana", "ben")))
        self.does(c.RecordChannel(place="war-room", channel="C1", name="war"))

    def does(self, *commands: c.Command) -> None:
        for command in commands:
            decided = decide(self.room, command, self.clock.now())
            self.room = decided.room
            self.happened += [each.event for each in decided.entries]

    def at(self, minutes: float) -> None:
        self.clock.move_to(self.began + minutes * MINUTE)
        if self.room.live:
            self.does(c.Tick())

    def hears(self, text: str, minute: float | None = None) -> None:
        at = None if minute is None else self.began + minute * MINUTE
        self.does(
            c.HearMessage(by="ana", channel="C1", ts=f"{self.room.seq}.0", text=text, occurred_at=at, recovered=True)
        )

    def start(self) -> None:
        self.does(c.StartGame(by="harriet"))

    @property
    def told(self) -> bool:
        return any(isinstance(each, e.InjectPlayed) and each.inject == "told" for each in self.happened)

    @property
    def met(self) -> bool:
        return any(isinstance(each, e.ExpectationMet) for each in self.happened)


def test_said_in_time_and_heard_late_counts() -> None:
    """The bot was away when it was said; when it hears it, what waited for the word is played."""
    play = Play()
    play.start()
    play.at(5)
    play.hears("Let us promote the west", minute=3)
    assert play.told


@pytest.mark.parametrize("minute", [-1, 11])
def test_said_before_the_game_or_in_a_break_does_not(minute: float) -> None:
    """Said in time, it would not have counted then either: play had not begun, or stood still."""
    play = Play()
    play.at(0)
    play.start()
    play.at(10)
    play.does(c.PauseGame(by="harriet", reason="lunch"))
    play.at(12)
    play.does(c.ResumeGame(by="harriet"))
    play.at(13)
    play.hears("promote the west", minute=minute)
    assert not play.told
    play.hears("promote the west", minute=12.5)
    assert play.told


def test_what_was_said_before_its_time_began_is_not_what_is_waited_for() -> None:
    """An expectation waits from when its inject was played: words of before that, heard after it, do not meet it."""
    play = Play()
    play.start()
    play.at(1)
    play.at(3)
    play.hears("status page", minute=0.5)
    assert not play.met
    play.hears("status page", minute=2)
    assert play.met


def test_the_last_time_it_was_said_counts_whichever_is_heard_last() -> None:
    """Heard again from an earlier time, a phrase is not made older."""
    play = Play()
    play.start()
    play.at(2)
    play.hears("promote the west", minute=1.5)
    heard = play.room.heard
    play.hears("promote the west", minute=0.5)
    assert play.room.heard == heard


def test_a_call_that_was_missed_stops_play_however_late() -> None:
    """A false alarm costs minutes; one that is not heard can cost everything."""
    play = Play()
    play.start()
    play.at(30)
    play.hears("no duff, smoke", minute=2)
    assert play.room.game is not None
    assert play.room.game.state is GameState.HALTED


def test_one_entry_tells_of_a_gap() -> None:
    """It says how much was found since the last one; nothing found and nothing unread is nothing to tell."""
    play = Play()
    play.start()
    play.at(5)
    gap = c.RecordGap(since=play.began, until=play.clock.now())
    before = play.room.seq
    play.does(gap)
    assert play.room.seq == before
    play.hears("one", minute=2)
    play.hears("two", minute=3)
    decided = decide(play.room, gap, play.clock.now())
    assert [each.event for each in decided.entries] == [e.GapFilled(since=play.began, until=play.clock.now(), found=2)]
    assert decide(decided.room, gap, play.clock.now()).entries == ()
