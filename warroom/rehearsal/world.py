"""What the world answers in a rehearsal: channels, runbooks that fit, what checks find, acts, faults, preflights.

It is on the side of the plot, and always answers in the same way:

- Channels open at once. The runbooks that fit are looked up as the bot does it, in the given library.
- A check that comes before anything was done about its incident finds the trouble, where its runbook leads on from that.
  Once a step was done or an act has run, it holds. One that is to be seen red (`check_red`) fails the first time.
  Where only one of the two leads to a step that the scenario expects, that is what is found.
- An act begins after a second and is done after ten more. Faults break and are undone within seconds.
- A preflight is green, stop conditions hold, an emergency gets its room.

With `chance` it is another world: checks and acts go wrong now and then, faults are refused or get stuck, stop
conditions trip, and answers come late and twice.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core.readiness import Finding
from warroom.core.room import Room
from warroom.core.runbook import Offer
from warroom.core.runs import Run, StepState
from warroom.core.steps.act import Act
from warroom.core.steps.check import FAILS, HOLDS
from warroom.core.steps.do import Do
from warroom.rehearsal.moves import Intent, at_once
from warroom.rehearsal.wanted import Map

Offers = Callable[[f.FindRunbooks], tuple[Offer, ...]]
_SOON, _ACT = timedelta(seconds=2), timedelta(seconds=10)
_LATE = timedelta(minutes=7)


class World:
    """The answers. `offers` finds runbooks; `chance` makes it a rough world."""

    def __init__(self, offers: Offers, known: Map, chance: Random | None = None) -> None:
        self.offers, self.known, self.chance = offers, known, chance

    def answers(self, room: Room, effect: f.Effect) -> Iterable[Intent]:
        """What comes back for an effect; nothing for what is only said or shown."""
        answer = _ANSWERS.get(type(effect))
        if answer is None:
            return ()
        intents = answer(self, room, effect)
        return intents if self.chance is None else self._roughly(intents)

    def _roughly(self, intents: Iterable[Intent]) -> Iterator[Intent]:
        """Now and then late, and now and then twice."""
        assert self.chance is not None
        for intent in intents:
            late = _LATE * self.chance.random() if self.chance.random() < 0.1 else timedelta(0)
            yield Intent(intent.after + late, intent.make)
            if self.chance.random() < 0.1:
                yield Intent(intent.after + late + _SOON, intent.make)

    def _badly(self, share: float) -> bool:
        return self.chance is not None and self.chance.random() < share

    # --- one answer each

    def _channel(self, room: Room, effect: f.OpenChannel) -> Iterator[Intent]:
        if self._badly(0.03):
            yield at_once(c.RecordNoChannel(place=effect.place, reason="too many channels"), "no channel")
            return
        channel = c.RecordChannel(place=effect.place, channel=f"C-{effect.place}", name=effect.name)
        yield at_once(channel, "a channel is open")

    def _found(self, room: Room, effect: f.FindRunbooks) -> Iterator[Intent]:
        yield at_once(c.RecordOffers(incident=effect.incident, offers=self.offers(effect)), "runbooks are found")

    def _check(self, room: Room, effect: f.RunCheck) -> Iterator[Intent]:
        run = room.runs[effect.run]
        holds = self._holds(room, run, effect)
        detail = "as it should be" if holds else "not as it should be"
        found = c.RecordCheck(run=run.id, step=effect.step, attempt=effect.attempt, holds=holds, detail=detail)
        yield at_once(found, f"a check {'holds' if holds else 'does not hold'}", _SOON)

    def _holds(self, room: Room, run: Run, effect: f.RunCheck) -> bool:
        if self.chance is not None:
            return self.chance.random() < 0.7
        step, name = run.runbook.step(effect.step), f"{run.runbook.id}/{effect.step}"
        if step is None or effect.attempt > 1:
            return True
        if name in self.known.wanted.red:
            return False
        if step.what.stays(FAILS):
            return True
        held, failed = (
            len(self.known.ahead(run.runbook, run.following(step, each)) - set(run.path)) for each in (HOLDS, FAILS)
        )
        return held > failed if held != failed else _mended(room, run)

    def _act(self, room: Room, effect: f.RunAct) -> Iterator[Intent]:
        outcome = "done"
        if self.chance is not None:
            outcome = self.chance.choice(("done", "done", "done", "failed", "unknown", ""))
        begun = c.RecordActBegun(run=effect.run, act=effect.act, worker="worker")
        yield at_once(begun, "an act begins", timedelta(seconds=1))
        if outcome:  # else nothing is ever heard of it again
            ended = c.RecordActEnded(run=effect.run, act=effect.act, outcome=outcome, detail=outcome, worker="worker")
            yield at_once(ended, f"an act ends: {outcome}", _ACT)

    def _break(self, room: Room, effect: f.InjectFault) -> Iterator[Intent]:
        refused = self._badly(0.15)
        detail = "it would not break" if refused else ""
        told = c.RecordFault(fault=effect.fault, injected=not refused, detail=detail)
        yield at_once(told, f"{effect.target} {'does not break' if refused else 'breaks'}", _SOON)

    def _undo(self, room: Room, effect: f.RollBack) -> Iterator[Intent]:
        stuck = self._badly(0.2)
        if stuck:
            told = c.RecordRollback(fault=effect.fault, undone=False, detail="it is stuck")
            yield at_once(told, f"{effect.target} is stuck", _SOON)
        whole = c.RecordRollback(fault=effect.fault, undone=True, detail="seen to be whole")
        yield at_once(whole, f"{effect.target} is whole again", 2 * _LATE if stuck else _SOON)

    def _look(self, room: Room, effect: f.LookAround) -> Iterator[Intent]:
        holds = not self._badly(0.1)
        findings = (Finding(what="the systems", holds=holds, detail="" if holds else "one is down"),)
        told = c.RecordPreflight(attempt=effect.attempt, findings=findings)
        yield at_once(told, f"the preflight is {'green' if holds else 'red'}", _SOON)

    def _watch(self, room: Room, effect: f.WatchStop) -> Iterator[Intent]:
        name = effect.stop.id
        yield at_once(c.RecordStop(stop=name, holds=True, detail="as it should be"), f"{name} holds", _SOON)
        if self._badly(0.5):
            assert self.chance is not None
            trips = timedelta(minutes=self.chance.randint(3, 60))
            for holds, when in ((False, trips), (True, trips + _LATE)):
                told = c.RecordStop(stop=name, holds=holds, detail="seen")
                yield at_once(told, f"{name} {'holds again' if holds else 'does not hold'}", when)

    def _real(self, room: Room, effect: f.OpenRealRoom) -> Iterator[Intent]:
        yield at_once(c.RecordRealRoom(key="INC-1"), "a real room is open", _SOON)


def _mended(room: Room, run: Run) -> bool:
    """Whether something has been done in the walks of this incident that can have helped."""
    for each in room.runs.values():
        if each.incident != run.incident:
            continue
        done = (step for step in each.runbook.steps if each.of(step.id).state is StepState.DONE)
        if any(isinstance(step.what, Do | Act) for step in done):
            return True
    return False


_ANSWERS: dict[type[f.Effect], Callable[[World, Room, Any], Iterable[Intent]]] = {
    f.OpenChannel: World._channel,
    f.FindRunbooks: World._found,
    f.RunCheck: World._check,
    f.RunAct: World._act,
    f.InjectFault: World._break,
    f.RollBack: World._undo,
    f.LookAround: World._look,
    f.WatchStop: World._watch,
    f.OpenRealRoom: World._real,
}
