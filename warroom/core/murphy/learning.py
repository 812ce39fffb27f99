"""What Murphy remembers from one game to the next, and how one result changes it.

The team's rating is on the scale of a card's difficulty, as Elo and Rasch have it: a team of rating 5 succeeds with a
card of difficulty 5 in one of two cases, when nothing else is going on. The rating moves by how much a result
surprises. It is the team's; nobody has one of their own.
"""

import math
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime

from warroom.core.declaring import dataclass
from warroom.core.murphy.cards import EASIEST, HARDEST, Cell

NEWEST = 0.5  # how much the newest result counts in the average of a cell
SURPRISE = 0.15  # how far the rating moves when the result was the opposite of what was expected
LOAD = 2.0  # difficulty added for each other thing of full load that is open
_PLACES = 6
_DAY = 86400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Drilled:
    """How often a cell was drilled, when last, and how it went: the average outcome, 1 well to 0 not at all."""

    n: int
    last: datetime
    outcome: float


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """`cells` by name; `pairs` counts what was open together, by `pair`; `began` is when the programme did."""

    cells: Mapping[str, Drilled] = field(default_factory=dict)
    pairs: Mapping[str, int] = field(default_factory=dict)
    rating: float = 5.0
    began: datetime | None = None

    def age(self, cell: Cell, now: datetime) -> float:
        """Days since the cell was drilled; for one that never was, since the programme began."""
        drilled = self.cells.get(cell.name)
        since = drilled.last if drilled else self.began
        return 0.0 if since is None else max(0.0, (now - since).total_seconds() / _DAY)


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """How one card ended. `load` and `beside` are what else was open when it was played; `outcome` is 0 to 1."""

    cell: Cell
    difficulty: int
    outcome: float
    at: datetime
    load: float = 0.0
    beside: tuple[Cell, ...] = ()


def pair(one: Cell, other: Cell) -> str:
    """The name of two cells together, whichever comes first."""
    return " + ".join(sorted((one.name, other.name)))


def chance_of_success(rating: float, difficulty: float, load: float) -> float:
    """How likely a team of this rating is to succeed, 0 to 1."""
    return 1.0 / (1.0 + math.exp(difficulty + LOAD * load - rating))


def learn(history: History, result: Result) -> History:
    """The history with this result in it. Raises ValueError for an outcome that is not from 0 to 1."""
    if not 0.0 <= result.outcome <= 1.0:
        raise ValueError(f"the outcome of {result.cell.name} is {result.outcome}; it goes from 0 (failed) to 1 (well)")
    expected = chance_of_success(history.rating, result.difficulty, result.load)
    rating = history.rating + SURPRISE * (result.outcome - expected)
    return replace(
        history,
        cells={**history.cells, result.cell.name: _drilled(history.cells.get(result.cell.name), result)},
        pairs=_paired(history.pairs, result),
        rating=round(min(HARDEST + LOAD, max(EASIEST - LOAD, rating)), _PLACES),
        began=result.at if history.began is None else min(history.began, result.at),
    )


def _drilled(before: Drilled | None, result: Result) -> Drilled:
    if before is None:
        return Drilled(n=1, last=result.at, outcome=round(float(result.outcome), _PLACES))
    outcome = before.outcome + NEWEST * (result.outcome - before.outcome)
    return Drilled(n=before.n + 1, last=max(before.last, result.at), outcome=round(outcome, _PLACES))


def _paired(pairs: Mapping[str, int], result: Result) -> Mapping[str, int]:
    names = [pair(result.cell, other) for other in result.beside if other != result.cell]
    return {**pairs, **{name: pairs.get(name, 0) + 1 for name in dict.fromkeys(names)}}
