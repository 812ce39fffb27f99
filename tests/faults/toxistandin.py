"""A Toxiproxy for the tests, real as far as it goes: it forwards connections, and obeys the part of the API that is used.

As Toxiproxy documents it: `GET /proxies/{proxy}`, `POST /proxies/{proxy}` with `enabled`, `POST /proxies/{proxy}/toxics`,
`DELETE /proxies/{proxy}/toxics/{toxic}`; 404 for what is not there, 409 for a toxic that is there already, errors as
JSON with `error` and `status`. Disabled, nothing listens. Of the toxics, `latency` (downstream) and `timeout` (with 0)
take effect; the others are only kept.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

KINDS = ("latency", "bandwidth", "slow_close", "timeout", "reset_peer", "slicer", "limit_data")


class ToxiproxyStandIn:
    """One proxy, `redis`, in front of a port of loopback. `requests` are those that came in, as method and path."""

    def __init__(self, upstream: int, port: int) -> None:
        self._upstream, self.port = upstream, port
        self.enabled = True
        self.toxics: dict[str, dict[str, Any]] = {}
        self.requests: list[str] = []
        self.api = ""
        self._listening: asyncio.Server | None = None
        self._open = set[asyncio.StreamWriter]()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ToxiproxyStandIn"]:
        app = web.Application(middlewares=[self._note])
        app.add_routes(
            [
                web.get("/proxies/{proxy}", self._show),
                web.post("/proxies/{proxy}", self._update),
                web.post("/proxies/{proxy}/toxics", self._add),
                web.delete("/proxies/{proxy}/toxics/{toxic}", self._remove),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.api = f"http://127.0.0.1:{runner.addresses[0][1]}"
        await self._listen()
        try:
            yield self
        finally:
            await self._hang_up()
            await runner.cleanup()

    @web.middleware
    async def _note(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path}")
        if request.match_info.get("proxy", "redis") != "redis":
            return _error(404, "proxy not found")
        answer: web.StreamResponse = await handler(request)
        return answer

    def _proxy(self) -> dict[str, Any]:
        return {
            "name": "redis",
            "listen": f"127.0.0.1:{self.port}",
            "upstream": f"127.0.0.1:{self._upstream}",
            "enabled": self.enabled,
            "toxics": list(self.toxics.values()),
        }

    async def _show(self, request: web.Request) -> web.Response:
        return web.json_response(self._proxy())

    async def _update(self, request: web.Request) -> web.Response:
        enabled = (await request.json()).get("enabled", self.enabled)
        if enabled and not self.enabled:
            await self._listen()
        elif not enabled:
            await self._hang_up()
        self.enabled = enabled
        return web.json_response(self._proxy())

    async def _add(self, request: web.Request) -> web.Response:
        toxic = await request.json()
        if toxic["type"] not in KINDS:
            return _error(400, "invalid toxic type")
        if toxic["name"] in self.toxics:
            return _error(409, "toxic already exists")
        self.toxics[toxic["name"]] = toxic
        return web.json_response(toxic)

    async def _remove(self, request: web.Request) -> web.Response:
        if self.toxics.pop(request.match_info["toxic"], None) is None:
            return _error(404, "toxic not found")
        return web.Response(status=204)

    async def _listen(self) -> None:
        self._listening = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _hang_up(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        for each in list(self._open):
            each.transport.abort()

    async def _serve(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self._open.add(back)
        try:
            server, forth = await asyncio.open_connection("127.0.0.1", self._upstream)
            forth.write(await client.read(4096))
            answer = await server.read(4096)
            forth.close()
            for toxic in list(self.toxics.values()):
                if toxic["type"] == "latency":
                    await asyncio.sleep(toxic["attributes"]["latency"] / 1000)
                if toxic["type"] == "timeout":
                    await asyncio.Event().wait()
            back.write(answer)
            await back.drain()
        except OSError:
            pass
        finally:
            self._open.discard(back)
            back.close()


def _error(status: int, why: str) -> web.Response:
    return web.json_response({"error": why, "status": status}, status=status)
