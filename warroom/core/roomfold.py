"""The fold: the room is what the entries of its timeline make of it, one after another.

    evolve(room, entry)  -> room    never refuses: what has happened has happened

Add an event here (its line in `_MOVES`; in `gamefold` or `runfold`, when it concerns the game or a walk) whenever you add
one to the vocabulary.
"""

from collections.abc import Callable, Iterable
from typing import Any

from warroom.core import events as e
from warroom.core import gamefold, runfold
from warroom.core import runs as runs_of
from warroom.core.changing import replace
from warroom.core.events import Entry, Mode
from warroom.core.faults import Fault, FaultState
from warroom.core.incident import Incident, IncidentState
from warroom.core.room import Channel, KnownAlert, Room, Update
from warroom.core.runs import Run, begun


def fold(entries: Iterable[Entry], room: Room | None = None) -> Room:
    """The room that these entries tell of, going on from `room`."""
    here = room or Room()
    for entry in entries:
        here = evolve(here, entry)
    return here


def evolve(room: Room, entry: Entry) -> Room:
    """The room after one more entry."""
    move = _MOVES.get(type(entry.event))
    moved = move(room, entry, entry.event) if move else room
    if moved.murphy is not None and moved.live:
        moved = replace(moved, murphy=gamefold.paced(moved, moved.murphy, entry))
    if moved is room:
        return replace(room, seq=entry.seq, at=entry.at)
    object.__setattr__(moved, "seq", entry.seq)  # it was made just now, and nobody else has it yet
    object.__setattr__(moved, "at", entry.at)
    return moved


# --- the room and the game


def _room_opened(room: Room, entry: Entry, event: e.RoomOpened) -> Room:
    clock = room.clock if event.mode is Mode.DRILL else room.clock.start(entry.at)
    return replace(
        room,
        key=event.key,
        workspace=event.workspace,
        mode=event.mode,
        title=event.title,
        origin=event.origin,
        opened_at=entry.at,
        clock=clock,
    )


def _channel_opened(room: Room, entry: Entry, event: e.ChannelOpened) -> Room:
    return replace(room, channels={**room.channels, event.place: Channel(id=event.channel, name=event.name)})


def _channel_refused(room: Room, entry: Entry, event: e.ChannelRefused) -> Room:
    return replace(room, unopened=room.unopened | {event.place})


def _clock_set_back(room: Room, entry: Entry, event: e.ClockSetBack) -> Room:
    """Times of day that lie ahead are moved with the clock; what has happened keeps the time it was given."""
    faults = {
        id: replace(each, deadline=each.deadline - event.by) if each.owed else each for id, each in room.faults.items()
    }
    runs = {id: runs_of.set_back(each, event.by) for id, each in room.runs.items()}
    return replace(room, clock=room.clock.set_back(event.by), faults=faults, runs=runs)


def _room_closed(room: Room, entry: Entry, event: e.RoomClosed) -> Room:
    return replace(room, closed_at=entry.at, clock=room.clock.stop(entry.at))


def _keeping_interrupted(room: Room, entry: Entry, event: e.KeepingInterrupted) -> Room:
    return replace(room, kept_again=event.until)


# --- what was said


def _heard(room: Room, entry: Entry, event: e.MessageHeard | e.MessageEdited) -> Room:
    return replace(room, recovered=room.recovered + 1) if event.recovered else room


def _gap_filled(room: Room, entry: Entry, event: e.GapFilled) -> Room:
    return replace(room, recovered=0)


# --- incidents and alerts


def _incident_declared(room: Room, entry: Entry, event: e.IncidentDeclared) -> Room:
    incident = Incident(
        id=event.incident,
        title=event.title,
        severity=event.severity,
        services=event.services,
        failure_modes=event.failure_modes,
        inject=event.inject,
        labels=event.labels,
        teams=event.teams,
        declared_at=entry.occurred_at or entry.at,
    )
    return _with_incident(room, incident)


def _with_incident(room: Room, incident: Incident) -> Room:
    return replace(room, incidents={**room.incidents, incident.id: incident})


def _incident_acknowledged(room: Room, entry: Entry, event: e.IncidentAcknowledged) -> Room:
    there = room.incidents[event.incident]
    return _with_incident(
        room,
        replace(there, state=IncidentState.ACKNOWLEDGED, acknowledged_by=entry.by, acknowledged_at=entry.at),
    )


def _incident_mitigated(room: Room, entry: Entry, event: e.IncidentMitigated) -> Room:
    there = room.incidents[event.incident]
    return _with_incident(room, replace(there, state=IncidentState.MITIGATED, mitigated_at=entry.at))


def _incident_resolved(room: Room, entry: Entry, event: e.IncidentResolved) -> Room:
    there = room.incidents[event.incident]
    return _with_incident(
        room, replace(there, state=IncidentState.RESOLVED, resolved_at=entry.at, resolved_by=entry.by)
    )


def _incident_reopened(room: Room, entry: Entry, event: e.IncidentReopened) -> Room:
    there = replace(room.incidents[event.incident], mitigated_at=None, resolved_at=None, resolved_by="")
    if event.alert:
        anew = replace(there, state=IncidentState.DECLARED, acknowledged_at=None, acknowledged_by="")
        return _with_incident(room, anew)
    return _with_incident(room, replace(there, state=IncidentState.ACKNOWLEDGED))


def _moment_marked(room: Room, entry: Entry, event: e.MomentMarked) -> Room:
    there = room.incidents[event.incident]
    return _with_incident(room, replace(there, marked={event.what: entry.at, **there.marked}))


def _severity_changed(room: Room, entry: Entry, event: e.SeverityChanged) -> Room:
    return _with_incident(room, replace(room.incidents[event.incident], severity=event.severity))


def _status_posted(room: Room, entry: Entry, event: e.StatusPosted) -> Room:
    return replace(room, update=Update(text=event.text, by=entry.by, at=entry.at, reading=room.clock.reading(entry.at)))


def _runbooks_offered(room: Room, entry: Entry, event: e.RunbooksOffered) -> Room:
    return replace(room, offers={**room.offers, event.incident: event.offers})


def _alert_fired(room: Room, entry: Entry, event: e.AlertFired) -> Room:
    alert = KnownAlert(
        key=event.alert,
        name=event.name,
        source=event.source,
        summary=event.summary,
        severity=event.severity,
        link=event.link,
        firing=True,
        since=entry.occurred_at or entry.at,
    )
    return replace(room, alerts={**room.alerts, event.alert: alert})


def _alert_resolved(room: Room, entry: Entry, event: e.AlertResolved) -> Room:
    there = room.alerts.get(event.alert)
    return room if there is None else replace(room, alerts={**room.alerts, event.alert: replace(there, firing=False)})


# --- runs


def _with_run(room: Room, run: Run) -> Room:
    return replace(room, runs={**room.runs, run.id: run})


def _run_started(room: Room, entry: Entry, event: e.RunStarted) -> Room:
    whole = room.runs.get(event.parent.run) if event.parent else None
    reading = room.clock.reading(entry.at)
    return _with_run(room, begun(event, by=entry.by, at=entry.at, reading=reading, whole=whole, given={}))


def _run_changed(change: runfold.Change) -> Callable[[Room, Entry, Any], Room]:
    return lambda room, entry, event: _with_run(
        room, change(room.runs[event.run], room.clock.reading(entry.at), entry, event)
    )


# --- faults


def _fault_asked(room: Room, entry: Entry, event: e.FaultAsked) -> Room:
    fault = Fault(
        id=event.fault,
        driver=event.driver,
        target=event.target,
        mode=event.mode,
        deadline=event.deadline,
        incident=event.incident,
        inject=event.inject,
    )
    return replace(room, faults={**room.faults, event.fault: fault})


def _fault_injected(room: Room, entry: Entry, event: e.FaultInjected) -> Room:
    broken = replace(
        room.faults[event.fault], state=FaultState.ACTIVE, detail=event.detail, injected=True, machine=event.machine
    )
    return replace(room, faults={**room.faults, event.fault: broken})


def _fault_became(state: FaultState) -> Callable[[Room, Entry, Any], Room]:
    def move(room: Room, entry: Entry, event: Any) -> Room:
        there = room.faults[event.fault]
        detail = getattr(event, "detail", "")
        return replace(room, faults={**room.faults, event.fault: replace(there, state=state, detail=detail)})

    return move


_MOVES: dict[type[e.Event], Callable[[Room, Entry, Any], Room]] = {
    e.RoomOpened: _room_opened,
    e.ChannelOpened: _channel_opened,
    e.ChannelRefused: _channel_refused,
    e.ClockSetBack: _clock_set_back,
    e.RoomClosed: _room_closed,
    e.KeepingInterrupted: _keeping_interrupted,
    e.MessageHeard: _heard,
    e.MessageEdited: _heard,
    e.GapFilled: _gap_filled,
    e.IncidentDeclared: _incident_declared,
    e.IncidentAcknowledged: _incident_acknowledged,
    e.IncidentMitigated: _incident_mitigated,
    e.IncidentResolved: _incident_resolved,
    e.IncidentReopened: _incident_reopened,
    e.SeverityChanged: _severity_changed,
    e.MomentMarked: _moment_marked,
    e.StatusPosted: _status_posted,
    e.RunbooksOffered: _runbooks_offered,
    e.AlertFired: _alert_fired,
    e.AlertResolved: _alert_resolved,
    e.RunStarted: _run_started,
    e.FaultAsked: _fault_asked,
    e.FaultInjected: _fault_injected,
    e.FaultRefused: _fault_became(FaultState.REFUSED),
    e.RollbackAsked: _fault_became(FaultState.ROLLING_BACK),
    e.FaultRolledBack: _fault_became(FaultState.ROLLED_BACK),
    e.RollbackFailed: _fault_became(FaultState.STUCK),
    **gamefold.MOVES,
    **{event: _run_changed(change) for event, change in runfold.MOVES.items()},
}
