"""Who chooses: Murphy, a rotation that takes what was drilled longest ago, and plain chance."""

from collections.abc import Sequence
from random import Random

from bench.programme import Choose
from bench.worlds import World
from warroom.core.murphy import Cell, History, Situation, Tuning, propose
from warroom.core.murphy.rules import judge


def murphy(tuning: Tuning | None = None) -> Choose:
    tuning = tuning or Tuning()

    def choose(world: World, history: History, situation: Situation) -> str | None:
        return propose(world.deck, world.graph, history, situation, _seed(world), tuning).chosen

    return choose


def rotation(world: World, history: History, situation: Situation) -> str | None:
    """Least recently used; those that were never drilled first, in random order."""
    last = {card.id: _last(history, card.cell) for card in judge(world.deck, situation)[0]}
    oldest = min(last.values(), default=0.0)
    return _any(world, situation, [card for card, at in last.items() if at == oldest])


def chance(world: World, history: History, situation: Situation) -> str | None:
    """Any card the rules allow."""
    return _any(world, situation, [card.id for card in judge(world.deck, situation)[0]])


def _last(history: History, cell: Cell) -> float:
    drilled = history.cells.get(cell.name)
    return drilled.last.timestamp() if drilled else 0.0


def _any(world: World, situation: Situation, cards: Sequence[str]) -> str | None:
    dice = Random(f"{_seed(world)} {situation.drill} {situation.turn}")
    return dice.choice(cards) if cards else None


def _seed(world: World) -> str:
    return f"world {world.number}"
