"""Breaks and undoes for rooms: asks the operator's list, looks whether it is whole, and has `faults.keeper` do it.

Nothing breaks that the list does not name, or that was not whole before. Nothing counts as undone before it was seen to
be whole. What fails is said with the command that a person would type.
"""

import asyncio
import hashlib
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from warroom.checks import Finding, Guard, Resolve
from warroom.checks import look as look_at
from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core.allowed import Allowed
from warroom.core.breakable import PRETEND, Breakable, Breakables
from warroom.core.declaring import dataclass
from warroom.core.faults import Fault
from warroom.core.probes import Probe
from warroom.core.room import Room
from warroom.faults import Driver, FaultFailed, Order, every_driver
from warroom.faults.keeper import Busy, Keeper, Recovered, Uncertain, Undone, WhyNot
from warroom.faults.records import Filed, Records, state_folder
from warroom.runtime.clock import Clock
from warroom.runtime.deliver import Done, Later, Performer, Result, is_spent
from warroom.store.outbox import Claimed

log = logging.getLogger(__name__)

Look = Callable[[Probe], Awaitable[Finding]]
_WITHIN = 45.0  # seconds for one attempt, so that it ends before its lane's lease does
HEALS = 30.0
_AGAIN = 4.0  # seconds after which it is undone once more
_OFTEN = 0.5
_STUCK = timedelta(minutes=1)  # between two attempts, once a person was told to undo it


@dataclass(frozen=True, kw_only=True, slots=True)
class Readiness:
    """What a preflight found about one fault; `owners` are those who may approve it."""

    ready: bool
    detail: str
    owners: tuple[str, ...] = ()
    environment: str = ""


class Rooms(Protocol):
    """What is asked of the rooms while something is broken for them, and told to them."""

    async def why_not(self, room: int, fault: str) -> str:
        """Why this fault may not be broken at this moment, as a sentence; empty when it may."""

    async def tell(self, room: int, command: c.Command) -> None:
        """What has become of a fault without having been asked for."""


class _NoRooms:
    async def why_not(self, room: int, fault: str) -> str:
        return ""

    async def tell(self, room: int, command: c.Command) -> None:
        log.warning("room %s could not be told: %s", room, command)


class Breaking:
    """The performers of faults. `clock` is the rooms', `wall` the world's; `look` is how a probe is looked at.

    `heals` is how many seconds something may take to be whole after it was undone.
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
        rooms: Rooms | None = None,
        machine: str = "",
        elsewhere: bool = False,
    ) -> None:
        self._elsewhere = elsewhere  # whether a process on another machine may have tried before
        self._breakables, self._drivers, self._keeper = breakables, drivers, keeper
        self._rooms, self._machine = rooms or _NoRooms(), machine or socket.gethostname()
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
        log.info("fault %s of room %s: asked", effect.fault, claimed.room_id, extra={"stage": "asked"})
        try:
            async with asyncio.timeout(_WITHIN):
                detail = await self._break(claimed, effect)
        except Uncertain as error:  # it counts as broken, so that its rollback is owed
            log.warning("fault %s may be broken", effect.fault, exc_info=True)
            return self._told(effect, injected=True, detail=str(error))
        except Undone as error:
            return await self._seen_after(effect, error)
        except (TimeoutError, Busy) as error:  # what was begun is taken up by the next attempt
            return Later(reason=str(error) or f"{effect.target} was not broken within {_WITHIN:.0f} s")
        except Exception as error:  # a driver may fail in any way; nothing must then be taken for broken
            log.warning("fault %s could not be injected", effect.fault, exc_info=True)
            return self._told(effect, injected=False, detail=str(error))
        return self._told(effect, injected=True, detail=detail)

    def _told(self, effect: f.InjectFault, *, injected: bool, detail: str) -> Result:
        entry = self._breakables.entry(effect.driver, effect.target, effect.mode)
        machine = self._machine if injected and entry is not None and entry.how.local else ""
        told = c.RecordFault(fault=effect.fault, injected=injected, detail=detail, machine=machine)
        return Done(commands=(told,))

    async def _seen_after(self, effect: f.InjectFault, error: Undone) -> Result:
        """What may have been broken was undone at once. What is not whole then counts as broken, so that it is owed."""
        entry = self._breakables.entry(effect.driver, effect.target, effect.mode)
        try:
            seen = await self._whole(entry, min(_AGAIN, self._heals)) if entry else ""
        except Exception as sick:  # a look may fail in any way
            return self._told(effect, injected=True, detail=f"{error} {sick}")
        return self._told(effect, injected=False, detail=" ".join(filter(None, (str(error), seen))))

    async def _break(self, claimed: Claimed, effect: f.InjectFault) -> str:
        async def why_not() -> str:
            return await self._rooms.why_not(claimed.room_id, effect.fault)

        name = self.name_of(claimed, effect.fault)
        filed = self._keeper.known(name) if effect.driver != PRETEND else None
        if filed is None:
            try:
                filed = await self._first(claimed, name, effect, why_not)
            except Uncertain:
                raise
            except FaultFailed as error:
                if not self._may_have_begun(claimed, effect):
                    raise
                raise Uncertain(f"{error} An earlier attempt may have broken it all the same.") from error
        if not filed.order.entry.real:
            return await self._driver(filed.order).inject(filed.order)
        return await self._keeper.inject(filed, why_not)

    async def _first(self, claimed: Claimed, name: str, effect: f.InjectFault, why_not: WhyNot) -> Filed:
        """What is to be done, when nothing is on record about it. Raises FaultFailed when it is not to be done."""
        if effect.driver != PRETEND:
            if self._keeper.begun(name):
                raise Uncertain("It may be broken: what is on record about it cannot be read.")
            if why := await why_not():
                raise FaultFailed(why)
        order = self._new_order(name, effect)
        await self._fit(order)
        return Filed(order=order, keeper=self._keeper.name, room=claimed.room_id, called=effect.fault)

    def _may_have_begun(self, claimed: Claimed, effect: f.InjectFault) -> bool:
        """Whether an attempt that is not on record here may have broken it: nothing is recorded of what is pretended."""
        return claimed.unsure and (self._elsewhere or effect.driver == PRETEND)

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
        fault = room.faults.get(effect.fault)
        order: Order | None = None
        try:
            order = self._order_to_undo(claimed, effect, fault)
            async with asyncio.timeout(_WITHIN):
                detail = await self._mend(order, effect, fault)
        except Exception as error:  # a driver may fail in any way; the rollback is owed until it is done
            log.warning("fault %s could not be undone yet", effect.fault, exc_info=True)
            why = f"It was not done within {_WITHIN:.0f} s." if isinstance(error, TimeoutError) else str(error)
            if not is_spent(claimed, self._wall.now()):
                return Later(reason=why)
            await self._hand_over(claimed, effect, f"{effect.driver} says: {why}{self._hand(order, claimed, fault)}")
            return Later(reason=why, after=_STUCK)
        return Done(commands=(c.RecordRollback(fault=effect.fault, undone=True, detail=detail),))

    async def _hand_over(self, claimed: Claimed, effect: f.RollBack, said: str) -> None:
        """A person is told, once. It is still tried: when they have undone it, that will be seen."""
        stuck = c.RecordRollback(fault=effect.fault, undone=False, detail=said)
        try:
            await self._rooms.tell(claimed.room_id, stuck)
        except Exception:  # the database may be away; the next attempt tells it
            log.exception("that %s is stuck could not be told yet", effect.fault)

    async def _mend(self, order: Order | None, effect: f.RollBack, fault: Fault | None) -> str:
        injected = fault is not None and fault.injected
        if order is None:
            if injected:
                raise FaultFailed(f"{effect.target} is not on the operator's list any more, nor on record here.")
            return f"{effect.target} is not on the operator's list and nothing of it on record here: it was not broken"
        if not order.entry.real:
            return await self._driver(order).undo(order)
        if order.entry.how.local and not self._keeper.on_record(order.fault) and not self._broke_it(fault):
            said = "nothing was broken on this machine"
            seen = await self._whole(order.entry, self._heals)
        else:
            said, seen = await self._undo_until_whole(order)
        self._keeper.finish(order.fault, said)
        return f"{said}; {seen}" if seen else said

    def _broke_it(self, fault: Fault | None) -> bool:
        """Whether this machine did, though its record is gone. Raises FaultFailed when another did."""
        if fault is None or not fault.machine:
            return False
        if fault.machine != self._machine:
            raise FaultFailed(f"It was broken on {fault.machine}, and only a bot there can undo it.")
        return True

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

    def _order_to_undo(self, claimed: Claimed, effect: f.RollBack, fault: Fault | None) -> Order | None:
        """As it is on record, whatever the list says by now; otherwise from the list. None when neither has it."""
        name = self.name_of(claimed, effect.fault)
        filed = self._keeper.known(name) if effect.driver != PRETEND else None
        return filed.order if filed is not None else self._from_list(name, effect, fault)

    def _from_list(self, name: str, effect: f.RollBack, fault: Fault | None) -> Order | None:
        entry = self._breakables.entry(effect.driver, effect.target, effect.mode)
        if entry is None:
            return None
        deadline = fault.deadline if fault is not None else self._wall.now()
        return Order(fault=name, entry=entry, mode=effect.mode, deadline=deadline)

    def _hand(self, order: Order | None, claimed: Claimed, fault: Fault | None) -> str:
        """What a person types, and where; also when nothing on record here can be read or believed."""
        effect = claimed.effect
        assert isinstance(effect, f.RollBack)
        order = order or self._from_list(self.name_of(claimed, effect.fault), effect, fault)
        if order is None or order.entry.driver not in self._drivers:
            return ""
        where = f", on {fault.machine}" if fault is not None and fault.machine else ""
        return f" To undo it by hand{where}: {self._drivers[order.entry.driver].by_hand(order)}"

    # --- both

    def name_of(self, claimed: Claimed, fault: str) -> str:
        """A fault's name among all rooms of all bots, also of databases that were thrown away."""
        return "-".join(filter(None, (self._keeper.name, str(claimed.room_id), claimed.room_uid[-12:], fault)))

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
    rooms: Rooms | None = None,
) -> Breaking:
    """As a bot needs it. `drivers` stand in for those of the same name; `state` is the setting of the folder."""
    records = Records(state_folder(state, environment))
    drivers = {**every_driver(environment, records.folder), **(drivers or {})}
    keeper = Keeper(records, drivers, environment=environment, wall=wall, name=keeper_name(database))

    async def look(probe: Probe) -> Finding:
        return await look_at(
            probe, resolve=resolve, guard=guard, allowed=allowed, environment=environment, secrets=secrets
        )

    several = not database.startswith("sqlite")
    return Breaking(
        allowed.breakable, drivers, keeper, look=look, clock=clock, wall=wall, rooms=rooms, elsewhere=several
    )


def keeper_name(database: str) -> str:
    """A short name for the bot whose rooms are in this database; nothing of the address can be read from it."""
    return hashlib.sha256(database.encode()).hexdigest()[:8]
