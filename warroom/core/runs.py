"""Runs: the walking of runbooks, step by step.

A step is locked until the walk reaches it, then ready; active once somebody has it, a machine looks or time passes;
then done, failed or skipped. When the run is over, what the walk went round is "not taken".

    locked ──> ready ──> active ──> done | skipped         (again ready when a branch leads back to it)
                            └─────> failed ──> ready (tried again) | skipped

`leg` counts the steps entered so far. A button carries the leg it was drawn for, so a press on an old card is refused
with who did what instead. Deadlines are readings of the room's clock; while a run is paused it has none.

A step that walks another runbook, or several branches, does so in runs of their own, which name it as their `parent`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

from warroom.core.actions import Action
from warroom.core.changing import replace
from warroom.core.declaring import dataclass
from warroom.core.events import Parent, RunStarted
from warroom.core.refusals import NotNow, TooLate, Unknown
from warroom.core.runbook import Runbook, Step
from warroom.core.steps.announce import Announce
from warroom.core.steps.check import Check
from warroom.core.steps.kind import END
from warroom.core.values import Filling, Value
from warroom.core.words import Person, Time, Words

WARROOM = "warroom"  # `by` when nobody pressed: the clock, or a machine
VERDICTS = ("worked", "wrong", "unclear", "missing")


class StepState(StrEnum):
    LOCKED = "locked"
    READY = "ready"
    ACTIVE = "active"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_TAKEN = "not taken"


class RunState(StrEnum):
    WALKING = "walking"
    FINISHED = "finished"
    ABANDONED = "abandoned"


class ActState(StrEnum):
    ASKED = "asked"
    RUNNING = "running"
    CANCELLING = "cancelling"
    ENDED = "ended"


DONE, PRETENDED, UNKNOWN, NEVER_BEGUN = "done", "pretended", "unknown", "never begun"
GRACE = timedelta(minutes=1)  # after the time an act has, before it counts as lost
_NO_EFFECT = (NEVER_BEGUN, "refused")


@dataclass(frozen=True, kw_only=True, slots=True)
class ActRun:
    """One act of a walk, or the undoing of one. `output` is the end of what it said."""

    number: int
    step: str
    leg: int
    action: Action
    within: timedelta
    undo: bool
    asked_at: datetime
    takes_back: Action | None = None
    state: ActState = ActState.ASKED
    worker: str = ""
    begun_at: datetime | None = None
    deadline: datetime | None = None
    output: str = ""
    outcome: str = ""
    detail: str = ""

    @property
    def over(self) -> bool:
        return self.state is ActState.ENDED

    @property
    def had_effect(self) -> bool:
        """Whether it may have changed something, as far as anybody knows."""
        return self.over and self.outcome not in _NO_EFFECT


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    kind: str
    text: str
    link: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """Something that was done beside the runbook, after the step `after`."""

    after: str
    title: str
    text: str
    by: str
    at: datetime


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
    reminders: int = 0
    late_by: timedelta = timedelta(0)  # how late the last reminder itself was
    attempts: int = 0
    looking: bool = False
    looks_since: timedelta | None = None  # when the looking began that still goes on
    looked: timedelta | None = None
    again: bool = False
    verdict: str = ""  # what the last look means for the walk, once it may go on
    finding: str = ""
    said: timedelta | None = None  # when the bot said what the step has it say
    confirmed: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def over(self) -> bool:
        return self.state in (StepState.DONE, StepState.SKIPPED)

    @property
    def overran(self) -> bool:
        return self.reminders > 0


_LOCKED = StepRun()


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """`given` are the values given so far; `paused` is the reading of the room's clock when it was paused."""

    id: str
    incident: str
    runbook: Runbook
    digest: str
    started_by: str
    started_at: datetime
    started: timedelta
    others: Mapping[str, Runbook] = field(default_factory=dict)
    parent: Parent | None = None
    title: str = ""
    stops: tuple[str, ...] = ()
    blank: bool = False
    leader: str = ""
    state: RunState = RunState.WALKING
    at: str = ""
    path: tuple[str, ...] = ()
    steps: Mapping[str, StepRun] = field(default_factory=dict)
    acts: Mapping[int, ActRun] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[Written, ...] = ()
    flags: int = 0
    paused: timedelta | None = None
    paused_why: str = ""
    paused_with: str = ""
    trouble: bool = False  # something has gone wrong on the way
    ended: timedelta | None = None
    reason: str = ""

    @property
    def walking(self) -> bool:
        return self.state is RunState.WALKING

    @property
    def name(self) -> str:
        """What people call it: a branch has a title of its own."""
        return self.title or self.runbook.title

    @property
    def current(self) -> Step | None:
        """The step to do now. None when the walk is over, and in a blank run between two steps."""
        if not self.walking or (self.blank and self.of(self.at).over):
            return None
        return self.runbook.step(self.at)

    def of(self, step: str) -> StepRun:
        return self.steps.get(step, _LOCKED)

    @property
    def leg(self) -> int:
        return len(self.path)

    @property
    def values(self) -> tuple[Value, ...]:
        """What it leaves open, and what any runbook it may walk does: so that it is asked for once."""
        every = (value for each in (self.runbook, *self.others.values()) for value in each.all_values())
        found: dict[str, Value] = {}
        for value in every:
            found.setdefault(value.name, value)
        return tuple(found.values())

    @property
    def filling(self) -> Filling:
        return Filling(self.runbook.all_values(), self.given)

    def titled(self, step: Step) -> str:
        """The step's title, with the values of this run in it."""
        return self.filling.text(step.title)

    def having(self, step: str, there: StepRun) -> "Run":
        """The run with this step so."""
        return replace(self, steps={**self.steps, step: there})

    def following(self, step: Step, answer: str) -> str | None:
        """The step that comes after this answer; None when the walk is over then. A counter may lead elsewhere."""
        return self.limited(self.runbook.after(step, answer))

    def limited(self, goto: str | None) -> str | None:
        """Where the walk comes to when it is to go there: elsewhere, when the step's counter says so; None for its end."""
        seen = set[str]()
        goto = None if goto == END else goto
        while goto is not None and goto not in self.stops:
            there = self.runbook.step(goto)
            limit = there.at_most if there else None
            if limit is None or self.path.count(goto) < limit.times:
                return goto
            if goto in seen:
                return None
            seen.add(goto)
            goto = None if limit.then == END else limit.then
        return None

    # --- deadlines: readings of the room's clock

    def overdue_at(self) -> timedelta | None:
        """When the next reminder is due for the current step, if there is one still to come.

        The first is for whoever has it; after as long again the second for the commander; then what the runbook says.
        When one came late, because nobody was there to say it, the others keep their distance from it.
        """
        step = self._timed()
        if step is None or step.patience is None:
            return None
        here = self.of(step.id)
        if here.entered is None:
            return None
        last = (step.late.after or 3 * step.patience) if step.late else None
        second = 2 * step.patience if last is None else min(2 * step.patience, last)
        due = (step.patience, max(step.patience, second), None if last is None else max(step.patience, last))
        wait = due[here.reminders] if here.reminders < len(due) else None
        return None if wait is None else here.entered + wait + here.late_by

    def ends_itself_at(self) -> timedelta | None:
        """When the current step is done without anybody, if it is such a step."""
        step = self._timed()
        if step is None:
            return None
        length, here = step.what.ends_after(), self.of(step.id)
        since = here.said if isinstance(step.what, Announce) else here.entered
        return None if length is None or since is None else since + length

    def looks_again_at(self) -> timedelta | None:
        """When a check that did not hold is looked at again by itself."""
        step = self._timed()
        if step is None or not isinstance(step.what, Check) or step.what.until is None:
            return None
        here = self.of(step.id)
        return here.looked + step.what.until.every if here.again and here.looked is not None else None

    def _timed(self) -> Step | None:
        return None if self.paused is not None else self.current

    # --- acts

    def act_of(self, step: str) -> ActRun | None:
        """The last act of this step on this leg of the way, its undoing left out."""
        return next(
            (
                each
                for each in reversed(tuple(self.acts.values()))
                if (each.step, each.leg, each.undo) == (step, self.leg, False)
            ),
            None,
        )

    def undoable(self) -> Iterator[ActRun]:
        """The acts that may have changed something, can be taken back, and have not been; the newest first."""
        for act in reversed(tuple(self.acts.values())):
            undone = any(self._takes_back(each, act) for each in self.acts.values())
            if not act.undo and act.had_effect and act.takes_back is not None and not undone:
                yield act

    def _takes_back(self, undoing: ActRun, act: ActRun) -> bool:
        later = undoing.undo and undoing.step == act.step and undoing.number > act.number
        return later and (not undoing.over or undoing.outcome in (DONE, PRETENDED))


def set_back(run: Run, by: timedelta) -> Run:
    """The walk when the clock has been set back: what a machine does may still take as long as it might."""
    waiting = {number for number, act in run.acts.items() if act.deadline is not None and not act.over}
    if not waiting:
        return run
    acts = {
        number: replace(act, deadline=act.deadline - by) if act.deadline and number in waiting else act
        for number, act in run.acts.items()
    }
    return replace(run, acts=acts)


def begun(
    event: RunStarted, *, by: str, at: datetime, reading: timedelta, whole: Run | None, given: Mapping[str, str]
) -> Run:
    """The run that this event makes, before its first step. What it is a part of gives it its others and its values."""
    return Run(
        id=event.run,
        incident=event.incident,
        runbook=event.runbook,
        digest=event.digest,
        started_by=by,
        started_at=at,
        started=reading,
        others=whole.others if whole else event.others,
        parent=event.parent,
        title=event.title,
        stops=event.stops,
        blank=event.blank,
        given=whole.given if whole else given,
    )


def entered(run: Run, step: str, reading: timedelta, at: datetime) -> Run:
    """The walk stands at this step now, for the first time or again."""
    before = run.of(step)
    fresh = StepRun(
        state=StepState.READY,
        entered=reading,
        entered_at=at,
        attempts=before.attempts,
        evidence=before.evidence,
    )
    return replace(run, at=step, path=(*run.path, step), steps={**run.steps, step: fresh})


def resumed(run: Run, reading: timedelta) -> Run:
    """The walk goes on: what was due is due as much later as it stood still."""
    if run.paused is None:
        return run
    paused, here = run.paused, run.of(run.at)

    def later(at: timedelta | None) -> timedelta | None:
        return None if at is None else at + reading - max(paused, at)

    moved = replace(
        here,
        entered=later(here.entered),
        looked=later(here.looked),
        looks_since=later(here.looks_since),
        said=later(here.said),
    )
    return replace(run.having(run.at, moved) if run.at else run, paused=None, paused_why="", paused_with="")


def ended(run: Run, state: RunState, reading: timedelta, reason: str = "") -> Run:
    steps = {
        step.id: run.of(step.id) if run.of(step.id).over else replace(run.of(step.id), state=_left_behind(run, step.id))
        for step in run.runbook.steps
    }
    return replace(run, state=state, at="", steps=steps, ended=reading, reason=reason, paused=None)


def _left_behind(run: Run, step: str) -> StepState:
    failed = run.of(step).state is StepState.FAILED
    return StepState.FAILED if failed else StepState.NOT_TAKEN


def must_stand_at(run: Run, step: str, leg: int | None) -> Step:
    """The current step, if the press was made for it; otherwise a sentence that says what happened since."""
    asked = run.runbook.step(step)
    if asked is None:
        raise Unknown(f"“{run.name}” has no step {step!r}.")
    title = run.titled(asked)
    if not run.walking:
        raise TooLate(f"“{run.name}” is {run.state}; there is nothing left to do in it.")
    if run.at != step or run.current is None:
        raise TooLate(*_moved_on(run, asked))
    if leg is not None and leg != run.leg:
        raise TooLate(f"“{title}” was started again since that card was drawn; look at the newest card.")
    if run.paused is not None:
        raise NotNow(f"“{run.name}” is paused. Resume it first.")
    return asked


def _moved_on(run: Run, asked: Step) -> Words:
    now, title = run.current, run.titled(asked)
    where = f"“{run.name}” has moved on to “{run.titled(now)}”" if now else f"“{title}” is done already"
    there = run.of(asked.id)
    if not there.over or there.left_at is None:
        return (f"{where}; “{title}” is not the step to do now.",)
    if there.by == WARROOM:
        return (f"{where}; “{title}” ended by itself at ", Time(there.left_at), ".")
    did = "skipped" if there.state is StepState.SKIPPED else "did"
    return (f"{where}; ", Person(there.by), f" {did} “{title}” at ", Time(there.left_at), ".")


def must_answer(run: Run, step: Step, answer: str) -> None:
    known = [each.word for each in step.what.answers()]
    if answer not in known:
        takes = ", ".join(known) or "no answer"
        raise NotNow(f"“{run.titled(step)}” cannot be answered with {answer!r}; it takes {takes}.")
    if run.of(step.id).state is StepState.FAILED:
        raise TooLate(f"“{run.titled(step)}” has failed. Try it again, or skip it and say why.")
