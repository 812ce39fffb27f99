"""A whole game without anybody: rules act for the people, the world and the dungeon master, and the clock jumps.

Everything goes through `deciding`, as in a real game. Only the cards are not compared, since nobody looks at them; what
is said is kept, word for word.
"""

import heapq
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Protocol

from warroom.core import commands as c
from warroom.core.deciding import settle
from warroom.core.declaring import dataclass
from warroom.core.effects import Effect
from warroom.core.events import Entry
from warroom.core.refusals import Refused
from warroom.core.room import Room
from warroom.core.scenario import Scenario
from warroom.core.telling import news
from warroom.definitions.library import Library
from warroom.errors import SettingsError
from warroom.rehearsal import offered
from warroom.rehearsal.cast import Cast
from warroom.rehearsal.directing import SEED, Director, beginnings, opening
from warroom.rehearsal.moves import Intent, Move
from warroom.rehearsal.players import PERFECT, SLOW, STEADY, Responders
from warroom.rehearsal.random_people import Crowd, players
from warroom.rehearsal.wanted import Map, Wanted
from warroom.rehearsal.world import Offers, World

TEAMS = ("perfect", "steady", "slow", "absent", "random")
MORNING = datetime(2012, 10, 21, 9, 0, tzinfo=UTC)
_MOST = 20_000  # commands of one rehearsal; more than this goes round in circles
_AFTERWARDS = timedelta(minutes=30)  # how long what is still to come is waited for when the game is over


class Actor(Protocol):
    """Anybody who does something about what happens."""

    def reacts(self, room: Room, entry: Entry) -> Iterable[Intent]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """One thing that was done, and all that came of it. `refused` is the sentence when nothing did.

    `before` is the room before it, `room` the room after it.
    """

    now: datetime
    command: c.Command
    how: str
    entries: tuple[Entry, ...]
    effects: tuple[Effect, ...]
    before: Room
    room: Room
    refused: str = ""

    @property
    def by(self) -> str:
        return self.command.by


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsal:
    """A simulated game, from its planning to its end."""

    scenario: Scenario
    team: str
    beats: tuple[Beat, ...]

    @property
    def room(self) -> Room:
        return self.beats[-1].room

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for beat in self.beats for entry in beat.entries)

    @property
    def effects(self) -> tuple[Effect, ...]:
        return tuple(effect for beat in self.beats for effect in beat.effects)


def simulate(
    scenario: Scenario, library: Library, team: str = "perfect", seed: int = 0, environment: str = ""
) -> Rehearsal:
    """Play this scenario to its end. The same arguments give the same game, entry for entry.

    `team` is one of TEAMS; only the last depends on `seed`. Raises SettingsError for another,
    and for an environment that the scenario does not have.
    """
    if team not in TEAMS:
        raise SettingsError(f"There are no {team!r} players; there are {', '.join(TEAMS)}.")
    if environment and environment not in scenario.environments:
        there = ", ".join(scenario.environments) or "none"
        raise SettingsError(f"{scenario.title} has no environment {environment!r}; it has {there}.")
    known = Map(Wanted.by(scenario))
    chance = Random(seed) if team == "random" else None  # noqa: S311 - it is a game
    stage = Stage(World(_offers(library), known, chance), _actors(team, known, library, chance))
    cast = Cast.of(scenario, environment)
    stage.play(opening(scenario, cast, f"{seed:032x}" if chance else SEED))
    return Rehearsal(scenario=scenario, team=team, beats=tuple(stage.beats))


def _offers(library: Library) -> Offers:
    return lambda effect: library.offers(effect.services, effect.failure_modes, effect.labels, effect.title)


def _actors(team: str, known: Map, library: Library, chance: Random | None) -> tuple[Actor, ...]:
    if chance is not None:
        return (Director(), Crowd(chance, offered.cards, players, library.runbooks))
    paces = {"perfect": PERFECT, "steady": STEADY, "slow": SLOW}
    people = (Responders(paces[team], known, library.runbooks),) if team in paces else ()
    return (Director(helps=team == "slow"), *people)


class Stage:
    """The room, the clock, and what is still to come, in the order of time. `watch` sees every beat, refusals too."""

    def __init__(
        self, world: World, actors: tuple[Actor, ...], watch: Callable[[Beat], None] = lambda beat: None
    ) -> None:
        self.world, self.actors, self.watch = world, actors, watch
        self.room, self.now = Room(), MORNING
        self.beats: list[Beat] = []
        self._coming: list[tuple[datetime, int, Intent]] = []
        self._number = 0

    def play(self, opening: c.OpenGame, begin: Callable[[Room], Iterable[Intent]] = beginnings) -> None:
        """From the planning to the end. Raises SettingsError for a game that cannot be planned, or never comes to one."""
        self._do(Move(opening, "plans the game"))
        if self.room.plan is None:
            raise SettingsError(f"{opening.scenario.title} cannot be planned: {self.beats[-1].refused}")
        for intent in begin(self.room):
            self._later(intent)
        self._run()

    def _run(self) -> None:
        wake = self.room.wake_at()
        while self._coming or wake is not None:
            due = self._coming[0][0] if self._coming else None
            move: Move | None
            if due is None or (wake is not None and wake <= due):
                assert wake is not None
                due, move = wake, Move(c.Tick(), "")
            else:
                move = self._made(due)
            if self._over(due):
                return
            self.now = max(self.now, due)
            if move is not None:
                self._do(move)
                wake = self.room.wake_at()

    def _over(self, due: datetime) -> bool:
        if len(self.beats) >= _MOST:
            raise SettingsError(
                f"After {_MOST:,} commands the game still goes on, at {self.room.clock.reading(self.now)}; make it smaller."
            )
        ended = self.room.game.ended_at if self.room.game else None
        return ended is not None and due > ended + _AFTERWARDS

    def _made(self, due: datetime) -> Move | None:
        """What the next intent comes to, now that its time has come."""
        _, _, intent = heapq.heappop(self._coming)
        made = intent.make(self.room, self.room.clock.reading(max(self.now, due)))
        if isinstance(made, timedelta):
            self._push(max(self.now, due) + made, intent)
            return None
        if intent.then is not None:
            self._push(due + (following := intent.then()).after, following)
        return made

    def _later(self, intent: Intent) -> None:
        self._push(self.now + intent.after, intent)

    def _push(self, at: datetime, intent: Intent) -> None:
        self._number += 1
        heapq.heappush(self._coming, (at, self._number, intent))

    def _do(self, move: Move) -> None:
        before, refused = self.room, ""
        entries: tuple[Entry, ...] = ()
        try:
            entries, self.room = settle(before, move.command, self.now)
        except Refused as refusal:
            refused = str(refusal)
        effects = tuple(news(entries, self.room))
        beat = Beat(
            now=self.now,
            command=move.command,
            how=move.how,
            entries=entries,
            effects=effects,
            before=before,
            room=self.room,
            refused=refused,
        )
        self.watch(beat)
        if entries or refused:
            self.beats.append(beat)
        self._react(entries, effects)

    def _react(self, entries: tuple[Entry, ...], effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            for intent in self.world.answers(self.room, effect):
                self._later(intent)
        for entry in entries:
            for actor in self.actors:
                for intent in actor.reacts(self.room, entry):
                    self._later(intent)
