"""The whole story of the demo, played once by everybody through the local workspace, and all that each of them was shown.

An `Evening` is what is left of it: plain values that the tests search. It is watched while it goes on, since what must
not be seen yet is a matter of when.
"""

import asyncio
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import Connection, Row, select

from tests.content import shipped_library
from warroom.core.commands import Command, StartRun
from warroom.core.deciding import settle
from warroom.core.events import Entry, Mode
from warroom.core.plan import InjectState
from warroom.core.refusals import Refused
from warroom.core.room import Room
from warroom.core.scenario import Scenario
from warroom.demo.cast import DUNGEON_MASTER, OBSERVER, RESPONDERS
from warroom.demo.company import Company
from warroom.demo.stage import Stage, everybody
from warroom.demo.story import october_21
from warroom.exporters import export
from warroom.slack import asks, modals, presses
from warroom.slack.desk import Whereabouts, report_place
from warroom.store import rooms, tables
from warroom.testing import ManualClock
from warroom.workspace import Exchange, PersonAt

Doc = dict[str, Any]
UNINVITED = (*RESPONDERS, OBSERVER)  # everybody who must not see what is hidden
LOOKS = 8  # every so many lines of the script somebody looks at what is not sent by itself


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """Something that somebody was shown. `before_line` counts the lines of the script that had been played."""

    who: str
    what: str
    shown: Any
    before_line: int


@dataclass(kw_only=True, slots=True)
class Evening:
    """`played` are the injects that had been played after each line of the script; `seen` is in order of time."""

    scenario: Scenario
    seen: list[Seen] = field(default_factory=list)
    played: list[frozenset[str]] = field(default_factory=list)
    wire: list[Exchange] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    history: dict[tuple[str, str], list[Doc]] = field(default_factory=dict)
    handed_over: dict[str, str] = field(default_factory=dict)
    drill: list[Entry] = field(default_factory=list)
    real: list[Entry] = field(default_factory=list)
    pressable: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)

    def by(self, *who: str) -> Iterator[Seen]:
        return (each for each in self.seen if each.who in who)

    def messages(self, channel: str, who: str = DUNGEON_MASTER) -> list[Doc]:
        """What stands in the channel at the end, threads included."""
        return self.history[who, self.channels[channel]]

    @property
    def unplayed(self) -> frozenset[str]:
        return frozenset(each.id for each in self.scenario.injects) - self.played[-1]


class Watched(Stage):
    """A stage on which everything shown to anybody is written down after each line."""

    def __init__(self, company: Company, people: dict[str, PersonAt], evening: Evening) -> None:
        super().__init__(company, people, lambda line: None)
        self.evening = evening
        self._heard = dict.fromkeys(people, 0)
        self._crossed = 0
        self._shown: dict[str, Doc] = {}

    async def tell(self, line: str) -> None:
        await self.watch()
        if len(self.evening.played) % LOOKS == 0:
            await self.look_around()

    async def watch(self) -> None:
        """What everybody's page has shown since the last look, and what crossed the wire."""
        now = len(self.evening.played)
        await caught_up(self.company, self.people)
        for name, person in self.people.items():
            heard = person.heard()
            for event in heard[self._heard[name] :]:
                if event["type"] in ("message", "message_changed"):
                    self._shown[event["message"]["ts"]] = event["message"]
                self.evening.seen.append(Seen(who=name, what=event["type"], shown=event, before_line=now))
            self._heard[name] = len(heard)
        wire = self.company.workspace.wire
        self.evening.wire += wire.after(self._crossed)
        self._crossed = wire.last
        await self.try_buttons()
        self.evening.played.append(await self._played())

    async def try_buttons(self) -> None:
        """What would become of every button that the cards show at this moment, if somebody pressed it now."""
        for card in await self.company.bot.db.read(_cards):
            message = self._shown[card.ts]
            room = await self.company.bot.runtime.room(card.room)
            who = DUNGEON_MASTER if card.card == "panel" else RESPONDERS[0]
            for element in buttons(message):
                press = presses.decode(element["action_id"], element["value"])
                self.evening.pressable[press.do] += 1
                try:
                    self._press(press, room, self.people[who].user_id)
                except Refused as refused:
                    label = element["text"]["text"]
                    self.evening.refused.append(f"line {len(self.evening.played)}: “{label}” on {card.card}: {refused}")

    def _press(self, press: presses.Press, room: Room, by: str) -> None:
        """Without keeping anything: what the listeners would do."""
        if press.do == "export":
            report_place(room, Whereabouts(workspace=room.workspace, person=by))
            return
        if press.do in modals.FOR_ROOM:
            assert modals.for_room(press.do, room, press.room, press.args)["blocks"]
        answers = {
            "reason": "because",
            "text": "hello",
            "actor": next(iter(self.company.scenario.actors)),
            "length": "3m",
            "person": self.people[RESPONDERS[0]].user_id,
            "part": "observer",
        }
        if press.do == "walk":
            runbook = self.company.library.runbooks[press.args["runbook"]]
            command: Command = StartRun(by=by, incident=press.args["incident"], runbook=runbook, digest="")
        else:
            command = asks.command(press.do, answers | dict(press.args), by)
        settle(room, command, self.company.clock.now())  # as `decide`, without looking which cards would change

    async def _played(self) -> frozenset[str]:
        rows = await self.company.bot.db.read(rooms.listing, None, mode="drill")
        plan = (await self.company.bot.runtime.room(rows[0].id)).plan if rows else None
        if plan is None:
            return frozenset()
        return frozenset(each.id for each in plan.scenario.injects if plan.state(each.id) is InjectState.PLAYED)

    async def look_around(self) -> None:
        """What people see only when they ask for it: their Home, and the report as players would be given it."""
        now = len(self.evening.played)
        for name in UNINVITED:
            view = await self.people[name].home(self.company.app.app_id)
            self.evening.seen.append(Seen(who=name, what="home", shown=view, before_line=now))
        for row in await self.company.bot.db.read(rooms.listing, None, mode="all"):
            for file in await self.company.bot.db.read(export, row.id):
                text = file.content.decode()
                self.evening.seen.append(Seen(who=RESPONDERS[0], what=file.name, shown=text, before_line=now))


def play() -> Evening:
    """Play it all, in its own loop."""
    with tempfile.TemporaryDirectory(prefix="warroom-") as folder, asyncio.Runner() as runner:
        return runner.run(_play(Path(folder)))


async def _play(folder: Path) -> Evening:
    async with (
        Company.open(folder, ManualClock(), in_haste=True, library=shipped_library()) as company,
        everybody(company) as people,
    ):
        evening = Evening(scenario=company.scenario, people={name: each.user_id for name, each in people.items()})
        stage = Watched(company, people, evening)
        await october_21(stage)
        await people[RESPONDERS[0]].wait_for_message(lambda message: bool(message.get("files")))
        await stage.settled()
        await stage.watch()
        await stage.look_around()
        await _gather(company, people, evening)
    return evening


async def _gather(company: Company, people: dict[str, PersonAt], evening: Evening) -> None:
    for row in await company.bot.db.read(rooms.listing, None, mode="all"):
        entries = evening.drill if row.mode == Mode.DRILL else evening.real
        entries += await company.bot.db.read(rooms.entries, row.id)
    async with aiohttp.ClientSession() as http:
        for message in await people[RESPONDERS[0]].messages(await war_room(people)):
            for file in message.get("files", ()):
                async with http.get(company.workspace.url + file["url_private"]) as answer:
                    evening.handed_over[file["name"]] = await answer.text()
    for name, person in people.items():
        for channel in await person.channels():
            evening.channels[str(channel.get("name") or channel["id"])] = channel["id"]
            evening.history[name, channel["id"]] = await _history(person, channel["id"])


async def war_room(people: dict[str, PersonAt]) -> str:
    return next(
        str(each["id"]) for each in await people[RESPONDERS[0]].channels() if "exercise-" in (each.get("name") or "")
    )


async def _history(person: PersonAt, channel: str) -> list[Doc]:
    told = []
    for message in await person.messages(channel):
        told.append(message)
        if message.get("reply_count"):
            told += (await person.messages(channel, thread_ts=message["ts"]))[1:]
    return told


async def caught_up(company: Company, people: dict[str, PersonAt]) -> None:
    """Returns when everybody's page has shown all that there was to show. The bot is not in #general and hears nothing."""
    ts = await people[DUNGEON_MASTER].say(company.workspace.channel("general"), "Has everybody seen everything?")
    for each in people.values():
        await each.wait_for_message(lambda message: bool(message["ts"] == ts))


def buttons(message: Doc) -> list[Doc]:
    elements = (
        element
        for block in message.get("blocks") or ()
        for element in (*block.get("elements", ()), block.get("accessory") or {})
    )
    return [each for each in elements if each.get("type") == "button"]


def _cards(conn: Connection) -> Sequence[Row[Any]]:
    return conn.execute(select(tables.cards)).all()


# --- searching texts


def strings(value: Any) -> Iterator[str]:
    """Every string inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)


Phrase = tuple[str, ...]
LONGEST = 6  # words in a row by which a text is recognised, however it was wrapped, escaped or cut


@lru_cache(maxsize=100_000)
def phrases(text: str, length: int = LONGEST) -> frozenset[Phrase]:
    """All runs of so many words; of a shorter text, its words."""
    words = re.findall(r"[^\W_]+", text.lower())
    return frozenset(tuple(words[at : at + length]) for at in range(max(1, len(words) - length + 1)))


@dataclass(frozen=True, slots=True)
class Secrets:
    """Texts to be searched for by their phrases."""

    wanted: frozenset[Phrase]

    @classmethod
    def of(cls, texts: list[str], known: list[str]) -> "Secrets":
        """The phrases of `texts`, but those of less than three words and those that `known` texts hold too."""
        public = {phrase for text in known for length in range(3, LONGEST + 1) for phrase in phrases(text, length)}
        wanted = {phrase for text in texts for phrase in phrases(text)} - public
        return cls(frozenset(phrase for phrase in wanted if len(phrase) >= 3))

    def found_in(self, value: Any) -> set[Phrase]:
        """The secret phrases that appear in some string of a JSON value."""
        lengths = {len(phrase) for phrase in self.wanted}
        return {each for text in strings(value) for length in lengths for each in phrases(text, length) & self.wanted}
