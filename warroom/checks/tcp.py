"""`tcp`: holds when something accepts a connection on this port. Nothing is sent."""

import asyncio
import socket
from urllib.parse import urlsplit

from warroom.checks.finding import Finding, World, patience, seconds_since, too_late, took, unreachable
from warroom.core.probes import Tcp
from warroom.outside.guard import AddressInfo, Door, join


async def look(probe: Tcp, address: str, world: World) -> Finding:
    """Connect to this `host:port` and hang up. All that may go wrong out there becomes a sentence."""
    there = _host_and_port(address)
    if there is None:
        return Finding(False, f"{address!r} is not host:port, so a tcp check cannot look at it.")
    shown, door = join(*there), world.guard.door(*there)
    began = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(patience(probe).total_seconds()):
            await _connect(door)
    except TimeoutError:
        return too_late(shown, probe)
    except (OSError, UnicodeError) as error:  # UnicodeError: a name that cannot be written in DNS
        reached = error if isinstance(error, OSError) else socket.gaierror(socket.EAI_NONAME, str(error))
        return unreachable(shown, reached, door)
    return Finding(True, f"{shown} accepted a connection in {took(seconds_since(began))}.")


async def _connect(door: Door) -> None:
    """To the first of its addresses that accepts. Raises what the last one said."""
    loop = asyncio.get_running_loop()
    infos: list[AddressInfo] = list(await loop.getaddrinfo(door.host, door.port, type=socket.SOCK_STREAM))
    error: OSError = socket.gaierror(socket.EAI_NONAME, "no addresses")
    for info in infos:
        try:
            await _connect_to(info, door)
        except OSError as said:
            error = said
        else:
            return
    raise error


async def _connect_to(info: AddressInfo, door: Door) -> None:
    with door.socket(info) as connection:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, info[4])


def _host_and_port(address: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(address if "://" in address else f"tcp://{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    plain = parts.scheme == "tcp" and not parts.username and parts.path in ("", "/")
    return (host, port) if plain and host and port else None
