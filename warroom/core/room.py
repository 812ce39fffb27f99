"""A room: one game day or one real incident. Its timeline is its state; this is the fold.

    evolve(room, entry)  -> room    never refuses: what has happened has happened
    room.wake_at()       -> when it next needs a Tick, if ever

What may be asked and what follows from it is in `deciding`; how the parts pull on one another is in `coupling`; what is
said about it is in `telling`. Add an event here (its line in `_MOVES`) whenever you add one to the vocabulary.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from warroom.core import events as e
from warroom.core import runfold
from warroom.core.changing import replace
from warroom.core.effects import TEAM, WAR_ROOM
from warroom.core.events import Entry, Mode
from warroom.core.faults import Fault, FaultState, Target
from warroom.core.game import Game, GameState
from warroom.core.incident import Incident, IncidentState
from warroom.core.murphy import Graph, History, Pacing, Proposal, TeamSample, Tempo, observe, played
from warroom.core.plan import ExpectationState, Held, InjectState, Plan, Rated
from warroom.core.readiness import Answer, Approval, Predicted, Preflight, Readiness
from warroom.core.remembering import remembered_of
from warroom.core.roomclock import NOTHING, RoomClock
from warroom.core.roster import Roster
from warroom.core.runbook import Offer
from warroom.core.runs import Run, RunState, begun
from warroom.core.scenario import AUTOPILOT, PROPOSE, SEALED, MurphyRules, Rating
from warroom.core.storytime import Story

BY_HIMSELF = (AUTOPILOT, SEALED)
OFF = "off"  # Murphy is there to be asked, and does nothing by himself
FIRST_LOOK = timedelta(minutes=5)  # into a game, before Murphy plays by himself
LOOK_AGAIN = timedelta(minutes=2)
CATCH_UP = timedelta(minutes=2)  # an inject later than this was due while nobody was there to play it


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    id: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownAlert:
    key: str
    name: str
    source: str
    summary: str
    severity: str
    link: str
    firing: bool
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """A status update somebody posted."""

    text: str
    by: str
    at: datetime
    reading: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """A stop condition, and what was last found."""

    holds: bool
    detail: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Murphy:
    """How Murphy plays along. `look_at` is the reading at which he looks again by himself, if he does.

    `spent` is the sum of difficulties of what was drawn; `active` is when anybody of a team last did something.
    """

    mode: str
    seed: str
    sealed: str
    history: History
    graph: Graph
    budget: int
    most_open: int
    turn: int = 0
    proposal: Proposal | None = None
    spent: int = 0
    vetoed: Mapping[str, str] = field(default_factory=dict)
    pacing: Pacing = field(default_factory=Pacing)
    look_at: timedelta | None = None
    active: Mapping[str, timedelta] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """Empty until it has been opened: `Room()` is the room before its first entry."""

    seq: int = 0
    key: str = ""
    workspace: str = ""
    mode: Mode = Mode.REAL
    title: str = ""
    origin: str = ""
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    clock: RoomClock = field(default_factory=RoomClock)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    unopened: frozenset[str] = frozenset()  # places whose channel the chat would not open
    roster: Roster = field(default_factory=Roster)
    game: Game | None = None
    plan: Plan | None = None
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    offers: Mapping[str, tuple[Offer, ...]] = field(default_factory=dict)
    runs: Mapping[str, Run] = field(default_factory=dict)
    faults: Mapping[str, Fault] = field(default_factory=dict)
    alerts: Mapping[str, KnownAlert] = field(default_factory=dict)
    update: Update | None = None
    story: Story | None = None
    heard: Mapping[str, timedelta] = field(default_factory=dict)  # what conditions listen for: when it was last said
    readiness: Readiness = field(default_factory=Readiness)
    breakable: Mapping[str, Target] = field(default_factory=dict)
    stops: Mapping[str, Watched] = field(default_factory=dict)
    murphy: Murphy | None = None
    too_early: frozenset[tuple[str, str]] = frozenset()  # (inject, person) that did not leave automation its time

    @property
    def drill(self) -> bool:
        return self.mode is Mode.DRILL

    @property
    def live(self) -> bool:
        """Whether responders can act: a game that runs, or a real room that is open."""
        if self.mode is Mode.DRILL:
            return self.game is not None and self.game.state is GameState.RUNNING
        return self.opened_at is not None and self.closed_at is None

    @property
    def open(self) -> bool:
        """Whether the room is still going on, paused and planned games included."""
        if self.drill:
            return self.closed_at is None and (self.game is None or self.game.state is not GameState.ENDED)
        return self.closed_at is None

    @property
    def state(self) -> str:
        """planned, running, paused, ended for a game; open or closed."""
        if self.closed_at is not None:
            return "closed"
        return self.game.state.value if self.game else "open"

    @property
    def walking(self) -> tuple[Run, ...]:
        """The walks that are going on."""
        return _walking(self.runs)

    @property
    def walks_due(self) -> "WalksDue":
        """When time does something to a walk next."""
        return _walks_due(self.walking)

    @property
    def acting(self) -> tuple[Run, ...]:
        """The walks for which a machine does something, or is about to, whether they go on or not."""
        return _acting(self.runs)

    def incident_of(self, inject: str) -> Incident | None:
        """The incident that this inject opened."""
        return _by_inject(self.incidents).get(inject)

    def places(self, teams: Iterable[str]) -> tuple[str, ...]:
        """Where these teams are told something; the war room for nobody in particular."""
        return tuple(f"{TEAM}{each}" for each in teams) or (WAR_ROOM,)

    def place_of(self, incident: str) -> str:
        """Where an incident is worked on: in the channel of the one team it is for, else in the war room."""
        there = self.incidents.get(incident)
        return self.places(there.teams)[0] if there and len(there.teams) == 1 else WAR_ROOM

    def place_at(self, channel: str) -> str:
        """What this channel of the chat is to the room; empty when it is none of its own."""
        return next((place for place, each in self.channels.items() if each.id == channel), "")

    def wholes_of(self, run: Run) -> Iterator[Run]:
        """The walk itself, then what it is a part of, and so on up."""
        while True:
            yield run
            if run.parent is None or run.parent.run not in self.runs:
                return
            run = self.runs[run.parent.run]

    def parts_of(self, run: Run) -> list[Run]:
        """The walks that its current step has begun on this leg of the way."""
        parts = _parts(self.runs)
        return parts.get(e.Parent(run=run.id, step=run.at, leg=run.leg), []) if parts else []

    def too_easy_at(self) -> timedelta | None:
        """The reading at which the dungeon master is offered something more, because the players have it too easy."""
        murphy = self.murphy
        if murphy is None or murphy.mode != PROPOSE or murphy.proposal is not None or not self.incidents:
            return None
        calm, last = murphy.pacing.calm_since, murphy.pacing.played or NOTHING
        return None if calm is None else max(calm, last) + Tempo().too_easy_after

    def wake_at(self) -> datetime | None:
        """When the room next needs a Tick. A Tick at that time moves it further on or away."""
        times = [fault.deadline for fault in self.faults.values() if fault.owed]
        acts = (act for run in self.acting for act in run.acts.values() if not act.over)
        times += [act.deadline for act in acts if act.deadline is not None]
        times += [at for reading in self._deadlines() if (at := self.clock.when(reading)) is not None]
        return min(times, default=None)

    def _deadlines(self) -> Iterable[timedelta]:
        """Readings of the room's clock at which something falls due."""
        if not self.live:
            return
        yield from (at for at in self.walks_due if at is not timedelta.max)
        if self.plan is not None:
            yield from (at for at, _ in self.plan.timed()[:1])
            yield from self.roster.sidelined.values()
            if self.murphy is not None and self.murphy.look_at is not None:
                yield self.murphy.look_at
            if (too_easy := self.too_easy_at()) is not None:
                yield too_easy
            endings = enumerate(self.plan.scenario.endings)
            yield from (
                each.at for at, each in endings if each.at is not None and self.game and at not in self.game.ends
            )
            for _, _, held in self.plan.awaited():
                if held.state is ExpectationState.ARMED and held.deadline is not None:
                    yield held.deadline


@remembered_of
def _by_inject(incidents: Mapping[str, Incident]) -> Mapping[str, Incident]:
    """Incidents by the inject that opened them; the first where one has opened several."""
    return {each.inject: each for each in reversed(tuple(incidents.values()))}


@remembered_of
def _walking(runs: Mapping[str, Run]) -> tuple[Run, ...]:
    return tuple([run for run in runs.values() if run.state is RunState.WALKING])


class WalksDue(NamedTuple):
    """Readings at which a step is overdue next, one ends by itself, a check is looked at again; the last there is for never."""

    overdue: timedelta
    ends: timedelta
    looks: timedelta


@remembered_of
def _walks_due(walking: tuple[Run, ...]) -> WalksDue:
    times = [(run.overdue_at(), run.ends_itself_at(), run.looks_again_at()) for run in walking]
    first = (min([at for at in each if at is not None], default=timedelta.max) for each in zip(*times, strict=True))
    return WalksDue(*first) if times else WalksDue(timedelta.max, timedelta.max, timedelta.max)


@remembered_of
def _parts(runs: Mapping[str, Run]) -> Mapping[e.Parent, list[Run]]:
    found: dict[e.Parent, list[Run]] = {}
    for run in runs.values():
        if run.parent is not None:
            found.setdefault(run.parent, []).append(run)
    return found


@remembered_of
def _acting(runs: Mapping[str, Run]) -> tuple[Run, ...]:
    return tuple([run for run in runs.values() if run.acts and any(not act.over for act in run.acts.values())])


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
        moved = replace(moved, murphy=_paced(moved, moved.murphy, entry))
    if moved is room:
        return replace(room, seq=entry.seq)
    object.__setattr__(moved, "seq", entry.seq)  # it was made just now, and nobody else has it yet
    return moved


def _paced(room: Room, murphy: Murphy, entry: Entry) -> Murphy:
    """Murphy after another look at how hard it is for the teams, and at who is there."""
    reading, active = room.clock.reading(entry.at), dict(murphy.active)
    if entry.by in room.roster.players:
        for team in room.roster.teams_of(entry.by) or (EVERYBODY,):
            active[team] = reading
    paced = replace(room, murphy=replace(murphy, active=active))
    return replace(murphy, active=active, pacing=observe(murphy.pacing, reading, samples(paced, reading)))


def samples(room: Room, reading: timedelta) -> dict[str, TeamSample]:
    """How it is for each team at this reading."""
    active = room.murphy.active if room.murphy else {}
    return {team: _sample(room, team, reading, active) for team in _teams(room)}


EVERYBODY = "the players"


def _teams(room: Room) -> tuple[str, ...]:
    teams = tuple(room.plan.scenario.teams) if room.plan else ()
    return teams or (EVERYBODY,)


def _sample(room: Room, team: str, reading: timedelta, active: Mapping[str, timedelta]) -> TeamSample:
    """How it is for one team: what is open for it, what is late, what waits."""
    mine = [each for each in room.incidents.values() if each.open and (not each.teams or team in each.teams)]
    ids = {each.id for each in mine}
    steps = [run.of(run.at) for run in room.runs.values() if run.walking and run.incident in ids]
    since = room.clock.when(NOTHING)
    unseen = [
        room.clock.reading(each.declared_at) for each in mine if each.acknowledged_at is None and since is not None
    ]
    return TeamSample(
        open=len(mine),
        open_steps=len(steps),
        overdue_steps=sum(each.overran for each in steps),
        unacknowledged=max((reading - at for at in unseen), default=NOTHING),
        decisions_waiting=sum(bool(room.offers.get(each.id)) and not _walked(room, each.id) for each in mine),
        quiet=reading - active.get(team, NOTHING),
    )


def _walked(room: Room, incident: str) -> bool:
    return any(run.incident == incident for run in room.runs.values())


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


def _room_closed(room: Room, entry: Entry, event: e.RoomClosed) -> Room:
    return replace(room, closed_at=entry.at, clock=room.clock.stop(entry.at))


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
        look_at=FIRST_LOOK if event.scenario.murphy and rules.mode in BY_HIMSELF else None,
    )


def _murphied(room: Room, **changes: Any) -> Room:
    return room if room.murphy is None else replace(room, murphy=replace(room.murphy, **changes))


def _murphy_drew(room: Room, entry: Entry, event: e.MurphyDrew) -> Room:
    by_himself = room.murphy is not None and room.murphy.mode in BY_HIMSELF
    again = room.clock.reading(entry.at) + LOOK_AGAIN if by_himself else None
    return _murphied(room, turn=event.turn, proposal=event.proposal, look_at=again)


def _murphy_vetoed(room: Room, entry: Entry, event: e.MurphyVetoed) -> Room:
    vetoed = room.murphy.vetoed if room.murphy else {}
    return _murphied(room, vetoed={**vetoed, event.mishap: event.reason})


def _murphy_set(room: Room, entry: Entry, event: e.MurphySet) -> Room:
    look_at = room.clock.reading(entry.at) + LOOK_AGAIN if event.mode in BY_HIMSELF else None
    return _murphied(room, mode=event.mode, look_at=look_at)


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


def _game_started(room: Room, entry: Entry, event: e.GameStarted) -> Room:
    return _game_moved(room, GameState.RUNNING, room.clock.start(entry.at), started_at=entry.at)


def _game_paused(room: Room, entry: Entry, event: e.GamePaused) -> Room:
    return _game_moved(room, GameState.PAUSED, room.clock.stop(entry.at))


def _game_resumed(room: Room, entry: Entry, event: e.GameResumed) -> Room:
    return _game_moved(room, GameState.RUNNING, room.clock.start(entry.at), halted_at=None)


def _emergency(room: Room, entry: Entry, event: e.EmergencyCalled) -> Room:
    if room.game is None or room.game.state not in (GameState.RUNNING, GameState.PAUSED):
        return room  # nothing is being played that could be stopped
    return _game_moved(room, GameState.HALTED, room.clock.stop(entry.at), halted_at=entry.at)


def _real_room(room: Room, entry: Entry, event: e.RealRoomOpened) -> Room:
    game = room.game
    return room if game is None else replace(room, game=replace(game, real_rooms=(*game.real_rooms, event.key)))


def _end_reached(room: Room, entry: Entry, event: e.EndReached) -> Room:
    game = room.game
    return room if game is None else replace(room, game=replace(game, ends=(*game.ends, event.ending)))


def _game_ended(room: Room, entry: Entry, event: e.GameEnded) -> Room:
    return _game_moved(room, GameState.ENDED, room.clock.stop(entry.at), ended_at=entry.at)


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
    return replace(room, heard={**room.heard, event.phrase: room.clock.reading(entry.at)})


def _hands_off_broken(room: Room, entry: Entry, event: e.HandsOffBroken) -> Room:
    return replace(room, too_early=room.too_early | {(event.inject, event.person)})


def _stop_changed(room: Room, entry: Entry, event: e.StopConditionChanged) -> Room:
    watched = Watched(holds=event.holds, detail=event.detail, at=entry.at)
    return replace(room, stops={**room.stops, event.stop: watched})


# --- people


def _player_joined(room: Room, entry: Entry, event: e.PlayerJoined) -> Room:
    return replace(room, roster=room.roster.joined(event.person))


def _roster_changed(change: Callable[[Roster, Any], Roster]) -> Callable[[Room, Entry, Any], Room]:
    return lambda room, entry, event: replace(room, roster=change(room.roster, event))


def _role_taken(room: Room, entry: Entry, event: e.RoleTaken) -> Room:
    return replace(room, roster=room.roster.with_role(event.role, event.person))


def _role_left(room: Room, entry: Entry, event: e.RoleLeft) -> Room:
    return replace(room, roster=room.roster.without_role(event.role))


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
    e.RoomClosed: _room_closed,
    e.GamePlanned: _game_planned,
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
    e.PlanShifted: _plan_changed(lambda plan, event: plan.shifted(event.by)),
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
    e.FaultInjected: _fault_became(FaultState.ACTIVE),
    e.FaultRefused: _fault_became(FaultState.REFUSED),
    e.RollbackAsked: _fault_became(FaultState.ROLLING_BACK),
    e.FaultRolledBack: _fault_became(FaultState.ROLLED_BACK),
    e.RollbackFailed: _fault_became(FaultState.STUCK),
    **{event: _run_changed(change) for event, change in runfold.MOVES.items()},
}
