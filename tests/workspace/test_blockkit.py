"""Blocks and views: what Slack refuses is refused, with a pointer to where it is."""

from typing import Any

import pytest

from warroom.workspace.blockkit.check import check_blocks, check_view

from .bench import Bench


def plain(length: int = 2) -> dict[str, Any]:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int = 2) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": "x" * length}


def option(text: int = 2, value: int = 2, **more: Any) -> dict[str, Any]:
    return {"text": plain(text), "value": "v" * value, **more}


def options(count: int) -> list[dict[str, Any]]:
    return [{"text": plain(), "value": f"v{n}"} for n in range(count)]


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(), **more}


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **more}


def select(type_: str = "static_select", **more: Any) -> dict[str, Any]:
    return actions({"type": type_, **more})


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(), **more}


def field(element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain(), "element": element, **more}


CONFIRM = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain()}

# what is allowed at its limit, the same beyond it, and where the problem is
LIMITS: list[tuple[str, Any, Any, str]] = [
    ("header text", {"type": "header", "text": plain(150)}, {"type": "header", "text": plain(151)}, "/text/text"),
    ("header kind", {"type": "header", "text": plain()}, {"type": "header", "text": mrkdwn()}, "/text/type"),
    ("section text", section(text=mrkdwn(3000)), section(text=mrkdwn(3001)), "/text/text"),
    ("empty text", section(text=mrkdwn(1)), section(text=mrkdwn(0)), "/text/text"),
    ("field text", section(fields=[mrkdwn(2000)]), section(fields=[mrkdwn(2001)]), "/fields/0/text"),
    ("fields", section(fields=[mrkdwn()] * 10), section(fields=[mrkdwn()] * 11), "/fields"),
    ("section content", section(), {"type": "section"}, ""),
    ("block_id", section(block_id="x" * 255), section(block_id="x" * 256), "/block_id"),
    ("context", {"type": "context", "elements": [mrkdwn()] * 10}, {"type": "context", "elements": [mrkdwn()] * 11}, "/elements"),
    ("context item", {"type": "context", "elements": [mrkdwn()]}, {"type": "context", "elements": [button()]}, "/elements/0/type"),
    ("actions", actions(*[button()] * 25), actions(*[button()] * 26), "/elements"),
    ("no actions", actions(button()), actions(), "/elements"),
    ("action_id", actions(button(action_id="x" * 255)), actions(button(action_id="x" * 256)), "/elements/0/action_id"),
    ("same action_id", actions(button(action_id="a"), button(action_id="b")), actions(button(action_id="a"), button(action_id="a")), ""),
    ("button text", actions(button(text=plain(75))), actions(button(text=plain(76))), "/elements/0/text/text"),
    ("button value", actions(button(value="x" * 2000)), actions(button(value="x" * 2001)), "/elements/0/value"),
    ("button url", actions(button(url="https://a.example")), actions(button(url="not a url")), "/elements/0/url"),
    ("button style", actions(button(style="danger")), actions(button(style="default")), "/elements/0/style"),
    ("button text kind", actions(button()), actions(button(text=mrkdwn())), "/elements/0/text/type"),
    ("confirm", actions(button(confirm=CONFIRM)), actions(button(confirm={**CONFIRM, "text": plain(301)})), "/elements/0/confirm/text/text"),
    ("confirm whole", actions(button(confirm=CONFIRM)), actions(button(confirm={"title": plain()})), "/elements/0/confirm"),
    ("options", select(options=options(100)), select(options=options(101)), "/elements/0/options"),
    ("option text", select(options=[option(75)]), select(options=[option(76)]), "/elements/0/options/0/text/text"),
    ("option value", select(options=[option(2, 75)]), select(options=[option(2, 76)]), "/elements/0/options/0/value"),
    ("option description", select(options=[option(description=plain(75))]), select(options=[option(description=plain(76))]), "/elements/0/options/0/description/text"),
    ("options or groups", select(options=options(1)), select(options=options(1), option_groups=[{"label": plain(), "options": options(1)}]), "/elements/0"),
    ("no options", select(options=options(1)), select(), "/elements/0"),
    ("group label", select(option_groups=[{"label": plain(75), "options": options(1)}]), select(option_groups=[{"label": plain(76), "options": options(1)}]), "/elements/0/option_groups/0/label/text"),
    ("initial option", select(options=options(2), initial_option=options(2)[1]), select(options=options(2), initial_option=option(2, 9)), "/elements/0"),
    ("placeholder", select(options=options(1), placeholder=plain(150)), select(options=options(1), placeholder=plain(151)), "/elements/0/placeholder/text"),
    ("several", select("multi_static_select", options=options(2), initial_options=options(2)), select("multi_static_select", options=options(2), initial_options=options(3)), "/elements/0"),
    ("overflow", select("overflow", options=options(5)), select("overflow", options=options(6)), "/elements/0/options"),
    ("radio", select("radio_buttons", options=options(10)), select("radio_buttons", options=options(11)), "/elements/0/options"),
    ("checkboxes", select("checkboxes", options=options(10)), select("checkboxes", options=options(11)), "/elements/0/options"),
    ("date", select("datepicker", initial_date="2026-11-23"), select("datepicker", initial_date="23.11.2026"), "/elements/0/initial_date"),
    ("time", select("timepicker", initial_time="23:59"), select("timepicker", initial_time="24:00"), "/elements/0/initial_time"),
    ("conversations", select("conversations_select", filter={"include": ["im"]}), select("conversations_select", filter={}), "/elements/0/filter"),
    ("users", select("multi_users_select", max_selected_items=1), select("multi_users_select", max_selected_items=0), "/elements/0/max_selected_items"),
    ("actions element", actions(button()), actions({"type": "plain_text_input"}), "/elements/0/type"),
    ("accessory", section(accessory=button()), section(accessory={"type": "plain_text_input"}), "/accessory/type"),
    ("image", {"type": "image", "image_url": "https://a.example/b", "alt_text": "x" * 2000}, {"type": "image", "image_url": "https://a.example/b", "alt_text": "x" * 2001}, "/alt_text"),
    ("image url", {"type": "image", "image_url": "https://a.example/b", "alt_text": "x"}, {"type": "image", "alt_text": "x"}, ""),
    ("label", field({"type": "plain_text_input"}, label=plain(2000)), field({"type": "plain_text_input"}, label=plain(2001)), "/label/text"),
    ("hint", field({"type": "plain_text_input"}, hint=plain(2000)), field({"type": "plain_text_input"}, hint=plain(2001)), "/hint/text"),
    ("input element", field({"type": "plain_text_input"}), field(button()), "/element/type"),
    ("input length", field({"type": "plain_text_input", "max_length": 3000}), field({"type": "plain_text_input", "max_length": 3001}), "/element/max_length"),
    ("number", field({"type": "number_input", "is_decimal_allowed": True}), field({"type": "number_input"}), "/element"),
    ("markdown", {"type": "markdown", "text": "x" * 12_000}, {"type": "markdown", "text": "x" * 12_001}, "/text"),
    ("rich text", {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]}, {"type": "rich_text", "elements": [{"type": "text", "text": "x"}]}, "/elements/0/type"),
    ("unknown field", section(), section(colour="red"), ""),
    ("unknown type", {"type": "divider"}, {"type": "marquee"}, "/type"),
    ("no type", {"type": "divider"}, {"text": plain()}, ""),
    ("not an object", {"type": "divider"}, "divider", ""),
]  # fmt: skip


@pytest.mark.parametrize(("allowed", "refused", "pointer"), [row[1:] for row in LIMITS], ids=[row[0] for row in LIMITS])
def test_limits_of_blocks(allowed: Any, refused: Any, pointer: str) -> None:
    """A block at its limit is fine, and beyond it is refused with a pointer to the place."""
    assert check_blocks([allowed]) == []
    assert f"/blocks/0{pointer}" in [problem.pointer for problem in check_blocks([refused])]


def test_limits_of_a_message() -> None:
    """A message has at most 50 blocks, each block_id once, and 12,000 characters of markdown in all."""
    divider = {"type": "divider"}
    assert check_blocks([divider] * 50) == []
    assert [p.message for p in check_blocks([divider] * 51)] == ["no more than 50 items allowed"]
    assert check_blocks([section(block_id="a"), section(block_id="a")])[0].pointer == "/blocks/1/block_id"
    long = {"type": "markdown", "text": "x" * 6001}
    assert len(check_blocks([long, long])) == 1
    assert check_blocks([actions(button(action_id="go")), actions(button(action_id="go"))]) == []


MODAL: dict[str, Any] = {"type": "modal", "title": plain(), "blocks": [section()]}
VIEWS = [
    ({**MODAL, "title": plain(24)}, {**MODAL, "title": plain(25)}, "/view/title/text"),
    ({**MODAL, "submit": plain(24)}, {**MODAL, "submit": plain(25)}, "/view/submit/text"),
    ({**MODAL, "private_metadata": "x" * 3000}, {**MODAL, "private_metadata": "x" * 3001}, "/view/private_metadata"),
    ({**MODAL, "callback_id": "x" * 255}, {**MODAL, "callback_id": "x" * 256}, "/view/callback_id"),
    ({**MODAL, "blocks": [section()] * 100}, {**MODAL, "blocks": [section()] * 101}, "/view/blocks"),
    (
        {**MODAL, "submit": plain(), "blocks": [field({"type": "plain_text_input"})]},
        {**MODAL, "blocks": [field({"type": "plain_text_input"})]},
        "/view",
    ),
    (MODAL, {**MODAL, "blocks": [{"type": "markdown", "text": "x"}]}, "/view/blocks/0/type"),
    (MODAL, {"type": "modal", "blocks": [section()]}, "/view"),
    ({"type": "home", "blocks": []}, {"type": "home", "blocks": [], "submit": plain()}, "/view"),
    (MODAL, {**MODAL, "type": "workflow_step"}, "/view/type"),
]


@pytest.mark.parametrize(("allowed", "refused", "pointer"), VIEWS)
def test_limits_of_views(allowed: Any, refused: Any, pointer: str) -> None:
    """A view at its limit is fine, and beyond it is refused with a pointer to the place."""
    assert check_view(allowed, "modal", "home") == []
    assert pointer in [problem.pointer for problem in check_view(refused, "modal", "home")]


async def test_invalid_blocks_are_explained(bench: Bench) -> None:
    """chat.postMessage answers invalid_blocks with every problem and its pointer."""
    room = await bench.room()
    blocks = [{"type": "header", "text": plain(151)}, {"type": "marquee"}]
    reply = await bench.call("chat.postMessage", channel=room, text="x", blocks=blocks)
    assert reply["error"] == "invalid_blocks"
    assert reply["errors"] == [
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        "unsupported type: marquee [json-pointer:/blocks/1/type]",
    ]
    assert reply["response_metadata"]["messages"] == [f"[ERROR] {error}" for error in reply["errors"]]


async def test_blocks_validate_needs_no_token(bench: Bench) -> None:
    """blocks.validate tells anybody what is wrong, as code, message, pointer and constraint."""
    reply = await bench.call(
        "blocks.validate", token="xoxb-none", blocks=[section(text={"type": "invalid", "text": "x"})]
    )
    assert reply["error"] == "invalid_auth"
    client = bench.client
    client.token = None
    assert (await client.blocks_validate(blocks=[section()]))["ok"] is True
    reply = await bench.call("blocks.validate", blocks=[section(text={"type": "invalid", "text": "x"})])
    (error,) = reply["errors"]
    assert (reply["error"], error["code"]) == ("invalid_blocks", "failed_constraint")
    assert (error["message"], error["pointer"]) == ("unsupported type: invalid", "/0/text/type")
    assert error["constraint"] == {"type": "enum", "expected": ["mrkdwn", "plain_text"]}
    both = await bench.call("blocks.validate", blocks=[], view=MODAL)
    assert both["error"] == "invalid_arguments"


async def test_ids_and_defaults_are_filled_in(bench: Bench) -> None:
    """Left-out ids and the defaults of text objects are there when the message is read back."""
    room = await bench.room()
    posted = await bench.client.chat_postMessage(channel=room, text="x", blocks=[section(), actions(button())])
    first, second = posted["message"]["blocks"]
    assert first["text"]["verbatim"] is False
    assert second["elements"][0]["text"]["emoji"] is True
    assert first["block_id"] != second["block_id"]
    assert second["elements"][0]["action_id"]
