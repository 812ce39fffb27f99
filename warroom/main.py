"""Wires everything; the only file that knows everybody.

A `Bot` is one process of warroom: the database, the runtime, the doors to Slack and the web, the loops that deliver and
wake. `warroom serve` runs one against Slack, the demo and the tests run one against the local workspace.
"""

import asyncio
import contextlib
import gc
import logging
import os
import signal
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from warroom.alerts import SOURCES
from warroom.alerts.group import Group, delivery_keys
from warroom.breaking import Breaking, make_breaking
from warroom.checks import Guard
from warroom.core import commands as c
from warroom.core.allowed import Allowed
from warroom.core.breakable import Breakable
from warroom.core.commands import Command
from warroom.core.events import AlertFired, AlertResolved, Mode
from warroom.core.faults import Target
from warroom.core.readiness import Finding
from warroom.core.scenario import FaultSpec
from warroom.definitions.allowlist import load_allowed
from warroom.definitions.library import Library, load_library, shipped
from warroom.errors import NotFound, SettingsError
from warroom.exporters import export, unnamed
from warroom.failpoints import reached
from warroom.faults import Driver
from warroom.performers import Actors, Resolve
from warroom.runtime.clock import Clock, SystemClock
from warroom.runtime.deliver import Delivery
from warroom.runtime.handle import Handled, Runtime
from warroom.runtime.keeping import Keeping
from warroom.runtime.wake import Waker
from warroom.scheduling import Scheduler
from warroom.settings import Settings
from warroom.slack import manifest, preflight
from warroom.slack.backfill import Backfill
from warroom.slack.calling import Caller
from warroom.slack.desk import INCIDENT, Desk
from warroom.slack.homes import Homes
from warroom.slack.http import NotOfSlack, Requests, Signatures
from warroom.slack.listeners import Listeners
from warroom.slack.meeting import Meeting
from warroom.slack.outages import Outages
from warroom.slack.people import People
from warroom.slack.perform import Talker
from warroom.slack.preflight import Identity
from warroom.slack.reports import Exported, Reports
from warroom.slack.socket import Sockets
from warroom.slack.sweeping import Sweeper
from warroom.store import gaps, inbox, migrate, outbox
from warroom.store.db import Database
from warroom.store.errors import CannotKeep, StoreUnusable
from warroom.watching import FaultRooms, Surroundings, Watchers
from warroom.web.app import Taken
from warroom.web.app import build as build_web
from warroom.web.app import runner as web_runner
from warroom.web.health import Health
from warroom.web.slackdoor import Answer, Asked, Malformed, SlackDoor

log = logging.getLogger(__name__)

SLACK_TIMEOUT = 8  # seconds for one call; well within the lease of a lane
SOCKETS_WITHIN = 10.0  # seconds a start waits for its connections; after that they are made beside everything else


class Bot:
    """One process. `resolve` turns a check's target into an address; the catalogue does it when none is given."""

    def __init__(
        self,
        settings: Settings,
        *,
        library: Library | None = None,
        clock: Clock | None = None,
        wall: Clock | None = None,
        resolve: Resolve | None = None,
        guard: Guard | None = None,
        drivers: Mapping[str, Driver] | None = None,
        allowed: Allowed | None = None,
        db: Database | None = None,
        client: AsyncWebClient | None = None,
    ) -> None:
        self.settings = settings
        self.library = library or load_definitions(settings)
        self.db = db or Database(settings.database)
        wall = wall or SystemClock()
        self.runtime = Runtime(self.db, clock or wall, wall)
        self._resolve = resolve or self.library.catalogue.endpoint
        self._guard = guard or Guard(allow=frozenset(settings.checks_allow))
        self._allowed = allowed or load_allowed(settings.allowed)
        self.breaking = self._make_breaking(drivers)
        self.client = client or AsyncWebClient(
            token=settings.slack_bot_token.get_secret_value(),
            base_url=settings.slack_api,
            retry_handlers=[],  # a retry of a post could say it twice; all retrying is the outbox's
            timeout=SLACK_TIMEOUT,
        )
        self.identity: Identity | None = None
        self._pace = timedelta(seconds=self.settings.slack_pace)
        self._caller = Caller(self.client, self.db, wall, self._pace)
        self.talk = Delivery(self.runtime, self._talker().performers(), kind="talk")
        watchers = self._watchers().performers()
        self.act = Delivery(self.runtime, {**self._actors().performers(), **watchers}, kind="act")
        self.watch = Delivery(self.runtime, watchers, kind="watch")
        self.waker = Waker(self.runtime)
        self.meeting = Meeting(self.client, self.db, wall, settings)
        self.keeping = Keeping(self.runtime, tell=Outages(self.client).tell, on_recovered=self.missed_since)
        self.web_address = ""
        self._loops: list[asyncio.Task[None]] = []
        self._sockets: Sockets | None = None
        self._runner: web.AppRunner | None = None
        self._reports: Reports | None = None
        self._listeners: Listeners | None = None
        self._requests: Requests | None = None
        self._backfill: Backfill | None = None
        self._by_socket = False  # whether connections are to be made

    def _make_breaking(self, drivers: Mapping[str, Driver] | None) -> Breaking:
        return make_breaking(
            self._allowed,
            drivers,
            state=self.settings.state,
            database=self.settings.database,
            environment=os.environ,
            resolve=self._resolve,
            guard=self._guard,
            secrets=self.settings.secrets(),
            clock=self.runtime.clock,
            wall=self.runtime.wall,
            rooms=FaultRooms(self.runtime, self._allowed),
        )

    def _actors(self) -> Actors:
        return Actors(
            self.runtime,
            self.library,
            resolve=self._resolve,
            guard=self._guard,
            allowed=self._allowed,
            breaking=self.breaking,
            environment=os.environ,
            secrets=self.settings.secrets(),
        )

    def _watchers(self) -> Watchers:
        return Watchers(
            self.runtime,
            resolve=self._resolve,
            guard=self._guard,
            allowed=self._allowed,
            environment=os.environ,
            secrets=self.settings.secrets(),
            ready=self._ready,
        )

    async def _ready(self, fault: FaultSpec) -> Finding:
        found = await self.breaking.ready(fault.driver, fault.target, fault.mode)
        return Finding(what=f"{fault.target} could be broken and made whole", holds=found.ready, detail=found.detail)

    def _talker(self) -> Talker:
        return Talker(self._caller, self.db, self.runtime.wall, self._pace)

    # --- life

    async def start(self) -> None:
        """Returns when the bot can be talked to. Raises SlackUnusable, SettingsError or StoreUnusable with a sentence.

        When Slack is away and has been met before, everything else starts, and Slack is tried again beside it. When it
        was never met, nobody knows whose rooms these are: the web side says so, and this waits for Slack.
        """
        await asyncio.to_thread(migrate.upgrade, self.db)
        await self._start_web()
        self._by_socket = bool(self.settings.slack_app_token.get_secret_value())
        await self.begin(await self.meeting.who())
        if self.meeting.away:
            self._loops.append(self._watched(self._connect_later()))
        else:
            await self._connect()

    async def _connect_later(self) -> None:
        await self.meeting.back()
        await self._connect()

    async def begin(self, identity: Identity) -> None:
        """Everything but the doors: what the bot is without a network. The database is of this release."""
        self.identity, self._caller.workspace = identity, identity.workspace
        if self.db.dialect == "sqlite":
            await self.db.tx(outbox.reclaim, self.runtime.wall.now())
            await self.db.tx(inbox.reclaim, self.runtime.wall.now())
        self._listeners = listeners = self._make_listeners(identity)
        self._backfill = backfill = Backfill(
            self.runtime,
            listeners.hearing,
            self._caller.call_next,
            self._caller.slack_behind,
            self._listening,
            workspace=identity.workspace,
        )
        listeners.intake.takes(gaps.PREFIX, backfill.take)
        listeners.intake.takes(gaps.OPENED, backfill.opened)
        await backfill.started()
        await self.breaking.recover()
        scheduler = Scheduler(self.runtime, listeners.desk, listeners.tell)
        beside = Surroundings(self.runtime, self._allowed)
        sweeper = Sweeper(self.runtime, self._caller)
        if not self.meeting.away:  # or what needs a name would wait for Slack, and the start with it
            await listeners.intake.look()
        own = (self.breaking, self.talk, self.act, self.watch, self.waker, self.keeping)
        loops = (*own, scheduler, beside, sweeper, listeners.intake)
        self._loops += [self._watched(each.run()) for each in loops]
        self._requests = Requests(self.app, self.db, self.runtime.wall, backfill)

    def _make_listeners(self, identity: Identity) -> Listeners:
        token = self.settings.slack_bot_token.get_secret_value()

        async def authorize(**_: Any) -> AuthorizeResult:
            """One workspace, one token: known since the start, so that no event waits for Slack to say so."""
            return AuthorizeResult(
                enterprise_id=None,
                team_id=identity.workspace,
                bot_user_id=identity.user,
                bot_id=identity.bot,
                bot_token=token,
            )

        bolt_log = logging.getLogger("warroom.slack.bolt")
        bolt_log.setLevel(logging.ERROR)  # it warns that `authorize` stands in for the token, which is meant
        app = AsyncApp(
            name="warroom",  # or it looks through every module for whoever calls it, which takes a tenth of a second
            client=self.client,
            authorize=authorize,
            process_before_response=True,
            logger=bolt_log,
            # What these look for never comes this far: over HTTP it is verified and answered in `web/slackdoor.py` and
            # `slack/http.py`, over Socket Mode it is not sent; and no workflow has a step of ours.
            ssl_check_enabled=False,
            request_verification_enabled=False,
            url_verification_enabled=False,
            attaching_function_token_enabled=False,
        )
        bolt_log.setLevel(logging.NOTSET)
        desk = Desk(
            self.runtime,
            self.library,
            breakable=[_target(each) for each in self._allowed.breakable.entries],
            operations=self.settings.operations_channel,
        )
        people = People(self.client, self.db, self.runtime.wall)
        self._reports = Reports(self.client, desk, partial(self._export, people))
        listeners = Listeners(app, desk, people, self._reports, Homes(self.client, desk), self.runtime.wall)
        listeners.register()
        self.app = app
        return listeners

    async def _connect(self) -> None:
        """Socket Mode, if there is a token for it. What takes long is done beside everything else."""
        if not self._by_socket:
            return
        app_token = self.settings.slack_app_token.get_secret_value()
        self._sockets = Sockets(
            self.app, app_token, self.settings.slack_connections, self.runtime.wall, self.missed_since
        )
        await self._sockets.connect(SOCKETS_WITHIN)
        if self._backfill is not None and await self._listening():
            self._backfill.listens()

    async def _start_web(self) -> None:
        site_app = build_web(
            health=self._health,
            sources=SOURCES,
            keys=delivery_keys,
            take_alerts=self._take_alerts,
            tokens=dict.fromkeys(SOURCES, self.settings.webhook_tokens),
        )
        if self.settings.slack_signing_secret:
            signatures = Signatures(self.settings.slack_signing_secret, self.runtime.wall)
            site_app.add_routes(SlackDoor(signatures.signed, self._take_request).routes())
        self._runner = web_runner(site_app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.settings.web_host, self.settings.web_port)
        try:
            await site.start()
        except OSError as error:
            raise SettingsError(
                f"WARROOM_WEB_PORT: {self.settings.web_host}:{self.settings.web_port} cannot be used "
                f"({error.strerror or error}). Set another port."
            ) from None
        host, port = self._runner.addresses[0][:2]
        self.web_address = f"http://{host}:{port}"

    def _watched(self, loop: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(loop)
        task.add_done_callback(_log_end)
        return task

    async def stop(self) -> None:
        """Stop taking, finish what is being said, leave the rest for the next start."""
        if self._sockets is not None:
            await self._sockets.close()
        if self._listeners is not None:
            await self._listeners.finish()
        if self._reports is not None:
            await self._reports.finish()
        for task in self._loops:
            task.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
        self.db.close()

    async def _health(self) -> Health:
        """What `/readyz` tells."""
        try:
            oldest, given_up = await self.db.read(outbox.oldest), await self.db.read(outbox.given_up)
            put_aside = await self.db.read(inbox.failures)
        except (CannotKeep, StoreUnusable):
            oldest, given_up, put_aside = None, 0, 0
        trouble, wall = self.db.trouble, self.runtime.wall
        return Health(
            database=trouble is None,
            slack=await self._listening(),
            oldest=max(self.runtime.wall.now() - oldest, timedelta(0)) if oldest else None,
            trouble=trouble.sentence if trouble else "",
            given_up=given_up,
            skew=self.keeping.skew,
            clock_set=wall.set_by() if isinstance(wall, SystemClock) else timedelta(0),
            unmet=self.meeting.away if self.identity is None else "",
            put_aside=put_aside,
        )

    async def _listening(self) -> bool:
        """Whether what Slack tells is heard now. Over HTTP alone nobody can know: then yes, unless Slack is away."""
        if self.meeting.away or self._requests is None:
            return False
        if not self._by_socket:
            return True
        return self._requests.used or (self._sockets is not None and await self._sockets.connected())

    async def take_up(self) -> None:
        """Look now what was kept and not finished, as the bot does by itself every other second."""
        if self._listeners is not None:
            await self._listeners.intake.look()
            await self._listeners.intake.finish()

    async def settled(self) -> None:
        """Returns when nothing is under way: for rehearsals and tests."""
        if self._listeners is not None:
            await self._listeners.finish()
        await self.runtime.settled()

    # --- what Slack says

    async def missed_since(self, since: datetime) -> None:
        """From then on what Slack told may not have been heard, or not kept: it is looked for in the channels."""
        if self._backfill is not None:
            await self._backfill.missed(since)

    async def _take_request(self, asked: Asked) -> Answer:
        if self._requests is None:
            raise NotFound("The bot has not started yet.")
        try:
            answered = await self._requests.take(asked.body, asked.signature)
        except NotOfSlack as error:
            raise Malformed(str(error)) from error
        return Answer(status=answered.status, body=answered.body, kind=answered.kind)

    # --- alerts

    async def _take_alerts(self, group: Group, keys: tuple[str, ...]) -> Taken:
        handled = await self.take_alerts(group, keys)
        await reached("alerts.taken")
        if handled is None:
            return Taken()
        news = sum(isinstance(each.event, AlertFired | AlertResolved) for each in handled.entries)
        return Taken(room=handled.room.key, new=news)

    async def take_alerts(self, group: Group, keys: Sequence[str]) -> Handled | None:
        """Committed when this returns. None when every alert of it had been told before, or concerns no open room."""
        if self.identity is None:
            raise NotFound("The bot has not started yet.")
        workspace = self.identity.workspace

        def make(name: str) -> Sequence[Command]:
            if not group.firing:
                return []
            opened = c.OpenIncident(
                by=group.source,
                key=name,
                workspace=workspace,
                title=group.title,
                severity=group.severity,
                services=tuple(each for each in group.services if each in self.library.catalogue.services),
                labels=group.labels,
                origin=self.settings.operations_channel,
                responders=self.settings.responders,
            )
            return [opened]

        raised = c.RaiseAlerts(
            by=group.source, source=group.source, group=group.group, alerts=group.alerts, missing=group.missing
        )
        return await self.runtime.open_or_handle(
            make,
            [raised],
            workspace=workspace,
            kind=INCIDENT,
            mode=Mode.REAL.value,
            correlation=f"{group.source}:{group.group}",
            keys=keys,
        )

    async def _export(self, people: People, room: int) -> list[Exported]:
        """Names that could not be kept when somebody was met, since Slack or the database was away, are asked for now."""
        if self.identity is not None:
            await people.meet_at_last(self.identity.workspace, await self.db.read(unnamed, room))
        files = await self.db.read(export, room)
        return [Exported(name=each.name, title=each.title, content=each.content) for each in files]


def _target(entry: Breakable) -> Target:
    """What a game has to know of something that may be broken: who may approve it, and where it is."""
    return Target(
        target=entry.target,
        driver=entry.driver,
        modes=entry.modes,
        owners=entry.owners,
        environment=entry.environment,
        longest=entry.longest,
    )


def _log_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("a loop of the bot has ended", exc_info=error)


def load_definitions(settings: Settings) -> Library:
    """Runbooks, scenarios and the catalogue from the configured folders, or the shipped ones."""
    roots = [Path(each) for each in settings.runbooks] or [shipped()]
    for root in roots:
        if not root.exists():
            raise SettingsError(f"WARROOM_RUNBOOKS: there is no folder {root}.")
    return load_library(roots)


def must_have_tokens(settings: Settings) -> None:
    missing = []
    if not settings.slack_bot_token.get_secret_value():
        missing.append("SLACK_BOT_TOKEN: not set. It is under “OAuth & Permissions” of your app; it begins with xoxb-.")
    if not settings.slack_app_token.get_secret_value() and not settings.slack_signing_secret:
        missing.append(
            "SLACK_APP_TOKEN: not set. Make one under “Basic Information”, “App-Level Tokens”, with the scope "
            "connections:write; xapp-…. Or set SLACK_SIGNING_SECRET, to be told over HTTP."
        )
    if missing:
        raise SettingsError("\n".join([*missing, "To try warroom without Slack: warroom demo"]))


async def serve(settings: Settings) -> None:
    """Run against Slack until told to stop."""
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    must_have_tokens(settings)
    bot = Bot(settings)
    gc.freeze()  # what was imported and read stays: nobody needs to look through it again and again
    gc.enable()
    try:
        await bot.start()
        who = bot.identity
        log.info(
            "warroom is in %s; alerts may be sent to %s/hooks/…", who.workspace_name if who else "?", bot.web_address
        )
        await until_told_to_stop()
    finally:
        await bot.stop()


async def until_told_to_stop() -> None:
    """Returns at SIGINT or SIGTERM."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no such handlers; there Ctrl-C raises
            loop.add_signal_handler(each, told.set)
    await told.wait()


async def check_slack(settings: Settings) -> str:
    """A sentence that says that the tokens will do. Raises what `Bot.start` would."""
    must_have_tokens(settings)
    client = AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api, retry_handlers=[]
    )
    who = await preflight.check(client, settings.slack_app_token.get_secret_value(), manifest.scopes())
    return f"The tokens are good: {who.user} in {who.workspace_name} ({who.workspace})."
