"""People use the newer blocks: buttons in cards and containers, feedback, icons."""

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck

from .bench import Arrive, Bench, StartBot, bolt


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(action_id: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain(action_id.title()), "value": "v"}


BLOCKS = [
    {"type": "card", "title": mrkdwn("Replica"), "actions": [button("look")]},
    {
        "type": "container",
        "title": plain("Drill"),
        "child_blocks": [{"type": "actions", "elements": [button("open")]}],
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "rate",
                "positive_button": {"text": plain("Good"), "value": "up"},
                "negative_button": {"text": plain("Bad"), "value": "down"},
            },
            {"type": "icon_button", "action_id": "drop", "icon": "trash", "text": plain("Remove"), "value": "42"},
        ],
    },
]


@pytest.mark.parametrize(
    ("what", "choice", "expected"),
    [
        ("Look", None, {"type": "button", "action_id": "look", "value": "v"}),
        ("open", None, {"type": "button", "action_id": "open", "value": "v"}),
        ("rate", "Bad", {"type": "feedback_buttons", "action_id": "rate", "value": "down"}),
        ("Remove", None, {"type": "icon_button", "action_id": "drop", "value": "42"}),
    ],
)
async def test_what_stands_in_newer_blocks_can_be_used(
    bench: Bench, start_bot: StartBot, arrive: Arrive, what: str, choice: Any, expected: dict[str, Any]
) -> None:
    """An element in a card, a container or among context actions is found by its label and reaches the app as documented."""
    bot, used = bolt(bench), asyncio.Queue[dict[str, Any]]()

    for action_id in ("look", "open", "rate", "drop"):

        @bot.action(action_id)
        async def action(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack()
            used.put_nowait(body["actions"][0])

    await start_bot(bench, bot)
    room = await bench.room("cards", "ana")
    ana = await arrive(bench, "ana")
    await bench.client.chat_postMessage(channel=room, text="x", blocks=BLOCKS)
    await ana.press(await ana.wait_for_message(lambda m: m["text"] == "x"), what, choice)
    got = await used.get()
    assert {name: got[name] for name in expected} == expected
