"""`http`: one GET, without following redirects; holds when the status is the expected one and the body says so."""

import asyncio
import ssl

import aiohttp
from yarl import URL

from warroom.checks.finding import Finding, patience, too_late, took, unreachable
from warroom.checks.guard import Guard
from warroom.core.probes import Probe

MOST = 64 * 1024  # bytes of a body that are read
_HEADERS = {"User-Agent": "warroom-check", "Accept": "*/*", "Accept-Encoding": "identity"}


async def look(probe: Probe, address: str, guard: Guard) -> Finding:
    """GET this address. All that may go wrong out there becomes a sentence."""
    url = _url(address)
    if url is None or url.host is None or url.port is None:
        return Finding(False, f"{address!r} is not an http or https address, so an http check cannot look at it.")
    door = guard.door(url.host, url.port)
    # A connection of its own: one that was open already would prove nothing.
    connector = aiohttp.TCPConnector(socket_factory=door.socket, force_close=True)
    try:
        async with (
            asyncio.timeout(patience(probe).total_seconds()),
            # No cookies, no proxies from the environment, and nothing unpacked: a small body may unpack to a huge one.
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None),
            ) as session,
        ):
            return await _get(session, url, probe)
    except TimeoutError:
        return too_late(_shown(url), probe)
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError) as error:
        return Finding(False, f"{_shown(url)} could not be trusted: {_tls(error)}.")
    except aiohttp.ClientConnectorError as error:
        return unreachable(_shown(url), error, door)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        # ValueError: aiohttp reports some unusable hosts and headers this way.
        return Finding(False, f"{_shown(url)} did not answer as HTTP does ({type(error).__name__}).")


async def _get(session: aiohttp.ClientSession, url: URL, probe: Probe) -> Finding:
    began = asyncio.get_running_loop().time()
    async with session.get(url, headers=_HEADERS, allow_redirects=False) as response:
        said = f"{_shown(url)} answered {response.status} in {took(began)}"
        if response.status != probe.status:
            moved = " A redirect is not followed." if 300 <= response.status < 400 else ""
            return Finding(False, f"{said}; expected {probe.status}.{moved}")
        if not probe.contains:
            return Finding(True, f"{said}.")
        body, cut = await _body(response)
    if probe.contains in body:
        return Finding(True, f"{said} with {probe.contains!r} in it.")
    where = f"the first {MOST // 1024} KiB do not" if cut else "the body does not"
    return Finding(False, f"{said}, but {where} contain {probe.contains!r}.")


async def _body(response: aiohttp.ClientResponse) -> tuple[str, bool]:
    """At most `MOST` bytes of it as text, and whether there is more."""
    read = bytearray()
    async for chunk in response.content.iter_any():
        read += chunk
        if len(read) > MOST:
            break
    try:
        text = read[:MOST].decode(response.charset or "utf-8", errors="replace")
    except LookupError:  # a charset that nobody knows
        text = read[:MOST].decode("utf-8", errors="replace")
    return text, len(read) > MOST


def _url(address: str) -> URL | None:
    try:
        url = URL(address)
    except ValueError:
        return None
    return url if url.scheme in ("http", "https") else None


def _shown(url: URL) -> str:
    """Without what may be secret: a user, a password, a query."""
    return str(url.with_user(None).with_query(None).with_fragment(None))


def _tls(error: aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError) -> str:
    inner = error.certificate_error if isinstance(error, aiohttp.ClientConnectorCertificateError) else error.os_error
    if isinstance(inner, ssl.SSLCertVerificationError):
        return f"its certificate does not pass ({inner.verify_message})"
    reason = inner.reason if isinstance(inner, ssl.SSLError) else ""
    return f"TLS failed ({reason or type(inner).__name__})"
