"""What surrounds the bots of a lane and stays: Slack, people, the thing that games break, and the definitions."""

import asyncio
import contextlib
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.crash.history import History
from tests.crash.proxy import Proxy
from tests.crash.slackfaults import ByChance
from tests.crash.waiting import until
from warroom.slack.manifest import manifest
from warroom.workspace import InstalledApp, Person, PersonAt, Seed, Timing, Workspace
from warroom.workspace.model import Channel, Message

Doc = dict[str, Any]
DIRECTOR, OWNER, PLAYERS = "harriet", "chiara", ("ana", "ben")
SEED = Seed(people=tuple(Person(name=each) for each in (DIRECTOR, OWNER, *PLAYERS)), channels=("operations",))
HOOK_TOKEN = "a-token-for-the-crash-lanes-00001"
CANARY = "CANARY-heron-lands-at-midnight"  # stands in hidden notes, and must stand nowhere else
# Slack sends an event again until it is acknowledged: a kill must not use up the attempts that it has. It backs off, or a
# bot that is behind would be flooded with what it is behind with.
TIMING = Timing(retries=(0.0, 0.3, 1.0, 2.0, 4.0, *[6.0] * 1000))

RUNBOOK = """\
runbook: 1
id: blackout
title: Lights out
owner: everybody
services: [lights]
failure_modes: [lost]
steps:
  - id: really
    title: Is it really dark?
    check:
      http:
        target: lights/lamp
    holds: end
    fails: fence
  - id: fence
    title: Pull the plug
    do: Pull it.
  - id: which
    title: Which way?
    choose: Left or right?
    answers:
      - answer: left
        label: To the left
        goto: settle
      - answer: right
        label: To the right
        goto: candle
  - id: settle
    title: Let it settle
    wait: 1s
  - id: candle
    title: Light a candle
    do: Light it.
  - id: bell
    title: Ring the bell
    act:
      command: [/bin/sh, {bell}]
  - id: siren
    title: Sound the siren
    act:
      command: [/bin/sh, {siren}]
"""
ALLOWED = """\
allowed: 1
commands:
  - argv: [/bin/sh, ".*/bell"]
    acts: true
    drills: true
  - argv: [/bin/sh, ".*/siren"]
    acts: true
breakable:
"""
BREAKABLE = """\
  - target: {target}
    http:
      inject:
        method: PUT
        url: {glass}/{target}/{{fault}}
      undo:
        method: DELETE
        url: {glass}/{target}/{{fault}}
    modes: [down]
    environment: staging
    owners: [{owner}]
    longest: 5m
    alone: 4s
    healthy:
      http:
        target: {glass}/{target}
"""
SCENARIO = """\
scenario: 1
id: {name}
title: {title}
briefing: It is late.
hidden_notes: {canary}
length: 20m
services: [lights]
{more}injects:
  - id: dark
    title: It gets dark
    at: T+0m
    announce: The lights are out.
    notes: {canary}
    incident:
      title: Lights out
      severity: SEV1
      services: [lights]
      failure_modes: [lost]
{fault}{later}"""
LATER = """\
  - id: next-{n}
    title: Number {n}
    at: T+{at}s
    announce: The telephone rings for the {n}th time.
    notes: {canary}
"""
FAULT = """\
  - id: break-{n}
    title: Something is broken, {n}
    at: T+{at}s
    announce: Glass falls, {n}.
    fault:
      driver: http
      target: {target}
      mode: down
      lasts: {lasts}s
"""
CATALOGUE = """\
catalogue: 1
services:
  lights:
    title: The lights
    endpoints:
      lamp: {lamp}
"""
GAMES = {"quiet": "A quiet night", "glass": "Glass", "mirror": "Mirrors"}  # the others really break something
BREAKING = ("glass", "mirror")
EACH = 6  # things that a game breaks, one after another
TARGETS = {name: tuple(f"{name}/{number}" for number in range(1, EACH + 1)) for name in BREAKING}


class Quiet(PersonAt):
    """Somebody who acts and does not watch their page."""

    async def open(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20, sock_connect=10))
        return self


@dataclass(eq=False)
class Glass:
    """What games break: counts, and knows of each target whether it is whole. The lamp beside it is always dark."""

    broken: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # target -> faults
    injected: Counter[str] = field(default_factory=Counter)
    undone: Counter[str] = field(default_factory=Counter)
    faults: set[str] = field(default_factory=set)  # all that were ever broken

    @asynccontextmanager
    async def standing(self) -> AsyncIterator[str]:
        """Its address, without a slash at the end."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/lamp", self._lamp),
                web.put("/{kind}/{number}/{fault}", self._break),
                web.delete("/{kind}/{number}/{fault}", self._mend),
                web.get("/{kind}/{number}", self._whole),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    def changes(self, game: str) -> int:
        """How often something that this game breaks was broken or undone."""
        both = (self.injected, self.undone)
        return sum(times for counted in both for target, times in counted.items() if target.startswith(game))

    def broken_of(self, game: str) -> list[str]:
        """What this game breaks and is broken now."""
        return [target for target, faults in self.broken.items() if faults and target.startswith(game)]

    async def _break(self, request: web.Request) -> web.Response:
        self.injected[_target(request)] += 1
        self.faults.add(request.match_info["fault"])
        self.broken[_target(request)].add(request.match_info["fault"])
        return web.json_response({"ok": True})

    async def _mend(self, request: web.Request) -> web.Response:
        self.undone[_target(request)] += 1
        self.broken[_target(request)].discard(request.match_info["fault"])
        return web.json_response({"ok": True})

    async def _whole(self, request: web.Request) -> web.Response:
        return web.Response(status=503 if self.broken[_target(request)] else 200)

    async def _lamp(self, _: web.Request) -> web.Response:
        return web.Response(status=503, text="dark")


def _target(request: web.Request) -> str:
    return f"{request.match_info['kind']}/{request.match_info['number']}"


class Town:
    """What a lane's producers and troubles work with."""

    def __init__(self, folder: Path, workspace: Workspace, faults: ByChance, proxy: Proxy, glass: Glass) -> None:
        self.folder, self.workspace, self.faults, self.proxy, self.glass = folder, workspace, faults, proxy, glass
        self.people: dict[str, Quiet] = {}
        self.closing: set[str] = set()  # channels in which nothing more is said, because their room is to be closed
        self.closed: set[str] = set()

    app: InstalledApp
    url: str  # of the workspace itself; the bots go through the proxy
    definitions: Path

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, rng: random.Random, history: History) -> AsyncIterator["Town"]:
        faults, glass = ByChance(rng, history), Glass()
        async with contextlib.AsyncExitStack() as stack:
            workspace = await stack.enter_async_context(Workspace(seed=SEED, timing=TIMING, faults=faults))
            direct = workspace.url
            host, port = direct.removeprefix("http://").split(":")
            proxy = Proxy(lambda: asyncio.open_connection(host, int(port)), rng)
            way = await asyncio.start_server(proxy.take, "127.0.0.1", 0)
            stack.callback(way.close)
            workspace.office.base_url = f"http://127.0.0.1:{way.sockets[0].getsockname()[1]}"
            town = cls(folder, workspace, faults, proxy, glass)
            town.url = direct
            town.app = await workspace.install(manifest())
            town.glass_url = await stack.enter_async_context(glass.standing())
            town.definitions = town._write_definitions()
            for each in SEED.people:
                person = Quiet(direct, workspace.person(each.name))
                town.people[each.name] = await stack.enter_async_context(person)
            yield town

    glass_url: str

    def environment(self, database: str, port: int, state: str) -> dict[str, str]:
        """The settings of a bot."""
        return {
            "WARROOM_SLACK_API": f"{self.workspace.office.base_url}/api/",
            "SLACK_BOT_TOKEN": self.app.bot_token,
            "SLACK_APP_TOKEN": self.app.app_token,
            "WARROOM_DATABASE": database,
            "WARROOM_RUNBOOKS": str(self.definitions),
            "WARROOM_ALLOWED": str(self.folder / "allowed.yaml"),
            "WARROOM_STATE": state,
            "WARROOM_WEB_PORT": str(port),
            "WARROOM_WEBHOOK_TOKENS": HOOK_TOKEN,
            "WARROOM_SLACK_PACE": "0",
            "WARROOM_SLACK_CONNECTIONS": "1",
            "WARROOM_CHECKS_ALLOW": self.glass_url.removeprefix("http://"),
            "WARROOM_OPERATIONS_CHANNEL": self.workspace.channel("operations"),
            "WARROOM_RESPONDERS": ",".join(self.workspace.person(each) for each in PLAYERS),
            "WARROOM_LOG_LEVEL": "WARNING",
        }

    def _write_definitions(self) -> Path:
        definitions = self.folder / "definitions"
        definitions.mkdir()
        bell, siren = self.folder / "bell", self.folder / "siren"
        bell.write_text(f"echo once >> {self.folder}/rung\n")
        siren.write_text(f"echo once >> {self.folder}/sounded\n")
        (definitions / "runbook.yaml").write_text(RUNBOOK.format(bell=bell, siren=siren))
        (definitions / "services.yaml").write_text(CATALOGUE.format(lamp=f"{self.glass_url}/lamp"))
        owner = self.workspace.person(OWNER)
        breakable = "".join(
            BREAKABLE.format(glass=self.glass_url, owner=owner, target=target)
            for targets in TARGETS.values()
            for target in targets
        )
        (self.folder / "allowed.yaml").write_text(ALLOWED + breakable)
        later = "".join(LATER.format(n=n, at=2 * n, canary=CANARY) for n in range(1, 9))
        for name, title in GAMES.items():
            breaks = "".join(
                FAULT.format(n=n, at=1 + 2 * n, target=target, lasts=6 + 3 * n)
                for n, target in enumerate(TARGETS.get(name, ()), start=1)
            )
            text = SCENARIO.format(
                name=name, title=title, canary=CANARY, later=later, fault=breaks,
                more="environments:\n  staging:\n    title: Staging\n" if breaks else "",
            )  # fmt: skip
            (definitions / f"{name}.yaml").write_text(text)
        return definitions

    # --- what can be seen

    async def connected(self) -> None:
        """Returns when some bot has a socket, or after three seconds."""
        await until(lambda: self.workspace.connections(self.app) > 0, every=0.02, within=3)

    async def hush(self, channel: str) -> None:
        """From now on nobody speaks here; returns when what was said has been heard, or after four seconds."""
        self.closing.add(channel)
        events = self.workspace.office.state.events
        await until(
            lambda: all(each.payload.get("event", {}).get("channel") != channel for each in events.values()), within=4
        )

    def channel_names(self) -> list[str]:
        return [each.name for each in self.workspace.office.state.channels.values()]

    def rooms(self, person: str = "", *, kind: str = "", closing: bool = False, silent: bool = False) -> list[Channel]:
        """The channels of rooms that `person` is in and that have begun to speak, or the `silent` too, the newest first."""
        state = self.workspace.office.state
        who = self.people[person].user_id if person else ""
        found = [
            each
            for each in state.channels.values()
            if each.creator == self.app.bot_user_id
            and not each.is_archived
            and (closing or each.id not in self.closing)
            and (not who or who in each.members)
            and each.name.startswith(kind or ("inc-", "exercise-"))
            and (silent or any(self._cards(each.id, 40)))
        ]
        return found[::-1]

    def _cards(self, channel: str, among: int) -> Iterator[Message]:
        for number, message in enumerate(self.workspace.office.state.newest(channel)):
            if number >= among:
                return
            if message.bot_id and message.blocks:
                yield message

    def buttons(self, channel: str, among: int = 30) -> list[tuple[Doc, str]]:
        """The buttons of the newest messages, each with the message that it stands on."""
        return [
            ({"channel": channel, "ts": message.ts, "blocks": message.blocks}, element["text"]["text"])
            for message in self._cards(channel, among)
            for block in message.blocks or ()
            for element in (*block.get("elements", ()), block.get("accessory") or {})
            if element.get("type") == "button"
        ]

    def whispered(self, channel: str, person: str) -> str:
        """What that person was last told alone in this channel."""
        told = self.workspace.office.state.ephemerals(channel, self.people[person].user_id)
        return f"{told[-1].ts} {told[-1].text}" if told else ""
