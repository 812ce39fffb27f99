"""The aiohttp application: webhooks in, health out.

A webhook is answered with 200 only when what it says has been committed; when that fails, with 503, because senders
come again after a 5xx and after nothing else. (Alertmanager does not retry a 429 and does not read Retry-After; it
comes again with the group's next notification. Source: `notify/webhook` and `notify/util.go` of prometheus/alertmanager,
and its pull request 2145. The limit is therefore generous.)
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Generic, NoReturn, TypeVar

from aiohttp import web
from pydantic import SecretStr

from warroom.core.declaring import dataclass
from warroom.errors import WarroomError
from warroom.web import safety
from warroom.web.health import HealthCheck
from warroom.web.health import routes as health_routes
from warroom.web.pace import Bucket
from warroom.web.safety import Problem
from warroom.web.tokens import Tokens, per_source

log = logging.getLogger(__name__)

LARGEST = 512 * 1024  # bytes of a body; the longest delivery seen is 46 KB
BODY_WITHIN = 10.0  # seconds a sender has to send it
TAKEN_WITHIN = 20.0  # seconds to commit it; longer than a database lock is waited for
RATE, BURST = 200.0, 2_000  # deliveries of one source: a second, and at once

G = TypeVar("G")  # what a source reads a payload into; the web side does not look into it
ReadAlerts = Callable[[object], G]  # raises a WarroomError, in a sentence for the sender, when it is not theirs


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What came of a delivery: the room it went to, empty for none, and how many things in it were news."""

    room: str = ""
    new: int = 0


TakeAlerts = Callable[[G, tuple[str, ...]], Awaitable[Taken]]


def build(
    *,
    health: HealthCheck,
    sources: Mapping[str, ReadAlerts[G]],
    keys: Callable[[G], tuple[str, ...]],
    take_alerts: TakeAlerts[G],
    tokens: Mapping[str, Collection[SecretStr]],
    clock: Callable[[], float] = time.monotonic,
    rate: float = RATE,
    burst: int = BURST,
) -> web.Application:
    """`take_alerts` gets what a source has read and the keys of the delivery, and returns once it is committed.

    Raises SettingsError for a token that is too short. Serve it with `runner`, which keeps tokens out of the log.
    """
    hooks = Hooks(
        sources=sources,
        keys=keys,
        take_alerts=take_alerts,
        tokens=per_source(tokens, sources),
        buckets={source: Bucket(rate=rate, burst=burst, clock=clock) for source in sources},
    )
    app = web.Application(middlewares=[safety.errors_as_json], client_max_size=LARGEST)
    app.on_response_prepare.append(safety.add_headers)
    app.add_routes([*health_routes(health), web.post("/hooks/{source}", hooks.take)])
    return app


def runner(app: web.Application) -> web.AppRunner:
    """The runner to serve it with."""
    return web.AppRunner(app, access_log_class=safety.AccessLog, access_log=log, shutdown_timeout=TAKEN_WITHIN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hooks(Generic[G]):
    sources: Mapping[str, ReadAlerts[G]]
    keys: Callable[[G], tuple[str, ...]]
    take_alerts: TakeAlerts[G]
    tokens: Mapping[str, Tokens]
    buckets: Mapping[str, Bucket]

    async def take(self, request: web.Request) -> web.Response:
        source = request.match_info["source"]
        self._admit(source, request)
        read = self._read(source, await _body(request))
        taken = await self._commit(source, read)
        return web.json_response({"ok": True, "room": taken.room or None, "new": taken.new})

    def _admit(self, source: str, request: web.Request) -> None:
        if source not in self.sources:
            raise Problem(404, f"There is no source {source[:60]!r}. There is {', '.join(self.sources)}.")
        if not self.tokens[source].admit(request):
            raise Problem(
                401,
                "Show this source's token, as `Authorization: Bearer …` or as `?token=…`.",
                WWW_Authenticate="Bearer",
            )
        if seconds := self.buckets[source].take():
            raise Problem(429, f"That is too many at once; try again in {seconds} s.", Retry_After=str(seconds))

    def _read(self, source: str, body: bytes) -> G:
        try:
            return self.sources[source](_decoded(body))
        except WarroomError as error:
            raise Problem(400, str(error)) from error

    async def _commit(self, source: str, read: G) -> Taken:
        try:
            async with asyncio.timeout(TAKEN_WITHIN):
                return await self.take_alerts(read, self.keys(read))
        except Exception as error:
            log.exception("a delivery of %s could not be kept", source)
            raise Problem(503, "It could not be kept just now; send it again.", Retry_After="5") from error


async def _body(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_WITHIN):
            return await request.read()
    except TimeoutError as error:
        raise Problem(408, f"The body did not arrive within {BODY_WITHIN:.0f} s.", Connection="close") from error
    except web.HTTPRequestEntityTooLarge as error:
        raise Problem(413, f"The body is larger than {LARGEST // 1024} KiB.", Connection="close") from error
    except (web.RequestPayloadError, ConnectionError) as error:  # cut off, badly chunked, badly packed
        raise Problem(400, "The body did not arrive whole.", Connection="close") from error


def _decoded(body: bytes) -> object:
    if not body.strip():
        raise Problem(400, "The body is empty; send JSON.")
    try:
        decoded: object = json.loads(body, parse_constant=_no_number)
    except RecursionError as error:
        raise Problem(400, "The body is nested too deeply.") from error
    except ValueError as error:  # not JSON, not UTF-8, or a number of thousands of digits
        raise Problem(400, "The body is not JSON.") from error
    return decoded


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
