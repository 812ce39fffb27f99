"""What `warroom lint` says: everything that is wrong, and what is allowed but probably not meant."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from warroom.core.runbook import Runbook, Step
from warroom.core.scenario import Inject, Scenario
from warroom.core.steps.check import FAILS, HOLDS
from warroom.core.steps.choose import Choose
from warroom.core.steps.kind import END
from warroom.core.when import Condition
from warroom.definitions import references
from warroom.definitions.loader import Source
from warroom.definitions.problems import Level, Problem
from warroom.definitions.reader import MappingFields
from warroom.definitions.sources import gather

_Remarks = Iterator[tuple[MappingFields, str, Level, str]]


def lint(paths: Sequence[Path]) -> tuple[Problem, ...]:
    """Every problem of these files, and of all definitions below these folders, in the order of files and lines."""
    sources = gather(paths)
    references.check(sources)
    for source in sources:
        if not source.problems:  # what could not be read in full would only be remarked on wrongly
            _remark(source)
    return tuple(sorted({problem for source in sources for problem in source.problems}))


def _remark(source: Source) -> None:
    match source.value:
        case Runbook() as runbook:
            remarks = _runbook(runbook, source.fields)
        case Scenario() as scenario:
            remarks = _scenario(scenario, source.fields)
        case _:
            return
    for fields, key, level, sentence in remarks:
        source.page.note(fields.place(key), sentence, level=level)


def _runbook(runbook: Runbook, fields: MappingFields) -> _Remarks:
    if not runbook.owner:
        yield (
            fields,
            "",
            "warning",
            f"nobody owns the runbook {runbook.id!r}; add `owner:` with the team that keeps it true",
        )
    parts = dict(zip((step.id for step in runbook.steps), fields.parts("steps"), strict=True))
    for step in runbook.steps:
        yield from _step(step, parts[step.id])
    yield from _paths(runbook, parts)


def _step(step: Step, fields: MappingFields) -> _Remarks:
    if step.id == END:
        yield fields, "id", "error", f"a step may not be called `{END}`: a `goto` of that name finishes the runbook"
    if not step.who:
        yield fields, "", "warning", f"step {step.id!r} is nobody's; add `who:` with a role"
    if isinstance(step.what, Choose) and len(step.what.options) == 1:
        yield (
            fields,
            "answers",
            "warning",
            f"step {step.id!r} asks a question that has only one answer; a `do` says it better",
        )
    if step.expected and step.overdue and step.overdue < step.expected:
        yield fields, "overdue", "warning", f"step {step.id!r} is overdue before it is expected to be done"


def _paths(runbook: Runbook, parts: Mapping[str, MappingFields]) -> _Remarks:
    onward = {step.id: set(_onward(runbook, step)) for step in runbook.steps}
    reached = _closure([runbook.steps[0].id], lambda step: onward.get(step, ()))
    back = {step: {each for each in onward if step in onward[each]} for step in (*onward, END)}
    ending = _closure([END], lambda step: back.get(step, ()))
    for step, fields in parts.items():
        if step not in reached:
            yield fields, "", "warning", f"no path through the runbook comes to step {step!r}"
        elif step not in ending:
            yield fields, "", "error", f"from step {step!r} no path comes to the end; give the loop a way out"


def _onward(runbook: Runbook, step: Step) -> Iterator[str]:
    """The steps that can follow this one; END for the end of the runbook."""
    answers = [answer.word for answer in step.what.answers()]
    if not answers:
        answers = [HOLDS, FAILS] if step.what.asks_world() else [""]
    for answer in answers:
        if not step.what.stays(answer):
            yield runbook.after(step, answer) or END


def _scenario(scenario: Scenario, fields: MappingFields) -> _Remarks:
    injects = dict(zip((each.id for each in scenario.injects), fields.parts("injects"), strict=True))
    for inject in scenario.injects:
        if inject.timing.at is not None and inject.timing.at > scenario.length:
            yield injects[inject.id], "at", "warning", f"inject {inject.id!r} is due after the game's length"
    yield from _circles(scenario, injects)
    for expectation, part in zip(scenario.expectations, fields.parts("expectations"), strict=True):
        behind = (expectation.after, *_injects_behind(scenario, expectation.met_by))
        for name in dict.fromkeys(behind):
            needed = scenario.inject(name)
            if needed and needed.timing.by_hand:
                sentence = f"expectation {expectation.id!r} can never be met unless {name!r} is played by hand"
                yield part, "", "warning", sentence


def _circles(scenario: Scenario, parts: Mapping[str, MappingFields]) -> _Remarks:
    """Injects that wait for each other, and so for ever."""
    waits = {inject.id: set(_waits_for(scenario, inject)) for inject in scenario.injects}
    for inject in scenario.injects:
        if inject.id in _closure(waits[inject.id], lambda each: waits.get(each, ())):
            key = "after" if inject.timing.after else "when"
            yield parts[inject.id], key, "error", f"inject {inject.id!r} waits, directly or by others, for itself"


def _waits_for(scenario: Scenario, inject: Inject) -> Iterator[str]:
    if inject.timing.after:
        yield inject.timing.after
    if inject.timing.when:
        yield from _injects_behind(scenario, inject.timing.when)


def _injects_behind(scenario: Scenario, condition: Condition) -> Iterator[str]:
    """The injects that must have been played before this can be true."""
    for kind, ref in condition.refers():
        expectation = scenario.expectation(ref) if kind == "expectation" else None
        if expectation:
            yield expectation.after
        elif kind in ("inject", "incident"):
            yield ref


def _closure(start: Iterable[str], onward: Callable[[str], Iterable[str]]) -> set[str]:
    """Everything that can be come to from `start`, the start included."""
    seen: set[str] = set()
    coming = list(start)
    while coming:
        here = coming.pop()
        if here not in seen:
            seen.add(here)
            coming.extend(onward(here))
    return seen
