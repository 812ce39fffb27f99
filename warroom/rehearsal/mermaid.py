"""A scenario as a Mermaid flowchart: what comes, what triggers what, and what is expected.

A line without an arrow joins what comes one after the other on the clock. Nodes are called by their place (`i1`, `e1`),
never by what somebody wrote; all words stand in quoted labels with Mermaid's own escapes, as for runbooks.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from warroom.core import durations
from warroom.core.scenario import Inject, Scenario
from warroom.core.when import EXPECTATION
from warroom.definitions.graph import escaped
from warroom.rehearsal.outline import Item, Part, outline, reading

_SHAPES = {
    "hint": ("([", "])"),
    "move": ("[[", "]]"),
    "fault": ("[/", "/]"),
    "alert": (">", "]"),
    "sideline": ("[\\", "\\]"),
}


class _Names:
    """The names of nodes: by the place of what they are for."""

    def __init__(self, scenario: Scenario) -> None:
        injects = [*scenario.injects, *(each.inject for each in scenario.deck)]
        self.injects = {each.id: f"i{at}" for at, each in enumerate(injects, start=1)}
        self.expectations = {each.id: f"e{at}" for at, each in enumerate(scenario.expectations, start=1)}

    def of(self, item: Item) -> str:
        return self.expectations[item.id] if item.kind == "expect" else self.injects[item.id]


def mermaid(scenario: Scenario) -> str:
    """The flowchart, with a line for each inject and expectation, and one for everything that triggers another."""
    return "\n".join(_lines(scenario)) + "\n"


def _lines(scenario: Scenario) -> Iterator[str]:
    names, plan = _Names(scenario), outline(scenario)
    yield "flowchart TD"
    yield '  start(["start"])'
    for number, part in enumerate(plan.parts, start=1):
        yield from _part(part, number, names)
    for at, (heading, items) in enumerate(
        (("On a condition", plan.waiting), ("By hand", plan.by_hand), ("The deck", plan.deck)), start=1
    ):
        if items:
            yield f'  subgraph rest{at}["{heading}"]'
            yield from (f"    {_node(each, names)}" for item in items for _, each in item.everything())
            yield "  end"
    yield from _clock(plan.parts, names)
    yield from _triggers(scenario, names)


def _part(part: Part, number: int, names: _Names) -> Iterator[str]:
    nodes = [_node(each, names) for item in part.items for _, each in item.everything()]
    if part.move is None:
        yield from (f"  {node}" for node in nodes)
        return
    yield f'  subgraph part{number}["{escaped(part.move.title)}"]'
    at = reading(part.at) if part.at is not None else ""
    yield f'    {names.injects[part.move.id]}[["{escaped(f"{at} {part.move.title}")}"]]'
    yield from (f"    {node}" for node in nodes)
    yield "  end"


def _node(item: Item, names: _Names) -> str:
    if item.kind == "expect":
        by = f"<br/>by {escaped(reading(item.at))}" if item.at is not None else ""
        return f'{names.of(item)}{{{{"{escaped(item.title)}{by}"}}}}'
    opened, closed = _SHAPES.get(item.kind, ("[", "]"))
    at = f"{reading(item.at)} " if item.at is not None else ""
    return f'{names.of(item)}{opened}"{escaped(f"{at}{item.kind}")}<br/>{escaped(item.title)}"{closed}'


def _clock(parts: Sequence[Part], names: _Names) -> Iterator[str]:
    """What follows what on the clock."""
    order = ["start"]
    for part in parts:
        order += [names.injects[part.move.id]] if part.move else []
        order += [names.of(item) for item in part.items if item.kind != "expect" and item.at is not None]
    yield from (f"  {one} --- {other}" for one, other in pairwise(order))


def _triggers(scenario: Scenario, names: _Names) -> Iterator[str]:
    for expectation in scenario.expectations:
        source = names.injects.get(expectation.after, "start")
        within = escaped(f"within {durations.write(expectation.within)}")
        yield f'  {source} -->|"{within}"| {names.expectations[expectation.id]}'
    for number, inject in enumerate(scenario.injects, start=1):
        yield from _trigger(inject, number, names)


def _trigger(inject: Inject, number: int, names: _Names) -> Iterator[str]:
    target = names.injects[inject.id]
    if inject.timing.after:
        by = escaped(f"{durations.write(inject.timing.by)} after")
        yield f'  {names.injects[inject.timing.after]} ==>|"{by}"| {target}'
    elif inject.timing.when is not None:
        for each in inject.timing.when.simple():
            kind, ref = each.refers()[0] if each.refers() else ("", "")
            source = (names.expectations if kind == EXPECTATION else names.injects).get(ref)
            if source is None:
                yield f'  c{number}(["{escaped(each.shown)}"]) -.-> {target}'
            else:
                yield f'  {source} -.->|"{escaped(each.word)}"| {target}'
    elif inject.what.about() in names.injects:
        yield f'  {names.injects[inject.what.about()]} -.->|"by hand"| {target}'
