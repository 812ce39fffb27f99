"""The one way through nested blocks: which blocks stand inside a block, and which elements a block has itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from warroom.workspace.blockkit.rules import objects

_CHILDREN = {"container": "child_blocks", "carousel": "elements"}
_LISTED = {"actions": "elements", "context_actions": "elements", "card": "actions"}
_SINGLE = {"section": "accessory", "input": "element"}

Placed = tuple[str, Mapping[str, Any]]
"""A JSON pointer and what stands there."""


def blocks_within(blocks: Any, at: str) -> Iterator[Placed]:
    """Every block, outer ones before those inside them. Whatever is not an object is passed over."""
    for index, block in objects(blocks):
        pointer = f"{at}/{index}"
        yield pointer, block
        name = _CHILDREN.get(str(block.get("type")))
        if name:
            yield from blocks_within(block.get(name), f"{pointer}/{name}")


def elements_of(block: Mapping[str, Any], at: str = "") -> Iterator[Placed]:
    """The elements of this very block, not of those inside it."""
    type_ = str(block.get("type"))
    name = _LISTED.get(type_, "")
    yield from ((f"{at}/{name}/{index}", element) for index, element in objects(block.get(name)))
    name = _SINGLE.get(type_, "")
    element = block.get(name)
    if isinstance(element, Mapping):
        yield f"{at}/{name}", element
