"""The pieces that every part of the Markdown report is made of: sections, tables, lists, times, names.

What is put into them is Markdown already; people's words go through `inline` first.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from warroom.core.durations import write as length
from warroom.core.runs import WARROOM
from warroom.exporters.escaping import inline
from warroom.report.facts import AfterAction
from warroom.report.phrasing import date, day, listed

Lines = Iterator[str]
LONGEST = 1_000  # characters of one timeline entry
NONE = "–"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Lines:
    """Cells are Markdown already."""
    yield f"| {' | '.join(headings)} |"
    yield f"|{' --- |' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(cell or NONE for cell in row)} |"
    yield ""


def section(title: str, *paragraphs: str) -> Lines:
    yield f"## {title}"
    yield ""
    for each in paragraphs:
        yield each
        yield ""


def bullets(items: Iterable[str]) -> Lines:
    yield from (f"- {inline(each)}" for each in items)
    yield ""


def time_of_day(at: datetime | None, beside: datetime) -> str:
    """The time of day, with the date when it is not that of `beside`."""
    if at is None:
        return ""
    other = "" if day(at) == day(beside) else f"{date(at)}, "
    return f"{other}{at.astimezone(UTC):%H:%M:%S}"


def began(after: AfterAction) -> datetime:
    return after.course.started_at or after.course.opened_at


def lasted(took: timedelta | None) -> str:
    return "" if took is None else length(took)


def names_of(items: Iterable[str]) -> str:
    return inline(listed(items))


def clock(after: AfterAction) -> str:
    """What the column with the room's own clock is called."""
    return "Game clock" if after.mark.drill else "Since it began"


def who(name: str) -> str:
    return "" if name == WARROOM else inline(name)
