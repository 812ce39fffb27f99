"""The hard rules: what they reject, what they say, and that nothing gets past them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.core.murphy.states import NOW, states
from warroom.core.murphy import (
    RULES,
    Card,
    CardKind,
    Cell,
    Graph,
    History,
    Mode,
    OpenCell,
    Situation,
    Size,
    propose,
)


def allowed(card: Card, now: Situation) -> bool:
    """The rules once more, as one sentence."""
    so = {*now.played, *now.facts}
    return (
        not now.real_incident
        and not (card.real and now.freeze)
        and not (card.real and not (card.id in now.approvals and now.approvals[card.id] > now.now))
        and not (card.real and now.environment not in card.environments)
        and not (card.environments and now.environment not in card.environments)
        and not (now.mode is Mode.AUTOPILOT and card.kind in (CardKind.FAULT, CardKind.HUMAN))
        and card.id not in now.vetoed
        and card.id not in now.played
        and not (card.cell.service and card.cell.service in {each.cell.service for each in now.open})
        and (card.size is Size.AMBIENT or len(now.open) < now.max_open)
        and (now.budget is None or card.cost <= max(0, now.budget - now.spent))
        and so.issuperset(card.needs)
        and so.isdisjoint(card.excludes)
    )


def test_nothing_gets_past_the_rules() -> None:
    """Whatever is known and tuned, a card is drawn from only if every rule allows it; the others all have a reason."""
    for state in states(600):
        proposal, now = state.draw(), state.situation
        may = {card.id for card in state.deck if allowed(card, now)}
        passing = {card.id for card in state.deck if card.size in now.gate.passes}
        assert {each.card for each in proposal.scored} <= may & passing, state.number
        assert {each.card for each in proposal.rejected} == {card.id for card in state.deck} - may, state.number
        assert set(proposal.held) == may - passing, state.number
        assert len(proposal.scored) + proposal.waiting == len(may & passing), state.number
        assert (proposal.chosen is None) == (not may & passing), state.number
        assert all(each.why and each.rule in RULES for each in proposal.rejected), state.number


def test_nothing_real_when_it_must_not_be() -> None:
    """With a real incident open, in a freeze, or with approvals that have ended, no real fault is ever offered."""
    could = 0
    for state in states(600):
        real = {card.id for card in state.deck if card.real}
        safe = replace(
            QUIET,
            environment="staging",
            approvals=dict.fromkeys(real, NOW + timedelta(hours=1)),
            mode=state.situation.mode,
        )
        could += bool(real & {each.card for each in replace(state, situation=safe).draw().scored})
        for situation in (safe, state.situation):
            for unsafe in (
                replace(situation, real_incident=True),
                replace(situation, freeze=True),
                replace(situation, approvals=dict.fromkeys(real, NOW - timedelta(seconds=1))),
                replace(situation, approvals=dict.fromkeys(real, NOW)),
                replace(situation, approvals={}),
                replace(situation, mode=Mode.AUTOPILOT),
                replace(situation, environment="home"),
            ):
                proposal = replace(state, situation=unsafe).draw()
                assert not real & {each.card for each in proposal.scored}, state.number
                assert proposal.chosen not in real, state.number
    assert could > 50  # or there was nothing to forbid


CARD = Card(id="gone", title="Gone", cell=Cell("databases", "crash"), cost=6)
REAL = replace(CARD, kind=CardKind.FAULT, real=True, environments=("staging",))
QUIET = Situation(drill="G1", turn=1, now=NOW)
STAGING = replace(QUIET, environment="staging", approvals={"gone": NOW + timedelta(hours=1)})
SEARCH = OpenCell(cell=Cell("search", "slow"))


@pytest.mark.parametrize(
    ("card", "situation", "rule", "why"),
    [
        (
            CARD,
            replace(QUIET, real_incident=True),
            "real incident",
            "A real incident is open; nothing is played until it is over.",
        ),
        (REAL, replace(STAGING, freeze=True), "freeze", "Nothing real may be broken in a freeze window."),
        (
            replace(CARD, kind=CardKind.HUMAN),
            replace(QUIET, mode=Mode.AUTOPILOT),
            "autopilot",
            "On autopilot only words and alerts are played, and this is a card of kind human.",
        ),
        (
            replace(REAL, environments=()),
            STAGING,
            "environment",
            "It breaks something real and does not say in which environments it may.",
        ),
        (REAL, QUIET, "environment", "It is for staging, and this game is in no environment."),
        (
            REAL,
            replace(STAGING, approvals={}),
            "approval",
            "It breaks something real, and the owner of the service has not approved it.",
        ),
        (
            REAL,
            replace(STAGING, approvals={"gone": NOW}),
            "approval",
            "The approval of the service's owner ended at 2026-10-21 10:00+00:00.",
        ),
        (CARD, replace(QUIET, vetoed={"gone": "too early"}), "vetoed", "Vetoed for this game: too early"),
        (CARD, replace(QUIET, vetoed={"gone": ""}), "vetoed", "Vetoed for this game."),
        (CARD, replace(QUIET, played=("gone",)), "already played", "It was already played in this game."),
        (
            CARD,
            replace(QUIET, open=(OpenCell(cell=Cell("databases", "slow")),)),
            "same service",
            "Something is already open at databases.",
        ),
        (CARD, replace(QUIET, open=(SEARCH,), max_open=1), "most open", "1 of at most 1 things are open."),
        (CARD, replace(QUIET, budget=10, spent=5), "budget", "It costs 6, and 5 is left of the budget."),
        (CARD, replace(QUIET, budget=10, spent=12), "budget", "It costs 6, and 0 is left of the budget."),
        (replace(CARD, needs=("night", "first")), QUIET, "needs", "It needs night and first first."),
        (
            replace(CARD, excludes=("night",)),
            replace(QUIET, facts=("night",)),
            "excludes",
            "It does not go with night.",
        ),
    ],
)
def test_each_rule_says_why(card: Card, situation: Situation, rule: str, why: str) -> None:
    """A rejected card has the rule's name and a sentence a tired person understands."""
    (rejection,) = propose([card], Graph(), History(), situation, "seed").rejected
    assert (rejection.rule, rejection.why) == (rule, why)


def test_a_real_fault_with_everything_in_order() -> None:
    """The rules do not forbid what was approved, where it may be, outside a freeze, with somebody to choose it."""
    assert propose([REAL], Graph(), History(), STAGING, "seed").chosen == "gone"
    assert propose([REAL], Graph(), History(), replace(STAGING, mode=Mode.SEALED), "seed").chosen == "gone"


def test_an_ambient_card_opens_nothing() -> None:
    """When as much is open as may be, the chief executive can still ask how it goes."""
    asks = Card(id="ceo", title="How does it go?", cell=Cell("", "question"), size=Size.AMBIENT)
    assert propose([asks], Graph(), History(), replace(QUIET, open=(SEARCH,), max_open=1), "seed").chosen == "ceo"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"difficulty": 0}, "the difficulty of card 'gone' is 0; it goes from 1 to 10"),
        ({"difficulty": 11}, "the difficulty of card 'gone' is 11; it goes from 1 to 10"),
        ({"cost": -1}, "card 'gone' costs -1; a cost is 0 or more"),
        ({"real": True}, "card 'gone' is real, but of kind narrate; only a fault breaks something real"),
    ],
)
def test_what_cannot_be_a_card(change: dict[str, int], sentence: str) -> None:
    """A card that makes no sense is refused with a sentence that names it."""
    with pytest.raises(ValueError, match="gone") as refused:
        replace(CARD, **change)
    assert str(refused.value) == sentence


def test_two_cards_of_one_name() -> None:
    """A deck with two cards of one id is refused: nobody could tell which was played."""
    with pytest.raises(ValueError, match="two cards of the deck are called 'gone'"):
        propose([CARD, CARD], Graph(), History(), QUIET, "seed")
