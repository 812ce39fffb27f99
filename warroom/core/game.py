"""The course of a game.

    planned ──> running <──> paused ──> ended
                   └───────────┴──> halted ──> running | ended

It is halted when somebody has seen something real (NO DUFF): nothing is played, what was broken is undone, and only the
dungeon master lets it go on.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

from warroom.core.declaring import dataclass
from warroom.core.refusals import NotNow

HEARD = timedelta(hours=1)  # how long a call of NO DUFF is taken for the same, while nothing is played
SURPRISES = ("announced", "window", "unannounced")


class GameState(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    HALTED = "halted"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class Game:
    title: str
    scenario_id: str
    state: GameState = GameState.PLANNED
    started_at: datetime | None = None
    ended_at: datetime | None = None
    halted_at: datetime | None = None
    called_at: datetime | None = None  # when somebody last said that something is real
    real_rooms: tuple[str, ...] = ()  # what emergencies became
    ends: tuple[int, ...] = ()  # endings that have come
    environment: str = ""
    surprise: str = "announced"
    operations: str = ""  # the chat's id of the channel where all of it is announced
    digests: Mapping[str, str] = field(default_factory=dict)
    begins: datetime | None = None  # by the calendar, as far as has been said
    begins_until: datetime | None = None  # the end of the window, when only that has been said

    def knows_of_something_real(self, now: datetime) -> bool:
        """Whether another call of NO DUFF says nothing new: play has stopped for one, or one was heard just now."""
        if self.state in (GameState.RUNNING, GameState.PAUSED):
            return False
        return self.state is GameState.HALTED or (self.called_at is not None and now - self.called_at < HEARD)


_MOVES: dict[str, tuple[GameState, ...]] = {
    "start": (GameState.PLANNED,),
    "pause": (GameState.RUNNING,),
    "resume": (GameState.PAUSED, GameState.HALTED),
    "end": (GameState.RUNNING, GameState.PAUSED, GameState.HALTED),
    "play": (GameState.RUNNING,),
    "direct": (GameState.PLANNED, GameState.RUNNING, GameState.PAUSED, GameState.HALTED),
    "prepare": (GameState.PLANNED,),
}
_SENTENCES = {
    "start": "This game has already been started.",
    "pause": "Only a running game can be paused; this one is {state}.",
    "resume": "This game is {state}; there is nothing to resume.",
    "end": "This game is {state}; there is nothing to end.",
    "play": "This game is {state}; injects are played while it runs.",
    "direct": "This game is {state}; nothing more can be changed.",
    "prepare": "This game is {state}; that is settled before it begins.",
}


def must_allow(game: Game, move: str) -> None:
    """Raise a sentence when this move is not in the table."""
    if game.state not in _MOVES[move]:
        raise NotNow(_SENTENCES[move].format(state=game.state))
