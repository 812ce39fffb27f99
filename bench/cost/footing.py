"""What it costs to have the bot at all: starting it, `warroom --help`, and what it holds in memory, idle and day after day."""

import asyncio
import subprocess
import time

from bench.cost import places
from bench.cost.doors import served, subject
from bench.cost.figures import Figure, Measured, median, ratios, spread
from bench.cost.places import Place
from bench.cost.pretend import PretendSlack, closed, press
from warroom.core import commands as c
from warroom.runtime.clock import SystemClock
from warroom.runtime.handle import Runtime
from warroom.store.db import Database

SERVE, FLOOR = ("-m", "warroom.cli", "serve"), ("-m", "bench.cost.floors", "none")
ROOMS = 20  # opened, used and closed on every simulated day
GROWTH = 0.02  # of a day, once everything is warm


def measure(place: Place) -> Measured:
    return Measured(figures=[asyncio.run(_start(place)), _help(place), *asyncio.run(_memory(place))])


async def _start(place: Place) -> Figure:
    given = served(place.sqlite("start"), place)
    ours, floor = list[float](), list[float]()
    await _started(SERVE, given)  # now everything is compiled
    for _ in range(place.rounds):
        floor.append(await _started(FLOOR, {}))
        ours.append(await _started(SERVE, given))
    return Figure(
        group="Footing",
        name="From the start of the process to the open connection to Slack, warm",
        target="under 1.5 s",
        result=f"{spread(ours)} s",
        holds=median(ours) < 1.5,
        says=f"slack-bolt alone {spread(floor)} s; ours is {spread(ratios(ours, floor))} times that.",
        samples={"ours": ours, "slack-bolt": floor},
    )


async def _started(command: tuple[str, ...], given: dict[str, str]) -> float:
    began = time.perf_counter()
    async with subject(command, [], PretendSlack, **given):
        return time.perf_counter() - began


def _help(place: Place) -> Figure:
    ours, floor = list[float](), list[float]()
    _run("-m", "warroom.cli", "--help")
    for _ in range(2 * place.rounds):
        floor.append(_run("-c", "import typer"))
        ours.append(_run("-m", "warroom.cli", "--help"))
    return Figure(
        group="Footing",
        name="`warroom --help`",
        target="under 0.3 s",
        result=f"{spread(ours)} s",
        holds=median(ours) < 0.3,
        says=f"Python that only imports typer: {spread(floor)} s; ours is {spread(ratios(ours, floor))} times that.",
        samples={"ours": ours, "typer": floor},
    )


def _run(*arguments: str) -> float:
    line, environment = places.python(*arguments)
    began = time.perf_counter()
    subprocess.run(line, env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


async def _memory(place: Place) -> list[Figure]:
    url = place.sqlite("memory")
    async with subject(SERVE, [], PretendSlack, **served(url, place)) as one:
        await asyncio.sleep(3.0)
        idle = places.memory(one.process)
        days = []
        for _ in range(3 if place.quick else 8):
            one.rooms = await asyncio.to_thread(places.open_rooms, url, ROOMS)
            await closed(one.slack, one.talk(), at_once=10, seconds=place.seconds)
            await asyncio.gather(*(one.slack.ask(press(at, one.rooms[at % ROOMS], f"U{at}")) for at in range(100)))
            await asyncio.to_thread(_close, url, one.rooms)
            days.append(places.memory(one.process))
    growth = (days[-1] / days[len(days) // 2]) ** (1 / (len(days) - 1 - len(days) // 2)) - 1
    return [
        Figure(
            group="Footing",
            name="Memory of an idle bot",
            target="under 120 MB",
            result=f"{idle:.0f} MB",
            holds=idle < 120,
            says="Resident, three seconds after it was ready.",
            samples={"MB": [idle]},
        ),
        Figure(
            group="Footing",
            name=f"Memory after simulated days, each with {ROOMS} incidents that are opened, used and closed",
            target="not growing: under 2 % a day once it is warm",
            result=f"{100 * growth:+.1f} % a day",
            holds=growth < GROWTH,
            says=f"{', '.join(f'{each:.0f}' for each in days)} MB, day by day.",
            samples={"MB": days},
        ),
    ]


def _close(url: str, rooms: list[int]) -> None:
    async def close() -> None:
        with Database(url) as db:
            runtime = Runtime(db, SystemClock())
            for room in rooms:
                for incident in (await runtime.room(room)).incidents:
                    await runtime.handle(room, c.Resolve(by="U1", incident=incident))
                await runtime.handle(room, c.CloseRoom(by="U1"))

    asyncio.run(close())
