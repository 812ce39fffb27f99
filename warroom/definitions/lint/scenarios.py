"""What lint says about a scenario."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import timedelta

from warroom.core.injects import AlertInject, Hint
from warroom.core.injects.hint import LADDER
from warroom.core.scenario import Inject, Scenario, planned
from warroom.core.when import EXPECTATION, Condition, Conditions
from warroom.definitions.lint.remark import Remark, Remarks
from warroom.definitions.problems import Level
from warroom.definitions.reader import MappingFields, near


def remarks(scenario: Scenario, fields: MappingFields) -> Remarks:
    """What comes too late or never, expectations that can hardly be met, dangers without a guard."""
    injects = dict(zip((each.id for each in scenario.injects), fields.parts("injects"), strict=True))
    yield from _times(scenario, injects)
    yield from _never(scenario, injects)
    yield from _places(scenario, injects)
    yield from _expectations(scenario, fields.parts("expectations"))
    yield from _alerts(scenario, injects, fields.parts("expectations"))
    yield from _ladders(scenario, injects)
    yield from _deck(scenario, fields.parts("deck"))
    yield from _breakages(scenario, fields)
    yield from _unused(scenario, fields)


def _last(scenario: Scenario) -> timedelta | None:
    """When the game ends by itself, on the clock; None when it does not."""
    return min((each.at for each in scenario.endings if each.at is not None and each.by_itself), default=None)


def _times(scenario: Scenario, parts: Mapping[str, MappingFields]) -> Remarks:
    last = _last(scenario)
    for name, at in planned(scenario.injects).items():
        key = "after" if parts[name].has("after") else "at"
        if at > scenario.length:
            yield Remark(fields=parts[name], key=key, sentence=f"inject {name!r} is due after the game's length")
        elif last is not None and at >= last:
            sentence = f"inject {name!r} is due when the game has already ended by itself"
            yield Remark(fields=parts[name], key=key, sentence=sentence)


def _expectations(scenario: Scenario, parts: tuple[MappingFields, ...]) -> Remarks:
    begins, last = {"": timedelta(0), **planned(scenario.injects)}, _last(scenario)
    for expectation, part in zip(scenario.expectations, parts, strict=True):
        behind = (expectation.after, *_injects_behind(scenario, expectation.met_by))
        for name in dict.fromkeys(filter(None, behind)):
            needed = scenario.inject(name)
            if needed and needed.timing.by_hand:
                sentence = f"expectation {expectation.id!r} can never be met unless {name!r} is played by hand"
                yield Remark(fields=part, sentence=sentence)
        start = begins.get(expectation.after)
        if not expectation.within:
            sentence = f"expectation {expectation.id!r} gives no time at all; nobody can meet it"
            yield Remark(fields=part, key="within", sentence=sentence)
        elif expectation.within > scenario.length:
            sentence = f"expectation {expectation.id!r} has more time than the game is long"
            yield Remark(fields=part, key="within", sentence=sentence)
        elif last is not None and start is not None and start < last < start + expectation.within:
            sentence = f"expectation {expectation.id!r} has time until after the game has ended by itself"
            yield Remark(fields=part, key="within", sentence=sentence)


def _places(scenario: Scenario, parts: Mapping[str, MappingFields]) -> Remarks:
    """Injects that follow one that is not played where they are."""
    everywhere = tuple(scenario.environments)
    for inject in scenario.injects:
        for name in dict.fromkeys(_waits_for(scenario, inject)):
            before = scenario.inject(name)
            there = before.environments or everywhere if before else everywhere
            if lost := [each for each in inject.environments or everywhere if each not in there]:
                sentence = f"inject {inject.id!r} follows {name!r}, which is not played in {', '.join(lost)}"
                yield Remark(fields=parts[inject.id], key=_timed_by(inject), sentence=sentence)


def _alerts(scenario: Scenario, parts: Mapping[str, MappingFields], expected: tuple[MappingFields, ...]) -> Remarks:
    """Conditions on an alert that no inject says."""
    every = (*scenario.injects, *(each.inject for each in scenario.deck))
    told = {(each.what.name, each.what.over) for each in every if isinstance(each.what, AlertInject)}
    waiting = [(parts[each.id], "when", each.timing.when) for each in scenario.injects]
    waiting += [(part, "met_by", each.met_by) for each, part in zip(scenario.expectations, expected, strict=True)]
    for part, key, condition in waiting:
        for each in condition.simple() if condition else ():
            over = each.word == "alert_over"
            if each.word in ("alert_firing", "alert_over") and (each.ref, over) not in told:
                says = "says that this alert is over" if over else "lets this alert fire"
                near_it = near(each.ref, [name for name, ended in told if ended is over])
                sentence = f"`{each.word}: {each.ref}` never comes; no inject {says}"
                yield Remark(fields=part, key=key, sentence=sentence, suggestion=near_it)


def _deck(scenario: Scenario, parts: tuple[MappingFields, ...]) -> Remarks:
    for mishap, part in zip(scenario.deck, parts, strict=True):
        needed = closure(mishap.needs, lambda name: card.needs if (card := scenario.mishap(name)) else ())
        if mishap.id in needed:
            sentence = f"mishap {mishap.id!r} needs, directly or by others, that it has been played itself"
            yield Remark(fields=part, key="needs", sentence=sentence)
        elif both := [each for each in mishap.excludes if each in needed]:
            sentence = f"mishap {mishap.id!r} needs {both[0]!r} and excludes it; it can never be drawn"
            yield Remark(fields=part, key="excludes", sentence=sentence)


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


def _never(scenario: Scenario, parts: Mapping[str, MappingFields]) -> Remarks:
    """Injects that wait for each other, and so for ever, and those that wait for one of these."""
    coming = _coming(scenario)
    waits = {
        inject.id: {name for name in _named(scenario, inject) if name not in coming and scenario.inject(name)}
        for inject in scenario.injects
        if inject.id not in coming
    }
    for inject in scenario.injects:
        if inject.id in coming:
            continue
        circle = inject.id in closure(waits[inject.id], lambda each: waits.get(each, ()))
        sentence = f"inject {inject.id!r} waits, directly or by others, for itself"
        if not circle:
            sentence = f"inject {inject.id!r} never comes by itself; what it waits for never does"
        level: Level = "error" if circle else "warning"
        yield Remark(fields=parts[inject.id], key=_timed_by(inject), level=level, sentence=sentence)


def _coming(scenario: Scenario) -> set[str]:
    """The injects that may come at all: by the clock, by hand, or on something that may become true."""
    coming = {each.id for each in scenario.deck}
    while more := {each.id for each in scenario.injects if each.id not in coming and _may_come(scenario, each, coming)}:
        coming |= more
    return coming


def _may_come(scenario: Scenario, inject: Inject, coming: Container[str]) -> bool:
    timing = inject.timing
    if timing.after:
        return timing.after in coming
    return timing.when is None or _may_hold(scenario, timing.when, coming)


def _may_hold(scenario: Scenario, condition: Conditions, coming: Container[str]) -> bool:
    each = (set(_behind(scenario, part)) for part in condition.simple())
    possible = [all(name in coming for name in names) for names in each]
    return any(possible) if condition.word == "any" else all(possible)


def _named(scenario: Scenario, inject: Inject) -> Iterator[str]:
    """Every inject that it may be waiting for."""
    if inject.timing.after:
        yield inject.timing.after
    for part in inject.timing.when.simple() if inject.timing.when else ():
        yield from _behind(scenario, part)


def _timed_by(inject: Inject) -> str:
    return "after" if inject.timing.after else "when"


def _waits_for(scenario: Scenario, inject: Inject) -> Iterator[str]:
    """The injects that must have been played before it can come."""
    if inject.timing.after:
        yield inject.timing.after
    yield from _injects_behind(scenario, inject.timing.when)


def _injects_behind(scenario: Scenario, condition: Conditions | None) -> Iterator[str]:
    """The injects that must have been played before this can be true; none where one of several is enough."""
    if condition is None or condition.word == "any":
        return
    for part in condition.simple():
        yield from _behind(scenario, part)


def _behind(scenario: Scenario, condition: Condition) -> Iterator[str]:
    """The injects that must have been played before this one condition can be true. Any can be skipped at any time."""
    for kind, ref in condition.refers() if condition.word != "skipped" else ():
        if kind != EXPECTATION:
            yield ref
        elif (expectation := scenario.expectation(ref)) and expectation.after:
            yield expectation.after


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
