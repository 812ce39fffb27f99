"""Runs: the walking of runbooks, step by step.

A step is locked until the walk reaches it, then ready; active once somebody has it, a machine looks or time passes;
then done or skipped. When the run is over, what the walk went round is "not taken".

    locked ──> ready ──> active ──> done | skipped         (again ready when a branch leads back to it)

`leg` counts the steps entered so far. A button carries the leg it was drawn for, so a press on an old card is refused
with who did what instead. Deadlines are readings of the room's clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from warroom.core.refusals import NotNow, TooLate, Unknown
from warroom.core.runbook import Runbook, Step
from warroom.core.words import Person, Time, Word, Words

WARROOM = "warroom"  # `by` when nobody pressed: the clock, or a machine


class StepState(StrEnum):
    LOCKED = "locked"
    READY = "ready"
    ACTIVE = "active"
    DONE = "done"
    SKIPPED = "skipped"
    NOT_TAKEN = "not taken"


class RunState(StrEnum):
    WALKING = "walking"
    FINISHED = "finished"
    ABANDONED = "abandoned"


@dataclass(frozen=True, kw_only=True, slots=True)
class StepRun:
    """One step of one walk. `entered` and `left` are readings of the room's clock; `by` is who ended it."""

    state: StepState = StepState.LOCKED
    entered: timedelta | None = None
    entered_at: datetime | None = None
    left: timedelta | None = None
    taken_by: str = ""
    by: str = ""
    left_at: datetime | None = None
    answer: str = ""
    note: str = ""
    overran: bool = False
    attempts: int = 0
    looking: bool = False
    finding: str = ""

    @property
    def over(self) -> bool:
        return self.state in (StepState.DONE, StepState.SKIPPED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    id: str
    incident: str
    runbook: Runbook
    digest: str
    started_by: str
    started_at: datetime
    started: timedelta
    state: RunState = RunState.WALKING
    at: str = ""
    path: tuple[str, ...] = ()
    steps: Mapping[str, StepRun] = field(default_factory=dict)
    ended: timedelta | None = None
    reason: str = ""

    @property
    def walking(self) -> bool:
        return self.state is RunState.WALKING

    @property
    def current(self) -> Step | None:
        return self.runbook.step(self.at) if self.walking else None

    def of(self, step: str) -> StepRun:
        return self.steps.get(step, StepRun())

    @property
    def leg(self) -> int:
        return len(self.path)

    def having(self, step: str, there: StepRun) -> "Run":
        """The run with this step so."""
        return replace(self, steps={**self.steps, step: there})

    def overdue_at(self) -> timedelta | None:
        """When the current step overruns, if it can and has not yet."""
        step = self.current
        if step is None:
            return None
        here = self.of(step.id)
        if here.overran or here.entered is None or step.patience is None:
            return None
        return here.entered + step.patience

    def ends_itself_at(self) -> timedelta | None:
        """When the current step is done without anybody, if it is such a step."""
        step = self.current
        if step is None:
            return None
        length, entered = step.what.ends_after(), self.of(step.id).entered
        return None if length is None or entered is None else entered + length


def entered(run: Run, step: str, reading: timedelta, at: datetime) -> Run:
    """The walk stands at this step now, for the first time or again."""
    fresh = StepRun(state=StepState.READY, entered=reading, entered_at=at, attempts=run.of(step).attempts)
    return replace(run, at=step, path=(*run.path, step), steps={**run.steps, step: fresh})


def ended(run: Run, state: RunState, reading: timedelta, reason: str = "") -> Run:
    steps = {
        step.id: run.of(step.id) if run.of(step.id).over else replace(run.of(step.id), state=StepState.NOT_TAKEN)
        for step in run.runbook.steps
    }
    return replace(run, state=state, at="", steps=steps, ended=reading, reason=reason)


def must_stand_at(run: Run, step: str, leg: int | None) -> Step:
    """The current step, if the press was made for it; otherwise a sentence that says what happened since."""
    asked = run.runbook.step(step)
    if asked is None:
        raise Unknown(f"“{run.runbook.title}” has no step {step!r}.")
    if not run.walking:
        raise TooLate(f"“{run.runbook.title}” is {run.state}; there is nothing left to do in it.")
    if run.at != step:
        raise TooLate(*_moved_on(run, asked))
    if leg is not None and leg != run.leg:
        raise TooLate(f"“{asked.title}” was started again since that card was drawn; look at the newest card.")
    return asked


def _moved_on(run: Run, asked: Step) -> Words:
    now = run.current
    where = f"“{run.runbook.title}” has moved on to “{now.title}”" if now else f"“{run.runbook.title}” is over"
    there = run.of(asked.id)
    if not there.over or there.left_at is None:
        return (f"{where}; “{asked.title}” is not the step to do now.",)
    did = "skipped" if there.state is StepState.SKIPPED else "did"
    who: Word = Person(there.by) if there.by != WARROOM else "the clock"
    return (f"{where}; ", who, f" {did} “{asked.title}” at ", Time(there.left_at), ".")


def must_answer(step: Step, answer: str) -> None:
    known = [each.word for each in step.what.answers()]
    if answer not in known:
        raise NotNow(f"“{step.title}” cannot be answered with {answer!r}; it takes {', '.join(known) or 'no answer'}.")
