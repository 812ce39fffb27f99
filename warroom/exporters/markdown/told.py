"""The timeline, in Markdown: one row for each entry that people read, grouped by the parts of the story.

It stands below the report, which is known when the last entry was read. So its rows are put aside meanwhile, and a long
timeline is not held in memory.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from tempfile import SpooledTemporaryFile
from typing import Self

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
IN_MEMORY = 2**21  # characters of rows; more are put into a file without a name, where temporary files are


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


class Aside:
    """The rows, in the order in which they were added. `with` closes the file, if there is one."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        # Not `with`: it is written while the entries are read, and read when the report has been written.
        self._rows = SpooledTemporaryFile(max_size=in_memory, mode="w+", encoding="utf-8")  # noqa: SIM115
        self._days: Counter[tuple[str, bool]] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()

    def add(self, each: Told) -> None:
        on = day(each.line.at)
        self._days[on, each.too_early] += 1
        print(json.dumps([each.too_early, each.phase, on, *_row(each.line)]), file=self._rows)

    def number(self, *, all_of_them: bool) -> int:
        return sum(number for (_, too_early), number in self._days.items() if all_of_them or not too_early)

    def days(self, *, all_of_them: bool) -> tuple[str, ...]:
        return tuple(dict.fromkeys(on for on, too_early in self._days if all_of_them or not too_early))

    def rows(self, *, all_of_them: bool) -> Iterator[tuple[tuple[str, str], list[str]]]:
        """Phase and day, and the cells. Read it once, to its end, when nothing more is added."""
        self._rows.seek(0)
        for written in self._rows:
            too_early, phase, on, *cells = json.loads(written)
            if all_of_them or not too_early:
                yield (phase, on), cells


def timeline(after: AfterAction, aside: Aside, *, all_of_them: bool) -> Lines:
    """`all_of_them`: also what would give away too early what is still to come."""
    number, days = aside.number(all_of_them=all_of_them), aside.days(all_of_them=all_of_them)
    said = f", {many(after.messages, 'message')} among them" if after.messages else ""
    yield from section(
        "Timeline",
        f"{capital(many(number, 'entry', 'entries'))}{said}. Times are in UTC{f', on {days[0]}' if len(days) == 1 else ''}.",
    )
    seen: set[str] = set()
    # Entries that follow each other in the same phase, and on the same day.
    for (phase, on), rows in groupby(aside.rows(all_of_them=all_of_them), key=itemgetter(0)):
        heading = f"{phase}, {on}" if len(days) > 1 else phase
        yield f"### {heading}{', continued' if heading in seen else ''}"
        seen.add(heading)
        yield ""
        yield from table((clock(after), "Time (UTC)", "What happened"), (cells for _, cells in rows))


def _row(each: Line) -> tuple[str, str, str]:
    happened = each.occurred_at or each.at
    late = abs(each.at - happened) > APART
    written = f" *(written down at {time_of_day(each.at, each.at)})*" if late else ""
    reading = mark(each.clock_reading) if each.clock_reading is not None and not late else ""
    return reading, time_of_day(happened, each.at), inline(each.text, LONGEST) + written
