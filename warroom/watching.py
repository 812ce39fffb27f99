"""What looks after a game: the preflight, the stop conditions, what is real beside it and what an emergency becomes.

Each may be asked twice for the same thing, after a crash in the middle; looking does no harm twice, and the real room is
opened under a key of its own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from warroom.checks import look
from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core.allowed import Allowed
from warroom.core.deciding import settle
from warroom.core.events import Mode
from warroom.core.probes import Probe
from warroom.core.readiness import Finding
from warroom.core.room import Room
from warroom.core.rules.game import why_not_broken
from warroom.core.scenario import FaultSpec
from warroom.outside.guard import Guard
from warroom.runtime.deliver import Done, Later, Performer, Result
from warroom.runtime.handle import Runtime
from warroom.store import rooms
from warroom.store.errors import Unreadable
from warroom.store.outbox import Claimed

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=15)  # something real beside a game is told within this
Resolve = Callable[[str], str | None]
Ready = Callable[[FaultSpec], Awaitable[Finding]]
INCIDENT: Literal["incident"] = "incident"


class Watchers:
    """The performers of one process. `ready` asks the driver of a fault whether it could be done and undone now."""

    def __init__(
        self,
        runtime: Runtime,
        *,
        resolve: Resolve,
        guard: Guard,
        allowed: Allowed,
        environment: Mapping[str, str],
        secrets: Sequence[str] = (),
        ready: Ready,
    ) -> None:
        self._runtime, self._resolve, self._guard, self._allowed = runtime, resolve, guard, allowed
        self._environment, self._secrets, self._ready = environment, secrets, ready

    def performers(self) -> dict[type[f.Effect], Performer]:
        return {
            f.LookAround: self._look_around,
            f.WatchStop: self._watch,
            f.OpenRealRoom: self._open_real_room,
        }

    async def _look(self, probe: Probe) -> tuple[bool, str]:
        finding = await look(
            probe,
            resolve=self._resolve,
            guard=self._guard,
            allowed=self._allowed,
            environment=self._environment,
            secrets=self._secrets,
        )
        return finding.holds, finding.detail

    # --- before a game, or before it goes on

    async def _look_around(self, claimed: Claimed, room: Room) -> Result:
        effect = claimed.effect
        assert isinstance(effect, f.LookAround)
        findings = [await self._no_real_incident(room), *self._no_freeze(self._runtime.clock.now())]
        for steady in effect.steady:
            holds, detail = await self._look(steady.check)
            findings.append(Finding(what=steady.what, holds=holds, detail=detail))
        for fault in effect.faults:
            findings.append(await self._ready(fault))
        findings += self._approvals(room, effect.faults)
        return Done(commands=(c.RecordPreflight(attempt=effect.attempt, findings=tuple(findings)),))

    def _approvals(self, room: Room, faults: Sequence[FaultSpec]) -> list[Finding]:
        """Whether an owner has approved each thing that would be broken, and not too long ago."""
        now = self._runtime.clock.now()
        return [
            Finding(
                what=f"{target} is approved by an owner",
                holds=room.readiness.approved(target, now),
                detail="" if room.readiness.approved(target, now) else "not approved, or too long ago",
            )
            for target in dict.fromkeys(each.target for each in faults)
        ]

    async def _no_real_incident(self, room: Room) -> Finding:
        """Those that came out of this very game do not keep it from going on: whoever resumes it has dealt with them."""
        own = room.game.real_rooms if room.game else ()
        still = await self._runtime.db.read(rooms.real_open, room.workspace)
        others = [key for key in still if key not in own]
        return Finding(
            what="no real incident is open", holds=not others, detail=f"open: {', '.join(others)}" if others else ""
        )

    def _no_freeze(self, now: datetime) -> list[Finding]:
        frozen = self._allowed.frozen(now)
        if not self._allowed.freezes:
            return []
        return [Finding(what="nothing is frozen", holds=frozen is None, detail=frozen.why if frozen else "")]

    # --- all through the game

    async def _watch(self, claimed: Claimed, room: Room) -> Result:
        effect = claimed.effect
        assert isinstance(effect, f.WatchStop)
        if not room.open:
            return Done()
        stop = effect.stop
        holds, detail = await self._look(stop.check)
        known = room.stops.get(stop.id)
        if known is None or known.holds is not holds:
            found = c.RecordStop(stop=stop.id, holds=holds, detail=detail)
            await self._runtime.handle(claimed.room_id, found)
        return Later(reason="it is looked at again and again", after=stop.every)

    # --- something real

    async def _open_real_room(self, claimed: Claimed, room: Room) -> Result:
        effect = claimed.effect
        assert isinstance(effect, f.OpenRealRoom)
        here = room.channels.get(f.WAR_ROOM) or room.channels.get(f.BACKCHANNEL)
        operations = room.game.operations if room.game else ""

        def make(name: str) -> Sequence[c.Command]:
            opened = c.OpenIncident(
                by=effect.by,
                key=name,
                workspace=room.workspace,
                title=effect.title,
                severity="SEV1",
                origin=operations or room.origin or (here.id if here else ""),
                responders=effect.people,
                note=effect.note,
            )
            return [opened]

        key = f"emergency:{claimed.effect_id}"
        before = await self._runtime.db.read(rooms.made_for, room.workspace, key)
        if before is not None:  # an earlier attempt opened it, and died before this room heard of it
            return Done(commands=(c.RecordRealRoom(key=before.key),))
        handled = await self._runtime.open(
            make, workspace=room.workspace, kind=INCIDENT, mode=Mode.REAL.value, correlation=key, key=key
        )
        return Done(commands=(c.RecordRealRoom(key=handled.room.key),))


class Surroundings:
    """Tells every game that is going on when something real begins or ends beside it, or nothing may be changed.

    It only reads until something has changed. Every process does it; what has been told already changes nothing. A game
    to which nothing was added since it was last found to know all this is not read again: there may be a thousand.
    """

    def __init__(self, runtime: Runtime, allowed: Allowed) -> None:
        self._runtime, self._allowed = runtime, allowed
        self._generation = runtime.db.generation
        self._knows: dict[int, tuple[int, c.RecordOutside]] = {}  # by game: up to which entry, and what

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except Exception:  # the database may be away for a while; what has changed is told when it is back
                log.exception("could not look what goes on beside the games; trying again")
            wall = self._runtime.wall
            await wall.wait(wall.now() + LOOK_EVERY, asyncio.Event())

    async def look(self) -> None:
        """Once, at every game there is."""
        frozen = self._allowed.frozen(self._runtime.clock.now())
        games = await self._runtime.db.read(rooms.games_open)
        workspaces = dict.fromkeys(workspace for _, workspace, _ in games)
        beside = {each: await self._runtime.db.read(rooms.real_open, each) for each in workspaces}
        knows, self._knows = self._knows, {}
        if self._generation != (generation := self._runtime.db.generation):
            knows, self._generation = {}, generation  # the server is perhaps another one, where they have other entries
        for room, workspace, seq in games:
            told = c.RecordOutside(incidents=beside[workspace], frozen=frozen.why if frozen else "")
            if knows.get(room) == (seq, told):
                self._knows[room] = knows[room]
                continue
            try:
                await self._tell(room, told)
            except Unreadable:  # of another release; the others are told all the same
                log.exception("could not tell room %s what goes on beside it; trying again", room)

    async def _tell(self, room: int, told: c.RecordOutside) -> None:
        there = await self._runtime.room(room)
        if settle(there, told, self._runtime.clock.now())[0]:
            await self._runtime.handle(room, told)
        else:
            self._knows[room] = (there.seq, told)


class FaultRooms:
    """What `Breaking` asks of the rooms, and tells them: they are read anew each time, whatever it knew before."""

    def __init__(self, runtime: Runtime, allowed: Allowed) -> None:
        self._runtime, self._allowed = runtime, allowed

    async def why_not(self, room: int, fault: str) -> str:
        """Somebody needs all hands; or nothing may be broken now; or its own room does not want it any more."""
        there, now = await self._runtime.room(room), self._runtime.clock.now()
        if still := await self._runtime.db.read(rooms.real_open, there.workspace):
            return f"A real incident is open: {', '.join(still)}. Nothing was broken."
        if frozen := self._allowed.frozen(now):
            return f"Nothing is broken now: {frozen.why}"
        if (asked := there.faults.get(fault)) is None:
            return ""
        if not asked.owed:
            return "Its rollback was asked for before it began. Nothing was broken."
        return why_not_broken(there, asked, now)

    async def tell(self, room: int, command: c.Command) -> None:
        await self._runtime.handle(room, command)
