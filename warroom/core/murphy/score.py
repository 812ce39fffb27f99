"""The score of a card: which of those that may be played is worth most. The third of the three layers.

Five terms, each from 0 to 1, are weighted and added, so that a proposal can print its own arithmetic.

    cover  the cell was never drilled; or not beside what is open now
    weak   it went badly, as far as is known
    risk   how far its loss reaches, against the farthest there is
    spite  somebody relies on it right now, or it is the last support of something
    fit    the players would succeed about as often as they should

Every contribution is rounded before it is added: what is printed adds up to the score, on every machine.

What is about no service (the chief executive asks) practises nothing: it covers nothing, and never starves.

A score alone would leave dull cells waiting for ever. The guard: as long as a cell is older than its days, only such
cells are drawn from. Netflix's Chaos Monkey has the same: `mandatoryTermination`, when a group had none for too long. (A
term for age was measured beside the guard, did nothing of its own, and was taken out.)
"""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from warroom.core.declaring import dataclass
from warroom.core.murphy.cards import Card, Cell
from warroom.core.murphy.graph import Graph
from warroom.core.murphy.learning import Drilled, History, chance_of_success, pair
from warroom.core.murphy.situation import Situation
from warroom.core.murphy.tuning import Tuning

PLACES = 3
_SLACK = 1.4  # a round of all cells may take so much longer than it has to
_DAY = 86400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What scores depend on besides the card. `down` are the services something is open at."""

    graph: Graph
    history: History
    situation: Situation
    tuning: Tuning
    down: frozenset[str]
    load: float

    @classmethod
    def of(cls, graph: Graph, history: History, situation: Situation, tuning: Tuning) -> "Setting":
        return cls(
            graph=graph,
            history=history,
            situation=situation,
            tuning=tuning,
            down=frozenset(each.cell.service for each in situation.open if each.cell.service),
            load=math.fsum(each.load for each in situation.open),
        )

    def drilled(self, card: Card) -> Drilled | None:
        return self.history.cells.get(card.cell.name)

    def new_beside(self, card: Card) -> tuple[Cell, ...]:
        """The open cells that the card's was never combined with."""
        pairs = self.history.pairs
        return tuple(each.cell for each in self.situation.open if pair(card.cell, each.cell) not in pairs)


def terms(card: Card, setting: Setting) -> dict[str, float]:
    """What each term contributes to the card's score, weighted and rounded."""
    weights = setting.tuning.weights
    return {name: round(getattr(weights, name) * term(card, setting), PLACES) for name, (term, _) in TERMS.items()}


def total(contributions: Mapping[str, float]) -> float:
    """The score that the contributions make."""
    return round(math.fsum(contributions.values()), PLACES)


def because(card: Card, setting: Setting) -> dict[str, str]:
    """Each term's reason in a few words."""
    return {name: words(card, setting) for name, (_, words) in TERMS.items()}


def starving(eligible: Iterable[Card], setting: Setting) -> tuple[Card, ...]:
    """The eligible cards whose cell is older than the guard allows."""
    limit, now = setting.tuning.guard_days, setting.situation.now
    if limit is None:
        limit = guard_days(setting.history, now)
    return tuple(card for card in eligible if card.cell.service and setting.history.age(card.cell, now) > limit)


def guard_days(history: History, now: datetime) -> float:
    """1.4 times as long as a round of all cells takes at the pace so far. In the first round no cell is that old.

    It is worked out from the history alone, so that a card more or less in the deck changes nothing for the others.
    """
    draws = sum(each.n for each in history.cells.values())
    if history.began is None or not draws:
        return math.inf
    return _SLACK * len(history.cells) * (now - history.began).total_seconds() / _DAY / draws


def _cover(card: Card, setting: Setting) -> float:
    if not card.cell.service:
        return 0.0
    never = float(setting.drilled(card) is None)
    there = len(setting.situation.open)
    return 0.7 * never + 0.3 * len(setting.new_beside(card)) / there if there else never


def _why_cover(card: Card, setting: Setting) -> str:
    if not card.cell.service:
        return "it is about no service"
    drilled = setting.drilled(card)
    times = "never drilled" if drilled is None else f"drilled {drilled.n} times"
    new = " and ".join(each.name for each in setting.new_beside(card))
    return f"{times}, never beside {new}" if new else times


def _weak(card: Card, setting: Setting) -> float:
    """Towards a half while little is known."""
    drilled = setting.drilled(card)
    return 0.5 if drilled is None else 1.0 - (drilled.n * drilled.outcome + 0.5) / (drilled.n + 1)


def _why_weak(card: Card, setting: Setting) -> str:
    drilled = setting.drilled(card)
    return "nothing is known" if drilled is None else f"outcome {drilled.outcome:.2f} of 1 in {drilled.n}"


def _risk(card: Card, setting: Setting) -> float:
    return setting.graph.reach(card.cell.service) / setting.graph.farthest


def _why_risk(card: Card, setting: Setting) -> str:
    return f"reach {setting.graph.reach(card.cell.service):.1f} of {setting.graph.farthest:.1f}"


def _spite(card: Card, setting: Setting) -> float:
    service = card.cell.service
    if service in setting.situation.relied_on:
        return 1.0
    if not service or not setting.down:
        return 0.0
    lost = setting.graph.weight(setting.graph.only_together(setting.down, service))
    return min(1.0, lost / setting.graph.heaviest)


def _why_spite(card: Card, setting: Setting) -> str:
    service = card.cell.service
    if service in setting.situation.relied_on:
        return f"an open step relies on {service}"
    lost = sorted(setting.graph.only_together(setting.down, service)) if service and setting.down else ()
    return f"with what is open it takes down {' and '.join(lost)}" if lost else "nobody relies on it now"


def _success(card: Card, setting: Setting) -> float:
    return chance_of_success(setting.history.rating, card.difficulty, setting.load)


def _fit(card: Card, setting: Setting) -> float:
    off = (_success(card, setting) - setting.tuning.success) / setting.tuning.width
    return math.exp(-off * off / 2)


def _why_fit(card: Card, setting: Setting) -> str:
    return f"{100 * _success(card, setting):.0f} % likely to go well"


TERMS: Mapping[str, tuple[Callable[[Card, Setting], float], Callable[[Card, Setting], str]]] = {
    "cover": (_cover, _why_cover),
    "weak": (_weak, _why_weak),
    "risk": (_risk, _why_risk),
    "spite": (_spite, _why_spite),
    "fit": (_fit, _why_fit),
}
