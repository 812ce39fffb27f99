"""What acts on the world for a room: finds runbooks, looks and runs. One performer for each effect; `breaking` has faults'.

Each may be asked twice for the same thing, after a crash in the middle. Looking and undoing do no harm twice. An act
does: its worker tells the room first that it begins, and whoever comes after a worker that died tells the room that
nobody knows, instead of running it again.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.exc import SQLAlchemyError

from warroom.acts import perform
from warroom.breaking import Breaking
from warroom.checks import look
from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core.actions import Action, CallUrl
from warroom.core.allowed import Allowed
from warroom.core.room import Room
from warroom.core.runs import PRETENDED, UNKNOWN, ActRun, ActState
from warroom.definitions.library import Library
from warroom.outside.guard import Guard
from warroom.runtime.deliver import POLL, Done, Performer, Result
from warroom.runtime.handle import Runtime
from warroom.store.errors import CannotKeep, StoreUnusable
from warroom.store.outbox import Claimed

log = logging.getLogger(__name__)
_ENDING = 200  # characters at the end of an output by which it is known to have been said
Resolve = Callable[[str], str | None]


class Actors:
    """The performers of one process. `environment` is where allowed programs and URLs may have variables from."""

    def __init__(
        self,
        runtime: Runtime,
        library: Library,
        *,
        resolve: Resolve,
        guard: Guard,
        allowed: Allowed,
        breaking: Breaking,
        environment: Mapping[str, str],
        secrets: Sequence[str] = (),
    ) -> None:
        self._runtime, self._library, self._resolve = runtime, library, resolve
        self._guard, self._allowed, self._breaking = guard, allowed, breaking
        self._environment, self._secrets = environment, secrets

    def performers(self) -> dict[type[f.Effect], Performer]:
        return {
            f.FindRunbooks: self._find_runbooks,
            f.RunCheck: self._run_check,
            f.RunAct: self._run_act,
            **self._breaking.performers(),
        }

    async def _find_runbooks(self, claimed: Claimed, room: Room) -> Result:
        effect = claimed.effect
        assert isinstance(effect, f.FindRunbooks)
        offers = self._library.offers(effect.services, effect.failure_modes, effect.labels, effect.title)
        return Done(commands=(c.RecordOffers(incident=effect.incident, offers=offers),))

    async def _run_check(self, claimed: Claimed, room: Room) -> Result:
        effect = claimed.effect
        assert isinstance(effect, f.RunCheck)
        finding = await look(
            effect.probe,
            resolve=self._resolve,
            guard=self._guard,
            allowed=self._allowed,
            environment=self._environment,
            secrets=self._secrets,
        )
        found = c.RecordCheck(
            run=effect.run, step=effect.step, attempt=effect.attempt, holds=finding.holds, detail=finding.detail
        )
        return Done(commands=(found,))

    # --- acts

    async def _run_act(self, claimed: Claimed, room: Room) -> Result:
        effect = claimed.effect
        assert isinstance(effect, f.RunAct)
        worker = f"{claimed.effect_id}/{claimed.attempts}"
        begins = c.RecordActBegun(run=effect.run, act=effect.act, worker=worker)
        handled = await self._runtime.handle(claimed.room_id, begins, key=f"begin:{worker}")
        act = handled.room.runs[effect.run].acts[effect.act]
        if act.over:
            return Done(outcome={"skipped": act.detail})
        if act.worker != worker:
            lost = "warroom was stopped while it ran. It may have run, wholly or in part."
            return Done(commands=(_ended(effect, UNKNOWN, lost),))
        if room.drill and not self._runs_in_drills(effect.action):
            return Done(commands=(_ended(effect, PRETENDED, "This is an exercise: nothing was run."),))
        return await self._really_run(claimed, effect, worker)

    def _runs_in_drills(self, action: Action) -> bool:
        line = self._allowed.act(action)
        return line is not None and line.drills

    async def _really_run(self, claimed: Claimed, effect: f.RunAct, worker: str) -> Result:
        cancelled = asyncio.Event()

        async def say(text: str) -> None:
            output = c.RecordActOutput(run=effect.run, act=effect.act, text=text)
            await self._runtime.handle(claimed.room_id, output)

        watching = asyncio.create_task(self._watch(claimed.room_id, effect, cancelled))
        try:
            outcome = await perform(
                effect.action,
                allowed=self._allowed,
                within=effect.within,
                guard=self._guard,
                say=say,
                cancelled=cancelled,
                environment=self._environment,
                secrets=self._secrets,
            )
        except asyncio.CancelledError:
            await asyncio.shield(self._runtime.handle(claimed.room_id, _stopped(effect)))
            raise
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        ended = _ended(effect, outcome.kind.replace("_", " "), outcome.detail, worker)
        await self._tell_the_end(claimed, effect, outcome.tail, ended)
        return Done()

    async def _tell_the_end(self, claimed: Claimed, effect: f.RunAct, tail: str, ended: c.RecordActEnded) -> None:
        """Until the room knows: an outcome that is known must not become unknown because the database was away."""
        wall = self._runtime.wall
        while True:
            try:
                told = (*await self._rest(claimed.room_id, effect, tail), ended)
                await self._runtime.handle(claimed.room_id, *told, key=f"effect:{claimed.effect_id}")
            except (SQLAlchemyError, OSError, CannotKeep, StoreUnusable):
                log.exception("how %s ended could not be told yet", claimed.effect_id)
                await wall.wait(wall.now() + POLL, asyncio.Event())
            else:
                return

    async def _rest(self, room: int, effect: f.RunAct, tail: str) -> Sequence[c.Command]:
        """The end of the output, when there was so much of it that not all was said."""
        said = (await self._runtime.room(room)).runs[effect.run].acts[effect.act].output.rstrip()
        if not tail.strip() or said.endswith(tail.rstrip()[-_ENDING:]):
            return ()
        return (c.RecordActOutput(run=effect.run, act=effect.act, text=f"… its end:\n{tail}"),)

    async def _watch(self, room: int, effect: f.RunAct, cancelled: asyncio.Event) -> None:
        """Notices that somebody wants it to stop, in this process or another."""
        nudge = self._runtime.nudged()
        try:
            while not await self._is_to_stop(room, effect):
                await self._runtime.wall.wait(self._runtime.wall.now() + POLL, nudge)
                nudge.clear()
            cancelled.set()
        finally:
            self._runtime.forget(nudge)

    async def _is_to_stop(self, room: int, effect: f.RunAct) -> bool:
        try:
            act: ActRun = (await self._runtime.room(room)).runs[effect.run].acts[effect.act]
        except (
            SQLAlchemyError,
            OSError,
            CannotKeep,
            StoreUnusable,
        ):  # the database may be away for a while; the next look tries again
            log.exception("whether act %s of %s is to stop could not be read", effect.act, effect.run)
            return False
        return act.state is ActState.CANCELLING


def _stopped(effect: f.RunAct) -> c.RecordActEnded:
    """This process ends. A program ends with it; a request may have arrived, whatever becomes of its answer."""
    if isinstance(effect.action, CallUrl):
        return _ended(effect, UNKNOWN, "warroom was stopped while it waited for the answer.")
    return _ended(effect, "cancelled", "warroom was stopped while it ran, and stopped it.")


def _ended(effect: f.RunAct, outcome: str, detail: str, worker: str = "") -> c.RecordActEnded:
    return c.RecordActEnded(run=effect.run, act=effect.act, outcome=outcome, detail=detail, worker=worker)
