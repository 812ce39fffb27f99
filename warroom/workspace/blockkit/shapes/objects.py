"""The small objects: text, options, confirmation (docs.slack.dev, composition objects)."""

from collections.abc import Mapping
from typing import Any

from warroom.workspace.blockkit.rules import (
    Array,
    AtLeastOne,
    Boolean,
    ExactlyOne,
    Found,
    OneOf,
    Rule,
    Shape,
    String,
    Typed,
    options_of,
    url,
)

ID = String(255)
ENTITY_ID = String(32)  # of a user, a channel, a team
STYLE = OneOf("primary", "danger")


def text(most: int, *kinds: str) -> Typed:
    """A text object: `plain_text` unless other kinds are named. An empty text is refused."""
    shapes = {
        "plain_text": Shape(required={"text": String(most)}, optional={"emoji": Boolean()}),
        "mrkdwn": Shape(required={"text": String(most)}, optional={"verbatim": Boolean()}),
    }
    return Typed({kind: shapes[kind] for kind in kinds or ("plain_text",)})


def any_text(most: int) -> Typed:
    return text(most, "plain_text", "mrkdwn")


def mrkdwn(most: int) -> Typed:
    return text(most, "mrkdwn")


# The types make all but `text` optional; the reference says that all four are required.
CONFIRM = Shape(
    required={"title": text(100), "text": any_text(300), "confirm": text(30), "deny": text(30)},
    optional={"style": STYLE},
)

# value: 75 in the types, 150 in slack_sdk
_VALUE = String(75)
OPTION = Shape(required={"text": text(75), "value": _VALUE}, optional={"description": text(75)})
# mrkdwn descriptions: docs.slack.dev, option object ("radio buttons and checkboxes"); the types know plain_text only
RICH_OPTION = Shape(required={"text": any_text(75), "value": _VALUE}, optional={"description": any_text(75)})
OVERFLOW_OPTION = Shape(
    required={"text": text(75), "value": _VALUE}, optional={"description": text(75), "url": url(3000)}
)
GROUP = Shape(required={"label": text(75), "options": Array(OPTION, 100)})
OPTIONS: Mapping[str, Rule] = {"options": Array(OPTION, 100), "option_groups": Array(GROUP, 100)}

FILTER = Shape(
    optional={
        "include": Array(OneOf("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": Boolean(),
        "exclude_bot_users": Boolean(),
    },
    also=(AtLeastOne("include", "exclude_external_shared_channels", "exclude_bot_users"),),
)
DISPATCH = Shape(required={"trigger_actions_on": Array(OneOf("on_enter_pressed", "on_character_entered"), 2)})

_SLACK_FILE = Shape(optional={"id": ID, "url": url(3000)}, also=(ExactlyOne("id", "url"),))
PICTURE: Mapping[str, Rule] = {"image_url": url(3000, "https?"), "slack_file": _SLACK_FILE}
ONE_PICTURE = ExactlyOne("image_url", "slack_file")
IMAGE = Shape(required={"alt_text": String(2000)}, optional=PICTURE, also=(ONE_PICTURE,))
IMAGE_ELEMENT = Typed({"image": IMAGE})

# card.slack_icon: docs.slack.dev, Slack icon object; seen in java-slack-sdk pull request 1624 and slack-go issue 1562
SLACK_ICON = Typed({"icon": Shape(required={"name": String(255)})})

_PARAMETER = Shape(required={"name": String(255), "value": String(3000, least=0)})
_TRIGGER = Shape(required={"url": url(3000)}, optional={"customizable_input_parameters": Array(_PARAMETER, 100, 0)})
WORKFLOW = Shape(required={"trigger": _TRIGGER})


def initial_among_options(value: Mapping[str, Any], at: str, found: Found) -> None:
    """Slack refuses an initial option that does not exactly match one of the options."""
    offered = [(o.get("value"), _words(o)) for o in options_of(value)]
    initial = value.get("initial_options") or [value.get("initial_option")]
    for option in initial if isinstance(initial, list) else ():
        if isinstance(option, Mapping) and (option.get("value"), _words(option)) not in offered:
            found.add("initial option must match exactly one of the options", at, "initial_option", option.get("value"))


def _words(option: Mapping[str, Any]) -> Any:
    text = option.get("text")
    return text.get("text") if isinstance(text, Mapping) else text
