"""Checks blocks, views and messages as Slack does before it accepts them: every problem at once, each with a JSON pointer."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from warroom.workspace.blockkit.rules import Found, Problem, Typed
from warroom.workspace.blockkit.shapes.views import ATTACHMENTS, MESSAGE_BLOCKS, VIEWS
from warroom.workspace.blockkit.walk import Placed, blocks_within, elements_of

_MARKDOWN_PER_MESSAGE = 12_000
_TABLES = ("table", "data_table")
_MOST: Mapping[str, int] = {
    "data_visualization": 2,  # docs.slack.dev, data visualization block
    "plan": 1,  # seen from chat.update: "Cannot have more than 1 plan block"
}


def check_blocks(blocks: Any, at: str = "/blocks") -> list[Problem]:
    """The problems of a message's blocks."""
    found = Found()
    MESSAGE_BLOCKS(blocks, at, found)
    _check_message(list(blocks_within(blocks, at)), at, found)
    return found.problems


def check_attachments(attachments: Any, at: str = "/attachments") -> list[Problem]:
    """The problems of a message's attachments, and of the blocks in them."""
    found = Found()
    ATTACHMENTS(attachments, at, found)
    _check_message(_attached(attachments, at), at, found)
    return found.problems


def check_message(message: Any, at: str = "") -> list[Problem]:
    """The problems of a whole message: text, blocks and attachments, and what holds between these."""
    found = Found()
    if not isinstance(message, Mapping):
        found.add("must provide an object", at, "type", "object")
        return found.problems
    blocks, attachments = message.get("blocks"), message.get("attachments")
    if not (blocks or attachments or message.get("text") or message.get("markdown_text")):
        names = ["text", "blocks", "attachments"]
        found.add(f"must provide at least one of: {', '.join(names)}", at, "at_least_one", names)
    if blocks is not None:
        MESSAGE_BLOCKS(blocks, f"{at}/blocks", found)
    if attachments is not None:
        ATTACHMENTS(attachments, f"{at}/attachments", found)
    placed = [*blocks_within(blocks, f"{at}/blocks"), *_attached(attachments, f"{at}/attachments")]
    _check_message(placed, f"{at}/blocks", found)
    return found.problems


def check_view(view: Any, *allowed: Literal["modal", "home"], at: str = "/view") -> list[Problem]:
    """The problems of a view of one of the allowed types."""
    found = Found()
    Typed({name: VIEWS[name] for name in allowed})(view, at, found)
    if isinstance(view, Mapping):
        placed = list(blocks_within(view.get("blocks"), f"{at}/blocks"))
        _check_together(placed, f"{at}/blocks", found)
        modal = view.get("type") == "modal"
        _check_response_urls(placed, found, modal=modal)
        if modal and not view.get("submit") and any(block.get("type") == "input" for _, block in placed):
            found.add("missing required field: submit (there are input blocks)", at, "required", "submit")
    return found.problems


def _attached(attachments: Any, at: str) -> list[Placed]:
    given = enumerate(attachments) if isinstance(attachments, list) else ()
    return [
        placed
        for index, each in given
        if isinstance(each, Mapping)
        for placed in blocks_within(each.get("blocks"), f"{at}/{index}/blocks")
    ]


def _check_message(placed: list[Placed], at: str, found: Found) -> None:
    _check_together(placed, at, found)
    _check_response_urls(placed, found, modal=False)
    _check_markdown(placed, at, found)
    for type_, most in _MOST.items():
        for pointer in [p for p, block in placed if block.get("type") == type_][most:]:
            found.add(f"no more than {most} {type_} allowed in a message", pointer, "max_items", most)
    for pointer in [p for p, block in placed if block.get("type") in _TABLES][1:]:
        found.add("only_one_table_allowed", pointer, "max_items", 1, refused_as="invalid_attachments")


def _check_together(placed: list[Placed], at: str, found: Found) -> None:
    """What holds between blocks: ids are unique, one element at most takes the focus."""
    for pointer, block_id in _repeated((p, b.get("block_id")) for p, b in placed):
        found.add(f"block_id {block_id!r} already exists", f"{pointer}/block_id", "unique", block_id)
    for pointer, block in placed:
        for _, action_id in _repeated((p, e.get("action_id")) for p, e in elements_of(block, pointer)):
            found.add(f"action_id {action_id!r} already exists for another element", pointer, "unique", action_id)
    focused = [e for _, block in placed for _, e in elements_of(block) if e.get("focus_on_load") is True]
    if len(focused) > 1:
        found.add("only one element may have focus_on_load", at, "unique", "focus_on_load")


def _check_response_urls(placed: list[Placed], found: Found, *, modal: bool) -> None:
    """response_url_enabled "only works with menus in input blocks in modals" (docs.slack.dev, select menu element)."""
    for pointer, block in placed:
        for where, element in elements_of(block, pointer):
            if element.get("response_url_enabled") is True and not (modal and block.get("type") == "input"):
                says = "response_url_enabled is only supported in input blocks in modals"
                found.add(says, f"{where}/response_url_enabled", "enum", [False])


def _check_markdown(placed: list[Placed], at: str, found: Found) -> None:
    texts = [b.get("text") for _, b in placed if b.get("type") == "markdown"]
    total = sum(len(text) for text in texts if isinstance(text, str))
    if len(texts) > 1 and total > _MARKDOWN_PER_MESSAGE:
        found.add(f"markdown must be less than {_MARKDOWN_PER_MESSAGE + 1} characters in all", at, "max_length", 12_000)


def _repeated(ids: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The last place of each id that is there more than once."""
    given = [(pointer, id_) for pointer, id_ in ids if isinstance(id_, str)]
    counts = Counter(id_ for _, id_ in given)
    last = {id_: pointer for pointer, id_ in given}
    return [(last[id_], id_) for id_, count in counts.items() if count > 1]
