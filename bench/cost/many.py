"""How many commands a second a database carries: one process on SQLite; one, two and four processes on PostgreSQL.

Every process takes notes in sixteen rooms of its own as fast as it can, eight at a time, through `Runtime.handle`: lock, fold,
decide, append, commit. The floor is the same number of processes that insert and commit one row with the bare driver.
"""

import asyncio
import json
import subprocess
import sys
import time

from bench.cost import floors, places
from bench.cost.figures import Bars, Figure, Measured, median, ratios, spread
from bench.cost.places import Place
from warroom.core import commands as c
from warroom.runtime.clock import SystemClock
from warroom.runtime.handle import Runtime
from warroom.store.db import Database

ROOMS, AT_ONCE = 16, 8
PROCESSES = (1, 2, 4)


def measure(place: Place) -> Measured:
    found: list[Figure] = []
    bars: list[tuple[str, float]] = []
    for name, url in place.databases("many"):
        numbers = PROCESSES if name == "PostgreSQL" else (1,)
        rooms = places.open_rooms(url, ROOMS * max(numbers))
        floor_url = place.sqlite("many-floor") if name == "SQLite" else place.postgresql()
        _run(["floor"], floor_url, [[0]], 0.1)  # makes its table
        alone = 0.0
        for number in numbers:
            shares = [rooms[at * ROOMS : (at + 1) * ROOMS] for at in range(number)]
            ours, floor = list[float](), list[float]()
            for _ in range(place.rounds):
                floor.append(_run(["floor"], floor_url, shares, place.seconds))
                ours.append(_run(["ours"], url, shares, place.seconds))
            share = ratios(ours, floor)
            alone = alone or median(ours)
            what = f"{name}, {number} process" + ("es" if number > 1 else "")
            found.append(
                Figure(
                    group="Databases",
                    name=f"{what}: commands a second in many rooms",
                    target="none",
                    result=f"{median(ours):.0f} ({spread(share)} of the floor)",
                    holds=None,
                    says=f"{median(ours) / alone:.2f} times one process; the floor, one bare commit: {median(floor):.0f}.",
                    samples={"ours": ours, "floor": floor},
                )
            )
            bars.append((what, median(ours)))
    return Measured(figures=found, bars=[Bars(title="Commands in many rooms", unit="a second", rows=bars)])


def _run(what: list[str], url: str, shares: list[list[int]], seconds: float) -> float:
    """All of them at once, from the moment at which the last is ready; how many were done in a second."""
    running = []
    for rooms in shares:
        line, environment = places.python("-m", "bench.cost.many", *what, url, json.dumps(rooms), str(seconds))
        running.append(
            subprocess.Popen(line, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
    for each in running:
        assert each.stdout is not None
        each.stdout.readline()
    for each in running:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    return sum(float(each.communicate()[0]) for each in running)


async def _ours(url: str, rooms: list[int], seconds: float) -> float:
    with Database(url) as db:
        runtime = Runtime(db, SystemClock())
        for room in rooms:
            await runtime.room(room)

        async def work(room: int) -> None:
            await runtime.handle(room, c.TakeNote(by="U1", text="The queue is still growing."))

        return await _paced(work, rooms, seconds)


async def _floor(url: str, rooms: list[int], seconds: float) -> float:
    keep = floors.keeping(url)
    return await _paced(lambda room: keep("The queue is still growing."), rooms, seconds)


async def _paced(work, rooms: list[int], seconds: float) -> float:  # type: ignore[no-untyped-def]
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    began, done = time.perf_counter(), 0

    async def one(of: list[int]) -> None:
        nonlocal done
        while time.perf_counter() < began + seconds:
            for room in of:
                await work(room)
                done += 1

    await asyncio.gather(*(one(rooms[at::AT_ONCE] or rooms) for at in range(AT_ONCE)))
    return done / (time.perf_counter() - began)


if __name__ == "__main__":
    how, database, mine, lasting = sys.argv[1:]
    run = _ours if how == "ours" else _floor
    print(asyncio.run(run(database, json.loads(mine), float(lasting))), flush=True)
