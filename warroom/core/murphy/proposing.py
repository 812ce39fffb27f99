"""A draw: rules, then gate, then score and chance, in this order; and all that is needed to explain it afterwards.

A proposal is kept on the timeline, so that a replay reads it and never draws again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field

from warroom.core.declaring import dataclass
from warroom.core.murphy.cards import Card
from warroom.core.murphy.draw import chances, fingerprint, noises, ranked
from warroom.core.murphy.graph import Graph
from warroom.core.murphy.learning import History
from warroom.core.murphy.pacing import Gate
from warroom.core.murphy.rules import Rejection, judge
from warroom.core.murphy.score import Setting, because, starving, terms, total
from warroom.core.murphy.situation import Mode, Situation
from warroom.core.murphy.tuning import Tuning

SHOWN = 3  # how many cards are offered with their reasons
_PLACES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A card that may be played. `terms` add up to `score`; `because` has a reason for each if the card is offered."""

    card: str
    title: str
    cell: str
    terms: Mapping[str, float]
    score: float
    chance: float
    noise: float
    because: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """One draw.

    chosen    the card that was drawn; None when nothing may be played
    scored    what it was drawn from, in the order in which it was drawn: the chosen one, then the runners-up
    held      cards that the rules allow and the gate does not
    waiting   how many allowed cards had to stand back because cells that starve go first
    seed      the fingerprint of the seed
    """

    drill: str
    turn: int
    mode: Mode
    seed: str
    temperature: float
    gate: Gate
    chosen: str | None
    scored: tuple[Scored, ...]
    held: tuple[str, ...]
    waiting: int
    rejected: tuple[Rejection, ...]

    @property
    def offered(self) -> tuple[Scored, ...]:
        """The first few: the chosen card and those that follow it when it is passed over."""
        return self.scored[:SHOWN]


def propose(
    cards: Iterable[Card],
    graph: Graph,
    history: History,
    situation: Situation,
    seed: str,
    tuning: Tuning | None = None,
) -> Proposal:
    """Draw the next card. The same arguments give the same proposal, in whatever order the cards come.

    Raises ValueError when two cards have the same id.
    """
    tuning = tuning or Tuning()
    deck = _deck(cards)
    eligible, rejected = judge(deck.values(), situation)
    passing = tuple(card for card in eligible if card.size in situation.gate.passes)
    setting = Setting.of(graph, history, situation, tuning)
    among = starving(passing, setting) or passing
    scored = _scored(among, setting, seed)
    return Proposal(
        drill=situation.drill,
        turn=situation.turn,
        mode=situation.mode,
        seed=fingerprint(seed),
        temperature=float(tuning.temperature),
        gate=situation.gate,
        chosen=scored[0].card if scored else None,
        scored=scored,
        held=tuple(card.id for card in eligible if card.size not in situation.gate.passes),
        waiting=len(passing) - len(among),
        rejected=rejected,
    )


def honest(proposal: Proposal, seed: str) -> bool:
    """Whether a proposal was really drawn from this seed: what was committed to, every number, and the order."""
    scores = {each.card: each.score for each in proposal.scored}
    numbers = noises(seed, proposal.drill, proposal.turn, scores)
    return (
        proposal.seed == fingerprint(seed)
        and all(each.noise == numbers[each.card] and each.score == total(each.terms) for each in proposal.scored)
        and tuple(scores) == ranked(scores, numbers, proposal.temperature)
        and proposal.chosen == next(iter(scores), None)
    )


def _deck(cards: Iterable[Card]) -> dict[str, Card]:
    deck: dict[str, Card] = {}
    for card in cards:
        if card.id in deck:
            raise ValueError(f"two cards of the deck are called {card.id!r}; give one of them another id")
        deck[card.id] = card
    return deck


def _scored(among: tuple[Card, ...], setting: Setting, seed: str) -> tuple[Scored, ...]:
    situation, temperature = setting.situation, setting.tuning.temperature
    by_id = {card.id: card for card in among}
    contributions = {card.id: terms(card, setting) for card in among}
    scores = {card: total(each) for card, each in contributions.items()}
    numbers = noises(seed, situation.drill, situation.turn, scores)
    likely = chances(scores, temperature)
    return tuple(
        Scored(
            card=card,
            title=by_id[card].title,
            cell=by_id[card].cell.name,
            terms=contributions[card],
            score=scores[card],
            chance=round(likely[card], _PLACES),
            noise=numbers[card],
            because=because(by_id[card], setting) if place < SHOWN else {},
        )
        for place, card in enumerate(ranked(scores, numbers, temperature))
    )
