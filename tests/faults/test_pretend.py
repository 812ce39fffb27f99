"""The pretend driver and the stand-in system it breaks, joined by real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
import pytest_asyncio

from tests.faults.bench import in_
from warroom.checks import Finding, Guard, look
from warroom.core.breakable import Breakables
from warroom.core.probes import Http, Tcp
from warroom.demo.standin import StandIn
from warroom.faults import DRIVERS, FaultFailed, Order, Surroundings
from warroom.faults.pretend import Pretend


@pytest_asyncio.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    made = StandIn()
    await made.start()
    yield made
    await made.stop()


def order(target: str, mode: str = "down") -> Order:
    entry = Breakables().entry("pretend", target, mode)
    assert entry is not None
    return Order(fault="test-1-F1", entry=entry, mode=mode, deadline=in_(60))


async def see(stand_in: StandIn, how: str, part: str) -> Finding:
    scheme = "stand-in:/" if how == "http" else "stand-in-tcp:/"
    guard = Guard(allow=stand_in.addresses)
    probe = (Http if how == "http" else Tcp)(target=scheme + part)
    return await look(probe, resolve=stand_in.resolve, guard=guard)


async def ask(stand_in: StandIn, method: str, path: str, body: object = None) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, stand_in.control + path, json=body) as answer,
    ):
        return answer.status, await answer.text()


@pytest.mark.parametrize("how", ["http", "tcp"])
async def test_break_and_undo(how: str, stand_in: StandIn) -> None:
    """A part of the stand-in holds, fails while it is broken, and holds again when that is undone."""
    driver = Pretend(stand_in.control)
    assert (await see(stand_in, how, "databases/east")).holds
    assert await driver.inject(order("databases/east", "down")) == "databases/east of the stand-in system is down"
    broken = await see(stand_in, how, "databases/east")
    assert not broken.holds
    assert ("answered 503" if how == "http" else "refused") in broken.detail
    assert (await see(stand_in, how, "databases/west")).holds
    assert await driver.undo(order("databases/east", "down")) == "databases/east of the stand-in system is whole again"
    assert (await see(stand_in, how, "databases/east")).holds


async def test_twice_is_once(stand_in: StandIn) -> None:
    """Breaking twice is breaking once, and undoing twice, or what was never broken, does no harm."""
    driver = Pretend(stand_in.control)
    assert await driver.inject(order("cache/east", "down")) == await driver.inject(order("cache/east", "down"))
    assert stand_in.faults == {"cache/east": "down"}
    assert await driver.undo(order("cache/east", "down")) == await driver.undo(order("cache/east", "down"))
    await driver.undo(order("never/broken", "slow"))
    assert stand_in.faults == {}


async def test_only_in_words() -> None:
    """Without a stand-in nothing is touched, and the driver says so."""
    driver = DRIVERS["pretend"](Surroundings())
    assert (await driver.inject(order("web/east", "down"))).startswith("pretended: web/east is down")
    assert (await driver.undo(order("web/east", "down"))).startswith("pretended: web/east is no longer down")


async def test_ready_and_by_hand(stand_in: StandIn) -> None:
    """A stand-in that answers is ready; what a person is told to type names it."""
    driver = Pretend(stand_in.control)
    assert await driver.ready(order("cache/east")) == "the stand-in system answers"
    assert driver.by_hand(order("cache/east")) == f"curl -X DELETE {stand_in.control}/faults/cache/east"
    assert "only in words" in await Pretend().ready(order("cache/east"))
    assert "nothing is to be done" in Pretend().by_hand(order("cache/east"))


async def test_a_stand_in_that_is_gone(stand_in: StandIn) -> None:
    """A stand-in that does not answer is a failure in a sentence, to be tried again."""
    driver = Pretend(stand_in.control)
    await stand_in.stop()
    with pytest.raises(FaultFailed, match="cannot be reached about web/east"):
        await driver.inject(order("web/east", "down"))
    with pytest.raises(FaultFailed, match="cannot be reached"):
        await driver.undo(order("web/east", "down"))


async def test_a_mode_it_does_not_know(stand_in: StandIn) -> None:
    """A mode that the stand-in does not know breaks nothing."""
    with pytest.raises(FaultFailed, match="answered 400"):
        await Pretend(stand_in.control).inject(replace(order("web/east"), mode="on fire"))
    assert stand_in.faults == {}


async def test_answers(stand_in: StandIn) -> None:
    """Every part that is asked for exists; it says its name, and how it is."""
    assert await ask(stand_in, "GET", "/web/east") == (200, "ok web/east\n")
    await ask(stand_in, "PUT", "/faults/web/east", {"mode": "errors"})
    assert await ask(stand_in, "GET", "/web/east") == (500, "error web/east\n")
    await ask(stand_in, "PUT", "/faults/web/east", {"mode": "down"})
    assert await ask(stand_in, "GET", "/web/east") == (503, "down web/east\n")
    assert await ask(stand_in, "GET", "/faults") == (200, '{"web/east": "down"}')
    assert await ask(stand_in, "DELETE", "/faults/web/east") == (200, "{}")
    assert await ask(stand_in, "GET", "/web/east") == (200, "ok web/east\n")


async def test_slow(stand_in: StandIn) -> None:
    """A slow part does not answer a client that has no patience."""
    await Pretend(stand_in.control).inject(order("web/east", "slow"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await ask(stand_in, "GET", "/web/east")


@pytest.mark.parametrize("body", [None, [], {}, {"mode": 1}, {"mode": ["down"]}, "down"])
async def test_bad_faults(stand_in: StandIn, body: object) -> None:
    """What names no mode is answered with the modes there are."""
    status, said = await ask(stand_in, "PUT", "/faults/web/east", body)
    assert status == 400
    assert "down, slow, errors" in said


async def test_addresses(stand_in: StandIn) -> None:
    """The stand-in knows its own addresses only, all on loopback, and a part keeps its own."""
    assert stand_in.resolve("https://example.org/") is None
    assert stand_in.resolve("databases/west") is None
    assert stand_in.resolve("stand-in:/") is None
    assert stand_in.resolve("stand-in:/databases/west") == f"{stand_in.control}/databases/west"
    port = stand_in.resolve("stand-in-tcp:/cache/west")
    assert port == stand_in.resolve("stand-in-tcp:/cache/west")
    assert port in stand_in.addresses
    assert all(address.startswith("127.0.0.1:") for address in stand_in.addresses)


async def test_broken_before_it_is_asked_for(stand_in: StandIn) -> None:
    """A port that was broken before anybody looked at it refuses from the start."""
    await Pretend(stand_in.control).inject(order("cache/west", "down"))
    assert not (await see(stand_in, "tcp", "cache/west")).holds


async def test_a_broken_port_stays_taken(stand_in: StandIn) -> None:
    """While a part refuses, no other program can take its port."""
    address = stand_in.resolve("stand-in-tcp:/cache/west") or ""
    await Pretend(stand_in.control).inject(order("cache/west", "down"))
    with socket.socket() as thief, pytest.raises(OSError, match="in use"):
        thief.bind(("127.0.0.1", int(address.rpartition(":")[2])))


async def test_start_and_stop() -> None:
    """A stand-in starts again after it was stopped, stops twice without harm, and resolves nothing in between."""
    made = StandIn()
    assert made.resolve("stand-in:/web/east") is None
    await made.start()
    await made.stop()
    await made.stop()
    assert (made.control, list(made.addresses)) == ("", [])
    await made.start()
    assert (await ask(made, "GET", "/web/east"))[0] == 200
    await made.stop()


async def test_a_port_that_is_taken(stand_in: StandIn) -> None:
    """A stand-in that cannot have its port says so and leaves nothing behind."""
    second = StandIn(port=int(stand_in.control.rpartition(":")[2]))
    with pytest.raises(OSError, match="in use"):
        await second.start()
    assert second.control == ""
