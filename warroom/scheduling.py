"""Plays the calendar: opens what is planned a day before, reminds, has it looked at, and begins it when its time comes.

A game day is opened as *planned*, so that its backchannel, approvals, preflight and Go are there in time; from then on all
that is said of it is said by its own room, and is on its timeline. At its time it begins if a person could begin it, and
every real fault of its plan is approved besides, and nothing real is open; if not, who directs it is told why in the backchannel, and nothing starts.

Any number of replicas may look at the same row. Each thing is done under a key that is kept in the transaction in which it
is done, so that it is done once, also when the process ends between that and noting it in the row. The room of a game is
found by its name (`schedule:7:2`), which is kept with the room.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from warroom.core import commands as c
from warroom.core.calendar import ANNOUNCED, LATE, Step, due, least_recent, next_after, next_look
from warroom.core.commands import Command
from warroom.core.events import Mode
from warroom.core.preparing import needs_preflight
from warroom.core.refusals import Refused
from warroom.core.room import Room
from warroom.errors import NotFound
from warroom.runtime.handle import Runtime
from warroom.runtime.wake import Rounds
from warroom.slack.calendars import Calendars, coming_after
from warroom.slack.desk import GAME_DAY, Desk, Whereabouts
from warroom.store import rooms, schedules
from warroom.store.agenda import SCHEDULE
from warroom.store.schedules import Schedule

Tell = Callable[[str, str], Awaitable[None]]  # a person, a sentence


class Scheduler:
    """`tell` says something to one person, when there is no room in which it could be said."""

    def __init__(self, runtime: Runtime, desk: Desk, tell: Tell) -> None:
        self._runtime, self._desk, self._tell = runtime, desk, tell
        self._calendars = Calendars(desk)
        self._rounds = Rounds(runtime, topic=SCHEDULE, due=schedules.due, tend=self._tended, what="planned game day")

    async def run(self) -> None:
        """Until cancelled."""
        await self._rounds.run()

    async def _tended(self, there: Schedule) -> None:
        await self.tend(there)
        self._runtime.nudge()

    async def tend(self, there: Schedule) -> None:
        """Do what is due for its next game, and note that it is done. Safe to do twice, and at once."""
        now = self._runtime.clock.now()
        todo = due(there.coming, there.surprise, there.done, now)
        director = least_recent(there.people.directors, there.directed)
        if Step.START in todo and Step.OPEN in todo and now - there.coming.starts > LATE:
            await self._missed(there, director, "The bot was not running when its time came.")
            return
        if Step.OPEN in todo and Step.START in todo:
            todo = (Step.OPEN,)  # it begins with the next look, if it is not called off in this moment
        try:
            for step in todo:
                await self._do(there, step, director)
        except (Refused, NotFound) as refused:
            await self._missed(there, director, str(refused))
            return
        if Step.START in todo:
            await self._onward(there, director)
            return
        done = (*there.done, *todo)
        again = now if due(there.coming, there.surprise, done, now) else next_look(there.coming, there.surprise, now)
        moved = await self._runtime.db.tx(schedules.mark, there, done, again)
        if not moved:
            await self._closed_if_called_off(there)

    async def _onward(self, there: Schedule, director: str, trouble: str = "") -> bool:
        now = self._runtime.clock.now()
        coming = next_after(there.first_at, there.zone, there.repeats, max(now, there.coming.begins))
        after = coming_after(there, coming)
        return await self._runtime.db.tx(
            schedules.advance, there, after, at=now, director="" if trouble else director, trouble=trouble
        )

    async def _missed(self, there: Schedule, director: str, why: str) -> None:
        if await self._onward(there, director, trouble=why):
            await self._tell(
                director, f"The planned game day {there.scenario} (number {there.id}) is not played: {why}"
            )

    async def _closed_if_called_off(self, there: Schedule) -> None:
        """Somebody may have called it off in the moment in which it was opened."""
        now = await self._runtime.db.read(schedules.get, there.workspace, there.id)
        if now is not None and now.ended_at is not None and now.coming.number == there.coming.number:
            await self._calendars.close_planned(there, there.planned_by)

    # --- what is done

    async def _do(self, there: Schedule, step: Step, director: str) -> None:
        if step is Step.OPEN:
            await self._open(there, director)
            return
        row = await self._runtime.db.read(rooms.by_correlation, there.workspace, there.name)
        if row is None:  # called off, or played to its end already
            return
        room = await self._runtime.room(row.id)
        real = await self._runtime.db.read(rooms.real_open, there.workspace) if step is Step.START else ()
        command = self._command(there, step, room, real)
        if command is not None:
            await self._runtime.handle(row.id, command, key=f"{there.name}:{step.value}")

    def _command(self, there: Schedule, step: Step, room: Room, real: tuple[str, ...]) -> Command | None:
        coming = there.coming
        match step:
            case Step.TOLD_DAY | Step.TOLD_HOUR:
                return c.RemindGame(begins=coming.begins, until=coming.begins + there.window, everybody=True)
            case Step.LOOK:
                needed = room.plan is not None and needs_preflight(room.plan.scenario)
                return c.AskPreflight(by=room.roster.controllers[0]) if needed else None
            case Step.START:
                late = self._runtime.clock.now() - coming.starts > LATE
                return c.BeginAsPlanned(salt=secrets.token_hex(16), late=late, real=real)
        return c.RemindGame(begins=coming.starts, everybody=there.surprise == ANNOUNCED)

    async def _open(self, there: Schedule, director: str) -> None:
        people = there.people
        others = (each for each in people.directors if each != director)
        opened = await self._desk.opening(
            Whereabouts(workspace=there.workspace, person=director, channel=there.channel),
            self._desk.scenario(there.scenario),
            tuple(dict.fromkeys((*(each for each in people.players if each != director), *others))),
            evaluators=people.evaluators,
            safety=people.safety,
            environment=there.environment,
            surprise=there.surprise,
        )

        def make(name: str) -> Sequence[Command]:
            return [replace(opened, key=name)]

        await self._runtime.open_or_handle(
            make,
            [],
            workspace=there.workspace,
            kind=GAME_DAY,
            mode=Mode.DRILL.value,
            correlation=there.name,
            keys=[f"{there.name}:open"],
        )
