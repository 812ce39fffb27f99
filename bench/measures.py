"""What a programme of drills is judged by, and how two ways to choose are compared in the same worlds."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from bench.programme import FIRST, Programme

_DAY = 86400.0


@dataclass(frozen=True, kw_only=True)
class Measure:
    """`better` is +1 when more is better and -1 when less is."""

    title: str
    better: int
    of: Callable[[Programme], float]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean and half of its 95 % confidence interval."""

    mean: float
    margin: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Estimate":
        margin = 1.96 * stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.inf
        return cls(mean=fmean(values), margin=margin)


def difference(ones: Sequence[float], others: Sequence[float]) -> Estimate:
    """Of two ways in the same worlds, in the same order: the mean of what the first has more."""
    return Estimate.of([one - other for one, other in zip(ones, others, strict=True)])


def to_cover(programme: Programme, share: float = 0.9) -> float:
    """How many bad things it took until this share of the cells had been drilled; twice all of them if it never was."""
    wanted = share * len(programme.world.deck)
    seen = set()
    for n, each in enumerate(programme.played, start=1):
        seen.add(each.cell)
        if len(seen) >= wanted:
            return float(n)
    return 2.0 * len(programme.played)


def found(programme: Programme) -> float:
    return len(programme.found) / len(programme.world.bad) if programme.world.bad else 1.0


def found_early(programme: Programme) -> float:
    """The area under the curve of what was found over time, each bad runbook weighing its service's reach."""
    graph, drills = programme.world.graph, _drills(programme)
    weights = {cell: graph.reach(cell.service) for cell in programme.world.bad}
    gained = sum(weights[cell] * (drills - drill) / drills for cell, drill in programme.found.items())
    return gained / sum(weights.values()) if weights else 1.0


def retested(programme: Programme) -> float:
    """Of the runbooks that were mended, how many were drilled again and held."""
    held = {
        each.cell for each in programme.played if each.passed and each.drill > programme.mended.get(each.cell, math.inf)
    }
    return len(held) / len(programme.mended) if programme.mended else 1.0


def in_band(programme: Programme) -> float:
    return _share(programme, lambda success: 0.5 <= success <= 0.9)


def overload(programme: Programme) -> float:
    return _share(programme, lambda success: success < 0.25)


def compound(programme: Programme) -> float:
    return fmean(each.completes for each in programme.played)


def pairs(programme: Programme) -> float:
    return float(len({frozenset((each.cell, other)) for each in programme.played for other in each.beside}))


def oldest(programme: Programme) -> float:
    """When all is over: the age in days that 95 % of the cells do not exceed. Never drilled is as old as the programme."""
    last = {card.cell: FIRST for card in programme.world.deck}
    last |= {each.cell: each.at for each in programme.played}
    ages = sorted((programme.ended - at).total_seconds() / _DAY for at in last.values())
    return ages[math.ceil(0.95 * len(ages)) - 1]


MEASURES: Mapping[str, Measure] = {
    "to_cover": Measure(title="bad things until 90 % of the cells are drilled", better=-1, of=to_cover),
    "found": Measure(title="bad runbooks found", better=1, of=found),
    "found_early": Measure(title="the same, early and where it reaches far", better=1, of=found_early),
    "retested": Measure(title="mended runbooks that were tried again and held", better=1, of=retested),
    "in_band": Measure(title="bad things with a chance of 50 to 90 %", better=1, of=in_band),
    "overload": Measure(title="bad things with a chance under 25 %", better=-1, of=overload),
    "compound": Measure(title="bad things that complete a compound outage", better=1, of=compound),
    "pairs": Measure(title="different pairs that were open together", better=1, of=pairs),
    "oldest": Measure(title="days since a cell was drilled, 95th percentile", better=-1, of=oldest),
}


def _share(programme: Programme, holds: Callable[[float], bool]) -> float:
    return fmean(holds(each.success) for each in programme.played)


def _drills(programme: Programme) -> int:
    return max(each.drill for each in programme.played) + 1
