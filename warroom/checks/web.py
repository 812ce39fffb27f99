"""What `http` and `promql` share: one request through a door, and sentences for all that may go wrong with it."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
from yarl import URL

from warroom.checks.finding import Finding, patience, too_late, unreachable
from warroom.core.probes.probe import ProbeBase
from warroom.outside import client
from warroom.outside.client import Seen
from warroom.outside.guard import Guard

Ask = Callable[[aiohttp.ClientSession, URL, Seen], Awaitable[Finding]]


async def asked(probe: ProbeBase, address: str, guard: Guard, ask: Ask) -> Finding:
    """What `ask` finds when it asks this address. All that may go wrong out there becomes a sentence."""
    url = client.address(address)
    if url is None or url.host is None or url.port is None:
        what = f"{probe.word} check"
        article = "an" if probe.word == "http" else "a"
        return Finding(False, f"{address!r} is not an http or https address, so {article} {what} cannot look at it.")
    door, seen, shown = guard.door(url.host, url.port), Seen(), client.shown(url)
    try:
        async with asyncio.timeout(patience(probe).total_seconds()):
            async with await client.session(url, door, seen) as session:
                return await ask(session, url, seen)
    except TimeoutError:
        return too_late(shown, probe)
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError) as error:
        return Finding(False, f"{shown} could not be trusted: {client.tls_reason(error)}.")
    except aiohttp.ClientConnectorError as error:
        return unreachable(shown, error, door)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        # ValueError: aiohttp reports some unusable hosts and headers this way.
        return Finding(False, f"{shown} did not answer as HTTP does ({type(error).__name__}).")
