"""A room: one game day or one real incident, as a value. What each entry of its timeline makes of it is in `roomfold`.

    room.wake_at()       -> when it next needs a Tick, if ever

What may be asked and what follows from it is in `deciding`; how the parts pull on one another is in `coupling`; what is
said about it is in `telling`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from typing import NamedTuple

from warroom.core import events as e
from warroom.core.declaring import dataclass
from warroom.core.effects import TEAM, WAR_ROOM
from warroom.core.events import Mode
from warroom.core.faults import Fault, Target
from warroom.core.game import Game, GameState
from warroom.core.incident import Incident
from warroom.core.murphy import Graph, History, Pacing, Proposal, Tempo
from warroom.core.plan import Plan
from warroom.core.readiness import Readiness
from warroom.core.remembering import remembered_of
from warroom.core.roomclock import NOTHING, RoomClock
from warroom.core.roster import Roster
from warroom.core.runbook import Offer
from warroom.core.runs import Run, RunState
from warroom.core.scenario import AUTOPILOT, PROPOSE, SEALED
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
class Outside:
    """What goes on beside a game: real incidents that are open, by their keys, and why nothing real may be changed now."""

    incidents: tuple[str, ...] = ()
    frozen: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Murphy:
    """How Murphy plays along. `look_at` is the reading at which he looks again by himself, if he does; `proposed` when he
    proposed last.

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
    proposed: timedelta = NOTHING
    spent: int = 0
    vetoed: Mapping[str, str] = field(default_factory=dict)
    pacing: Pacing = field(default_factory=Pacing)
    look_at: timedelta | None = None
    active: Mapping[str, timedelta] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """Empty until it has been opened: `Room()` is the room before its first entry."""

    seq: int = 0
    at: datetime | None = None  # of the last entry
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
    recovered: int = 0  # what was found in the channels afterwards, and no gap has been told of yet
    readiness: Readiness = field(default_factory=Readiness)
    breakable: Mapping[str, Target] = field(default_factory=dict)
    stops: Mapping[str, Watched] = field(default_factory=dict)
    outside: Outside = field(default_factory=Outside)
    murphy: Murphy | None = None
    kept_again: datetime | None = None  # when the last time ended in which nothing could be kept
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
        if murphy is None or murphy.mode != PROPOSE or not self.incidents:
            return None
        calm, last = murphy.pacing.calm_since, murphy.pacing.played or NOTHING
        if murphy.proposal is not None and murphy.proposed >= last:
            return None  # he has proposed something since anything came into play
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
            if (missed := self.plan.missed_at()) is not timedelta.max:
                yield missed


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
