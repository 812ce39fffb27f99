"""Breaks and undoes for rooms: asks the operator's list, looks whether it is whole, and has `faults.keeper` do it.

Nothing breaks that the list does not name, or that was not whole before. Nothing counts as undone before it was seen to
be whole. What fails is said with the command that a person would type.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from warroom.checks import Finding, Guard, Resolve
from warroom.checks import look as look_at
from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core.allowed import Allowed
from warroom.core.breakable import PRETEND, Breakable, Breakables
from warroom.core.faults import Fault
from warroom.core.probes import Probe
from warroom.core.room import Room
from warroom.faults import Driver, FaultFailed, Order, every_driver
from warroom.faults.keeper import Busy, Keeper, Recovered, Uncertain
from warroom.faults.records import Filed, Records, state_folder
from warroom.runtime.clock import Clock
from warroom.runtime.deliver import ATTEMPTS, Done, Later, Never, Performer, Result
from warroom.store.outbox import Claimed

log = logging.getLogger(__name__)

Look = Callable[[Probe], Awaitable[Finding]]
Forbidden = Callable[[Room], Awaitable[str]]
_WITHIN = 45.0  # seconds for one attempt, so that it ends before its lane's lease does
HEALS = 30.0
_AGAIN = 4.0  # seconds after which it is undone once more
_OFTEN = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Readiness:
    """What a preflight found about one fault; `owners` are those who may approve it."""

    ready: bool
    detail: str
    owners: tuple[str, ...] = ()
    environment: str = ""


async def _nothing_forbidden(room: Room) -> str:
    return ""


class Breaking:
    """The performers of faults. `clock` is the rooms', `wall` the world's; `look` is how a probe is looked at.

    `heals` is how many seconds something may take to be whole after it was undone. `forbidden` says why nothing real may
    be broken for a room now, as a sentence; empty when it may.
    """

    def __init__(
        self,
        breakables: Breakables,
        drivers: Mapping[str, Driver],
        keeper: Keeper,
        *,
        look: Look,
        clock: Clock,
        wall: Clock,
        heals: float = HEALS,
        forbidden: Forbidden | None = None,
    ) -> None:
        self._breakables, self._drivers, self._keeper = breakables, drivers, keeper
        self._forbidden = forbidden or _nothing_forbidden
        self._look, self._clock, self._wall, self._heals = look, clock, wall, heals

    def performers(self) -> dict[type[f.Effect], Performer]:
        return {f.InjectFault: self._inject_fault, f.RollBack: self._roll_back}

    async def run(self) -> None:
        """Until cancelled: the sign of life for what watches over the faults."""
        await self._keeper.run()

    async def recover(self) -> list[Recovered]:
        """At the start, before anything is performed: see `Keeper.recover`."""
        found = await self._keeper.recover()
        for each in found:
            log.warning("fault %s of room %s (%s): %s", each.fault, each.room, each.target,
                        f"undone {each.undone}" if each.undone else "still broken, and watched")  # fmt: skip
        return found

    async def ready(self, driver: str, target: str, mode: str) -> Readiness:
        """Whether this could be broken and undone now. Breaks nothing."""
        entry = self._breakables.entry(driver, target, mode)
        if entry is None:
            return Readiness(ready=False, detail=self._breakables.refusal(driver, target, mode))
        order = Order(fault="preflight", entry=entry, mode=mode, deadline=self._wall.now() + entry.longest)
        try:
            found = await self._fit(order)
        except Exception as error:  # a driver may fail in any way
            return Readiness(ready=False, detail=str(error), owners=entry.owners, environment=entry.environment)
        return Readiness(ready=True, detail=found, owners=entry.owners, environment=entry.environment)

    def by_hand(self, driver: str, target: str, mode: str, fault: str = "") -> str:
        """What a person types to undo it; empty when the list does not have it."""
        entry = self._breakables.entry(driver, target, mode)
        if entry is None or driver not in self._drivers:
            return ""
        order = Order(fault=fault or "preflight", entry=entry, mode=mode, deadline=self._wall.now())
        return self._drivers[driver].by_hand(order)

    # --- break

    async def _inject_fault(self, claimed: Claimed, room: Room) -> Result:
        effect = claimed.effect
        assert isinstance(effect, f.InjectFault)
        fault = room.faults.get(effect.fault)
        if fault is not None and not fault.owed:
            return Done(outcome={"skipped": "its rollback was asked for before it began"})
        if effect.driver != PRETEND and (why := await self._forbidden(room)):
            return Done(commands=(c.RecordFault(fault=effect.fault, injected=False, detail=why),))
        log.info("fault %s of room %s: asked", effect.fault, claimed.room_id, extra={"stage": "asked"})
        try:
            async with asyncio.timeout(_WITHIN):
                detail = await self._break(claimed, effect)
        except Uncertain as error:  # it counts as broken, so that its rollback is owed
            log.warning("fault %s may be broken", effect.fault, exc_info=True)
            return Done(commands=(c.RecordFault(fault=effect.fault, injected=True, detail=str(error)),))
        except (TimeoutError, Busy) as error:  # what was begun is taken up by the next attempt
            return Later(reason=str(error) or f"{effect.target} was not broken within {_WITHIN:.0f} s")
        except Exception as error:  # a driver may fail in any way; nothing must then be taken for broken
            log.warning("fault %s could not be injected", effect.fault, exc_info=True)
            return Done(commands=(c.RecordFault(fault=effect.fault, injected=False, detail=str(error)),))
        return Done(commands=(c.RecordFault(fault=effect.fault, injected=True, detail=detail),))

    async def _break(self, claimed: Claimed, effect: f.InjectFault) -> str:
        name = self.name_of(claimed.room_id, effect.fault)
        filed = self._keeper.known(name) if effect.driver != PRETEND else None
        if filed is None:
            filed = Filed(
                order=self._new_order(name, effect),
                keeper=self._keeper.name,
                room=claimed.room_id,
                called=effect.fault,
            )
            await self._fit(filed.order)
        if not filed.order.entry.real:
            return await self._driver(filed.order).inject(filed.order)
        return await self._keeper.inject(filed)

    def _new_order(self, name: str, effect: f.InjectFault) -> Order:
        entry = self._breakables.entry(effect.driver, effect.target, effect.mode)
        if entry is None:
            raise FaultFailed(self._breakables.refusal(effect.driver, effect.target, effect.mode))
        left = effect.deadline - self._clock.now()  # the rooms' clock may be another than the world's
        if left <= timedelta(0):
            raise FaultFailed("Its time was over before it could be broken. Nothing was broken.")
        lasts = min(left, entry.longest) if entry.real else left
        return Order(fault=name, entry=entry, mode=effect.mode, deadline=self._wall.now() + lasts)

    async def _fit(self, order: Order) -> str:
        """What was found, when it can be broken and undone, and is whole. Raises FaultFailed."""
        found = await self._driver(order).ready(order)
        if order.entry.healthy is None:
            return found
        finding = await self._look(order.entry.healthy)
        if not finding.holds:
            raise FaultFailed(f"{order.entry.target} was not whole before, so nothing was broken: {finding.detail}")
        return f"{found}; {finding.detail}"

    # --- undo

    async def _roll_back(self, claimed: Claimed, room: Room) -> Result:
        effect = claimed.effect
        assert isinstance(effect, f.RollBack)
        order: Order | None = None
        try:
            order = self._order_to_undo(claimed.room_id, effect, room.faults.get(effect.fault))
            async with asyncio.timeout(_WITHIN):
                detail = await self._mend(order, effect)
        except Exception as error:  # a driver may fail in any way; the rollback is owed until it is done
            log.warning("fault %s could not be undone yet", effect.fault, exc_info=True)
            why = f"It was not done within {_WITHIN:.0f} s." if isinstance(error, TimeoutError) else str(error)
            if claimed.tries < ATTEMPTS:
                return Later(reason=why)
            said = f"{effect.driver} says: {why}{self._hand(order)}"
            stuck = c.RecordRollback(fault=effect.fault, undone=False, detail=said)
            return Never(reason=why, commands=(stuck,))
        return Done(commands=(c.RecordRollback(fault=effect.fault, undone=True, detail=detail),))

    async def _mend(self, order: Order | None, effect: f.RollBack) -> str:
        if order is None:
            return f"{effect.target} is not on the operator's list and nothing of it on record here: it was not broken"
        entry = order.entry
        if not entry.real:
            return await self._driver(order).undo(order)
        if entry.how.local and self._keeper.known(order.fault) is None:
            said = "nothing was broken on this machine"
            seen = await self._whole(entry, self._heals)
        else:
            said, seen = await self._undo_until_whole(order)
        self._keeper.finish(order.fault, said)
        return f"{said}; {seen}" if seen else said

    async def _undo_until_whole(self, order: Order) -> tuple[str, str]:
        """What was done and what was seen. What is not whole soon is undone again: a server may have died at its start."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._heals
        while True:
            said = await self._keeper.undo(order)
            try:
                return said, await self._whole(order.entry, min(_AGAIN, self._heals))
            except FaultFailed:
                if loop.time() >= ends:
                    raise

    async def _whole(self, entry: Breakable, within: float) -> str:
        """What was seen, as soon as it is whole. Raises FaultFailed when it is not within so many seconds."""
        if entry.healthy is None:
            return ""
        loop = asyncio.get_running_loop()
        ends = loop.time() + within
        finding = await self._look(entry.healthy)
        while not finding.holds and loop.time() < ends:
            await asyncio.sleep(_OFTEN)
            finding = await self._look(entry.healthy)
        if not finding.holds:
            raise FaultFailed(f"It was undone, but {entry.target} is not whole: {finding.detail}")
        return finding.detail

    def _order_to_undo(self, room: int, effect: f.RollBack, fault: Fault | None) -> Order | None:
        """As it is on record, whatever the list says by now; otherwise from the list. None when neither has it."""
        name = self.name_of(room, effect.fault)
        filed = self._keeper.known(name) if effect.driver != PRETEND else None
        if filed is not None:
            return filed.order
        entry = self._breakables.entry(effect.driver, effect.target, effect.mode)
        if entry is None:
            return None
        deadline = fault.deadline if fault is not None else self._wall.now()
        return Order(fault=name, entry=entry, mode=effect.mode, deadline=deadline)

    def _hand(self, order: Order | None) -> str:
        if order is None or order.entry.driver not in self._drivers:
            return ""
        return f" To undo it by hand: {self._drivers[order.entry.driver].by_hand(order)}"

    # --- both

    def name_of(self, room: int, fault: str) -> str:
        """A fault's name among all rooms of all bots."""
        return f"{self._keeper.name}-{room}-{fault}"

    def _driver(self, order: Order) -> Driver:
        driver = self._drivers.get(order.entry.driver)
        if driver is None:
            raise FaultFailed(f"There is no driver `{order.entry.driver}` in this bot. Nothing was broken.")
        return driver


def make_breaking(
    allowed: Allowed,
    drivers: Mapping[str, Driver] | None,
    *,
    state: str,
    database: str,
    environment: Mapping[str, str],
    resolve: Resolve,
    guard: Guard,
    secrets: Sequence[str],
    clock: Clock,
    wall: Clock,
    forbidden: Forbidden | None = None,
) -> Breaking:
    """As a bot needs it. `drivers` stand in for those of the same name; `state` is the setting of the folder."""
    records = Records(state_folder(state, environment))
    drivers = {**every_driver(environment, records.folder), **(drivers or {})}
    keeper = Keeper(records, drivers, environment=environment, wall=wall, name=keeper_name(database))

    async def look(probe: Probe) -> Finding:
        return await look_at(
            probe, resolve=resolve, guard=guard, allowed=allowed, environment=environment, secrets=secrets
        )

    return Breaking(allowed.breakable, drivers, keeper, look=look, clock=clock, wall=wall, forbidden=forbidden)


def keeper_name(database: str) -> str:
    """A short name for the bot whose rooms are in this database; nothing of the address can be read from it."""
    return hashlib.sha256(database.encode()).hexdigest()[:8]
