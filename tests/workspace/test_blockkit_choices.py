"""What people enter and choose: what Slack's client would not let through is not let through here, and payloads carry it."""

import re
from typing import Any

import pytest

from warroom.workspace.blockkit.elements import filled_in, initial_state
from warroom.workspace.choices import chosen, fill, input_errors
from warroom.workspace.refusals import Refused
from warroom.workspace.viewstack import OpenView

from .bench import Bench, StartBot, bolt
from .test_blockkit import actions, button, field, options, plain
from .test_blockkit_limits import card, container, context_actions, feedback, icon, modal, rich, run, workflow

Doc = dict[str, Any]


def opened(element: Doc, **block: Any) -> OpenView:
    """A modal with one input, as it is when it has been opened."""
    view = modal(field({"action_id": "a", **element}, block_id="b", **block))
    return OpenView(app_id="A1", user="U1", doc={**view, "blocks": filled_in(view["blocks"])})


def entered(element: Doc, value: Doc, **block: Any) -> dict[str, str]:
    """What Slack's client would show under the input after this was entered."""
    view = opened(element, **block)
    fill(view, {"b": {"a": {"type": element["type"], **value}}})
    return input_errors(view)


def names(*files: str) -> Doc:
    return {"files": [{"id": f"F{n}", "name": name} for n, name in enumerate(files)]}


FILES = {"type": "file_input", "filetypes": ["png", ".CSV"], "max_files": 2}
NUMBERS = {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"}
ENTERED: list[tuple[str, Doc, Doc, Doc]] = [
    ("email", {"type": "email_text_input"}, {"value": "ana@mail.example.com"}, {"value": "ana@localhost"}),
    ("email with a space", {"type": "email_text_input"}, {"value": "a+b@c.example"}, {"value": "a b@c.example"}),
    ("two emails", {"type": "email_text_input"}, {"value": "a@c.example"}, {"value": "a@c.example,b@c.example"}),
    ("address", {"type": "url_text_input"}, {"value": "https://a.example/?q=1"}, {"value": "a.example"}),
    ("address scheme", {"type": "url_text_input"}, {"value": "HTTP://A.example"}, {"value": "javascript:alert(1)"}),
    ("address without host", {"type": "url_text_input"}, {"value": "http://localhost:1"}, {"value": "https:///x"}),
    ("number", NUMBERS, {"value": "9"}, {"value": "nan"}),
    ("number in words", NUMBERS, {"value": "1"}, {"value": "1e0"}),
    ("whole number", NUMBERS, {"value": "2.0"}, {"value": "2.5"}),
    ("number too large", NUMBERS, {"value": "9"}, {"value": "10"}),
    ("text too short", {"type": "plain_text_input", "min_length": 2}, {"value": "ab"}, {"value": "a"}),
    ("text too long", {"type": "plain_text_input", "max_length": 2}, {"value": "ab"}, {"value": "abc"}),
    ("text beyond everything", {"type": "plain_text_input"}, {"value": "x" * 3000}, {"value": "x" * 3001}),
    ("required text", {"type": "plain_text_input"}, {"value": "a"}, {"value": ""}),
    ("required rich text", {"type": "rich_text_input"}, {"rich_text_value": rich()}, {"rich_text_value": rich("  ")}),
    ("emoji alone", {"type": "rich_text_input"}, {"rich_text_value": run(type="emoji", name="wave")}, {}),
    ("required files", FILES, names("a.png"), names()),
    ("too many files", FILES, names("a.png", "b.csv"), names("a.png", "b.csv", "c.png")),
    ("types of files", FILES, names("A.PNG"), names("a.exe")),
    ("one file", {"type": "file_input", "max_files": 1}, names("a"), names("a", "b")),
    ("ten files", {"type": "file_input"}, names(*"abcdefghij"), names(*"abcdefghijk")),
]


@pytest.mark.parametrize(("element", "good", "bad"), [row[1:] for row in ENTERED], ids=[row[0] for row in ENTERED])
def test_what_is_entered_is_checked_before_the_app_hears_of_it(element: Doc, good: Doc, bad: Doc) -> None:
    """Good input is sent; bad input gets a sentence under its block, and nothing is sent."""
    assert entered(element, good) == {}
    assert list(entered(element, bad)) == ["b"]


def test_what_may_be_left_out_may_be_empty() -> None:
    """An optional input is right when it is empty, and checked when it is not."""
    assert entered({"type": "email_text_input"}, {"value": ""}, optional=True) == {}
    assert list(entered({"type": "email_text_input"}, {"value": "x"}, optional=True)) == ["b"]


DAYS = {"type": "datepicker"}
IMPOSSIBLE: list[tuple[str, Doc, Doc, Doc]] = [
    ("date", DAYS, {"selected_date": "2028-02-29"}, {"selected_date": "2027-02-29"}),
    ("date format", DAYS, {"selected_date": "2026-01-01"}, {"selected_date": "1.1.2026"}),
    ("time", {"type": "timepicker"}, {"selected_time": "23:59"}, {"selected_time": "24:00"}),
    ("date and time", {"type": "datetimepicker"}, {"selected_date_time": 1_628_633_820}, {"selected_date_time": "now"}),
    ("person", {"type": "users_select"}, {"selected_user": "U1"}, {"selected_user": {"id": "U1"}}),
    ("people", {"type": "multi_users_select"}, {"selected_users": ["U1"]}, {"selected_users": [1]}),
    ("too many people", {"type": "multi_users_select", "max_selected_items": 1}, {"selected_users": ["U1"]}, {"selected_users": ["U1", "U2"]}),
    ("too many options", {"type": "multi_static_select", "options": options(2), "max_selected_items": 1}, {"selected_options": options(1)}, {"selected_options": options(2)}),
    ("option", {"type": "static_select", "options": options(1)}, {"selected_option": options(1)[0]}, {"selected_option": options(2)[1]}),
    ("option from the app", {"type": "external_select"}, {"selected_option": options(1)[0]}, {"selected_option": "v0"}),
    ("rich text", {"type": "rich_text_input"}, {"rich_text_value": rich()}, {"rich_text_value": {"type": "rich_text", "elements": [plain()]}}),
    ("text", {"type": "plain_text_input"}, {"value": "1"}, {"value": 1}),
    ("file", {"type": "file_input"}, {"files": ["F1"]}, {"files": [{"name": "a.png"}]}),
    ("feedback", feedback(value="bad"), {"value": "bad"}, {"value": "indifferent"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("element", "good", "bad"), [row[1:] for row in IMPOSSIBLE], ids=[row[0] for row in IMPOSSIBLE]
)
def test_what_no_client_could_send_is_refused(element: Doc, good: Doc, bad: Doc) -> None:
    """Values of another kind, days that are in no calendar, more than may be chosen, what is not on offer."""
    assert chosen(element, good)
    with pytest.raises(Refused):
        chosen(element, bad)


def test_payloads_carry_what_was_entered_under_slacks_names() -> None:
    """Each element's value has the field that docs.slack.dev gives it; ids of files become objects."""
    assert initial_state({"type": "file_input"}) == {"type": "file_input", "files": []}
    assert initial_state({"type": "rich_text_input"}) == {"type": "rich_text_input", "rich_text_value": None}
    assert initial_state({"type": "rich_text_input", "initial_value": rich()}) == {
        "type": "rich_text_input",
        "rich_text_value": rich(),
    }
    assert chosen({"type": "file_input"}, {"files": ["F1", {"id": "F2", "name": "a"}]}) == {
        "files": [{"id": "F1"}, {"id": "F2", "name": "a"}]
    }
    assert chosen({"type": "file_input"}, {}) == {"files": []}
    assert chosen(feedback(value="bad"), {"value": "bad"}) == {"text": plain(), "value": "bad"}
    assert chosen(icon(value="it"), {}) == {"icon": "trash", "text": plain(), "value": "it"}
    assert chosen(workflow(), {})["workflow"] == workflow()["workflow"]


async def test_elements_inside_other_blocks_can_be_used(bench: Bench, start_bot: StartBot, arrive: Any) -> None:
    """Buttons of cards, in containers and in context actions send block_actions with the ids of their own block."""
    heard: list[Doc] = []
    bot = bolt(bench)

    @bot.action(re.compile(".*"))
    async def on_action(ack: Any, body: Doc) -> None:
        heard.append(body["actions"][0])
        await ack()

    await start_bot(bench, bot)
    room = await bench.room("war-room", "ana")
    blocks = [
        container(actions(button(action_id="go", value="1"), block_id="inner"), block_id="outer"),
        {"type": "carousel", "elements": [card(actions=[button(action_id="buy", value="2")], block_id="first")]},
        {**context_actions({**feedback(value="bad"), "action_id": "how"}, icon(action_id="drop", value="3")), "block_id": "small"},
    ]  # fmt: skip
    ts = (await bench.client.chat_postMessage(channel=room, text="x", blocks=blocks))["ts"]
    ana = await arrive(bench, "ana")
    for block_id, action_id, value in (
        ("inner", "go", "1"),
        ("first", "buy", "2"),
        ("small", "how", "bad"),
        ("small", "drop", "3"),
    ):
        action = {"block_id": block_id, "action_id": action_id, "value": value}
        await ana.tell("press", action=action, message={"channel": room, "ts": ts})
    got = [(each["block_id"], each["action_id"], each["type"], each["value"]) for each in heard]
    assert got == [
        ("inner", "go", "button", "1"),
        ("first", "buy", "button", "2"),
        ("small", "how", "feedback_buttons", "bad"),
        ("small", "drop", "icon_button", "3"),
    ]
