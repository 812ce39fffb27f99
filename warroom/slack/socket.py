"""Socket Mode that comes back.

slack_sdk's client retries a failed handshake with the same single-use ticket, calls at once again when it is told to wait,
and connects twice when it is told twice to go. This one asks for a ticket for each attempt, waits as long as Slack says
and longer each time, and makes one connection at a time. Several connections overlap while Slack recycles one of them.
An envelope is acknowledged only when Bolt has answered it. When no connection has stood for some seconds, whoever wants to
know is told since when, and told again when one stands: what was said meanwhile may have been missed.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from warroom.runtime.clock import Clock
from warroom.slack.verdicts import judged_or_none

log = logging.getLogger(__name__)

HANDSHAKE = 10.0  # seconds until an attempt counts as failed
PING = 2.0  # seconds; a connection that does not answer within one and a half of them is dead
WATCH = 1.0  # seconds between two looks of the watchdog
GONE = 3.0  # seconds without any connection after which something may have been missed
DEAF = 60.0  # seconds without a connection, and without an attempt at one, after which it is built anew
SOONEST, LATEST = 1.0, 30.0  # seconds between two attempts
CROWDED = 30.0  # seconds to keep away when the app has too many connections
_GO = {
    "link_disabled": "Socket Mode has been switched off for this app; switch it on again in the app's settings",
    "too_many_websockets": "this app has more connections than Slack allows (10); close some, or run fewer processes",
}

Gone = Callable[[datetime], Awaitable[None]]  # told since when nothing may have been heard


class TicketedClient(SocketModeClient):
    """Asks for a ticket for each attempt, makes one attempt at a time, and waits between them."""

    trying = False
    established = 0.0

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._going: set[asyncio.Task[Any]] = set()  # those that were told to go, and connect elsewhere

    async def close(self) -> None:
        """Nothing of it is left when this returns: the SDK only cancels what may be connecting just now."""
        self.closed, self.auto_reconnect_enabled = True, False
        tasks = [self.current_session_monitor, self.message_receiver, self.message_processor, *self._going]
        left = [each for each in tasks if each is not None]
        for each in left:
            each.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await super().close()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped

    async def connect(self) -> None:
        """Returns when it stands, or when the client was closed."""
        wait = SOONEST
        self.trying = True
        try:
            while not self.closed:
                try:
                    async with asyncio.timeout(HANDSHAKE):
                        await self._attempt()
                except Exception as error:
                    wait = await self._after(error, wait)
                else:
                    self.established = time.monotonic()
                    return
        finally:
            self.trying = False

    async def _attempt(self) -> None:
        """One ticket, one handshake. The old session goes first: together they might be too many."""
        self.auto_reconnect_enabled = False
        if self.current_session is not None:
            await self.current_session.close()
        address = await self.issue_new_wss_url()
        session = await self.aiohttp_client_session.ws_connect(
            address,
            autoping=False,
            heartbeat=self.ping_interval,
            proxy=self.proxy,
            ssl=self.web_client.ssl if self.web_client.ssl is not None else True,
        )
        self.current_session, self.stale, self.last_ping_pong_time = session, False, None
        self.auto_reconnect_enabled = self.default_auto_reconnect_enabled
        for old in (self.current_session_monitor, self.message_receiver):
            if old is not None:
                old.cancel()
        self.current_session_monitor = asyncio.ensure_future(self.monitor_current_session())
        self.message_receiver = asyncio.ensure_future(self.receive_messages())

    async def _after(self, error: Exception, wait: float) -> float:
        """Wait as long as this failure asks for. Returns how long to wait after the next."""
        # Of a refused handshake its own words say more.
        judged = None if isinstance(error, aiohttp.WSServerHandshakeError) else judged_or_none(error)
        asked = judged.after.total_seconds() if judged and judged.after else 0.0
        why = judged.code if judged else f"{type(error).__name__}: {error}"
        log.warning("no Socket Mode connection (%s); asking for a fresh ticket in %.0f s", why, max(wait, asked))
        await asyncio.sleep(max(wait, asked) * random.uniform(1.0, 1.2))  # noqa: S311  # so that not all come at once
        return min(wait * 2, LATEST)

    async def issue_new_wss_url(self) -> str:
        response = await self.web_client.apps_connections_open(app_token=self.app_token)
        return str(response["url"])

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """One at a time. Who is told to go twice has gone already."""
        async with self.connect_operation_lock:
            fresh = time.monotonic() - self.established < SOONEST
            if not await self.is_connected() or (force and not fresh):
                await self.connect()

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        if message.get("type") == "disconnect":
            going = asyncio.ensure_future(self._told_to_go(str(message.get("reason", ""))))
            self._going.add(going)
            going.add_done_callback(self._going.discard)
            await going
        else:
            await super().run_message_listeners(message, raw_message)

    async def _told_to_go(self, reason: str) -> None:
        if reason in _GO:
            log.error("Slack closes a Socket Mode connection: %s", _GO[reason])
        if reason == "too_many_websockets":
            self.auto_reconnect_enabled = False  # or the SDK would come again at once, and push out another
            await asyncio.sleep(CROWDED * random.uniform(1.0, 1.5))  # noqa: S311  # as above
        await self.connect_to_new_endpoint(force=True)


class Sockets:
    """All connections of this process, each watched. `gone` is told since when nothing was heard: early, and at the end."""

    def __init__(self, app: AsyncApp, app_token: str, connections: int, wall: Clock, gone: Gone) -> None:
        self._app, self._token, self._wall, self._gone = app, app_token, wall, gone
        self._clients = [self._client() for _ in range(connections)]
        self._tasks: set[asyncio.Task[Any]] = set()
        self._deaf_since: dict[int, float] = {}
        self._heard_at: datetime | None = None
        self._lost = 0.0  # since when, by the monotonic clock, no connection stands; 0 while one does
        self._told = False

    def _client(self) -> TicketedClient:
        client = TicketedClient(
            app_token=self._token,
            web_client=self._app.client,
            logger=logging.getLogger("warroom.slack.socket.sdk"),
            ping_interval=PING,
        )
        client.socket_mode_request_listeners.append(self._take)
        return client

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        began = time.time()
        answer = await run_async_bolt_app(self._app, request)
        await send_async_response(client, request, answer, began)

    async def connect(self, within: float | None = None) -> bool:
        """Begin to connect. Returns when every connection stands, or after so many seconds: then they still try."""
        trying = [self._start(client.connect()) for client in self._clients]
        self._start(self._watch())
        _, pending = await asyncio.wait(trying, timeout=within)
        if await self.connected():
            self._heard_at = self._wall.now()  # or what breaks before the first look would not be known to have stood
        return not pending

    async def connected(self) -> bool:
        return any([await client.is_connected() for client in self._clients])

    def _start(self, work: Awaitable[Any]) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH)
            try:
                for place, client in enumerate(self._clients):
                    await self._look_after(place, client)
                await self._listen(await self.connected())
            except Exception:  # the database may be away just now; the next look says it again
                log.exception("the Socket Mode connections could not be looked after")

    async def _look_after(self, place: int, client: TicketedClient) -> None:
        if client.trying or await client.is_connected():
            self._deaf_since.pop(place, None)
        elif time.monotonic() - self._deaf_since.setdefault(place, time.monotonic()) > DEAF:
            log.error("Socket Mode connection %s has been deaf for %s s; building it anew", place, DEAF)
            self._deaf_since.pop(place)
            self._clients[place] = self._client()
            self._start(client.close())
            self._start(self._clients[place].connect())

    async def _listen(self, connected: bool) -> None:
        """Say when nothing has been heard for a while: at once, so that it is known whatever happens, and when it is over."""
        now = time.monotonic()
        if connected:
            if self._told and self._heard_at is not None:
                await self._gone(self._heard_at)
            self._heard_at, self._lost, self._told = self._wall.now(), 0.0, False
            return
        self._lost = self._lost or now
        if not self._told and self._heard_at is not None and now - self._lost >= GONE:
            await self._gone(self._heard_at)
            self._told = True

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)  # first, or one might connect what is being closed
        await asyncio.gather(*[client.close() for client in self._clients], return_exceptions=True)
