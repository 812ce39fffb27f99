"""The stage of a scripted game: what its lines can do.

People see what the page would show them and press the buttons it would show them, through the same protocol; nothing
here reaches into the bot but to see whether it has settled. Between lines time passes, by itself or (at `--speed max`)
by jumping to whatever falls due next.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from warroom.core.durations import mark
from warroom.demo.cast import HOOK_TOKEN, SEED
from warroom.demo.company import Company
from warroom.errors import WarroomError
from warroom.store import agenda
from warroom.store.agenda import ROOM, SCHEDULE
from warroom.testing.clock import ManualClock
from warroom.workspace.people import PersonAt

Doc = dict[str, Any]
Tell = Callable[[str], None]


@asynccontextmanager
async def everybody(company: Company) -> AsyncIterator[dict[str, PersonAt]]:
    """The company's people, by their names, each at the page for as long."""
    async with AsyncExitStack() as stack:
        workspace = company.workspace
        coming = {person.name: PersonAt(workspace.url, workspace.person(person.name)) for person in SEED.people}
        yield {name: await stack.enter_async_context(person) for name, person in coming.items()}


class Stage:
    """What the script's lines do: find what a person sees, press it, let time pass."""

    def __init__(self, company: Company, people: dict[str, PersonAt], tell: Tell) -> None:
        self.company, self.people, self._tell = company, people, tell
        self.real_names = {person.name: person.real_name for person in SEED.people}
        self.room = 0

    async def settled(self) -> None:
        await self.company.bot.settled()

    async def clock(self) -> timedelta:
        if not self.room:
            return timedelta(0)
        room = await self.company.bot.runtime.room(self.room)
        return room.clock.reading(self.company.clock.now())

    async def tell(self, line: str) -> None:
        self._tell(f"{mark(await self.clock())}  {line}")

    # --- time

    async def until(self, minutes: float) -> None:
        """Let the game's clock run to this many minutes."""
        await self.settled()
        left = timedelta(minutes=minutes) - await self.clock()
        if left > timedelta(0):
            await self.pass_time(left)

    async def pass_time(self, length: timedelta) -> None:
        clock = self.company.clock
        if not isinstance(clock, ManualClock):
            await clock.wait(clock.now() + length, asyncio.Event())
            await self.settled()
            return
        end = clock.now() + length
        while (wake := await self._next_wake()) is not None and wake <= end:
            clock.move_to(max(wake, clock.now()))
            await self.settled()
        clock.move_to(end)
        await self.settled()

    async def _next_wake(self) -> datetime | None:
        """When a room or the calendar next has something to do."""
        db = self.company.bot.db
        times = await db.read(agenda.next_times)
        return min((each for each in (times[ROOM], times[SCHEDULE]) if each is not None), default=None)

    # --- seeing and doing

    async def channel(self, who: str, ending: str) -> str:
        """The id of the newest channel this person sees whose name contains `ending`."""
        found = [each for each in await self.people[who].channels() if ending in (each.get("name") or "")]
        if not found:
            raise WarroomError(f"{who} sees no channel like {ending}.")
        return str(found[-1]["id"])

    async def press(self, who: str, channel: str, label: str, *, on: str = "") -> None:
        """Press the newest button with this label, in a message that contains `on`."""
        await self.settled()
        message = await self.message(who, channel, label, on)
        await self.people[who].press(message, label)
        await self.settled()
        await self.tell(f"{self.real_names[who]} presses “{label}”" + (f" on “{on}”" if on else ""))

    async def message(self, who: str, channel: str, label: str, on: str = "") -> Doc:
        for message in reversed(await self.people[who].messages(channel)):
            shown = json.dumps(message.get("blocks", []), ensure_ascii=False)
            if on in shown and any(label == each for each in _labels(message)):
                return message
        raise WarroomError(f"{who} sees no button “{label}”{f' near “{on}”' if on else ''} in {channel}.")

    async def fill(self, who: str, channel: str, label: str, values: dict[str, Any], *, on: str = "") -> None:
        """Press a button that opens a modal, and submit it."""
        await self.settled()
        person = self.people[who]
        await person.press(await self.message(who, channel, label, on), label)
        view = await person.wait_for_view("view_opened")
        errors = await person.submit(view, values)
        if errors:
            raise WarroomError(f"{who} was told: {errors}")
        await self.settled()
        await self.tell(f"{self.real_names[who]} answers “{label}”: {'; '.join(str(each) for each in values.values())}")

    async def submit(self, who: str, values: dict[str, Any]) -> None:
        """Submit the modal that has just opened for this person."""
        view = await self.people[who].wait_for_view("view_opened")
        if errors := await self.people[who].submit(view, values):
            raise WarroomError(f"{who} was told: {errors}")
        await self.settled()
        await self.tell(f"{self.real_names[who]} submits “{view['title']['text']}”")

    async def say(self, who: str, channel: str, text: str) -> None:
        await self.people[who].say(channel, text)
        await self.settled()
        await self.tell(f"{self.real_names[who]}: {text}")

    async def post_alert(self, body: bytes) -> Doc:
        """Deliver an alert as Alertmanager does."""
        headers = {"Authorization": f"Bearer {HOOK_TOKEN}", "Content-Type": "application/json"}
        address = f"{self.company.bot.web_address}/hooks/alertmanager"
        async with aiohttp.ClientSession() as session, session.post(address, data=body, headers=headers) as answer:
            told: Doc = await answer.json()
            if answer.status >= 300:
                raise WarroomError(f"The webhook answered {answer.status}: {told}")
        await self.settled()
        await self.tell(f"Alertmanager delivers an alert: {told}")
        return told


def _labels(message: Doc) -> list[str]:
    elements = [
        element
        for block in message.get("blocks", [])
        for element in (*block.get("elements", []), block.get("accessory") or {})
        if element.get("type") == "button"
    ]
    return [element["text"]["text"] for element in elements]
