"""What each event does to the game in a room: its course, its plan, what comes before it, its people, and Murphy."""

from collections.abc import Callable
from typing import Any

from warroom.core import events as e
from warroom.core.changing import replace
from warroom.core.events import Entry
from warroom.core.game import Game, GameState
from warroom.core.murphy import observe, played
from warroom.core.plan import ExpectationState, Held, InjectState, Plan, Rated
from warroom.core.readiness import Answer, Approval, Predicted, Preflight
from warroom.core.room import OFF, Murphy, Outside, Room, Watched
from warroom.core.roomclock import RoomClock
from warroom.core.roster import Roster
from warroom.core.scenario import MurphyRules, Rating
from warroom.core.situating import EVERYBODY, looks_at, samples
from warroom.core.storytime import Story

Move = Callable[[Room, Entry, Any], Room]


def _game_planned(room: Room, entry: Entry, event: e.GamePlanned) -> Room:
    roster = Roster(
        controllers=event.controllers,
        players=event.players,
        observers=event.observers,
        evaluators=event.evaluators,
        safety=event.safety,
        teams=event.teams,
    )
    game = Game(
        title=event.title,
        scenario_id=event.scenario_id,
        environment=event.environment,
        surprise=event.surprise,
        operations=event.operations,
        digests=event.digests,
    )
    return replace(
        room,
        game=game,
        plan=Plan(scenario=event.scenario.within(event.environment)),
        roster=roster,
        story=event.scenario.story,
        breakable={each.target: each for each in event.breakable},
        murphy=_murphy(event),
    )


def _murphy(event: e.GamePlanned) -> Murphy | None:
    """Murphy, when there is a deck to draw from."""
    if not event.scenario.deck:
        return None
    rules = event.scenario.murphy or MurphyRules()
    return Murphy(
        mode=rules.mode if event.scenario.murphy else OFF,
        seed=event.seed,
        sealed=event.sealed,
        history=event.history,
        graph=event.graph,
        budget=rules.budget,
        most_open=rules.most_open,
    )


def _murphied(room: Room, **changes: Any) -> Room:
    return room if room.murphy is None else replace(room, murphy=replace(room.murphy, **changes))


def _murphy_drew(room: Room, entry: Entry, event: e.MurphyDrew) -> Room:
    at = room.clock.reading(entry.at)
    return _murphied(room, turn=event.turn, proposal=event.proposal, proposed=at)


def _murphy_vetoed(room: Room, entry: Entry, event: e.MurphyVetoed) -> Room:
    vetoed = room.murphy.vetoed if room.murphy else {}
    return _murphied(room, vetoed={**vetoed, event.mishap: event.reason})


def _murphy_set(room: Room, entry: Entry, event: e.MurphySet) -> Room:
    return _murphied(room, mode=event.mode)


def _inject_added(room: Room, entry: Entry, event: e.InjectAdded) -> Room:
    added = _planned(room, lambda plan: plan.with_added(event.inject))
    mishap = room.plan.scenario.mishap(event.inject.id) if room.plan and event.drawn else None
    if mishap is None or room.murphy is None:
        return added
    return _murphied(
        added,
        spent=room.murphy.spent + mishap.difficulty,
        pacing=played(room.murphy.pacing, room.clock.reading(entry.at)),
        proposal=None,
    )


def _game_moved(room: Room, state: GameState, clock: RoomClock, **changes: Any) -> Room:
    game = None if room.game is None else replace(room.game, state=state, **changes)
    return replace(room, game=game, clock=clock)


def _reminded(room: Room, entry: Entry, event: e.GameReminded) -> Room:
    """Where only its window was said before, its time may be said later; not the other way round."""
    game = room.game
    known = game is not None and game.begins is not None and game.begins_until is None
    if game is None or (known and event.until is not None):
        return room
    return replace(room, game=replace(game, begins=event.begins, begins_until=event.until))


def _not_begun(room: Room, entry: Entry, event: e.NotBegun) -> Room:
    return room if room.game is None else replace(room, game=replace(room.game, begins=None, begins_until=None))


def _game_started(room: Room, entry: Entry, event: e.GameStarted) -> Room:
    return _game_moved(room, GameState.RUNNING, room.clock.start(entry.at), started_at=entry.at)


def _game_paused(room: Room, entry: Entry, event: e.GamePaused) -> Room:
    return _game_moved(room, GameState.PAUSED, room.clock.stop(entry.at))


def _game_resumed(room: Room, entry: Entry, event: e.GameResumed) -> Room:
    return _game_moved(room, GameState.RUNNING, room.clock.start(entry.at), halted_at=None)


def _emergency(room: Room, entry: Entry, event: e.EmergencyCalled) -> Room:
    if room.game is None:
        return room
    if room.game.state not in (GameState.RUNNING, GameState.PAUSED):  # nothing is being played that could be stopped
        return replace(room, game=replace(room.game, called_at=entry.at))
    return _game_moved(room, GameState.HALTED, room.clock.stop(entry.at), halted_at=entry.at, called_at=entry.at)


def _real_room(room: Room, entry: Entry, event: e.RealRoomOpened) -> Room:
    game = room.game
    return room if game is None else replace(room, game=replace(game, real_rooms=(*game.real_rooms, event.key)))


def _end_reached(room: Room, entry: Entry, event: e.EndReached) -> Room:
    game = room.game
    return room if game is None else replace(room, game=replace(game, ends=(*game.ends, event.ending)))


def _game_ended(room: Room, entry: Entry, event: e.GameEnded) -> Room:
    ended = _game_moved(room, GameState.ENDED, room.clock.stop(entry.at), ended_at=entry.at)
    return replace(ended, roster=replace(ended.roster, sidelined={}))


# --- the plan


def _inject_became(state: InjectState) -> Callable[[Room, Entry, Any], Room]:
    def move(room: Room, entry: Entry, event: Any) -> Room:
        if room.plan is None:
            return room
        return replace(room, plan=room.plan.with_inject(event.inject, state, room.clock.reading(entry.at)))

    return move


def _inject_played(room: Room, entry: Entry, event: e.InjectPlayed) -> Room:
    reading = room.clock.reading(entry.at)
    told = _inject_became(InjectState.PLAYED)(room, entry, event)
    if event.incident and room.murphy is not None:
        told = _murphied(told, pacing=played(room.murphy.pacing, reading))
    if not event.story:
        return told
    return replace(told, story=Story(starts=event.story, pace=room.story.pace if room.story else 1, since=reading))


def _shifted(room: Room, entry: Entry, event: e.PlanShifted) -> Room:
    return _planned(room, lambda plan: plan.shifted(event.by, room.clock.reading(entry.at)))


def _inject_held(room: Room, entry: Entry, event: e.InjectHeld) -> Room:
    return _planned(room, lambda plan: plan.with_held(event.inject, event.why))


def _planned(room: Room, change: Callable[[Plan], Plan]) -> Room:
    return room if room.plan is None else replace(room, plan=change(room.plan))


def _plan_changed(change: Callable[[Plan, Any], Plan]) -> Callable[[Room, Entry, Any], Room]:
    return lambda room, entry, event: _planned(room, lambda plan: change(plan, event))


def _rated(room: Room, entry: Entry, event: e.ExpectationRated) -> Room:
    rated = Rated(rating=Rating(event.rating), note=event.note)
    return _planned(room, lambda plan: plan.with_rating(event.expectation, entry.by, rated))


def _expectation_armed(room: Room, entry: Entry, event: e.ExpectationArmed) -> Room:
    held = Held(state=ExpectationState.ARMED, deadline=event.deadline)
    return room if room.plan is None else replace(room, plan=room.plan.with_expectation(event.expectation, held))


def _expectation_ended(room: Room, entry: Entry, name: str, state: ExpectationState) -> Room:
    if room.plan is None:
        return room
    held = replace(room.plan.standing(name), state=state, at=room.clock.reading(entry.at))
    return replace(room, plan=room.plan.with_expectation(name, held))


def _expectation_met(room: Room, entry: Entry, event: e.ExpectationMet) -> Room:
    state = ExpectationState.LATE if event.late else ExpectationState.MET
    return _expectation_ended(room, entry, event.expectation, state)


def _expectation_missed(room: Room, entry: Entry, event: e.ExpectationMissed) -> Room:
    return _expectation_ended(room, entry, event.expectation, ExpectationState.MISSED)


# --- before the game, and what is watched while it goes on


def _readied(room: Room, **changes: Any) -> Room:
    return replace(room, readiness=replace(room.readiness, **changes))


def _predicted(room: Room, entry: Entry, event: e.Predicted) -> Room:
    there = room.readiness.predictions
    mine = Predicted(by=entry.by, sheet=event.sheet)
    others = tuple(each for each in there.get(event.inject, ()) if each.by != entry.by)
    return _readied(room, predictions={**there, event.inject: (*others, mine)})


def _sealed(room: Room, entry: Entry, event: e.PredictionsSealed) -> Room:
    return _readied(room, seal=event.digest)


def _fault_approved(room: Room, entry: Entry, event: e.FaultApproved) -> Room:
    approval = Approval(by=entry.by, until=event.until)
    return _readied(room, approvals={**room.readiness.approvals, event.target: approval})


def _approval_withdrawn(room: Room, entry: Entry, event: e.ApprovalWithdrawn) -> Room:
    left = {target: each for target, each in room.readiness.approvals.items() if target != event.target}
    return _readied(room, approvals=left)


def _preflight_asked(room: Room, entry: Entry, event: e.PreflightAsked) -> Room:
    return _readied(room, preflight=Preflight(attempt=event.attempt, asked_at=entry.at))


def _preflight_reported(room: Room, entry: Entry, event: e.PreflightReported) -> Room:
    there = room.readiness.preflight
    if there is None or there.attempt != event.attempt:
        return room
    return _readied(room, preflight=replace(there, findings=event.findings, ready=event.ready, at=entry.at))


def _go_said(room: Room, entry: Entry, event: e.GoSaid) -> Room:
    answer = Answer(by=entry.by, go=event.go, at=entry.at, reason=event.reason)
    return _readied(room, answers={**room.readiness.answers, event.role: answer})


def _phrase_heard(room: Room, entry: Entry, event: e.PhraseHeard) -> Room:
    """When it was said counts, not when it was heard; and of twice, the last time."""
    reading = room.clock.reading(min(entry.occurred_at or entry.at, entry.at))
    known = room.heard.get(event.phrase, reading)
    return replace(room, heard={**room.heard, event.phrase: max(known, reading)})


def _hands_off_broken(room: Room, entry: Entry, event: e.HandsOffBroken) -> Room:
    return replace(room, too_early=room.too_early | {(event.inject, event.person)})


def _stop_changed(room: Room, entry: Entry, event: e.StopConditionChanged) -> Room:
    watched = Watched(holds=event.holds, detail=event.detail, at=entry.at)
    return replace(room, stops={**room.stops, event.stop: watched})


def _outside_changed(room: Room, entry: Entry, event: e.OutsideChanged) -> Room:
    return replace(room, outside=Outside(incidents=event.incidents, frozen=event.frozen))


# --- people


def _player_joined(room: Room, entry: Entry, event: e.PlayerJoined) -> Room:
    return replace(room, roster=room.roster.joined(event.person))


def _roster_changed(change: Callable[[Roster, Any], Roster]) -> Callable[[Room, Entry, Any], Room]:
    return lambda room, entry, event: replace(room, roster=change(room.roster, event))


def _role_taken(room: Room, entry: Entry, event: e.RoleTaken) -> Room:
    return replace(room, roster=room.roster.with_role(event.role, event.person))


def _role_left(room: Room, entry: Entry, event: e.RoleLeft) -> Room:
    return replace(room, roster=room.roster.without_role(event.role))


# --- Murphy, who watches the pace


def paced(room: Room, murphy: Murphy, entry: Entry) -> Murphy:
    """Murphy after another look at how hard it is for the teams, and at who is there. He may look again at another time."""
    reading, active = room.clock.reading(entry.at), dict(murphy.active)
    if entry.by in room.roster.players:
        for team in room.roster.teams_of(entry.by) or (EVERYBODY,):
            active[team] = reading
    there = replace(room, murphy=replace(murphy, active=active))
    seen = replace(murphy, active=active, pacing=observe(murphy.pacing, reading, samples(there, reading)))
    return replace(seen, look_at=looks_at(replace(room, murphy=seen), seen, entry.at))


MOVES: dict[type[e.Event], Move] = {
    e.GamePlanned: _game_planned,
    e.GameReminded: _reminded,
    e.NotBegun: _not_begun,
    e.GameStarted: _game_started,
    e.GamePaused: _game_paused,
    e.GameResumed: _game_resumed,
    e.GameEnded: _game_ended,
    e.EmergencyCalled: _emergency,
    e.RealRoomOpened: _real_room,
    e.EndReached: _end_reached,
    e.InjectPlayed: _inject_played,
    e.InjectSkipped: _inject_became(InjectState.SKIPPED),
    e.InjectHeld: _inject_held,
    e.InjectAdded: _inject_added,
    e.MurphyDrew: _murphy_drew,
    e.MurphyVetoed: _murphy_vetoed,
    e.MurphySet: _murphy_set,
    e.InjectEdited: _plan_changed(lambda plan, event: plan.with_edited(event.inject)),
    e.InjectRetimed: _plan_changed(lambda plan, event: plan.with_time(event.inject, event.at)),
    e.PlanShifted: _shifted,
    e.ExpectationRated: _rated,
    e.Predicted: _predicted,
    e.PredictionsSealed: _sealed,
    e.FaultApproved: _fault_approved,
    e.ApprovalWithdrawn: _approval_withdrawn,
    e.PreflightAsked: _preflight_asked,
    e.PreflightReported: _preflight_reported,
    e.GoSaid: _go_said,
    e.PhraseHeard: _phrase_heard,
    e.HandsOffBroken: _hands_off_broken,
    e.StopConditionChanged: _stop_changed,
    e.OutsideChanged: _outside_changed,
    e.ExpectationArmed: _expectation_armed,
    e.ExpectationMet: _expectation_met,
    e.ExpectationMissed: _expectation_missed,
    e.PlayerJoined: _player_joined,
    e.PartGiven: _roster_changed(lambda roster, event: roster.with_part(event.person, event.part)),
    e.TeamJoined: _roster_changed(lambda roster, event: roster.in_team(event.person, event.team)),
    e.ConsentGiven: _roster_changed(lambda roster, event: roster.consenting(event.person, event.agrees)),
    e.Sidelined: _roster_changed(lambda roster, event: roster.taken_out(event.person, event.until)),
    e.BackInGame: _roster_changed(lambda roster, event: roster.back(event.person)),
    e.RoleTaken: _role_taken,
    e.RoleLeft: _role_left,
}
