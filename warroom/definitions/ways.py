"""Where each step of a runbook can lead, and why: what lint judges and what the graph draws.

Only what the text says is here. That anybody may skip any step, or stop a walk, is not a way through the runbook.

A step inside a branch of a parallel step is another place than the same step outside of it, because the branch is over
where another begins or where the way goes on. A `Place` is therefore a step together with its branch.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from warroom.core.declaring import dataclass
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


@dataclass(frozen=True, slots=True)
class Place:
    """`branch` is the step that the branch it lies in begins at; `stops` where that is over; `join` what comes then."""

    step: str
    branch: str = ""
    join: str = ""
    stops: frozenset[str] = frozenset()


OVER = Place(END)  # the end of the runbook, and of a branch
_MOST_PLACES = 5_000  # parallel steps inside one another multiply; what is beyond this is not looked at


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


def explored(runbook: Runbook) -> dict[Place, list[tuple[Way, Place]]]:
    """Every place that a walk can come to, and where it leads from there; OVER where the walk or the branch ends."""
    by_step: dict[str, list[Way]] = {step.id: [] for step in runbook.steps}
    for way in ways(runbook):
        by_step[way.source].append(way)
    parallel = {step.id: (step.next, runbook.stops(step)) for step in runbook.steps if isinstance(step.what, Parallel)}
    found: dict[Place, list[tuple[Way, Place]]] = {}
    coming = [Place(runbook.steps[0].id)]
    while coming and len(found) < _MOST_PLACES:
        here = coming.pop()
        if here in found or here == OVER:
            continue
        found[here] = [(way, _leads(way, here, parallel)) for way in by_step[here.step]]
        coming.extend(place for _, place in found[here])
    return found


def _leads(way: Way, here: Place, parallel: Mapping[str, tuple[str, frozenset[str]]]) -> Place:
    if way.why is Why.BRANCH:
        join, stops = parallel[here.step]
        return Place(way.target, way.target, join, here.stops | stops)
    if way.target == END or way.target in here.stops:
        return OVER
    return Place(way.target, here.branch, here.join, here.stops)


def drawn(runbook: Runbook) -> tuple[Way, ...]:
    """The ways as a reader wants to see them: a branch ends where the way goes on after its parallel step."""
    found: list[Way] = []
    reached = set[str]()
    joined = {step.id for step in runbook.steps if isinstance(step.what, Parallel) and step.what.branches}
    for here, leads in explored(runbook).items():
        reached.add(here.step)
        for way, there in leads:
            if way.why is Why.ANSWER and here.step in joined:
                continue  # its branches lead on
            ends = here.join or END if there == OVER else way.target
            found.append(Way(source=way.source, target=ends, why=way.why, label=way.label))
    found += [way for way in ways(runbook) if way.source not in reached]
    order = {step.id: place for place, step in enumerate(runbook.steps)}
    return tuple(sorted(dict.fromkeys(found), key=lambda way: order[way.source]))
