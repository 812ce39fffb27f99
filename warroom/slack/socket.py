"""Socket Mode that comes back.

slack_sdk's client retries a failed handshake with the same single-use ticket and never asks for another, and stays deaf.
This one drops the ticket when a handshake takes too long or fails, so the next attempt asks for a fresh one. Several
connections overlap while Slack recycles one of them. An envelope is acknowledged only when Bolt has answered it.
"""

import asyncio
import logging
import time

from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

log = logging.getLogger(__name__)

HANDSHAKE = 10.0  # seconds until a ticket counts as spoiled
PING = 3.0  # seconds; four unanswered pings and the session counts as dead
WATCH = 5.0  # seconds between two looks of the watchdog
DEAF = 60.0  # seconds without a connection after which it is built anew


class TicketedClient(SocketModeClient):
    """Asks for a fresh ticket whenever a connection could not be made with the one it had."""

    async def connect(self) -> None:
        while not self.closed:
            try:
                async with asyncio.timeout(HANDSHAKE):
                    await super().connect()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
            except TimeoutError:
                log.warning("no Socket Mode handshake within %s s; asking for a fresh ticket", HANDSHAKE)
                self.wss_uri = None
            else:
                return


class Sockets:
    """All connections of this process, each watched."""

    def __init__(self, app: AsyncApp, app_token: str, connections: int) -> None:
        self._app, self._token = app, app_token
        self._clients = [self._client() for _ in range(connections)]
        self._watchdog: asyncio.Task[None] | None = None

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

    async def connect(self) -> None:
        """Returns when every connection stands."""
        await asyncio.gather(*(client.connect() for client in self._clients))
        self._watchdog = asyncio.create_task(self._watch())

    async def connected(self) -> bool:
        return any([await client.is_connected() for client in self._clients])

    async def _watch(self) -> None:
        deaf_since: dict[int, float] = {}
        while True:
            await asyncio.sleep(WATCH)
            for place, client in enumerate(self._clients):
                if await client.is_connected():
                    deaf_since.pop(place, None)
                elif time.monotonic() - deaf_since.setdefault(place, time.monotonic()) > DEAF:
                    log.error("Socket Mode connection %s has been deaf for %s s; building it anew", place, DEAF)
                    deaf_since.pop(place)
                    self._clients[place] = self._client()
                    await asyncio.gather(client.close(), self._clients[place].connect())  # type: ignore[no-untyped-call]  # as above

    async def close(self) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
        closing = [client.close() for client in self._clients]  # type: ignore[no-untyped-call]  # as above
        await asyncio.gather(*closing, return_exceptions=True)
