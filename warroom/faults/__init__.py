"""Faults: what really breaks something, and makes it whole again. One driver in each file, listed in `DRIVERS`.

To add one: a file like its neighbour, its line in `DRIVERS`, its word in `core.scenario`, a heading in the docs, and
how a person undoes by hand what it does.
"""

from collections.abc import Callable

from warroom.faults import pretend
from warroom.faults.driver import Driver, FaultFailed

# Each is made with the address where what it breaks is controlled; empty when there is none.
DRIVERS: dict[str, Callable[[str], Driver]] = {
    "pretend": pretend.Pretend,
}

__all__ = ["DRIVERS", "Driver", "FaultFailed"]
