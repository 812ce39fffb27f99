"""The ways out of a room that anybody may take.

Whoever shows something of a room, in the chat, on a page or in a report, gets one of these values and nothing else. The
players' views have no field in which a hidden note, a coming inject or an expectation could travel; the dungeon
master's view is elsewhere (core.panelview) and is shown in the backchannel alone. The card of a walk is in core.runview.

Each view also says what may be asked for next, so that a card's buttons are those that will be accepted.
"""

from datetime import datetime

from warroom.core.declaring import dataclass
from warroom.core.effects import TEAM, WAR_ROOM, Ask
from warroom.core.game import GameState
from warroom.core.incident import Incident, IncidentState
from warroom.core.room import Room
from warroom.core.roster import COMMANDER
from warroom.core.runs import Run

EMERGENCY = Ask(
    do="emergency",
    label="NO DUFF: it is real",
    style="danger",
    confirm="Stop play at once, undo what was broken, and open a real incident?",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """Exercise or life, and the name of the exercise. Every message of a room carries it."""

    drill: bool
    name: str
    key: str


def mark(room: Room) -> Mark:
    return Mark(drill=room.drill, name=room.game.title if room.game else room.title, key=room.key)


def begins(room: Room) -> tuple[datetime, datetime | None] | None:
    """When a planned game begins by the calendar, or its window and the end of that; for whoever may know of the game."""
    game = room.game
    if game is None or not room.open or game.state is not GameState.PLANNED or game.begins is None:
        return None
    return (game.begins, game.begins_until)


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
    more: tuple[Ask, ...] = ()  # what is asked for now and then


@dataclass(frozen=True, kw_only=True, slots=True)
class RunLine:
    """`of` is 0 where the number of steps means nothing: in a branch, and in a run that is written on the way."""

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
    story: tuple[str, datetime, int] | None  # what time it was in the story, when, and how fast that runs
    team: str  # whose card it is; empty for everybody's
    out: tuple[tuple[str, datetime | None], ...]  # who cannot be reached, until when
    commander: str
    roles: tuple[tuple[str, str], ...]
    incidents: tuple[IncidentLine, ...]
    runs: tuple[RunLine, ...]
    alerts: tuple[AlertLine, ...]
    update: tuple[str, str, datetime] | None
    asks: tuple[Ask, ...]


def status(room: Room, place: str = WAR_ROOM) -> StatusView:
    """How it stands, for everybody; in a team's channel, with what concerns that team."""
    update, team = room.update, place.removeprefix(TEAM) if place != WAR_ROOM else ""
    incidents = [each for each in room.incidents.values() if not team or team in each.teams or not each.teams]
    shown = {each.id for each in incidents}
    return StatusView(
        mark=mark(room),
        title=room.title,
        state=room.state,
        since=(room.game.started_at if room.game else room.opened_at),
        story=_story(room),
        team=room.plan.scenario.teams[team].title if team and room.plan else "",
        out=tuple((who, room.clock.when(until)) for who, until in sorted(room.roster.sidelined.items())),
        commander=room.roster.commander,
        roles=tuple(sorted((role, who) for role, who in room.roster.roles.items() if role != COMMANDER)),
        incidents=tuple(incident_line(room, each) for each in incidents),
        runs=tuple(
            run_line(run)
            for run in room.runs.values()
            if run.parent is None and (run.incident in shown or run.incident not in room.incidents)
        ),
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
        asks=status_asks(room),
    )


def _story(room: Room) -> tuple[str, datetime, int] | None:
    if room.story is None:
        return None
    since = room.clock.when(room.story.since)
    return None if since is None else (room.story.shown(room.story.since), since, room.story.pace)


def status_asks(room: Room) -> tuple[Ask, ...]:
    """What the status card offers, of the room as a whole."""
    emergency = (EMERGENCY,) if _can_be_called(room) else ()
    if not room.live:
        return emergency
    asks = []
    if not room.roster.commander:
        asks.append(Ask(do="command", label="Take command", style="primary", args=(("instead", ""),)))
    asks.append(Ask(do="update", label="Post an update"))
    asks.append(Ask(do="note", label="Note"))
    if not room.drill and not any(each.open for each in room.incidents.values()):
        asks.append(Ask(do="close", label="Close the room", confirm="Close the room? The timeline is kept."))
    return (*asks, *emergency)


def _can_be_called(room: Room) -> bool:
    """Whether a call of NO DUFF would say something new: play has not stopped for one, and none has come before it."""
    if room.game is None or not room.open or room.game.state is GameState.HALTED:
        return False
    return room.game.state is not GameState.PLANNED or room.game.called_at is None


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
        more=_moments(incident) if room.live and incident.open else (),
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


_SEEN = {"evidence": "Evidence seen", "automation": "Automation acted", "restored": "Service restored"}


def _moments(incident: Incident) -> tuple[Ask, ...]:
    """What people would otherwise look at a clock for, and write on paper."""
    return tuple(
        Ask(do="mark", label=label, args=(("incident", incident.id), ("what", what)))
        for what, label in _SEEN.items()
        if what not in incident.marked
    )


def _walked(room: Room, incident: Incident) -> bool:
    return any(run.incident == incident.id for run in room.runs.values())


def offer_asks(room: Room, incident: str) -> tuple[Ask, ...]:
    """A button for each runbook that fits this incident, best first; when none does, one to write it on the way."""
    if incident not in room.offers:
        return ()
    offers = room.offers[incident]
    if not offers:
        return (Ask(do="blank", label="Write it while you do it", args=(("incident", incident),)),)
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
        title=run.name,
        state="paused" if run.paused is not None else run.state.value,
        at=here.title if here else "",
        step=len(set(run.path)),
        of=0 if run.title or run.blank else len(run.runbook.steps),
        overdue=bool(here and run.of(here.id).overran),
    )
