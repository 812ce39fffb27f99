"""`toxiproxy`: a proxy of a Toxiproxy is taken down, or a toxic of our own is put into it.

The toxic carries the fault's name, so undoing takes away that one and no other. Whoever restarts Toxiproxy ends all its
toxics, and its proxies are as its configuration says.
"""

import json
from typing import Any

from warroom.core.breakable import Toxiproxy as Entry
from warroom.faults.asking import Answer, ask, curl
from warroom.faults.driver import FaultFailed, Order, Surroundings

_JSON = {"Content-Type": "application/json"}
_GONE, _THERE = 404, 409


class Toxiproxy:
    def __init__(self, surroundings: Surroundings) -> None:
        pass

    async def ready(self, order: Order) -> str:
        proxy, how = await _proxy(order), _how(order)
        if not proxy.get("enabled", True):
            raise FaultFailed(f"The proxy {how.proxy} is taken down already. Enable it first.")
        others = [str(each.get("name")) for each in proxy.get("toxics") or ()]
        return f"the proxy {how.proxy} is up" + (f"; it has other toxics: {', '.join(others)}" if others else "")

    async def inject(self, order: Order) -> str:
        how = _how(order)
        if order.mode == "down":
            _must(await _ask("POST", _of(order), {"enabled": False}), "The proxy could not be taken down")
            return f"the proxy {how.proxy} is down"
        toxic = {
            "name": _name(order),
            "type": order.mode,
            "stream": how.stream,
            "toxicity": 1.0,
            "attributes": how.attributes(order.mode),
        }
        answer = await _ask("POST", f"{_of(order)}/toxics", toxic)
        if answer.status != _THERE:  # then an earlier attempt had put it there
            _must(answer, "The toxic could not be added")
        return f"the proxy {how.proxy} has the toxic {_name(order)} ({order.mode}, {how.stream})"

    async def undo(self, order: Order) -> str:
        how = _how(order)
        await _proxy(order)  # when the proxy itself is gone, nobody gets through, and that is not whole
        answer = await _ask("DELETE", f"{_of(order)}/toxics/{_name(order)}", None)
        if answer.status != _GONE:
            _must(answer, "The toxic could not be removed")
        _must(await _ask("POST", _of(order), {"enabled": True}), "The proxy could not be enabled")
        proxy = await _proxy(order)
        if not proxy.get("enabled", True) or any(
            each.get("name") == _name(order) for each in proxy.get("toxics") or ()
        ):
            raise FaultFailed(f"Toxiproxy says that it was undone, but {how.proxy} is not enabled without our toxic.")
        return f"the proxy {how.proxy} is enabled and has no toxic of ours"

    def by_hand(self, order: Order) -> str:
        enable = curl("POST", _of(order), headers=_JSON, body=json.dumps({"enabled": True}))
        if order.mode == "down":
            return enable
        return f"{curl('DELETE', f'{_of(order)}/toxics/{_name(order)}')}; {enable}"


def _how(order: Order) -> Entry:
    assert isinstance(order.entry.how, Entry)
    return order.entry.how


def _name(order: Order) -> str:
    return f"warroom-{order.fault}"


def _of(order: Order) -> str:
    how = _how(order)
    return f"{how.api.rstrip('/')}/proxies/{how.proxy}"


async def _proxy(order: Order) -> dict[str, Any]:
    answer = await ask("GET", _of(order))
    if answer.status == _GONE:
        raise FaultFailed(f"Toxiproxy knows no proxy {_how(order).proxy}. Create it, or correct the entry.")
    _must(answer, "The proxy could not be looked at")
    try:
        proxy = json.loads(answer.body)
    except ValueError:
        proxy = None
    if not isinstance(proxy, dict):
        raise FaultFailed(f"What answers at {_how(order).api} is no Toxiproxy.")
    return proxy


async def _ask(method: str, address: str, body: object) -> Answer:
    written = "" if body is None else json.dumps(body)
    return await ask(method, address, headers=_JSON if written else None, body=written)


def _must(answer: Answer, sentence: str) -> None:
    if not answer.fine:
        raise FaultFailed(f"{sentence}: Toxiproxy answered {answer.status} ({' '.join(answer.body.split())[:200]}).")
