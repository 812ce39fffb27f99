"""The stand-in: a system on this machine that plays what the demo's runbooks look after, and can be made to fail.

The shipped catalogue names its parts: `stand-in:/databases/west` answers HTTP, `stand-in-tcp:/cache/west` is a port of
its own. A part that is whole answers `200 ok databases/west`, or accepts a connection. What is broken is kept in a file
when there is one, and so outlives a restart of the whole demo.

    GET    /databases/west            as whole or broken as that part is
    PUT    /faults/databases/west     {"mode": "down"}: HTTP 503, or the port refuses
                                      {"mode": "errors"}: HTTP 500, or the port refuses
                                      {"mode": "slow"}: HTTP waits three seconds; a port knows no slowness
    DELETE /faults/databases/west     whole again, whether it was broken or not
    GET    /faults                    what is broken now
"""

import asyncio
import json
import socket
from collections.abc import Collection
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

MODES = ("down", "slow", "errors")
HTTP, TCP = "stand-in:/", "stand-in-tcp:/"
LOOPBACK = "127.0.0.1"
_SLOW = 3.0  # seconds


class StandIn:
    """Listens only on loopback. `port` 0 lets the system choose one; `state` is the file that remembers what is broken."""

    def __init__(self, port: int = 0, state: Path | None = None) -> None:
        self._asked_port = port
        self._state = state
        self._faults: dict[str, str] = json.loads(state.read_text("utf-8")) if state and state.exists() else {}
        self._ports: dict[str, Port] = {}
        self._addresses: set[str] = set()
        self._runner: web.AppRunner | None = None
        self.control = ""  # where faults are put, such as `http://127.0.0.1:8081`; empty while it does not run

    @property
    def addresses(self) -> Collection[str]:
        """Every `host:port` it listens on, for a guard's allow list. Grows as parts are asked for."""
        return self._addresses

    @property
    def faults(self) -> dict[str, str]:
        """What is broken: `service/endpoint` and how."""
        return dict(self._faults)

    async def start(self) -> None:
        """Begin to answer. Raises OSError when the port is taken."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/faults", self._list_faults),
                web.put("/faults/{part:.+}", self._put_fault),
                web.delete("/faults/{part:.+}", self._delete_fault),
                web.get("/{part:.+}", self._answer),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, LOOPBACK, self._asked_port).start()
        except OSError:
            await self.stop()
            raise
        address = f"{LOOPBACK}:{self._runner.addresses[0][1]}"
        self._addresses.add(address)
        self.control = f"http://{address}"

    async def stop(self) -> None:
        """Stop answering, for good or until it is started again. Safe twice."""
        for port in self._ports.values():
            port.close()
        self._ports.clear()
        self._addresses.clear()
        self.control = ""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    def resolve(self, target: str) -> str | None:
        """Where this part of the stand-in answers: a URL or `host:port`. None for what is not a part of it.

        A TCP part begins to listen when it is first asked for.
        """
        if not self.control:
            return None
        if part := _part(target, HTTP):
            return f"{self.control}/{quote(part)}"
        if part := _part(target, TCP):
            return self._port(part).address
        return None

    def _port(self, part: str) -> "Port":
        port = self._ports.get(part)
        if port is None:
            port = self._ports[part] = Port()
            self._addresses.add(port.address)
            port.set_listening(not _refuses(self._faults.get(part, "")))
        return port

    def _set(self, part: str, mode: str) -> None:
        if mode:
            self._faults[part] = mode
        else:
            self._faults.pop(part, None)
        if self._state is not None:
            fresh = self._state.with_suffix(".new")
            fresh.write_text(json.dumps(self._faults), "utf-8")
            fresh.replace(self._state)
        if part in self._ports:
            self._ports[part].set_listening(not _refuses(mode))

    async def _answer(self, request: web.Request) -> web.Response:
        part = request.match_info["part"]
        match self._faults.get(part):
            case "down":
                return web.Response(status=503, text=f"down {part}\n")
            case "errors":
                return web.Response(status=500, text=f"error {part}\n")
            case "slow":
                await asyncio.sleep(_SLOW)
        return web.Response(text=f"ok {part}\n")

    async def _list_faults(self, request: web.Request) -> web.Response:
        return web.json_response(self._faults)

    async def _put_fault(self, request: web.Request) -> web.Response:
        try:
            body = json.loads(await request.text())
        except ValueError:
            body = None
        mode = body.get("mode") if isinstance(body, dict) else None
        if mode not in MODES:
            return web.json_response({"error": f"send {{'mode': …}} with one of {', '.join(MODES)}"}, status=400)
        self._set(request.match_info["part"], mode)
        return await self._list_faults(request)

    async def _delete_fault(self, request: web.Request) -> web.Response:
        self._set(request.match_info["part"], "")
        return await self._list_faults(request)


class Port:
    """A TCP port that accepts and hangs up, or refuses. Either way the number stays ours."""

    def __init__(self) -> None:
        self._socket = _bound(0)
        self._listening = False
        self.number: int = self._socket.getsockname()[1]
        self.address = f"{LOOPBACK}:{self.number}"

    def set_listening(self, listening: bool) -> None:
        if listening == self._listening:
            return
        self._listening = listening
        if listening:
            self._socket.listen()
            asyncio.get_running_loop().add_reader(self._socket, self._accept)
        else:
            self.close()
            self._socket = _bound(self.number)  # bound but deaf: the kernel refuses, and nobody else gets the number

    def close(self) -> None:
        if self._socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _accept(self) -> None:
        try:
            connection, _ = self._socket.accept()
        except (BlockingIOError, ConnectionError):  # it went away before we looked
            return
        connection.close()


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setblocking(False)
    made.bind((LOOPBACK, port))
    return made


def _part(target: str, scheme: str) -> str:
    return target.removeprefix(scheme).strip("/") if target.startswith(scheme) else ""


def _refuses(mode: str) -> bool:
    return mode in ("down", "errors")
