"""What the message box makes of typed text: a rich_text block beside the text."""

import asyncio
import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.workspace.blockkit.check import check_blocks
from warroom.workspace.composed import composed

from .bench import REFERENCE, Arrive, Bench, StartBot, bolt

KNOWN_BLOCK = jsonschema.Draft7Validator(
    json.loads((REFERENCE / "schemas" / "slack_types_3.2.0_KnownBlock.schema.json").read_text("utf-8"))
)


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def text(words: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": words} | ({"style": style} if style else {})


TABLE: list[tuple[str, list[dict[str, Any]]]] = [
    ("hello", [section(text("hello"))]),
    ("a &lt;b&gt; &amp; c", [section(text("a <b> & c"))]),
    ("*bold _both_*", [section(text("bold ", bold=True), text("both", bold=True, italic=True))]),
    ("2*3*4 and snake_case_name", [section(text("2*3*4 and snake_case_name"))]),
    ("`*not bold*`", [section(text("*not bold*", code=True))]),
    ("at 10:30:45", [section(text("at 10:30:45"))]),
    (":eyes:", [section({"type": "emoji", "name": "eyes"})]),
    (":+1::skin-tone-3:", [section({"type": "emoji", "name": "+1", "skin_tone": 3})]),
    ("<@U1> in <#C1|ops>", [section({"type": "user", "user_id": "U1"}, text(" in "), {"type": "channel", "channel_id": "C1"})]),
    ("<!here> <!subteam^S1>", [section({"type": "broadcast", "range": "here"}, text(" "), {"type": "usergroup", "usergroup_id": "S1"})]),
    ("<https://a.example|so>", [section({"type": "link", "url": "https://a.example", "text": "so"})]),
    ("*<https://a.example>*", [section({"type": "link", "url": "https://a.example", "style": {"bold": True}})]),
    ("&gt; said\n&gt; so\nyes", [{"type": "rich_text_quote", "elements": [text("said\nso")]}, section(text("yes"))]),
    ("see\n```\nx = *1*\n```\nok", [section(text("see")), {"type": "rich_text_preformatted", "border": 0, "elements": [text("x = *1*")]}, section(text("ok"))]),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "parts"), TABLE, ids=[typed for typed, _ in TABLE])
def test_typed_text_becomes_rich_text(typed: str, parts: list[dict[str, Any]]) -> None:
    """Bold, italic, code, quotes, mentions, links and emoji become what Slack's message box makes of them."""
    (block,) = composed(typed)
    assert block["elements"] == parts


TYPED = st.text(st.sampled_from("ab *_~`\n:<>&;|@#!+1.()-") | st.characters(codec="utf-8"), min_size=1, max_size=80)


@given(TYPED.filter(str.strip))
def test_whatever_is_typed_becomes_a_block_that_slack_takes(typed: str) -> None:
    """The block is valid for our table and for Slack's own types, whatever was typed."""
    blocks = composed(typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    assert check_blocks(blocks) == []
    assert [e.message for e in KNOWN_BLOCK.iter_errors(blocks[0])] == []


@given(st.text(st.characters(codec="utf-8", exclude_characters="*_~`:<>&\n"), min_size=1, max_size=80))
def test_text_without_markup_stays_as_it_is(typed: str) -> None:
    """Text without markup is one text element, unchanged."""
    assert composed(typed)[0]["elements"] == [section(text(typed))]


async def test_an_app_hears_what_was_typed_as_text_and_as_blocks(
    bench: Bench, start_bot: StartBot, arrive: Arrive
) -> None:
    """A person's message and its edit reach the app with text and rich_text blocks, as Slack sends them."""
    bot, heard = bolt(bench), asyncio.Queue[dict[str, Any]]()

    @bot.event("message")
    async def message(event: dict[str, Any]) -> None:
        if event.get("subtype") in (None, "message_changed"):
            heard.put_nowait(event)

    room = await bench.room("talk", "ana")
    await start_bot(bench, bot)
    ana = await arrive(bench, "ana")
    ts = await ana.say(room, "*down*")
    await ana.edit(room, ts, "_up_")
    said, changed = await heard.get(), await heard.get()
    assert (said["text"], said["blocks"][0]["elements"]) == ("*down*", [section(text("down", bold=True))])
    assert changed["message"]["blocks"][0]["elements"] == [section(text("up", italic=True))]
