"""What Murphy is told about the game at the moment of a draw. Nothing in it comes from a clock or from chance."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from warroom.core.declaring import dataclass
from warroom.core.murphy.cards import Cell
from warroom.core.murphy.pacing import OPEN, Gate


class Mode(StrEnum):
    """Who disposes.

    propose      the dungeon master chooses among the first three, or vetoes
    autopilot    what is drawn is played; only words and alerts
    sealed       what is drawn is played and surprises the dungeon master too; the seed was committed to by its hash
    """

    PROPOSE = "propose"
    AUTOPILOT = "autopilot"
    SEALED = "sealed"


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenCell:
    """Something that was played and is not over. `load` is how much of the team it takes: 0 nothing, 1 all it can."""

    cell: Cell
    load: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """One moment of one drill. `turn` counts draws, so that each has chances of its own.

    played, vetoed    ids of cards; of a vetoed one, why
    budget, spent     what the cards of this game may cost together (None: anything), and what they have
    max_open          how many cells may be open at once
    real_incident     a real incident is open somewhere: nothing is played
    freeze            nothing real may change now
    approvals         of a real card, until when its owner's approval is good
    not_ready         cards that cannot be played as things are, and why: nobody is there whom it is for, say
    relied_on         services that an open step of a runbook relies on, such as where it fails over to
    facts             what else is so; cards name it in `needs` and `excludes`
    """

    drill: str
    turn: int
    now: datetime
    mode: Mode = Mode.PROPOSE
    environment: str = ""
    open: tuple[OpenCell, ...] = ()
    played: tuple[str, ...] = ()
    vetoed: Mapping[str, str] = field(default_factory=dict)
    budget: int | None = None
    spent: int = 0
    max_open: int = 2
    real_incident: bool = False
    freeze: bool = False
    approvals: Mapping[str, datetime] = field(default_factory=dict)
    not_ready: Mapping[str, str] = field(default_factory=dict)
    relied_on: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    gate: Gate = OPEN
