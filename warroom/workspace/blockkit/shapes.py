"""The table: what every block and element must and may have, with Slack's limits.

Limits are those of docs.slack.dev (Block Kit reference) and the comments of Slack's own @slack/types 3.2.0. Where sources
differ the narrower one is taken: an option's value may have 75 characters. What is not in this table is refused.
"""

from warroom.workspace.blockkit.rules import (
    Rule,
    Shape,
    any_text,
    array,
    at_least_one,
    boolean,
    exactly_one,
    initial_among_options,
    integer,
    one_of,
    string,
    text,
    typed,
    url,
)

# -- objects -------------------------------------------------------------------------------------------------------------

_ID = string(255)
_CONFIRM = Shape(
    required={"title": text(100), "text": any_text(300), "confirm": text(30), "deny": text(30)},
    optional={"style": one_of("primary", "danger")},
)
_OPTION = Shape(required={"text": text(75), "value": string(75)}, optional={"description": text(75)})
_RICH_OPTION = Shape(required={"text": any_text(75), "value": string(75)}, optional={"description": any_text(75)})
_OVERFLOW_OPTION = Shape(
    required={"text": text(75), "value": string(75)}, optional={"description": text(75), "url": url(3000)}
)
_GROUP = Shape(required={"label": text(75), "options": array(_OPTION, 100)})
_FILTER = Shape(
    optional={
        "include": array(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    also=(at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),),
)
_DISPATCH = Shape(required={"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 2)})
_SLACK_FILE = Shape(optional={"id": string(255), "url": url(3000)}, also=(exactly_one("id", "url"),))

# -- elements ------------------------------------------------------------------------------------------------------------

_ANY_ELEMENT: dict[str, Rule] = {"action_id": _ID}
_CHOICE: dict[str, Rule] = {**_ANY_ELEMENT, "confirm": _CONFIRM, "focus_on_load": boolean, "placeholder": text(150)}
_SEVERAL: dict[str, Rule] = {**_CHOICE, "max_selected_items": integer(1, 10_000)}
_TYPED_IN: dict[str, Rule] = {
    **_ANY_ELEMENT,
    "placeholder": text(150),
    "focus_on_load": boolean,
    "dispatch_action_config": _DISPATCH,
}
_STATIC: dict[str, Rule] = {"options": array(_OPTION, 100), "option_groups": array(_GROUP, 100)}
_IDS = array(string(32), 1000, least=0)
_DATE = string(10, pattern=r"\d{4}-\d{2}-\d{2}", says="must be a date such as 2026-11-23")
_TIME = string(5, pattern=r"([01]\d|2[0-3]):[0-5]\d", says="must be a time such as 09:30")
_NUMBER = string(64, pattern=r"-?\d+(\.\d+)?", says="must be a number")
_IMAGE: dict[str, Rule] = {"image_url": url(3000), "slack_file": _SLACK_FILE}

BUTTON = Shape(
    required={"text": text(75)},
    optional={
        **_ANY_ELEMENT,
        "url": url(3000),
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "confirm": _CONFIRM,
        "accessibility_label": string(75),
    },
)
IMAGE_ELEMENT = Shape(
    required={"alt_text": string(2000)}, optional=_IMAGE, also=(exactly_one("image_url", "slack_file"),)
)
PICKERS: dict[str, Shape] = {
    "static_select": Shape(
        optional={**_CHOICE, **_STATIC, "initial_option": _OPTION},
        also=(exactly_one("options", "option_groups"), initial_among_options),
    ),
    "multi_static_select": Shape(
        optional={**_SEVERAL, **_STATIC, "initial_options": array(_OPTION, 100)},
        also=(exactly_one("options", "option_groups"), initial_among_options),
    ),
    "external_select": Shape(
        optional={**_CHOICE, "min_query_length": integer(0, 1000), "initial_option": _OPTION},
    ),
    "multi_external_select": Shape(
        optional={**_SEVERAL, "min_query_length": integer(0, 1000), "initial_options": array(_OPTION, 100)},
    ),
    "users_select": Shape(optional={**_CHOICE, "initial_user": string(32)}),
    "multi_users_select": Shape(optional={**_SEVERAL, "initial_users": _IDS}),
    "channels_select": Shape(optional={**_CHOICE, "initial_channel": string(32), "response_url_enabled": boolean}),
    "multi_channels_select": Shape(optional={**_SEVERAL, "initial_channels": _IDS}),
    "conversations_select": Shape(
        optional={
            **_CHOICE,
            "initial_conversation": string(32),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": _FILTER,
        }
    ),
    "multi_conversations_select": Shape(
        optional={
            **_SEVERAL,
            "initial_conversations": _IDS,
            "default_to_current_conversation": boolean,
            "filter": _FILTER,
        }
    ),
    "radio_buttons": Shape(
        required={"options": array(_RICH_OPTION, 10)},
        optional={**_ANY_ELEMENT, "initial_option": _RICH_OPTION, "confirm": _CONFIRM, "focus_on_load": boolean},
        also=(initial_among_options,),
    ),
    "checkboxes": Shape(
        required={"options": array(_RICH_OPTION, 10)},
        optional={
            **_ANY_ELEMENT,
            "initial_options": array(_RICH_OPTION, 10),
            "confirm": _CONFIRM,
            "focus_on_load": boolean,
        },
        also=(initial_among_options,),
    ),
    "datepicker": Shape(optional={**_CHOICE, "initial_date": _DATE}),
    "timepicker": Shape(optional={**_CHOICE, "initial_time": _TIME, "timezone": string(64)}),
    "datetimepicker": Shape(
        optional={**_CHOICE, "initial_date_time": integer(1_000_000_000, 9_999_999_999)},
    ),
}
OVERFLOW = Shape(required={"options": array(_OVERFLOW_OPTION, 5)}, optional={**_ANY_ELEMENT, "confirm": _CONFIRM})
FIELDS: dict[str, Shape] = {
    "plain_text_input": Shape(
        optional={
            **_TYPED_IN,
            "multiline": boolean,
            "initial_value": string(3000, least=0),
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        }
    ),
    "number_input": Shape(
        required={"is_decimal_allowed": boolean},
        optional={**_TYPED_IN, "initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
    ),
    "url_text_input": Shape(optional={**_TYPED_IN, "initial_value": url(3000)}),
    "email_text_input": Shape(optional={**_TYPED_IN, "initial_value": string(3000)}),
}
ACTION_ELEMENTS = {"button": BUTTON, "overflow": OVERFLOW, **PICKERS}
ACCESSORIES = {**ACTION_ELEMENTS, "image": IMAGE_ELEMENT}
INPUT_ELEMENTS = {**PICKERS, **FIELDS}

# -- rich text -----------------------------------------------------------------------------------------------------------

_STYLE = Shape(
    optional=dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), boolean
    )
)
_STYLED: dict[str, Rule] = {"style": _STYLE}
_RUNS = typed(
    {
        "text": Shape(required={"text": string(100_000)}, optional=_STYLED),
        "link": Shape(
            required={"url": url(3000)}, optional={**_STYLED, "text": string(100_000, least=0), "unsafe": boolean}
        ),
        "emoji": Shape(
            required={"name": string(255)}, optional={**_STYLED, "unicode": string(255), "skin_tone": integer(1, 6)}
        ),
        "user": Shape(required={"user_id": string(32)}, optional=_STYLED),
        "usergroup": Shape(required={"usergroup_id": string(32)}, optional=_STYLED),
        "channel": Shape(required={"channel_id": string(32)}, optional=_STYLED),
        "broadcast": Shape(required={"range": one_of("here", "channel", "everyone")}, optional=_STYLED),
        "color": Shape(required={"value": string(32)}, optional=_STYLED),
        "date": Shape(
            required={"timestamp": integer(0, 9_999_999_999), "format": string(255)},
            optional={**_STYLED, "url": url(3000), "fallback": string(255)},
        ),
    }
)
_RUN_LIST = array(_RUNS, 10_000, least=0)
_RICH_SECTION = Shape(required={"elements": _RUN_LIST})
_BORDERED: dict[str, Rule] = {"border": integer(0, 1)}
_RICH_PARTS = typed(
    {
        "rich_text_section": _RICH_SECTION,
        "rich_text_preformatted": Shape(
            required={"elements": _RUN_LIST}, optional={**_BORDERED, "language": string(64)}
        ),
        "rich_text_quote": Shape(required={"elements": _RUN_LIST}, optional=_BORDERED),
        "rich_text_list": Shape(
            required={
                "style": one_of("bullet", "ordered"),
                "elements": array(typed({"rich_text_section": _RICH_SECTION}), 10_000, least=0),
            },
            optional={**_BORDERED, "indent": integer(0, 8), "offset": integer(0, 1_000_000)},
        ),
    }
)

# -- blocks --------------------------------------------------------------------------------------------------------------

_BLOCK: dict[str, Rule] = {"block_id": _ID}
_EVERYWHERE: dict[str, Shape] = {
    "header": Shape(required={"text": text(150)}, optional=_BLOCK),
    "section": Shape(
        optional={
            **_BLOCK,
            "text": any_text(3000),
            "fields": array(any_text(2000), 10),
            "accessory": typed(ACCESSORIES),
            "expand": boolean,
        },
        also=(at_least_one("text", "fields"),),
    ),
    "context": Shape(
        required={
            "elements": array(
                typed(
                    {
                        "image": IMAGE_ELEMENT,
                        "plain_text": Shape(required={"text": string(3000)}, optional={"emoji": boolean}),
                        "mrkdwn": Shape(required={"text": string(3000)}, optional={"verbatim": boolean}),
                    }
                ),
                10,
            )
        },
        optional=_BLOCK,
    ),
    "actions": Shape(required={"elements": array(typed(ACTION_ELEMENTS), 25)}, optional=_BLOCK),
    "divider": Shape(optional=_BLOCK),
    "image": Shape(
        required={"alt_text": string(2000)},
        optional={**_BLOCK, **_IMAGE, "title": text(2000)},
        also=(exactly_one("image_url", "slack_file"),),
    ),
    "input": Shape(
        required={"label": text(2000), "element": typed(INPUT_ELEMENTS)},
        optional={**_BLOCK, "hint": text(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": Shape(required={"elements": array(_RICH_PARTS, 10_000, least=0)}, optional=_BLOCK),
}
MESSAGE_BLOCKS = {
    **_EVERYWHERE,
    "markdown": Shape(required={"text": string(12_000)}, optional=_BLOCK),
}
VIEW_BLOCKS = _EVERYWHERE

MODAL: dict[str, Rule] = {
    "title": text(24),
    "submit": text(24),
    "close": text(24),
    "private_metadata": string(3000, least=0),
    "callback_id": string(255, least=0),
    "external_id": string(255, least=0),
    "clear_on_close": boolean,
    "notify_on_close": boolean,
    "submit_disabled": boolean,
}
HOME = {name: MODAL[name] for name in ("private_metadata", "callback_id", "external_id")}
