"""What a valid block's elements are: their ids, their values, what a person may do with them."""

import copy
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from warroom.workspace.blockkit.rules import options_of

Doc = dict[str, Any]

_INITIAL: dict[str, tuple[str, str, Any]] = {
    # type: (field of the state, field of the element that it starts from, value when there is none)
    "plain_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
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


def initial_state(element: Doc) -> Doc | None:
    """The element's entry in `state.values` before anybody touched it; None for buttons and overflow menus."""
    names = _INITIAL.get(element["type"])
    if names is None:
        return None
    shown, initial, empty = names
    return {"type": element["type"], shown: element.get(initial, copy.copy(empty))}


def is_empty(value: Doc) -> bool:
    """Whether nothing was entered or chosen."""
    return value.get(STATE_FIELD.get(value["type"], "value")) in (None, "", [])


def interactive_elements(blocks: Iterable[Doc]) -> Iterator[tuple[Doc, Doc]]:
    """Every (block, element) that has an action_id."""
    for block in blocks:
        listed = block.get("elements", ()) if block["type"] == "actions" else ()
        for element in (*listed, block.get("accessory"), block.get("element")):
            if element is not None and "action_id" in element:
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
    return next((option for option in options_of(element) if option["value"] == value), None)


def filled_in(blocks: list[Doc]) -> list[Doc]:
    """A copy with what Slack adds: ids that were left out, and the defaults of text objects."""
    copied = copy.deepcopy(blocks)
    for block in copied:
        block.setdefault("block_id", _new_id())
        _fill_texts(block)
        listed = block.get("elements", ()) if block["type"] == "actions" else ()
        for element in (*listed, block.get("accessory"), block.get("element")):
            if element is not None and element["type"] != "image":
                element.setdefault("action_id", _new_id())
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
