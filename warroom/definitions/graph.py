"""A runbook as a Mermaid flowchart: the ways through it, for a wiki or a pull request.

Nodes are called by their place (`s1`, `s2`), never by what somebody wrote, and everything that somebody wrote stands in
a quoted label with Mermaid's own escapes; so no title can break the drawing or become a part of it.
"""

import re
from collections.abc import Iterator

from warroom.core.runbook import Runbook, Step
from warroom.core.steps.check import Check
from warroom.core.steps.choose import Choose
from warroom.core.steps.confirm import Confirm
from warroom.core.steps.kind import END
from warroom.core.steps.parallel import Parallel
from warroom.core.steps.runbook import SubRunbook
from warroom.core.steps.wait import Wait
from warroom.definitions.ways import Way, Why, drawn

_ENDS = "over"  # the node for the end; `end` is a word of Mermaid's own
_SPECIAL = re.compile(r"""["'`#&<>*_~\[\](){}|\\/^$%@=;!+.:-]""")
_SHAPES: dict[type[object], tuple[str, str]] = {
    Choose: ("{", "}"),
    Check: ("{", "}"),
    Confirm: ("{{", "}}"),
    SubRunbook: ("[[", "]]"),
    Wait: ("([", "])"),
    Parallel: ("[/", "/]"),
}
_ARROWS = {Why.ANSWER: "-->", Why.FAILED: "-.->", Why.LATE: "-.->", Why.LIMIT: "-.->", Why.BRANCH: "==>"}


def mermaid(runbook: Runbook) -> str:
    """The flowchart, with a line for each step and for each way between them."""
    return "\n".join(_lines(runbook)) + "\n"


def _lines(runbook: Runbook) -> Iterator[str]:
    names = {step.id: f"s{place}" for place, step in enumerate(runbook.steps, start=1)}
    found = drawn(runbook)
    yield "flowchart TD"
    yield from _nodes(runbook, names)
    if any(way.target == END for way in found):
        yield f'  {_ENDS}(["end"])'
    for way in found:
        yield f"  {names[way.source]} {_arrow(way)} {names.get(way.target, _ENDS)}"


def _nodes(runbook: Runbook, names: dict[str, str]) -> Iterator[str]:
    phases: dict[str, list[str]] = {}
    for step in runbook.steps:
        phases.setdefault(step.phase, []).append(_node(step, names[step.id]))
    yield from (f"  {node}" for node in phases.pop("", ()))
    for place, (phase, nodes) in enumerate(phases.items(), start=1):
        yield f'  subgraph phase{place}["{escaped(phase)}"]'
        yield from (f"    {node}" for node in nodes)
        yield "  end"


def _node(step: Step, name: str) -> str:
    opened, closed = _SHAPES.get(type(step.what), ("[", "]"))
    who = f"<br/>{escaped(step.who)}" if step.who else ""
    return f'{name}{opened}"{escaped(step.title)}{who}"{closed}'


def _arrow(way: Way) -> str:
    label = f'|"{escaped(way.label)}"|' if way.label else ""
    return f"{_ARROWS[way.why]}{label}"


def escaped(text: str) -> str:
    """The text for a quoted label: on one line, and without anything that Mermaid, Markdown or HTML reads as its own."""
    line = "".join(each if each.isprintable() else " " for each in text)
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", " ".join(line.split()))
