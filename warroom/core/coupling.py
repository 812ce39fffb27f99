"""How the parts of a room pull on one another. All of it is here, as rules.

After every command the rules are asked, in this order, what now follows; the first that has an answer gives it, and they
are asked again, until none has. Each answer makes its own rule silent, so this ends.

    game over            ends the walks that are still going on, and undoes what is still broken
    incident resolved    ends its walks and undoes what was broken for it
    fault past deadline  is undone, paused or not
    expectation          is met when its condition holds, missed when its time is up
    act                  counts as lost when nothing was heard of it for too long; stops with its walk; ends its step
    step                 is done when its waiting is over, or the walks it has begun; overruns when its time is up
    check                is looked at again when the runbook says so
    part of a walk       begins with its step, and ends when that is left
    inject               is played when it is due; held when it fell due while nobody was there
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from warroom.core import events as e
from warroom.core.events import Event
from warroom.core.injects.hint import Hint
from warroom.core.onward import begin_looking, enter, failed, go, onward
from warroom.core.plan import ExpectationState, InjectState
from warroom.core.room import CATCH_UP, Room
from warroom.core.roster import COMMANDER
from warroom.core.runbook import Step
from warroom.core.runs import DONE, PRETENDED, UNKNOWN, WARROOM, ActState, Run, RunState, StepState, begun
from warroom.core.scenario import Inject
from warroom.core.steps.parallel import ANY, Branch, Parallel
from warroom.core.steps.runbook import FINISHED, SubRunbook
from warroom.core.when import Condition

News = list[Event]
DEEPEST = 5  # runbooks within runbooks
_TOO_DEEP = f"Runbooks lie {DEEPEST} deep in one another here; that is as far as it goes."
LAST = 3  # the reminder at which the runbook itself says what to do


def consequences(room: Room, now: datetime) -> News:
    """What follows next from how the room is; empty when nothing does."""
    reading = room.clock.reading(now)
    for rule in _RULES:
        if news := rule(room, now, reading):
            return news
    return []


# --- what ends with something else


def _walks_end(room: Room, now: datetime, reading: timedelta) -> News:
    if room.open is False:
        over = "the game has ended" if room.drill else "the room was closed"
        return [e.RunAbandoned(run=run.id, reason=over) for run in room.runs.values() if run.walking]
    return [
        e.RunAbandoned(run=run.id, reason="the incident was resolved")
        for run in room.runs.values()
        if run.walking and run.incident in room.incidents and not room.incidents[run.incident].open
    ]


def _breakages_end(room: Room, now: datetime, reading: timedelta) -> News:
    return [
        e.RollbackAsked(fault=fault.id, reason=reason)
        for fault in room.faults.values()
        if fault.owed and (reason := _why_undo(room, fault.incident, fault.deadline, now))
    ]


def _why_undo(room: Room, incident: str, deadline: datetime, now: datetime) -> str:
    if room.open is False:
        return "the game has ended"
    if incident in room.incidents and not room.incidents[incident].open:
        return "its incident was resolved"
    return "its time is up" if now >= deadline else ""


# --- expectations


def _expectations_met(room: Room, now: datetime, reading: timedelta) -> News:
    if room.plan is None or not room.live:
        return []
    news: News = []
    for expectation in room.plan.scenario.expectations:
        state = room.plan.held(expectation.id).state
        if state in (ExpectationState.ARMED, ExpectationState.MISSED) and holds(room, expectation.met_by):
            late = state is ExpectationState.MISSED
            news.append(e.ExpectationMet(expectation=expectation.id, what=expectation.what, late=late))
    return news


def _expectations_missed(room: Room, now: datetime, reading: timedelta) -> News:
    if room.plan is None or not room.live:
        return []
    return [
        e.ExpectationMissed(expectation=each.id, what=each.what)
        for each in room.plan.scenario.expectations
        if (held := room.plan.held(each.id)).state is ExpectationState.ARMED
        and held.deadline is not None
        and reading >= held.deadline
    ]


def holds(room: Room, condition: Condition) -> bool:
    """Whether this is true in the room now."""
    return _CONDITIONS[condition.word](room, condition.ref)


def _acknowledged(room: Room, ref: str) -> bool:
    incident = room.incident_of(ref)
    return incident is not None and incident.acknowledged_at is not None


def _resolved(room: Room, ref: str) -> bool:
    incident = room.incident_of(ref)
    return incident is not None and not incident.open


def _runbook_started(room: Room, ref: str) -> bool:
    incident = room.incident_of(ref)
    return incident is not None and any(run.incident == incident.id for run in room.runs.values())


def _step_is_done(room: Room, ref: str) -> bool:
    runbook, _, step = ref.partition("/")
    return any(run.runbook.id == runbook and run.of(step).state is StepState.DONE for run in room.runs.values())


def _expectation_is(*states: ExpectationState) -> Callable[[Room, str], bool]:
    return lambda room, ref: room.plan is not None and room.plan.held(ref).state in states


_CONDITIONS: dict[str, Callable[[Room, str], bool]] = {
    "played": lambda room, ref: room.plan is not None and room.plan.state(ref) is InjectState.PLAYED,
    "acknowledged": _acknowledged,
    "runbook_started": _runbook_started,
    "resolved": _resolved,
    "met": _expectation_is(ExpectationState.MET, ExpectationState.LATE),
    "missed": _expectation_is(ExpectationState.MISSED, ExpectationState.LATE),
    "step_done": _step_is_done,
    "commander_named": lambda room, ref: COMMANDER in room.roster.roles,
}


# --- steps


def _acts_lost(room: Room, now: datetime, reading: timedelta) -> News:
    """An act that nobody has been heard of: it may have run or not, and nobody but a person may say which."""
    for run in room.runs.values():
        for act in run.acts.values():
            if not act.over and act.deadline is not None and now >= act.deadline:
                detail = "Nothing has been heard of it. It may have run, wholly or in part."
                return [e.ActEnded(run=run.id, act=act.number, outcome=UNKNOWN, detail=detail)]
    return []


def _acts_stop(room: Room, now: datetime, reading: timedelta) -> News:
    """What still runs for a walk that is over is stopped; what takes something back goes on."""
    return [
        e.ActCancelled(run=run.id, act=act.number)
        for run in room.runs.values()
        if not run.walking
        for act in run.acts.values()
        if act.state is ActState.RUNNING and not act.undo
    ]


def _acts_over(room: Room, now: datetime, reading: timedelta) -> News:
    """A step whose act has ended is over with it, as soon as the walk may go on."""
    if not room.live:
        return []
    for run in room.runs.values():
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


def _looks_over(room: Room, now: datetime, reading: timedelta) -> News:
    """A check that has been answered leads on, as soon as the walk may go on."""
    if not room.live:
        return []
    for run in room.runs.values():
        step, there = run.current, run.of(run.at)
        if step is None or run.paused is not None or not there.verdict or step.what.stays(there.verdict):
            continue
        return [
            e.StepDone(run=run.id, step=step.id, answer=there.verdict),
            *onward(run, step.id, there.verdict),
        ]
    return []


def _waits_end(room: Room, now: datetime, reading: timedelta) -> News:
    if not room.live:
        return []
    for run in room.runs.values():
        until = run.ends_itself_at()
        if until is not None and reading >= until:
            return [e.StepDone(run=run.id, step=run.at, answer="waited"), *onward(run, run.at, "waited")]
    return []


def _looks_again(room: Room, now: datetime, reading: timedelta) -> News:
    if not room.live:
        return []
    for run in room.runs.values():
        due, step = run.looks_again_at(), run.current
        if due is not None and step is not None and reading >= due:
            return begin_looking(run, step, run.filling)
    return []


def _parts_begin(room: Room, now: datetime, reading: timedelta) -> News:
    """A step that walks other runbooks, or branches of this one, has them begin, each as a run of its own."""
    if not room.live:
        return []
    for run in room.runs.values():
        step = run.current
        if step is None or run.paused is not None or run.of(step.id).state is StepState.FAILED or room.parts_of(run):
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


def _parts_over(room: Room, now: datetime, reading: timedelta) -> News:
    for run in room.runs.values():
        step = run.current
        parts = room.parts_of(run) if step is not None else []
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


def _parts_orphaned(room: Room, now: datetime, reading: timedelta) -> News:
    """A part of a walk that has gone on without it, or is over, ends."""
    for part in room.runs.values():
        if not part.walking or part.parent is None:
            continue
        whole = room.runs.get(part.parent.run)
        if whole is None or not whole.walking or (whole.at, whole.leg) != (part.parent.step, part.parent.leg):
            name = whole.name if whole else part.parent.run
            return [e.RunAbandoned(run=part.id, reason=f"“{name}” went on without it")]
    return []


def _steps_overrun(room: Room, now: datetime, reading: timedelta) -> News:
    if not room.live:
        return []
    for run in room.runs.values():
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


# --- injects


def _injects_play(room: Room, now: datetime, reading: timedelta) -> News:
    if room.plan is None or not room.live:
        return []
    for inject in sorted(room.plan.scenario.injects, key=lambda each: _due(room, each)):
        due = room.plan.due(inject)
        if due is not None and reading >= due:
            late = reading - due > CATCH_UP
            return [e.InjectHeld(inject=inject.id, due=due)] if late else play(room, inject, now)
        on = inject.timing.when
        if on is not None and room.plan.state(inject.id) is InjectState.COMING and holds(room, on):
            return play(room, inject, now)
    return []


def _due(room: Room, inject: Inject) -> timedelta:
    due = room.plan.due(inject) if room.plan else None
    return timedelta.max if due is None else due


def play(room: Room, inject: Inject, now: datetime) -> News:
    """Everything that playing an inject makes happen: it is told, its incident opens, its breakage is asked for."""
    news: News = []
    opened = f"I{len(room.incidents) + 1}" if inject.incident else ""
    news.append(_told(room, inject, opened))
    if inject.incident:
        news.append(
            e.IncidentDeclared(
                incident=opened,
                title=inject.incident.title,
                severity=inject.incident.severity,
                services=inject.incident.services,
                failure_modes=inject.incident.failure_modes,
                inject=inject.id,
            )
        )
    if inject.fault:
        news.append(
            e.FaultAsked(
                fault=f"F{len(room.faults) + 1}",
                driver=inject.fault.driver,
                target=inject.fault.target,
                mode=inject.fault.mode,
                deadline=now + inject.fault.lasts,
                incident=opened,
            )
        )
    return [*news, *_armed(room, inject, room.clock.reading(now))]


def _told(room: Room, inject: Inject, opened: str) -> e.InjectPlayed:
    actor = room.plan.scenario.actors.get(inject.what.speaker()) if room.plan else None
    about = room.incident_of(inject.what.about()) if inject.what.about() else None
    return e.InjectPlayed(
        inject=inject.id,
        kind=inject.what.word,
        title=inject.title,
        text=inject.what.words(),
        actor=actor.name if actor else "",
        actor_title=actor.title if actor else "",
        icon=actor.icon if actor else "",
        level=inject.what.level if isinstance(inject.what, Hint) else "",
        incident=opened or (about.id if about else ""),
    )


def _armed(room: Room, inject: Inject, reading: timedelta) -> News:
    if room.plan is None:
        return []
    return [
        e.ExpectationArmed(expectation=each.id, what=each.what, deadline=reading + each.within)
        for each in room.plan.scenario.expectations
        if each.after == inject.id and room.plan.held(each.id).state is ExpectationState.WAITING
    ]


_RULES: tuple[Callable[[Room, datetime, timedelta], News], ...] = (
    _walks_end,
    _breakages_end,
    _acts_lost,
    _acts_stop,
    _acts_over,
    _looks_over,
    _expectations_met,
    _waits_end,
    _looks_again,
    _parts_over,
    _parts_orphaned,
    _parts_begin,
    _injects_play,
    _expectations_missed,
    _steps_overrun,
)
