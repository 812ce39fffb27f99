"""The whole story, played by people who follow a script.

They see what the page would show them and press the buttons it would show them, through the same protocol; nothing here
reaches into the bot. The script says who does what when on the game's clock; between its lines time passes, by itself
or (at `--speed max`) by jumping to whatever falls due next.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import aiohttp

from warroom.core.durations import mark
from warroom.demo.alert import payload
from warroom.demo.cast import DATABASES, DUNGEON_MASTER, NETWORK, OBSERVER, OPERATIONS, PLATFORM, SEED
from warroom.errors import WarroomError
from warroom.store import rooms
from warroom.testing.clock import ManualClock
from warroom.workspace.people import PersonAt

if TYPE_CHECKING:
    from warroom.demo.run import Company

Doc = dict[str, Any]
Tell = Callable[[str], None]


class Stage:
    """What the script's lines do: find what a person sees, press it, let time pass."""

    def __init__(self, company: "Company", people: dict[str, PersonAt], tell: Tell) -> None:
        self.company, self.people, self._tell = company, people, tell
        self.real_names = {person.name: person.real_name for person in SEED.people}
        self.room = 0

    async def settled(self) -> None:
        await self.company.bot.runtime.settled()

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
        while (wake := await self.company.bot.db.read(rooms.next_wake)) is not None and wake <= end:
            clock.move_to(max(wake, clock.now()))
            await self.settled()
        clock.move_to(end)
        await self.settled()

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

    async def say(self, who: str, channel: str, text: str) -> None:
        await self.people[who].say(channel, text)
        await self.settled()
        await self.tell(f"{self.real_names[who]}: {text}")

    async def post_alert(self, body: bytes) -> Doc:
        """Deliver an alert as Alertmanager does."""
        from warroom.demo.run import HOOK_TOKEN

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


async def play(company: "Company", out: Path, tell: Tell) -> Sequence[Path]:
    """Play it to the end; returns the files of the reports."""
    async with AsyncExitStack() as stack:
        people = {
            person.name: await stack.enter_async_context(
                PersonAt(company.workspace.url, company.workspace.person(person.name))
            )
            for person in SEED.people
        }
        stage = Stage(company, people, tell)
        await october_21(stage)
        return await hand_out(stage, out)


async def october_21(stage: Stage) -> None:
    """An hour in which one thing after another is taken away, and in the middle of it something real."""
    people = stage.people
    operations = await stage.channel(DUNGEON_MASTER, OPERATIONS)
    players = " ".join(f"@{name}" for name in (DATABASES, PLATFORM, NETWORK))
    await stage.say(DUNGEON_MASTER, operations, f"/warroom start october-21 {players}")
    stage.room = await _newest(stage, "drill")
    war = await stage.channel(DATABASES, "exercise-")
    back = await stage.channel(DUNGEON_MASTER, "backchannel")
    await people[OBSERVER].join(war)

    await stage.until(1)
    await stage.press(DATABASES, war, "Acknowledge", on="Databases lost")
    await stage.press(PLATFORM, war, "Acknowledge", on="The databases are gone")  # too late: Ana has
    await stage.until(2)
    await stage.press(PLATFORM, war, "Take command", on="The databases are gone")
    await stage.press(DATABASES, war, "Start: Database lost - promote the replica")
    await stage.say(DATABASES, war, "No answer from db-east, ssh hangs too. Following the runbook.")
    await stage.press(NETWORK, war, "I have it", on="Say that saving is broken")
    await stage.until(4.5)
    await stage.say(NETWORK, war, "Status page: saving does not work since 09:00, next word in 15 minutes.")
    await stage.press(NETWORK, war, "Done", on="Say that saving is broken")
    await stage.press(DATABASES, war, "I have it", on="Fence the old primary")
    await stage.until(9)
    await stage.press(DUNGEON_MASTER, back, "Hint: Databases lost")

    await stage.until(10.5)
    await stage.press(PLATFORM, war, "Acknowledge", on="East Coast servers lost")
    await stage.press(PLATFORM, war, "Start: Region lost - fail over to the West")
    await stage.until(13.5)  # by now the fencing is overdue, and everybody can see it
    await stage.press(DATABASES, war, "Done", on="Fence the old primary")
    await stage.press(PLATFORM, war, "Fail over now", on="go or wait") if False else None
    await stage.press(PLATFORM, war, "Bearable, promote")
    await _real_alert(stage)
    await stage.press(DATABASES, war, "Done", on="Promote the replica")
    await _pause(stage, back)
    await stage.press(DATABASES, war, "Done", on="Point the applications at the West")
    await stage.press(DATABASES, war, "Yes, writes work")
    await stage.fill(
        DATABASES,
        war,
        "Skip…",
        {"reason": "The vendor rebuilds the replica; we follow it up after the game."},
        on="Get a replica again",
    )
    await stage.fill(DATABASES, war, "Resolved", {"note": "The West takes writes."}, on="Runbook finished")


async def _pause(stage: Stage, back: str) -> None:
    """A break of ten minutes in which nothing ages."""
    await stage.press(DUNGEON_MASTER, back, "Pause")
    await stage.pass_time(timedelta(minutes=10))
    await stage.press(DUNGEON_MASTER, back, "Resume")


async def _real_alert(stage: Stage) -> None:
    """While they play, a real alert: its own room, called by everybody's name, and over a few minutes later."""
    began = stage.company.clock.now()
    await stage.post_alert(payload(began))
    await stage.post_alert(payload(began))  # Alertmanager's retry: byte for byte the same, and nothing happens
    room = await stage.channel(NETWORK, "inc-1")
    await stage.press(NETWORK, room, "Acknowledge", on="DonationErrorsHigh")
    await stage.press(NETWORK, room, "Take command")
    await stage.say(NETWORK, room, "Real one: the payment provider throttles us. Raised our limit with them.")
    await stage.pass_time(timedelta(minutes=1))
    await stage.post_alert(payload(began, resolved_at=stage.company.clock.now()))
    await stage.fill(NETWORK, room, "Resolved", {"note": "The provider raised our limit."})


async def _newest(stage: Stage, mode: Literal["drill", "real"]) -> int:
    rows = await stage.company.bot.db.read(rooms.listing, None, mode=mode)
    return max(row.id for row in rows)


async def hand_out(stage: Stage, out: Path) -> Sequence[Path]:
    """The exports of every room, as `warroom export` writes them."""
    from warroom.exporters import export

    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for row in await stage.company.bot.db.read(rooms.listing, None, mode="all"):
        for each in await stage.company.bot.db.read(export, row.id):
            path = out / each.name
            path.write_bytes(each.content)
            written.append(path)
    return written
