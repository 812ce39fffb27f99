"""A year and a half of drills in one world, with whoever chooses the next bad thing.

Every fortnight five bad things, no more than two open at once, and all of them within a budget. Whether a bad thing is
dealt with is a coin: one that nearly always fails where the runbook is bad, else one that depends on the team's true
skill, the difficulty and what else is open. After the drill each runbook that was found bad is mended with a chance of
a half. Everybody who chooses is bound by the same hard rules.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from bench.worlds import World
from warroom.core.murphy import Cell, History, OpenCell, Result, Situation, chance_of_success, learn

FIRST = datetime(2026, 1, 5, 10, tzinfo=UTC)
EVERY = timedelta(days=14)
INJECTS, BUDGET, MAX_OPEN = 5, 26, 2
MENDED, FAILS_WHEN_BAD, LEARNS = 0.5, 0.9, 0.005

Choose = Callable[[World, History, Situation], str | None]  # the card to play


@dataclass(frozen=True, kw_only=True)
class Played:
    """One bad thing: `success` is how likely it truly was to be dealt with, `completes` whether it, with what was open,
    took down something that neither does alone."""

    cell: Cell
    drill: int
    at: datetime
    ends: datetime
    difficulty: int
    success: float
    load: float
    beside: tuple[Cell, ...]
    completes: bool
    passed: bool
    exposed: bool


@dataclass
class Programme:
    """What has happened so far. `bad` shrinks as runbooks are mended; `mended` says in which drill."""

    world: World
    dice: Random
    bad: set[Cell]
    skill: float
    history: History = field(default_factory=lambda: History(began=FIRST))
    played: list[Played] = field(default_factory=list)
    found: dict[Cell, int] = field(default_factory=dict)
    mended: dict[Cell, int] = field(default_factory=dict)
    ended: datetime = FIRST


def run(world: World, choose: Choose, drills: int) -> Programme:
    """The whole programme. The coins are the world's own; who chooses draws from none of them."""
    programme = Programme(world=world, dice=Random(f"{world.number} coins"), bad=set(world.bad), skill=world.skill)
    for drill in range(drills):
        _drill(programme, choose, drill)
        _mend(programme, drill)
    return programme


def _drill(programme: Programme, choose: Choose, drill: int) -> None:
    now, spent = FIRST + drill * EVERY, 0
    open_, ids = list[Played](), list[str]()
    by_id = {card.id: card for card in programme.world.deck}
    while len(ids) < INJECTS:
        if len(open_) == MAX_OPEN:
            now = max(now, min(each.ends for each in open_))
        open_ = _closed(programme, open_, now)
        picked = choose(programme.world, programme.history, _situation(programme, drill, now, open_, ids, spent))
        if picked is None and not open_:
            break
        if picked is None:
            now = min(each.ends for each in open_)
            continue
        card = by_id[picked]
        played = _play(programme, card.cell, card.difficulty, drill, now, open_)
        open_.append(played)
        ids.append(card.id)
        spent += card.cost
        now += timedelta(minutes=programme.dice.uniform(8, 16))
    _closed(programme, open_, now + timedelta(hours=2))
    programme.ended = now


def _situation(
    programme: Programme, drill: int, now: datetime, open_: list[Played], ids: list[str], spent: int
) -> Situation:
    falls_back = programme.world.falls_back
    return Situation(
        drill=f"{programme.world.number}/{drill}",
        turn=len(ids),
        now=now,
        open=tuple(OpenCell(cell=each.cell) for each in open_),
        played=tuple(ids),
        budget=BUDGET,
        spent=spent,
        max_open=MAX_OPEN,
        relied_on=tuple(falls_back[each.cell.service] for each in open_ if each.cell.service in falls_back),
    )


def _play(programme: Programme, cell: Cell, difficulty: int, drill: int, now: datetime, open_: list[Played]) -> Played:
    graph, dice = programme.world.graph, programme.dice
    down = frozenset(each.cell.service for each in open_)
    success = chance_of_success(programme.skill, difficulty, len(open_))
    exposed = cell in programme.bad and dice.random() < FAILS_WHEN_BAD
    passed = not exposed and dice.random() < success
    played = Played(
        cell=cell,
        drill=drill,
        at=now,
        ends=now + timedelta(minutes=dice.uniform(10, 20) if passed else dice.uniform(20, 40)),
        difficulty=difficulty,
        success=success,
        load=float(len(open_)),
        beside=tuple(each.cell for each in open_),
        completes=bool(graph.only_together(down, cell.service)),
        passed=passed,
        exposed=exposed,
    )
    programme.played.append(played)
    programme.skill += LEARNS
    if exposed:
        programme.found.setdefault(cell, drill)
    return played


def _closed(programme: Programme, open_: list[Played], now: datetime) -> list[Played]:
    """What is still open; what is over goes into the history."""
    for each in sorted((each for each in open_ if each.ends <= now), key=lambda each: each.ends):
        programme.history = learn(programme.history, _result(each))
    return [each for each in open_ if each.ends > now]


def _result(played: Played) -> Result:
    return Result(
        cell=played.cell,
        difficulty=played.difficulty,
        outcome=float(played.passed),
        at=played.at,
        load=played.load,
        beside=played.beside,
    )


def _mend(programme: Programme, drill: int) -> None:
    for cell in sorted(programme.bad & programme.found.keys()):
        if programme.dice.random() < MENDED:
            programme.bad.remove(cell)
            programme.mended[cell] = drill
