"""The smallest plan that still fails: delta debugging over the pieces of a plan."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.simulation.plan import Plan


def shrink(plan: Plan, fails: Callable[[Plan], bool], *, tries: int = 250) -> Plan:
    """Leaves out halves, quarters, and so on, as long as `fails`. At most so many days are played for it."""
    left = [tries]

    def still(pieces: Sequence[Any]) -> bool:
        left[0] -= 1
        return fails(plan.only(pieces))

    pieces = list(plan.pieces())
    size = max(1, len(pieces) // 2)
    while size >= 1 and left[0] > 0:
        start, removed = 0, False
        while start < len(pieces) and left[0] > 0:
            fewer = [*pieces[:start], *pieces[start + size :]]
            if still(fewer):
                pieces, removed = fewer, True
            else:
                start += size
        if not removed:
            size //= 2
    return plan.only(pieces)
