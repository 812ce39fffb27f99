"""What lint says about the ways through a runbook: steps nobody comes to, loops that do not end, branches that tangle."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from warroom.core.runbook import Runbook
from warroom.core.steps.act import Act
from warroom.core.steps.announce import Announce
from warroom.core.steps.check import Check
from warroom.core.steps.kind import END
from warroom.core.steps.parallel import Parallel
from warroom.core.steps.wait import Wait
from warroom.definitions.lint.remark import Remark, Remarks
from warroom.definitions.reader import MappingFields
from warroom.definitions.ways import OVER, Place, Way, Why, explored

_SHOWN = 6  # steps of a loop in a sentence
_BY_ITSELF = (Check, Wait, Announce, Act)

_Steps = Mapping[Place, list[tuple[Way, Place]]]


def remarks(runbook: Runbook, fields: MappingFields) -> Remarks:
    """Every problem with where the steps of this runbook lead."""
    parts = dict(zip((step.id for step in runbook.steps), fields.parts("steps"), strict=True))
    onward = explored(runbook)
    trapped = _trapped(onward)
    yield from _unreached(parts, onward)
    for name in trapped:
        sentence = f"from step {name!r} no path comes to the end"
        yield Remark(fields=parts[name], level="error", sentence=sentence, suggestion="give the loop a way out")
    for steps, by_itself in _uncounted(runbook, list(parts), onward):
        if trapped.keys().isdisjoint(steps):  # otherwise the same has been said, and worse
            yield _endless(steps, parts[steps[0]], by_itself=by_itself)
    yield from _branches(runbook, parts, onward)


def _unreached(parts: Mapping[str, MappingFields], onward: _Steps) -> Remarks:
    reached = {place.step for place in onward}
    for step, fields in parts.items():
        if step not in reached:
            sentence = f"no path through the runbook comes to step {step!r}"
            yield Remark(
                fields=fields, sentence=sentence, suggestion="lead to it with a `goto` or `next`, or delete it"
            )


def _trapped(onward: _Steps) -> dict[str, None]:
    """The steps from which, somewhere, no way leads to the end; in the order in which they are come to."""
    back: dict[Place, list[Place]] = {}
    for here, leads in onward.items():
        for way, there in leads:
            if way.why is not Why.BRANCH:
                back.setdefault(there, []).append(here)
    ending, coming = set[Place](), [OVER, *(place for place in back if place not in onward)]
    while coming:
        here = coming.pop()
        if here not in ending:
            ending.add(here)
            coming.extend(back.get(here, ()))
    return dict.fromkeys(place.step for place in onward if place not in ending)


# --- loops without a counter


def _uncounted(runbook: Runbook, order: list[str], onward: _Steps) -> Iterator[tuple[list[str], bool]]:
    """Loops on which no counter lies, as steps, and whether they turn by themselves.

    One for all loops that begin at the same step: one counter may do for them.
    """
    limits = {step.id: step.at_most.then for step in runbook.steps if step.at_most}
    alone = {step.id for step in runbook.steps if isinstance(step.what, _BY_ITSELF)}
    every = {place: leads for place, leads in onward.items() if place.step not in limits}
    itself = {
        place: [each for each in leads if place.step in alone or each[0].why is Why.LATE]
        for place, leads in every.items()
    }
    told = set[str]()
    for edges in (itself, every):
        for loop in _loops(edges, limits):
            steps = _from_the_top(loop, order)
            if steps[0] not in told:
                told.add(steps[0])
                yield steps, edges is itself


def _loops(onward: _Steps, limits: Mapping[str, str]) -> Iterable[tuple[Place, ...]]:
    """The shortest loop through each place that no other loop found has passed, without those that are counted."""
    edges = {place: [_past(there, limits) for _, there in leads] for place, leads in onward.items()}
    seen: set[Place] = set()
    for place in edges:
        loop = () if place in seen else _back_to(place, edges)
        seen.update(loop)
        if loop:
            yield loop


def _past(place: Place, limits: Mapping[str, str]) -> Place:
    """Where a walk comes to instead of this place once every counter on the way has run out."""
    passed: set[str] = set()
    while place.step in limits and place.step not in passed:
        passed.add(place.step)
        then = limits[place.step]
        place = OVER if then == END or then in place.stops else replace(place, step=then)
    return OVER if place.step in passed else place


def _back_to(start: Place, edges: Mapping[Place, list[Place]]) -> tuple[Place, ...]:
    came: dict[Place, Place] = {}
    coming = [start]
    for here in coming:  # grows while it is gone through: the nearest first
        for there in edges.get(here, ()):
            if there == start:
                way = [here]
                while way[-1] != start:
                    way.append(came[way[-1]])
                return tuple(reversed(way))
            if there not in came and there in edges:
                came[there] = here
                coming.append(there)
    return ()


def _from_the_top(loop: tuple[Place, ...], order: list[str]) -> list[str]:
    """The steps of a loop, beginning with the one that stands first in the file."""
    first = min(range(len(loop)), key=lambda at: order.index(loop[at].step))
    return [place.step for place in (*loop[first:], *loop[:first])]


def _endless(steps: list[str], fields: MappingFields, *, by_itself: bool) -> Remark:
    shown = " → ".join(repr(step) for step in (*steps[:_SHOWN], steps[0]))
    shown = shown if len(steps) <= _SHOWN else shown.replace(f" → {steps[0]!r}", f" → … → {steps[0]!r}")
    what = "turns by itself and is never counted" if by_itself else "is never counted"
    return Remark(
        fields=fields,
        level="error",
        sentence=f"the loop {shown} {what}",
        suggestion="write `at_most:` on one of its steps, with `times` and where to go `then`",
    )


# --- branches


def _branches(runbook: Runbook, parts: Mapping[str, MappingFields], onward: _Steps) -> Remarks:
    outside = {place.step for place in onward if not place.stops}
    inside = {place.step for place in onward if place.stops}
    for step in runbook.steps:
        if isinstance(step.what, Parallel):
            yield from _tangled(step.id, step.what, step.next, parts[step.id], step.id in inside)
    for name in parts:
        if name in outside & inside:
            sentence = f"step {name!r} is come to inside a branch and outside of it"
            suggestion = "end the way before it with `next:` or `goto:`, so that it belongs to one of them"
            yield Remark(fields=parts[name], sentence=sentence, suggestion=suggestion)
    for here in dict.fromkeys(here for here, leads in onward.items() for way, _ in leads if _restarts(here, way)):
        sentence = f"step {here.step!r} leads back to where its branch begins, which ends the branch"
        suggestion = "lead to a step further on, or begin the branch one step earlier"
        yield Remark(fields=parts[here.step], sentence=sentence, suggestion=suggestion)


def _tangled(step: str, what: Parallel, onward: str, fields: MappingFields, within: bool) -> Remarks:
    if within:
        sentence = f"step {step!r} opens branches inside a branch; nobody can follow that on one card"
        yield Remark(fields=fields, sentence=sentence, suggestion="make it a runbook of its own and walk that")
    for branch in what.branches:
        if branch.first in (onward, step):
            sentence = f"the branch {branch.title!r} of step {step!r} is over before it begins"
            suggestion = f"begin it at a step of its own, not at {branch.first!r}"
            yield Remark(fields=fields, key="parallel", level="error", sentence=sentence, suggestion=suggestion)


def _restarts(here: Place, way: Way) -> bool:
    """Whether this way leads, inside a branch, to its own beginning: a loop was meant."""
    return way.why is not Why.BRANCH and bool(here.branch) and way.target == here.branch
