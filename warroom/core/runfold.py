"""What each event does to the run it is about. The room (core.room) finds the run and keeps what comes back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from warroom.core import events as e
from warroom.core.changing import replace
from warroom.core.events import Entry
from warroom.core.runbook import Step
from warroom.core.runs import (
    ActRun,
    ActState,
    Evidence,
    Run,
    RunState,
    StepRun,
    StepState,
    Written,
    ended,
    entered,
    resumed,
)
from warroom.core.steps.check import FAILS, HOLDS
from warroom.core.steps.confirm import DECLINED
from warroom.core.steps.do import Do

SHOWN = 4_000  # characters of an act's output that the room remembers; all of it is on the timeline
Change = Callable[[Run, timedelta, Entry, Any], Run]  # the run, the room clock's reading, the entry, its event


def _step_entered(run: Run, reading: timedelta, entry: Entry, event: e.StepEntered) -> Run:
    return entered(run, event.step, reading, entry.at)


def _value_given(run: Run, reading: timedelta, entry: Entry, event: e.ValueGiven) -> Run:
    """What was approved was what the card showed then; with another value it is something else."""
    known, here = replace(run, given={**run.given, event.name: event.value}), run.of(run.at)
    if not here.approved or run.act_of(run.at) is not None:
        return known
    return known.having(run.at, replace(here, approved=()))


def _run_paused(run: Run, reading: timedelta, entry: Entry, event: e.RunPaused) -> Run:
    return replace(run, paused=reading, paused_why=event.reason, paused_with=event.of)


def _run_resumed(run: Run, reading: timedelta, entry: Entry, event: e.RunResumed) -> Run:
    return resumed(run, reading)


def _step_written(run: Run, reading: timedelta, entry: Entry, event: e.StepWritten) -> Run:
    if event.done:
        written = Written(after=event.after, title=event.title, text=event.text, by=entry.by, at=entry.at)
        return replace(run, beside=(*run.beside, written))
    step = Step(id=event.step, title=event.title, what=Do(text=event.text))
    return replace(run, runbook=replace(run.runbook, steps=(*run.runbook.steps, step)))


def _run_finished(run: Run, reading: timedelta, entry: Entry, event: e.RunFinished) -> Run:
    return ended(run, RunState.FINISHED, reading)


def _run_abandoned(run: Run, reading: timedelta, entry: Entry, event: e.RunAbandoned) -> Run:
    return ended(run, RunState.ABANDONED, reading, event.reason)


# --- steps


def _step_changed(change: Callable[[StepRun, Entry, Any], StepRun]) -> Change:
    """A move of one step of a run."""
    return lambda run, reading, entry, event: run.having(event.step, change(run.of(event.step), entry, event))


_TROUBLE = (FAILS, DECLINED)


def _step_left(state: StepState, words: str) -> Change:
    """A step is over, or has failed; `words` is the event's field that says how or why."""

    def change(run: Run, reading: timedelta, entry: Entry, event: Any) -> Run:
        there = replace(
            run.of(event.step),
            state=state,
            left=reading,
            left_at=entry.at,
            by=entry.by,
            answer=getattr(event, "answer", ""),
            note=getattr(event, words),
            looking=False,
            again=False,
        )
        wrong = state is StepState.FAILED or there.answer in _TROUBLE
        return replace(run.having(event.step, there), trouble=run.trouble or wrong)

    return change


def _step_taken(there: StepRun, entry: Entry, event: e.StepTaken) -> StepRun:
    state = there.state if there.state is StepState.FAILED else StepState.ACTIVE
    return replace(there, state=state, taken_by=event.person)


def _step_returned(there: StepRun, entry: Entry, event: e.StepReturned) -> StepRun:
    state = StepState.READY if there.state is StepState.ACTIVE else there.state
    return replace(there, state=state, taken_by="")


def _step_confirmed(there: StepRun, entry: Entry, event: e.StepConfirmed) -> StepRun:
    return replace(there, state=StepState.ACTIVE, confirmed=(*there.confirmed, entry.by))


def _evidence_given(there: StepRun, entry: Entry, event: e.EvidenceGiven) -> StepRun:
    evidence = Evidence(kind=event.kind, text=event.text, link=event.link, by=entry.by, at=entry.at)
    return replace(there, evidence=(*there.evidence, evidence))


def _check_started(run: Run, reading: timedelta, entry: Entry, event: e.CheckStarted) -> Run:
    there = run.of(event.step)
    since = there.looks_since if there.again else reading
    looking = replace(
        there, state=StepState.ACTIVE, attempts=event.attempt, looking=True, again=False, verdict="", looks_since=since
    )
    return run.having(event.step, looking)


def _check_reported(run: Run, reading: timedelta, entry: Entry, event: e.CheckReported) -> Run:
    there = replace(
        run.of(event.step),
        state=StepState.ACTIVE if event.again else StepState.READY,
        looking=False,
        looked=reading,
        again=event.again,
        verdict="" if event.again else HOLDS if event.holds else FAILS,
        finding=event.detail,
    )
    return replace(run.having(event.step, there), trouble=run.trouble or not (event.holds or event.again))


def _reminded(run: Run, reading: timedelta, entry: Entry, event: e.StepOverran) -> Run:
    there, due = run.of(event.step), run.overdue_at()
    late_by = there.late_by + (reading - due if due is not None and reading > due else timedelta(0))
    return run.having(event.step, replace(there, reminders=event.reminder, late_by=late_by))


# --- acts


def _act_approved(there: StepRun, entry: Entry, event: e.ActApproved) -> StepRun:
    return replace(there, approved=(*there.approved, entry.by))


def _act_asked(run: Run, reading: timedelta, entry: Entry, event: e.ActAsked) -> Run:
    act = ActRun(
        number=event.act,
        step=event.step,
        leg=run.leg,
        action=event.action,
        within=event.within,
        undo=event.undo,
        takes_back=event.takes_back,
        asked_at=entry.at,
    )
    there = run if event.undo else run.having(event.step, replace(run.of(event.step), state=StepState.ACTIVE))
    return replace(there, acts={**there.acts, event.act: act})


def _act_changed(change: Callable[[ActRun, Entry, Any], ActRun]) -> Change:
    return lambda run, reading, entry, event: replace(
        run, acts={**run.acts, event.act: change(run.acts[event.act], entry, event)}
    )


def _act_begun(act: ActRun, entry: Entry, event: e.ActBegun) -> ActRun:
    return replace(act, state=ActState.RUNNING, worker=event.worker, deadline=event.deadline, begun_at=entry.at)


def _act_said(act: ActRun, entry: Entry, event: e.ActSaid) -> ActRun:
    return replace(act, output=(act.output + event.text)[-SHOWN:])


def _act_ended(act: ActRun, entry: Entry, event: e.ActEnded) -> ActRun:
    return replace(act, state=ActState.ENDED, outcome=event.outcome, detail=event.detail)


MOVES: dict[type[e.Event], Change] = {
    e.RunHandedOver: lambda run, reading, entry, event: replace(run, leader=event.person),
    e.RunPaused: _run_paused,
    e.RunResumed: _run_resumed,
    e.ValueGiven: _value_given,
    e.StepWritten: _step_written,
    e.StepFlagged: lambda run, reading, entry, event: replace(run, flags=run.flags + 1),
    e.StepEntered: _step_entered,
    e.StepTaken: _step_changed(_step_taken),
    e.StepReturned: _step_changed(_step_returned),
    e.StepConfirmed: _step_changed(_step_confirmed),
    e.EvidenceGiven: _step_changed(_evidence_given),
    e.Announced: lambda run, reading, entry, event: run.having(event.step, replace(run.of(event.step), said=reading)),
    e.StepDone: _step_left(StepState.DONE, "note"),
    e.StepFailed: _step_left(StepState.FAILED, "reason"),
    e.StepSkipped: _step_left(StepState.SKIPPED, "reason"),
    e.StepOverran: _reminded,
    e.CheckStarted: _check_started,
    e.CheckReported: _check_reported,
    e.ActApproved: _step_changed(_act_approved),
    e.ActAsked: _act_asked,
    e.ActBegun: _act_changed(_act_begun),
    e.ActSaid: _act_changed(_act_said),
    e.ActCancelled: _act_changed(lambda act, entry, event: replace(act, state=ActState.CANCELLING)),
    e.ActEnded: _act_changed(_act_ended),
    e.RunFinished: _run_finished,
    e.RunAbandoned: _run_abandoned,
}
