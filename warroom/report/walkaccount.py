"""The part of an account that keeps the walks of runbooks: which steps were come to, what was found, what was thought."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from warroom.core import events as e
from warroom.core.runbook import Step
from warroom.core.runs import StepState
from warroom.report.facts import Flag, RunFacts, StepFacts
from warroom.report.moment import Moment
from warroom.report.reading import Reading
from warroom.report.walks import answer_label

_OVER = {StepState.SKIPPED: "skipped", StepState.FAILED: "failed"}


@dataclass(slots=True)
class _Visit:
    """A stay at one step of a walk."""

    step: str
    entered: Moment
    looked: int = 0
    findings: list[tuple[bool, str]] = field(default_factory=list)
    facts: StepFacts | None = None
    evidence: list[str] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Walks:
    reading: Reading
    visits: dict[str, list[_Visit]] = field(default_factory=dict)
    ends: dict[str, Moment] = field(default_factory=dict)
    begins: dict[str, Moment] = field(default_factory=dict)

    def keep(self, moment: Moment, event: e.Event) -> None:
        if (kept := _KEPT.get(type(event))) is not None:
            kept(self, moment, event)

    def facts(self) -> tuple[RunFacts, ...]:
        return tuple(self._run(name) for name in self.reading.room.runs)

    def _run(self, name: str) -> RunFacts:
        reading = self.reading
        run, end, begin = reading.room.runs[name], self.ends.get(name), self.begins[name]
        incident = reading.room.incidents.get(run.incident)
        visits = self.visits.get(name, [])
        came_to = {visit.step for visit in visits}
        return RunFacts(
            id=name,
            title=run.name,
            digest=run.digest,
            incident=reading.words(incident.title) if incident else run.incident,
            started=begin,
            state=run.state.value,
            stopped_by=end.who if end else "",
            reason=reading.words(run.reason),
            took=reading.between(begin, end) if end else None,
            steps=tuple(visit.facts or self._visited(name, visit, None) for visit in visits),
            not_taken=() if run.title else tuple(step.title for step in run.runbook.steps if step.id not in came_to),
            part_of=reading.room.runs[run.parent.run].name if run.parent else "",
            values=() if run.parent else tuple((name, reading.words(value)) for name, value in run.given.items()),
            beside=tuple(f"{reading.words(each.title)} ({reading.name(each.by)})" for each in run.beside),
        )

    def _visited(self, run: str, visit: _Visit, left: Moment | None) -> StepFacts:
        """What became of this visit, read off the run as it is now."""
        reading, walk = self.reading, self.reading.room.runs[run]
        step, there = walk.runbook.step(visit.step), walk.of(visit.step)
        took = there.left - there.entered if there.left is not None and there.entered is not None else None
        return StepFacts(
            title=walk.filling.text(step.title) if step else visit.step,
            kind=step.what.word if step else "",
            state=_OVER.get(there.state, "done" if left else "unfinished"),
            who=left.who if left else reading.name(there.taken_by) if there.taken_by else "",
            answer=answer_label(walk.runbook, visit.step, there.answer),
            entered=visit.entered,
            planned=_planned(step),
            took=took,
            overdue=there.overran,
            note=reading.words(there.note),
            looked=visit.looked,
            findings=tuple(visit.findings),
            evidence=tuple(visit.evidence),
            flags=tuple(visit.flags),
            acts=tuple(visit.acts),
        )

    def leave(self, run: str, moment: Moment) -> None:
        visit = self.visits[run][-1]
        visit.facts = self._visited(run, visit, moment)

    def add_to(self, run: str, step: str, what: str, news: Any) -> None:
        """To the last visit of this step, also when it is over."""
        visit = next((each for each in reversed(self.visits.get(run, ())) if each.step == step), None)
        if visit is None:
            return
        getattr(visit, what).append(news)
        if visit.facts is not None:
            changed: dict[str, Any] = {what: tuple(getattr(visit, what))}
            visit.facts = replace(visit.facts, **changed)


def _planned(step: Step | None) -> timedelta | None:
    """How long a step should take: what its author wrote, or how long it waits by itself."""
    return None if step is None else step.expected or step.what.ends_after()


def _started(walks: Walks, moment: Moment, event: e.RunStarted) -> None:
    walks.begins[event.run], walks.visits[event.run] = moment, []


def _over(walks: Walks, moment: Moment, event: e.RunFinished | e.RunAbandoned) -> None:
    walks.ends[event.run] = moment


def _entered(walks: Walks, moment: Moment, event: e.StepEntered) -> None:
    walks.visits[event.run].append(_Visit(step=event.step, entered=moment))


def _evidence(walks: Walks, moment: Moment, event: e.EvidenceGiven) -> None:
    text = walks.reading.words(event.text)
    kept = f"{text} ({event.link})" if event.link and event.link != event.text else text
    walks.add_to(event.run, event.step, "evidence", kept)


def _flagged(walks: Walks, moment: Moment, event: e.StepFlagged) -> None:
    flag = Flag(verdict=event.verdict, comment=walks.reading.words(event.comment), who=moment.who)
    walks.add_to(event.run, event.step, "flags", flag)


def _act_ended(walks: Walks, moment: Moment, event: e.ActEnded) -> None:
    act = walks.reading.room.runs[event.run].acts[event.act]
    what = " ".join(act.action.shown.split())
    told = f"{'undo, ' if act.undo else ''}{event.outcome}: {what} ({walks.reading.words(event.detail)})"
    walks.add_to(event.run, act.step, "acts", told)


def _left(walks: Walks, moment: Moment, event: e.StepDone | e.StepSkipped | e.StepFailed) -> None:
    walks.leave(event.run, moment)


def _looked(walks: Walks, moment: Moment, event: e.CheckStarted) -> None:
    walks.visits[event.run][-1].looked += 1


def _found(walks: Walks, moment: Moment, event: e.CheckReported) -> None:
    walks.visits[event.run][-1].findings.append((event.holds, walks.reading.words(event.detail)))


_KEPT: dict[type[e.Event], Callable[[Walks, Moment, Any], None]] = {
    e.RunStarted: _started,
    e.RunFinished: _over,
    e.RunAbandoned: _over,
    e.StepEntered: _entered,
    e.StepDone: _left,
    e.StepSkipped: _left,
    e.StepFailed: _left,
    e.EvidenceGiven: _evidence,
    e.StepFlagged: _flagged,
    e.ActEnded: _act_ended,
    e.CheckStarted: _looked,
    e.CheckReported: _found,
}
