"""Invented companies to practise on: services that stand on one another, a deck, and runbooks of which some are bad.

A world is made from a number and never changes; what is invented is all in this file. The measured numbers are of
these worlds. They show whether each part of Murphy does what it is there for, not that people learn more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from warroom.core.murphy import Card, CardKind, Cell, Graph

SERVICES = 18
MODES = ("crash", "slow", "errors", "full", "cut off")


@dataclass(frozen=True, kw_only=True)
class World:
    """One company on the first day of its programme.

    bad          cells whose runbook does not work; nobody knows it yet
    falls_back   the service that the runbook of a service relies on, where it has one
    skill        how good the team really is, on the scale of a card's difficulty
    """

    number: int
    graph: Graph
    deck: tuple[Card, ...]
    bad: frozenset[Cell]
    falls_back: Mapping[str, str]
    skill: float


def make(number: int) -> World:
    """The world of this number, always the same."""
    dice = Random(number)
    graph = _graph(dice)
    deck = tuple(_card(dice, service, mode) for service in graph.services for mode in _modes(dice))
    bad = frozenset(
        card.cell for card in deck if dice.random() < 0.1 + 0.2 * graph.reach(card.cell.service) / graph.farthest
    )
    return World(
        number=number,
        graph=graph,
        deck=deck,
        bad=bad,
        falls_back=_falls_back(graph),
        skill=dice.uniform(5.0, 7.0),
    )


def _graph(dice: Random) -> Graph:
    """Each service stands on up to three earlier ones; of every five needs, two have somewhere to fall back on."""
    names = [f"service-{number:02}" for number in range(SERVICES)]
    needs = {name: _needs(dice, names[:place]) for place, name in enumerate(names)}
    return Graph(needs=needs, criticality={name: dice.randint(1, 10) for name in names})


def _needs(dice: Random, earlier: list[str]) -> tuple[tuple[str, ...], ...]:
    groups = [
        tuple(dice.sample(earlier, min(len(earlier), 2 if dice.random() < 0.4 else 1)))
        for _ in range(dice.randint(1, 3))
        if earlier
    ]
    return tuple(dict.fromkeys(groups))


def _modes(dice: Random) -> tuple[str, ...]:
    """Four ways to fail, or five: some 77 cells in all."""
    *always, _ = MODES
    return MODES if dice.random() < 0.28 else tuple(always)


def _card(dice: Random, service: str, mode: str) -> Card:
    """A card costs what it is hard."""
    difficulty = round(dice.triangular(1, 10, 5))
    return Card(
        id=f"{service}-{mode.replace(' ', '-')}",
        title=f"{service}: {mode}",
        cell=Cell(service, mode),
        kind=CardKind.ALERT,
        difficulty=difficulty,
        cost=difficulty,
    )


def _falls_back(graph: Graph) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for service in graph.services:
        for group in graph.needs[service]:
            for one, other in zip(group, reversed(group), strict=True):
                if one != other:
                    found.setdefault(one, other)
    return found
