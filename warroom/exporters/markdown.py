"""Markdown for people: the after-action report and the timeline in one file, for a manager who was not there.

Every word that somebody typed, or an alert brought, goes through `inline`; the structure is this module's alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TextIO

from warroom.core.durations import mark
from warroom.core.durations import write as length
from warroom.core.events import Entry
from warroom.core.game import GameState
from warroom.core.incident import IncidentState
from warroom.core.plan import ExpectationState
from warroom.core.room import Room
from warroom.core.runs import WARROOM, RunState
from warroom.exporters.escaping import inline
from warroom.exporters.source import Exporter, Source
from warroom.report.account import Account
from warroom.report.after_action import report
from warroom.report.facts import (
    AfterAction,
    ExpectationFacts,
    FaultFacts,
    Flag,
    IncidentFacts,
    InjectFacts,
    Moment,
    RunFacts,
    Said,
    StepFacts,
)
from warroom.report.phrasing import Names, capital, date, day, hour, listed, many
from warroom.report.timeline import Line, line, tells_too_early

Lines = Iterator[str]
LONGEST = 1_000  # characters of one timeline entry
APART = timedelta(seconds=30)  # further than this, when it was written down is worth saying too
NONE = "–"


def write(source: Source, out: TextIO) -> None:
    out.write(export_markdown(source.entries(), source.names, source.row.head_hash))


def export_markdown(entries: Iterable[Entry], names: Mapping[str, str], head: str) -> str:
    """The whole file. `head` is the hash of the last entry. Raises ValueError when no room is opened at the start."""
    account, told = Account(names), list[_Told]()
    for entry in entries:
        account.add(entry)
        told.append(_told(entry, names, account.room))
    after = report(account)
    if after.mark.drill and not after.course.over:
        told = [each for each in told if not each.too_early]
    return "\n".join([*_report(after), *_timeline(after, told), *_verification(after, head)]) + "\n"


# --- pieces


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Lines:
    """Cells are Markdown already."""
    yield f"| {' | '.join(headings)} |"
    yield f"|{' --- |' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(cell or NONE for cell in row)} |"
    yield ""


def _section(title: str, *paragraphs: str) -> Lines:
    yield f"## {title}"
    yield ""
    for each in paragraphs:
        yield each
        yield ""


def _bullets(items: Iterable[str]) -> Lines:
    yield from (f"- {inline(each)}" for each in items)
    yield ""


def _time(at: datetime | None, beside: datetime) -> str:
    """The time of day, with the date when it is not that of `beside`."""
    if at is None:
        return ""
    other = "" if day(at) == day(beside) else f"{date(at)}, "
    return f"{other}{at.astimezone(UTC):%H:%M:%S}"


def _began(after: AfterAction) -> datetime:
    return after.course.started_at or after.course.opened_at


def _length(took: timedelta | None) -> str:
    return "" if took is None else length(took)


def _names(items: Iterable[str]) -> str:
    return inline(listed(items))


def _clock(after: AfterAction) -> str:
    """What the column with the room's own clock is called."""
    return "Game clock" if after.mark.drill else "Since it began"


def _who(name: str) -> str:
    return "" if name == WARROOM else inline(name)


# --- the head of the file


def _report(after: AfterAction) -> Lines:
    yield from _title(after)
    yield from _section("Summary", inline(" ".join(after.summary)))
    yield from _table(("", ""), _glance(after))
    if after.objectives:
        yield from _section("Objectives")
        yield from _bullets(after.objectives)
    yield from _happened(after)
    yield from _expected(after)
    yield from _walked(after)
    yield from _played(after)
    yield from _alerts(after)
    yield from _broken(after)
    yield from _judged(after)
    yield from _improvements(after)
    yield from _written(after)
    yield from _people(after)


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
    course, began, ended = after.course, _began(after), after.course.ended_at
    same_day = ended is not None and day(ended) == day(began)
    until = "" if ended is None else f" to {hour(ended)}" if same_day else f" to {day(ended)}, {hour(ended)}"
    yield "**When**", f"{day(began)}, {hour(began)}{until} UTC"
    if course.real is not None:
        played = f", {length(course.game)} of it played" if course.game is not None and course.pauses else ""
        pauses = f" ({many(len(course.pauses), 'pause')})" if course.pauses else ""
        yield "**Lasted**", f"{length(course.real)}{played}{pauses}"
    for part in ("dungeon master", "player", "observer", "responder", "guest"):
        names = [each.name for each in after.people if each.part == part]
        if names:
            yield f"**{capital(part)}{'s' if len(names) > 1 else ''}**", _names(names)
    commanders = dict.fromkeys(name for each in after.incidents for name in each.commanders)
    yield "**Commander**", _names(commanders) if commanders else "nobody"


# --- what happened


def _happened(after: AfterAction) -> Lines:
    yield from _section("What happened")
    if not after.incidents:
        yield from ("No incident was opened.", "")
    if len(after.incidents) > 1:
        yield from _overview(after.incidents)
    for each in after.incidents:
        yield from _incident(after, each)


def _overview(incidents: Sequence[IncidentFacts]) -> Lines:
    yield "How long each took, counted from when it was declared:"
    yield ""
    headings = ("Incident", "Severity", "Acknowledged", "Runbook opened", "Mitigated", "Resolved", "In command")
    yield from _table(
        headings,
        (
            (
                inline(each.title),
                inline(each.severity),
                _length(each.to_acknowledge) or "never",
                _length(each.to_runbook) or "never",
                _length(each.to_mitigate),
                _length(each.to_resolve) or "not resolved",
                _names(each.commanders) if each.commanders else "nobody",
            )
            for each in incidents
        ),
    )


_UNRESOLVED = {
    IncidentState.DECLARED: "Nobody had acknowledged it at the end.",
    IncidentState.ACKNOWLEDGED: "It was not resolved at the end.",
    IncidentState.MITIGATED: "It was mitigated, but not resolved at the end.",
}


def _incident(after: AfterAction, incident: IncidentFacts) -> Lines:
    yield f"### {inline(incident.title)} ({inline(incident.severity)})"
    yield ""
    affected = f"Affected: {_names(incident.services)}. " if incident.services else ""
    state = _UNRESOLVED.get(IncidentState(incident.state), "")
    if affected or state:
        yield from (f"{affected}{state}".strip(), "")
    yield from _table(
        ("What", _clock(after), "Time (UTC)", "After", "By"),
        (
            (
                inline(each.what),
                mark(each.moment.clock),
                _time(each.moment.at, _began(after)),
                length(each.after) if place else "",
                _who(each.moment.who),
            )
            for place, each in enumerate(incident.milestones)
        ),
    )


# --- what was expected


_RESULTS = {
    ExpectationState.MET: "**met**",
    ExpectationState.LATE: "**late**",
    ExpectationState.MISSED: "**missed**",
    ExpectationState.ARMED: "open when play ended",
}


def _expected(after: AfterAction) -> Lines:
    if not after.expectations:
        return
    yield from _section("What was expected")
    yield from _table(
        ("Expectation", "By", "Result", "Done", "Time (UTC)", "To spare"),
        (
            (
                inline(each.what),
                mark(each.deadline),
                _RESULTS[ExpectationState(each.state)],
                mark(each.met) if each.met is not None else "",
                _time(each.met_at, _began(after)),
                _spare(each),
            )
            for each in after.expectations
        ),
    )


def _spare(each: ExpectationFacts) -> str:
    if each.to_spare is None:
        return ""
    return f"{length(-each.to_spare)} late" if each.to_spare < timedelta(0) else length(each.to_spare)


# --- runbooks


def _walked(after: AfterAction) -> Lines:
    if not after.runs:
        return
    yield from _section("Runbooks walked")
    for run in after.runs:
        yield from _run(run)


def _run(run: RunFacts) -> Lines:
    yield f"### {inline(run.title)}"
    yield ""
    began = f"Started by {inline(run.started.who)} at {mark(run.started.clock)}"
    about = f"A part of “{inline(run.part_of)}”" if run.part_of else f"For “{inline(run.incident)}”"
    yield f"{about}. {began}; {_how_it_ended(run)}"
    yield ""
    headings = ("", "Step", "Who", "Result", "Planned", "Took", "Remarks")
    yield from _table(headings, (_step(place, each) for place, each in enumerate(run.steps, start=1)))
    if run.not_taken:
        yield from (f"Not on the way: {_names(f'“{title}”' for title in run.not_taken)}.", "")
    if run.values:
        given = (f"{inline(name)} = {inline(value)}" for name, value in run.values)
        yield from (f"Filled in: {_names(given)}.", "")
    if run.beside:
        yield from ("Done beside the runbook:", "", *(f"- {inline(each)}" for each in run.beside), "")
    yield from _kept(run)


def _kept(run: RunFacts) -> Lines:
    """Evidence, what machines did, and what people thought of the steps."""
    evidence = [f"- {inline(step.title)}: {inline(each, LONGEST)}" for step in run.steps for each in step.evidence]
    acts = [f"- {inline(step.title)}: {inline(each, LONGEST)}" for step in run.steps for each in step.acts]
    flags = [f"- {inline(step.title)}: {_flag(each)}" for step in run.steps for each in step.flags]
    for title, lines in (
        ("Evidence:", evidence),
        ("Done by machines:", acts),
        ("What people thought of the steps:", flags),
    ):
        if lines:
            yield from (title, "", *lines, "")


def _flag(flag: Flag) -> str:
    comment = f": “{inline(flag.comment, LONGEST)}”" if flag.comment else ""
    return f"{inline(flag.verdict)}, said {inline(flag.who)}{comment}"


def _how_it_ended(run: RunFacts) -> str:
    took = _length(run.took)
    if run.state == RunState.FINISHED:
        return f"finished after {took}."
    if run.state == RunState.WALKING:
        return "still being walked."
    who = "" if run.stopped_by == WARROOM else f" by {inline(run.stopped_by)}"
    return f"stopped{who} after {took}: {inline(run.reason)}."


_BY_ITSELF = {
    "check": "a check",
    "wait": "the clock",
    "act": "a machine",
    "announce": "warroom",
    "runbook": "its walk",
    "parallel": "its branches",
}


def _step(place: int, step: StepFacts) -> tuple[str, ...]:
    return (
        str(place),
        inline(step.title),
        _who(step.who) or _BY_ITSELF.get(step.kind, ""),
        inline(step.answer or step.state),
        _length(step.planned),
        _length(step.took),
        inline(" ".join(_remarks(step))),
    )


def _remarks(step: StepFacts) -> Iterator[str]:
    if step.overdue:
        yield "Overdue."
    if step.state == "failed":
        yield f"Failed: “{step.note}”"
    elif step.state == "skipped":
        yield f"Skipped: “{step.note}”"
    elif step.note:
        yield f"“{step.note}”"
    for holds, detail in step.findings:
        yield f"{'Passed' if holds else 'Failed'}: {detail.rstrip('.')}." if detail else ""
    if step.looked > len(step.findings):
        yield "A check was never answered."


# --- what was put into play, alerts, breakages


def _played(after: AfterAction) -> Lines:
    if not after.mark.drill:
        return
    yield from _section("What was put into play")
    if after.injects.played:
        headings = (_clock(after), "Who", "What was said")
        yield from _table(headings, (_inject(each) for each in after.injects.played))
    if rest := _rest(after):
        yield from (rest, "")


def _inject(each: InjectFacts) -> tuple[str, str, str]:
    teller = f"hint: {each.level}" if each.kind == "hint" else "bearer of bad news"
    return mark(each.moment.clock), inline(each.speaker or teller), inline(each.text, LONGEST)


def _rest(after: AfterAction) -> str:
    """Only numbers: what was not played may be played another day."""
    parts = [
        f"{many(count, 'inject')} {'was' if count == 1 else 'were'} {what}"
        for count, what in ((after.injects.skipped, "left out"), (after.injects.never_played or 0, "never played"))
        if count
    ]
    return f"{capital(listed(parts))}." if parts else ""


def _alerts(after: AfterAction) -> Lines:
    if not after.alerts:
        return
    yield from _section("Alerts")
    yield from _table(
        ("Alert", "From", "Severity", "Fired", "Resolved", "First (UTC)", "Last (UTC)", "What it said"),
        (
            (
                inline(each.name),
                inline(each.source),
                inline(each.severity),
                f"{each.fired:,}",
                f"{each.resolved:,}",
                _time(each.first, _began(after)),
                _time(each.last, _began(after)),
                inline(each.summary, LONGEST),
            )
            for each in after.alerts
        ),
    )
    if after.alerts_left_out:
        yield from (f"The senders left out {many(after.alerts_left_out, 'more alert')}.", "")


def _broken(after: AfterAction) -> Lines:
    if not after.faults:
        return
    yield from _section("What was broken on purpose")
    headings = ("What", "How", "Broken (UTC)", "Undone (UTC)", "Lasted", "Now", "Remarks")
    yield from _table(headings, (_fault(each, _began(after)) for each in after.faults))


def _fault(each: FaultFacts, began: datetime) -> tuple[str, ...]:
    def when(moment: Moment | None) -> str:
        return _time(moment.at, began) if moment else ""

    undone = "Undone" if each.undone else "To be undone"
    why = f"{undone} because {each.why_undone}. " if each.why_undone else ""
    return (
        inline(each.target),
        inline(each.mode),
        when(each.broken),
        when(each.undone),
        _length(each.lasted),
        inline(each.state),
        inline(why + each.detail),
    )


# --- what to think of it


def _judged(after: AfterAction) -> Lines:
    yield from _section("What went well")
    yield from _bullets(after.went_well or ["The timeline shows nothing here; ask the people."])
    yield from _section("What did not go well")
    yield from _bullets(after.went_wrong or ["The timeline shows nothing here; ask the people."])
    yield from _section("What only people can answer")
    yield from _bullets(after.prompts)
    if after.debrief:
        yield from _section("Questions for the hot wash")
        yield from _bullets(after.debrief)


def _improvements(after: AfterAction) -> Lines:
    yield from _section(
        "Improvements",
        "One corrective action to a row, with one owner. Strike out what needs none, and add what the hot wash found.",
    )
    rows = [(inline(each.found), each.action, each.owner, each.due) for each in after.improvements]
    blank = ("…", "", "", "")
    numbered = [(str(place), *(cell or " " for cell in row)) for place, row in enumerate([*rows, blank], start=1)]
    yield from _table(("", "What was found", "Action", "Owner", "Due"), numbered)


def _written(after: AfterAction) -> Lines:
    for title, said in (("Status updates", after.updates), ("Notes", after.notes)):
        if said:
            yield from _section(title)
            yield from _table(
                (_clock(after), "Time (UTC)", "Who", "What"),
                (_said(after, each) for each in said),
            )


def _said(after: AfterAction, each: Said) -> tuple[str, ...]:
    moment = each.moment
    return mark(moment.clock), _time(moment.at, _began(after)), _who(moment.who), inline(each.text, LONGEST)


def _people(after: AfterAction) -> Lines:
    yield from _section("People")
    yield from _table(
        ("Name", "Part", "Roles held", "Messages"),
        ((inline(each.name), each.part, _names(each.roles), f"{each.messages:,}") for each in after.people),
    )


# --- the timeline


@dataclass(frozen=True, slots=True)
class _Told:
    phase: str
    line: Line
    too_early: bool


def _told(entry: Entry, names: Names, room: Room) -> _Told:
    return _Told(_phase(room), line(entry, names, room), tells_too_early(entry.event))


_OF_A_GAME = {
    GameState.PLANNED: "Before the game",
    GameState.RUNNING: "Play",
    GameState.PAUSED: "Paused",
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


def _timeline(after: AfterAction, told: Sequence[_Told]) -> Lines:
    days = {day(each.line.at) for each in told}
    said = f", {many(after.messages, 'message')} among them" if after.messages else ""
    yield from _section(
        "Timeline",
        f"{capital(many(len(told), 'entry', 'entries'))}{said}. Times are in UTC"
        f"{', on ' + next(iter(days)) if len(days) == 1 else ''}.",
    )
    for heading, lines in _grouped(told, dated=len(days) > 1):
        yield f"### {heading}"
        yield ""
        yield from _table((_clock(after), "Time (UTC)", "What happened"), (_row(each) for each in lines))


def _grouped(told: Sequence[_Told], *, dated: bool) -> Iterator[tuple[str, list[Line]]]:
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
    written = f" *(written down at {_time(each.at, each.at)})*" if late else ""
    reading = mark(each.clock_reading) if each.clock_reading is not None and not late else ""
    return reading, _time(happened, each.at), inline(each.text, LONGEST) + written


# --- how to verify


def _verification(after: AfterAction, head: str) -> Lines:
    yield from _section(
        "How to verify this",
        f"This report was computed from the {many(after.entries, 'entry', 'entries')} of the room's timeline and from"
        " nothing else. Each entry's hash covers the hash before it, so that none can be changed, added or taken out"
        " unnoticed. The hash of the last one, the head, is",
        f"    {head}",
        "To check a timeline against it, run `warroom verify` on the room's JSON export: it must name the same head.",
    )
    yield f"*{'EXERCISE' if after.mark.drill else 'REAL INCIDENT'} {inline(after.mark.key)}*"


EXPORTER = Exporter(name="markdown", suffix=".md", title="after-action report and timeline", write=write)
