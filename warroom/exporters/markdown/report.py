"""Markdown for people: the after-action report and the timeline in one file, for a manager who was not there.

Every word that somebody typed, or an alert brought, goes through `inline`; the structure is this package's alone. In a
drill people are called by what they were in it.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TextIO

from warroom.core.durations import mark
from warroom.core.durations import write as length
from warroom.core.events import Entry
from warroom.exporters.escaping import inline
from warroom.exporters.markdown import game
from warroom.exporters.markdown.breaking import alerts, broken
from warroom.exporters.markdown.incidents import happened
from warroom.exporters.markdown.pieces import (
    LONGEST,
    Lines,
    began,
    bullets,
    clock,
    names_of,
    section,
    table,
    time_of_day,
    who,
)
from warroom.exporters.markdown.told import Aside, timeline, told
from warroom.exporters.markdown.walks import walked
from warroom.exporters.source import Exporter, Source
from warroom.report.account import Account
from warroom.report.after_action import report
from warroom.report.called import called
from warroom.report.facts import AfterAction, Said
from warroom.report.phrasing import capital, day, hour, many
from warroom.report.timeline import bookkeeping


def write(source: Source, out: TextIO) -> None:
    names = called(source.entries(), source.names)
    out.writelines(_written_out(source.entries(), names, source.names, source.row.head_hash))


def export_markdown(entries: Iterable[Entry], names: Mapping[str, str], head: str) -> str:
    """The whole file. `head` is the hash of the last entry. Raises ValueError when no room is opened at the start."""
    kept = list(entries)
    return "".join(_written_out(kept, called(kept, names), names, head))


def _written_out(entries: Iterable[Entry], names: Mapping[str, str], roll: Mapping[str, str], head: str) -> Lines:
    account = Account(names, roll=roll)
    with Aside() as aside:
        for entry in entries:
            account.add(entry)
            if account.readable(entry) and not bookkeeping(entry.event):
                aside.add(told(entry, names, account.room, account.part))
        after = report(account)
        told_all = after.course.over or not after.mark.drill
        for line in chain(_report(after), timeline(after, aside, all_of_them=told_all), _verification(after, head)):
            yield line + "\n"


# --- the head of the file


def _report(after: AfterAction) -> Lines:
    yield from _title(after)
    yield from section("Summary", inline(" ".join(after.summary)))
    yield from table(("", ""), [*_glance(after), *game.glance(after)])
    for part in _PARTS:
        yield from part(after)


def _title(after: AfterAction) -> Lines:
    what = "EXERCISE" if after.mark.drill else "REAL INCIDENT"
    yield f"# {what}: {inline(after.title)} ({inline(after.mark.key)})"
    yield ""
    if after.mark.drill:
        yield "> **This was an exercise.** What is told here was practice, not a real incident."
    else:
        yield "> **This was a real incident.**"
    if not after.course.over:
        yield ">"
        yield "> It is not over yet: this is how it stood when the report was written."
    yield ""


def _glance(after: AfterAction) -> Iterator[tuple[str, str]]:
    course, start, ended = after.course, began(after), after.course.ended_at
    same_day = ended is not None and day(ended) == day(start)
    until = "" if ended is None else f" to {hour(ended)}" if same_day else f" to {day(ended)}, {hour(ended)}"
    yield "**When**", f"{day(start)}, {hour(start)}{until} UTC"
    if course.real is not None:
        played = f", {length(course.game)} of it played" if course.game is not None and course.pauses else ""
        pauses = f" ({many(len(course.pauses), 'pause')})" if course.pauses else ""
        yield "**Lasted**", f"{length(course.real)}{played}{pauses}"
    for part in ("dungeon master", "evaluator", "safety officer", "player", "observer", "owner", "responder", "guest"):
        names = [each.name for each in after.people if each.part == part]
        if names:
            yield f"**{capital(part)}{'s' if len(names) > 1 else ''}**", names_of(names)
    commanders = dict.fromkeys(name for each in after.incidents for name in each.commanders)
    if not after.mark.drill:
        yield "**Commander**", names_of(commanders) if commanders else "nobody"


def _judged(after: AfterAction) -> Lines:
    yield from section("What went well")
    yield from bullets(after.went_well or ["The timeline shows nothing here; ask the people."])
    yield from section("What did not go well")
    yield from bullets(after.went_wrong or ["The timeline shows nothing here; ask the people."])
    yield from section("What only people can answer")
    yield from bullets(after.prompts)
    if after.debrief:
        yield from section("Questions for the hot wash")
        yield from bullets(after.debrief)


def _improvements(after: AfterAction) -> Lines:
    yield from section(
        "Improvements",
        "One corrective action to a row, with one owner. Strike out what needs none, and add what the hot wash found.",
    )
    rows = [(inline(each.found), each.action, each.owner, each.due) for each in after.improvements]
    blank = ("…", "", "", "")
    numbered = [(str(place), *(cell or " " for cell in row)) for place, row in enumerate([*rows, blank], start=1)]
    yield from table(("", "What was found", "Action", "Owner", "Due"), numbered)


def _written(after: AfterAction) -> Lines:
    for title, said in (("Status updates", after.updates), ("Notes", after.notes)):
        if said:
            yield from section(title)
            yield from table(
                (clock(after), "Time (UTC)", "Who", "What"),
                (_said(after, each) for each in said),
            )


def _said(after: AfterAction, each: Said) -> tuple[str, ...]:
    moment = each.moment
    return mark(moment.clock), time_of_day(moment.at, began(after)), who(moment.who), inline(each.text, LONGEST)


def _people(after: AfterAction) -> Lines:
    if after.mark.drill:
        yield from section("Who took part", "Everywhere else people are called by what they were, not by name.")
        yield from table(("Name", "Part"), ((inline(each.name), each.part) for each in after.people))
        return
    yield from section("People")
    yield from table(
        ("Name", "Part", "Roles held", "Messages"),
        ((inline(each.name), each.part, names_of(each.roles), f"{each.messages:,}") for each in after.people),
    )


def _verification(after: AfterAction, head: str) -> Lines:
    yield from section(
        "How to verify this",
        f"This report was computed from the {many(after.entries, 'entry', 'entries')} of the room's timeline and from"
        " nothing else. Each entry's hash covers the hash before it, so that none can be changed, added or taken out"
        " unnoticed. The hash of the last one, the head, is",
        f"    {head}",
        "To check a timeline against it, run `warroom verify` on the room's JSON export: it must name the same head.",
    )
    yield f"*{'EXERCISE' if after.mark.drill else 'REAL INCIDENT'} {inline(after.mark.key)}*"


_PARTS = (
    game.emergencies,
    game.objectives,
    happened,
    game.expected,
    game.predicted,
    walked,
    game.practised,
    game.played,
    game.changed,
    game.murphy,
    alerts,
    broken,
    game.watched,
    _judged,
    _improvements,
    _written,
    game.observed,
    game.prepared,
    game.made_of,
    _people,
)
EXPORTER = Exporter(name="markdown", suffix=".md", title="after-action report and timeline", write=write)
