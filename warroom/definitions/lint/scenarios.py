"""What lint says about a scenario."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from warroom.core.injects import Hint
from warroom.core.injects.hint import LADDER
from warroom.core.scenario import Inject, Scenario
from warroom.core.when import Conditions
from warroom.definitions.lint.remark import Remark, Remarks
from warroom.definitions.reader import MappingFields


def remarks(scenario: Scenario, fields: MappingFields) -> Remarks:
    """Injects that come too late or wait for each other, expectations that can hardly be met, dangers without a guard."""
    injects = dict(zip((each.id for each in scenario.injects), fields.parts("injects"), strict=True))
    yield from _times(scenario, injects)
    yield from _circles(scenario, injects)
    yield from _expectations(scenario, fields.parts("expectations"))
    yield from _ladders(scenario, injects)
    yield from _breakages(scenario, fields)
    yield from _unused(scenario, fields)


def _times(scenario: Scenario, parts: Mapping[str, MappingFields]) -> Remarks:
    last = min((each.at for each in scenario.endings if each.at is not None and each.by_itself), default=None)
    for inject in scenario.injects:
        at = inject.timing.at
        if at is None:
            continue
        if at > scenario.length:
            yield Remark(
                fields=parts[inject.id], key="at", sentence=f"inject {inject.id!r} is due after the game's length"
            )
        elif last is not None and at >= last:
            sentence = f"inject {inject.id!r} is due when the game has already ended by itself"
            yield Remark(fields=parts[inject.id], key="at", sentence=sentence)


def _expectations(scenario: Scenario, parts: tuple[MappingFields, ...]) -> Remarks:
    for expectation, part in zip(scenario.expectations, parts, strict=True):
        behind = (expectation.after, *_injects_behind(scenario, expectation.met_by))
        for name in dict.fromkeys(filter(None, behind)):
            needed = scenario.inject(name)
            if needed and needed.timing.by_hand:
                sentence = f"expectation {expectation.id!r} can never be met unless {name!r} is played by hand"
                yield Remark(fields=part, sentence=sentence)
        if expectation.within > scenario.length:
            sentence = f"expectation {expectation.id!r} has more time than the game is long"
            yield Remark(fields=part, key="within", sentence=sentence)


def _ladders(scenario: Scenario, parts: Mapping[str, MappingFields]) -> Remarks:
    """Hints are given in the order written; an answer before the nudge helps nobody."""
    seen: dict[str, int] = {}
    for inject in scenario.injects:
        if isinstance(inject.what, Hint):
            rung = LADDER.index(inject.what.level)
            if rung < seen.get(inject.what.on, 0):
                sentence = f"the hint {inject.id!r} is weaker than one before it about the same incident"
                yield Remark(fields=parts[inject.id], key="hint", sentence=sentence)
            seen[inject.what.on] = max(rung, seen.get(inject.what.on, 0))


def _breakages(scenario: Scenario, fields: MappingFields) -> Remarks:
    if not scenario.real_faults():
        return
    if not scenario.stops:
        yield Remark(fields=fields, sentence="something is really broken, and there are no `stop_conditions`")
    if not scenario.steady_state:
        yield Remark(fields=fields, sentence="something is really broken, and no `steady_state` is looked at before")
    if not scenario.environments:
        yield Remark(fields=fields, sentence="something is really broken, and no `environments` say where")


def _unused(scenario: Scenario, fields: MappingFields) -> Remarks:
    told = {team for each in (*scenario.injects, *(card.inject for card in scenario.deck)) for team in each.to}
    for team, part in fields.named("teams"):
        if team not in told:
            yield Remark(fields=part, sentence=f"the team {team!r} is never told anything of its own")
    shown = {each.objective for each in scenario.expectations}
    if any(shown) and (left := [number for number in range(1, len(scenario.objectives) + 1) if number not in shown]):
        numbers = ", ".join(map(str, left))
        yield Remark(
            fields=fields, key="objectives", sentence=f"no expectation shows objective {numbers}; nobody will know"
        )


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
    yield from _injects_behind(scenario, inject.timing.when)


def _injects_behind(scenario: Scenario, condition: Conditions | None) -> Iterator[str]:
    """The injects that must have been played before this can be true; none where one of several is enough."""
    if condition is None or getattr(condition, "word", "") == "any":
        return
    for kind, ref in condition.refers():
        expectation = scenario.expectation(ref) if kind == "expectation" else None
        if expectation and expectation.after:
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
