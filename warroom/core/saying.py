"""What all tellers share: who did something, what it is called, and where it is said."""

from warroom.core.effects import OPERATIONS, ORIGIN, TEAM, WAR_ROOM
from warroom.core.events import Entry
from warroom.core.room import Room
from warroom.core.runs import WARROOM
from warroom.core.words import Person, Word

HOW_TO_STOP = "Whoever sees something real says NO DUFF, or presses the button: play stops at once."


def who(entry: Entry) -> Word:
    return "warroom" if entry.by == WARROOM else Person(entry.by)


def titled(room: Room, incident: str) -> str:
    there = room.incidents.get(incident)
    return there.title if there else incident


def ended_well(reason: str) -> str:
    """Somebody's reason, as a sentence that another can follow."""
    return reason if reason[-1:] in ".!?…" else f"{reason}."


def outside(room: Room) -> tuple[str, ...]:
    """Where others hear of the game: the channel for operations, and where it was asked for."""
    if room.game is None or not room.game.operations:
        return (ORIGIN,) if room.origin else ()
    return (OPERATIONS, ORIGIN) if room.origin and room.origin != room.game.operations else (OPERATIONS,)


def inside(room: Room) -> tuple[str, ...]:
    """Where players are: the war room and the channels of the teams."""
    teams = room.plan.scenario.teams if room.plan else ()
    return (WAR_ROOM, *(f"{TEAM}{each}" for each in teams))
