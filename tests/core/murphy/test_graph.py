"""The graph of services, against a definition that is too slow to use."""

from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.murphy.states import SERVICES, graphs
from tests.examples import many
from warroom.core.catalogue import Catalogue, Service
from warroom.core.murphy import Graph

sets = st.frozensets(st.sampled_from(SERVICES), max_size=3)


def stands_by_itself(graph: Graph, standing: frozenset[str]) -> bool:
    """Whether everything in a set has what it needs within the set."""
    return all(any(each in standing for each in group) for name in standing for group in graph.needs[name])


@settings(max_examples=many(40), deadline=None)
@given(graphs(), sets)
def test_what_falls(graph: Graph, down: frozenset[str]) -> None:
    """What is left standing is the greatest set of the rest in which everything has what it needs."""
    rest = [name for name in SERVICES if name not in down]
    every = chain.from_iterable(combinations(rest, n) for n in range(len(rest) + 1))
    standing = [frozenset(each) for each in every if stands_by_itself(graph, frozenset(each))]
    assert graph.fallen(down) == frozenset(SERVICES) - max(standing, key=len)


@settings(max_examples=many(40), deadline=None)
@given(graphs(), sets, st.sampled_from(SERVICES))
def test_only_together(graph: Graph, down: frozenset[str], service: str) -> None:
    """What falls only together falls with both, and with neither alone."""
    only = graph.only_together(down, service)
    assert only <= graph.fallen(down | {service})
    assert not only & (graph.fallen(down) | graph.fallen(frozenset({service})))
    assert graph.fallen(down | {service}) == graph.fallen(down) | graph.fallen(frozenset({service})) | only


CACHES = Catalogue(
    services={
        "east": Service(id="east", title="East"),
        "west": Service(id="west", title="West"),
        "web": Service(id="web", title="Web", groups=(("east", "west"),), criticality=4),
        "shop": Service(id="shop", title="Shop", groups=(("web",), ("east", "west")), criticality=10),
    }
)


def test_the_last_support() -> None:
    """One of two is nothing; the second takes down all that stood on either."""
    graph = Graph.of(CACHES)
    assert graph.fallen(frozenset({"east"})) == {"east"}
    assert graph.only_together(frozenset({"east"}), "west") == {"web", "shop"}
    assert graph.only_together(frozenset({"web"}), "east") == frozenset()


def test_reach_fades_with_distance() -> None:
    """A service counts itself, and what stands on it at 0.6 for each step on the shortest way."""
    graph = Graph.of(CACHES)
    assert graph.reach("east") == pytest.approx(1 + 0.6 * (4 + 10))
    assert graph.reach("web") == pytest.approx(4 + 0.6 * 10)
    assert graph.reach("shop") == graph.farthest == 10
    assert graph.reach("nobody knows it") == 0
    assert graph.heaviest == 10


def test_an_empty_catalogue() -> None:
    """Without a catalogue nothing reaches anything, and nothing is divided by zero."""
    graph = Graph.of(Catalogue())
    assert (graph.services, graph.reach("web"), graph.farthest, graph.heaviest) == ((), 0.0, 1.0, 1)
