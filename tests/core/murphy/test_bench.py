"""What is claimed of Murphy, measured: less of it than `make bench` measures, in worlds it was not tuned on."""

import pytest

from bench.measures import MEASURES, difference
from bench.murphy import CHOOSERS, CLAIMS, HELD_OUT, OWN_MEASURE, Results, Values, ablation, broken, measure, table
from bench.programme import run
from bench.strategies import chance, murphy, rotation
from bench.worlds import make
from warroom.core.murphy.score import TERMS

SHORT = [claim for claim in CLAIMS if not claim.long]


@pytest.mark.long
def test_the_claims_hold() -> None:
    """In 20 worlds of 20 drills, Murphy does all that is said of it against rotation and chance."""
    results = measure(map(make, range(HELD_OUT, HELD_OUT + 20)), CHOOSERS, 20)
    assert broken(results, SHORT) == ()
    assert all(each.title in table(results) for each in MEASURES.values())
    assert len(table(results).splitlines()) == len(MEASURES) + 1


def test_every_claim_can_fail() -> None:
    """Somebody who drills nothing, and is late with it, would hold no claim."""
    usual: Values = {name: [10.0] for name in MEASURES}
    hopeless: Values = {name: [0.0 if each.better > 0 else 99.0] for name, each in MEASURES.items()}
    results: Results = {"murphy": hopeless, "rotation": usual, "chance": usual}
    assert broken(results, CLAIMS) == tuple(claim.sentence for claim in CLAIMS)


def test_a_programme_can_be_repeated() -> None:
    """The same world and the same chooser give the same programme; another chooser, another one."""
    world = make(7)
    assert world == make(7)
    assert run(world, murphy(), 3).played == run(world, murphy(), 3).played
    assert run(world, murphy(), 3).played != run(world, rotation, 3).played


def test_the_rules_bind_everybody() -> None:
    """Whoever chooses, no drill plays a card twice, spends more than it has, or has more open than may be."""
    for choose in (murphy(), rotation, chance):
        world = make(8)
        cost = {card.cell: card.cost for card in world.deck}
        played = run(world, choose, 6).played
        for drill in range(6):
            of_it = [each for each in played if each.drill == drill]
            assert len({each.cell for each in of_it}) == len(of_it) <= 5
            assert sum(cost[each.cell] for each in of_it) <= 26
            assert all(len(each.beside) < 2 for each in of_it)


def test_each_term_has_its_measure() -> None:
    """Every term of the score is left out in turn, and so is the guard; the table says what that did."""
    assert OWN_MEASURE.keys() == {*TERMS, "guard"}
    results = measure([make(1), make(2)], {"all terms": murphy(), **dict.fromkeys(OWN_MEASURE, rotation)}, 3)
    said = ablation(results).splitlines()
    assert [line.split()[0] for line in said[1:]] == list(OWN_MEASURE)
    assert ["does nothing here" in line for line in said[1:]] == [
        not worse.mean > worse.margin for name in OWN_MEASURE.values() for worse in [difference(*sides(results, name))]
    ]


def sides(results: Results, name: str) -> tuple[list[float], list[float]]:
    with_, without = list(results["all terms"][name]), list(results["cover"][name])
    return (with_, without) if MEASURES[name].better > 0 else (without, with_)
