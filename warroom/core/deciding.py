"""What may be asked of a room, and what happens then.

    decide(room, command, now) -> Decided(entries, effects, room)      or raises Refused

Pure: the time, names, definitions and results of checks arrive in the command. Each kind of command has one function
here that yields events or refuses; after it the coupling rules are asked what follows; then `telling` says what the
world must be told. A refused command changes nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from warroom.core import acting, directing, drawing, evaluating, playing, preparing, responding, walking
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core import roster as people
from warroom.core.conditions import listens_for, phrase_in
from warroom.core.coupling import consequences
from warroom.core.declaring import dataclass
from warroom.core.effects import BACKCHANNEL, Effect
from warroom.core.emergency import calls_no_duff
from warroom.core.events import Entry, Mode
from warroom.core.faults import FaultState, Target
from warroom.core.game import SURPRISES, GameState
from warroom.core.murphy import fingerprint
from warroom.core.permission import News, in_words, must_hold
from warroom.core.refusals import NotNow, Unknown
from warroom.core.room import Room
from warroom.core.roomfold import evolve
from warroom.core.rules.game import acted_early
from warroom.core.runs import WARROOM
from warroom.core.scenario import Scenario
from warroom.core.telling import tell

DISAGREE = timedelta(minutes=1)  # by so much the clocks of two machines may; what is more was set by somebody


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """`room` is the room after `entries`; `effects` are to be kept with them and performed afterwards."""

    entries: tuple[Entry, ...]
    effects: tuple[Effect, ...]
    room: Room


def decide(room: Room, command: c.Command, now: datetime) -> Decided:
    """Raises Refused when the command is understood but not allowed now."""
    entries, after = settle(room, command, now)
    return Decided(entries=entries, effects=tuple(tell(room, entries, after)), room=after)


def settle(room: Room, command: c.Command, now: datetime) -> tuple[tuple[Entry, ...], Room]:
    """What happens, and the room after it, without what is said about it. Raises Refused as `decide` does."""
    after, entries = room, list[Entry]()

    def keep(news: News, by: str, occurred_at: datetime | None = None) -> None:
        nonlocal after
        for event in news:
            entry = Entry(seq=after.seq + 1, at=now, by=by, event=event, occurred_at=occurred_at)
            entries.append(entry)
            after = evolve(after, entry)

    if room.at is not None and now < room.at:
        if room.at - now > DISAGREE:
            keep([e.ClockSetBack(by=room.at - now)], WARROOM)
        else:
            now = room.at
    keep(_asked(after, command, now), command.by, command.occurred_at)
    if (what := _ACTS.get(type(command))) is not None:
        keep(acted_early(room, command.by, what, now), command.by)
    while news := consequences(after, now):
        keep(news, WARROOM)
    return tuple(entries), after


def _asked(room: Room, command: c.Command, now: datetime) -> News:
    asked = _ASKED[type(command)]
    if room.opened_at is None and type(command) not in (c.OpenGame, c.OpenIncident):
        raise Unknown("There is no such room.")
    return asked(room, command, now)


# --- opening


def _open_game(room: Room, command: c.OpenGame, now: datetime) -> News:
    if room.opened_at is not None:
        raise NotNow(f"{room.key} is open already.")
    scenario, parts = command.scenario, _parts(command)
    if problem := _not_there(command):
        raise NotNow(problem)
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
            controllers=parts["controllers"],
            players=parts["players"],
            observers=parts["observers"],
            evaluators=parts["evaluators"],
            safety=parts["safety"],
            teams=command.teams or people.divided(parts["players"], scenario.teams),
            environment=command.environment,
            surprise=command.surprise,
            seed=command.seed,
            sealed=fingerprint(command.seed) if command.seed else "",
            history=command.history,
            graph=command.graph,
            digests=command.digests,
            breakable=_breakable(scenario, command.breakable),
            operations=command.operations,
        ),
    ]


def _parts(command: c.OpenGame) -> dict[str, tuple[str, ...]]:
    """Who is what. Nobody is two things; whoever is named twice is what has more to do with the game's course."""
    named = {
        "controllers": (command.by, *command.controllers),
        "safety": command.safety,
        "evaluators": command.evaluators,
        "observers": command.observers,
        "players": (*command.players, *(each for team in command.teams.values() for each in team)),
    }
    taken: dict[str, str] = {}
    for part, them in named.items():
        for person in them:
            taken.setdefault(person, part)
    return {part: tuple(person for person, held in taken.items() if held == part) for part in named}


def _not_there(command: c.OpenGame) -> str:
    """What the scenario does not have, or does not allow yet; empty when all is well."""
    scenario = command.scenario
    for team in command.teams:
        if team not in scenario.teams:
            return f"{scenario.title} has no team {team!r}; it has {', '.join(scenario.teams) or 'none'}."
    if command.surprise not in SURPRISES:
        return f"{command.surprise!r} is no way to announce a game; use {', '.join(SURPRISES)}."
    if not command.environment:
        return f"Say where: {', '.join(scenario.environments)}." if scenario.environments else ""
    environment = scenario.environments.get(command.environment)
    if environment is None:
        there = ", ".join(scenario.environments) or "none: it is played anywhere"
        return f"{scenario.title} has no environment {command.environment!r}; it has {there}."
    if environment.after and environment.after not in command.played_in:
        return f"{scenario.title} is played in {environment.after} first, to its end, and reviewed; then here."
    return ""


def _breakable(scenario: Scenario, listed: tuple[Target, ...]) -> tuple[Target, ...]:
    """Those of the operator's list that this scenario would break."""
    needed = {each.fault.target for each in scenario.real_faults() if each.fault}
    return tuple(each for each in listed if each.target in needed)


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
        *([e.NoteTaken(text=command.note)] if command.note.strip() else []),
    ]


def _raise_alerts(room: Room, command: c.RaiseAlerts, now: datetime) -> News:
    news: News = []
    for alert in command.alerts:
        known = room.alerts.get(alert.key)
        if alert.firing and (known is None or not known.firing):
            news.append(_fired(command, alert))
        elif not alert.firing and known is not None and known.firing:
            news.append(e.AlertResolved(alert=alert.key, source=command.source, name=alert.name))
    if fired := [each.name for each in news if isinstance(each, e.AlertFired)]:
        news += _reopened(room, fired)
    if news and command.missing:
        news.append(e.AlertsCutShort(source=command.source, missing=command.missing))
    return news


def _reopened(room: Room, fired: list[str]) -> News:
    """What fires anew after everybody thought it was over opens the last incident again."""
    if not room.incidents or any(each.open for each in room.incidents.values()):
        return []
    last = list(room.incidents)[-1]
    return [e.IncidentReopened(incident=last, reason=f"{fired[0]} fires again.", alert=fired[0])]


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


def _close(room: Room, command: c.CloseRoom, now: datetime) -> News:
    if room.closed_at is not None:
        raise NotNow(f"{room.key} is closed already.")
    if room.drill:
        if command.by != WARROOM:  # who may take it off the calendar is known there
            people.must_control(room.roster, command.by)
        if room.open and room.state != GameState.PLANNED:
            raise NotNow("End the game first.")
    unresolved = [each.title for each in room.incidents.values() if each.open]
    if unresolved and not room.drill:
        raise NotNow(f"Not resolved yet: {', '.join(unresolved)}. Resolve it first, then close.")
    return [e.RoomClosed()]


# --- what was said, and what the world answered


def _note(room: Room, command: c.TakeNote, now: datetime) -> News:
    return [e.NoteTaken(text=in_words(command.text))]


def _hear(room: Room, command: c.HearMessage, now: datetime) -> News:
    """What is said in the room's channels; not in the backchannel, of which only a call of NO DUFF is heard."""
    place = room.place_at(command.channel)
    if not place or not command.text:
        return []
    called = _called(room, command, place, now)
    if place == BACKCHANNEL:
        return called
    heard = e.MessageHeard(
        channel=command.channel,
        ts=command.ts,
        text=command.text,
        thread=command.thread,
        recovered=command.recovered,
    )
    over = command.occurred_at is not None and not room.clock.has_run_since(command.occurred_at)
    return [heard, *called, *([] if over else _listened(room, command.text))]


def _called(room: Room, command: c.HearMessage, place: str, now: datetime) -> News:
    """However late it is heard: a false alarm costs the game minutes, one that is not heard can cost everything."""
    if room.game is None or room.game.knows_of_something_real(now) or not calls_no_duff(command.text):
        return []
    return [e.EmergencyCalled(words=command.text, place=place)]


def _listened(room: Room, text: str) -> News:
    """What the conditions of the plan listen for, when it has been said."""
    if room.plan is None or not room.live:
        return []
    scenario = room.plan.scenario
    conditions = (
        *(each.timing.when for each in scenario.injects if each.timing.when),
        *(each.met_by for each in scenario.expectations if each.met_by),
        *(each.when for each in scenario.endings if each.when),
    )
    phrases = dict.fromkeys(phrase for each in conditions for phrase in listens_for(each))
    return [e.PhraseHeard(phrase=phrase) for phrase in phrases if phrase_in(text, (phrase,))]


def _hear_edit(room: Room, command: c.HearEdit, now: datetime) -> News:
    return [e.MessageEdited(ts=command.ts, text=command.text, edited=command.edited, recovered=command.recovered)]


def _hear_deletion(room: Room, command: c.HearDeletion, now: datetime) -> News:
    return [e.MessageDeleted(ts=command.ts)]


def _record_gap(room: Room, command: c.RecordGap, now: datetime) -> News:
    """Nothing missed, nothing unread: nothing to say. How much was found the room has counted itself."""
    if not room.recovered and not command.unread:
        return []
    return [
        e.GapFilled(
            since=command.since,
            until=command.until,
            found=room.recovered,
            unread=command.unread,
            reason=command.reason,
        )
    ]


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
        return [e.FaultInjected(fault=fault.id, detail=command.detail, machine=command.machine)]
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


def _record_stop(room: Room, command: c.RecordStop, now: datetime) -> News:
    """Only what has changed is kept; looking goes on all the time."""
    there = room.stops.get(command.stop)
    if there is not None and there.holds is command.holds:
        return []
    return [e.StopConditionChanged(stop=command.stop, holds=command.holds, detail=command.detail, first=there is None)]


def _record_outside(room: Room, command: c.RecordOutside, now: datetime) -> News:
    game, there = room.game, room.outside
    if game is None or game.state in (GameState.PLANNED, GameState.ENDED):
        return []
    incidents = tuple(each for each in command.incidents if each not in game.real_rooms)
    if (incidents, command.frozen) == (there.incidents, there.frozen):
        return []
    return [e.OutsideChanged(incidents=incidents, frozen=command.frozen)]


def _record_real_room(room: Room, command: c.RecordRealRoom, now: datetime) -> News:
    if room.game is None or command.key in room.game.real_rooms:
        return []
    return [e.RealRoomOpened(key=command.key)]


def _record_failure(room: Room, command: c.RecordFailure, now: datetime) -> News:
    return [e.DeliveryFailed(what=command.what, reason=command.reason)]


def _record_twin(room: Room, command: c.RecordTwin, now: datetime) -> News:
    return [e.TwinRemoved(place=command.place, what=command.what)]


def _record_replay(room: Room, command: c.RecordReplay, now: datetime) -> News:
    return [e.DeliveryReplayed(what=command.what)]


def _redact(room: Room, command: c.Redact, now: datetime) -> News:
    """Whether the text is there is known to whoever keeps it, and removes it in the same transaction."""
    if not 1 <= command.seq <= room.seq:
        raise Unknown(f"{room.key} has no entry {command.seq}; its last one is {room.seq}.")
    if not command.operator:
        if room.drill:
            people.must_control(room.roster, command.by)
        else:
            must_hold(room, (people.COMMANDER,), command.by, "redact")
    return [e.TextRedacted(seq=command.seq, field=command.field, reason=command.reason.strip())]


def _record_interruption(room: Room, command: c.RecordInterruption, now: datetime) -> News:
    """Every process that was cut off tells it; what is covered by what another has told is no news."""
    if not room.open or (room.kept_again is not None and command.since <= room.kept_again):
        return []
    return [e.KeepingInterrupted(since=command.since, until=command.until, why=command.why)]


# What a responder does about a failure; while automation should be left to act, it is noticed.
_ACTS: dict[type[c.Command], str] = {
    c.StartRun: "began a runbook",
    c.AnswerStep: "answered a step",
    c.ApproveAct: "approved an act",
    c.Mitigate: "mitigated",
    c.Resolve: "resolved",
}

_ASKED: dict[type[c.Command], Callable[[Room, Any, datetime], News]] = {
    c.OpenGame: _open_game,
    c.OpenIncident: _open_incident,
    c.RaiseAlerts: _raise_alerts,
    c.StartGame: playing.start,
    c.RemindGame: preparing.remind,
    c.BeginAsPlanned: playing.begin_as_planned,
    c.PauseGame: playing.pause,
    c.ResumeGame: playing.resume,
    c.EndGame: playing.end,
    c.AskMurphy: drawing.ask,
    c.TakeProposed: drawing.take,
    c.VetoMishap: drawing.veto,
    c.SetMurphy: drawing.set_mode,
    c.CallEmergency: playing.emergency,
    c.ShiftPlan: playing.shift,
    c.ForwardPlan: playing.forward,
    c.MoveOn: playing.move_on,
    c.PlayInject: directing.play,
    c.SkipInject: directing.skip,
    c.PlayMishap: directing.play_mishap,
    c.Improvise: directing.improvise,
    c.EditInject: directing.edit,
    c.SwapInject: directing.swap,
    c.SpeakAs: directing.speak,
    c.GiveHint: directing.hint,
    c.SidelinePerson: directing.sideline,
    c.BringBack: directing.bring_back,
    c.Predict: preparing.predict,
    c.ApproveFault: preparing.approve,
    c.WithdrawApproval: preparing.withdraw,
    c.AskPreflight: preparing.ask_preflight,
    c.RecordPreflight: preparing.record_preflight,
    c.SayGo: preparing.say_go,
    c.GivePart: preparing.give_part,
    c.JoinTeam: preparing.join_team,
    c.Consent: preparing.consent,
    c.RateExpectation: evaluating.rate,
    c.JudgeExpectation: evaluating.judge,
    c.Observe: evaluating.observe,
    c.MarkMoment: responding.mark_moment,
    c.RecordStop: _record_stop,
    c.RecordOutside: _record_outside,
    c.RecordRealRoom: _record_real_room,
    c.TakeRole: responding.take_role,
    c.LeaveRole: responding.leave_role,
    c.Acknowledge: responding.acknowledge,
    c.Mitigate: responding.mitigate,
    c.Resolve: responding.resolve,
    c.Reopen: responding.reopen,
    c.SetSeverity: responding.set_severity,
    c.PostStatus: responding.post_status,
    c.CloseRoom: _close,
    c.StartRun: walking.start_run,
    c.AbandonRun: walking.abandon,
    c.StartBlankRun: walking.start_blank_run,
    c.WriteStep: walking.write_step,
    c.FinishRun: walking.finish_run,
    c.HandOverRun: walking.hand_over,
    c.PauseRun: walking.pause_run,
    c.ResumeRun: walking.resume_run,
    c.GiveValues: walking.give_values,
    c.GiveEvidence: walking.give_evidence,
    c.FlagStep: walking.flag_step,
    c.TakeStep: walking.take_step,
    c.ReturnStep: walking.return_step,
    c.AnswerStep: walking.answer_step,
    c.SkipStep: walking.skip_step,
    c.FailStep: walking.fail_step,
    c.RetryStep: walking.retry_step,
    c.LookAgain: walking.look_again,
    c.RecordCheck: walking.record_check,
    c.ApproveAct: acting.approve_act,
    c.CancelAct: acting.cancel_act,
    c.UndoAct: acting.undo_act,
    c.RecordActBegun: acting.record_act_begun,
    c.RecordActOutput: acting.record_act_output,
    c.RecordActEnded: acting.record_act_ended,
    c.TakeNote: _note,
    c.HearMessage: _hear,
    c.HearEdit: _hear_edit,
    c.HearDeletion: _hear_deletion,
    c.RecordGap: _record_gap,
    c.Tick: _tick,
    c.RecordChannel: _record_channel,
    c.RecordNoChannel: _record_no_channel,
    c.RecordOffers: _record_offers,
    c.RecordFault: _record_fault,
    c.RecordRollback: _record_rollback,
    c.RecordFailure: _record_failure,
    c.RecordTwin: _record_twin,
    c.RecordReplay: _record_replay,
    c.Redact: _redact,
    c.RecordInterruption: _record_interruption,
}
