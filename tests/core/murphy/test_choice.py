"""The score and the draw: what chance may do here, and what it may not."""

import math
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.murphy.states import NOW, calm_states, states
from tests.examples import many
from warroom.core.murphy import (
    Card,
    Cell,
    Drilled,
    Graph,
    History,
    OpenCell,
    Proposal,
    Result,
    Situation,
    Size,
    Tuning,
    Weights,
    honest,
    learn,
    propose,
)
from warroom.core.murphy.draw import chances, fingerprint, noises, ranked
from warroom.core.murphy.score import TERMS, Setting, guard_days


def order(proposal: Proposal) -> list[str]:
    return [each.card for each in proposal.scored]


def test_the_order_of_the_deck_does_not_matter() -> None:
    """The same seed gives the same proposal, however the deck was shuffled."""
    for state in states(600):
        shuffled = Random(state.number).sample(state.deck, len(state.deck))
        assert replace(state, deck=tuple(shuffled)).draw() == state.draw(), state.number


def test_a_card_that_lost_changes_nothing() -> None:
    """Without any one of the cards that were not drawn, the same is drawn, and the rest follows in the same order."""
    for state in calm_states(300):
        before = order(state.draw())
        for lost in before[1:]:
            without = tuple(card for card in state.deck if card.id != lost)
            after = order(replace(state, deck=without).draw())
            assert after == [each for each in before if each != lost], state.number


def test_terms_are_shares_and_add_up() -> None:
    """Every term is from 0 to 1, and the contributions that are kept add up to the score that is kept."""
    for state in states(600):
        setting = Setting.of(state.graph, state.history, state.situation, state.tuning)
        assert all(0.0 <= term(card, setting) <= 1.0 for card in state.deck for term, _ in TERMS.values()), state.number
        for each in state.draw().scored:
            assert sum(round(1000 * value) for value in each.terms.values()) == round(1000 * each.score), state.number
            assert each.terms.keys() == TERMS.keys()


def test_without_chance_the_best_wins() -> None:
    """At temperature 0 a card of the greatest score is drawn, and the chances say so."""
    for state in calm_states(300):
        proposal = replace(state, tuning=replace(state.tuning, temperature=0)).draw()
        scores = [each.score for each in proposal.scored]
        assert scores == sorted(scores, reverse=True), state.number
        assert all(each.chance == 0 for each in proposal.scored if each.score < max(scores)), state.number


@settings(max_examples=many(40), deadline=None)
@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1), min_size=1))
def test_with_all_the_chance_anything_wins(scores: dict[str, float]) -> None:
    """At a very high temperature every card is as likely as any other; at each, all chances make one."""
    assert chances(scores, 1e6) == pytest.approx(dict.fromkeys(scores, 1 / len(scores)), abs=1e-5)
    for temperature in (0, 0.03, 1):
        assert math.fsum(chances(scores, temperature).values()) == pytest.approx(1)


CARDS = tuple(
    Card(id=f"card-{n}", title=f"Card {n}", cell=Cell("web", f"mode-{n}"), difficulty=n + 2) for n in range(6)
)
QUIET = Situation(drill="G1", turn=1, now=NOW)


def chi_square(drawn: Counter[str | None], proposal: Proposal, times: int) -> float:
    return sum((drawn[each.card] - times * each.chance) ** 2 / (times * each.chance) for each in proposal.scored)


def test_the_chances_are_true() -> None:
    """Over 4,000 seeds each card is drawn as often as its chance says (chi-square, one in a thousand)."""
    times, tuning = 4000, Tuning(temperature=0.05)
    proposal = propose(CARDS, Graph(), History(), QUIET, "any", tuning)
    assert len({each.chance for each in proposal.scored}) > 4
    assert min(each.chance for each in proposal.scored) * times > 5
    scores = {each.card: each.score for each in proposal.scored}
    drawn = Counter[str | None](
        ranked(scores, noises(f"seed {n}", "G1", 1, scores), tuning.temperature)[0] for n in range(times)
    )
    assert chi_square(drawn, proposal, times) < 20.5  # 5 degrees of freedom
    by_turn = Counter(
        propose(CARDS, Graph(), History(), replace(QUIET, turn=turn), "seed", tuning).chosen for turn in range(800)
    )
    assert chi_square(by_turn, proposal, 800) < 20.5


def test_the_measure_of_the_chances_can_fail() -> None:
    """The same test finds a draw that is a little unfair."""
    proposal = propose(CARDS, Graph(), History(), QUIET, "any", Tuning(temperature=0.05))
    unfair = Counter[str | None]({each.card: round(4000 * each.chance) for each in proposal.scored})
    first, last = proposal.scored[0].card, proposal.scored[-1].card
    assert chi_square(unfair, proposal, 4000) < 1
    unfair.update({first: 130, last: -130})
    assert chi_square(unfair, proposal, 4000) > 20.5


def test_draws_do_not_run_into_each_other() -> None:
    """Seed, drill, turn and card are told apart wherever one ends and the next begins."""
    draws = [("a", "b", 1, "c"), ("ab", "", 1, "c"), ("a", "b1", 1, "c"), ("a", "b", 11, "c"), ("a", "b", 1, "1c")]
    assert len({noises(seed, drill, turn, [card])[card] for seed, drill, turn, card in draws}) == len(draws)


def test_practice_makes_less_likely() -> None:
    """A cell that was drilled and went well is not more likely next time, all else (rating, guard) equal."""
    for state in calm_states(300):
        tuning = replace(state.tuning, guard_days=state.tuning.guard_days or 25.0)
        state = replace(state, tuning=tuning, deck=one_for_each_cell(state.deck))
        history = replace(state.history, began=state.history.began or NOW - timedelta(days=30))
        before = likely(replace(state, history=history).draw())
        for card in state.deck:
            well = Result(cell=card.cell, difficulty=card.difficulty, outcome=1.0, at=NOW)
            learnt = replace(learn(history, well), rating=history.rating)
            after = likely(replace(state, history=learnt).draw())
            assert after.get(card.id, 0) <= before.get(card.id, 0), (state.number, card.id)


def one_for_each_cell(deck: tuple[Card, ...]) -> tuple[Card, ...]:
    return tuple({card.cell: card for card in deck}.values())


def likely(proposal: Proposal) -> dict[str, float]:
    return {each.card: each.chance for each in proposal.scored}


@pytest.mark.parametrize(
    ("term", "likes", "dislikes"),
    [
        ("cover", {"history": {}}, {"history": {"web/crash": Drilled(n=1, last=NOW, outcome=1.0)}}),
        (
            "weak",
            {"history": {"web/crash": Drilled(n=3, last=NOW, outcome=0.0)}},
            {"history": {"web/crash": Drilled(n=3, last=NOW, outcome=1.0)}},
        ),
        ("risk", {"service": "web"}, {"service": "shop"}),
        ("spite", {"relied_on": ("web",)}, {"relied_on": ("shop",)}),
        ("spite", {"open": (OpenCell(cell=Cell("west", "crash"), load=0.0),)}, {}),
        ("fit", {"difficulty": 4}, {"difficulty": 9}),
        ("fit", {"difficulty": 4}, {"difficulty": 1}),
    ],
)
def test_what_each_term_likes(term: str, likes: dict[str, Any], dislikes: dict[str, Any]) -> None:
    """Each term, and only it, tells apart what it is there for."""
    graph = Graph(needs={"shop": (("web", "west"),), "web": (), "west": ()}, criticality={"web": 9, "shop": 5})

    def contribution(about: dict[str, Any]) -> float:
        card = Card(
            id="it", title="It", cell=Cell(about.get("service", "web"), "crash"), difficulty=about.get("difficulty", 5)
        )
        situation = replace(QUIET, relied_on=about.get("relied_on", ()), open=about.get("open", ()))
        (scored,) = propose([card], graph, History(cells=about.get("history", {})), situation, "s").scored
        return scored.terms[term]

    assert contribution(likes) > contribution(dislikes)


def test_a_pair_that_is_new() -> None:
    """Beside something open, a cell that was never combined with it is worth more than one that was."""
    cells = {name: Drilled(n=1, last=NOW, outcome=1.0) for name in ("web/a", "web/b")}
    history = History(cells=cells, pairs={"cache/slow + web/a": 1})
    cards = [Card(id=mode, title=mode, cell=Cell("web", mode)) for mode in ("a", "b")]
    situation = replace(QUIET, open=(OpenCell(cell=Cell("cache", "slow")),))
    scored = {each.card: each.terms["cover"] for each in propose(cards, Graph(), history, situation, "s").scored}
    assert scored == {"a": 0.0, "b": 0.135}


class TestStarving:
    """The guard: nothing waits for ever."""

    EVERY, PER_DRILL, GUARD = timedelta(days=14), 4, 60.0
    ONLY_RISK = Weights(cover=0, weak=0, risk=1, spite=0, fit=0)
    GRAPH = Graph(needs={"web": ()}, criticality={"web": 10, "mail": 1})

    def longest_wait(self, tuning: Tuning) -> timedelta:
        """Of any of 12 cells, over 60 drills. All but the first are of a service nobody cares about."""
        cards = [Card(id=f"{n}", title=f"{n}", cell=Cell("web" if n < 4 else "mail", f"m{n}")) for n in range(12)]
        history = History(began=NOW)
        last = dict.fromkeys((card.id for card in cards), NOW)
        longest = timedelta(0)
        for drill in range(60):
            now = NOW + drill * self.EVERY
            played: tuple[str, ...] = ()
            for turn in range(self.PER_DRILL):
                at = Situation(drill=f"{drill}", turn=turn, now=now, played=played)
                chosen = propose(cards, self.GRAPH, history, at, "s", tuning).chosen
                assert chosen is not None
                played = (*played, chosen)
                result = Result(cell=cards[int(chosen)].cell, difficulty=5, outcome=1.0, at=now)
                history = learn(history, result)
                longest, last[chosen] = max(longest, now - last[chosen]), now
        return max(longest, *(now - at for at in last.values()))

    @pytest.mark.parametrize("weights", [Weights(), ONLY_RISK])
    def test_nothing_waits_longer(self, weights: Weights) -> None:
        """With a guard, no cell waits longer than its days and one round more, whatever the weights want."""
        most = timedelta(days=self.GUARD) + (12 / self.PER_DRILL) * self.EVERY
        assert self.longest_wait(Tuning(weights=weights, guard_days=self.GUARD)) <= most

    def test_the_pace_so_far_is_a_guard_too(self) -> None:
        """When no days are given they follow from the pace: 1.4 rounds; and one round more is the longest wait."""
        assert self.longest_wait(Tuning(weights=self.ONLY_RISK)) <= (1.4 + 1 + 1) * (12 / self.PER_DRILL) * self.EVERY

    def test_without_a_guard_they_would(self) -> None:
        """Weights that like only the critical service leave the rest alone for ever, but for the guard."""
        assert self.longest_wait(Tuning(weights=self.ONLY_RISK, guard_days=math.inf)) == 59 * self.EVERY

    def test_the_guard_does_not_override_a_rule(self) -> None:
        """A starving cell that a rule rejects stays rejected, and what is allowed is drawn from instead."""
        old = Card(id="old", title="Old", cell=Cell("web", "old"), cost=5)
        new = Card(id="new", title="New", cell=Cell("web", "new"))
        cells = {"web/new": Drilled(n=1, last=NOW, outcome=1.0)}
        history = History(cells=cells, began=NOW - timedelta(days=400))
        tuning = Tuning(guard_days=100.0)
        assert propose([old, new], Graph(), history, replace(QUIET, budget=9), "s", tuning).waiting == 1
        assert propose([old, new], Graph(), history, replace(QUIET, budget=9), "s", tuning).chosen == "old"
        assert propose([old, new], Graph(), history, replace(QUIET, budget=4), "s", tuning).chosen == "new"

    def test_what_practises_nothing_does_not_starve(self) -> None:
        """The chief's question, which no history ever holds, does not keep everything else waiting in an old programme."""
        cells = {f"web/m{n}": Drilled(n=4, last=NOW - timedelta(days=20), outcome=0.5) for n in range(3)}
        history = History(cells=cells, began=NOW - timedelta(days=300))
        asks = Card(id="asks", title="Asks", cell=Cell("", "asks"), size=Size.AMBIENT, difficulty=5)
        cards = [Card(id=mode, title=mode, cell=Cell("web", mode)) for mode in ("m0", "m1", "m2")]
        proposal = propose([asks, *cards], Graph(), history, QUIET, "s")
        assert (proposal.waiting, len(proposal.scored)) == (0, 4)
        (scored,) = (each for each in proposal.scored if each.card == "asks")
        assert scored.terms["cover"] == 0

    def test_in_the_first_round_nothing_starves(self) -> None:
        """As long as every cell was drilled once at most, the guard is longer than the programme."""
        history = History(began=NOW - timedelta(days=100))
        assert guard_days(history, NOW) == math.inf
        for mode in "abc":
            history = learn(history, Result(cell=Cell("web", mode), difficulty=5, outcome=1.0, at=NOW))
        assert guard_days(history, NOW) == pytest.approx(140)


def test_a_sealed_draw_can_be_checked() -> None:
    """Once the seed is told, anybody sees that the draw was made from it; another seed, or a changed draw, is seen."""
    for state in states(300):
        proposal, seed = state.draw(), state.seed
        assert honest(proposal, seed), state.number
        assert not honest(proposal, seed + "x"), state.number
        if len(proposal.scored) > 1:
            first, second, *rest = proposal.scored
            better = replace(second, score=round(second.score + 0.001, 3))
            for changed in (
                replace(proposal, scored=(second, first, *rest), chosen=second.card),
                replace(proposal, chosen=second.card),
                replace(proposal, scored=(first, better, *rest)),
            ):
                assert not honest(changed, seed), state.number


def test_a_fingerprint_tells_nothing() -> None:
    """A seed's fingerprint is a SHA-256 in hexadecimal, another for every seed, and no number of a draw."""
    assert len({fingerprint(f"{n}") for n in range(100)}) == 100
    assert set(fingerprint("a")) <= set("0123456789abcdef")
    assert len(fingerprint("a")) == 64


def test_a_temperature_below_nothing() -> None:
    """A temperature below 0 is refused with a sentence."""
    with pytest.raises(ValueError, match=r"the temperature is -1; it is 0 \(no chance\) or more"):
        Tuning(temperature=-1)
