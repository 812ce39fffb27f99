"""A scenario as a plan: what comes when, what hangs on what, and what is expected by when.

What comes by the clock stands at its time. What waits for something else hangs below it: expectations below the inject
that starts their time, contingencies below the expectation that must be missed, hints below what they help with. A move
begins a part of the game. What hangs on nothing of the plan (a step of a runbook, the dungeon master's hand) comes last.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import timedelta

from warroom.core import durations
from warroom.core.declaring import dataclass
from warroom.core.injects import Move, Sideline
from warroom.core.scenario import Expectation, Inject, Mishap, Scenario
from warroom.core.scenario import planned as timed_by_the_clock
from warroom.core.when import EXPECTATION

START = "start"  # what expectations hang on that count from the start of the game
EXPECT, MISHAP = "expect", "mishap"
_DEEPEST = 8  # what hangs deeper than this stands below one another, no further in: nobody could read it
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One line of the plan. `at` is a reading of the game's clock if all goes as planned; for an expectation, its deadline.

    `when` says what it waits for, where that is not the clock; `facts` what there is to know beside its title; `under` is
    the id of what it hangs on, if that stands above it.
    """

    id: str
    kind: str
    title: str
    at: timedelta | None = None
    when: str = ""
    to: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    contingency: bool = False
    under: str = ""
    below: tuple["Item", ...] = ()

    def everything(self, depth: int = 0) -> Iterator[tuple[int, "Item"]]:
        """This and all that hangs on it, each with how deep."""
        yield depth, self
        for each in self.below:
            yield from each.everything(depth + 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of the game, begun by a move; the first has none."""

    move: Inject | None
    at: timedelta | None
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """`waiting` hangs on something that is not in the plan; `by_hand` on the dungeon master alone."""

    scenario: Scenario
    parts: tuple[Part, ...]
    waiting: tuple[Item, ...]
    by_hand: tuple[Item, ...]
    deck: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class _Hangs:
    """What hangs on which inject or expectation (`inject/ID`, `expectation/ID`), and the items that were placed."""

    on: Mapping[str, list[Inject | Expectation]]
    planned: Mapping[str, timedelta]
    placed: set[str] = field(default_factory=set)


def outline(scenario: Scenario) -> Outline:
    """The plan of this scenario. Everything in it stands in exactly one place."""
    planned = timed_by_the_clock(scenario.injects)
    hangs = _Hangs(on=_hanging(scenario, planned), planned=planned)
    timed = sorted(
        (each for each in scenario.injects if each.id in planned and not isinstance(each.what, Move)),
        key=lambda each: planned[each.id],
    )
    moves = [each for each in scenario.injects if isinstance(each.what, Move)]
    begins = sorted((each for each in moves if each.id in planned), key=lambda each: planned[each.id])
    start = tuple(_expected(each, hangs) for each in hangs.on.get(START, ()) if isinstance(each, Expectation))
    parts = [Part(move=None, at=None, items=(*start, *_items(timed, hangs, None, begins[:1])))]
    for at, move in enumerate(begins):
        below = _item(move, hangs).below
        items = (*below, *_items(timed, hangs, move, begins[at + 1 : at + 2]))
        parts.append(Part(move=move, at=planned[move.id], items=items))
    waiting = [each for each in scenario.injects if each.timing.when is not None or each.timing.after]
    by_hand = [each for each in scenario.injects if each.timing.by_hand]
    return Outline(
        scenario=scenario,
        parts=tuple(each for each in parts if each.items or each.move),
        waiting=tuple(_left(waiting, hangs)),
        by_hand=tuple(_left(by_hand, hangs)),
        deck=tuple(_mishap(each, hangs) for each in scenario.deck),
    )


def reading(at: timedelta) -> str:
    """A place on the game's clock as scenarios write it: `T+12m`, `T+1m30s`."""
    minutes, rest = divmod(at // _SECOND, 60)
    return f"T+{minutes}m{rest}s" if rest else f"T+{minutes}m"


def hangs_on(inject: Inject, planned: Mapping[str, timedelta]) -> str:
    """What this inject hangs below: `inject/ID`, `expectation/ID`; empty when it stands at its time, or on nothing."""
    if inject.id in planned:
        return ""
    if inject.timing.after:
        return f"inject/{inject.timing.after}"
    if inject.timing.when is not None:
        refers = [each.refers()[0] for each in inject.timing.when.simple() if each.refers()]
        kind, name = refers[0] if refers else ("", "")
        return f"{'expectation' if kind == EXPECTATION else 'inject'}/{name}" if name else ""
    return f"inject/{inject.what.about()}" if inject.what.about() else ""


def _hanging(scenario: Scenario, planned: Mapping[str, timedelta]) -> dict[str, list[Inject | Expectation]]:
    found: dict[str, list[Inject | Expectation]] = {}
    for expectation in scenario.expectations:
        found.setdefault(f"inject/{expectation.after}" if expectation.after else START, []).append(expectation)
    for inject in scenario.injects:
        if on := hangs_on(inject, planned):
            found.setdefault(on, []).append(inject)
    return found


def _items(timed: Iterable[Inject], hangs: _Hangs, move: Inject | None, following: list[Inject]) -> Iterator[Item]:
    """What comes by the clock from this move on, until the next one."""
    begin = hangs.planned[move.id] if move else timedelta.min
    end = hangs.planned[following[0].id] if following else timedelta.max
    yield from (_item(each, hangs) for each in timed if begin <= hangs.planned[each.id] < end)


def _left(injects: Iterable[Inject], hangs: _Hangs) -> Iterator[Item]:
    """Those that hang on nothing that has been placed, each with all that hangs on it."""
    several = list(injects)
    roots = [each for each in several if not hangs_on(each, hangs.planned)]
    for inject in (*roots, *several):
        if f"inject/{inject.id}" not in hangs.placed and inject.id not in hangs.planned:
            yield _item(inject, hangs)


def _item(inject: Inject, hangs: _Hangs, under: str = "", depth: int = 0) -> Item:
    hangs.placed.add(f"inject/{inject.id}")
    return Item(
        id=inject.id,
        kind=inject.what.word,
        title=inject.title,
        at=hangs.planned.get(inject.id),
        when=waits_for(inject),
        to=inject.to,
        facts=tuple(_facts(inject)),
        contingency=inject.contingency,
        under=under,
        below=tuple(_below(inject, hangs, depth + 1)) if depth < _DEEPEST else (),
    )


def _below(over: Inject | Expectation, hangs: _Hangs, depth: int) -> Iterator[Item]:
    """What hangs on this; where it would stand too deep, what hangs on that follows it."""
    coming = _hanging_on(over, hangs)
    while coming:
        under, each = coming.pop()
        if isinstance(each, Inject) and f"inject/{each.id}" in hangs.placed:
            continue
        yield (
            _expected(each, hangs, under, depth) if isinstance(each, Expectation) else _item(each, hangs, under, depth)
        )
        if depth == _DEEPEST:
            coming += _hanging_on(each, hangs)


def _hanging_on(over: Inject | Expectation, hangs: _Hangs) -> list[tuple[str, Inject | Expectation]]:
    """What hangs on this, each with its id, the first at the end."""
    place = f"{'expectation' if isinstance(over, Expectation) else 'inject'}/{over.id}"
    return [(over.id, each) for each in reversed(hangs.on.get(place, ()))]


def _expected(expectation: Expectation, hangs: _Hangs, under: str = "", depth: int = 0) -> Item:
    start = hangs.planned.get(expectation.after) if expectation.after else timedelta(0)
    by = f"met by {expectation.met_by.shown}" if expectation.met_by else f"an evaluator tells: {expectation.judged}"
    within = () if start is not None else (f"within {durations.write(expectation.within)}",)
    return Item(
        id=expectation.id,
        kind=EXPECT,
        title=expectation.what,
        at=None if start is None else start + expectation.within,
        to=(expectation.owner,) if expectation.owner else (),
        facts=(*within, by),
        under=under,
        below=tuple(_below(expectation, hangs, depth + 1)) if depth < _DEEPEST else (),
    )


def _mishap(mishap: Mishap, hangs: _Hangs) -> Item:
    item = _item(mishap.inject, hangs)
    needs = (f"needs {', '.join(mishap.needs)}",) if mishap.needs else ()
    not_with = (f"not after {', '.join(mishap.excludes)}",) if mishap.excludes else ()
    ambient = ("ambient",) if mishap.ambient else ()
    facts = (f"difficulty {mishap.difficulty}", *ambient, *needs, *not_with, *item.facts)
    return Item(id=item.id, kind=item.kind, title=item.title, to=item.to, facts=facts, below=item.below)


def waits_for(inject: Inject) -> str:
    """What it comes after or on, in words; empty for a time on the clock."""
    timing = inject.timing
    if timing.after:
        by = f"{durations.write(timing.by)} after" if timing.by else "right after"
        return f"{by} {timing.after}"
    if timing.when is not None:
        return f"when {timing.when.shown}"
    return "by hand" if timing.by_hand else ""


def _facts(inject: Inject) -> Iterator[str]:
    if inject.what.speaker():
        yield f"{inject.what.speaker()} says it"
    if inject.what.privately():
        yield f"to the {inject.what.privately()} alone"
    if isinstance(inject.what, Sideline):
        yield f"takes out the {inject.what.role} for {durations.write(inject.what.lasts)}"
    if inject.incident:
        of = ", ".join((*inject.incident.services, *inject.incident.failure_modes))
        yield f"opens {inject.incident.severity} “{inject.incident.title}”{f' ({of})' if of else ''}"
    if inject.fault:
        real = f" with {inject.fault.driver}" if inject.fault.real else ", in pretence"
        lasts = durations.write(inject.fault.lasts)
        yield f"breaks {inject.fault.target}{real}: {inject.fault.mode}, at most {lasts}"
    if inject.hands_off:
        yield f"hands off for {durations.write(inject.hands_off)}"
    if inject.environments:
        yield f"only in {', '.join(inject.environments)}"
