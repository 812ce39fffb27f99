"""What became of each runbook: from the timelines of any number of rooms to how its steps were walked.

Pure: rooms in, values out. Nothing that was redacted or is hidden is in what comes out, and people appear by the names
that the room was given for them, or not at all.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from warroom.core import events as e
from warroom.core.declaring import dataclass
from warroom.core.events import Entry, Mode
from warroom.core.room import Room
from warroom.core.roomfold import evolve
from warroom.core.runbook import Runbook
from warroom.core.runs import WARROOM, Run
from warroom.core.texts import REMOVED, WITHHELD
from warroom.report.phrasing import Names, spoken

DONE, SKIPPED, FAILED, LEFT = "done", "skipped", "failed", "left"
WALKING, FINISHED, ABANDONED = "walking", "finished", "abandoned"
_MENTION = re.compile(r"<@([A-Za-z0-9_.-]{1,100})(?:\|[^<>]{0,500})?>")
ENOUGH_WALKS = 2  # as many walks, or one in reality, before a measured time counts
_BY_ITSELF = ("wait", "announce")
_MACHINE = ("check", "act")
SHORTEST = timedelta(minutes=1)  # nobody wants to be reminded after less
TOLERANCE = 1.5  # a measured time within this factor of the expected one says nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class RoomInfo:
    """Which room it is. `names` are the people who may be named."""

    key: str
    mode: Mode
    names: Names = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class Walk:
    """One walking of a runbook, its branches included. `by` is a name, or empty; `alone` says that a machine ended it."""

    room: str
    run: str
    real: bool
    at: datetime
    by: str
    digest: str
    part_of: str = ""
    state: str = WALKING
    reason: str = ""
    ended_by: str = ""
    alone: bool = False
    took: timedelta | None = None


@dataclass(kw_only=True, slots=True)
class Visit:
    """One time that a walk came to a step. `state` is done, skipped, failed, or left without any of them."""

    walk: Walk
    state: str = LEFT
    answer: str = ""
    reason: str = ""
    took: timedelta | None = None
    reminders: int = 0
    returned: int = 0
    again: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What somebody thought of a step. `verdict` is worked, wrong, unclear or missing; `who` may be empty."""

    verdict: str
    comment: str
    who: str
    room: str
    at: datetime


@dataclass(kw_only=True, slots=True)
class Beside:
    """Something that was done and is not in the runbook, while `after` was to be done. `answer` is how that ended."""

    after: str
    title: str
    text: str
    who: str
    room: str
    at: datetime
    answer: str | None = None


@dataclass(kw_only=True, slots=True)
class StepUsage:
    """How one step was walked. `number` counts from 1 in the runbook as it was walked last."""

    id: str
    title: str
    kind: str
    number: int
    expected: timedelta | None = None
    visits: list[Visit] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    beside: list[Beside] = field(default_factory=list)
    evidence: int = 0
    held: int = 0
    did_not_hold: int = 0
    acts: dict[str, int] = field(default_factory=dict)

    def walks(self, *states: str) -> list[Walk]:
        """The walks that came to the step, each once; with `states` those in which a visit ended so."""
        found = {
            (each.walk.room, each.walk.run): each.walk for each in self.visits if not states or each.state in states
        }
        return list(found.values())

    def times(self) -> list[timedelta]:
        """How long it took, each time it was done: in reality, or in drills when it was never done in reality."""
        done = [(each.walk.real, each.took) for each in self.visits if each.state == DONE and each.took is not None]
        real = any(each for each, _ in done)
        return [took for each, took in done if each == real]

    def measured(self) -> timedelta | None:
        """How long it takes, rounded, when enough walks say so: two, or one in reality."""
        done, times = self.walks(DONE), self.times()
        if not times or (len(done) < ENOUGH_WALKS and not any(walk.real for walk in done)):
            return None
        return rounded(timedelta(seconds=median(each.total_seconds() for each in times)))

    def better(self, expected: timedelta | None) -> timedelta | None:
        """How long the runbook should say that it takes, instead of this; None when it may stay.

        A drill can show that a step takes longer than it says, but not that it takes less: much is only pretended there.
        A machine's step is only ever lengthened; how quick it was says nothing about the people around it.
        """
        measured = self.measured()
        if measured is None or self.kind in _BY_ITSELF or not differs(expected, measured):
            return None
        longer = expected is not None and measured > expected
        trusted = self.kind not in _MACHINE and (expected is None or any(walk.real for walk in self.walks(DONE)))
        return measured if longer or trusted else None


@dataclass(kw_only=True, slots=True)
class BookUsage:
    """Everything that is known of one runbook. `title` is the newest."""

    id: str
    title: str
    walks: list[Walk] = field(default_factory=list)
    steps: dict[str, StepUsage] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenStep:
    """A step as it was written while it was done."""

    title: str
    text: str
    took: timedelta | None


@dataclass(kw_only=True, slots=True)
class Blank:
    """A walk without a runbook: what was done, in order."""

    walk: Walk
    title: str
    incident: str
    services: tuple[str, ...]
    failure_modes: tuple[str, ...]
    labels: Mapping[str, str]
    steps: list[WrittenStep] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class Gap:
    """An incident for which no runbook was found. `walked` are the runbooks that were walked for it all the same."""

    room: str
    real: bool
    incident: str
    title: str
    services: tuple[str, ...]
    labels: Mapping[str, str]
    at: datetime
    walked: list[str] = field(default_factory=list)
    blank: str = ""


@dataclass(kw_only=True, slots=True)
class Usage:
    books: dict[str, BookUsage] = field(default_factory=dict)
    blanks: list[Blank] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


def usage(rooms: Iterable[tuple[RoomInfo, Iterable[Entry]]]) -> Usage:
    """What these rooms say of their runbooks. The newest room should come last: its titles and numbers count."""
    found = Usage()
    for info, entries in rooms:
        reader = _Reader(info, found)
        for entry in entries:
            reader.read(entry)
        reader.close()
    return found


def rounded(length: timedelta) -> timedelta:
    """A length as somebody would write it: at least a minute; to the minute below ten, to five below an hour, then to 15."""
    seconds = length.total_seconds()
    unit = next((unit for most, unit in ((600, 60), (3600, 300)) if seconds < most), 900)
    return max(SHORTEST, timedelta(seconds=unit * int(seconds / unit + 0.5)))


def differs(expected: timedelta | None, measured: timedelta) -> bool:
    """Whether a measured time says something that the expected one does not."""
    return expected is None or not expected / TOLERANCE <= measured <= expected * TOLERANCE


class _Reader:
    """Reads one room's timeline. The room is folded on the way, so that times are those of its clock."""

    def __init__(self, info: RoomInfo, found: Usage) -> None:
        self.info, self.found, self.room = info, found, Room()
        self.walks: dict[str, Walk] = {}  # by run; a branch has the walk that it is a part of
        self.visits: dict[tuple[str, str], Visit] = {}  # the latest of each run and step
        self.pending: dict[tuple[str, str], list[Beside]] = {}
        self.blanks: dict[str, Blank] = {}
        self.gaps: dict[str, Gap] = {}
        self.outcomes: dict[tuple[str, int], str] = {}  # how each act ended, as far as it is known
        self.steps: dict[tuple[str, str], tuple[str, str]] = {}  # what was written in blank runs

    def read(self, entry: Entry) -> None:
        self.room = evolve(self.room, entry)
        note = _NOTES.get(type(entry.event))
        if note is not None:
            note(self, entry, entry.event)

    def close(self) -> None:
        """Put what was found of the whole room with the rest."""
        for (run, step), (title, text) in self.steps.items():
            visit = self.visits.get((run, step))
            took = visit.took if visit is not None and visit.state == DONE else None
            if visit is None or visit.state == DONE:  # what was skipped or failed is not how it is done
                self.blanks[run].steps.append(WrittenStep(title=title, text=text, took=took))
        self.found.blanks += self.blanks.values()
        self.found.gaps += self.gaps.values()

    # --- who and what

    def name(self, person: str) -> str:
        return "" if person == WARROOM else self.info.names.get(person, "")

    def said(self, text: str) -> str:
        """Somebody's words, with the names of those who may be named; nothing where they were removed."""
        if text in (REMOVED, WITHHELD):
            return ""
        named = _MENTION.sub(lambda found: f"@{self.info.names.get(found[1], 'somebody')}", text)
        return spoken(named, self.info.names)

    def run(self, name: str) -> Run:
        return self.room.runs[name]

    def step(self, run: str, step: str) -> StepUsage | None:
        """Where what is known of a step is kept; None in a blank run."""
        walked = self.room.runs.get(run)
        if walked is None or walked.blank:
            return None
        return self.book(walked.runbook).steps.get(step)

    def book(self, runbook: Runbook) -> BookUsage:
        return self.found.books.setdefault(runbook.id, BookUsage(id=runbook.id, title=runbook.title))

    # --- walks

    def started(self, entry: Entry, event: e.RunStarted) -> None:
        run = self.run(event.run)
        parent = event.parent.run if event.parent else ""
        if event.title and parent in self.walks:  # a branch
            self.walks[run.id] = self.walks[parent]
            return
        walk = Walk(
            room=self.info.key,
            run=run.id,
            real=self.info.mode is Mode.REAL,
            at=entry.at,
            by=self.name(entry.by),
            digest=event.digest if not parent else "",
            part_of=parent,
        )
        self.walks[run.id] = walk
        if event.blank:
            self._blank(run, walk)
        else:
            self._book(event.runbook, walk)
            if gap := self.gaps.get(run.incident):
                gap.walked.append(event.runbook.title)

    def _book(self, runbook: Runbook, walk: Walk) -> None:
        book = self.book(runbook)
        book.title = runbook.title
        book.walks.append(walk)
        for number, step in enumerate(runbook.steps, start=1):
            fresh = StepUsage(id=step.id, title=step.title, kind=step.what.word, number=number)
            known = book.steps.setdefault(step.id, fresh)
            known.title, known.kind, known.number = step.title, step.what.word, number
            known.expected = step.expected

    def _blank(self, run: Run, walk: Walk) -> None:
        incident = self.room.incidents[run.incident]
        self.blanks[run.id] = Blank(
            walk=walk,
            title=self.said(run.runbook.title),
            incident=self.said(incident.title),
            services=incident.services,
            failure_modes=incident.failure_modes,
            labels=dict(incident.labels),
        )
        if gap := self.gaps.get(run.incident):
            gap.blank = run.id

    def ended(self, entry: Entry, event: e.RunFinished | e.RunAbandoned) -> None:
        run, walk = self.run(event.run), self.walks[event.run]
        if walk.run != event.run:
            return  # a branch
        walk.state = FINISHED if isinstance(event, e.RunFinished) else ABANDONED
        walk.reason = self.said(event.reason) if isinstance(event, e.RunAbandoned) else ""
        walk.ended_by, walk.alone = self.name(entry.by), entry.by == WARROOM
        walk.took = None if run.ended is None else run.ended - run.started

    # --- steps

    def entered(self, entry: Entry, event: e.StepEntered) -> None:
        usage = self.step(event.run, event.step)
        before = self.visits.get((event.run, event.step))
        visit = Visit(walk=self.walks[event.run], again=before is not None and before.state == FAILED)
        self.visits[event.run, event.step] = visit
        if usage is not None:
            usage.visits.append(visit)

    def left(self, entry: Entry, event: e.StepDone | e.StepSkipped | e.StepFailed) -> None:
        visit = self.visits.get((event.run, event.step))
        if visit is None:
            return
        there = self.run(event.run).of(event.step)
        visit.took = None if there.left is None or there.entered is None else there.left - there.entered
        visit.state = {e.StepDone: DONE, e.StepSkipped: SKIPPED, e.StepFailed: FAILED}[type(event)]
        visit.reason = "" if isinstance(event, e.StepDone) else self.said(event.reason)
        if isinstance(event, e.StepDone):
            visit.answer = event.answer
            for beside in self.pending.pop((event.run, event.step), ()):
                beside.answer = event.answer

    def overran(self, entry: Entry, event: e.StepOverran) -> None:
        if visit := self.visits.get((event.run, event.step)):
            visit.reminders = event.reminder

    def returned(self, entry: Entry, event: e.StepReturned) -> None:
        if visit := self.visits.get((event.run, event.step)):
            visit.returned += 1

    def flagged(self, entry: Entry, event: e.StepFlagged) -> None:
        if usage := self.step(event.run, event.step):
            comment, who = self.said(event.comment), self.name(entry.by)
            said = Said(verdict=event.verdict, comment=comment, who=who, room=self.info.key, at=entry.at)
            usage.said.append(said)

    def evidence(self, entry: Entry, event: e.EvidenceGiven) -> None:
        if usage := self.step(event.run, event.step):
            usage.evidence += 1

    def looked(self, entry: Entry, event: e.CheckReported) -> None:
        if usage := self.step(event.run, event.step):
            usage.held += event.holds
            usage.did_not_hold += not event.holds

    def acted(self, entry: Entry, event: e.ActEnded) -> None:
        act = self.run(event.run).acts[event.act]
        usage = self.step(event.run, act.step)
        if usage is None or act.undo:
            return
        before = self.outcomes.get((event.run, event.act))
        if before is not None:  # it was unknown, and its worker turned out to be alive
            usage.acts[before] -= 1
        self.outcomes[event.run, event.act] = event.outcome
        usage.acts[event.outcome] = usage.acts.get(event.outcome, 0) + 1

    # --- what is in no runbook

    def written(self, entry: Entry, event: e.StepWritten) -> None:
        title, text = self.said(event.title), self.said(event.text)
        if event.run in self.blanks:
            if title:
                self.steps[event.run, event.step] = (title, text)
        elif (usage := self.step(event.run, event.after)) and title:
            who = self.name(entry.by)
            beside = Beside(after=event.after, title=title, text=text, who=who, room=self.info.key, at=entry.at)
            usage.beside.append(beside)
            self.pending.setdefault((event.run, event.after), []).append(beside)

    def offered(self, entry: Entry, event: e.RunbooksOffered) -> None:
        incident = self.room.incidents.get(event.incident)
        if event.offers or incident is None:
            return
        runs = [run for run in self.room.runs.values() if run.incident == event.incident and run.parent is None]
        self.gaps[event.incident] = Gap(
            room=self.info.key,
            real=self.info.mode is Mode.REAL,
            incident=event.incident,
            title=self.said(incident.title),
            services=incident.services,
            labels=dict(incident.labels),
            at=entry.at,
            walked=[run.runbook.title for run in runs if not run.blank],
            blank=next((run.id for run in runs if run.blank), ""),
        )


_NOTES: dict[type[e.Event], Callable[[_Reader, Entry, Any], None]] = {
    e.RunStarted: _Reader.started,
    e.RunFinished: _Reader.ended,
    e.RunAbandoned: _Reader.ended,
    e.StepEntered: _Reader.entered,
    e.StepDone: _Reader.left,
    e.StepSkipped: _Reader.left,
    e.StepFailed: _Reader.left,
    e.StepOverran: _Reader.overran,
    e.StepReturned: _Reader.returned,
    e.StepFlagged: _Reader.flagged,
    e.EvidenceGiven: _Reader.evidence,
    e.CheckReported: _Reader.looked,
    e.ActEnded: _Reader.acted,
    e.StepWritten: _Reader.written,
    e.RunbooksOffered: _Reader.offered,
}
