"""`pretend`: breaks a part of the demo's stand-in system; without one it breaks nothing, and says so.

Undoing it by hand: end the game, or start the demo anew with `--fresh`.
"""

import asyncio
from urllib.parse import quote

import aiohttp

from warroom.faults.driver import FaultFailed, Order

_PATIENCE = 5.0  # seconds; it is on this machine


class Pretend:
    """`control` is where the stand-in listens, such as `http://127.0.0.1:8081`; empty to pretend only in words."""

    def __init__(self, control: str = "") -> None:
        self._control = control.rstrip("/")

    async def ready(self, order: Order) -> str:
        if not self._control:
            return f"{order.entry.target} would break only in words"
        await self._ask("GET", "", None)
        return "the stand-in system answers"

    async def inject(self, order: Order) -> str:
        target, mode = order.entry.target, order.mode
        if not self._control:
            return f"pretended: {target} is {mode} only in words; nothing was touched"
        await self._ask("PUT", target, {"mode": mode})
        return f"{target} of the stand-in system is {mode}"

    async def undo(self, order: Order) -> str:
        target = order.entry.target
        if not self._control:
            return f"pretended: {target} is no longer {order.mode}; nothing had been touched"
        await self._ask("DELETE", target, None)
        return f"{target} of the stand-in system is whole again"

    def by_hand(self, order: Order) -> str:
        if not self._control:
            return "nothing is to be done: nothing was touched"
        return f"curl -X DELETE {self._control}/faults/{quote(order.entry.target)}"

    async def _ask(self, method: str, target: str, body: dict[str, str] | None) -> None:
        url = f"{self._control}/faults/{quote(target)}".rstrip("/")
        about = f"about {target}" if target else "about its faults"
        try:
            async with (
                asyncio.timeout(_PATIENCE),
                aiohttp.ClientSession() as session,
                session.request(method, url, json=body) as answer,
            ):
                if answer.status != 200:
                    raise FaultFailed(f"The stand-in system answered {answer.status} {about}.")
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise FaultFailed(f"The stand-in system cannot be reached {about}: {_why(error)}.") from error


def _why(error: Exception) -> str:
    return f"no answer in {_PATIENCE:.0f} s" if isinstance(error, TimeoutError) else type(error).__name__
