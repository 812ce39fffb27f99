"""Run in a network of its own by test_netem: breaks and undoes its loopback, and says what its root was each time."""

import asyncio
import json
import os
import subprocess

from tests.faults.bench import entry, in_
from warroom.core.breakable import Netem as Entry
from warroom.faults import FaultFailed, Order, Surroundings
from warroom.faults.netem import Netem


def root() -> str:
    shown = subprocess.run(["tc", "-j", "qdisc", "show", "dev", "lo"], capture_output=True, check=True).stdout
    return next((str(each["kind"]) for each in json.loads(shown or b"[]") if each.get("root")), "noqueue")


async def main() -> None:
    driver = Netem(Surroundings(environment=os.environ))
    order = Order(fault="test-1-F1", entry=entry(Entry(interface="lo")), mode="delay", deadline=in_(60))
    await driver.ready(order)
    before = root()
    await driver.inject(order)
    during = root()
    await driver.undo(order)
    print(before, during, root())


subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
try:
    asyncio.run(main())
except FaultFailed as error:
    print(error)
