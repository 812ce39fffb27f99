"""What each word of a condition means in a room. The words themselves, and how they are read, are in `when`.

`since` is the reading of the room's clock from which things count that can happen again and again: a status update, a
phrase. For what an expectation waits for, that is when its time began; for an inject, the start of the game.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta

from warroom.core.faults import FaultState
from warroom.core.plan import ExpectationState, InjectState
from warroom.core.room import Room
from warroom.core.roster import COMMANDER
from warroom.core.runs import RunState, StepRun, StepState
from warroom.core.steps.check import FAILS, HOLDS
from warroom.core.when import Condition, Conditions, Several

START = timedelta(0)
Means = Callable[[Room, Condition, timedelta], bool]


def holds(room: Room, condition: Conditions, since: timedelta = START) -> bool:
    """Whether this is true in the room now."""
    if isinstance(condition, Several):
        each = (holds(room, part, since) for part in condition.parts)
        return all(each) if condition.word == "all" else any(each)
    return _MEANS[condition.word](room, condition, since)


def phrase_in(text: str, phrases: Iterable[str]) -> str:
    """The first of these phrases that is said in this text, however it is spaced or capitalised; empty for none."""
    said = " ".join(text.casefold().split())
    return next((each for each in phrases if " ".join(each.casefold().split()) in said), "")


def listens_for(condition: Conditions) -> tuple[str, ...]:
    """The phrases that make this condition true."""
    return tuple(phrase for each in condition.simple() for phrase in each.phrases)


# --- the plan


def _inject_is(*states: InjectState) -> Means:
    return lambda room, condition, since: room.plan is not None and room.plan.state(condition.ref) in states


def _expectation_is(*states: ExpectationState) -> Means:
    return lambda room, condition, since: room.plan is not None and room.plan.standing(condition.ref).state in states


def _fault_is(*states: FaultState) -> Means:
    def means(room: Room, condition: Condition, since: timedelta) -> bool:
        faults = [each for each in room.faults.values() if each.inject == condition.ref]
        return bool(faults) and all(each.state in states for each in faults)

    return means


# --- incidents


def _acknowledged(room: Room, condition: Condition, since: timedelta) -> bool:
    incident = room.incident_of(condition.ref)
    return incident is not None and incident.acknowledged_at is not None


def _mitigated(room: Room, condition: Condition, since: timedelta) -> bool:
    incident = room.incident_of(condition.ref)
    return incident is not None and (incident.mitigated_at is not None or not incident.open)


def _resolved(room: Room, condition: Condition, since: timedelta) -> bool:
    incident = room.incident_of(condition.ref)
    return incident is not None and not incident.open


def _severity_reached(room: Room, condition: Condition, since: timedelta) -> bool:
    incident = room.incident_of(condition.ref)
    return incident is not None and incident.severity <= condition.also


def _runbook_started(room: Room, condition: Condition, since: timedelta) -> bool:
    incident = room.incident_of(condition.ref)
    return incident is not None and any(run.incident == incident.id for run in room.runs.values())


def _marked(room: Room, condition: Condition, since: timedelta) -> bool:
    incident = room.incident_of(condition.ref)
    return incident is not None and condition.also in incident.marked


def _all_resolved(room: Room, condition: Condition, since: timedelta) -> bool:
    return bool(room.incidents) and not any(each.open for each in room.incidents.values())


# --- walks


def _steps(room: Room, ref: str) -> Iterable[StepRun]:
    runbook, _, step = ref.partition("/")
    return (run.of(step) for run in room.runs.values() if run.runbook.id == runbook)


def _step(fits: Callable[[StepRun, Condition], bool]) -> Means:
    return lambda room, condition, since: any(fits(there, condition) for there in _steps(room, condition.ref))


def _found(verdict: str) -> Means:
    return _step(
        lambda there, condition: there.verdict == verdict or (there.state is StepState.DONE and there.answer == verdict)
    )


def _answered(there: StepRun, condition: Condition) -> bool:
    return there.state is StepState.DONE and there.answer.casefold() == condition.also.casefold()


def _runbook_finished(room: Room, condition: Condition, since: timedelta) -> bool:
    return any(run.runbook.id == condition.ref and run.state is RunState.FINISHED for run in room.runs.values())


# --- people and what they say


def _role_taken(room: Room, condition: Condition, since: timedelta) -> bool:
    return condition.ref in room.roster.roles


def _commander_named(room: Room, condition: Condition, since: timedelta) -> bool:
    return COMMANDER in room.roster.roles


def _update_posted(room: Room, condition: Condition, since: timedelta) -> bool:
    return room.update is not None and room.update.reading >= since


def _said(room: Room, condition: Condition, since: timedelta) -> bool:
    return any(room.heard.get(phrase, -timedelta.resolution) >= since for phrase in condition.phrases)


def _alert(firing: bool) -> Means:
    return lambda room, condition, since: any(
        each.name == condition.ref and each.firing is firing for each in room.alerts.values()
    )


_MEANS: dict[str, Means] = {
    "played": _inject_is(InjectState.PLAYED),
    "skipped": _inject_is(InjectState.SKIPPED),
    "fault_active": _fault_is(FaultState.ACTIVE),
    "fault_undone": _fault_is(FaultState.ROLLED_BACK),
    "acknowledged": _acknowledged,
    "mitigated": _mitigated,
    "resolved": _resolved,
    "severity_reached": _severity_reached,
    "runbook_started": _runbook_started,
    "marked": _marked,
    "step_reached": _step(lambda there, condition: there.entered is not None),
    "step_done": _step(lambda there, condition: there.state is StepState.DONE),
    "step_failed": _step(lambda there, condition: there.state is StepState.FAILED),
    "answered": _step(_answered),
    "check_green": _found(HOLDS),
    "check_red": _found(FAILS),
    "runbook_finished": _runbook_finished,
    "met": _expectation_is(ExpectationState.MET, ExpectationState.LATE),
    "missed": _expectation_is(ExpectationState.MISSED, ExpectationState.LATE),
    "role_taken": _role_taken,
    "alert_firing": _alert(firing=True),
    "alert_over": _alert(firing=False),
    "update_posted": _update_posted,
    "commander_named": _commander_named,
    "all_resolved": _all_resolved,
    "said": _said,
}
