"""What the rules of a rehearsal yield: something to be done later, decided when the time has come."""

from collections.abc import Callable
from datetime import timedelta

from warroom.core.commands import Command
from warroom.core.declaring import dataclass
from warroom.core.room import Room


@dataclass(frozen=True, slots=True)
class Move:
    """A command, and in a few words how it is given: which button is pressed, what is said."""

    command: Command
    how: str


@dataclass(frozen=True, slots=True)
class Intent:
    """`make` looks at the room when `after` is over: a move, later again (a length), or nothing that makes sense any more."""

    after: timedelta
    make: Callable[[Room, timedelta], Move | timedelta | None]
    then: "Callable[[], Intent] | None" = None  # what comes after it, whatever became of it


def at_once(command: Command, how: str, after: timedelta = timedelta(0)) -> Intent:
    """Something that is done whatever the room looks like then."""
    move = Move(command, how)
    return Intent(after, lambda room, reading: move)
