"""As much of Slack as a load needs: Socket Mode over a real WebSocket, and a Web API that says yes.

The local workspace checks all that it is told, which costs more than what is measured here. This one checks nothing, is
the same for the floors and for the bot, and lies in the process that makes the load.
"""

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

Doc = dict[str, Any]
Envelope = tuple[str, Doc]  # its type, and its payload
Make = Callable[[int], Envelope]


class PretendSlack:
    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self._numbers = itertools.count(1)
        self._link: web.WebSocketResponse | None = None
        self._linked = asyncio.Event()
        self._waiting: dict[str, asyncio.Future[None]] = {}

    @asynccontextmanager
    async def open(self) -> AsyncIterator["PretendSlack"]:
        app = web.Application(client_max_size=2**24)
        app.add_routes([web.route("*", "/api/{method}", self._call), web.get("/link", self._connect)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def linked(self) -> None:
        """Returns when somebody is connected."""
        await self._linked.wait()

    async def ask(self, envelope: Envelope) -> float:
        """Send it, and return how many seconds it took to be acknowledged."""
        assert self._link is not None
        name = f"E{next(self._numbers)}"
        answered = self._waiting[name] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        frame = {"envelope_id": name, "type": envelope[0], "payload": envelope[1], "accepts_response_payload": True}
        await self._link.send_str(json.dumps(frame))
        await answered
        return time.perf_counter() - began

    async def _connect(self, request: web.Request) -> web.WebSocketResponse:
        link = web.WebSocketResponse()
        await link.prepare(request)
        await link.send_str(json.dumps({"type": "hello", "num_connections": 1}))
        self._link = link
        self._linked.set()
        async for frame in link:
            if frame.type is WSMsgType.TEXT and frame.data.startswith("{"):
                waiting = self._waiting.pop(json.loads(frame.data).get("envelope_id", ""), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(None)
        if self._link is link:
            self._linked.clear()
        return link

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.calls[method] += 1
        number = next(self._numbers)
        answer: Doc = {"ok": True, "ts": f"1700000000.{number:06d}", "channel": "C1"}
        match method:
            case "auth.test":
                answer |= {"team_id": "T1", "team": "Pretend", "user_id": "UBOT", "bot_id": "BBOT", "url": self.url}
            case "apps.connections.open":
                answer |= {"url": f"{self.url.replace('http', 'ws', 1)}/link?ticket={number}"}
            case "conversations.create":
                answer |= {"channel": {"id": f"CN{number}", "name": f"made-{number}"}}
            case "users.info":
                person = {"id": "U1", "name": "somebody", "profile": {"display_name": "Somebody"}, "tz": "UTC"}
                answer |= {"user": person}
        return web.json_response(answer)


# --- what arrives


def message(number: int, channel: str, person: str) -> Envelope:
    """Somebody says something in a channel."""
    event = {
        "type": "message",
        "channel": channel,
        "channel_type": "channel",
        "user": person,
        "text": f"Number {number}: the queue is still growing.",
        "ts": f"1700000000.{number:06d}",
        "event_ts": f"1700000000.{number:06d}",
    }
    body = {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{time.time_ns()}{number}", "event": event}
    return "events_api", body | {"authorizations": [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}]}


def press(number: int, room: int, person: str) -> Envelope:
    """Somebody takes command of an incident by the button on its card."""
    at = f"{time.time_ns() // 10**9}.{number:06d}"
    action = {
        "type": "button",
        "action_id": "warroom:command",
        "block_id": "b",
        "value": json.dumps({"r": room}),
        "action_ts": at,
    }
    return "interactive", {
        "type": "block_actions",
        "trigger_id": f"{number}.{time.time_ns()}",
        "team": {"id": "T1"},
        "user": {"id": person, "team_id": "T1"},
        "channel": {"id": f"C{room}"},
        "container": {"type": "message", "channel_id": f"C{room}", "message_ts": "1700000000.000001"},
        "message": {"ts": "1700000000.000001", "text": "A card", "blocks": []},
        "actions": [action],
        "api_app_id": "A1",
        "token": "t",
        "response_url": "",
    }


# --- ways to ask


async def closed(slack: PretendSlack, make: Make, *, at_once: int, seconds: float) -> list[float]:
    """So many people who each ask again as soon as they are answered. The seconds that every answer took."""
    numbers, took = itertools.count(), list[float]()
    until = time.perf_counter() + seconds

    async def person() -> None:
        while time.perf_counter() < until:
            took.append(await slack.ask(make(next(numbers))))

    await asyncio.gather(*(person() for _ in range(at_once)))
    return took


async def steady(slack: PretendSlack, make: Make, *, rate: float, seconds: float) -> list[float]:
    """So many a second, whether or not those before were answered."""
    began, asked = time.perf_counter(), list[asyncio.Task[float]]()
    for number in range(int(rate * seconds)):
        wait = began + number / rate - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        asked.append(asyncio.create_task(slack.ask(make(number))))
    return list(await asyncio.gather(*asked))
