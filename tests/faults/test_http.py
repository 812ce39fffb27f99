"""The http driver and an injector that is a server of ours."""

import os
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from tests.faults.bench import a_port, entry, in_, type_in
from warroom.core.breakable import Request, Requests
from warroom.faults import FaultFailed, Order, Surroundings
from warroom.faults.http import Http

TOKEN = "a-token-of-the-injector"


class Injector:
    """`faults` are those that are on, with what was sent along. Only who shows the token gets in."""

    def __init__(self) -> None:
        self.faults: dict[str, Any] = {}
        self.sent = 0
        self.answers_with = 0

    async def _put(self, request: web.Request) -> web.Response:
        self._let_in(request)
        self.faults[request.match_info["fault"]] = await request.json()
        return web.Response(status=self.answers_with or 201)

    async def _delete(self, request: web.Request) -> web.Response:
        self._let_in(request)
        there = self.faults.pop(request.match_info["fault"], None)
        return web.Response(status=self.answers_with or (204 if there else 404))

    def _let_in(self, request: web.Request) -> None:
        self.sent += 1
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise web.HTTPUnauthorized

    def routes(self) -> list[web.RouteDef]:
        return [web.put("/faults/{fault}", self._put), web.delete("/faults/{fault}", self._delete)]


@pytest_asyncio.fixture
async def injector() -> AsyncIterator[Injector]:
    made, app = Injector(), web.Application()
    app.add_routes(made.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.address = f"http://127.0.0.1:{runner.addresses[0][1]}"  # type: ignore[attr-defined]
    yield made
    await runner.cleanup()


def order(injector: Injector, **given: Any) -> Order:
    address = f"{injector.address}/faults/{{fault}}"  # type: ignore[attr-defined]
    headers = {"Authorization": "Bearer {secret:injector}"}
    how = Requests(
        inject=Request(method="PUT", url=address, headers=headers, body='{"how": "{mode}", "for": {seconds}}'),
        undo=Request(method="DELETE", url=given.pop("undo", address), headers=headers),
        secrets={"injector": "INJECTOR_TOKEN"},
    )
    return Order(fault="test-1-F1", entry=entry(how), mode="slow", deadline=in_(60), **given)


driver = Http(Surroundings(environment={"INJECTOR_TOKEN": TOKEN}))


async def test_on_and_off(injector: Injector) -> None:
    """The request carries the mode, the fault and the seconds that are left; the other takes exactly that away."""
    injector.faults["theirs"] = {}
    assert await driver.inject(order(injector)) == f"PUT {injector.address}/faults/test-1-F1 answered 201"  # type: ignore[attr-defined]
    assert injector.faults["test-1-F1"]["how"] == "slow"
    assert 55 <= injector.faults["test-1-F1"]["for"] <= 60
    await driver.undo(order(injector))
    assert list(injector.faults) == ["theirs"]


async def test_undoing_what_is_not_there(injector: Injector) -> None:
    """A DELETE of what is not there is answered 404, which is what was wanted."""
    assert "answered 404" in await driver.undo(order(injector))


async def test_an_error_is_a_failure(injector: Injector) -> None:
    """Any other answer is a failure that names it, in both directions."""
    injector.answers_with = 500
    with pytest.raises(FaultFailed, match=r"PUT .* answered 500"):
        await driver.inject(order(injector))
    with pytest.raises(FaultFailed, match=r"DELETE .* answered 500"):
        await driver.undo(order(injector))


async def test_preflight(injector: Injector) -> None:
    """Both places must be there and every secret known; nothing is sent to find that out."""
    assert "can be reached" in await driver.ready(order(injector))
    with pytest.raises(FaultFailed, match="the bot's environment has no INJECTOR_TOKEN"):
        await Http(Surroundings()).ready(order(injector))
    with pytest.raises(FaultFailed, match="cannot be reached: the connection was refused"):
        await driver.ready(order(injector, undo=f"http://127.0.0.1:{a_port()}/faults/{{fault}}"))
    assert injector.sent == 0


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_by_hand(injector: Injector) -> None:
    """What a person is told to type makes it whole, and names the secret by its variable alone."""
    await driver.inject(order(injector))
    typed = driver.by_hand(order(injector))
    assert TOKEN not in typed
    await type_in(typed, {**os.environ, "INJECTOR_TOKEN": TOKEN})
    assert injector.faults == {}
