"""Who chooses: Murphy, a rotation that takes what was drilled longest ago, and plain chance."""

from collections.abc import Iterable

from bench.programme import Choose
from bench.worlds import World
from warroom.core.murphy import History, Situation, Tuning, propose
from warroom.core.murphy.draw import noises
from warroom.core.murphy.rules import judge


def murphy(tuning: Tuning | None = None) -> Choose:
    tuning = tuning or Tuning()

    def choose(world: World, history: History, situation: Situation) -> str | None:
        return propose(world.deck, world.graph, history, situation, _seed(world), tuning).chosen

    return choose


def rotation(world: World, history: History, situation: Situation) -> str | None:
    """Least recently used; those that were never drilled first, in random order."""

    def key(card: str) -> tuple[float, float]:
        drilled = history.cells.get(cells[card].name)
        return drilled.last.timestamp() if drilled else 0.0, numbers[card]

    cells = {card.id: card.cell for card in judge(world.deck, situation)[0]}
    numbers = _numbers(world, situation, cells)
    return min(cells, key=key, default=None)


def chance(world: World, history: History, situation: Situation) -> str | None:
    """Any card the rules allow."""
    numbers = _numbers(world, situation, [card.id for card in judge(world.deck, situation)[0]])
    return min(numbers, key=numbers.__getitem__, default=None)


def _seed(world: World) -> str:
    return f"world {world.number}"


def _numbers(world: World, situation: Situation, cards: Iterable[str]) -> dict[str, float]:
    return noises(_seed(world), situation.drill, situation.turn, cards)
