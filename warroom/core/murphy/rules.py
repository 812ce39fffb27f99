"""The hard rules: which cards may not be played now, and why. The first of the three layers.

Nothing that comes later may bring back a card that a rule rejected: no score, no starving cell, no size. Each rule is
one function in one table; a card is rejected by the first that has something to say, the gravest come first.
"""

from collections.abc import Callable, Iterable, Mapping

from warroom.core.declaring import dataclass
from warroom.core.murphy.cards import Card, CardKind, Size
from warroom.core.murphy.situation import Mode, Situation

_WORDS_AND_ALERTS = (CardKind.NARRATE, CardKind.ALERT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejection:
    """Which rule rejected a card, and a sentence with the reason."""

    card: str
    rule: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Moment:
    """The situation, and what follows from it for every card."""

    situation: Situation
    facts: frozenset[str]
    services: frozenset[str]


def judge(cards: Iterable[Card], situation: Situation) -> tuple[tuple[Card, ...], tuple[Rejection, ...]]:
    """The cards that may be played, and the rest with their reasons; both in the order of their ids."""
    deck = sorted(cards, key=lambda card: card.id)
    moment = _Moment(
        situation=situation,
        facts=frozenset((*situation.played, *situation.facts)),
        services=frozenset(each.cell.service for each in situation.open),
    )
    eligible: list[Card] = []
    rejected: list[Rejection] = []
    for card in deck:
        for name, rule in RULES.items():
            why = rule(card, moment)
            if why:
                rejected.append(Rejection(card=card.id, rule=name, why=why))
                break
        else:
            eligible.append(card)
    return tuple(eligible), tuple(rejected)


def _real_incident(card: Card, moment: _Moment) -> str:
    return "A real incident is open; nothing is played until it is over." if moment.situation.real_incident else ""


def _freeze(card: Card, moment: _Moment) -> str:
    return "Nothing real may be broken in a freeze window." if card.real and moment.situation.freeze else ""


def _autopilot(card: Card, moment: _Moment) -> str:
    if moment.situation.mode is not Mode.AUTOPILOT or (card.kind in _WORDS_AND_ALERTS and not card.real):
        return ""
    return f"On autopilot only words and alerts are played, and this is a card of kind {card.kind}."


def _environment(card: Card, moment: _Moment) -> str:
    allowed, here = card.environments, moment.situation.environment
    if card.real and not allowed:
        return "It breaks something real and does not say in which environments it may."
    if not allowed or here in allowed:
        return ""
    return f"It is for {' or '.join(allowed)}, and this game is in {here or 'no environment'}."


def _approval(card: Card, moment: _Moment) -> str:
    if not card.real:
        return ""
    until = moment.situation.approvals.get(card.id)
    if until is None:
        return "It breaks something real, and the owner of the service has not approved it."
    if until <= moment.situation.now:
        return f"The approval of the service's owner ended at {until.isoformat(sep=' ', timespec='minutes')}."
    return ""


def _not_ready(card: Card, moment: _Moment) -> str:
    return moment.situation.not_ready.get(card.id, "")


def _vetoed(card: Card, moment: _Moment) -> str:
    if card.id not in moment.situation.vetoed:
        return ""
    reason = moment.situation.vetoed[card.id]
    return f"Vetoed for this game: {reason}" if reason else "Vetoed for this game."


def _played(card: Card, moment: _Moment) -> str:
    return "It was already played in this game." if card.id in moment.situation.played else ""


def _same_service(card: Card, moment: _Moment) -> str:
    service = card.cell.service
    return f"Something is already open at {service}." if service and service in moment.services else ""


def _max_open(card: Card, moment: _Moment) -> str:
    there, most = len(moment.situation.open), moment.situation.max_open
    if card.size is Size.AMBIENT or there < most:
        return ""
    return f"{there} of at most {most} things are open."


def _budget(card: Card, moment: _Moment) -> str:
    if moment.situation.budget is None:
        return ""
    left = max(0, moment.situation.budget - moment.situation.spent)
    return "" if card.cost <= left else f"It costs {card.cost}, and {left} is left of the budget."


def _needs(card: Card, moment: _Moment) -> str:
    missing = [each for each in card.needs if each not in moment.facts]
    return f"It needs {' and '.join(missing)} first." if missing else ""


def _excludes(card: Card, moment: _Moment) -> str:
    in_the_way = [each for each in card.excludes if each in moment.facts]
    return f"It does not go with {' and '.join(in_the_way)}." if in_the_way else ""


RULES: Mapping[str, Callable[[Card, _Moment], str]] = {
    "real incident": _real_incident,
    "freeze": _freeze,
    "autopilot": _autopilot,
    "environment": _environment,
    "approval": _approval,
    "vetoed": _vetoed,
    "already played": _played,
    "same service": _same_service,
    "most open": _max_open,
    "budget": _budget,
    "needs": _needs,
    "excludes": _excludes,
    "not ready": _not_ready,
}
