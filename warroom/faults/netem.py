"""`netem`: the kernel delays or loses what leaves an interface, by a queueing discipline that `tc` puts there.

Ours is known by a handle made of the fault's name. An interface whose root was set by somebody else is not touched. The
bot's own traffic goes through the interface too: do not choose the one over which it reaches its database.
"""

import json
import shlex
import zlib
from pathlib import Path
from typing import Any

from warroom.core.breakable import Netem as Entry
from warroom.faults.driver import FaultFailed, Order, Surroundings
from warroom.faults.programs import Ended, found, run
from warroom.outside.program import surroundings as given

_PATIENCE = 5.0  # seconds; the kernel answers at once
_NET_ADMIN = 12  # the bit of the capability, as linux/capability.h has it
_BY_ITSELF = "0:"  # the handle of what the kernel put there


class Netem:
    def __init__(self, surroundings: Surroundings) -> None:
        self._environment = given((), surroundings.environment)

    async def ready(self, order: Order) -> str:
        how = _how(order)
        found(how.program, self._environment)
        if not _may():
            raise FaultFailed("The bot may not change the network: it lacks the capability CAP_NET_ADMIN.")
        root = await self._root(order)
        if root.get("handle", _BY_ITSELF) not in (_BY_ITSELF, _handle(order)):
            raise FaultFailed(
                f"The queueing discipline of {how.interface} was set by somebody ({root.get('kind')} "
                f"{root.get('handle')}); it would be lost, so nothing is done to it."
            )
        return f"{how.interface} can be changed; it has {root.get('kind', 'no discipline')}"

    async def inject(self, order: Order) -> str:
        how = _how(order)
        if (await self._root(order)).get("handle") != _handle(order):
            done = await self._tc(order, "qdisc", "add", "dev", how.interface, "root", "handle", _handle(order), "netem",
                                  *_effect(order))  # fmt: skip
            if done.code:
                raise FaultFailed(f"tc could not add netem to {how.interface}: {done.end}")
        return f"{how.interface}: {' '.join(_effect(order))}"

    async def undo(self, order: Order) -> str:
        how = _how(order)
        if (await self._root(order)).get("handle") != _handle(order):
            return f"{how.interface} has no netem of ours"
        done = await self._tc(order, "qdisc", "del", "dev", how.interface, "root", "handle", _handle(order))
        if (await self._root(order)).get("handle") == _handle(order):
            raise FaultFailed(f"tc could not remove netem from {how.interface}: {done.end}")
        return f"{how.interface} has its own discipline again"

    def by_hand(self, order: Order) -> str:
        how = _how(order)
        return f"{how.program} qdisc del dev {shlex.quote(how.interface)} root handle {_handle(order)}"

    async def _root(self, order: Order) -> dict[str, Any]:
        """The discipline at the root of the interface; empty when there is none. Raises FaultFailed."""
        how = _how(order)
        asked = await self._tc(order, "-j", "qdisc", "show", "dev", how.interface)
        try:
            every = json.loads(asked.said or "[]") if asked.code == 0 else None
        except ValueError:
            every = None
        if not isinstance(every, list):
            raise FaultFailed(f"tc does not know the interface {how.interface}: {asked.end}")
        return next((each for each in every if isinstance(each, dict) and each.get("root")), {})

    async def _tc(self, order: Order, *arguments: str) -> Ended:
        program = found(_how(order).program, self._environment)
        return await run([program, *arguments], self._environment, within=_PATIENCE)


def _how(order: Order) -> Entry:
    assert isinstance(order.entry.how, Entry)
    return order.entry.how


def _handle(order: Order) -> str:
    """Between 7000: and 7fff:, far from what people choose by hand."""
    return f"{0x7000 | (zlib.crc32(order.fault.encode()) & 0xFFF):x}:"


def _effect(order: Order) -> tuple[str, ...]:
    how = _how(order)
    if order.mode == "loss":
        return ("loss", f"{how.loss_percent}%")
    return ("delay", f"{how.delay_ms}ms", *((f"{how.jitter_ms}ms",) if how.jitter_ms else ()))


def _may() -> bool:
    """Whether this process may change the network."""
    try:
        status = Path("/proc/self/status").read_text("ascii", "replace")
    except OSError:
        return False
    held = next((line.split()[1] for line in status.splitlines() if line.startswith("CapEff:")), "0")
    return bool(int(held, 16) >> _NET_ADMIN & 1)
