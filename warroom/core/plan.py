"""The plan of one game: the scenario as it was at the start and as it was changed since, and what became of its parts.

`times` are readings of the game's clock that the dungeon master has set, in place of what the scenario says.
"""

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from operator import itemgetter

from warroom.core.declaring import dataclass
from warroom.core.injects.move import Move
from warroom.core.remembering import remembered, remembered_of
from warroom.core.scenario import Expectation, Inject, Rating, Scenario
from warroom.core.when import Conditions


class InjectState(StrEnum):
    COMING = "coming"
    HELD = "held"  # fell due while nobody was there; waits for the dungeon master
    PLAYED = "played"
    SKIPPED = "skipped"


class ExpectationState(StrEnum):
    WAITING = "waiting"  # its inject has not been played
    ARMED = "armed"
    MET = "met"
    LATE = "late"
    MISSED = "missed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """An expectation and how it stands. Times are readings of the room's clock."""

    state: ExpectationState = ExpectationState.WAITING
    deadline: timedelta | None = None
    at: timedelta | None = None


_WAITING = Held()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rated:
    """What one evaluator thinks of one expectation."""

    rating: Rating
    note: str = ""


@dataclass(frozen=True, kw_only=True)  # without slots: what is coming is worked out once
class Plan:
    """`ratings` are by expectation, then by evaluator. `added` are injects that were not in the scenario."""

    scenario: Scenario
    injects: Mapping[str, InjectState] = field(default_factory=dict)
    played_at: Mapping[str, timedelta] = field(default_factory=dict)
    times: Mapping[str, timedelta] = field(default_factory=dict)
    held_why: Mapping[str, str] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    expectations: Mapping[str, Held] = field(default_factory=dict)
    ratings: Mapping[str, Mapping[str, Rated]] = field(default_factory=dict)

    def state(self, inject: str) -> InjectState:
        return self.injects.get(inject, InjectState.COMING)

    def standing(self, expectation: str) -> Held:
        return self.expectations.get(expectation, _WAITING)

    def due(self, inject: Inject) -> timedelta | None:
        """The reading at which this inject plays by itself; None when something else must happen first."""
        if self.state(inject.id) is not InjectState.COMING:
            return None
        if inject.id in self.times:
            return self.times[inject.id]
        if inject.timing.at is not None:
            return inject.timing.at
        if inject.timing.after and inject.timing.after in self.played_at:
            return self.played_at[inject.timing.after] + inject.timing.by
        return None

    def timed(self) -> tuple[tuple[timedelta, Inject], ...]:
        """What plays by itself at a known reading of the clock, each with that, in this order."""
        return _timed(self.scenario.injects, self.injects, self.times, self.played_at)

    def on_a_condition(self) -> tuple[Inject, ...]:
        """What can still come on a condition; that to which the dungeon master has given a time comes first."""
        return _on_a_condition(self.scenario.injects, self.injects, self.times)

    def unarmed(self) -> tuple[Expectation, ...]:
        """Expectations that count from the start of the game, and do not yet."""
        return _unarmed(self.scenario.expectations, self.expectations)

    def awaited(self) -> tuple[tuple[Expectation, Conditions, Held], ...]:
        """Expectations that a machine can still see being met, in time or late, with what meets them."""
        return _awaited(self.scenario.expectations, self.expectations)

    def missed_at(self) -> timedelta:
        """The reading at which the next expectation is missed; the last there is for never."""
        return _missed_at(self.awaited())

    def coming(self) -> tuple[Inject, ...]:
        """Injects that can still be played, in the order they are expected; those by hand or on a condition last."""
        return self._coming

    @cached_property
    def _coming(self) -> tuple[Inject, ...]:
        """A plan never changes, and every view of a game asks several times."""
        waiting = [
            each for each in self.scenario.injects if self.state(each.id) in (InjectState.COMING, InjectState.HELD)
        ]
        return tuple(sorted(waiting, key=self._expected))

    def _expected(self, inject: Inject) -> tuple[bool, timedelta]:
        if self.state(inject.id) is InjectState.HELD:
            return (False, timedelta(0))
        at = self.expected(inject)
        return (at is None, at or timedelta(0))

    def expected(self, inject: Inject) -> timedelta | None:
        """The reading at which it will be due, if what it follows is played as planned; None when nobody can know."""
        due = self.due(inject)
        return self._guess(inject) if due is None else due

    def _guess(self, inject: Inject) -> timedelta | None:
        """When an inject that follows another will be due if that one is played as planned."""
        total, seen = timedelta(0), set[str]()
        here: Inject | None = inject
        while here is not None and here.id not in seen:
            seen.add(here.id)
            due = self.due(here)
            if due is not None:
                return due + total
            if not here.timing.after or self.state(here.id) is InjectState.SKIPPED:
                return None
            total += here.timing.by
            here = self.scenario.inject(here.timing.after)
        return None

    def next(self) -> Inject | None:
        """What "next inject now" plays: the first that is held or comes by itself. Nothing comes before what it follows."""
        return next(iter(self.in_order()), None)

    def in_order(self) -> tuple[Inject, ...]:
        """What comes by the clock, in the order in which it will; what is held comes first."""
        return tuple(
            each for each in self.coming() if self.state(each.id) is InjectState.HELD or self.expected(each) is not None
        )

    def by_clock(self) -> tuple[str, ...]:
        """The ids of those whose time is known, in order."""
        return self._by_clock

    @cached_property
    def _by_clock(self) -> tuple[str, ...]:
        return tuple(each.id for each in self.in_order() if self.due(each) is not None)

    def next_move(self) -> Inject | None:
        """The part of the game that comes next: as they are written, but for those whose times say otherwise."""
        coming = self.coming()
        moves = [each for each in self.scenario.injects if isinstance(each.what, Move) and each in coming]
        if not moves or not self._is_clocked(moves[0]):
            return next(iter(moves), None)
        return next(each for each in self.in_order() if each in moves)

    def before_move(self, move: Inject) -> tuple[Inject, ...]:
        """What the clock would still have brought before this part: of one without a time, what is written before it.

        What waits for the players or for a word belongs to no part: it comes when its time comes, or never.
        """
        order = self.in_order() if self._is_clocked(move) else self.scenario.injects
        before = order[: order.index(move)]
        return tuple(each for each in self.in_order() if each in before and not self._follows(each, move))

    def _is_clocked(self, inject: Inject) -> bool:
        return self.state(inject.id) is InjectState.HELD or self.expected(inject) is not None

    def _follows(self, inject: Inject, other: Inject) -> bool:
        """Whether it comes some time after the other, over however many between."""
        here: Inject | None = inject
        seen = set[str]()
        while here is not None and here.id not in seen:
            seen.add(here.id)
            if here.timing.after == other.id:
                return True
            here = self.scenario.inject(here.timing.after) if here.timing.after else None
        return False

    def with_inject(self, inject: str, state: InjectState, reading: timedelta) -> "Plan":
        played = {**self.played_at, inject: reading} if state is InjectState.PLAYED else self.played_at
        return replace(self, injects={**self.injects, inject: state}, played_at=played)

    def with_held(self, inject: str, why: str) -> "Plan":
        states = {**self.injects, inject: InjectState.HELD}
        return replace(self, injects=states, held_why={**self.held_why, inject: why})

    def with_added(self, inject: Inject) -> "Plan":
        injects = (*self.scenario.injects, inject)
        return replace(self, scenario=replace(self.scenario, injects=injects), added=(*self.added, inject.id))

    def with_edited(self, inject: Inject) -> "Plan":
        injects = tuple(inject if each.id == inject.id else each for each in self.scenario.injects)
        edited = tuple(dict.fromkeys((*self.edited, inject.id)))
        return replace(self, scenario=replace(self.scenario, injects=injects), edited=edited)

    def with_time(self, inject: str, at: timedelta) -> "Plan":
        """What was held and has a time again comes by the clock again."""
        held = self.state(inject) is InjectState.HELD
        states = {name: state for name, state in self.injects.items() if name != inject} if held else self.injects
        return replace(self, times={**self.times, inject: at}, injects=states)

    def shifted(self, by: timedelta, now: timedelta) -> "Plan":
        """The plan in which everything that has yet to come by the clock comes this much later, but not before now."""
        due = {each.id: at for each in self.scenario.injects if (at := self.due(each)) is not None}
        return replace(self, times={**self.times, **{name: max(now, at + by) for name, at in due.items()}})

    def with_rating(self, expectation: str, by: str, rated: Rated) -> "Plan":
        there = {**self.ratings.get(expectation, {}), by: rated}
        return replace(self, ratings={**self.ratings, expectation: there})

    def with_expectation(self, expectation: str, held: Held) -> "Plan":
        return replace(self, expectations={**self.expectations, expectation: held})


# --- what follows from some parts of a plan, and is asked again after every event


@remembered
def _timed(
    injects: tuple[Inject, ...],
    states: Mapping[str, InjectState],
    times: Mapping[str, timedelta],
    played_at: Mapping[str, timedelta],
) -> tuple[tuple[timedelta, Inject], ...]:
    found = list[tuple[timedelta, Inject]]()
    for inject in [each for each in injects if each.id not in states]:  # whatever has a state is no longer coming
        timing = inject.timing
        due = times.get(inject.id, timing.at)
        if due is None and timing.after in played_at:
            due = played_at[timing.after] + timing.by
        if due is not None:
            found.append((due, inject))
    found.sort(key=itemgetter(0))
    return tuple(found)


@remembered
def _on_a_condition(
    injects: tuple[Inject, ...], states: Mapping[str, InjectState], times: Mapping[str, timedelta]
) -> tuple[Inject, ...]:
    coming = [each for each in injects if each.timing.when is not None and each.id not in states]
    return tuple(sorted(coming, key=lambda each: times.get(each.id, timedelta.max)))


@remembered
def _unarmed(expectations: tuple[Expectation, ...], held: Mapping[str, Held]) -> tuple[Expectation, ...]:
    return tuple(
        each
        for each in expectations
        if not each.after and held.get(each.id, _WAITING).state is ExpectationState.WAITING
    )


@remembered
def _awaited(
    expectations: tuple[Expectation, ...], held: Mapping[str, Held]
) -> tuple[tuple[Expectation, Conditions, Held], ...]:
    still = (ExpectationState.ARMED, ExpectationState.MISSED)
    return tuple(
        (each, each.met_by, there)
        for each in expectations
        if each.met_by is not None and (there := held.get(each.id, _WAITING)).state in still
    )


@remembered_of
def _missed_at(awaited: tuple[tuple[Expectation, Conditions, Held], ...]) -> timedelta:
    counting = [there.deadline for _, _, there in awaited if there.state is ExpectationState.ARMED]
    return min([at for at in counting if at is not None], default=timedelta.max)
