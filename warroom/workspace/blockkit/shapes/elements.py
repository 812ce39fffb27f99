"""Buttons, menus, pickers and inputs (docs.slack.dev, block elements), and where each may stand."""

from collections.abc import Mapping
from typing import Any

from warroom.workspace.blockkit.rules import (
    Array,
    Boolean,
    ExactlyOne,
    Found,
    Integer,
    OneOf,
    Rule,
    Shape,
    String,
    Typed,
    url,
)
from warroom.workspace.blockkit.shapes.objects import (
    CONFIRM,
    DISPATCH,
    ENTITY_ID,
    FILTER,
    ID,
    IMAGE,
    OPTION,
    OPTIONS,
    OVERFLOW_OPTION,
    RICH_OPTION,
    STYLE,
    WORKFLOW,
    initial_among_options,
    text,
)
from warroom.workspace.blockkit.shapes.richtext import RICH_TEXT_BLOCK

_ANY: Mapping[str, Rule] = {"action_id": ID}
_PICKED: Mapping[str, Rule] = {**_ANY, "confirm": CONFIRM, "focus_on_load": Boolean()}
_CHOICE: Mapping[str, Rule] = {**_PICKED, "placeholder": text(150)}
_SEVERAL: Mapping[str, Rule] = {**_CHOICE, "max_selected_items": Integer(1, 10_000)}
_TYPED_IN: Mapping[str, Rule] = {
    **_ANY,
    "placeholder": text(150),
    "focus_on_load": Boolean(),
    "dispatch_action_config": DISPATCH,
}
_IDS = Array(ENTITY_ID, 1000, least=0)
_QUERY: Mapping[str, Rule] = {"min_query_length": Integer(0, 1000)}
_LABEL: Mapping[str, Rule] = {"accessibility_label": String(75)}
_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
DATE = String(10, pattern=_DAY, says="must be a date such as 2026-11-23")
TIME = String(5, pattern=r"([01]\d|2[0-3]):[0-5]\d", says="must be a time such as 09:30")
DATE_TIME = Integer(1_000_000_000, 9_999_999_999)  # "in the format of 10 digits"
NUMBER = String(64, pattern=r"-?\d+(\.\d+)?", says="must be a number")
_ONE_SOURCE = ExactlyOne("options", "option_groups")


def _bounds_in_order(value: Mapping[str, Any], at: str, found: Found) -> None:
    """The minimum cannot be greater than the maximum."""
    try:
        least, most = float(value["min_value"]), float(value["max_value"])
    except (KeyError, TypeError, ValueError):
        return
    if least > most:
        found.add("min_value cannot be greater than max_value", at, "range", [value["min_value"], value["max_value"]])


# -- buttons -------------------------------------------------------------------------------------------------------------

BUTTON = Shape(
    required={"text": text(75)},
    optional={
        **_ANY,
        **_LABEL,
        "url": url(3000),
        "value": String(2000),
        "style": STYLE,
        "confirm": CONFIRM,
        # the next three: slack_sdk 3.47, the types lack them
        "agent_prompt": String(4000),
        "agent_prompt_display": String(4000),
        "visible_to_user_ids": _IDS,
    },
)
_FEEDBACK = Shape(required={"text": text(75), "value": String(2000)}, optional=_LABEL)
FEEDBACK_BUTTONS = Shape(required={"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, optional=_ANY)
ICON_BUTTON = Shape(
    required={"icon": OneOf("trash"), "text": text(75)},  # the one icon the reference names
    optional={**_ANY, **_LABEL, "value": String(2000), "confirm": CONFIRM, "visible_to_user_ids": _IDS},
)
WORKFLOW_BUTTON = Shape(
    required={"text": text(75), "workflow": WORKFLOW},
    optional={**_ANY, **_LABEL, "style": STYLE, "confirm": CONFIRM},
)
OVERFLOW = Shape(required={"options": Array(OVERFLOW_OPTION, 5)}, optional={**_ANY, "confirm": CONFIRM})

# -- menus and pickers ---------------------------------------------------------------------------------------------------

_RESPONSE_URL: Mapping[str, Rule] = {"response_url_enabled": Boolean()}
_CONVERSATIONS: Mapping[str, Rule] = {"default_to_current_conversation": Boolean(), "filter": FILTER}
PICKERS: Mapping[str, Shape] = {
    "static_select": Shape(
        optional={**_CHOICE, **OPTIONS, "initial_option": OPTION}, also=(_ONE_SOURCE, initial_among_options)
    ),
    "multi_static_select": Shape(
        optional={**_SEVERAL, **OPTIONS, "initial_options": Array(OPTION, 100)},
        also=(_ONE_SOURCE, initial_among_options),
    ),
    "external_select": Shape(optional={**_CHOICE, **_QUERY, "initial_option": OPTION}),
    "multi_external_select": Shape(optional={**_SEVERAL, **_QUERY, "initial_options": Array(OPTION, 100)}),
    "users_select": Shape(optional={**_CHOICE, "initial_user": ENTITY_ID}),
    "multi_users_select": Shape(optional={**_SEVERAL, "initial_users": _IDS}),
    "channels_select": Shape(optional={**_CHOICE, **_RESPONSE_URL, "initial_channel": ENTITY_ID}),
    "multi_channels_select": Shape(optional={**_SEVERAL, "initial_channels": _IDS}),
    "conversations_select": Shape(
        optional={**_CHOICE, **_RESPONSE_URL, **_CONVERSATIONS, "initial_conversation": ENTITY_ID}
    ),
    "multi_conversations_select": Shape(optional={**_SEVERAL, **_CONVERSATIONS, "initial_conversations": _IDS}),
    "radio_buttons": Shape(
        required={"options": Array(RICH_OPTION, 10)},
        optional={**_PICKED, "initial_option": RICH_OPTION},
        also=(initial_among_options,),
    ),
    "checkboxes": Shape(
        required={"options": Array(RICH_OPTION, 10)},
        # None at all is taken: pRizz/free-slack-poll sends it, and its walk through a real Slack (2026-03-15) passed.
        optional={**_PICKED, "initial_options": Array(RICH_OPTION, 10, least=0)},
        also=(initial_among_options,),
    ),
    "datepicker": Shape(optional={**_CHOICE, "initial_date": DATE}),
    "timepicker": Shape(optional={**_CHOICE, "initial_time": TIME, "timezone": String(64)}),
}
# has no placeholder, and may not stand beside a section
DATETIMEPICKER = Shape(optional={**_PICKED, "initial_date_time": DATE_TIME})

# -- inputs --------------------------------------------------------------------------------------------------------------

RICH_TEXT_INPUT = Shape(
    optional={
        **_TYPED_IN,
        "initial_value": RICH_TEXT_BLOCK,
        "min_lines": Integer(1, 100),
        "max_lines": Integer(1, 100),
    }
)
FIELDS: Mapping[str, Shape] = {
    "plain_text_input": Shape(
        optional={
            **_TYPED_IN,
            "multiline": Boolean(),
            "initial_value": String(3000, least=0),
            "min_length": Integer(0, 3000),
            "max_length": Integer(1, 3000),
        }
    ),
    "number_input": Shape(
        required={"is_decimal_allowed": Boolean()},
        optional={**_TYPED_IN, "initial_value": NUMBER, "min_value": NUMBER, "max_value": NUMBER},
        also=(_bounds_in_order,),
    ),
    "url_text_input": Shape(optional={**_TYPED_IN, "initial_value": url(3000)}),
    "email_text_input": Shape(optional={**_TYPED_IN, "initial_value": String(3000)}),
    "rich_text_input": RICH_TEXT_INPUT,
}
FILE_INPUT = Shape(optional={**_ANY, "filetypes": Array(String(64), 100), "max_files": Integer(1, 10)})

# -- where each may stand ------------------------------------------------------------------------------------------------

_BESIDE: Mapping[str, Shape] = {
    "button": BUTTON,
    "overflow": OVERFLOW,
    "workflow_button": WORKFLOW_BUTTON,
    **PICKERS,
}
ACTION_ELEMENTS: Mapping[str, Shape] = {
    **_BESIDE,
    "datetimepicker": DATETIMEPICKER,
    "rich_text_input": RICH_TEXT_INPUT,
}
ACCESSORIES: Mapping[str, Shape] = {**_BESIDE, "image": IMAGE}
INPUT_ELEMENTS: Mapping[str, Shape] = {**PICKERS, "datetimepicker": DATETIMEPICKER, **FIELDS}
MODAL_INPUT_ELEMENTS: Mapping[str, Shape] = {**INPUT_ELEMENTS, "file_input": FILE_INPUT}  # files: in modals only
CONTEXT_ACTIONS: Mapping[str, Shape] = {"feedback_buttons": FEEDBACK_BUTTONS, "icon_button": ICON_BUTTON}
CARD_ACTIONS = Typed({"button": BUTTON})
