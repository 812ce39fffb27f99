"""One evening in a war room, told with slack-bolt and slack_sdk against the workspace."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from .bench import Arrive, Bench, StartBot, bolt

CARD = [
    {"type": "section", "block_id": "what", "text": {"type": "mrkdwn", "text": "*The database is gone*"}},
    {
        "type": "actions",
        "block_id": "answers",
        "elements": [
            {"type": "button", "action_id": "ack", "text": {"type": "plain_text", "text": "Acknowledge"}, "value": "42"}
        ],
    },
]
FORM = {
    "type": "modal",
    "callback_id": "start",
    "title": {"type": "plain_text", "text": "Start"},
    "submit": {"type": "plain_text", "text": "Go"},
    "private_metadata": "kept",
    "blocks": [
        {
            "type": "input",
            "block_id": "title",
            "label": {"type": "plain_text", "text": "Title"},
            "element": {"type": "plain_text_input", "action_id": "text", "max_length": 40},
        },
        {
            "type": "input",
            "block_id": "severity",
            "label": {"type": "plain_text", "text": "Severity"},
            "element": {
                "type": "static_select",
                "action_id": "pick",
                "options": [
                    {"text": {"type": "plain_text", "text": "SEV1"}, "value": "1"},
                    {"text": {"type": "plain_text", "text": "SEV2"}, "value": "2"},
                ],
            },
        },
    ],
}


async def test_an_evening_in_the_war_room(bench: Bench, start_bot: StartBot, arrive: Arrive) -> None:
    """A bot that works with Slack's own libraries works here: card, press, command, modal, thread, reaction, pin, archive."""
    bot = bolt(bench)
    submitted: list[dict[str, Any]] = []

    @bot.action("ack")
    async def acknowledged(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text=f"Taken by <@{body['user']['id']}> ({body['actions'][0]['value']})",
            blocks=[],
        )

    @bot.command("/warden")
    async def command(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @bot.view("start")
    async def start(ack: AsyncAck, view: dict[str, Any], body: dict[str, Any], client: AsyncWebClient) -> None:
        title = view["state"]["values"]["title"]["text"]["value"]
        if title == "boom":
            await ack(response_action="errors", errors={"title": "Say more than that."})
            return
        await ack()
        submitted.append(view)
        await client.chat_postEphemeral(channel=room, user=body["user"]["id"], text=f"Started {title}")

    @bot.event("app_mention")
    async def mentioned(event: dict[str, Any], say: AsyncSay) -> None:
        await say("At your service.", thread_ts=event["ts"])

    room = await bench.room("db-is-gone", "ana", "ben")
    await start_bot(bench, bot)
    ana, ben, mira = await arrive(bench, "ana"), await arrive(bench, "ben"), await arrive(bench, "mira")

    posted = await bench.client.chat_postMessage(channel=room, text="The database is gone", blocks=CARD)
    card = await ana.wait_for_message(lambda m: bool(m.get("blocks")), channel=room)
    assert card["ts"] == posted["ts"]
    await ana.press(card, "Acknowledge")
    changed = await ben.wait_for_message(lambda m: "Taken by" in m["text"])
    assert changed["text"] == f"Taken by <@{ana.user_id}> (42)"
    assert changed["edited"]["user"] == bench.app.bot_user_id

    await ana.say(room, "/warden start")
    form = await ana.wait_for_view("view_opened")
    assert await ana.submit(form, {"severity": "SEV1"}) == {"title": "Please complete this required field."}
    assert await ana.submit(form, {"Title": "boom", "Severity": "SEV1"}) == {"title": "Say more than that."}
    assert await ana.submit(form, {"title": "Hurricane"}) == {}
    assert submitted[0]["private_metadata"] == "kept"
    assert submitted[0]["state"]["values"]["severity"]["pick"]["selected_option"]["value"] == "1"
    whisper = await ana.wait_for_message(lambda m: m["text"] == "Started Hurricane")
    assert whisper["is_ephemeral"] is True

    asked = await ben.say(room, "@warden are you there?")
    answer = await ben.wait_for_message(lambda m: m["text"] == "At your service.")
    assert (answer["thread_ts"], answer["parent_user_id"]) == (asked, ben.user_id)
    thread = (await bench.client.conversations_replies(channel=room, ts=asked))["messages"]
    assert [m["text"] for m in thread] == [f"<@{bench.app.bot_user_id}> are you there?", "At your service."]
    assert thread[0]["reply_count"] == 1

    await bench.client.reactions_add(channel=room, timestamp=asked, name="eyes")
    await bench.client.pins_add(channel=room, timestamp=asked)
    assert (await bench.client.pins_list(channel=room))["items"][0]["message"]["reactions"][0]["name"] == "eyes"
    await bench.client.conversations_archive(channel=room)
    await ana.wait_for(lambda e: e["type"] == "channel" and e["channel"]["is_archived"])
    assert await bench.refused("conversations.history", channel=room) == "not_in_channel"
    assert await bench.refused("conversations.unarchive", channel=room) == "not_in_channel"
    assert not [m for e in mira.heard("message") if (m := e["message"])["text"].startswith("Started")]


async def test_the_answer_to_a_command_is_shown(bench: Bench, start_bot: StartBot, arrive: Arrive) -> None:
    """What acknowledges a command is shown to its caller, or to all with in_channel; a response URL works five times."""
    bot = bolt(bench)
    responses: list[int] = []

    @bot.command("/warden")
    async def command(ack: AsyncAck, respond: AsyncRespond, body: dict[str, Any]) -> None:
        if body["text"] == "loud":
            await ack(response_type="in_channel", text="For all")
            return
        await ack(f"You said {body['text']}")
        for number in range(6):
            responses.append((await respond(f"More {number}")).status_code)

    room = await bench.room("talk", "ana", "ben")
    await start_bot(bench, bot)
    ana, ben = await arrive(bench, "ana"), await arrive(bench, "ben")
    await ana.say(room, "/warden greet @ben in #general")
    said = await ana.wait_for_message(lambda m: m["text"].startswith("You said"))
    general = bench.workspace.channel("general")
    assert said["text"] == f"You said greet <@{ben.user_id}> in <#{general}|general>"
    await ana.wait_for_message(lambda m: m["text"] == "More 4")
    await ana.say(room, "/warden loud")
    await ben.wait_for_message(lambda m: m["text"] == "For all")
    assert [m["message"]["text"] for m in ben.heard("message") if "More" in m["message"]["text"]] == []
    assert responses == [200, 200, 200, 200, 200, 404]
