"""Calling a URL of the allow-list. Done when the answer's status is below 400.

The moment of truth is the connection: before there is one, nothing can have arrived. After it the request may have been
carried out, whatever becomes of the answer.
"""

import re
from collections.abc import Mapping

import aiohttp
from yarl import URL

from warroom.acts.outcome import CANCELLED, DONE, FAILED, REFUSED, TIMED_OUT, UNKNOWN, Kind, Outcome
from warroom.acts.stream import Stream
from warroom.acts.task import Task, first
from warroom.core import durations
from warroom.core.actions import CallUrl
from warroom.core.allowed import AllowedUrl
from warroom.outside import client
from warroom.outside.client import Seen
from warroom.outside.guard import Door

MOST = 64 * 1024  # bytes of the answer that are read
_SECRET = re.compile(r"\{secret:([^{}]*)\}")
_OURS = ("host", "content-length", "transfer-encoding", "connection")  # they say where a request goes and where it ends
_UNKNOWN = "Whether it was carried out is not known; look before anybody does it again."


async def call(action: CallUrl, line: AllowedUrl, task: Task) -> Outcome:
    """Send the request once, and say what is answered."""
    url = client.address(action.url)
    if url is None:
        return _refused(f"{action.url!r} is not an http or https address.")
    if not line.allows(action.method, str(url)):  # such as `/restart/../delete`
        return _refused(f"The address means {client.shown(url)}, which the allow-list does not allow.")
    headers, missing = _with_secrets(action.headers, line.secrets, task.environment)
    if missing:
        return _refused(missing)
    assert url.host is not None
    assert url.port is not None
    held = [task.environment[name] for name in line.secrets.values() if name in task.environment]
    stream = Stream(task.say, secrets=(*task.secrets, *held), every=task.pace.every)
    request = _Request(action, url, headers, task.guard.door(url.host, url.port))
    async with stream:
        kind, detail = await request.settled(task, stream)
    return Outcome(kind=kind, detail=detail, tail=stream.tail())


def _refused(sentence: str) -> Outcome:
    return Outcome(kind=REFUSED, detail=f"{sentence} Nothing was sent.")


class _Request:
    """One request, and what is known of its fate so far."""

    def __init__(self, action: CallUrl, url: URL, headers: Mapping[str, str], door: Door) -> None:
        self._action = action
        self._url = url
        self._headers = headers
        self._door = door
        self._seen = Seen()
        self._status = 0
        self._shown = f"{action.method} {client.shown(url)}"

    async def settled(self, task: Task, stream: Stream) -> tuple[Kind, str]:
        how, work = await first(self._send(stream), task)
        if self._status:  # then all that matters is known, even when the body was cut off
            return self._answered()
        if how == "over":
            return self._failed(work.exception())
        why = "was cancelled" if how == "cancelled" else f"had no answer within {durations.write(task.within)}"
        if self._seen.connected:
            return UNKNOWN, f"{self._shown} {why}, after it had been sent. {_UNKNOWN}"
        return (CANCELLED if how == "cancelled" else TIMED_OUT), f"{self._shown} {why}. Nothing was sent."

    async def _send(self, stream: Stream) -> None:
        session = await client.session(self._url, self._door, self._seen)
        async with (
            session,
            session.request(
                self._action.method,
                self._url,
                headers={**client.AGENT, **self._headers},
                data=self._action.body.encode() or None,
                allow_redirects=False,
            ) as response,
        ):
            self._status = response.status
            body, cut = await client.read_some(response, MOST)
            stream.feed(body.encode() + (b"\n(cut off here)\n" if cut else b""))

    def _answered(self) -> tuple[Kind, str]:
        moved = " A redirect is not followed." if 300 <= self._status < 400 else ""
        return (DONE if self._status < 400 else FAILED), f"{self._shown} answered {self._status}.{moved}"

    def _failed(self, error: BaseException | None) -> tuple[Kind, str]:
        if self._seen.connected:
            return UNKNOWN, f"{self._shown} was sent, but the answer was lost ({type(error).__name__}). {_UNKNOWN}"
        if self._door.refused:
            return REFUSED, self._door.sentence(self._shown, undone="called", who="acts")
        if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
            return FAILED, f"{self._shown} could not be trusted: {client.tls_reason(error)}. Nothing was sent."
        why = client.why(error) if isinstance(error, OSError) else type(error).__name__
        return FAILED, f"{self._shown} could not be reached: {why}. Nothing was sent."


def _with_secrets(
    headers: Mapping[str, str], names: Mapping[str, str], environment: Mapping[str, str]
) -> tuple[dict[str, str], str]:
    """The headers as they are sent; or a sentence about what is missing."""
    missing = list[str]()

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in names:
            missing.append(f"The allow-list names no secret {name!r} for this address; add it under `secrets`.")
        elif not environment.get(names[name]):
            missing.append(f"The secret {name!r} is empty: the bot's environment has no {names[name]}.")
        return environment.get(names.get(name, ""), "")

    filled = {header: _SECRET.sub(value, text) for header, text in headers.items()}
    wrong = [f"The header {header!r} would be more than one line." for header, text in filled.items() if _odd(text)]
    ours = [f"The header {header!r} is not a runbook's to set." for header in filled if header.lower() in _OURS]
    return filled, next(iter((*missing, *wrong, *ours)), "")


def _odd(text: str) -> bool:
    return any(sign in text for sign in "\r\n\0")
