"""Plays days in a copy of the product in which a mistake was planted, or in the product as it is.

    python -m tests.planted.hunt days FIRST SECONDS THEME    days of this theme, or of any, until the time is over
    python -m tests.planted.hunt asked                       the days whose seeds are asked for, one a line

Each line of the answer is a day that failed, as JSON. After each, whoever has asked for days says whether to go on: only
they know whether the product as it is fails on that day as well. The time is the processor's, so that it does not
matter what else the machine has to do.
"""

import itertools
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from tests.simulation.database import Store
from tests.simulation.day import library, play
from tests.simulation.plan import Plan, draw


def plans(first: int, theme: str) -> Iterator[Plan]:
    """Those of this theme, or all."""
    return (plan for plan in map(draw, itertools.count(first)) if not theme or plan.theme == theme)


class Player:
    def __init__(self) -> None:
        self._store, self._shelf = Store(), library()
        self.days, self._began = 0, time.process_time()

    @property
    def worked(self) -> float:
        """Seconds that days have taken so far."""
        return round(time.process_time() - self._began, 1)

    def played(self, plan: Plan) -> dict[str, Any]:
        """What there is to say of this day: the invariants that it violates, and how."""
        self.days += 1
        violations = [(each.invariant, str(each)) for each in play(plan, self._store, self._shelf).violations]
        return {"seed": plan.seed, "days": self.days, "seconds": self.worked, "violations": violations}


def days(first: int, within: float, theme: str) -> None:
    player = Player()
    for plan in plans(first, theme):
        if player.worked > within:
            break
        found = player.played(plan)
        if found["violations"]:
            print(json.dumps(found), flush=True)
            if sys.stdin.readline().strip() != "go on":
                return
    print(json.dumps({"seed": 0, "days": player.days, "seconds": player.worked, "violations": []}), flush=True)


def asked() -> None:
    player = Player()
    for line in sys.stdin:
        print(json.dumps(player.played(draw(int(line)))), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "asked":
        asked()
    else:
        days(int(sys.argv[2]), float(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else "")
