"""What a figure is: its target, what came out in every round, and a sentence about it."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """`result` is what the table says; `holds` whether the target is met, None where there is no target to meet.

    `samples` are the numbers behind it, one for each round, by what they are of.
    """

    group: str
    name: str
    target: str
    result: str
    holds: bool | None
    says: str
    samples: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Something to be drawn: numbers by name, with what they are numbers of."""

    title: str
    unit: str
    rows: list[tuple[str, float]]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one file of figures has found. `tables` are Markdown, by their heading."""

    figures: list[Figure]
    bars: list[Bars] = field(default_factory=list)
    tables: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """The median, and the least and the most: `0.61 (0.55 to 0.70)`."""
    if len(values) == 1:
        return f"{values[0]:{form}}"
    return f"{median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def ratios(ours: Sequence[float], floors: Sequence[float]) -> list[float]:
    """Round by round: what was measured beside one another is compared with one another."""
    return [one / other for one, other in zip(ours, floors, strict=True)]
