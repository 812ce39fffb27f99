"""One HTTP request to one place: no cookies, no proxy of the environment, no redirect, nothing unpacked, little read."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from yarl import URL

from warroom.outside.guard import Door

AGENT = {"User-Agent": "warroom", "Accept": "*/*", "Accept-Encoding": "identity"}


@dataclass(slots=True)
class Seen:
    """What was seen of a connection: whether there was one, and the certificate of the other side."""

    connected: bool = False
    certificate: Mapping[str, Any] = field(default_factory=dict)

    def expires(self) -> datetime | None:
        """When the certificate ends; None when none was shown."""
        ends = self.certificate.get("notAfter")
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None


async def session(url: URL, door: Door, seen: Seen) -> aiohttp.ClientSession:
    """A session for one request through this door. The connection is its own: an open one would prove nothing."""
    # Reading the authorities of the system takes a while, so it is done beside the loop, and only where TLS is spoken.
    trust = await asyncio.to_thread(_trust, seen) if url.scheme == "https" else True
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(socket_factory=door.socket, force_close=True, ssl=trust),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,  # a small body may unpack to a huge one
        timeout=aiohttp.ClientTimeout(total=None),
        trace_configs=[_watching(seen)],
    )


async def read_some(response: aiohttp.ClientResponse, most: int) -> tuple[str, bool]:
    """At most so many bytes of the body as text, and whether there is more."""
    read = bytearray()
    async for chunk in response.content.iter_any():
        read += chunk
        if len(read) > most:
            break
    try:
        text = read[:most].decode(response.charset or "utf-8", errors="replace")
    except (LookupError, RuntimeError):  # a charset that nobody knows
        text = read[:most].decode("utf-8", errors="replace")
    return text, len(read) > most


def address(text: str) -> URL | None:
    """This http or https address; None when it is none."""
    try:
        url = URL(text)
        usable = url.scheme in ("http", "https") and url.host and url.port
    except ValueError:
        return None
    return url if usable else None


def shown(url: URL) -> str:
    """Without what may be secret: a user, a password, a query."""
    return str(url.with_user(None).with_query(None).with_fragment(None))


def tls_reason(error: aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError) -> str:
    """Why the other side could not be trusted, in words."""
    inner = error.certificate_error if isinstance(error, aiohttp.ClientConnectorCertificateError) else error.os_error
    if isinstance(inner, ssl.SSLCertVerificationError):
        return f"its certificate does not pass ({inner.verify_message})"
    reason = inner.reason if isinstance(inner, ssl.SSLError) else ""
    return f"TLS failed ({reason or type(inner).__name__})"


def why(error: OSError) -> str:
    """Why nothing could be connected to: the operating system's own words, of the innermost cause that has some."""
    inner = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(inner, socket.gaierror):
        return "its name is not known (DNS)"
    if isinstance(inner, ConnectionRefusedError):
        return "the connection was refused"
    return (inner.strerror or type(inner).__name__).lower()


def _trust(seen: Seen) -> ssl.SSLContext:
    """The system's authorities; the certificate that passes them is remembered."""

    class Remembering(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            seen.certificate = self.getpeercert() or {}

    context = ssl.create_default_context()
    context.sslobject_class = Remembering
    return context


def _watching(seen: Seen) -> aiohttp.TraceConfig:
    """Notes the moment from which on a request may have arrived."""

    async def connected(*_: object) -> None:
        seen.connected = True

    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(connected)
    return trace
