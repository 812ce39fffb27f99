"""One pass through a timeline that keeps what the after-action report needs.

What a scenario's author wrote for the dungeon master alone is taken out of every entry before anything looks at it
(`reading.without_notes`), so that no part of the report can hold it. The state of the room at each entry is the core's
own fold. Incidents, walks and what only a drill has are kept by `incidentaccount`, `walkaccount`
and `gameaccount`.

An account grows with what people did (incidents, runs, alerts by name), not with the number of entries.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from warroom.core import events as e
from warroom.core.events import Entry
from warroom.core.game import GameState
from warroom.core.plan import ExpectationState
from warroom.core.room import Room
from warroom.core.runs import WARROOM
from warroom.core.scenario import Scenario
from warroom.report.facts import (
    Course,
    ExpectationFacts,
    FaultFacts,
    IncidentFacts,
    InjectFacts,
    InjectsFacts,
    Participant,
    Pause,
    RunFacts,
    Said,
)
from warroom.report.gameaccount import Drill
from warroom.report.gamefacts import GameFacts
from warroom.report.incidentaccount import Incidents
from warroom.report.moment import Moment
from warroom.report.phrasing import Names, name
from warroom.report.reading import Reading, withheld, without_notes
from warroom.report.timeline import gap, place, speaker
from warroom.report.walkaccount import Walks

NO_DUFF = "NO DUFF: something real"


@dataclass(slots=True)
class _Fault:
    asked: Moment
    broken: Moment | None = None
    undone: Moment | None = None
    why: str = ""
    approved_by: str = ""


@dataclass(slots=True)
class Account:
    """Feed it every entry in order with `add`; then ask for the parts of the report.

    `names` is what people are called in what is told (`called`), `roll` what they are called in the list of who took
    part; the same when that is not given.
    """

    names: Names
    roll: Names | None = None
    reading: Reading = field(init=False)
    incidents: Incidents = field(init=False)
    walks: Walks = field(init=False)
    drill: Drill = field(init=False)
    planned: int | None = None
    skipped: int = 0
    held: int = 0
    played: list[InjectFacts] = field(default_factory=list)
    from_plan: set[str] = field(default_factory=set)
    pauses: list[Pause] = field(default_factory=list)
    expected: dict[str, tuple[str, timedelta]] = field(default_factory=dict)
    met: dict[str, Moment] = field(default_factory=dict)
    faults: dict[str, _Fault] = field(default_factory=dict)
    notes: list[Said] = field(default_factory=list)
    updates: list[Said] = field(default_factory=list)
    messages: dict[str, int] = field(default_factory=dict)
    roles: dict[str, list[str]] = field(default_factory=dict)
    acted: dict[str, None] = field(default_factory=dict)
    sources: set[str] = field(default_factory=set)
    undelivered: list[str] = field(default_factory=list)
    doubled: int = 0
    gaps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reading = Reading(names=self.names, roll=self.names if self.roll is None else self.roll)
        self.incidents, self.walks, self.drill = Incidents(self.reading), Walks(self.reading), Drill(self.reading)

    @property
    def room(self) -> Room:
        return self.reading.room

    def add(self, entry: Entry) -> None:
        if isinstance(entry.event, e.GamePlanned):
            plan: object = entry.event.scenario
            there = plan.within(entry.event.environment) if isinstance(plan, Scenario) else None
            self.planned = len(there.injects) if there else None
        told = without_notes(entry)
        moment = self.reading.go_on(told)
        if not withheld(told.event):
            self._keep(moment, told)
        match told.event:
            case e.MessageHeard():
                self.messages[told.by] = self.messages.get(told.by, 0) + 1
            case e.AlertFired(source=source):
                self.sources.add(source)
        if not isinstance(told.event, _HAPPENS):
            self.acted.setdefault(told.by)

    def _keep(self, moment: Moment, entry: Entry) -> None:
        self.incidents.keep(moment, entry.event)
        self.walks.keep(moment, entry.event)
        self.drill.keep(moment, entry.by, entry.event)
        keep = _KEPT.get(type(entry.event))
        if keep:
            keep(self, moment, entry.event)

    def readable(self, entry: Entry) -> bool:
        """Whether enough is left of it to be told in a sentence."""
        return not withheld(entry.event)

    @property
    def part(self) -> str:
        """The title of the part of the game that is being played; empty when it has none."""
        return self.drill.moves[-1].title if self.drill.moves else ""

    def name(self, person: str) -> str:
        return self.reading.name(person)

    def words(self, text: str) -> str:
        return self.reading.words(text)

    def between(self, start: Moment, end: Moment) -> timedelta:
        return self.reading.between(start, end)

    # --- the parts of the report

    def course(self) -> Course:
        room, game = self.room, self.room.game
        if room.opened_at is None:
            raise ValueError("a timeline begins with the opening of a room")
        started = game.started_at if game else room.opened_at
        ended = game.ended_at if game else room.closed_at
        return Course(
            state=room.state,
            over=not room.open,
            opened_at=room.opened_at,
            started_at=started,
            ended_at=ended,
            real=ended - started if ended and started else None,
            game=room.clock.elapsed if game and ended else None,
            pauses=tuple(self.pauses),
        )

    def people(self) -> tuple[Participant, ...]:
        """Who took part. In a drill nothing that anybody did stands beside a name."""
        roster, drill = self.room.roster, self.room.drill
        parts = (
            ("dungeon master", roster.controllers),
            ("evaluator", roster.evaluators),
            ("safety officer", roster.safety),
            ("player", roster.players),
            ("observer", roster.observers),
        )
        known = {person: part for part, persons in parts for person in persons}
        machines = {WARROOM, *self.sources}
        others = {each: "responder" for each in (*self.acted, *self.roles) if each not in machines}
        if drill:  # whoever only spoke in the room, without a part in the game
            others = {who: "owner" if who in self.drill.owners else "guest" for who in others}
        everybody = {**known, **{who: part for who, part in others.items() if who not in known}}
        return tuple(
            Participant(
                name=name(self.reading.roll, person),
                part=part,
                roles=() if drill else tuple(self.roles.get(person, ())),
                messages=0 if drill else self.messages.get(person, 0),
            )
            for person, part in everybody.items()
        )

    def incident_facts(self) -> tuple[IncidentFacts, ...]:
        return self.incidents.facts()

    def expectation_facts(self) -> tuple[ExpectationFacts, ...]:
        return tuple(self._expectation(name, *armed) for name, armed in self.expected.items())

    def _expectation(self, name: str, what: str, armed: timedelta) -> ExpectationFacts:
        held = self.room.plan.standing(name) if self.room.plan else None
        deadline = held.deadline if held and held.deadline is not None else armed
        met, there = self.met.get(name), self.room.plan.scenario.expectation(name) if self.room.plan else None
        return ExpectationFacts(
            what=what,
            state=held.state.value if held else ExpectationState.ARMED.value,
            armed=armed,
            deadline=deadline,
            met=met.clock if met else None,
            met_at=met.at if met else None,
            to_spare=deadline - met.clock if met else None,
            owner=there.owner if there else "",
            objective=there.objective if there else 0,
            ratings=tuple(self.drill.ratings.get(name, {}).values()),
            by_people=there is not None and there.met_by is None,
        )

    def inject_facts(self) -> InjectsFacts:
        scripted = sum(self.drill.origin(each) in _SCRIPTED for each in self.from_plan)
        left = None if self.planned is None else max(0, self.planned - scripted - self.skipped)
        played = tuple(
            replace(each, origin=self.drill.origin(each.inject), edited=self.drill.edited(each.inject))
            if each.inject
            else each
            for each in self.played
        )
        return InjectsFacts(
            played=played, skipped=self.skipped, held=self.held, never_played=left if self.room.game else 0
        )

    def run_facts(self) -> tuple[RunFacts, ...]:
        return self.walks.facts()

    def game_facts(self, incidents: Mapping[str, IncidentFacts], *, over: bool) -> GameFacts | None:
        return self.drill.facts(incidents, over=over)

    def fault_facts(self) -> tuple[FaultFacts, ...]:
        return tuple(self._fault(name, kept) for name, kept in self.faults.items())

    def _fault(self, name: str, kept: _Fault) -> FaultFacts:
        there = self.room.faults[name]
        lasted = kept.undone.at - kept.broken.at if kept.undone and kept.broken else None
        return FaultFacts(
            target=there.target,
            mode=there.mode,
            state=there.state.value,
            asked=kept.asked,
            broken=kept.broken,
            undone=kept.undone,
            lasted=lasted,
            why_undone=kept.why,
            detail=self.words(there.detail),
            real=there.real,
            after=self.reading.incident_of(there.inject),
            approved_by=kept.approved_by,
        )


# --- what is kept of each event


def _paused(account: Account, moment: Moment, event: e.GamePaused) -> None:
    account.pauses.append(Pause(began=moment, until=None, length=None, reason=account.words(event.reason)))


def _went_on(account: Account, moment: Moment, event: e.GameResumed) -> None:
    if account.pauses:
        last = account.pauses[-1]
        account.pauses[-1] = replace(last, until=moment.at, length=moment.at - last.began.at)


def _halted(account: Account, moment: Moment, event: e.EmergencyCalled) -> None:
    if account.room.game is None or account.room.game.state is not GameState.HALTED:
        return
    if account.room.game.started_at and not (account.pauses and account.pauses[-1].until is None):
        account.pauses.append(Pause(began=moment, until=None, length=None, reason=NO_DUFF))


def _ended(account: Account, moment: Moment, event: e.GameEnded) -> None:
    if account.pauses and account.pauses[-1].until is None:
        _went_on(account, moment, e.GameResumed())


def _inject(account: Account, moment: Moment, event: e.InjectPlayed) -> None:
    account.from_plan.add(event.inject)
    account.played.append(
        InjectFacts(
            moment=moment,
            kind=event.kind,
            speaker=speaker(event.actor, event.actor_title),
            level=event.level,
            text=account.words(event.text),
            incident=event.incident,
            inject=event.inject,
            to=tuple(map(account.reading.team, event.to)),
        )
    )


def _improvised(account: Account, moment: Moment, event: e.ActorSpoke) -> None:
    account.played.append(
        InjectFacts(
            moment=moment,
            kind="improvised",
            speaker=speaker(event.actor, event.actor_title),
            level="",
            text=account.words(event.text),
            incident="",
        )
    )


def _left_out(account: Account, moment: Moment, event: e.InjectSkipped) -> None:
    account.skipped += 1


def _held(account: Account, moment: Moment, event: e.InjectHeld) -> None:
    account.held += 1


def _armed(account: Account, moment: Moment, event: e.ExpectationArmed) -> None:
    account.expected[event.expectation] = (event.what, moment.clock)


def _met(account: Account, moment: Moment, event: e.ExpectationMet) -> None:
    account.met[event.expectation] = moment


def _role(account: Account, moment: Moment, event: e.RoleTaken) -> None:
    held = account.roles.setdefault(event.person, [])
    if event.role not in held:
        held.append(event.role)


def _status(account: Account, moment: Moment, event: e.StatusPosted) -> None:
    account.updates.append(Said(moment=moment, text=account.words(event.text)))


def _note(account: Account, moment: Moment, event: e.NoteTaken) -> None:
    account.notes.append(Said(moment=moment, text=account.words(event.text)))


def _fault_asked(account: Account, moment: Moment, event: e.FaultAsked) -> None:
    approved = account.drill.approved.get(event.target)
    account.faults[event.fault] = _Fault(asked=moment, approved_by=approved.who if approved else "")


def _fault_broke(account: Account, moment: Moment, event: e.FaultInjected) -> None:
    account.faults[event.fault].broken = moment


def _undoing(account: Account, moment: Moment, event: e.RollbackAsked) -> None:
    account.faults[event.fault].why = event.reason


def _undone(account: Account, moment: Moment, event: e.FaultRolledBack) -> None:
    account.faults[event.fault].undone = moment


def _failed(account: Account, moment: Moment, event: e.DeliveryFailed) -> None:
    account.undelivered.append(f"{event.what.rstrip('.')} ({event.reason.rstrip('.')})")


def _twin(account: Account, moment: Moment, event: e.TwinRemoved) -> None:
    account.doubled += 1


def _gap(account: Account, moment: Moment, event: e.GapFilled) -> None:
    account.gaps.append(gap(event))


def _no_channel(account: Account, moment: Moment, event: e.ChannelRefused) -> None:
    account.undelivered.append(f"Opening {place(event.place)} ({event.reason.rstrip('.')})")


_KEPT: dict[type[e.Event], Callable[[Account, Moment, Any], None]] = {
    e.GamePaused: _paused,
    e.GameResumed: _went_on,
    e.EmergencyCalled: _halted,
    e.GameEnded: _ended,
    e.InjectPlayed: _inject,
    e.ActorSpoke: _improvised,
    e.InjectSkipped: _left_out,
    e.InjectHeld: _held,
    e.ExpectationArmed: _armed,
    e.ExpectationMet: _met,
    e.RoleTaken: _role,
    e.StatusPosted: _status,
    e.NoteTaken: _note,
    e.FaultAsked: _fault_asked,
    e.FaultInjected: _fault_broke,
    e.RollbackAsked: _undoing,
    e.FaultRolledBack: _undone,
    e.DeliveryFailed: _failed,
    e.TwinRemoved: _twin,
    e.ChannelRefused: _no_channel,
    e.GapFilled: _gap,
}
_SCRIPTED = ("planned", "contingency")
# not done by whoever the entry names
_HAPPENS = (
    e.DeliveryFailed,
    e.TwinRemoved,
    e.KeepingInterrupted,
    e.GapFilled,
    e.ChannelOpened,
    e.ChannelRefused,
)
