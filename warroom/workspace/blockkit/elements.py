"""What a valid block's elements are: their ids, their values, what a person may do with them."""

import copy
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from warroom.workspace.blockkit.rules import options_of
from warroom.workspace.blockkit.walk import blocks_within, elements_of

Doc = dict[str, Any]

_INITIAL: dict[str, tuple[str, str, Any]] = {
    # type: (field of the state, field of the element that it starts from, value when there is none)
    "plain_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "rich_text_input": ("rich_text_value", "initial_value", None),
    "file_input": ("files", "", []),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "users_select": ("selected_user", "initial_user", None),
    "channels_select": ("selected_channel", "initial_channel", None),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "checkboxes": ("selected_options", "initial_options", []),
    "multi_users_select": ("selected_users", "initial_users", []),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
}
STATE_FIELD = {type_: names[0] for type_, names in _INITIAL.items()} | {"overflow": "selected_option"}
_WITHOUT_ACTIONS = ("image",)  # elements that nobody can use


def initial_state(element: Doc) -> Doc | None:
    """The element's entry in `state.values` before anybody touched it; None for buttons and overflow menus."""
    names = _INITIAL.get(element["type"])
    if names is None:
        return None
    shown, initial, empty = names
    return {"type": element["type"], shown: element.get(initial, copy.copy(empty))}


def is_empty(value: Doc) -> bool:
    """Whether nothing was entered or chosen."""
    held = value.get(STATE_FIELD.get(value["type"], "value"))
    if value["type"] == "rich_text_input" and isinstance(held, dict):
        return not _says_something(held)
    return held in (None, "", [])


def _says_something(part: Doc) -> bool:
    """Whether rich text holds anything but white space."""
    if isinstance(part.get("elements"), list):
        return any(_says_something(each) for each in part["elements"])
    return part.get("type") != "text" or bool(str(part.get("text", "")).strip())


def interactive_elements(blocks: Iterable[Doc]) -> Iterator[tuple[Doc, Doc]]:
    """Every (block, element) that has an action_id, also in blocks inside blocks."""
    for block, element in _elements(list(blocks)):
        if "action_id" in element:
            yield block, element


def _elements(blocks: list[Doc]) -> Iterator[tuple[Doc, Doc]]:
    for _, block in blocks_within(blocks, ""):
        for _, element in elements_of(block):
            if isinstance(block, dict) and isinstance(element, dict):
                yield block, element


def find_element(blocks: Iterable[Doc], block_id: str, action_id: str) -> tuple[Doc, Doc] | None:
    """The block and the element with these ids."""
    for block, element in interactive_elements(blocks):
        if (block["block_id"], element["action_id"]) == (block_id, action_id):
            return block, element
    return None


def fires_actions(block: Doc) -> bool:
    """Whether using the block's element sends block_actions: in an input block only with `dispatch_action`."""
    return block["type"] != "input" or bool(block.get("dispatch_action"))


def offered_option(element: Doc, value: str) -> Doc | None:
    """The element's own option with this value."""
    return next((dict(option) for option in options_of(element) if option["value"] == value), None)


def filled_in(blocks: list[Doc]) -> list[Doc]:
    """A copy with what Slack adds: ids that were left out, and the defaults of text objects."""
    copied = copy.deepcopy(blocks)
    for _, block in blocks_within(copied, ""):
        if isinstance(block, dict):
            block.setdefault("block_id", _new_id())
    for _, element in _elements(copied):
        if element["type"] not in _WITHOUT_ACTIONS:
            element.setdefault("action_id", _new_id())
    _fill_texts(copied)
    return copied


def _new_id() -> str:
    return secrets.token_urlsafe(4)[:5]


def _fill_texts(value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            _fill_texts(item)
    elif isinstance(value, dict):
        if value.get("type") == "plain_text":
            value.setdefault("emoji", True)
        elif value.get("type") == "mrkdwn":
            value.setdefault("verbatim", False)
        for item in value.values():
            _fill_texts(item)
