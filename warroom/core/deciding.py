"""What may be asked of a room, and what happens then.

    decide(room, command, now) -> Decided(entries, effects, room)      or raises Refused

Pure: the time, names, definitions and results of checks arrive in the command. Each kind of command has one function
here that yields events or refuses; after it the coupling rules are asked what follows; then `telling` says what the
world must be told. A refused command changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core import game as games
from warroom.core import incident as incidents
from warroom.core import roster as people
from warroom.core.coupling import consequences, enter, onward, play
from warroom.core.effects import WAR_ROOM, Effect
from warroom.core.events import Entry, Event, Mode
from warroom.core.faults import FaultState
from warroom.core.game import Game, GameState
from warroom.core.incident import Incident, IncidentState
from warroom.core.injects.hint import Hint
from warroom.core.plan import InjectState, Plan
from warroom.core.refusals import NotNow, TooLate, Unknown
from warroom.core.room import Room, evolve
from warroom.core.runs import WARROOM, Run, must_answer, must_stand_at
from warroom.core.scenario import SEVERITIES, Inject
from warroom.core.steps.check import FAILS, HOLDS
from warroom.core.telling import tell
from warroom.core.words import Person

News = list[Event]


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """`room` is the room after `entries`; `effects` are to be kept with them and performed afterwards."""

    entries: tuple[Entry, ...]
    effects: tuple[Effect, ...]
    room: Room


def decide(room: Room, command: c.Command, now: datetime) -> Decided:
    """Raises Refused when the command is understood but not allowed now."""
    after, entries = room, list[Entry]()

    def keep(news: News, by: str, occurred_at: datetime | None = None) -> None:
        nonlocal after
        for event in news:
            entry = Entry(seq=after.seq + 1, at=now, by=by, event=event, occurred_at=occurred_at)
            entries.append(entry)
            after = evolve(after, entry)

    keep(_asked(room, command, now), command.by, command.occurred_at)
    while news := consequences(after, now):
        keep(news, WARROOM)
    return Decided(entries=tuple(entries), effects=tuple(tell(room, tuple(entries), after)), room=after)


def _asked(room: Room, command: c.Command, now: datetime) -> News:
    asked = _ASKED[type(command)]
    if room.opened_at is None and type(command) not in (c.OpenGame, c.OpenIncident):
        raise Unknown("There is no such room.")
    return asked(room, command, now)


# --- opening


def _open_game(room: Room, command: c.OpenGame, now: datetime) -> News:
    if room.opened_at is not None:
        raise NotNow(f"{room.key} is open already.")
    players = tuple(person for person in dict.fromkeys(command.players) if person != command.by)
    return [
        e.RoomOpened(
            key=command.key,
            workspace=command.workspace,
            mode=Mode.DRILL,
            title=command.scenario.title,
            origin=command.origin,
        ),
        e.GamePlanned(
            scenario_id=command.scenario.id,
            title=command.scenario.title,
            scenario=command.scenario,
            controllers=(command.by,),
            players=players,
            observers=tuple(person for person in command.observers if person not in (*players, command.by)),
        ),
    ]


def _open_incident(room: Room, command: c.OpenIncident, now: datetime) -> News:
    if room.opened_at is not None:
        raise NotNow(f"{room.key} is open already.")
    return [
        e.RoomOpened(
            key=command.key,
            workspace=command.workspace,
            mode=Mode.REAL,
            title=command.title,
            origin=command.origin,
            invited=command.responders,
        ),
        e.IncidentDeclared(
            incident="I1",
            title=command.title,
            severity=command.severity,
            services=command.services,
            failure_modes=command.failure_modes,
            labels=command.labels,
        ),
    ]


def _raise_alerts(room: Room, command: c.RaiseAlerts, now: datetime) -> News:
    news: News = []
    for alert in command.alerts:
        known = room.alerts.get(alert.key)
        if alert.firing and (known is None or not known.firing):
            news.append(_fired(command, alert))
        elif not alert.firing and known is not None and known.firing:
            news.append(e.AlertResolved(alert=alert.key, source=command.source, name=alert.name))
    if news and command.missing:
        news.append(e.AlertsCutShort(source=command.source, missing=command.missing))
    return news


def _fired(command: c.RaiseAlerts, alert: c.Alert) -> e.AlertFired:
    return e.AlertFired(
        alert=alert.key,
        source=command.source,
        name=alert.name,
        summary=alert.summary,
        severity=alert.severity,
        labels=alert.labels,
        link=alert.link,
        group=command.group,
    )


# --- the game


def _game(room: Room, by: str) -> tuple[Game, Plan]:
    if room.game is None or room.plan is None:
        raise NotNow("This is a real incident, not a game.")
    people.must_control(room.roster, by)
    return room.game, room.plan


def _start(room: Room, command: c.StartGame, now: datetime) -> News:
    game, plan = _game(room, command.by)
    games.must_allow(game, "start")
    return [e.GameStarted(briefing=plan.scenario.briefing)]


def _pause(room: Room, command: c.PauseGame, now: datetime) -> News:
    game, _ = _game(room, command.by)
    games.must_allow(game, "pause")
    return [e.GamePaused(reason=command.reason)]


def _resume(room: Room, command: c.ResumeGame, now: datetime) -> News:
    game, _ = _game(room, command.by)
    games.must_allow(game, "resume")
    return [e.GameResumed()]


def _end(room: Room, command: c.EndGame, now: datetime) -> News:
    game, _ = _game(room, command.by)
    games.must_allow(game, "end")
    return [e.GameEnded(reason=command.reason)]


def _playable(room: Room, by: str, name: str) -> Inject:
    game, plan = _game(room, by)
    games.must_allow(game, "play")
    inject = plan.scenario.inject(name) if name else plan.next()
    if inject is None:
        raise NotNow("Nothing is left that comes by itself.") if not name else Unknown(f"There is no inject {name!r}.")
    state = plan.state(inject.id)
    if state in (InjectState.PLAYED, InjectState.SKIPPED):
        raise TooLate(f"“{inject.title}” was already {state}.")
    return inject


def _play(room: Room, command: c.PlayInject, now: datetime) -> News:
    return play(room, _playable(room, command.by, command.inject), now)


def _skip_inject(room: Room, command: c.SkipInject, now: datetime) -> News:
    inject = _playable(room, command.by, command.inject)
    return [e.InjectSkipped(inject=inject.id, reason=command.reason)]


def _speak(room: Room, command: c.SpeakAs, now: datetime) -> News:
    game, plan = _game(room, command.by)
    games.must_allow(game, "play")
    actor = plan.scenario.actors.get(command.actor)
    if actor is None:
        raise Unknown(
            f"This scenario has no actor {command.actor!r}; it has {', '.join(plan.scenario.actors) or 'none'}."
        )
    return [e.ActorSpoke(actor=actor.name, actor_title=actor.title, icon=actor.icon, text=_some(command.text))]


def _hint(room: Room, command: c.GiveHint, now: datetime) -> News:
    game, plan = _game(room, command.by)
    games.must_allow(game, "play")
    for inject in plan.coming():
        if isinstance(inject.what, Hint) and inject.what.on == command.about:
            return play(room, inject, now)
    raise NotNow("There is no hint left for this.")


# --- people


def _may_act(room: Room, by: str) -> News:
    """Whether this person may act here now; whoever acts in a drill without a part has joined as a player."""
    if room.drill:
        people.must_act(room.roster, by)
    if not room.live:
        raise NotNow(_why_not_live(room))
    newcomer = room.drill and by not in room.roster.players
    return [e.PlayerJoined(person=by)] if newcomer else []


def _why_not_live(room: Room) -> str:
    if not room.drill or room.game is None:
        return f"{room.key} is closed."
    return {
        GameState.PLANNED: "The game has not started yet.",
        GameState.PAUSED: "The game is paused; nothing counts until the dungeon master resumes it.",
        GameState.RUNNING: "",
        GameState.ENDED: "The game has ended.",
    }[room.game.state]


def _take_role(room: Room, command: c.TakeRole, now: datetime) -> News:
    news = _may_act(room, command.by)
    person, holder = command.person or command.by, room.roster.roles.get(command.role, "")
    if holder == person:
        raise NotNow(Person(person), f" is {command.role} already.")
    if command.instead_of is not None and command.instead_of != holder:
        raise TooLate(Person(holder), f" is {command.role} now.") if holder else TooLate("Nobody has that role now.")
    return [*news, e.RoleTaken(role=command.role, person=person)]


def _leave_role(room: Room, command: c.LeaveRole, now: datetime) -> News:
    news = _may_act(room, command.by)
    if room.roster.roles.get(command.role) != command.by:
        raise NotNow(f"You are not {command.role}.")
    return [*news, e.RoleLeft(role=command.role, person=command.by)]


# --- incidents


def _incident(room: Room, name: str) -> Incident:
    incident = room.incidents.get(name)
    if incident is None:
        raise Unknown(f"There is no incident {name!r} in {room.key}.")
    return incident


def _acknowledge(room: Room, command: c.Acknowledge, now: datetime) -> News:
    news = _may_act(room, command.by)
    incident = _incident(room, command.incident)
    if incident.acknowledged_at is not None and incident.open:
        raise TooLate(Person(incident.acknowledged_by), f" has acknowledged “{incident.title}” already.")
    incidents.must_allow(incident, "acknowledge")
    return [*news, e.IncidentAcknowledged(incident=incident.id)]


def _and_acknowledged(incident: Incident) -> News:
    declared = incident.state is IncidentState.DECLARED
    return [e.IncidentAcknowledged(incident=incident.id)] if declared else []


def _mitigate(room: Room, command: c.Mitigate, now: datetime) -> News:
    news = _may_act(room, command.by)
    incident = _incident(room, command.incident)
    incidents.must_allow(incident, "mitigate")
    return [*news, *_and_acknowledged(incident), e.IncidentMitigated(incident=incident.id)]


def _resolve(room: Room, command: c.Resolve, now: datetime) -> News:
    news = _may_act(room, command.by)
    incident = _incident(room, command.incident)
    incidents.must_allow(incident, "resolve")
    return [*news, *_and_acknowledged(incident), e.IncidentResolved(incident=incident.id, note=command.note)]


def _reopen(room: Room, command: c.Reopen, now: datetime) -> News:
    news = _may_act(room, command.by)
    incident = _incident(room, command.incident)
    incidents.must_allow(incident, "reopen")
    return [*news, e.IncidentReopened(incident=incident.id, reason=_some(command.reason))]


def _set_severity(room: Room, command: c.SetSeverity, now: datetime) -> News:
    news = _may_act(room, command.by)
    incident = _incident(room, command.incident)
    if command.severity not in SEVERITIES:
        raise Unknown(f"{command.severity!r} is not a severity; use {', '.join(SEVERITIES)}.")
    if incident.severity == command.severity:
        raise NotNow(f"“{incident.title}” is {command.severity} already.")
    return [*news, e.SeverityChanged(incident=incident.id, severity=command.severity)]


def _post_status(room: Room, command: c.PostStatus, now: datetime) -> News:
    return [*_may_act(room, command.by), e.StatusPosted(text=_some(command.text))]


def _close(room: Room, command: c.CloseRoom, now: datetime) -> News:
    if room.closed_at is not None:
        raise NotNow(f"{room.key} is closed already.")
    if room.drill:
        people.must_control(room.roster, command.by)
        if room.open:
            raise NotNow("End the game first.")
    unresolved = [each.title for each in room.incidents.values() if each.open]
    if unresolved and not room.drill:
        raise NotNow(f"Not resolved yet: {', '.join(unresolved)}. Resolve it first, then close.")
    return [e.RoomClosed()]


def _some(text: str) -> str:
    if not text.strip():
        raise NotNow("Say it in words; the text is empty.")
    return text.strip()


# --- runbooks


def _start_run(room: Room, command: c.StartRun, now: datetime) -> News:
    news = _may_act(room, command.by)
    incident = _incident(room, command.incident)
    if not incident.open:
        raise NotNow(f"“{incident.title}” is resolved; reopen it to walk a runbook for it.")
    for run in room.runs.values():
        if run.walking and run.runbook.id == command.runbook.id and run.incident == incident.id:
            raise TooLate(
                Person(run.started_by), f" has started “{run.runbook.title}” already; its card is in the war room."
            )
    name = f"R{len(room.runs) + 1}"
    started = e.RunStarted(run=name, incident=incident.id, runbook=command.runbook, digest=command.digest)
    blank = Run(
        id=name,
        incident=incident.id,
        runbook=command.runbook,
        digest=command.digest,
        started_by=command.by,
        started_at=now,
        started=room.clock.reading(now),
    )
    return [*news, *_and_acknowledged(incident), started, *enter(blank, command.runbook.steps[0].id)]


def _run(room: Room, name: str) -> Run:
    run = room.runs.get(name)
    if run is None:
        raise Unknown(f"There is no run {name!r} in {room.key}.")
    return run


def _abandon(room: Room, command: c.AbandonRun, now: datetime) -> News:
    news = _may_act(room, command.by)
    run = _run(room, command.run)
    if not run.walking:
        raise TooLate(f"“{run.runbook.title}” is {run.state} already.")
    return [*news, e.RunAbandoned(run=run.id, reason=_some(command.reason))]


def _take_step(room: Room, command: c.TakeStep, now: datetime) -> News:
    news = _may_act(room, command.by)
    run = _run(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    holder = run.of(step.id).taken_by
    if holder == command.by:
        raise TooLate("You have it already.")
    if holder:
        raise TooLate(Person(holder), " has it.")
    return [*news, e.StepTaken(run=run.id, step=step.id, person=command.by)]


def _answer_step(room: Room, command: c.AnswerStep, now: datetime) -> News:
    news = _may_act(room, command.by)
    run = _run(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    must_answer(step, command.answer)
    done = e.StepDone(run=run.id, step=step.id, answer=command.answer, note=command.note)
    return [*news, done, *onward(run, step.id, command.answer)]


def _skip_step(room: Room, command: c.SkipStep, now: datetime) -> News:
    news = _may_act(room, command.by)
    run = _run(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    if not command.reason.strip():
        raise NotNow("Say why it is skipped; the report will ask.")
    skipped = e.StepSkipped(run=run.id, step=step.id, reason=command.reason.strip())
    return [*news, skipped, *onward(run, step.id, "")]


def _look_again(room: Room, command: c.LookAgain, now: datetime) -> News:
    news = _may_act(room, command.by)
    run = _run(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    probe, there = step.what.asks_world(), run.of(step.id)
    if probe is None:
        raise NotNow(f"“{step.title}” is not a check.")
    if there.looking:
        raise TooLate("A check is under way; its result comes by itself.")
    return [*news, e.CheckStarted(run=run.id, step=step.id, attempt=there.attempts + 1, probe=probe)]


def _record_check(room: Room, command: c.RecordCheck, now: datetime) -> News:
    run = _run(room, command.run)
    there = run.of(command.step)
    if not run.walking or run.at != command.step or not there.looking or there.attempts != command.attempt:
        return []  # it came too late to matter: the step was skipped, or looked at again
    step = must_stand_at(run, command.step, None)
    answer = HOLDS if command.holds else FAILS
    reported = e.CheckReported(
        run=run.id, step=step.id, attempt=command.attempt, holds=command.holds, detail=command.detail
    )
    if step.what.stays(answer):
        return [reported]
    done = e.StepDone(run=run.id, step=step.id, answer=answer)
    return [reported, done, *onward(run, step.id, answer)]


# --- what was said, and what the world answered


def _note(room: Room, command: c.TakeNote, now: datetime) -> News:
    return [e.NoteTaken(text=_some(command.text))]


def _hear(room: Room, command: c.HearMessage, now: datetime) -> News:
    there = room.channels.get(WAR_ROOM)
    if there is None or there.id != command.channel or not command.text:
        return []
    return [e.MessageHeard(channel=command.channel, ts=command.ts, text=command.text, thread=command.thread)]


def _hear_edit(room: Room, command: c.HearEdit, now: datetime) -> News:
    return [e.MessageEdited(ts=command.ts, text=command.text)]


def _hear_deletion(room: Room, command: c.HearDeletion, now: datetime) -> News:
    return [e.MessageDeleted(ts=command.ts)]


def _tick(room: Room, command: c.Tick, now: datetime) -> News:
    return []  # whatever is due follows from the coupling rules


def _record_channel(room: Room, command: c.RecordChannel, now: datetime) -> News:
    if command.place in room.channels:
        return []
    return [e.ChannelOpened(place=command.place, channel=command.channel, name=command.name)]


def _record_no_channel(room: Room, command: c.RecordNoChannel, now: datetime) -> News:
    return [e.ChannelRefused(place=command.place, reason=command.reason)]


def _record_offers(room: Room, command: c.RecordOffers, now: datetime) -> News:
    if command.incident not in room.incidents or command.incident in room.offers:
        return []
    return [e.RunbooksOffered(incident=command.incident, offers=command.offers)]


def _record_fault(room: Room, command: c.RecordFault, now: datetime) -> News:
    fault = room.faults.get(command.fault)
    if fault is None or fault.state is not FaultState.ASKED:
        return []
    if command.injected:
        return [e.FaultInjected(fault=fault.id, detail=command.detail)]
    return [e.FaultRefused(fault=fault.id, detail=command.detail)]


def _record_rollback(room: Room, command: c.RecordRollback, now: datetime) -> News:
    fault = room.faults.get(command.fault)
    if fault is None or fault.state not in (FaultState.ROLLING_BACK, FaultState.STUCK):
        return []
    if command.undone:
        return [e.FaultRolledBack(fault=fault.id, detail=command.detail)]
    if fault.state is FaultState.STUCK:
        return []
    return [e.RollbackFailed(fault=fault.id, detail=command.detail)]


def _record_failure(room: Room, command: c.RecordFailure, now: datetime) -> News:
    return [e.DeliveryFailed(what=command.what, reason=command.reason)]


_ASKED: dict[type[c.Command], Callable[[Room, Any, datetime], News]] = {
    c.OpenGame: _open_game,
    c.OpenIncident: _open_incident,
    c.RaiseAlerts: _raise_alerts,
    c.StartGame: _start,
    c.PauseGame: _pause,
    c.ResumeGame: _resume,
    c.EndGame: _end,
    c.PlayInject: _play,
    c.SkipInject: _skip_inject,
    c.SpeakAs: _speak,
    c.GiveHint: _hint,
    c.TakeRole: _take_role,
    c.LeaveRole: _leave_role,
    c.Acknowledge: _acknowledge,
    c.Mitigate: _mitigate,
    c.Resolve: _resolve,
    c.Reopen: _reopen,
    c.SetSeverity: _set_severity,
    c.PostStatus: _post_status,
    c.CloseRoom: _close,
    c.StartRun: _start_run,
    c.AbandonRun: _abandon,
    c.TakeStep: _take_step,
    c.AnswerStep: _answer_step,
    c.SkipStep: _skip_step,
    c.LookAgain: _look_again,
    c.RecordCheck: _record_check,
    c.TakeNote: _note,
    c.HearMessage: _hear,
    c.HearEdit: _hear_edit,
    c.HearDeletion: _hear_deletion,
    c.Tick: _tick,
    c.RecordChannel: _record_channel,
    c.RecordNoChannel: _record_no_channel,
    c.RecordOffers: _record_offers,
    c.RecordFault: _record_fault,
    c.RecordRollback: _record_rollback,
    c.RecordFailure: _record_failure,
}
