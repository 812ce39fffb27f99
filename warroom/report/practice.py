"""What was practised in the games so far: from their timelines to the history that Murphy is told."""

from collections.abc import Iterable

from warroom.core.events import Entry
from warroom.core.incident import Incident
from warroom.core.murphy import Cell, History, Result, learn
from warroom.core.room import Room
from warroom.core.roomfold import evolve
from warroom.report.cells import Tally

USUAL = 5  # how hard something is of which nobody has said it


def practised(games: Iterable[Iterable[Entry]]) -> History:
    """The history of these games, the oldest first. What was played in the midst of something counts as together with it."""
    history = History()
    for entries in games:
        room, tally = Room(), Tally()
        for entry in entries:
            room = evolve(room, entry)
            tally.keep(entry.event)
        for outcome in tally.outcomes(room):
            incident = room.incidents[outcome.incident]
            beside = tuple(_cell(each) for each in room.incidents.values() if _was_open(each, incident))
            result = Result(
                cell=Cell(outcome.service, outcome.mode),
                difficulty=_difficulty(room, incident.inject),
                outcome=outcome.outcome,
                at=incident.declared_at,
                load=float(len(beside)),
                beside=beside,
            )
            history = learn(history, result)
    return history


def _cell(incident: Incident) -> Cell:
    return Cell(next(iter(incident.services), ""), next(iter(incident.failure_modes), ""))


def _was_open(other: Incident, incident: Incident) -> bool:
    """Whether the other was going on when this one was declared."""
    if other is incident or not other.services:
        return False
    return other.declared_at <= incident.declared_at and (
        other.resolved_at is None or other.resolved_at > incident.declared_at
    )


def _difficulty(room: Room, inject: str) -> int:
    mishap = room.plan.scenario.mishap(inject) if room.plan else None
    return mishap.difficulty if mishap else USUAL
