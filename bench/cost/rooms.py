"""What a long timeline costs: a command in it, reading it from the start, and exporting it.

Three rooms of one database have a hundred, ten thousand and a hundred thousand entries. Commands go to them in turns, when
each has been read once. Export and cold reading are measured in processes of their own, because what a process holds in
memory never seems to shrink.
"""

import asyncio
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from bench.cost import places
from bench.cost.figures import Bars, Figure, Measured, median, ratios, spread
from bench.cost.places import Place
from warroom.core import commands as c
from warroom.exporters import EXPORTERS, write
from warroom.runtime.clock import SystemClock
from warroom.runtime.handle import Runtime
from warroom.store.db import Database

SIZES = (100, 10_000, 100_000)
QUICK = (100, 1_000, 10_000)


def measure(place: Place) -> Measured:
    sizes = QUICK if place.quick else SIZES
    url = place.sqlite("rooms")
    rooms = dict(zip(sizes, places.open_rooms(url, len(sizes)), strict=True))
    for size, room in rooms.items():
        places.lengthen(url, room, size)
    took = asyncio.run(_commands(url, rooms, place.rounds, 20 if place.quick else 60))
    smallest, largest = sizes[0], sizes[-1]
    share = ratios(took[largest], took[smallest])
    cold = {size: _elsewhere("cold", url, room) for size, room in rooms.items()}
    out = {size: _elsewhere("json", url, room) for size, room in rooms.items() if size != smallest}
    report = {size: _elsewhere("markdown", url, room) for size, room in rooms.items() if size != smallest}
    middle = sizes[1]
    return Measured(
        figures=[
            Figure(
                group="Long rooms",
                name=f"A command in a room of {largest:,} entries, beside one in a room of {smallest}",
                target="at most 1.3 times",
                result=f"{spread(share)} times",
                holds=median(share) <= 1.3,
                says=", ".join(f"{size:,}: {median(of):.2f} ms" for size, of in took.items()) + " of the processor.",
                samples={f"{size}": of for size, of in took.items()},
            ),
            Figure(
                group="Long rooms",
                name=f"Reading a room of {largest:,} entries for the first time in a process",
                target="none",
                result=f"{cold[largest]['seconds']:.1f} s",
                holds=None,
                says=(
                    f"{1e6 * cold[largest]['seconds'] / largest:.0f} µs an entry, once for each process and room; "
                    f"{cold[largest]['memory']:.0f} MB more in memory than before."
                ),
                samples={f"{size}": [found["seconds"]] for size, found in cold.items()},
            ),
            _flat("JSON", out, middle, largest),
            _flat("Markdown", report, middle, largest),
        ],
        bars=[
            Bars(
                title="A command, by entries in its room",
                unit="ms",
                rows=[(f"{s:,}", median(t)) for s, t in took.items()],
            )
        ],
    )


def _flat(name: str, out: dict[int, dict[str, float]], middle: int, largest: int) -> Figure:
    grown = out[largest]["memory"] - out[middle]["memory"]
    return Figure(
        group="Long rooms",
        name=f"Export of {largest:,} entries as {name}: memory beside an export of {middle:,}",
        target="flat: at most 20 MB more",
        result=f"{grown:+.1f} MB",
        holds=grown <= 20,
        says="; ".join(f"{size:,} entries: {found['seconds']:.2f} s" for size, found in out.items()) + ".",
        samples={f"{size}": [found["memory"]] for size, found in out.items()},
    )


async def _commands(url: str, rooms: dict[int, int], rounds: int, often: int) -> dict[int, list[float]]:
    """Milliseconds of the processor for one command, the median of each round."""
    took: dict[int, list[float]] = {size: [] for size in rooms}
    with Database(url) as db:
        runtime = Runtime(db, SystemClock())
        for room in rooms.values():
            await runtime.handle(room, c.TakeNote(by="U1", text="The first is not counted."))
        for _ in range(rounds):
            this: dict[int, list[float]] = {size: [] for size in rooms}
            for _ in range(often):
                for size, room in rooms.items():
                    began = time.process_time()
                    await runtime.handle(room, c.TakeNote(by="U1", text="The queue is still growing."))
                    this[size].append(1000 * (time.process_time() - began))
            for size, each in this.items():
                took[size].append(median(each))
    return took


def _elsewhere(what: str, url: str, room: int) -> dict[str, float]:
    """Seconds, and by how many MB the most that the process ever held grew."""
    line, environment = places.python("-m", "bench.cost.rooms", what, url, str(room))
    found: dict[str, float] = json.loads(subprocess.run(line, env=environment, check=True, capture_output=True).stdout)
    return found


def _held() -> float:
    """The most that this process has held. The usual counter begins with what its parent held, so Linux is asked for its own."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _alone(what: str, url: str, room: int) -> dict[str, float]:
    with Database(url) as db:
        runtime = Runtime(db, SystemClock())
        before, began = _held(), time.process_time()
        if what == "cold":
            asyncio.run(runtime.room(room))
        else:
            with open("/dev/null", "w", encoding="utf-8") as out:
                db.read_sync(write, room, EXPORTERS[what], out)
        return {"seconds": time.process_time() - began, "memory": _held() - before}


if __name__ == "__main__":
    print(json.dumps(_alone(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
