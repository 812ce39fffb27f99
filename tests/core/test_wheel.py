"""The laws of the wheel: fair, in words only, and drawn again from its seed."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.content import shipped_library
from warroom.core import wheel
from warroom.core.injects import AlertInject, Announce, Silent, Speak
from warroom.core.murphy import Graph, History
from warroom.core.scenario import Scenario
from warroom.definitions.library import Library

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PEOPLE = st.lists(st.sampled_from("abcdefgh"), min_size=2, unique=True)


@pytest.fixture(scope="module")
def library() -> Library:
    return shipped_library()


def spun(library: Library, seed: str) -> Scenario:
    graph = Graph.of(library.catalogue)
    drawn = wheel.spin(library.scenarios.values(), graph, History(), seed, NOW)
    assert drawn is not None
    return drawn


@given(people=PEOPLE, seeds=st.lists(st.text(max_size=8), min_size=100, max_size=100))
def test_everybody_directs_equally_often(people: list[str], seeds: list[str]) -> None:
    """Over a hundred games nobody directs more than once more often than another, and nobody twice in a row."""
    directed: list[str] = []
    for seed in seeds:
        cast = wheel.cast(people, directed, {}, seed)
        assert {cast.director, *cast.players} <= {*people}
        assert cast.director not in cast.players
        assert len(cast.players) == len({*cast.players}) == min(2, len(people) - 1)
        directed.append(cast.director)
    often = Counter(directed)
    assert max(often.values()) - min(often[each] for each in people) <= 1
    assert all(one != other for one, other in pairwise(directed))


def test_ties_go_by_name() -> None:
    """Of those who never directed, the first by name; an id is no name."""
    assert wheel.cast(["U1", "U2", "U3"], [], {"U1": "Zoe", "U2": "Ana", "U3": "Ben"}, "seed").director == "U2"


def test_everybody_is_paged() -> None:
    """Who is paged first is drawn: over two hundred games, everybody about as often."""
    first = Counter(wheel.cast(list("abcde"), ["a"], {}, str(seed)).primary for seed in range(200))
    assert set(first) == set("acde")  # "b" directs
    assert min(first.values()) > 30


def test_only_words_and_alerts(library: Library) -> None:
    """Whatever the seed: something is said or an alert fires, nothing is broken, and it is half an hour."""
    titles = set()
    for seed in range(100):
        game = spun(library, str(seed))
        assert {type(each.what) for each in game.injects} <= {Announce, AlertInject, Speak, Silent}
        assert not [each for each in game.injects if each.fault]
        assert (game.length, [each.at for each in game.endings]) == (timedelta(minutes=30), [timedelta(minutes=30)])
        assert all(actor in game.actors for each in game.injects for kind, actor in each.refers() if kind == "actor")
        assert game.injects[0].notes in game.hidden_notes
        assert game.injects[0].title not in game.title + game.briefing + game.summary
        titles.add(game.injects[0].title)
    assert len(titles) > 3


@given(seed=st.text())
def test_the_same_seed_spins_the_same(library: Library, seed: str) -> None:
    """Whoever has the seed can draw it again, in whatever order the scenarios are read."""
    again = wheel.spin(reversed(list(library.scenarios.values())), Graph.of(library.catalogue), History(), seed, NOW)
    assert spun(library, seed) == again


def test_without_a_deck_there_is_nothing_to_spin(library: Library) -> None:
    """A library whose scenarios have no deck has no wheel."""
    october = library.scenarios["october-21"]
    none = wheel.spin([spun(library, "a")], Graph(), History(), "seed", NOW)
    assert none is None
    assert wheel.spin([], Graph(), History(), "seed", NOW) is None
    assert october.deck


def test_a_table_is_in_no_environment(library: Library) -> None:
    """What a scenario plays only in staging can be talked about anywhere; what it really breaks is still not drawn."""
    october = library.scenarios["october-21"]
    deck = tuple(replace(each, inject=replace(each.inject, environments=("staging",))) for each in october.deck)
    drawn = wheel.spin([replace(october, deck=deck)], Graph(), History(), "seed", NOW)
    assert drawn is not None
    assert drawn.within("").injects == drawn.injects
