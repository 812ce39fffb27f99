"""Every block (docs.slack.dev, blocks), and on which surface it may stand."""

from collections.abc import Mapping
from typing import Any, Literal

from warroom.workspace.blockkit.rules import (
    Array,
    AtLeastOne,
    AtMostOne,
    Boolean,
    Found,
    Integer,
    Number,
    OneOf,
    Rule,
    Shape,
    String,
    Typed,
    objects,
    url,
)
from warroom.workspace.blockkit.shapes.charts import CHART
from warroom.workspace.blockkit.shapes.elements import (
    ACCESSORIES,
    ACTION_ELEMENTS,
    CARD_ACTIONS,
    CONTEXT_ACTIONS,
    INPUT_ELEMENTS,
    MODAL_INPUT_ELEMENTS,
)
from warroom.workspace.blockkit.shapes.objects import (
    ID,
    IMAGE,
    IMAGE_ELEMENT,
    ONE_PICTURE,
    PICTURE,
    SLACK_ICON,
    any_text,
    mrkdwn,
    text,
)
from warroom.workspace.blockkit.shapes.richtext import RICH_TEXT, RICH_TEXT_BLOCK

Surface = Literal["message", "modal", "home"]

_BLOCK: Mapping[str, Rule] = {"block_id": ID}

# -- text, pictures, actions ---------------------------------------------------------------------------------------------

HEADER = Shape(required={"text": text(150)}, optional=_BLOCK)
SECTION = Shape(
    optional={
        **_BLOCK,
        "text": any_text(3000),
        "fields": Array(any_text(2000), 10),
        "accessory": Typed(ACCESSORIES),
        "expand": Boolean(),
    },
    also=(AtLeastOne("text", "fields"),),
)
CONTEXT = Shape(required={"elements": Array(Typed({"image": IMAGE, **any_text(3000).shapes}), 10)}, optional=_BLOCK)
ACTIONS = Shape(required={"elements": Array(Typed(ACTION_ELEMENTS), 25)}, optional=_BLOCK)
CONTEXT_ACTIONS_BLOCK = Shape(required={"elements": Array(Typed(CONTEXT_ACTIONS), 5)}, optional=_BLOCK)
DIVIDER = Shape(optional=_BLOCK)
IMAGE_BLOCK = Shape(
    required={"alt_text": String(2000)}, optional={**_BLOCK, **PICTURE, "title": text(2000)}, also=(ONE_PICTURE,)
)
MARKDOWN = Shape(required={"text": String(12_000)}, optional=_BLOCK)
ALERT = Shape(
    # 200 characters: java-slack-sdk, AlertBlock
    required={"text": any_text(200)},
    optional={**_BLOCK, "level": OneOf("default", "info", "warning", "error", "success")},
)
VIDEO = Shape(
    required={
        "alt_text": String(2000),
        "title": text(199),  # "must be less than 200 characters"
        "thumbnail_url": url(3000, "https?"),
        "video_url": url(3000, "https"),
    },
    optional={
        **_BLOCK,
        "title_url": url(3000, "https"),
        "author_name": String(49),  # "must be less than 50 characters"
        "provider_name": String(255),
        "provider_icon_url": url(3000, "https?"),
        "description": text(3000),
    },
)
# Slack shows it in what is read back; "you can't add this block to app surfaces directly"
FILE = Shape(required={"source": OneOf("remote"), "external_id": String(255)}, optional=_BLOCK)


def _no_dispatch_of_files(value: Mapping[str, Any], at: str, found: Found) -> None:
    element = value.get("element")
    if isinstance(element, Mapping) and element.get("type") == "file_input" and value.get("dispatch_action") is True:
        found.add("dispatch_action is not supported with file_input", f"{at}/dispatch_action", "enum", [False])


def _input(elements: Mapping[str, Shape]) -> Shape:
    return Shape(
        required={"label": text(2000), "element": Typed(elements)},
        optional={**_BLOCK, "hint": text(2000), "optional": Boolean(), "dispatch_action": Boolean()},
        also=(_no_dispatch_of_files,),
    )


INPUT, MODAL_INPUT = _input(INPUT_ELEMENTS), _input(MODAL_INPUT_ELEMENTS)

# -- tables and charts ---------------------------------------------------------------------------------------------------

_RAW_TEXT = Shape(required={"text": String(10_000)})
_RAW_NUMBER = Shape(required={"value": Number(), "text": String(10_000)})
_CELL = Typed({"raw_text": _RAW_TEXT, "raw_number": _RAW_NUMBER, "rich_text": RICH_TEXT})
_COLUMN = Shape(optional={"align": OneOf("left", "center", "right"), "is_wrapped": Boolean()})
_CHARACTERS = 10_000  # in all cells of a data_table


def _rows(value: Mapping[str, Any]) -> list[list[Any]]:
    rows = value.get("rows")
    return [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


def _rows_are_even(value: Mapping[str, Any], at: str, found: Found) -> None:
    rows = _rows(value)
    for index, row in enumerate(rows):
        if len(row) != len(rows[0]):
            found.add("all rows must have the same number of values", f"{at}/rows/{index}", "length", len(rows[0]))


def _header_is_plain(value: Mapping[str, Any], at: str, found: Found) -> None:
    """The first row is the header; rich_text cannot be used in it."""
    for index, cell in objects(next(iter(_rows(value)), None)):
        if cell.get("type") == "rich_text":
            found.add("unsupported type: rich_text", f"{at}/rows/0/{index}/type", "enum", ["raw_number", "raw_text"])


def _row_header_exists(value: Mapping[str, Any], at: str, found: Found) -> None:
    index, rows = value.get("row_header_column_index"), _rows(value)
    if isinstance(index, int) and rows and index >= len(rows[0]):
        most = max(0, len(rows[0]) - 1)
        found.add(f"must be between 0 and {most}", f"{at}/row_header_column_index", "range", [0, most])


def _characters_within_limit(value: Mapping[str, Any], at: str, found: Found) -> None:
    total = sum(map(_characters, _rows(value)))
    if total > _CHARACTERS:
        found.add(f"must be less than {_CHARACTERS + 1} characters in all", f"{at}/rows", "max_length", _CHARACTERS)


def _characters(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_characters, value))
    if not isinstance(value, Mapping):
        return 0
    shown = value.get("text")
    return len(shown) if isinstance(shown, str) else _characters(value.get("elements"))


TABLE = Shape(
    required={"rows": Array(Array(_CELL, 20), 100)},
    optional={**_BLOCK, "column_settings": Array(_COLUMN, 20, least=0, gaps=True)},
)
DATA_TABLE = Shape(
    # 101 rows: docs.slack.dev; a library says 201
    required={"caption": String(3000), "rows": Array(Array(_CELL, 20), 101, least=2)},
    optional={**_BLOCK, "page_size": Integer(1, 100), "row_header_column_index": Integer(0, 19)},
    also=(_rows_are_even, _header_is_plain, _row_header_exists, _characters_within_limit),
)
DATA_VISUALIZATION = Shape(required={"title": String(50), "chart": CHART}, optional=_BLOCK)

# -- cards, tasks, containers --------------------------------------------------------------------------------------------

CARD = Shape(
    optional={
        **_BLOCK,
        "hero_image": IMAGE_ELEMENT,
        "icon": IMAGE_ELEMENT,
        "title": mrkdwn(150),
        "subtitle": mrkdwn(150),
        "body": mrkdwn(200),
        "actions": Array(CARD_ACTIONS, 3),  # three: java-slack-sdk pull request 1608, from the reference
        # the next two: docs.slack.dev, card block; the types lack them
        "slack_icon": SLACK_ICON,
        "subtext": mrkdwn(200),
    },
    also=(AtLeastOne("hero_image", "title", "actions", "body"), AtMostOne("icon", "slack_icon")),
)
CAROUSEL = Shape(required={"elements": Array(Typed({"card": CARD}), 10)}, optional=_BLOCK)

_SOURCE = Typed({"url": Shape(required={"url": url(3000), "text": String(3000)})})
TASK_CARD = Shape(
    # status: required by the types, optional in the reference
    required={
        "task_id": String(255),
        "title": String(3000),
        "status": OneOf("pending", "in_progress", "complete", "error"),
    },
    optional={
        **_BLOCK,
        "details": RICH_TEXT_BLOCK,
        "output": RICH_TEXT_BLOCK,
        "sources": Array(_SOURCE, 100, least=0),
    },
)
PLAN = Shape(
    # the reference's own example leaves out the type of a task; 50 tasks: [U]
    required={"title": String(3000)},
    optional={**_BLOCK, "tasks": Array(Typed({"task_card": TASK_CARD}, default="task_card"), 50, least=0)},
)


def _collapsed_needs_collapsible(value: Mapping[str, Any], at: str, found: Found) -> None:
    if value.get("default_collapsed") is True and value.get("is_collapsible") is not True:
        found.add("default_collapsed requires is_collapsible", f"{at}/default_collapsed", "requires", "is_collapsible")


CHILDREN: Mapping[str, Shape] = {
    "actions": ACTIONS,
    "context": CONTEXT,
    "divider": DIVIDER,
    "file": FILE,
    "header": HEADER,
    "image": IMAGE_BLOCK,
    "input": INPUT,
    "rich_text": RICH_TEXT,
    "section": SECTION,
    "table": TABLE,
    "video": VIDEO,
}
CONTAINER = Shape(
    required={"child_blocks": Array(Typed(CHILDREN), 10)},
    optional={
        **_BLOCK,
        "title": text(150),
        "rich_text_title": RICH_TEXT_BLOCK,
        "subtitle": any_text(150),
        "width": OneOf("narrow", "standard", "wide", "full"),
        "icon": IMAGE_ELEMENT,
        "is_collapsible": Boolean(),
        "default_collapsed": Boolean(),
        "has_header_divider": Boolean(),
    },
    also=(AtLeastOne("title", "rich_text_title"), _collapsed_needs_collapsible),
)

# -- where each may stand ------------------------------------------------------------------------------------------------

_EVERYWHERE: tuple[Surface, ...] = ("message", "modal", "home")
# Slack's own list, docs.slack.dev/blocks.json. `alert` in messages: [U], the list has modals only. `file`: the list has
# messages, the block's page says that it cannot be sent.
BLOCKS: Mapping[str, tuple[Shape, tuple[Surface, ...]]] = {
    "actions": (ACTIONS, _EVERYWHERE),
    "alert": (ALERT, ("modal",)),
    "card": (CARD, _EVERYWHERE),
    "carousel": (CAROUSEL, ("message", "home")),
    "container": (CONTAINER, ("message",)),
    "context": (CONTEXT, _EVERYWHERE),
    "context_actions": (CONTEXT_ACTIONS_BLOCK, ("message",)),
    "data_table": (DATA_TABLE, ("message", "home")),
    "data_visualization": (DATA_VISUALIZATION, ("message",)),
    "divider": (DIVIDER, _EVERYWHERE),
    "file": (FILE, ()),
    "header": (HEADER, _EVERYWHERE),
    "image": (IMAGE_BLOCK, _EVERYWHERE),
    "input": (INPUT, _EVERYWHERE),
    "markdown": (MARKDOWN, ("message",)),
    "plan": (PLAN, ("message",)),
    "rich_text": (RICH_TEXT, _EVERYWHERE),
    "section": (SECTION, _EVERYWHERE),
    "table": (TABLE, ("message", "home")),
    "task_card": (TASK_CARD, ("message",)),
    "video": (VIDEO, _EVERYWHERE),
}


def blocks_of(surface: Surface) -> Mapping[str, Shape]:
    """The blocks that may stand on this surface."""
    there = {name: shape for name, (shape, surfaces) in BLOCKS.items() if surface in surfaces}
    return {**there, "input": MODAL_INPUT} if surface == "modal" else there
