"""From a press to the edited card, at the local workspace: somebody acknowledges an incident, and its card says so.

The floor is what one would write without warroom: a slack-bolt app in the same workspace that acknowledges and edits the message.
Both are pressed by the same person, who sees the card change in her own stream.
"""

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bench.cost import stage
from bench.cost.figures import Figure, Measured, median, quantile, ratios, spread
from bench.cost.places import Place
from warroom.slack.manifest import manifest
from warroom.workspace import PersonAt


def measure(place: Place) -> Measured:
    ours, floor = asyncio.run(_measured(place))
    share = ratios([median(each) for each in ours], [median(each) for each in floor])
    everything = [each for one in ours for each in one]
    return Measured(
        figures=[
            Figure(
                group="Presses",
                name="A press until its card has changed for whoever pressed, at the local workspace",
                target="under 1 s",
                result=f"{spread([median(each) for each in ours], '.0f')} ms",
                holds=median(everything) < 1000,
                says=(
                    f"p95 {quantile(everything, 0.95):.0f} ms; slack-bolt that acknowledges and edits, in the same workspace: "
                    f"{spread([median(each) for each in floor], '.0f')} ms, of which ours is {spread(share)} times."
                ),
                samples={"ours": [median(each) for each in ours], "floor": [median(each) for each in floor]},
            )
        ]
    )


async def _measured(place: Place) -> tuple[list[list[float]], list[list[float]]]:
    async with AsyncExitStack() as stack:
        on = await stack.enter_async_context(stage.opened(place, "presses"))
        ana, often = on.people["ana"], 4 if place.quick else 12
        bare = await stack.enter_async_context(_bare(on))
        ours, floor = list[list[float]](), list[list[float]]()
        for _ in range(place.rounds):
            ours.append([await _acknowledged(on, ana) for _ in range(often)])
            floor.append([await bare.pressed(ana) for _ in range(often)])
        await on.workspace.settled()
        await on.settled()
        return ours, floor


async def _acknowledged(on: stage.Stage, person: PersonAt) -> float:
    await person.say(on.channel, "/warroom declare It is dark")
    return await _pressed(person, await on.war_room("ana"), "Acknowledge")


async def _pressed(person: PersonAt, channel: str, label: str) -> float:
    """Milliseconds."""
    card = await stage.with_button(person, channel, label)
    before = [id(event) for event in person.heard("message_changed")]
    began = time.perf_counter()
    changed = asyncio.create_task(
        person.wait_for(
            lambda event: event["type"] == "message_changed" and event["channel"] == channel and id(event) not in before
        )
    )
    await person.press(card, label)
    await changed
    return 1000 * (time.perf_counter() - began)


class _bare:
    """An app of its own that edits its message when its button is pressed."""

    def __init__(self, on: stage.Stage) -> None:
        self._on, self._number = on, 0

    async def __aenter__(self) -> "_bare":
        made = manifest()
        made["display_information"]["name"] = "Floor"
        made["features"].pop("slash_commands", None)
        made["features"].pop("shortcuts", None)
        installed = await self._on.workspace.install(made)
        client = AsyncWebClient(token=installed.bot_token, base_url=f"{self._on.workspace.url}/api/")
        app = AsyncApp(client=client, process_before_response=True)

        @app.action("again")
        async def again(ack: Any, body: Any) -> None:
            await ack()
            self._number += 1
            where = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
            await client.chat_update(**where, text=f"Pressed {self._number}", blocks=_blocks(self._number))

        self._handler = AsyncSocketModeHandler(app, installed.app_token)
        await self._handler.connect_async()
        await client.conversations_join(channel=self._on.channel)
        await client.chat_postMessage(channel=self._on.channel, text="Pressed 0", blocks=_blocks(0))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._handler.close_async()

    async def pressed(self, person: PersonAt) -> float:
        return await _pressed(person, self._on.channel, "Again")


def _blocks(number: int) -> list[dict[str, Any]]:
    button = {"type": "button", "action_id": "again", "text": {"type": "plain_text", "text": "Again"}}
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"Pressed {number}"}},
        {"type": "actions", "elements": [button]},
    ]
