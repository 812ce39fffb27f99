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

from collections.abc import Callable
from datetime import datetime, timedelta

from warroom.core import drawing
from warroom.core.events import Event
from warroom.core.room import Room
from warroom.core.rules import game, walks

News = list[Event]
Rule = Callable[[Room, datetime, timedelta], News]


def consequences(room: Room, now: datetime) -> News:
    """What follows next from how the room is; empty when nothing does."""
    reading = room.clock.reading(now)
    walks_go_on = bool(room.walking)
    for rule in RULES:
        if (walks_go_on or rule not in _OF_WALKS) and (news := rule(room, now, reading)):
            return news
    return []


RULES: tuple[Rule, ...] = (
    walks.walks_end,
    game.breakages_end,
    game.stops_react,
    walks.acts_lost,
    walks.acts_stop,
    walks.acts_over,
    walks.looks_over,
    game.expectations_armed,
    game.expectations_met,
    walks.waits_end,
    walks.looks_again,
    walks.parts_over,
    walks.parts_orphaned,
    walks.parts_begin,
    game.sidelined_return,
    game.injects_play,
    drawing.murphy_plays,
    game.expectations_missed,
    walks.steps_overrun,
    game.endings_come,
)

# Those that have nothing to say while no walk goes on; they need not be asked then.
_OF_WALKS: frozenset[Rule] = frozenset(
    (
        walks.walks_end,
        walks.acts_over,
        walks.looks_over,
        walks.waits_end,
        walks.looks_again,
        walks.parts_over,
        walks.parts_orphaned,
        walks.parts_begin,
        walks.steps_overrun,
    )
)
