"""The rules of walks: what follows by itself from how a walk, its steps, checks and acts are.

Each rule answers with what now follows, and its answer makes it silent. Their order is in `coupling`.
"""

from datetime import datetime, timedelta

from warroom.core import events as e
from warroom.core.events import Event
from warroom.core.onward import begin_looking, enter, failed, go, onward
from warroom.core.room import Room
from warroom.core.runbook import Step
from warroom.core.runs import DONE, PRETENDED, UNKNOWN, WARROOM, ActState, Run, RunState, StepState, begun
from warroom.core.steps.parallel import ANY, Branch, Parallel
from warroom.core.steps.runbook import FINISHED, SubRunbook

News = list[Event]
DEEPEST = 5  # runbooks within runbooks
_TOO_DEEP = f"Runbooks lie {DEEPEST} deep in one another here; that is as far as it goes."
LAST = 3  # the reminder at which the runbook itself says what to do


def walks_end(room: Room, now: datetime, reading: timedelta) -> News:
    if room.open is False:
        over = "the game has ended" if room.drill else "the room was closed"
        return [e.RunAbandoned(run=run.id, reason=over) for run in room.walking]
    return [
        e.RunAbandoned(run=run.id, reason="the incident was resolved")
        for run in room.walking
        if run.incident in room.incidents and not room.incidents[run.incident].open
    ]


def acts_lost(room: Room, now: datetime, reading: timedelta) -> News:
    """An act that nobody has been heard of: it may have run or not, and nobody but a person may say which."""
    for run in room.acting:
        for act in run.acts.values():
            if not act.over and act.deadline is not None and now >= act.deadline:
                detail = "Nothing has been heard of it. It may have run, wholly or in part."
                return [e.ActEnded(run=run.id, act=act.number, outcome=UNKNOWN, detail=detail)]
    return []


def acts_stop(room: Room, now: datetime, reading: timedelta) -> News:
    """What still runs for a walk that is over is stopped; what takes something back goes on."""
    return [
        e.ActCancelled(run=run.id, act=act.number)
        for run in room.acting
        if not run.walking
        for act in run.acts.values()
        if act.state is ActState.RUNNING and not act.undo
    ]


def acts_over(room: Room, now: datetime, reading: timedelta) -> News:
    """A step whose act has ended is over with it, as soon as the walk may go on."""
    if not room.live:
        return []
    for run in room.walking:
        if not run.acts:
            continue
        act, there = run.act_of(run.at), run.of(run.at)
        if run.current is None or run.paused is not None or act is None or not act.over:
            continue
        if there.over or there.state is StepState.FAILED:
            continue
        if act.outcome in (DONE, PRETENDED):
            return [e.StepDone(run=run.id, step=act.step, answer=DONE), *onward(run, act.step, DONE)]
        if act.outcome == UNKNOWN:  # people decide, not `failed`
            return [e.StepFailed(run=run.id, step=act.step, reason=act.detail)]
        return failed(run, act.step, act.detail)
    return []


def looks_over(room: Room, now: datetime, reading: timedelta) -> News:
    """A check that has been answered leads on, as soon as the walk may go on."""
    if not room.live:
        return []
    for run in room.walking:
        there = run.of(run.at)
        step = run.current if there.verdict else None
        if step is None or run.paused is not None or step.what.stays(there.verdict):
            continue
        return [
            e.StepDone(run=run.id, step=step.id, answer=there.verdict),
            *onward(run, step.id, there.verdict),
        ]
    return []


def waits_end(room: Room, now: datetime, reading: timedelta) -> News:
    if not room.live or reading < room.walks_due.ends:
        return []
    for run in room.walking:
        until = run.ends_itself_at()
        if until is not None and reading >= until:
            return [e.StepDone(run=run.id, step=run.at, answer="waited"), *onward(run, run.at, "waited")]
    return []


def looks_again(room: Room, now: datetime, reading: timedelta) -> News:
    if not room.live or reading < room.walks_due.looks:
        return []
    for run in room.walking:
        due, step = run.looks_again_at(), run.current
        if due is not None and step is not None and reading >= due:
            return begin_looking(run, step, run.filling)
    return []


def parts_begin(room: Room, now: datetime, reading: timedelta) -> News:
    """A step that walks other runbooks, or branches of this one, has them begin, each as a run of its own."""
    if not room.live:
        return []
    for run in room.walking:
        step = run.current
        if step is None or not isinstance(step.what, SubRunbook | Parallel) or run.paused is not None:
            continue
        if run.of(step.id).state is StepState.FAILED or room.parts_of(run):
            continue
        if step.what.word in (SubRunbook.word, Parallel.word) and len(list(room.wholes_of(run))) >= DEEPEST:
            return [e.StepFailed(run=run.id, step=step.id, reason=_TOO_DEEP)]
        match step.what:
            case SubRunbook(runbook=name):
                return _part(room, run, step, name)
            case Parallel(branches=branches):
                return [event for place, each in enumerate(branches) for event in _branch(room, run, step, each, place)]
    return []


def _part(room: Room, run: Run, step: Step, name: str) -> News:
    other = run.others.get(name)
    if other is None or not other.steps:  # people decide, not `failed`: nothing would stop that from going round
        return [e.StepFailed(run=run.id, step=step.id, reason=f"There is no runbook “{name}”.")]
    parent = e.Parent(run=run.id, step=step.id, leg=run.leg)
    started = e.RunStarted(
        run=f"R{len(room.runs) + 1}",
        incident=run.incident,
        runbook=other,
        digest=run.digest,
        parent=parent,
    )
    return [started, *enter(_part_begun(run, started), other.steps[0].id)]


def _branch(room: Room, run: Run, step: Step, branch: Branch, place: int) -> News:
    started = e.RunStarted(
        run=f"R{len(room.runs) + 1 + place}",
        incident=run.incident,
        runbook=run.runbook,
        digest=run.digest,
        parent=e.Parent(run=run.id, step=step.id, leg=run.leg),
        title=branch.title,
        stops=tuple(sorted(run.runbook.stops(step) | set(run.stops))),
    )
    return [started, *enter(_part_begun(run, started), branch.first)]


def _part_begun(whole: Run, started: e.RunStarted) -> Run:
    return begun(started, by=WARROOM, at=whole.started_at, reading=whole.started, whole=whole, given={})


def parts_over(room: Room, now: datetime, reading: timedelta) -> News:
    for run in room.walking:
        parts = room.parts_of(run)
        step = run.current if parts else None
        if step is None or not parts or run.of(step.id).state is StepState.FAILED or run.paused is not None:
            continue
        finished = [each for each in parts if each.state is RunState.FINISHED]
        any_will_do = isinstance(step.what, Parallel) and step.what.needs == ANY
        if len(finished) == len(parts) or (any_will_do and finished):
            return [e.StepDone(run=run.id, step=step.id, answer=FINISHED), *onward(run, step.id, FINISHED)]
        if not any(each.walking for each in parts):
            stopped = next(each for each in parts if each.state is RunState.ABANDONED)
            return failed(run, step.id, f"“{stopped.name}” was stopped: {stopped.reason}")
    return []


def parts_orphaned(room: Room, now: datetime, reading: timedelta) -> News:
    """A part of a walk that has gone on without it, or is over, ends."""
    for part in room.walking:
        if part.parent is None:
            continue
        whole = room.runs.get(part.parent.run)
        if whole is None or not whole.walking or (whole.at, whole.leg) != (part.parent.step, part.parent.leg):
            name = whole.name if whole else part.parent.run
            return [e.RunAbandoned(run=part.id, reason=f"“{name}” went on without it")]
    return []


def steps_overrun(room: Room, now: datetime, reading: timedelta) -> News:
    if not room.live or reading < room.walks_due.overdue:
        return []
    for run in room.walking:
        due, step = run.overdue_at(), run.current
        if due is None or step is None or reading < due:
            continue
        reminder = run.of(step.id).reminders + 1
        late: News = [e.StepOverran(run=run.id, step=step.id, reminder=reminder)]
        if reminder == LAST and step.late is not None and step.late.goto and not _acting(run):
            why = "It was late, and the runbook says to go on elsewhere then."
            late += [e.StepSkipped(run=run.id, step=step.id, reason=why), *go(run, step.late.goto)]
        return late
    return []


def _acting(run: Run) -> bool:
    act = run.act_of(run.at)
    return act is not None and not act.over
