"""Checks blocks and views as Slack does before it accepts them: every problem at once, each with a JSON pointer."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from warroom.workspace.blockkit.rules import Found, Problem, Shape, array, typed
from warroom.workspace.blockkit.shapes import HOME, MESSAGE_BLOCKS, MODAL, VIEW_BLOCKS

MOST_IN_MESSAGE = 50
MOST_IN_VIEW = 100
_MARKDOWN_PER_MESSAGE = 12_000

_MESSAGE_BLOCKS = array(typed(MESSAGE_BLOCKS), MOST_IN_MESSAGE, least=0)
_VIEW_BLOCKS = array(typed(VIEW_BLOCKS), MOST_IN_VIEW)
_VIEWS = {
    "modal": Shape(
        required={"title": MODAL["title"], "blocks": _VIEW_BLOCKS},
        optional={name: rule for name, rule in MODAL.items() if name != "title"},
    ),
    "home": Shape(required={"blocks": array(typed(VIEW_BLOCKS), MOST_IN_VIEW, least=0)}, optional=HOME),
}


def check_blocks(blocks: Any, at: str = "/blocks") -> list[Problem]:
    """The problems of a message's blocks."""
    found = Found()
    _MESSAGE_BLOCKS(blocks, at, found)
    if isinstance(blocks, list):
        _check_together(blocks, at, found)
        _check_markdown(blocks, at, found)
    return found.problems


def check_view(view: Any, *allowed: Literal["modal", "home"], at: str = "/view") -> list[Problem]:
    """The problems of a view of one of the allowed types."""
    found = Found()
    typed({name: _VIEWS[name] for name in allowed})(view, at, found)
    if isinstance(view, Mapping) and isinstance(view.get("blocks"), list):
        _check_together(view["blocks"], f"{at}/blocks", found)
        has_input = any(isinstance(b, Mapping) and b.get("type") == "input" for b in view["blocks"])
        if view.get("type") == "modal" and has_input and not view.get("submit"):
            found.add("missing required field: submit (there are input blocks)", at, "required", "submit")
    return found.problems


def _check_together(blocks: list[Any], at: str, found: Found) -> None:
    """What holds between blocks: ids are unique, one element at most takes the focus."""
    known = [(f"{at}/{index}", block) for index, block in enumerate(blocks) if isinstance(block, Mapping)]
    for pointer, block_id in _repeated((p, b.get("block_id")) for p, b in known):
        found.add(f"block_id {block_id!r} already exists", f"{pointer}/block_id", "unique", block_id)
    for pointer, block in known:
        ids = ((pointer, element.get("action_id")) for element in _elements(block))
        for _, action_id in _repeated(ids):
            found.add(f"action_id {action_id!r} already exists for another element", pointer, "unique", action_id)
    focused = [e for _, block in known for e in _elements(block) if e.get("focus_on_load") is True]
    if len(focused) > 1:
        found.add("only one element may have focus_on_load", at, "unique", "focus_on_load")


def _check_markdown(blocks: list[Any], at: str, found: Found) -> None:
    texts = [b.get("text") for b in blocks if isinstance(b, Mapping) and b.get("type") == "markdown"]
    total = sum(len(text) for text in texts if isinstance(text, str))
    if len(texts) > 1 and total > _MARKDOWN_PER_MESSAGE:
        found.add(f"markdown must be less than {_MARKDOWN_PER_MESSAGE + 1} characters in all", at, "max_length", 12_000)


def _repeated(ids: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    given = [(pointer, id_) for pointer, id_ in ids if isinstance(id_, str)]
    counts = Counter(id_ for _, id_ in given)
    return [last for id_, count in counts.items() if count > 1 for last in [(p, i) for p, i in given if i == id_][-1:]]


def _elements(block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = block.get("elements")
    several = listed if isinstance(listed, list) and block.get("type") == "actions" else []
    return [e for e in (*several, block.get("accessory"), block.get("element")) if isinstance(e, Mapping)]
