"""Murphy: chooses the next bad thing of a game day, and says why.

Three layers, never mixed:

    rules.py    which cards may not be played, each with its reason; nothing may override them
    pacing.py   whether anything should be played now
    score.py    which card is worth most; draw.py adds chance that can be replayed

`propose` runs all three and returns a value that holds everything `explain` needs. `learn` takes what came of a card
into the history. All of it is pure: time, seed and what is going on in the room are told.
"""

from warroom.core.murphy.cards import Card, CardKind, Cell, Size
from warroom.core.murphy.draw import fingerprint
from warroom.core.murphy.explaining import arithmetic, explain
from warroom.core.murphy.graph import Graph
from warroom.core.murphy.learning import Drilled, History, Result, chance_of_success, learn, pair
from warroom.core.murphy.pacing import (
    CLOSED,
    OPEN,
    Gate,
    Pacing,
    Phase,
    TeamSample,
    Tempo,
    gate,
    observe,
    played,
    wake_at,
)
from warroom.core.murphy.proposing import Proposal, Scored, honest, propose
from warroom.core.murphy.rules import RULES, Rejection, judge
from warroom.core.murphy.situation import Mode, OpenCell, Situation
from warroom.core.murphy.tuning import Tuning, Weights

__all__ = [
    "CLOSED",
    "OPEN",
    "RULES",
    "Card",
    "CardKind",
    "Cell",
    "Drilled",
    "Gate",
    "Graph",
    "History",
    "Mode",
    "OpenCell",
    "Pacing",
    "Phase",
    "Proposal",
    "Rejection",
    "Result",
    "Scored",
    "Situation",
    "Size",
    "TeamSample",
    "Tempo",
    "Tuning",
    "Weights",
    "arithmetic",
    "chance_of_success",
    "explain",
    "fingerprint",
    "gate",
    "honest",
    "judge",
    "learn",
    "observe",
    "pair",
    "played",
    "propose",
    "wake_at",
]
