"""Faults: what really breaks something, and makes it whole again. One driver in each file, listed in `DRIVERS`.

`keeper` does it so that it is undone whatever becomes of the bot: what is broken is first written into a private folder
(`records`), and a process of its own (`watchdog`) waits there for the deadline. Nothing here knows of rooms.

To add a driver: its entry in `core.breakable`, a file like its neighbours, its line in `DRIVERS`, a heading in the docs.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from warroom.core.breakable import PRETEND
from warroom.faults.chaostoolkit import ChaosToolkit
from warroom.faults.driver import Driver, FaultFailed, Order, Surroundings
from warroom.faults.hosts import Hosts
from warroom.faults.http import Http
from warroom.faults.netem import Netem
from warroom.faults.pretend import Pretend
from warroom.faults.process import Process
from warroom.faults.toxiproxy import Toxiproxy

DRIVERS: dict[str, Callable[[Surroundings], Driver]] = {
    PRETEND: lambda surroundings: Pretend(),
    "process": Process,
    "http": Http,
    "toxiproxy": Toxiproxy,
    "hosts": Hosts,
    "netem": Netem,
    "chaostoolkit": ChaosToolkit,
}


def every_driver(environment: Mapping[str, str], folder: Path) -> dict[str, Driver]:
    """One of each. `folder` is the state folder, where drivers keep what must outlive the bot."""
    surroundings = Surroundings(environment=environment, folder=folder)
    return {name: make(surroundings) for name, make in DRIVERS.items()}


__all__ = ["DRIVERS", "Driver", "FaultFailed", "Order", "Surroundings", "every_driver"]
