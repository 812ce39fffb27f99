"""YAML text as a tree in which everything knows where it begins and ends: for what rewrites a text or a part of it.

`definitions.tree` reads within a budget and refuses what definitions do not use; this is only asked for texts that it
had nothing against, so there are no anchors, tags or second documents here.
"""

from collections.abc import Iterator
from dataclasses import field

import yaml

from warroom.core.declaring import dataclass

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Node:
    """A value as it was written. `above` are the lines of comment before it, `behind` the comment on its line.

    `kind` is plain, quoted or block for a scalar; list or map; `flow` says that brackets were written. `gap` says that a
    blank line stood before it, `below` are the comments inside a list or mapping after its last item. `lines` are those of
    a folded text as its author broke them.
    """

    kind: str
    begin: int
    end: int
    text: str = ""
    lines: list[str] = field(default_factory=list)
    items: "list[Entry]" = field(default_factory=list)
    flow: bool = False
    gap: bool = False
    above: list[str] = field(default_factory=list)
    behind: str = ""
    below: list[str] = field(default_factory=list)

    @property
    def many(self) -> bool:
        return self.kind in ("list", "map")

    @property
    def first(self) -> int:
        """Where its first item begins, or the value itself."""
        return (self.items[0].key or self.items[0].value).begin if self.items else self.begin


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value, or an item of a list."""

    key: Node | None
    value: Node

    @property
    def begin(self) -> int:
        return (self.key or self.value).begin

    @property
    def name(self) -> str:
        return self.key.text if self.key else ""


def planted(page: str) -> tuple[Node, list[tuple[int, int]]]:
    """The tree of a text, and where its scalars begin and end."""
    spans: list[tuple[int, int]] = []
    events = yaml.parse(page, Loader=_PARSER)
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            return _grown(page, next(events), events, spans), spans
    raise AssertionError("a text without a document has no tree")


def _grown(page: str, event: yaml.Event, events: Iterator[yaml.Event], spans: list[tuple[int, int]]) -> Node:
    begin, end = _marks(event)
    if isinstance(event, yaml.ScalarEvent):
        end = _ends(page, begin, end)
        spans.append((begin, end))
        kind = {"|": "block", ">": "block", "'": "quoted", '"': "quoted"}.get(event.style or "", "plain")
        return Node(kind, begin, end, event.value, _lines(page[begin:end]) if event.style == ">" else [])
    assert isinstance(event, yaml.CollectionStartEvent), f"YAML parsed to {event}, which opens no value"
    kind = "list" if isinstance(event, yaml.SequenceStartEvent) else "map"
    node = Node(kind, begin, end, flow=bool(event.flow_style))
    while not isinstance(event := next(events), yaml.CollectionEndEvent):
        first = _grown(page, event, events, spans)
        node.items.append(
            Entry(None, first) if kind == "list" else Entry(first, _grown(page, next(events), events, spans))
        )
    node.end = _marks(event)[1] if node.flow or not node.items else node.items[-1].value.end
    return node


def _lines(block: str) -> list[str]:
    """The lines of a folded text as they were broken, without their indentation."""
    return [line.strip() for line in block.split("\n")[1:] if line.strip()]


def _marks(event: yaml.Event) -> tuple[int, int]:
    assert event.start_mark is not None
    assert event.end_mark is not None
    return event.start_mark.index, event.end_mark.index


def _ends(page: str, begin: int, end: int) -> int:
    """Where a value ends: for a block text, which YAML lets go on over comments, where it is no longer indented."""
    if page[begin : begin + 1] not in ("|", ">"):
        return end
    at = ends = page.find("\n", begin) + 1 or len(page)
    indent: int | None = None
    for line in page[at:end].split("\n"):
        if line.strip():
            column = len(line) - len(line.lstrip(" "))
            indent = column if indent is None else indent
            if column < indent:
                break
            ends = at + len(line)
        at += len(line) + 1
    return min(ends, end)
