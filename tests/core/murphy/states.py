"""Any deck, graph, history and situation: small, so that cards meet all rules often; each from a number, always the same.

Thousands of whole states are wanted in a second, so they are made with dice. A law that fails names the number, and
`state(number)` is that state again. Graphs alone are drawn by Hypothesis, which makes them small again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import strategies as st

from warroom.core.murphy import (
    OPEN,
    Card,
    CardKind,
    Cell,
    Drilled,
    Gate,
    Graph,
    History,
    Mode,
    OpenCell,
    Phase,
    Proposal,
    Situation,
    Size,
    Tuning,
    pair,
    propose,
)
from warroom.core.murphy.pacing import PASSES

NOW = datetime(2026, 10, 21, 10, 0, tzinfo=UTC)
SERVICES = ("api", "cache", "databases", "search", "web")
IDS = tuple(f"card-{letter}" for letter in "abcdefgh")
PLACES = ("staging", "production")
GATES = (OPEN, *(Gate(phase=phase, passes=PASSES[phase], why="So it is.") for phase in Phase))


@dataclass(frozen=True, kw_only=True)
class State:
    """All that a draw depends on."""

    number: int
    deck: tuple[Card, ...]
    graph: Graph
    history: History
    situation: Situation
    seed: str
    tuning: Tuning

    def draw(self) -> Proposal:
        return propose(self.deck, self.graph, self.history, self.situation, self.seed, self.tuning)


def states(n: int) -> Iterator[State]:
    """So many states in which anything may be the case."""
    return map(state, range(n))


def calm_states(n: int) -> Iterator[State]:
    """So many states in which nothing is forbidden but a service at which something is open."""
    return map(calm_state, range(n))


def state(number: int) -> State:
    dice = Random(number)
    return State(
        number=number,
        deck=tuple(_card(dice, name) for name in _some(dice, IDS, least=1)),
        graph=_graph(dice),
        history=_history(dice),
        situation=_situation(dice),
        seed=f"{dice.random()}",
        tuning=_tuning(dice),
    )


def calm_state(number: int) -> State:
    dice = Random(f"calm {number}")
    names = _some(dice, IDS, least=2)
    return State(
        number=number,
        deck=tuple(Card(id=name, title=name, cell=_cell(dice), difficulty=dice.randint(1, 10)) for name in names),
        graph=_graph(dice),
        history=_history(dice),
        situation=Situation(
            drill="G1",
            turn=dice.randint(0, 9),
            now=NOW,
            open=_open(dice, 1),
            relied_on=_some(dice, SERVICES, most=1),
        ),
        seed=f"{dice.random()}",
        tuning=_tuning(dice),
    )


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any graph, with cycles too."""
    group = st.lists(st.sampled_from(SERVICES), min_size=1, max_size=2, unique=True).map(tuple)
    needs = {name: draw(st.lists(group, max_size=2).map(tuple)) for name in SERVICES}
    return Graph(needs=needs, criticality={name: draw(st.integers(1, 10)) for name in SERVICES})


def _some(dice: Random, among: tuple[str, ...], *, least: int = 0, most: int | None = None) -> tuple[str, ...]:
    return tuple(dice.sample(among, dice.randint(least, len(among) if most is None else most)))


def _cell(dice: Random) -> Cell:
    return Cell(dice.choice(("", *SERVICES)), dice.choice(("crash", "slow")))


def _moment(dice: Random) -> datetime:
    return NOW + timedelta(hours=dice.randint(-2000, 10))


def _facts(dice: Random) -> tuple[str, ...]:
    return _some(dice, ("it-is-night", *IDS), most=2) if dice.random() < 0.4 else ()


def _card(dice: Random, name: str) -> Card:
    kind = dice.choice(tuple(CardKind))
    return Card(
        id=name,
        title=name.title(),
        cell=_cell(dice),
        kind=kind,
        difficulty=dice.randint(1, 10),
        needs=_facts(dice),
        excludes=_facts(dice),
        environments=_some(dice, PLACES),
        real=kind is CardKind.FAULT and dice.random() < 0.7,
        size=dice.choice(tuple(Size)),
        cost=dice.randint(0, 9),
    )


def _graph(dice: Random) -> Graph:
    def group() -> tuple[str, ...]:
        return _some(dice, SERVICES, least=1, most=2)

    needs = {name: tuple(group() for _ in range(dice.randint(0, 2))) for name in SERVICES}
    return Graph(needs=needs, criticality={name: dice.randint(1, 10) for name in SERVICES})


def _history(dice: Random) -> History:
    known = {_cell(dice) for _ in range(dice.randint(0, 8))}
    return History(
        cells={
            cell.name: Drilled(n=dice.randint(1, 9), last=_moment(dice), outcome=round(dice.random(), 3))
            for cell in sorted(known)
        },
        pairs={pair(_cell(dice), _cell(dice)): 1 for _ in range(dice.randint(0, 5))},
        rating=round(dice.uniform(0, 12), 3),
        began=dice.choice((None, _moment(dice))),
    )


def _open(dice: Random, most: int) -> tuple[OpenCell, ...]:
    return tuple(OpenCell(cell=_cell(dice), load=round(dice.random(), 3)) for _ in range(dice.randint(0, most)))


def _situation(dice: Random) -> Situation:
    return Situation(
        drill=dice.choice(("G1", "G2")),
        turn=dice.randint(0, 9),
        now=NOW,
        mode=dice.choice(tuple(Mode)),
        environment=dice.choice(("", *PLACES)),
        open=_open(dice, 2),
        played=_some(dice, IDS, most=2),
        vetoed={name: dice.choice(("", "not today")) for name in _some(dice, IDS, most=2)},
        budget=dice.choice((None, dice.randint(0, 15))),
        spent=dice.randint(0, 9),
        max_open=dice.randint(1, 3),
        real_incident=dice.random() < 0.1,
        freeze=dice.random() < 0.3,
        approvals={name: _moment(dice) for name in _some(dice, IDS)},
        relied_on=_some(dice, SERVICES, most=1),
        facts=_some(dice, ("it-is-night",)),
        gate=dice.choice(GATES),
    )


def _tuning(dice: Random) -> Tuning:
    return Tuning(temperature=dice.choice((0.0, 0.01, 0.03, 0.5)), guard_days=dice.choice((None, 10.0, 40.0, 10_000.0)))
