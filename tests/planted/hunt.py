"""Plays days of one theme, or of any, in the copy in which a mistake was planted, until one fails or the time is over."""

import itertools
import sys
import time

from tests.reliability.invariants import worst
from tests.simulation.database import Store
from tests.simulation.day import library, play
from tests.simulation.plan import draw


def main(first: int, within: float, theme: str) -> None:
    until = time.monotonic() + within
    store, shelf = Store(), library()
    played = 0
    for seed in itertools.count(first):
        plan = draw(seed)
        if theme and plan.theme != theme:
            continue
        if time.monotonic() > until:
            break
        played += 1
        day = play(plan, store, shelf)
        if day.failed:
            print(f"found after {played} days by {worst(day.violations)}")
            print(f"seed {seed}: {day.violations[0]}")
            return
    print(f"not found in {played} days")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
