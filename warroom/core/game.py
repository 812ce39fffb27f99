"""The course of a game: planned ──> running <──> paused ──> ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from warroom.core.refusals import NotNow


class GameState(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class Game:
    title: str
    scenario_id: str
    state: GameState = GameState.PLANNED
    started_at: datetime | None = None
    ended_at: datetime | None = None


_MOVES: dict[str, tuple[GameState, ...]] = {
    "start": (GameState.PLANNED,),
    "pause": (GameState.RUNNING,),
    "resume": (GameState.PAUSED,),
    "end": (GameState.RUNNING, GameState.PAUSED),
    "play": (GameState.RUNNING,),
}
_SENTENCES = {
    "start": "This game has already been started.",
    "pause": "Only a running game can be paused; this one is {state}.",
    "resume": "This game is {state}; there is nothing to resume.",
    "end": "This game is {state}; there is nothing to end.",
    "play": "This game is {state}; injects are played while it runs.",
}


def must_allow(game: Game, move: str) -> None:
    """Raise a sentence when this move is not in the table."""
    if game.state not in _MOVES[move]:
        raise NotNow(_SENTENCES[move].format(state=game.state))
