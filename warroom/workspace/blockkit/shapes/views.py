"""Modals, homes and the attachments of messages (docs.slack.dev, view object; legacy secondary attachments)."""

import re
from collections.abc import Mapping
from typing import Any

from warroom.workspace.blockkit.rules import Array, Boolean, Found, OneOf, Rule, Shape, String, Typed
from warroom.workspace.blockkit.shapes.blocks import blocks_of
from warroom.workspace.blockkit.shapes.objects import text

MESSAGE_BLOCKS = Array(Typed(blocks_of("message")), 50, least=0)

_ANY_VIEW: Mapping[str, Rule] = {
    "private_metadata": String(3000, least=0),
    "callback_id": String(255, least=0),
    "external_id": String(255, least=0),
}
VIEWS: Mapping[str, Shape] = {
    "modal": Shape(
        required={"title": text(24), "blocks": Array(Typed(blocks_of("modal")), 100)},
        optional={
            **_ANY_VIEW,
            "submit": text(24),
            "close": text(24),
            "clear_on_close": Boolean(),
            "notify_on_close": Boolean(),
            # docs.slack.dev, view object; the types have it for legacy workflow steps only
            "submit_disabled": Boolean(),
        },
    ),
    "home": Shape(required={"blocks": Array(Typed(blocks_of("home")), 100, least=0)}, optional=_ANY_VIEW),
}

# -- attachments ---------------------------------------------------------------------------------------------------------
# The older way: fields of MessageAttachment in @slack/types. Slack passes over fields it does not know, and so does this.

MOST_ATTACHMENTS = 100
_TEXT = String(40_000, least=0)
_NAMES = Array(String(40_000), 100, least=0)
_CONFIRMATION = Shape(
    required={"text": _TEXT}, optional=dict.fromkeys(("title", "ok_text", "dismiss_text"), _TEXT), open=True
)
_OPTION = Shape(required={"text": _TEXT, "value": _TEXT}, optional={"description": _TEXT}, open=True)
_OPTIONS = Array(_OPTION, 100, least=0)
_GROUP = Shape(required={"text": _TEXT, "options": _OPTIONS}, open=True)
_ACTION = Shape(
    required={"text": _TEXT},
    optional={
        "type": OneOf("button", "select"),
        "name": _TEXT,
        "value": String(2000, least=0),
        "url": _TEXT,
        "style": OneOf("default", "primary", "danger"),
        "confirm": _CONFIRMATION,
        "data_source": OneOf("static", "channels", "conversations", "users", "external"),
        "options": _OPTIONS,
        "option_groups": Array(_GROUP, 100, least=0),
        "selected_options": _OPTIONS,
    },
    open=True,
)
_FIELD = Shape(optional={"title": _TEXT, "value": _TEXT, "short": Boolean()}, open=True)


def _timestamp(value: Any, at: str, found: Found) -> None:
    """Seconds, as a number or as text."""
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,11}(\.\d+)?", str(value)):
        found.add("must be a timestamp", at, "type", "timestamp")


ATTACHMENT = Shape(
    optional={
        "blocks": MESSAGE_BLOCKS,
        **dict.fromkeys(("fallback", "color", "pretext", "text", "callback_id"), _TEXT),
        **dict.fromkeys(("author_name", "author_link", "author_icon", "author_subname"), _TEXT),
        **dict.fromkeys(("title", "title_link", "image_url", "thumb_url", "footer_icon"), _TEXT),
        "footer": String(300, least=0),
        "ts": _timestamp,
        "fields": Array(_FIELD, 100, least=0),
        "mrkdwn_in": _NAMES,
        "actions": Array(_ACTION, 5, least=0),  # five: docs.slack.dev, legacy interactive messages
    },
    open=True,
)
ATTACHMENTS = Array(ATTACHMENT, MOST_ATTACHMENTS, least=0)
