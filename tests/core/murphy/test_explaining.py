"""What a proposal says of itself."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.core.murphy.states import NOW, states
from warroom.core.murphy import (
    Card,
    Cell,
    Drilled,
    Gate,
    Graph,
    History,
    OpenCell,
    Phase,
    Situation,
    Tuning,
    arithmetic,
    explain,
    propose,
)
from warroom.core.murphy.pacing import PASSES
from warroom.core.murphy.score import TERMS

TERM = re.compile(rf"(?:= |\+ )({'|'.join(TERMS)}) (\d\.\d\d\d)")


def test_the_sum_is_right_as_it_is_printed() -> None:
    """What is printed adds up, digit for digit, to the score as it is printed."""
    for state in states(600):
        for each in state.draw().scored:
            said = arithmetic(each)
            parts = [Decimal(value) for _, value in TERM.findall(said)]
            assert sum(parts, Decimal("0.000")) == Decimal(said.split(" = ")[0]), state.number
            assert parts == sorted(parts, reverse=True), state.number


GRAPH = Graph(
    needs={"shop": (("db",), ("east", "west")), "db": (), "east": (), "west": ()},
    criticality={"shop": 9, "db": 6, "east": 3, "west": 3},
)
DECK = (
    Card(id="db-crash", title="The databases are gone", cell=Cell("db", "crash"), difficulty=6, cost=6),
    Card(id="west-slow", title="West is slow", cell=Cell("west", "slow"), difficulty=3, cost=2),
    Card(id="east-errors", title="East answers with errors", cell=Cell("east", "errors"), difficulty=3, cost=2),
)
SITUATION = Situation(
    drill="G1", turn=3, now=NOW, open=(OpenCell(cell=Cell("east", "crash"), load=0.5),), budget=20, spent=15
)


def test_a_proposal_in_words() -> None:
    """It names the card, its sum with a reason for each term, its chance, what comes next, the pace and the rejected."""
    history = History(cells={"west/slow": Drilled(n=2, last=NOW - timedelta(days=30), outcome=0.25)}, began=NOW)
    assert explain(propose(DECK, GRAPH, history, SITUATION, "seed")) == (
        "Draw 3: west-slow (west/slow), “West is slow”\n"
        "0.590 = spite 0.140 (with what is open it takes down shop) + cover 0.135 (drilled 2 times, never beside east/crash)"
        " + weak 0.120 (outcome 0.25 of 1 in 2) + fit 0.099 (73 % likely to go well) + risk 0.096 (reach 8.4 of 11.4)\n"
        "Chance 100 %, the only card.\n"
        "Pace: build, intensity 0.00. The gate is open.\n"
        "Rejected 2: 1 budget, 1 same service."
    )


def test_the_runners_up() -> None:
    """The two that would come next are named with their scores and chances."""
    quiet = replace(SITUATION, open=(), spent=0)
    lines = explain(propose(DECK, GRAPH, History(), quiet, "seed", Tuning(temperature=0.2))).splitlines()
    assert re.fullmatch(r"Chance \d+ %, among 3 cards\.", lines[2])
    assert re.fullmatch(r"Next: [a-z-]+ 0\.\d{3} \(\d+ %\), [a-z-]+ 0\.\d{3} \(\d+ %\)\.", lines[3])


def test_nothing_to_play() -> None:
    """When nothing is drawn it says why: the rules, the gate, or an empty deck."""
    closed = Gate(phase=Phase.FADE, passes=PASSES[Phase.FADE], why="It was hard; nothing more until it fades.")
    said = [
        explain(propose(deck, GRAPH, History(), situation, "seed")).splitlines()
        for deck, situation in (
            (DECK, replace(SITUATION, gate=closed)),
            (DECK, replace(SITUATION, real_incident=True)),
            ((), SITUATION),
        )
    ]
    assert said[0] == [
        "Draw 3: nothing. The rules allow 1 card, but the gate is closed to them.",
        "Pace: fade, intensity 0.00. It was hard; nothing more until it fades. Held back: 1.",
        "Rejected 2: 1 budget, 1 same service.",
    ]
    assert said[1][0] == "Draw 3: nothing. The rules reject every card."
    assert said[1][-1] == "Rejected 3: 3 real incident."
    assert said[2] == ["Draw 3: nothing. The deck is empty.", "Pace: build, intensity 0.00. The gate is open."]


def test_the_starving_are_named() -> None:
    """When old cells go first it says so, and how many had to wait."""
    cells = {"west/slow": Drilled(n=1, last=NOW, outcome=1.0), "db/crash": Drilled(n=1, last=NOW, outcome=1.0)}
    history = History(cells=cells, began=NOW - timedelta(days=500))
    proposal = propose(DECK, GRAPH, history, replace(SITUATION, open=(), spent=0), "seed", Tuning(guard_days=400.0))
    assert proposal.chosen == "east-errors"
    assert "Not drilled for too long, so first: 1 card; 2 had to wait." in explain(proposal)
