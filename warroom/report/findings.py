"""What the facts say: the summary, what went well, what did not, and what only people can answer.

Nothing is judged here that nobody wrote down beforehand. A thing went well or badly by an expectation of the scenario,
by a planned time of a runbook, or because it was plainly left undone.
"""

from collections.abc import Iterable, Iterator

from warroom.core.declaring import dataclass
from warroom.core.durations import mark, write
from warroom.core.faults import FaultState
from warroom.core.plan import ExpectationState
from warroom.core.runs import WARROOM, RunState
from warroom.core.scenario import RATINGS, Rating
from warroom.report.facts import (
    Course,
    ExpectationFacts,
    FaultFacts,
    IncidentFacts,
    InjectsFacts,
    Participant,
    RunFacts,
    StepFacts,
)
from warroom.report.gamefacts import GameFacts, Revealed
from warroom.report.phrasing import capital, day, hour, listed, many, number, quoted, sentence

MET, LATE, MISSED = ExpectationState.MET.value, ExpectationState.LATE.value, ExpectationState.MISSED.value
ARMED = ExpectationState.ARMED.value
RESOLVED = "resolved"


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """The parts of a report that its sentences are made of."""

    drill: bool
    title: str
    key: str
    course: Course
    people: tuple[Participant, ...]
    incidents: tuple[IncidentFacts, ...]
    expectations: tuple[ExpectationFacts, ...]
    injects: InjectsFacts
    runs: tuple[RunFacts, ...]
    faults: tuple[FaultFacts, ...]
    alerts_left_out: int
    undelivered: tuple[str, ...]
    doubled: int
    gaps: tuple[str, ...] = ()
    game: GameFacts | None = None


# --- the summary


def summary(m: Material) -> Iterator[str]:
    """A few sentences for somebody who reads nothing else."""
    yield _when(m)
    if m.drill:
        yield _who_played(m)
    yield from _what_failed(m)
    yield from _what_was_expected(m)
    yield from _what_was_walked(m)
    yield from _what_was_real(m)
    hints = sum(each.kind == "hint" for each in m.injects.played)
    if hints:
        yield f"The players were given {many(hints, 'hint')}."


def _when(m: Material) -> str:
    what = f"{quoted(m.title)} was an exercise" if m.drill else f"{quoted(m.title)} ({m.key}) was a real incident"
    course = m.course
    if course.started_at is None:
        return f"{what}; it was planned on {day(course.opened_at)} and has not been started."
    began = f"on {day(course.started_at)} at {hour(course.started_at)} UTC"
    if course.real is None:
        return f"{what}. It began {began} and is still going on."
    pauses = f", of which {write(course.game)} were played" if course.game is not None and course.pauses else ""
    broken = f" ({many(len(course.pauses), 'pause')})" if course.pauses else ""
    return f"{what}. It began {began} and lasted {write(course.real)}{pauses}{broken}."


def _who_played(m: Material) -> str:
    masters = [each.name for each in m.people if each.part == "dungeon master"]
    players = sum(each.part == "player" for each in m.people)
    was = "was" if len(masters) == 1 else "were"
    return f"{listed(masters)} {was} the dungeon master; {many(players, 'person', 'people')} played."


def _what_failed(m: Material) -> Iterator[str]:
    if not m.incidents:
        yield "No incident was opened."
    elif len(m.incidents) == 1:
        yield _one_incident(m.incidents[0])
    else:
        yield _several(m.incidents)


def _one_incident(incident: IncidentFacts) -> str:
    steps = [
        f"{word} after {write(after)}"
        for word, after in (
            ("acknowledged", incident.to_acknowledge),
            ("mitigated", incident.to_mitigate),
            ("resolved", incident.to_resolve),
        )
        if after is not None
    ]
    what = f"{quoted(incident.title)} ({incident.severity})"
    if incident.state != RESOLVED:
        steps.append("had not been resolved at the end")
    again = f" It had to be reopened {_times(incident.reopened)}." if incident.reopened else ""
    return (
        f"{what} was {listed(steps)}.{again}"
        if incident.to_acknowledge is not None
        else f"{what} was never acknowledged."
    )


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{number(count)} times")


def _several(incidents: tuple[IncidentFacts, ...]) -> str:
    times = [each.to_resolve for each in incidents if each.to_resolve is not None]
    opened = capital(many(len(incidents), "incident"))
    if not times:
        return f"{opened} were opened; none was resolved."
    how_many = "all" if len(times) == len(incidents) else number(len(times))
    were = "was" if len(times) == 1 else "were"
    spread = f"in {write(times[0])}" if len(times) == 1 else f"in {write(min(times))} to {write(max(times))}"
    return f"{opened} were opened; {how_many} {were} resolved, {spread}."


def _what_was_expected(m: Material) -> Iterator[str]:
    if not m.expectations:
        return
    states = [each.state for each in m.expectations]
    met, late, missed = (states.count(each) for each in (MET, LATE, MISSED))
    unjudged = sum(each.state == ARMED and each.by_people for each in m.expectations)
    parts = [
        f"{number(count)} {'was' if count == 1 else 'were'} {what}"
        for count, what in (
            (met, "done in time"),
            (late, "done too late"),
            (missed, "not done"),
            (unjudged, "judged by nobody"),
            (len(states) - met - late - missed - unjudged, "still open at the end"),
        )
        if count
    ]
    if met == len(states):
        parts = ["all were done in time"]
    yield f"Of {many(len(states), 'thing')} that the players were expected to do, {listed(parts)}."


def _what_was_walked(m: Material) -> Iterator[str]:
    if not m.runs:
        if m.incidents:
            yield "No runbook was walked."
        return
    finished = sum(each.state == RunState.FINISHED for each in m.runs)
    if len(m.runs) == 1:
        how = "to its end" if finished else "but not to its end"
        yield f"One runbook was walked, {how}: {quoted(m.runs[0].title)}."
        return
    how_many = "all" if finished == len(m.runs) else number(finished)
    yield f"{capital(many(len(m.runs), 'runbook'))} were walked, {how_many} to the end."


def _what_was_real(m: Material) -> Iterator[str]:
    real = [each for each in m.faults if each.real and each.broken]
    if real:
        still = [each.target for each in real if each.undone is None]
        undone = f"{listed(still)} had not been reported undone at the end" if still else "all of it was undone"
        yield f"Really broken for a while: {listed(dict.fromkeys(each.target for each in real))}; {undone}."
    for each in m.game.emergencies if m.game else ():
        opened = f"; the real incident was {listed(each.rooms)}" if each.rooms else ""
        yield f"Play was stopped at {mark(each.moment.clock)}, because something real was happening{opened}."


# --- what went well


def went_well(m: Material) -> Iterator[str]:
    for each in m.expectations:
        if each.state == MET and each.to_spare is not None:
            yield f"{_what(each)}: done in time, with {write(each.to_spare)} to spare."
    for incident in m.incidents:
        if incident.to_resolve is not None:
            yield f"{quoted(incident.title)} was resolved in {write(incident.to_resolve)}."
    for run in m.runs:
        if run.state == RunState.FINISHED and not any(step.overdue or step.state == "skipped" for step in run.steps):
            yield f"{quoted(run.title)} was walked to its end; no step was late and none was skipped."
    if m.faults and all(each.state in (FaultState.ROLLED_BACK, FaultState.REFUSED) for each in m.faults):
        yield "Everything that had been broken on purpose was undone."


def _what(expectation: ExpectationFacts) -> str:
    return expectation.what.rstrip(".")


# --- what did not go well


def went_wrong(m: Material) -> Iterator[str]:
    for each in m.expectations:
        yield from _expectation_failed(each)
    for incident in m.incidents:
        yield from _incident_failed(m, incident)
    for run in m.runs:
        yield from _run_failed(run)
    for fault in m.faults:
        yield from _fault_failed(fault)
    yield from _watched(m.game.revealed if m.game and m.game.revealed else Revealed())
    for inject in m.injects.played:
        if inject.kind == "hint":
            about = next((each.title for each in m.incidents if each.id == inject.incident), "")
            yield f"A hint ({inject.level}) was needed{f' for {quoted(about)}' if about else ''}."
    if m.injects.held:
        yield f"{capital(many(m.injects.held, 'inject'))} fell due while nobody was there to play what was planned."
    if m.alerts_left_out:
        yield f"Monitoring left {many(m.alerts_left_out, 'alert')} out of its messages."
    for what in m.undelivered:
        yield f"Not delivered: {what}."
    if m.doubled:
        yield f"{capital(many(m.doubled, 'message'))} stood in a channel twice for some seconds, until the second was removed."
    yield from map(sentence, m.gaps)


def _watched(behind: Revealed) -> Iterator[str]:
    for each in behind.hands_off:
        yield f"Automation was not given its time after {quoted(each.after)}: somebody {each.what}."
    for stop in behind.stops:
        yield sentence(f"This was to stay true, and did not: {stop.what}")
    for prediction in behind.predictions:
        restored = next((one for one in prediction.compared if one.happened == "Never"), None)
        if restored is not None:
            yield f"{quoted(prediction.about)} was to work again after {restored.predicted}, and never did."


def _expectation_failed(each: ExpectationFacts) -> Iterator[str]:
    if each.state == MISSED:
        yield f"{_what(each)}: not done within {write(each.deadline - each.armed)}."
    elif each.state == LATE and each.to_spare is not None:
        yield f"{_what(each)}: done, but {write(-each.to_spare)} too late."
    for rating in each.ratings:
        if rating.rating in _HARD:
            yield sentence(
                f"{_what(each)}: {RATINGS[Rating(rating.rating)]}{f'; {quoted(rating.note)}' if rating.note else ''}"
            )


_HARD = (Rating.M, Rating.U)


def _incident_failed(m: Material, incident: IncidentFacts) -> Iterator[str]:
    title, unresolved = quoted(incident.title), m.course.over and incident.state != RESOLVED
    ended = f"not resolved when {'play ended' if m.drill else 'the room was closed'}"
    if incident.to_acknowledge is None:
        yield f"Nobody acknowledged {title}{f', and it was {ended}' if unresolved else ''}."
    elif unresolved:
        yield f"{title} was {ended}."
    if incident.reopened:
        yield f"{title} was declared resolved too early; it had to be reopened {_times(incident.reopened)}."
    if incident.to_command is None:
        yield f"Nobody was in command of {title}."
    if incident.runbooks_found == ():
        yield f"There was no runbook for {title}."
    elif incident.runbooks_found and incident.to_runbook is None:
        yield f"There was a runbook for {title}, {quoted(incident.runbooks_found[0])}, and nobody opened it."


def _run_failed(run: RunFacts) -> Iterator[str]:
    for step in run.steps:
        yield from _step_failed(run, step)
    if run.state == RunState.ABANDONED:
        here = next((step.title for step in run.steps if step.state == "unfinished"), "")
        at = f" at {quoted(here)}" if here else ""
        if run.stopped_by == WARROOM:
            yield f"{quoted(run.title)} was not walked to its end: it stood{at} when {_ended(run.reason)}."
        else:
            yield sentence(f"{run.stopped_by} stopped walking {quoted(run.title)}{at}: {quoted(run.reason)}")


def _ended(reason: str) -> str:
    """Why the rules ended a walk, to follow `when`."""
    return reason.replace("has ended", "ended")


_FLAGS = {"wrong": "is wrong", "missing": "leaves something out", "unclear": "is unclear"}


def _step_failed(run: RunFacts, step: StepFacts) -> Iterator[str]:
    where = f"{quoted(step.title)} in {quoted(run.title)}"
    if step.overdue:
        planned = f" It was to take {write(step.planned)}." if step.planned is not None else ""
        took = f"took {write(step.took)}" if step.took is not None else "was never finished"
        yield f"{where} was overdue: it {took}{f' ({step.who})' if step.who else ''}.{planned}"
    if step.state == "skipped":
        yield sentence(f"{step.who} skipped {where}: {quoted(step.note)}")
    for flag in step.flags:
        if (what := _FLAGS.get(flag.verdict)) is not None:
            yield sentence(f"{where} {what}{f': {quoted(flag.comment)}' if flag.comment else ''}")
    if step.looked > len(step.findings):
        yield f"A check of {where} was never answered."


def _fault_failed(fault: FaultFacts) -> Iterator[str]:
    if fault.state == FaultState.STUCK:
        yield sentence(f"What was broken at {fault.target} could not be undone by itself: {fault.detail}")
    elif fault.state == FaultState.REFUSED:
        yield sentence(f"{fault.target} could not be broken as planned: {fault.detail}")
    elif fault.state != FaultState.ROLLED_BACK:
        yield f"What was broken at {fault.target} had not been reported undone at the end."
    elif "time is up" in fault.why_undone:
        yield f"What was broken at {fault.target} had to be undone because its time was up."


# --- what only people can answer


def prompts(*, drill: bool) -> tuple[str, ...]:
    """Questions that no timeline answers."""
    return (
        "Where did we get lucky?",
        "What did only one of us know?",
        "What in the runbooks was wrong, missing or hard to find?",
        "What would have hurt more on a real day?" if drill else "Have we practised this, and did practice help?",
    )


def distinct(sentences: Iterable[str]) -> tuple[str, ...]:
    """Each sentence once, in order: what was said twice of one step needs no second row."""
    return tuple(dict.fromkeys(sentences))
