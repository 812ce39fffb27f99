"""How the parts of a room pull on one another. All of it is here, as rules.

After every command the rules are asked, in this order, what now follows; the first that has an answer gives it, and they
are asked again, until none has. Each answer makes its own rule silent, so this ends.

    game over            ends the walks that are still going on, and undoes what is still broken
    incident resolved    ends its walks and undoes what was broken for it
    fault past deadline  is undone, paused or not
    expectation          is met when its condition holds, missed when its time is up
    step                 is done when its waiting is over, overruns when its time is up
    inject               is played when it is due; held when it fell due while nobody was there
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from warroom.core import events as e
from warroom.core.events import Event
from warroom.core.injects.hint import Hint
from warroom.core.plan import ExpectationState, InjectState
from warroom.core.room import CATCH_UP, Room
from warroom.core.roster import COMMANDER
from warroom.core.runs import Run, StepState
from warroom.core.scenario import Inject
from warroom.core.when import Condition

News = list[Event]


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


def _waits_end(room: Room, now: datetime, reading: timedelta) -> News:
    if not room.live:
        return []
    for run in room.runs.values():
        until = run.ends_itself_at()
        if until is not None and reading >= until:
            return [e.StepDone(run=run.id, step=run.at, answer="waited"), *onward(run, run.at, "waited")]
    return []


def _steps_overrun(room: Room, now: datetime, reading: timedelta) -> News:
    if not room.live:
        return []
    return [
        e.StepOverran(run=run.id, step=run.at)
        for run in room.runs.values()
        if (due := run.overdue_at()) is not None and reading >= due
    ]


def onward(run: Run, step: str, answer: str) -> News:
    """What follows when this step was answered so: the next step is entered, or the walk is finished."""
    here = run.runbook.step(step)
    following = run.runbook.after(here, answer) if here else None
    return [e.RunFinished(run=run.id)] if following is None else enter(run, following)


def enter(run: Run, step: str) -> News:
    """Entering a step; a machine begins to look at once where the step asks it to."""
    news: News = [e.StepEntered(run=run.id, step=step)]
    there = run.runbook.step(step)
    probe = there.what.asks_world() if there else None
    if probe is not None:
        news.append(e.CheckStarted(run=run.id, step=step, attempt=run.of(step).attempts + 1, probe=probe))
    return news


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
    _expectations_met,
    _waits_end,
    _injects_play,
    _expectations_missed,
    _steps_overrun,
)
