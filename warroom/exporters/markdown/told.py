"""The timeline, in Markdown: one row for each entry that people read, grouped by the parts of the story."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from warroom.core.declaring import dataclass
from warroom.core.durations import mark
from warroom.core.events import Entry
from warroom.core.game import GameState
from warroom.core.incident import IncidentState
from warroom.core.room import Room
from warroom.exporters.escaping import inline
from warroom.exporters.markdown.pieces import LONGEST, Lines, clock, section, table, time_of_day
from warroom.report.facts import AfterAction
from warroom.report.phrasing import Names, capital, day, many
from warroom.report.timeline import Line, line, tells_too_early

APART = timedelta(seconds=30)  # further than this, when it was written down is worth saying too


@dataclass(frozen=True, slots=True)
class Told:
    phase: str
    line: Line
    too_early: bool


def told(entry: Entry, names: Names, room: Room, part: str) -> Told:
    """The entry in words. `part` is the part of the game that it belongs to, if the game has parts."""
    phase = _phase(room)
    heading = f"{phase}: {inline(part)}" if part and phase == _OF_A_GAME[GameState.RUNNING] else phase
    return Told(heading, line(entry, names, room), tells_too_early(entry.event))


_OF_A_GAME = {
    GameState.PLANNED: "Before the game",
    GameState.RUNNING: "Play",
    GameState.PAUSED: "Paused",
    GameState.HALTED: "Stopped, for something real",
    GameState.ENDED: "After the game",
}


def _phase(room: Room) -> str:
    """The part of the story that an entry belongs to, by how the room is just after it."""
    if room.game is not None:
        return _OF_A_GAME[room.game.state]
    if room.drill:
        return _OF_A_GAME[GameState.PLANNED]
    states = [each.state for each in room.incidents.values() if each.open]
    if room.incidents and not states:
        return "Afterwards"
    if all(state is IncidentState.DECLARED for state in states):
        return "Until somebody acknowledged"
    return "Mitigated" if all(state is IncidentState.MITIGATED for state in states) else "Response"


def timeline(after: AfterAction, lines: Sequence[Told]) -> Lines:
    days = {day(each.line.at) for each in lines}
    said = f", {many(after.messages, 'message')} among them" if after.messages else ""
    yield from section(
        "Timeline",
        f"{capital(many(len(lines), 'entry', 'entries'))}{said}. Times are in UTC"
        f"{', on ' + next(iter(days)) if len(days) == 1 else ''}.",
    )
    for heading, group in _grouped(lines, dated=len(days) > 1):
        yield f"### {heading}"
        yield ""
        yield from table((clock(after), "Time (UTC)", "What happened"), (_row(each) for each in group))


def _grouped(told: Sequence[Told], *, dated: bool) -> Iterator[tuple[str, list[Line]]]:
    """Entries that follow each other in the same phase, and on the same day."""
    groups: list[tuple[str, list[Line]]] = []
    for each in told:
        heading = f"{each.phase}, {day(each.line.at)}" if dated else each.phase
        if not groups or groups[-1][0] != heading:
            groups.append((heading, []))
        groups[-1][1].append(each.line)
    seen: set[str] = set()
    for heading, lines in groups:
        yield f"{heading}, continued" if heading in seen else heading, lines
        seen.add(heading)


def _row(each: Line) -> tuple[str, str, str]:
    happened = each.occurred_at or each.at
    late = abs(each.at - happened) > APART
    written = f" *(written down at {time_of_day(each.at, each.at)})*" if late else ""
    reading = mark(each.clock_reading) if each.clock_reading is not None and not late else ""
    return reading, time_of_day(happened, each.at), inline(each.text, LONGEST) + written
