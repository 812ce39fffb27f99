"""The toxiproxy driver, a stand-in for Toxiproxy that forwards, and a real server behind it, seen by checks."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from tests.faults.bench import Thing, a_port, entry, in_, type_in
from tests.faults.toxistandin import ToxiproxyStandIn
from warroom.checks import Finding, Guard, look
from warroom.core.breakable import Toxiproxy as Entry
from warroom.core.probes import Http
from warroom.faults import FaultFailed, Order, Surroundings
from warroom.faults.toxiproxy import Toxiproxy

driver = Toxiproxy(Surroundings())


@pytest_asyncio.fixture
async def proxy(thing: Thing) -> AsyncIterator[ToxiproxyStandIn]:
    async with ToxiproxyStandIn(thing.port, a_port()).running() as running:
        yield running


def order(proxy: ToxiproxyStandIn, mode: str, fault: str = "test-1-F1", name: str = "redis") -> Order:
    return Order(fault=fault, entry=entry(Entry(api=proxy.api, proxy=name)), mode=mode, deadline=in_(60))


async def see(proxy: ToxiproxyStandIn) -> Finding:
    address = f"127.0.0.1:{proxy.port}"
    probe = Http(target=f"http://{address}/", within=timedelta(milliseconds=400))
    return await look(probe, resolve=lambda target: target, guard=Guard(allow=[address]))


@pytest.mark.parametrize(
    ("mode", "found"), [("down", "refused"), ("latency", "did not answer"), ("timeout", "did not answer")]
)
async def test_seen_to_go_and_come_back(mode: str, found: str, proxy: ToxiproxyStandIn) -> None:
    """A check through the proxy holds, fails as the mode says, and holds again."""
    assert (await see(proxy)).holds
    await driver.inject(order(proxy, mode))
    broken = await see(proxy)
    assert not broken.holds
    assert found in broken.detail
    await driver.undo(order(proxy, mode))
    assert (await see(proxy)).holds


@pytest.mark.parametrize("mode", Entry.modes)
async def test_twice_is_once(mode: str, proxy: ToxiproxyStandIn) -> None:
    """In every mode, breaking and undoing twice is doing it once, and undoing what was never broken does no harm."""
    await driver.undo(order(proxy, mode))
    for _ in range(2):
        await driver.inject(order(proxy, mode))
    assert (proxy.enabled, len(proxy.toxics)) == ((False, 0) if mode == "down" else (True, 1))
    for _ in range(2):
        await driver.undo(order(proxy, mode))
    assert (proxy.enabled, proxy.toxics) == (True, {})


async def test_exactly_ours(proxy: ToxiproxyStandIn) -> None:
    """Undoing one fault leaves another's toxic, and everybody else's, where they are."""
    proxy.toxics["theirs"] = {"name": "theirs", "type": "slicer", "stream": "upstream", "attributes": {}}
    await driver.inject(order(proxy, "bandwidth"))
    await driver.inject(order(proxy, "limit_data", "test-1-F2"))
    assert "other toxics: theirs" in await driver.ready(order(proxy, "down"))
    await driver.undo(order(proxy, "bandwidth"))
    assert list(proxy.toxics) == ["theirs", "warroom-test-1-F2"]


async def test_the_numbers_arrive(proxy: ToxiproxyStandIn) -> None:
    """What the entry says of a mode is what the toxic has."""
    how = Entry(api=f"{proxy.api}/", proxy="redis", stream="upstream", latency_ms=70, jitter_ms=7)
    await driver.inject(Order(fault="f", entry=entry(how), mode="latency", deadline=in_(9)))
    toxic = proxy.toxics["warroom-f"]
    assert (toxic["type"], toxic["stream"], toxic["attributes"]) == (
        "latency",
        "upstream",
        {"latency": 70, "jitter": 7},
    )


async def test_preflight_touches_nothing(proxy: ToxiproxyStandIn) -> None:
    """Being ready is found out by looking alone."""
    assert await driver.ready(order(proxy, "down")) == "the proxy redis is up"
    assert proxy.requests == ["GET /proxies/redis"]


async def test_what_is_in_the_way(proxy: ToxiproxyStandIn) -> None:
    """A proxy that is not there or down already, a Toxiproxy that is gone, and another program are told apart."""
    with pytest.raises(FaultFailed, match="knows no proxy mysql"):
        await driver.ready(order(proxy, "down", name="mysql"))
    with pytest.raises(FaultFailed, match="knows no proxy mysql"):
        await driver.undo(order(proxy, "down", name="mysql"))
    await driver.inject(order(proxy, "down"))
    with pytest.raises(FaultFailed, match="is taken down already"):
        await driver.ready(order(proxy, "latency"))
    gone = Order(fault="f", entry=entry(Entry(api=f"http://127.0.0.1:{a_port()}", proxy="redis")), mode="down",
                 deadline=in_(9))  # fmt: skip
    with pytest.raises(
        FaultFailed, match=r"GET http://127.0.0.1:\d+/proxies/redis could not be carried out: the connection"
    ):
        await driver.ready(gone)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("mode", ["down", "latency"])
async def test_by_hand(mode: str, proxy: ToxiproxyStandIn) -> None:
    """What a person is told to type makes it whole."""
    await driver.inject(order(proxy, mode))
    await type_in(driver.by_hand(order(proxy, mode)))
    assert (proxy.enabled, proxy.toxics) == (True, {})
