"""One HTTP request of a driver, to an address of the operator's list; and how a person would make it."""

import asyncio
import re
import shlex
from collections.abc import Iterable, Mapping

import aiohttp

from warroom.core.declaring import dataclass
from warroom.faults.driver import FaultFailed
from warroom.outside import client
from warroom.outside.client import Seen
from warroom.outside.guard import Door, Guard, join

PATIENCE = 5.0  # seconds
_MOST = 16 * 1024  # bytes of an answer that are read
_SECRET = re.compile(r"\{secret:([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str

    @property
    def fine(self) -> bool:
        return self.status < 300


async def ask(method: str, address: str, *, headers: Mapping[str, str] | None = None, body: str = "") -> Answer:
    """What is answered. Raises FaultFailed when nothing is; it may then have been carried out all the same."""
    url = client.address(address)
    if url is None or url.host is None or url.port is None:
        raise FaultFailed(f"{address!r} is not an http or https address.")
    shown, door = f"{method} {client.shown(url)}", _door(url.host, url.port)
    try:
        async with (
            asyncio.timeout(PATIENCE),
            await client.session(url, door, Seen()) as session,
            session.request(
                method,
                url,
                headers={**client.AGENT, **(headers or {})},
                data=body.encode() or None,
                allow_redirects=False,
            ) as answer,
        ):
            said, _ = await client.read_some(answer, _MOST)
            return Answer(answer.status, said)
    except TimeoutError as error:
        raise FaultFailed(f"{shown} had no answer within {PATIENCE:.0f} s.") from error
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError) as error:
        raise FaultFailed(f"{shown} could not be trusted: {client.tls_reason(error)}.") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        why = client.why(error) if isinstance(error, OSError) else type(error).__name__
        raise FaultFailed(f"{shown} could not be carried out: {why}.") from error


async def reach(address: str) -> str:
    """`host:port`, when it accepts a connection; nothing is sent. Raises FaultFailed."""
    url = client.address(address)
    if url is None or url.host is None or url.port is None:
        raise FaultFailed(f"{address!r} is not an http or https address.")
    there = join(url.host, url.port)
    try:
        async with asyncio.timeout(PATIENCE):
            _, writer = await asyncio.open_connection(url.host, url.port)
    except (TimeoutError, OSError) as error:
        why = "no answer" if isinstance(error, TimeoutError) else client.why(error)
        raise FaultFailed(f"{there} cannot be reached: {why}.") from error
    writer.close()
    return there


def with_secrets(
    headers: Mapping[str, str], names: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, str]:
    """The headers as they are sent. Raises FaultFailed for a secret that is not there."""

    def value(found: re.Match[str]) -> str:
        variable = names.get(found[1], "")
        if not environment.get(variable):
            raise FaultFailed(
                f"The secret {found[1]!r} is empty: the bot's environment has no {variable or 'such name'}."
            )
        return environment[variable]

    return {header: _SECRET.sub(value, text) for header, text in headers.items()}


def curl(
    method: str,
    address: str,
    *,
    headers: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    body: str = "",
) -> str:
    """The same request, to be typed. A secret is named by its variable, never written."""
    parts = ["curl", "--fail", "-X", method]
    for header, text in (headers or {}).items():
        parts += ["-H", _quoted(f"{header}: {text}", names or {})]
    if body:
        parts += ["--data", shlex.quote(body)]
    return " ".join([*parts, shlex.quote(address)])


def _quoted(text: str, names: Mapping[str, str]) -> str:
    """A word of a shell in which `{secret:NAME}` is the variable's value."""
    pieces: Iterable[str] = _SECRET.split(text)
    return "".join(
        f'"${names.get(each, each)}"' if at % 2 else each and shlex.quote(each) for at, each in enumerate(pieces)
    )


def _door(host: str, port: int) -> Door:
    """The operator wrote this address into the list, so it may be gone to, wherever it is."""
    return Guard(allow=frozenset({join(host, port)})).door(host, port)
