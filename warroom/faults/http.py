"""`http`: a request breaks it, another makes it whole. What stands behind them is the operator's: an injector, a flag.

`{seconds}` in a request is how long the fault has left, for injectors that end by themselves; they are the best ones.
"""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from warroom.core.breakable import Request, Requests
from warroom.faults.asking import ask, curl, reach, with_secrets
from warroom.faults.driver import FaultFailed, Order, Surroundings
from warroom.runtime.clock import SystemClock

_NOTHING_THERE = (404, 410)  # what a DELETE is answered when there was nothing to undo


class Http:
    def __init__(self, surroundings: Surroundings) -> None:
        self._environment = surroundings.environment

    async def ready(self, order: Order) -> str:
        how = _how(order)
        for each in (how.inject, how.undo):
            with_secrets(each.headers, how.secrets, self._environment)
        there = {await reach(_filled(each.url, order)) for each in (how.inject, how.undo)}
        return f"{' and '.join(sorted(there))} can be reached"

    async def inject(self, order: Order) -> str:
        return await self._send(_how(order).inject, order, ())

    async def undo(self, order: Order) -> str:
        request = _how(order).undo
        return await self._send(request, order, _NOTHING_THERE if request.method == "DELETE" else ())

    def by_hand(self, order: Order) -> str:
        how = _how(order)
        return curl(
            how.undo.method,
            _filled(how.undo.url, order),
            headers=how.undo.headers,
            names=how.secrets,
            body=_filled(how.undo.body, order, in_address=False),
        )

    async def _send(self, request: Request, order: Order, also: tuple[int, ...]) -> str:
        headers = with_secrets(request.headers, _how(order).secrets, self._environment)
        url = _filled(request.url, order)
        answer = await ask(request.method, url, headers=headers, body=_filled(request.body, order, in_address=False))
        said = f"{request.method} {url.partition('?')[0]} answered {answer.status}"
        if answer.fine or answer.status in also:
            return said
        raise FaultFailed(f"{said}.")


def _how(order: Order) -> Requests:
    assert isinstance(order.entry.how, Requests)
    return order.entry.how


def _filled(text: str, order: Order, *, in_address: bool = True) -> str:
    for name, value in _values(order).items():
        text = text.replace(f"{{{name}}}", quote(value, safe="") if in_address else value)
    return text


def _values(order: Order) -> Mapping[str, str]:
    left: float = (order.deadline - _now()).total_seconds()
    return {"mode": order.mode, "fault": order.fault, "seconds": str(max(1, round(left)))}


def _now() -> datetime:
    return SystemClock().now()
