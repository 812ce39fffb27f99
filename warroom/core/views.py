"""The ways out of a room that anybody may take.

Whoever shows something of a room, in the chat, on a page or in a report, gets one of these values and nothing else. The
players' views have no field in which a hidden note, a coming inject or an expectation could travel; the dungeon
master's view is elsewhere (core.panelview) and is shown in the backchannel alone.

Each view also says what may be asked for next, so that a card's buttons are those that will be accepted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from warroom.core.effects import Ask
from warroom.core.game import GameState
from warroom.core.incident import Incident, IncidentState
from warroom.core.room import Room
from warroom.core.roster import COMMANDER
from warroom.core.runs import Run
from warroom.core.steps.check import FAILS, HOLDS
from warroom.core.steps.choose import Choose
from warroom.core.steps.do import Do


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """Exercise or life, and the name of the exercise. Every message of a room carries it."""

    drill: bool
    name: str
    key: str


def mark(room: Room) -> Mark:
    return Mark(drill=room.drill, name=room.game.title if room.game else room.title, key=room.key)


# --- the status card


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentLine:
    id: str
    title: str
    severity: str
    state: str
    services: tuple[str, ...]
    declared_at: datetime
    acknowledged_by: str
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    asks: tuple[Ask, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RunLine:
    id: str
    title: str
    state: str
    at: str
    step: int
    of: int
    overdue: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertLine:
    name: str
    summary: str
    severity: str
    source: str
    link: str
    firing: bool
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusView:
    """What everybody in the war room may know, at a glance."""

    mark: Mark
    title: str
    state: str  # planned, running, paused, ended; open, closed
    since: datetime | None
    commander: str
    roles: tuple[tuple[str, str], ...]
    incidents: tuple[IncidentLine, ...]
    runs: tuple[RunLine, ...]
    alerts: tuple[AlertLine, ...]
    update: tuple[str, str, datetime] | None
    asks: tuple[Ask, ...]


def status(room: Room) -> StatusView:
    update = room.update
    return StatusView(
        mark=mark(room),
        title=room.title,
        state=room.state,
        since=(room.game.started_at if room.game else room.opened_at),
        commander=room.roster.commander,
        roles=tuple(sorted((role, who) for role, who in room.roster.roles.items() if role != COMMANDER)),
        incidents=tuple(incident_line(room, each) for each in room.incidents.values()),
        runs=tuple(run_line(run) for run in room.runs.values()),
        alerts=tuple(
            AlertLine(
                name=each.name,
                summary=each.summary,
                severity=each.severity,
                source=each.source,
                link=each.link,
                firing=each.firing,
                since=each.since,
            )
            for each in room.alerts.values()
        ),
        update=(update.text, update.by, update.at) if update else None,
        asks=_status_asks(room),
    )


def _status_asks(room: Room) -> tuple[Ask, ...]:
    if not room.live:
        return ()
    asks = []
    if not room.roster.commander:
        asks.append(Ask(do="command", label="Take command", style="primary", args=(("instead", ""),)))
    asks.append(Ask(do="update", label="Post an update"))
    asks.append(Ask(do="note", label="Note"))
    if not room.drill and not any(each.open for each in room.incidents.values()):
        asks.append(Ask(do="close", label="Close the room", confirm="Close the room? The timeline is kept."))
    return tuple(asks)


def incident_line(room: Room, incident: Incident) -> IncidentLine:
    return IncidentLine(
        id=incident.id,
        title=incident.title,
        severity=incident.severity,
        state=incident.state.value,
        services=incident.services,
        declared_at=incident.declared_at,
        acknowledged_by=incident.acknowledged_by,
        acknowledged_at=incident.acknowledged_at,
        resolved_at=incident.resolved_at,
        asks=_incident_asks(room, incident) if room.live else (),
    )


def _incident_asks(room: Room, incident: Incident) -> tuple[Ask, ...]:
    args = (("incident", incident.id),)
    offers = () if _walked(room, incident) else offer_asks(room, incident.id)[:1]
    match incident.state:
        case IncidentState.DECLARED:
            return (Ask(do="acknowledge", label="Acknowledge", args=args, style="primary"), *offers)
        case IncidentState.ACKNOWLEDGED:
            return (
                *offers,
                Ask(do="mitigate", label="Mitigated", args=args),
                Ask(do="resolve", label="Resolved", args=args),
            )
        case IncidentState.MITIGATED:
            return (Ask(do="resolve", label="Resolved", args=args, style="primary"),)
        case IncidentState.RESOLVED:
            return (Ask(do="reopen", label="Reopen", args=args),)


def _walked(room: Room, incident: Incident) -> bool:
    return any(run.incident == incident.id for run in room.runs.values())


def offer_asks(room: Room, incident: str) -> tuple[Ask, ...]:
    """A button for each runbook that fits this incident, best first."""
    offers = room.offers.get(incident, ())
    return tuple(
        Ask(
            do="walk",
            label=f"Start: {offer.title}",
            args=(("incident", incident), ("runbook", offer.runbook)),
            style="primary" if place == 0 else "",
        )
        for place, offer in enumerate(offers)
    )


def run_line(run: Run) -> RunLine:
    here = run.current
    return RunLine(
        id=run.id,
        title=run.runbook.title,
        state=run.state.value,
        at=here.title if here else "",
        step=len(set(run.path)),
        of=len(run.runbook.steps),
        overdue=bool(here and run.of(here.id).overran),
    )


# --- the run card


@dataclass(frozen=True, kw_only=True, slots=True)
class StepLine:
    """One step of the way: `took` is room time, None while it lasts or was never entered."""

    title: str
    state: str
    who: str
    answer: str
    note: str
    took: timedelta | None
    expected: timedelta | None
    overran: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CurrentStep:
    """The step to do now. `due_at` is None while the clock stands still or the step has no time of its own."""

    id: str
    title: str
    kind: str
    text: str
    commands: tuple[str, ...]
    role: str
    who: str
    expected: timedelta | None
    entered_at: datetime | None
    due_at: datetime | None
    ends_at: datetime | None
    overdue: bool
    looking: bool
    finding: str
    asks: tuple[Ask, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RunView:
    mark: Mark
    id: str
    title: str
    summary: str
    incident: str
    state: str
    reason: str
    started_by: str
    started_at: datetime
    took: timedelta | None
    paused: bool
    current: CurrentStep | None
    path: tuple[StepLine, ...]
    ahead: tuple[StepLine, ...]


def run(room: Room, name: str) -> RunView | None:
    """The card of one walk; None when there is no such walk."""
    walk = room.runs.get(name)
    if walk is None:
        return None
    incident = room.incidents.get(walk.incident)
    return RunView(
        mark=mark(room),
        id=walk.id,
        title=walk.runbook.title,
        summary=walk.runbook.summary,
        incident=incident.title if incident else "",
        state=walk.state.value,
        reason=walk.reason,
        started_by=walk.started_by,
        started_at=walk.started_at,
        took=None if walk.ended is None else walk.ended - walk.started,
        paused=room.game is not None and room.game.state is GameState.PAUSED,
        current=_current(room, walk),
        path=tuple(_step_line(walk, step) for step in dict.fromkeys(walk.path) if step != walk.at),
        ahead=tuple(_step_line(walk, each) for each in _ahead(walk)),
    )


def _ahead(walk: Run) -> Iterable[str]:
    """The steps that come if all goes well: checks hold, and the first answer is given."""
    step, seen = walk.current, {walk.at}
    while step is not None:
        answers = step.what.answers()
        usual = HOLDS if step.what.asks_world() else (answers[0].word if answers else "")
        following = walk.runbook.after(step, usual)
        if following is None or following in seen:
            return
        seen.add(following)
        yield following
        step = walk.runbook.step(following)


def _step_line(walk: Run, name: str) -> StepLine:
    step, there = walk.runbook.step(name), walk.of(name)
    took = None if there.left is None or there.entered is None else there.left - there.entered
    return StepLine(
        title=step.title if step else name,
        state=there.state.value,
        who=there.by or there.taken_by,
        answer=_answer_label(walk, name, there.answer),
        note=there.note,
        took=took,
        expected=step.expected if step else None,
        overran=there.overran,
    )


def _answer_label(walk: Run, name: str, answer: str) -> str:
    step = walk.runbook.step(name)
    if step is None or not isinstance(step.what, Choose):
        return {"done": "", HOLDS: "passed", FAILS: "failed"}.get(answer, answer)
    return next((each.label or each.word for each in step.what.options if each.word == answer), answer)


def _current(room: Room, walk: Run) -> CurrentStep | None:
    step = walk.current
    if step is None:
        return None
    there = walk.of(step.id)
    due, ends = walk.overdue_at(), walk.ends_itself_at()
    return CurrentStep(
        id=step.id,
        title=step.title,
        kind=step.what.word,
        text=_step_text(walk),
        commands=step.what.commands if isinstance(step.what, Do) else (),
        role=step.who or COMMANDER,
        who=there.taken_by or room.roster.holder(step.who),
        expected=step.expected,
        entered_at=there.entered_at,
        due_at=room.clock.when(due) if due is not None else None,
        ends_at=room.clock.when(ends) if ends is not None else None,
        overdue=there.overran,
        looking=there.looking,
        finding=there.finding,
        asks=_step_asks(walk, room.live),
    )


def _step_text(walk: Run) -> str:
    step = walk.current
    return step.what.words() if step else ""


def _step_asks(walk: Run, live: bool) -> tuple[Ask, ...]:
    step = walk.current
    if step is None or not live:
        return ()
    there = walk.of(step.id)
    args = (("run", walk.id), ("step", step.id), ("leg", str(walk.leg)))
    asks = [
        Ask(do="answer", label=each.label or each.word, args=(*args, ("answer", each.word)))
        for each in step.what.answers()
    ]
    if len(asks) == 1:
        asks = [Ask(do="answer", label=asks[0].label, args=asks[0].args, style="primary")]
    if asks and not there.taken_by:
        asks.append(Ask(do="take", label="I have it", args=args))
    if step.what.asks_world() is not None and not there.looking:
        asks.append(Ask(do="look", label="Look again", args=args, style="primary"))
    asks.append(Ask(do="skip", label="Skip…", args=args))
    return tuple(asks)
