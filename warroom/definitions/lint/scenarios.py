"""What lint says about a scenario."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from warroom.core.scenario import Inject, Scenario
from warroom.core.when import Condition
from warroom.definitions.lint.remark import Remark, Remarks
from warroom.definitions.reader import MappingFields


def remarks(scenario: Scenario, fields: MappingFields) -> Remarks:
    """Injects that come too late or wait for each other, and expectations that can hardly be met."""
    injects = dict(zip((each.id for each in scenario.injects), fields.parts("injects"), strict=True))
    for inject in scenario.injects:
        if inject.timing.at is not None and inject.timing.at > scenario.length:
            yield Remark(
                fields=injects[inject.id], key="at", sentence=f"inject {inject.id!r} is due after the game's length"
            )
    yield from _circles(scenario, injects)
    for expectation, part in zip(scenario.expectations, fields.parts("expectations"), strict=True):
        behind = (expectation.after, *_injects_behind(scenario, expectation.met_by))
        for name in dict.fromkeys(behind):
            needed = scenario.inject(name)
            if needed and needed.timing.by_hand:
                sentence = f"expectation {expectation.id!r} can never be met unless {name!r} is played by hand"
                yield Remark(fields=part, sentence=sentence)


def _circles(scenario: Scenario, parts: Mapping[str, MappingFields]) -> Remarks:
    """Injects that wait for each other, and so for ever."""
    waits = {inject.id: set(_waits_for(scenario, inject)) for inject in scenario.injects}
    for inject in scenario.injects:
        if inject.id in closure(waits[inject.id], lambda each: waits.get(each, ())):
            key = "after" if inject.timing.after else "when"
            sentence = f"inject {inject.id!r} waits, directly or by others, for itself"
            yield Remark(fields=parts[inject.id], key=key, level="error", sentence=sentence)


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


def closure(start: Iterable[str], onward: Callable[[str], Iterable[str]]) -> set[str]:
    """Everything that can be come to from `start`, the start included."""
    seen: set[str] = set()
    coming = list(start)
    while coming:
        here = coming.pop()
        if here not in seen:
            seen.add(here)
            coming.extend(onward(here))
    return seen
