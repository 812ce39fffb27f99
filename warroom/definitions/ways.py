"""Where each step of a runbook can lead, and why: what lint judges and what the graph draws.

Only what the text says is here. That anybody may skip any step, or stop a walk, is not a way through the runbook.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from warroom.core.runbook import Runbook, Step
from warroom.core.steps.check import Check
from warroom.core.steps.choose import Choose
from warroom.core.steps.confirm import DECLINED, Confirm
from warroom.core.steps.kind import END
from warroom.core.steps.parallel import Parallel


class Why(StrEnum):
    ANSWER = "answer"
    FAILED = "failed"
    LATE = "late"
    LIMIT = "limit"
    BRANCH = "branch"


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way from a step to another, or to END. `label` is what people read beside it; often nothing."""

    source: str
    target: str
    why: Why = Why.ANSWER
    label: str = ""


def ways(runbook: Runbook) -> tuple[Way, ...]:
    """Every way of the runbook, in the order of its steps; none of them twice."""
    return tuple(dict.fromkeys(way for step in runbook.steps for way in ways_from(runbook, step)))


def ways_from(runbook: Runbook, step: Step) -> Iterator[Way]:
    """The ways that lead on from one step; a branch of a parallel step is one of them."""
    if isinstance(step.what, Parallel):
        for branch in step.what.branches:
            yield Way(source=step.id, target=branch.first, why=Why.BRANCH, label=branch.title)
    for answer in step.what.outcomes():
        if not step.what.stays(answer):
            target = runbook.after(step, answer) or END
            yield Way(source=step.id, target=target, label=_label(step, answer))
    if step.failed:
        yield Way(source=step.id, target=step.failed, why=Why.FAILED, label="failed")
    if step.late and step.late.goto:
        yield Way(source=step.id, target=step.late.goto, why=Why.LATE, label="late")
    if step.at_most:
        times = f"after {step.at_most.times} times" if step.at_most.times > 1 else "after once"
        yield Way(source=step.id, target=step.at_most.then, why=Why.LIMIT, label=times)


def _label(step: Step, answer: str) -> str:
    match step.what:
        case Choose(options=options):
            return next((each.label or each.word for each in options if each.word == answer), answer)
        case Check():
            return answer
        case Confirm() if answer == DECLINED:
            return answer
    return ""
