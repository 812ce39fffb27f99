"""How the parts of a room pull on one another. All of it is here, as rules, in the order in which they are asked.

After every command the rules are asked what now follows; the first that has an answer gives it, and they are asked
again, until none has. Each answer makes its own rule silent, so this ends.

    game over, or halted  ends the walks that are still going on (over only), and undoes what is still broken
    incident resolved    ends its walks and undoes what was broken for it
    fault past deadline  is undone, paused or not
    stop condition       that does not hold undoes what is broken, pauses the game, or ends it
    act                  counts as lost when nothing was heard of it for too long; stops with its walk; ends its step
    expectation          counts from its inject, or the start; is met when its condition holds, missed when its time is up
    step                 is done when its waiting is over, or the walks it has begun; overruns when its time is up
    check                is looked at again when the runbook says so
    part of a walk       begins with its step, and ends when that is left
    inject               is played when it is due; held when it fell due while nobody was there, or may not be played
    Murphy               draws and plays by himself, where he may, when rules and pace allow it
    sidelined            comes back when the time is over
    ending               is told, or ends the game
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from warroom.core import drawing
from warroom.core.events import Event
from warroom.core.remembering import remembered_of
from warroom.core.room import Room
from warroom.core.rules import game, walks
from warroom.core.runs import Run

News = list[Event]
Rule = Callable[[Room, datetime, timedelta], News]


def consequences(room: Room, now: datetime) -> News:
    """What follows next from how the room is; empty when nothing does."""
    reading = room.clock.reading(now)
    for rule in _asked(_there(room, reading)):
        if news := rule(room, now, reading):
            return news
    return []


class There(NamedTuple):
    """What a room has. A rule that needs what is not there has nothing to say, and is not asked."""

    live: bool
    plan: bool
    stops: bool  # stop conditions that were looked at
    faults: bool
    endings: bool
    sidelined: bool
    murphy: bool
    walks: bool  # that go on
    parts: bool  # walks that are part of another
    acts: bool
    acting: bool  # acts that are not over
    walks_due: bool  # time does something to a walk now
    missed: bool  # the time of an expectation is up


def _there(room: Room, reading: timedelta) -> There:
    walks_on, parts, acts = _in_walks(room.runs)
    plan = room.plan
    return There(
        room.live,
        plan is not None,
        bool(room.stops),
        bool(room.faults),
        plan is not None and bool(plan.scenario.endings),
        bool(room.roster.sidelined),
        room.murphy is not None,
        walks_on,
        parts,
        acts,
        acts and bool(room.acting),
        walks_on and reading >= min(room.walks_due),
        plan is not None and reading >= plan.missed_at(),
    )


@remembered_of
def _in_walks(runs: Mapping[str, Run]) -> tuple[bool, bool, bool]:
    there = runs.values()
    return any(each.walking for each in there), any(each.parent for each in there), any(each.acts for each in there)


@cache
def _asked(there: There) -> tuple[Rule, ...]:
    return tuple(rule for rule, needs in RULES.items() if all(getattr(there, each) for each in needs))


# In the order in which they are asked, with what each needs. That it is silent without is tested.
RULES: dict[Rule, tuple[str, ...]] = {
    walks.walks_end: ("walks",),
    game.breakages_end: ("faults",),
    game.stops_react: ("stops",),
    walks.acts_lost: ("acting",),
    walks.acts_stop: ("acting",),
    walks.acts_over: ("live", "walks", "acts"),
    walks.looks_over: ("live", "walks"),
    game.expectations_armed: ("live", "plan"),
    game.expectations_met: ("live", "plan"),
    walks.waits_end: ("live", "walks_due"),
    walks.looks_again: ("live", "walks_due"),
    walks.parts_over: ("walks", "parts"),
    walks.parts_orphaned: ("walks", "parts"),
    walks.parts_begin: ("live", "walks"),
    game.sidelined_return: ("live", "sidelined"),
    game.injects_play: ("live", "plan"),
    drawing.murphy_plays: ("live", "plan", "murphy"),
    game.expectations_missed: ("live", "missed"),
    walks.steps_overrun: ("live", "walks_due"),
    game.endings_come: ("live", "endings"),
}
