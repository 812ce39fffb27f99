"""What rich_text blocks are made of (docs.slack.dev, rich text block and elements). No length limits are published."""

from collections.abc import Mapping

from warroom.workspace.blockkit.rules import Array, Boolean, Integer, OneOf, Rule, Shape, String, Typed, url
from warroom.workspace.blockkit.shapes.objects import ENTITY_ID, ID

_LONG = 100_000  # as much as blocks.validate takes at all
_MANY = 10_000

_FLAGS: Mapping[str, Rule] = dict.fromkeys(("bold", "italic", "strike", "code", "underline"), Boolean())
_STYLED: Mapping[str, Rule] = {"style": Shape(optional=_FLAGS)}
# docs.slack.dev gives mentions three flags more, which the types lack
_MENTION_FLAGS: Mapping[str, Rule] = dict.fromkeys(("highlight", "client_highlight", "unlink"), Boolean())
_MENTION: Mapping[str, Rule] = {"style": Shape(optional={**_FLAGS, **_MENTION_FLAGS})}

_TEXT = Shape(required={"text": String(_LONG)}, optional=_STYLED)
_LINK = Shape(required={"url": url(3000)}, optional={**_STYLED, "text": String(_LONG, least=0), "unsafe": Boolean()})
RUNS: Mapping[str, Shape] = {
    "text": _TEXT,
    "link": _LINK,
    "emoji": Shape(
        required={"name": String(255)},
        # skin_tone: docs.slack.dev, emoji element
        optional={**_STYLED, "unicode": String(255), "url": url(3000), "skin_tone": Integer(1, 6)},
    ),
    "user": Shape(required={"user_id": ENTITY_ID}, optional=_MENTION),
    "usergroup": Shape(required={"usergroup_id": ENTITY_ID}, optional=_MENTION),
    "channel": Shape(required={"channel_id": ENTITY_ID}, optional=_MENTION),
    "team": Shape(required={"team_id": ENTITY_ID}, optional=_STYLED),
    "broadcast": Shape(required={"range": OneOf("here", "channel", "everyone")}, optional=_STYLED),
    "color": Shape(
        required={"value": String(7, pattern=r"#([0-9A-Fa-f]{3}){1,2}", says="must be a hex color such as #4A154B")},
        optional=_STYLED,
    ),
    "date": Shape(
        required={"timestamp": Integer(0, 9_999_999_999), "format": String(255)},
        optional={**_STYLED, "url": url(3000), "fallback": String(255)},
    ),
}
_RUN_LIST = Array(Typed(RUNS), _MANY, least=0)
_SECTION = Shape(required={"elements": _RUN_LIST})
_BORDER: Mapping[str, Rule] = {"border": Integer(0, 1)}
PARTS: Mapping[str, Shape] = {
    "rich_text_section": _SECTION,
    "rich_text_preformatted": Shape(
        required={"elements": Array(Typed({"text": _TEXT, "link": _LINK}), _MANY, least=0)},
        # language: docs.slack.dev, rich text block
        optional={**_BORDER, "language": String(64)},
    ),
    "rich_text_quote": Shape(required={"elements": _RUN_LIST}, optional=_BORDER),
    "rich_text_list": Shape(
        required={
            "style": OneOf("bullet", "ordered"),
            "elements": Array(Typed({"rich_text_section": _SECTION}), _MANY, least=0),
        },
        # offset: docs.slack.dev, rich text block; slack_sdk 3.47 has it too
        optional={**_BORDER, "indent": Integer(0, 8), "offset": Integer(0, 1_000_000)},
    ),
}
RICH_TEXT = Shape(required={"elements": Array(Typed(PARTS), _MANY, least=0)}, optional={"block_id": ID})
RICH_TEXT_BLOCK = Typed({"rich_text": RICH_TEXT})
