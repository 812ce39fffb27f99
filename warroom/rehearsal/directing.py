"""The dungeon master of a rehearsal: gets the game going, plays nothing by hand, and ends it when its time is over.

What the room holds back he plays in words; where that cannot be, he skips it. Slow teams get the next hint when they
have missed something, and for an incident that nobody has acknowledged after five minutes.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.events import Entry
from warroom.core.preparing import DUNGEON_MASTER, needs_preflight, roles_to_ask
from warroom.core.room import Room
from warroom.core.rules.game import why_not_resumed
from warroom.core.scenario import Scenario, planned
from warroom.rehearsal import offered
from warroom.rehearsal.cast import DIRECTOR, OWNER, Cast
from warroom.rehearsal.moves import Intent, Move, at_once

_SOON, _UNSEEN = timedelta(seconds=30), timedelta(minutes=5)
_MINUTE = timedelta(minutes=1)
SEED = "5eed" * 8  # with which Murphy draws, unless another is given
Intents = Iterator[Intent]


def opening(scenario: Scenario, cast: Cast, seed: str = SEED) -> c.OpenGame:
    """The game, planned: as if it had been played wherever it must have been played before."""
    return c.OpenGame(
        by=DIRECTOR,
        key="GD-1",
        workspace="T1",
        scenario=scenario,
        players=cast.players,
        teams=cast.teams,
        environment=cast.environment,
        played_in=tuple(scenario.environments),
        breakable=cast.breakable(scenario),
        operations="C-operations",
        seed=seed,
    )


def beginnings(room: Room) -> Intents:
    """All that the room wants before it lets a game begin, then its beginning."""
    assert room.plan is not None
    for target in sorted(room.breakable):
        yield at_once(c.ApproveFault(by=OWNER, target=target), f"approves that {target} is broken")
    if needs_preflight(room.plan.scenario):
        yield at_once(c.AskPreflight(by=DIRECTOR), "presses “Preflight”")
    for role in roles_to_ask(room):
        by = DIRECTOR if role == DUNGEON_MASTER else room.roster.players[0]
        yield at_once(c.SayGo(by=by, role=role, go=True), f"says Go: {role}", _SOON)
    yield at_once(c.StartGame(by=DIRECTOR, salt="salt"), "presses “Start the game”", _MINUTE)


def lasts(scenario: Scenario) -> timedelta:
    """How long the game goes on: its length, and until all that comes by the clock has come."""
    return max([scenario.length, *(at + _MINUTE for at in planned(scenario.injects).values())])


class Director:
    """The dungeon master. `helps` is whether slow teams get hints."""

    def __init__(self, *, helps: bool = False) -> None:
        self.helps = helps

    def reacts(self, room: Room, entry: Entry) -> Iterable[Intent]:
        """What the dungeon master will do about this entry; `room` is the room after it."""
        reaction = _REACTIONS.get(type(entry.event))
        return reaction(self, room, entry.event) if reaction else ()

    def _started(self, room: Room, event: e.GameStarted) -> Intents:
        assert room.plan is not None
        end = lasts(room.plan.scenario)

        def make(room: Room, reading: timedelta) -> Move | timedelta | None:
            if not room.open:
                return None
            return _end(room, "its time is over") if reading >= end or not room.live else end - reading

        yield Intent(end, make)

    def _end_reached(self, room: Room, event: e.EndReached) -> Intents:
        yield Intent(_MINUTE, lambda room, reading: _end(room, "its end was reached") if room.live else None)

    def _held(self, room: Room, event: e.InjectHeld) -> Intents:
        def make(room: Room, reading: timedelta) -> Move | None:
            offers = [each for each in offered.to_director(room) if dict(each.args).get("inject") == event.inject]
            for do in ("play", "skip-inject"):
                for ask in offers:
                    if ask.do == do:
                        return Move(offered.pressed(ask, director(room), {}, {}), f"presses “{ask.label}”")
            if room.live:
                return Move(c.SkipInject(by=director(room), inject=event.inject, reason="It cannot be."), "skips it")
            return None

        yield Intent(_SOON, make)

    def _halted(self, room: Room, event: e.EmergencyCalled | e.GamePaused) -> Intents:
        """What is real is over after a while; then it goes on, if it can, and ends if it cannot."""
        yield Intent(4 * _MINUTE, _look_first)
        yield Intent(20 * _MINUTE, _resume)

    def _missed(self, room: Room, event: e.ExpectationMissed) -> Intents:
        expectation = room.plan.scenario.expectation(event.expectation) if room.plan else None
        if self.helps and expectation and expectation.after:
            yield Intent(_SOON, lambda room, reading: _hint(room, expectation.after))

    def _declared(self, room: Room, event: e.IncidentDeclared) -> Intents:
        def make(room: Room, reading: timedelta) -> Move | None:
            unseen = room.incidents[event.incident].acknowledged_at is None
            return _hint(room, event.inject) if unseen else None

        if self.helps and event.inject:
            yield Intent(_UNSEEN, make)


def director(room: Room) -> str:
    """Whoever directs the game now."""
    return next(iter(room.roster.controllers), DIRECTOR)


def _end(room: Room, why: str) -> Move:
    return Move(c.EndGame(by=director(room), reason=f"In rehearsal: {why}."), "presses “End the game…”")


def _hint(room: Room, about: str) -> Move | None:
    for ask in offered.to_director(room):
        if ask.do == "hint" and dict(ask.args)["about"] == about:
            return Move(offered.pressed(ask, director(room), {}, {}), f"presses “{ask.label}”")
    return None


def _look_first(room: Room, reading: timedelta) -> Move | None:
    if room.plan is None or room.live or not room.open or not needs_preflight(room.plan.scenario):
        return None
    return Move(c.AskPreflight(by=director(room)), "presses “Preflight”")


def _resume(room: Room, reading: timedelta) -> Move | None:
    if room.live or not room.open:
        return None
    if why_not_resumed(room):
        return _end(room, "it could not go on")
    return Move(c.ResumeGame(by=director(room)), "presses “Resume”")


_REACTIONS: dict[type[e.Event], Callable[[Director, Room, Any], Intents]] = {
    e.GameStarted: Director._started,
    e.EndReached: Director._end_reached,
    e.InjectHeld: Director._held,
    e.EmergencyCalled: Director._halted,
    e.GamePaused: Director._halted,
    e.ExpectationMissed: Director._missed,
    e.IncidentDeclared: Director._declared,
}
