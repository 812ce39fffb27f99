"""Real servers on loopback for checks and acts to talk to, and a short way to look."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from warroom.checks import Finding, Guard, look
from warroom.core.catalogue import Catalogue
from warroom.core.probes import KINDS, Probe

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def probe(how: str, target: str, **more: Any) -> Probe:
    return KINDS[how](target=target, **more)


async def see(how: str, target: str, *, allow: set[str] | None = None, **more: Any) -> Finding:
    return await look(probe(how, target, **more), resolve=Catalogue().endpoint, guard=Guard(allow=allow or set()))


@asynccontextmanager
async def serving(handler: Handler, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[str, set[str]]]:
    """A web server on loopback that answers everything with `handler`: its address, and the guard's list for it."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    server = TestServer(app, host="127.0.0.1", scheme="https" if tls else "http")
    await server.start_server(ssl=tls)
    try:
        yield f"{server.scheme}://127.0.0.1:{server.port}", {f"127.0.0.1:{server.port}", f"localhost:{server.port}"}
    finally:
        await server.close()


@asynccontextmanager
async def speaking(said: bytes) -> AsyncIterator[tuple[str, set[str]]]:
    """A TCP server on loopback that says these bytes to whoever connects, and hangs up."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if said:
            await reader.readline()
            writer.write(said)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    there = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield there, {there}


async def ok(request: web.Request) -> web.Response:
    return web.Response(text="all is well")
