"""What a drill showed of each cell: a way in which a service fails, how that went, and whether its runbook held.

    cells(entries) -> one outcome for each incident that was opened

A cell is an incident's first service and its first failure mode, as Murphy counts them. One number and one verdict, for
two uses: the number for what comes next (the greater, the better it went), the verdict for what is covered.

The number, from 0 to 1, is what the incident came to, less what it took:

    resolved 1   mitigated, or seen to work again .6   only acknowledged .3   nothing 0
    less .2 for each expectation missed, .1 for each met late
    less .05 for a hint that nudged, .1 for one that pointed, .2 for one that gave the answer

It is never below 0. The expectations are those that count from its inject or name its incident. The number is of the
cell, never of a person.
"""

from collections.abc import Iterable, Iterator
from dataclasses import field
from enum import StrEnum

from warroom.core import events as e
from warroom.core.declaring import dataclass
from warroom.core.events import Entry
from warroom.core.incident import Incident, IncidentState
from warroom.core.plan import ExpectationState
from warroom.core.room import Room
from warroom.core.roomfold import evolve
from warroom.core.runs import Run, RunState
from warroom.core.scenario import Expectation
from warroom.core.when import INCIDENT
from warroom.report.phrasing import also, capital, many, quoted

MISSED, LATE = 0.2, 0.1  # what an expectation costs
HINTS = {"nudge": 0.05, "pointer": 0.1, "answer": 0.2}  # what a hint costs, by how much it gave away
_SO_FAR = {IncidentState.RESOLVED: 1.0, IncidentState.MITIGATED: 0.6, IncidentState.ACKNOWLEDGED: 0.3}
_BAD = ("wrong", "missing")


class Verdict(StrEnum):
    """What a drill says of a cell.

    passed         its runbook was walked to its end, no step of it is wrong or missing, the incident was resolved and
                   no expectation was missed
    not passed     it was resolved with a runbook, and one of these is not so
    drilled without runbook    it was resolved, and no runbook was walked: one has to be written
    not finished   it was not resolved
    """

    PASSED = "passed"
    NOT_PASSED = "not passed"
    WITHOUT_RUNBOOK = "drilled without runbook"
    NOT_FINISHED = "not finished"


@dataclass(frozen=True, kw_only=True, slots=True)
class CellOutcome:
    """How one incident went. `mode` is the failure mode; `inject` what opened it, empty when a person did.

    `hints` counts them; `why` says in sentences what the verdict rests on, for those who read the report.
    """

    service: str
    mode: str
    incident: str
    inject: str
    outcome: float
    verdict: Verdict
    hints: int
    why: str


@dataclass(slots=True)
class Tally:
    """What outcomes need beside the room: hints by incident, bad flags by walk."""

    hints: dict[str, list[str]] = field(default_factory=dict)
    flags: dict[str, list[e.StepFlagged]] = field(default_factory=dict)

    def keep(self, event: e.Event) -> None:
        match event:
            case e.InjectPlayed(kind="hint"):
                self.hints.setdefault(event.incident, []).append(event.level)
            case e.StepFlagged(verdict=verdict) if verdict in _BAD:
                self.flags.setdefault(event.run, []).append(event)

    def outcomes(self, room: Room) -> tuple[CellOutcome, ...]:
        return tuple(self._outcome(room, each) for each in room.incidents.values() if each.services)

    def _outcome(self, room: Room, incident: Incident) -> CellOutcome:
        hints = self.hints.get(incident.id, [])
        states = [room.plan.standing(each.id).state for each in _expected(room, incident)] if room.plan else []
        missed, late = states.count(ExpectationState.MISSED), states.count(ExpectationState.LATE)
        cost = MISSED * missed + LATE * late + sum(HINTS.get(level, 0.0) for level in hints)
        verdict, why = _verdict(room, incident, missed, self.flags)
        given = f"{many(len(hints), 'hint')} {'was' if len(hints) == 1 else 'were'} given." if hints else ""
        return CellOutcome(
            service=incident.services[0],
            mode=incident.failure_modes[0] if incident.failure_modes else "",
            incident=incident.id,
            inject=incident.inject,
            outcome=round(max(0.0, _so_far(incident) - cost), 2),
            verdict=verdict,
            hints=len(hints),
            why=also(why, capital(given)),
        )


def cells(entries: Iterable[Entry]) -> tuple[CellOutcome, ...]:
    """The outcome of each incident that names a service, in the order in which they were opened."""
    room, tally = Room(), Tally()
    for entry in entries:
        room = evolve(room, entry)
        tally.keep(entry.event)
    return tally.outcomes(room)


def _so_far(incident: Incident) -> float:
    """What it came to, before anything is taken away."""
    worth = _SO_FAR.get(incident.state, 0.0)
    return max(worth, _SO_FAR[IncidentState.MITIGATED]) if "restored" in incident.marked else worth


def _expected(room: Room, incident: Incident) -> Iterator[Expectation]:
    """What was expected about this incident."""
    if room.plan is None or not incident.inject:
        return
    for each in room.plan.scenario.expectations:
        if each.after == incident.inject or (INCIDENT, incident.inject) in each.refers():
            yield each


def _verdict(room: Room, incident: Incident, missed: int, flags: dict[str, list[e.StepFlagged]]) -> tuple[Verdict, str]:
    if incident.state is not IncidentState.RESOLVED:
        return Verdict.NOT_FINISHED, f"It was {incident.state} and no more when play ended."
    mine = [run for run in room.runs.values() if run.incident == incident.id]
    walks = [run for run in mine if run.parent is None and not run.blank]
    if not walks:
        return Verdict.WITHOUT_RUNBOOK, "It was resolved, and no runbook was walked."
    wrong = [_flag(run, flag) for run in mine for flag in flags.get(run.id, ())]
    reasons = [
        *(wrong and [f"People said of its runbook: {', '.join(wrong)}."]),
        *([] if any(run.state is RunState.FINISHED for run in walks) else ["No runbook was walked to its end."]),
        *([f"{capital(many(missed, 'expectation'))} {'was' if missed == 1 else 'were'} missed."] if missed else []),
    ]
    if reasons:
        return Verdict.NOT_PASSED, " ".join(reasons)
    done = next(run for run in walks if run.state is RunState.FINISHED)
    return Verdict.PASSED, f"{quoted(done.name)} was walked to its end, and it was resolved."


def _flag(run: Run, flag: e.StepFlagged) -> str:
    step = run.runbook.step(flag.step)
    title = quoted(run.titled(step) if step else flag.step)
    return f"{title} {'is wrong' if flag.verdict == 'wrong' else 'leaves something out'}"
