"""A town for the crash tests: the workspace in this process, the bot as a process of its own, and the line between them.

The bot is `warroom serve`, as an operator starts it. Its calls to Slack go over a `Line`, which can hold the answer to a
call: then the call has been carried out and the bot does not know. That is the moment at which it is killed.
"""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from warroom.runtime.clock import SystemClock
from warroom.runtime.handle import Runtime
from warroom.slack.manifest import manifest
from warroom.store import outbox
from warroom.store.db import Database
from warroom.workspace import InstalledApp, Person, PersonAt, Seed, Workspace

Doc = dict[str, Any]
SEED = Seed(
    people=tuple(Person(name=name) for name in ("harriet", "ana", "ben", "carl")), channels=("general", "operations")
)
HOOK_TOKEN = "a-token-for-the-crash-tests-0001"
PATIENCE = 40  # seconds after which a test gives up waiting; nothing takes a tenth of it
LAMP = "lamp"  # what the runbook's check looks at

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
        goto: end
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
"""
BELL = """\
echo once >> {folder}/rung
echo $$ > {folder}/rings
exec cat {folder}/enough
"""
ALLOWED = """\
allowed: 1
commands:
  - argv: [/bin/sh, ".*/bell"]
    acts: true
    drills: true
"""
SCENARIO = """\
scenario: 1
id: blackout
title: Blackout
briefing: It is late.
length: 20m
services: [lights]
injects:
  - id: dark
    title: It gets dark
    at: T+0m
    announce: The lights are out.
    incident:
      title: Lights out
      severity: SEV1
      services: [lights]
      failure_modes: [lost]
  - id: cold
    title: It gets cold
    at: T+0m
    announce: And now the heating.
  - id: later
    title: Somebody calls
    at: T+15m
    announce: The telephone rings.
"""
CATALOGUE = """\
catalogue: 1
services:
  lights:
    title: The lights
    endpoints:
      lamp: {lamp}
"""


@dataclass(eq=False)
class Trap:
    """Holds one call: when it is sprung, the call has been carried out (`applied`) or will never be."""

    method: str
    left: int
    applied: bool
    sprung: asyncio.Event = field(default_factory=asyncio.Event)


class Line:
    """Between the bot and the workspace: passes every call of the Web API on, and springs traps."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._traps: list[Trap] = []
        self._over = asyncio.Event()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Line"]:
        app = web.Application(client_max_size=2**24)
        app.add_routes([web.get(f"/{LAMP}", self._lamp), web.route("*", "/api/{method}", self._call)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.host = f"127.0.0.1:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession() as self._http:
            try:
                yield self
            finally:
                self.release()
                await runner.cleanup()

    def trap(self, method: str, number: int = 1, *, applied: bool = True) -> Trap:
        """Hold the answer to call `number` of this method from now on."""
        self._traps.append(Trap(method, number, applied))
        return self._traps[-1]

    def release(self) -> None:
        """Whoever waits for a held answer gets an error; no trap is left."""
        self._traps.clear()
        self._over.set()
        self._over = asyncio.Event()

    async def _call(self, request: web.Request) -> web.Response:
        method, body = request.match_info["method"], await request.read()
        trap = self._step_on(method)
        if trap is not None and not trap.applied:
            return await self._hold(trap)
        headers = {each: request.headers[each] for each in ("Authorization", "Content-Type") if each in request.headers}
        address = f"{self._workspace.url}{request.path_qs}"
        async with self._http.request(request.method, address, data=body, headers=headers) as answer:
            told = await answer.read()
            kept = {each: answer.headers[each] for each in ("X-OAuth-Scopes", "Retry-After") if each in answer.headers}
        if trap is not None:
            return await self._hold(trap)
        return web.Response(body=told, status=answer.status, content_type=answer.content_type, headers=kept)

    async def _lamp(self, request: web.Request) -> web.Response:
        trap = self._step_on(LAMP)
        return await self._hold(trap) if trap else web.Response(status=503, text="dark")

    def _step_on(self, method: str) -> Trap | None:
        for trap in self._traps:
            if trap.method == method:
                trap.left -= 1
                if trap.left == 0:
                    return trap
        return None

    async def _hold(self, trap: Trap) -> web.Response:
        over = self._over
        trap.sprung.set()
        await over.wait()
        return web.Response(status=503, text="held")


class BotProcess:
    """One `warroom serve`, from its start to its death."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._said: list[str] = []
        self._ready = asyncio.Event()
        self._reader = asyncio.create_task(self._read())
        self.web = ""

    @classmethod
    async def start(cls, environment: Mapping[str, str]) -> "BotProcess":
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("WARROOM_", "SLACK_"))}
        command = (sys.executable, "-m", "warroom.cli", "serve")
        process = await asyncio.create_subprocess_exec(
            *command, env=kept | dict(environment), stderr=asyncio.subprocess.PIPE
        )
        return cls(process)

    async def ready(self) -> None:
        """Returns when it says that it can be talked to. Raises RuntimeError with its last words if it dies before."""
        async with asyncio.timeout(PATIENCE):
            await self._ready.wait()
        if not self.web:
            raise RuntimeError("\n".join(self._said[-30:]))

    async def kill(self) -> None:
        """As `kill -9` does it: nothing is finished, nothing is said."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reader

    @property
    def said(self) -> str:
        return "\n".join(self._said)

    async def _read(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self._said.append(line.decode(errors="replace").rstrip())
            if found := re.search(r"alerts may be sent to (http://[\d.:]+)", self._said[-1]):
                self.web = found[1]
                self._ready.set()
        self._ready.set()


class Town:
    """What a crash test works with. The bot comes and goes; everything else stays."""

    def __init__(self, workspace: Workspace, line: Line, db: Database, environment: Mapping[str, str]) -> None:
        self.workspace, self.line, self.db = workspace, line, db
        self.people: dict[str, PersonAt] = {}
        self.starts = 0
        self._environment = environment
        self._bot: BotProcess | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, database: str, *, way: str = "") -> AsyncIterator["Town"]:
        """`way` is how the bot reaches the database, where that is not how the test does."""
        async with AsyncExitStack() as stack:
            workspace = await stack.enter_async_context(Workspace(seed=SEED, state=folder / "workspace.db"))
            line = await stack.enter_async_context(Line(workspace).open())
            app = await workspace.install(manifest())
            db = stack.enter_context(Database(database))
            town = cls(workspace, line, db, _environment(folder, workspace, line, app, way or database))
            town.app, town.folder = app, folder
            stack.push_async_callback(town.crash)
            for person in SEED.people:
                arrived = PersonAt(workspace.url, workspace.person(person.name))
                town.people[person.name] = await stack.enter_async_context(arrived)
            yield town

    app: InstalledApp
    folder: Path

    # --- the bot's lives

    async def start(self) -> None:
        """Start the bot; returns at once, `ready` waits for it."""
        assert self._bot is None
        self.starts += 1
        self._bot = await BotProcess.start(self._environment)

    @asynccontextmanager
    async def beside(self, database: str) -> AsyncIterator[BotProcess]:
        """A second bot, which reaches the database in its own way; killed at the end."""
        other = await BotProcess.start(dict(self._environment) | {"WARROOM_DATABASE": database})
        try:
            await other.ready()
            await self.workspace.wait_for_connections(self.app, 2)
            yield other
        finally:
            await other.kill()
            await self.workspace.wait_for_connections(self.app, 1)

    async def ready(self) -> None:
        assert self._bot is not None
        await self._bot.ready()
        await self.workspace.wait_for_connections(self.app)

    async def crash(self) -> None:
        """Kill the bot; returns when Slack's side has noticed, and the dead process's leases have run out."""
        if self._bot is None:
            return
        await self._bot.kill()
        self._bot = None
        self.line.release()
        await self.workspace.wait_for_connections(self.app, 0)
        if self.db.dialect == "postgresql":  # on SQLite the bot does so itself: nobody else can hold a lease there
            await self.db.tx(outbox.reclaim, SystemClock().now())

    async def crash_when(self, trap: Trap) -> None:
        async with asyncio.timeout(PATIENCE):
            await trap.sprung.wait()
        await self.crash()

    async def crash_and_return(self) -> None:
        await self.crash()
        await self.start()
        await self.quiet()

    async def quiet(self) -> None:
        """Returns when the bot is ready and owes nothing to anybody."""
        await self.ready()
        async with asyncio.timeout(PATIENCE):
            await Runtime(self.db, SystemClock()).settled()

    # --- what people do

    async def channel(self, who: str, part: str) -> str:
        found = [each["id"] for each in await self.people[who].channels() if part in (each.get("name") or "")]
        assert len(found) == 1, f"{who} sees {len(found)} channels like {part}"
        return str(found[0])

    async def press(self, who: str, channel: str, label: str) -> None:
        """Press the newest button of this name. Returns when the press was acknowledged."""
        for message in reversed(await self.people[who].messages(channel)):
            if label in labels(message):
                await self.people[who].press(message, label)
                return
        raise AssertionError(f"{who} sees no button “{label}”")

    async def alert(self, body: bytes) -> Doc:
        assert self._bot is not None
        headers = {"Authorization": f"Bearer {HOOK_TOKEN}", "Content-Type": "application/json"}
        address = f"{self._bot.web}/hooks/alertmanager"
        async with aiohttp.ClientSession() as http, http.post(address, data=body, headers=headers) as answer:
            assert answer.status == 200
            told: Doc = await answer.json()
            return told


def labels(message: Doc) -> set[str]:
    """The labels of a message's buttons."""
    elements = (
        element
        for block in message.get("blocks") or ()
        for element in (*block.get("elements", ()), block.get("accessory") or {})
    )
    return {each["text"]["text"] for each in elements if each.get("type") == "button"}


def _environment(folder: Path, workspace: Workspace, line: Line, app: InstalledApp, database: str) -> Mapping[str, str]:
    definitions = folder / "definitions"
    definitions.mkdir()
    (definitions / "runbook.yaml").write_text(RUNBOOK.format(bell=folder / "bell"))
    (folder / "bell").write_text(BELL.format(folder=folder))
    (folder / "allowed.yaml").write_text(ALLOWED)
    for pipe in ("rings", "enough"):
        os.mkfifo(folder / pipe)
    (definitions / "scenario.yaml").write_text(SCENARIO)
    (definitions / "services.yaml").write_text(CATALOGUE.format(lamp=f"http://{line.host}/{LAMP}"))
    return {
        "WARROOM_SLACK_API": f"http://{line.host}/api/",
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_APP_TOKEN": app.app_token,
        "WARROOM_DATABASE": database,
        "WARROOM_RUNBOOKS": str(definitions),
        "WARROOM_ALLOWED": str(folder / "allowed.yaml"),
        "WARROOM_STATE": str(folder / "state"),
        "WARROOM_WEB_PORT": "0",
        "WARROOM_WEBHOOK_TOKENS": HOOK_TOKEN,
        "WARROOM_SLACK_PACE": "0",
        "WARROOM_SLACK_CONNECTIONS": "1",
        "WARROOM_CHECKS_ALLOW": line.host,
        "WARROOM_OPERATIONS_CHANNEL": workspace.channel("operations"),
        "WARROOM_RESPONDERS": workspace.person("ana"),
        "PYTHONDONTWRITEBYTECODE": "",
    }
