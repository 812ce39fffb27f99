"""Plays days, in the copy in which a mistake was planted, until one fails."""

import sys

from tests.reliability.invariants import worst
from tests.simulation.database import Store
from tests.simulation.day import library, play
from tests.simulation.plan import draw


def main(first: int, days: int) -> None:
    store, shelf = Store(), library()
    for number in range(days):
        played = play(draw(first + number), store, shelf)
        if played.failed:
            print(f"found after {number + 1} days by {worst(played.violations)}")
            print(played.violations[0])
            return
    print("not found")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
