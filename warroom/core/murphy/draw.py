"""Chance that can be replayed: a number for each card, from a hash of the seed, the drill, the turn and the card.

Adding such a number, drawn from the Gumbel distribution, to each score and taking the greatest chooses each card with
exactly its softmax probability (the Gumbel-max trick). Because every card has its own number, the order of the deck
does not matter, and taking away a card that was not chosen changes nothing. There is no state to keep: whoever has the
seed and the timeline draws the same.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping

_PLACES = 6
_BITS = 53  # as many as a float holds


def noises(seed: str, drill: str, turn: int, cards: Iterable[str]) -> dict[str, float]:
    """Each card's Gumbel number for one draw. It depends on no other card."""
    draw = hashlib.sha256(json.dumps([seed, drill, turn]).encode())
    return {card: _gumbel(draw.copy(), card) for card in cards}


def ranked(scores: Mapping[str, float], numbers: Mapping[str, float], temperature: float) -> tuple[str, ...]:
    """The cards in the order in which they are drawn. At temperature 0 chance only parts cards that score the same."""

    def key(card: str) -> tuple[float, float, str]:
        if temperature == 0:
            return scores[card], numbers[card], card
        return round(scores[card] / temperature + numbers[card], _PLACES), numbers[card], card

    return tuple(sorted(scores, key=key, reverse=True))


def chances(scores: Mapping[str, float], temperature: float) -> dict[str, float]:
    """How likely each card is to be drawn first; together 1."""
    if not scores:
        return {}
    best = max(scores.values())
    if temperature == 0:
        weights = {card: float(score == best) for card, score in scores.items()}
    else:
        weights = {card: math.exp((score - best) / temperature) for card, score in scores.items()}
    total = math.fsum(weights.values())
    return {card: weight / total for card, weight in weights.items()}


def fingerprint(seed: str) -> str:
    """A hash that commits to a seed without telling it. Take a seed nobody can guess: 32 random hexadecimal digits."""
    return hashlib.sha256(json.dumps(["warroom murphy", seed]).encode()).hexdigest()


def _gumbel(draw: "hashlib._Hash", card: str) -> float:
    draw.update(f"\n{card}".encode("utf-8", "surrogatepass"))
    uniform = ((int.from_bytes(draw.digest()[:8]) >> (64 - _BITS)) + 0.5) / (1 << _BITS)
    return round(-math.log(-math.log(uniform)), _PLACES)
