"""The plan of one game: the scenario as it was at the start, and what has become of each of its parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from warroom.core.scenario import Inject, Scenario


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    scenario: Scenario
    injects: Mapping[str, InjectState] = field(default_factory=dict)
    played_at: Mapping[str, timedelta] = field(default_factory=dict)
    expectations: Mapping[str, Held] = field(default_factory=dict)

    def state(self, inject: str) -> InjectState:
        return self.injects.get(inject, InjectState.COMING)

    def held(self, expectation: str) -> Held:
        return self.expectations.get(expectation, Held())

    def due(self, inject: Inject) -> timedelta | None:
        """The reading at which this inject plays by itself; None when something else must happen first."""
        if self.state(inject.id) is not InjectState.COMING:
            return None
        if inject.timing.at is not None:
            return inject.timing.at
        if inject.timing.after and inject.timing.after in self.played_at:
            return self.played_at[inject.timing.after] + inject.timing.by
        return None

    def coming(self) -> tuple[Inject, ...]:
        """Injects that can still be played, in the order they are expected; those by hand or on a condition last."""
        waiting = [
            each for each in self.scenario.injects if self.state(each.id) in (InjectState.COMING, InjectState.HELD)
        ]
        return tuple(sorted(waiting, key=self._expected))

    def _expected(self, inject: Inject) -> tuple[bool, timedelta]:
        if self.state(inject.id) is InjectState.HELD:
            return (False, timedelta(0))
        at = self.due(inject) or self._guess(inject)
        return (at is None, at or timedelta(0))

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
        """What "next inject now" plays: the first that comes by itself, before anything that is only by hand."""
        for inject in self.coming():
            if not inject.timing.by_hand and inject.timing.when is None:
                return inject
        return None

    def with_inject(self, inject: str, state: InjectState, reading: timedelta) -> "Plan":
        played = {**self.played_at, inject: reading} if state is InjectState.PLAYED else self.played_at
        return replace(self, injects={**self.injects, inject: state}, played_at=played)

    def with_expectation(self, expectation: str, held: Held) -> "Plan":
        return replace(self, expectations={**self.expectations, expectation: held})
