"""The laws of a room, each a watcher that sees every step of a game and objects. Cheap: none reads the timeline again.

`Laws().see(step)` after every command; `over(entries, room)` at the end. The random tests of a room and of a game day
use it, and so does the soak. A law that is broken raises AssertionError and says which.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Any

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core import runview, views
from warroom.core.conditions import holds
from warroom.core.coupling import RULES
from warroom.core.deciding import settle
from warroom.core.effects import BACKCHANNEL, PERSON, TEAM, WAR_ROOM, Effect, InjectFault, OpenRealRoom, Say, Talk
from warroom.core.events import Entry
from warroom.core.faults import FaultState
from warroom.core.game import GameState
from warroom.core.room import Room
from warroom.core.roomfold import fold
from warroom.core.scenario import Scenario
from warroom.testing import Table

CANARY = "CANARY"  # stands in everything that players must not see
TYPED = "typed"  # in what a player has typed, which may be seen


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One command and all that came of it."""

    before: Room
    entries: tuple[Entry, ...]
    effects: tuple[Effect, ...]
    after: Room
    now: datetime


def strings(value: Any) -> Iterator[str]:
    """Every string inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from (*strings(key), *strings(each))
    elif isinstance(value, tuple | list | set | frozenset):
        for each in value:
            yield from strings(each)
    elif is_dataclass(value):
        for each in fields(value):
            yield from strings(getattr(value, each.name))


class Law:
    """The root: sees nothing."""

    def see(self, step: Step) -> None:
        """Raise AssertionError when this step breaks the law."""


class NothingHiddenIsSaid(Law):
    """No player is told, in any channel of theirs, what is hidden."""

    def see(self, step: Step) -> None:
        shown = [each for each in step.effects if isinstance(each, Talk) and not self._hidden(each.place, step.after)]
        found = [text for text in strings(shown) if CANARY in text and TYPED not in text]
        assert not found, f"said to players: {found}"

    def _hidden(self, place: str, room: Room) -> bool:
        """The backchannel, and those who may see it, each for themselves."""
        return place == BACKCHANNEL or place.removeprefix(PERSON) in room.roster.staff


class EverythingHappensOnce(Law):
    """An inject is played once or skipped once, and never both."""

    def __init__(self) -> None:
        self.done: dict[str, str] = {}

    def see(self, step: Step) -> None:
        for each in step.entries:
            if isinstance(each.event, e.InjectPlayed | e.InjectSkipped):
                assert each.event.inject not in self.done, f"{each.event.inject} twice"
                self.done[each.event.inject] = type(each.event).__name__


class StepsAreDoneOnlyWhenEntered(Law):
    """A step is done, or skipped, at most as often as it was entered."""

    def __init__(self) -> None:
        self.entered, self.left = Counter[tuple[str, str]](), Counter[tuple[str, str]]()

    def see(self, step: Step) -> None:
        for each in step.entries:
            match each.event:
                case e.StepEntered(run=run, step=name):
                    self.entered[run, name] += 1
                case e.StepDone(run=run, step=name) | e.StepSkipped(run=run, step=name):
                    self.left[run, name] += 1
                    assert self.left[run, name] <= self.entered[run, name], f"{name} completed twice"


class BreakagesAreUndone(Law):
    """When nothing is open any more a rollback is owed to nothing; when play stops, at once."""

    def see(self, step: Step) -> None:
        room = step.after
        if not room.open or (room.incidents and all(not each.open for each in room.incidents.values())):
            owed = [each for each in room.faults.values() if each.owed and (not room.open or each.incident)]
            assert not owed, owed
        if room.game is not None and room.game.state in (GameState.HALTED, GameState.ENDED):
            assert not [each for each in room.faults.values() if each.state in (FaultState.ASKED, FaultState.ACTIVE)]


class NothingIsPlayedWhileItStandsStill(Law):
    """Only a running game plays injects, opens incidents and counts expectations; a paused one does not age."""

    def __init__(self) -> None:
        self.state = GameState.PLANNED

    def see(self, step: Step) -> None:
        for each in step.entries:
            match each.event:
                case e.GameStarted() | e.GameResumed():
                    self.state = GameState.RUNNING
                case e.GamePaused():
                    self.state = GameState.PAUSED
                case e.EmergencyCalled() if self.state in (GameState.RUNNING, GameState.PAUSED):
                    self.state = GameState.HALTED
                case e.GameEnded():
                    self.state = GameState.ENDED
                case e.InjectPlayed() | e.ExpectationArmed():
                    assert self.state is GameState.RUNNING, each
                case e.IncidentDeclared() if step.after.drill:
                    assert self.state is GameState.RUNNING, each
        if not step.before.clock.running and not step.after.clock.running:
            assert step.before.clock.elapsed == step.after.clock.elapsed, "it aged while it stood still"


class NothingRealIsBrokenWithoutApproval(Law):
    """Only an owner approves, and nothing real is broken but what is approved then."""

    def __init__(self) -> None:
        self.approved: set[str] = set()

    def see(self, step: Step) -> None:
        at_any_time = set(self.approved)
        for each in step.entries:
            match each.event:
                case e.FaultApproved(target=target):
                    assert each.by in step.after.breakable[target].owners, each
                    assert each.by not in step.after.roster.controllers, each
                    self.approved.add(target)
                case e.ApprovalWithdrawn(target=target):
                    self.approved.discard(target)
        for effect in step.effects:
            if isinstance(effect, InjectFault) and step.after.faults[effect.fault].real:
                assert effect.target in at_any_time | self.approved, f"{effect.target} was not approved"


class WhoIsOutDoesNotAct(Law):
    """Nobody is taken out who has not agreed, and whoever is out does nothing until they are back."""

    def __init__(self) -> None:
        self.out: set[str] = set()
        self.agreed: dict[str, bool] = {}

    def see(self, step: Step) -> None:
        for each in step.entries:
            match each.event:
                case e.ConsentGiven(agrees=agrees):
                    self.agreed[each.event.person] = agrees
                case e.Sidelined(person=person):
                    assert self.agreed.get(person), f"{person} had not agreed"
                    self.out.add(person)
                case e.BackInGame(person=person):
                    self.out.discard(person)
                case e.IncidentAcknowledged() | e.IncidentResolved() | e.RoleTaken() | e.StatusPosted():
                    assert each.by not in self.out, each


class AnEmergencyIsToldEverywhere(Law):
    """NO DUFF stops play, is told everywhere, and opens one real room."""

    def see(self, step: Step) -> None:
        calls = sum(isinstance(each.event, e.EmergencyCalled) for each in step.entries)
        assert sum(isinstance(each, OpenRealRoom) for each in step.effects) == calls
        if not calls:
            return
        told = {each.place for each in step.effects if isinstance(each, Say) and each.real and each.tone == "emergency"}
        operations = {"operations"} if step.after.game and step.after.game.operations else set()
        assert {BACKCHANNEL, *operations} <= told, told
        assert step.after.game is not None
        assert step.after.game.state not in (GameState.RUNNING, GameState.PAUSED), "whoever shouts stops it"


class WhatIsSaidToOneIsSaidToSomebody(Law):
    """Nothing is said to a person who is nobody."""

    def see(self, step: Step) -> None:
        assert not [each for each in step.effects if isinstance(each, Say) and each.place == PERSON]


class EverybodyHasOnePart(Law):
    """Nobody is two things in a game, and there is always a dungeon master."""

    def see(self, step: Step) -> None:
        roster = step.after.roster
        if step.after.game is None or roster is step.before.roster:
            return
        parts = Counter((*roster.controllers, *roster.evaluators, *roster.safety, *roster.observers, *roster.players))
        assert all(count == 1 for count in parts.values()), parts
        assert roster.controllers


class AWalkHasAWayOn(Law):
    """A walk that is going on can be gone on with: something is asked, looked at, or comes by itself."""

    def see(self, step: Step) -> None:
        room = step.after
        if not room.live:
            return
        for name, run in room.runs.items():
            if not run.walking or (step.before.runs.get(name) is run and step.before.live):
                continue
            view = runview.run(room, name)
            assert view is not None
            current = view.current
            assert view.asks or (current and (current.asks or current.looking or current.ends_at or current.act))


class NothingIsOverlooked(Law):
    """After a command no rule has anything left to say, whether it was asked or not."""

    def see(self, step: Step) -> None:
        room, reading = step.after, step.after.clock.reading(step.now)
        for rule in RULES:
            assert not rule(room, step.now, reading), rule.__name__
        if room.plan is None or not room.live:
            return
        for inject in room.plan.on_a_condition():
            assert inject.timing.when is None or not holds(room, inject.timing.when), inject.id
        for each, met_by, there in room.plan.awaited():
            assert not holds(room, met_by, (there.deadline or each.within) - each.within), each.id


LAWS: tuple[type[Law], ...] = (
    NothingHiddenIsSaid,
    EverythingHappensOnce,
    StepsAreDoneOnlyWhenEntered,
    BreakagesAreUndone,
    NothingIsPlayedWhileItStandsStill,
    NothingRealIsBrokenWithoutApproval,
    WhoIsOutDoesNotAct,
    AnEmergencyIsToldEverywhere,
    WhatIsSaidToOneIsSaidToSomebody,
    EverybodyHasOnePart,
    AWalkHasAWayOn,
    NothingIsOverlooked,
)


class Laws:
    """All of them. `often` is at how many steps once the costly ones are asked: cards, and the clock."""

    def __init__(self, often: int = 1) -> None:
        self.laws = [law() for law in LAWS]
        self.often, self.steps = often, 0

    def see(self, step: Step) -> None:
        """Raises AssertionError, naming the law that this step breaks."""
        for law in self.laws:
            try:
                law.see(step)
            except AssertionError as broken:
                raise AssertionError(f"{type(law).__name__}: {broken}") from broken
        self.steps += 1
        if self.steps % self.often == 0:
            the_cards_hide_it(step.after)
            time_moves_it_on(step.after, step.now)


def the_cards_hide_it(room: Room) -> None:
    """No card of the players shows what is hidden."""
    teams = [f"{TEAM}{each}" for each in room.plan.scenario.teams] if room.plan else []
    shown: list[Any] = [views.status(room, place) for place in (WAR_ROOM, *teams)]
    shown += [runview.run(room, name) for name in room.runs]
    found = [text for text in strings(shown) if CANARY in text and TYPED not in text]
    assert not found, f"shown to players: {found}"


def time_moves_it_on(room: Room, now: datetime) -> None:
    """A Tick at the time the room asked for moves it; one that is not due changes nothing."""
    wake = room.wake_at()
    if wake is None or wake > now:
        assert settle(room, c.Tick(), now)[0] == (), "a tick that is not due changed something"
    if wake is not None:
        woken = settle(room, c.Tick(), max(wake, now))[1].wake_at()
        assert woken is None or woken > wake, f"a tick at {wake} does not move it"


def the_fold_is_the_room(entries: tuple[Entry, ...], room: Room) -> None:
    """The room is what its timeline tells of; and each walk stands at one step."""
    assert fold(entries) == room
    entered, left = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for each in entries:
        match each.event:
            case e.StepEntered(run=run, step=name):
                entered[run, name] += 1
            case e.StepDone(run=run, step=name) | e.StepSkipped(run=run, step=name):
                left[run, name] += 1
    for walk in room.runs.values():
        if walk.walking and not walk.blank:
            assert entered[walk.id, walk.at] > left[walk.id, walk.at], f"{walk.id} stands nowhere"


def with_canaries(scenario: Scenario) -> Scenario:
    """The scenario with a canary in everything that only the dungeon master should see."""
    injects = tuple(replace(each, notes=f"{CANARY} {each.notes}") for each in scenario.injects)
    deck = tuple(
        replace(each, inject=replace(each.inject, notes=f"{CANARY} {each.inject.notes}")) for each in scenario.deck
    )
    return replace(scenario, hidden_notes=f"{CANARY} {scenario.hidden_notes}", injects=injects, deck=deck)


class WatchedTable(Table):
    """A table at which the laws are looked after, whatever is said at it."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.laws = Laws()

    def give(self, command: c.Command) -> list[str]:
        before, entries, effects = self.room, len(self.entries), len(self.effects)
        lines = super().give(command)
        step = Step(
            before=before,
            entries=tuple(self.entries[entries:]),
            effects=tuple(self.effects[effects:]),
            after=self.room,
            now=self.now,
        )
        self.laws.see(step)
        return lines
