"""Slack's requests over HTTP: events, commands and interactivity at one address.

What comes in is looked at before anything else reads it: large, undecodable, unsigned, stale or wrongly signed requests end
here, with 413, 400 or 401. (Slack's own SDK answers some of them with 500.) A request is then handed on with its
signature, by which one that is replayed is known. It is answered when what it says is committed; what cannot be kept is
answered with 503, and Slack comes again.
"""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qs

from aiohttp import web

from warroom.core.declaring import dataclass
from warroom.errors import WarroomError
from warroom.web.safety import Problem

log = logging.getLogger(__name__)

PATH = "/slack/events"
LARGEST = 2 * 1024 * 1024  # bytes: a press carries its message, and a form what was typed, encoded threefold
BODY_WITHIN = 2.5  # seconds; Slack waits three for the answer
_TIMESTAMP, _SIGNATURE = re.compile(r"[0-9]{1,12}"), re.compile(r"v0=[0-9a-f]{64}")
_KINDS = ("application/json", "application/x-www-form-urlencoded")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What Slack sends. Of two requests with one signature one is a replay."""

    body: Mapping[str, object]
    signature: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    status: int
    body: str = ""
    kind: str = "text/plain"


class Malformed(WarroomError):
    """It is signed, and still nothing that Slack sends."""


TakeSlack = Callable[[Asked], Awaitable[Answer]]
IsSigned = Callable[
    [str, str, str], bool
]  # body, timestamp (digits) and signature (v0=…): whether they belong together


class SlackDoor:
    def __init__(self, signed: IsSigned, take: TakeSlack) -> None:
        self._signed, self._take = signed, take

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PATH, self.serve)]

    async def serve(self, request: web.Request) -> web.Response:
        raw = _text(await _body(request))
        kind = request.content_type if request.content_type in _KINDS else ""
        if _is_ssl_check(kind, raw):  # Slack looks at the certificate; it is not signed, and nothing is done about it
            return web.Response()
        signature = self._verified(request, raw)
        answer = await self._answered(Asked(body=_read(kind, raw), signature=signature))
        body = answer.body.encode("utf-8", "replace")
        return web.Response(status=answer.status, body=body, content_type=answer.kind, charset="utf-8")

    def _verified(self, request: web.Request, raw: str) -> str:
        timestamp = _only(request, "X-Slack-Request-Timestamp", _TIMESTAMP)
        signature = _only(request, "X-Slack-Signature", _SIGNATURE)
        if not self._signed(raw, timestamp, signature):
            raise Problem(401, "This is not signed by Slack, or too long ago.")
        return signature

    async def _answered(self, asked: Asked) -> Answer:
        try:
            return await self._take(asked)
        except Malformed as error:
            raise Problem(400, str(error)) from error
        except Exception as error:
            log.exception("a request of Slack's could not be kept")
            raise Problem(503, "It could not be kept just now; send it again.", Retry_After="1") from error


async def _body(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_WITHIN):
            return await request.clone(client_max_size=LARGEST).read()
    except TimeoutError as error:
        raise Problem(408, f"The body did not arrive within {BODY_WITHIN} s.", Connection="close") from error
    except web.HTTPRequestEntityTooLarge as error:
        raise Problem(413, f"The body is larger than {LARGEST // 1024} KiB.", Connection="close") from error
    except (web.RequestPayloadError, ConnectionError) as error:  # cut off, badly chunked, badly packed
        raise Problem(400, "The body did not arrive whole.", Connection="close") from error


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Problem(400, "The body is not UTF-8.") from error


def _only(request: web.Request, name: str, shape: re.Pattern[str]) -> str:
    given = request.headers.getall(name, [])
    if len(given) != 1 or not shape.fullmatch(given[0]):
        raise Problem(401, f"{name} is missing, or is not what Slack sends.")
    return given[0]


def _is_ssl_check(kind: str, raw: str) -> bool:
    return kind != "application/json" and "ssl_check=1" in raw.split("&")


def _read(kind: str, raw: str) -> Mapping[str, object]:
    """The body as Slack means it: JSON, a form, or JSON in the field `payload` of a form."""
    text = raw
    if kind == "application/x-www-form-urlencoded":
        form = {name: values[0] for name, values in parse_qs(raw, keep_blank_values=True).items()}
        if "payload" not in form:
            return form
        text = form["payload"]
    try:
        read: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "The body cannot be read.") from error
    if not isinstance(read, dict):
        raise Problem(400, "The body is not what Slack sends.")
    return read
