"""The hard rules: which cards may not be played now, and why. The first of the three layers.

Nothing that comes later may bring back a card that a rule rejected: no score, no starving cell, no size. Each rule is
one function in one table; a card is rejected by the first that has something to say, the gravest come first.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

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
class _Case:
    """A card before the rules. `barred` is what the cards that were played exclude, and which card does."""

    card: Card
    situation: Situation
    facts: frozenset[str]
    services: frozenset[str]
    barred: Mapping[str, str]


def judge(cards: Iterable[Card], situation: Situation) -> tuple[tuple[Card, ...], tuple[Rejection, ...]]:
    """The cards that may be played, and the rest with their reasons; both in the order of their ids."""
    deck = sorted(cards, key=lambda card: card.id)
    facts = frozenset({*situation.played, *situation.facts})
    services = frozenset(each.cell.service for each in situation.open)
    barred = {fact: card.id for card in reversed(deck) if card.id in situation.played for fact in card.excludes}
    eligible: list[Card] = []
    rejected: list[Rejection] = []
    for card in deck:
        found = _first(_Case(card=card, situation=situation, facts=facts, services=services, barred=barred))
        if found is None:
            eligible.append(card)
        else:
            rejected.append(found)
    return tuple(eligible), tuple(rejected)


def _first(case: _Case) -> Rejection | None:
    for name, rule in RULES.items():
        why = rule(case)
        if why:
            return Rejection(card=case.card.id, rule=name, why=why)
    return None


def _real_incident(case: _Case) -> str:
    return "A real incident is open; nothing is played until it is over." if case.situation.real_incident else ""


def _freeze(case: _Case) -> str:
    return "Nothing real may be broken in a freeze window." if case.card.real and case.situation.freeze else ""


def _autopilot(case: _Case) -> str:
    if case.situation.mode is not Mode.AUTOPILOT or (case.card.kind in _WORDS_AND_ALERTS and not case.card.real):
        return ""
    return f"On autopilot only words and alerts are played, and this is a card of kind {case.card.kind}."


def _environment(case: _Case) -> str:
    allowed, here = case.card.environments, case.situation.environment
    if case.card.real and not allowed:
        return "It breaks something real and does not say in which environments it may."
    if not allowed or here in allowed:
        return ""
    return f"It is for {' or '.join(allowed)}, and this game is in {here or 'no environment'}."


def _approval(case: _Case) -> str:
    if not case.card.real:
        return ""
    until = case.situation.approvals.get(case.card.id)
    if until is None:
        return "It breaks something real, and the owner of the service has not approved it."
    if until <= case.situation.now:
        return f"The approval of the service's owner ended at {until.isoformat(sep=' ', timespec='minutes')}."
    return ""


def _vetoed(case: _Case) -> str:
    if case.card.id not in case.situation.vetoed:
        return ""
    reason = case.situation.vetoed[case.card.id]
    return f"Vetoed for this game: {reason}" if reason else "Vetoed for this game."


def _played(case: _Case) -> str:
    return "It was already played in this game." if case.card.id in case.situation.played else ""


def _same_service(case: _Case) -> str:
    service = case.card.cell.service
    return f"Something is already open at {service}." if service and service in case.services else ""


def _max_open(case: _Case) -> str:
    there, most = len(case.situation.open), case.situation.max_open
    if case.card.size is Size.AMBIENT or there < most:
        return ""
    return f"{there} of at most {most} things are open."


def _budget(case: _Case) -> str:
    if case.situation.budget is None:
        return ""
    left = max(0, case.situation.budget - case.situation.spent)
    return "" if case.card.cost <= left else f"It costs {case.card.cost}, and {left} is left of the budget."


def _needs(case: _Case) -> str:
    missing = [each for each in case.card.needs if each not in case.facts]
    return f"It needs {' and '.join(missing)} first." if missing else ""


def _excludes(case: _Case) -> str:
    in_the_way = [each for each in case.card.excludes if each in case.facts]
    if in_the_way:
        return f"It does not go with {' and '.join(in_the_way)}."
    by = case.barred.get(case.card.id)
    return f"{by} was played and does not go with it." if by else ""


RULES: Mapping[str, Callable[[_Case], str]] = {
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
}
