"""Rooms on a real database, a clock that is moved by hand, and performers that are plain functions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core.events import Entry, Event
from warroom.core.room import Room
from warroom.definitions.loader import read_scenario
from warroom.runtime.deliver import Delivery, Done, Performer, Result
from warroom.runtime.handle import Handled, Runtime
from warroom.store import outbox, rooms
from warroom.store.outbox import Claimed

SMALL = Path(__file__).parents[1] / "games" / "small.yaml"
ENOUGH = 20  # seconds until a test gives up waiting


def note(text: str, by: str = "ana") -> c.TakeNote:
    return c.TakeNote(by=by, text=text)


async def incident(runtime: Runtime, title: str = "It is dark", **given: Any) -> Handled:
    """Open the room of a real incident."""

    def make(key: str) -> Sequence[c.Command]:
        return [c.OpenIncident(by="ana", key=key, workspace="T1", title=title, **given)]

    return await runtime.open(make, workspace="T1", kind="incident", mode="real")


async def game(runtime: Runtime) -> Handled:
    """Open and start a game: its database goes after one minute."""
    scenario = read_scenario(SMALL.read_text(encoding="utf-8"), "small.yaml")

    def make(key: str) -> Sequence[c.Command]:
        opened = c.OpenGame(by="harriet", key=key, workspace="T1", scenario=scenario, players=("ana", "ben"))
        return [opened, c.StartGame(by="harriet")]

    return await runtime.open(make, workspace="T1", kind="game-day", mode="drill")


async def events(runtime: Runtime, room: int, kind: type[Event]) -> list[Any]:
    entries: list[Entry] = await runtime.db.read(rooms.entries, room)
    return [each.event for each in entries if isinstance(each.event, kind)]


async def owe(runtime: Runtime, room: int, *effects: f.Effect) -> None:
    """Owe something to the world without any command."""
    await runtime.db.tx(outbox.put, room, effects, runtime.wall.now())
    runtime.nudge()


async def clear(runtime: Runtime) -> None:
    """Settle everything that is owed, unseen."""
    everything = dict.fromkeys(f.vocabulary().values(), _nothing)
    async with delivering(runtime, everything, "talk"), delivering(runtime, everything, "act"):
        await runtime.settled()


async def _nothing(claimed: Claimed, room: Room) -> Result:
    return Done()


def say(text: str, place: str = f.WAR_ROOM) -> f.Say:
    return f.Say(place=place, tone=f.Tone.PLAIN, title=text)


async def until(holds: Callable[[], Awaitable[bool]], *runtimes: Runtime) -> None:
    """Returns when this holds; asked again whenever one of these has committed or delivered something."""
    nudges = [runtime.nudged() for runtime in runtimes]
    async with asyncio.timeout(ENOUGH):
        while not await holds():
            await _any_of(nudges)


async def _any_of(nudges: Sequence[asyncio.Event]) -> None:
    waits = [asyncio.create_task(nudge.wait()) for nudge in nudges]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each, nudge in zip(waits, nudges, strict=True):
            each.cancel()
            nudge.clear()
        await asyncio.gather(*waits, return_exceptions=True)


async def nothing_is_owed(runtime: Runtime) -> bool:
    return await runtime.db.read(outbox.pending) == 0


def delivering(
    runtime: Runtime, performers: Mapping[type[f.Effect], Performer], kind: str = "talk"
) -> AbstractAsyncContextManager[None]:
    return running(Delivery(runtime, performers, kind=kind).run())


@asynccontextmanager
async def running(loop: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """The loop runs as long as this is open."""
    task = asyncio.create_task(loop)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
