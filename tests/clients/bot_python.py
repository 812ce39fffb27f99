"""The bot of the scene on slack_bolt. `bot_node/app.js` is the same bot on @slack/bolt; change both or neither.

It is told by its environment where the workspace is and who it is, and keeps a journal on its standard output: one JSON
object a line, with what it was sent (`got`), what its calls were answered (`call`, `reply`) and what it has finished (`done`).
It goes when its standard input ends.
"""

import asyncio
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond, AsyncSay
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

Doc = dict[str, Any]

API = os.environ["SLACK_API_URL"]
SCENE: Doc = json.loads(Path(__file__).with_name("scene.json").read_text("utf-8"))

app = AsyncApp(
    client=AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=API),
    signing_secret=os.environ["SLACK_SIGNING_SECRET"],
    ignoring_self_events_enabled=False,  # the journal is to show what Slack tells a bot of its own doings
)


def keep(**entry: Any) -> None:
    print(json.dumps(entry), flush=True)


async def reply(call: str, answering: Awaitable[AsyncSlackResponse]) -> Doc:
    """The answer to a call, also if it is a refusal; kept in the journal."""
    try:
        answer: Any = (await answering).data
    except SlackApiError as refused:
        answer = refused.response.data
    keep(call=call, reply=answer)
    return dict(answer)


@app.middleware
async def hear(body: Doc, next: Callable[[], Awaitable[None]]) -> None:
    keep(got=body)
    await next()


@app.command("/scene")
async def command(ack: AsyncAck, command: Doc, respond: AsyncRespond, client: AsyncWebClient) -> None:
    word, _, rest = command["text"].partition(" ")
    if word == "echo":
        await ack(text=f"You said {rest}", response_type="ephemeral")
    else:
        await ack()
        await WORDS[word](client, command, respond)
    keep(done=word)


async def open_room(client: AsyncWebClient, command: Doc, respond: AsyncRespond) -> None:
    people = re.findall(r"<@(\w+)>", command["text"])
    made = await reply("conversations.create", client.conversations_create(name="checkout-down"))
    room = made["channel"]["id"]
    await reply("conversations.invite", client.conversations_invite(channel=room, users=people))
    await reply("conversations.setTopic", client.conversations_setTopic(channel=room, topic="Checkout & <all>"))
    card = {"text": "Checkout is down", "blocks": SCENE["card"], "unfurl_links": False}
    metadata = {"event_type": "opened", "event_payload": {"number": 7, "tags": ["a", "b"]}}
    await reply("chat.postMessage", client.chat_postMessage(channel=room, metadata=metadata, **card))
    await respond(text=f"Opened <#{room}>", response_type="ephemeral")


async def another_card(client: AsyncWebClient, command: Doc, respond: AsyncRespond) -> None:
    card = {"channel": command["channel_id"], "text": "Another card", "blocks": SCENE["card"]}
    await reply("chat.postMessage", client.chat_postMessage(**card, username="Wanda", icon_emoji=":fairy:"))


async def upload(client: AsyncWebClient, command: Doc, respond: AsyncRespond) -> None:
    # The clients wrap the reply of their own accord, each differently: the calls are compared, the wrapping is not.
    await client.files_upload_v2(
        channel=command["channel_id"],
        content="10:02 gone\n10:05 found\n",
        filename="timeline.txt",
        title="Timeline",
        initial_comment="What we know.",
    )


async def read(client: AsyncWebClient, command: Doc, respond: AsyncRespond) -> None:
    room, user = command["channel_id"], command["user_id"]
    texts, messages, cursor = [], [], ""
    while True:
        page = await reply("conversations.history", client.conversations_history(channel=room, limit=3, cursor=cursor))
        messages += page["messages"]
        texts += [message["text"] for message in page["messages"]]
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            break
    card = next(m for m in messages if m.get("reply_count"))
    await reply("conversations.replies", client.conversations_replies(channel=room, ts=card["ts"]))
    everything = {"oldest": card["ts"], "latest": card["ts"], "inclusive": True, "include_all_metadata": True}
    await reply("conversations.history", client.conversations_history(channel=room, **everything))
    await reply("conversations.info", client.conversations_info(channel=room, include_num_members=True))
    await reply("conversations.members", client.conversations_members(channel=room))
    await reply("conversations.list", client.conversations_list(types="public_channel,private_channel", limit=50))
    await reply("users.info", client.users_info(user=user))
    await reply("pins.list", client.pins_list(channel=room))
    await reply("reactions.get", client.reactions_get(channel=room, timestamp=card["ts"], full=True))
    await reply("chat.getPermalink", client.chat_getPermalink(channel=room, message_ts=card["ts"]))
    await reply("team.info", client.team_info())
    await reply("api.test", client.api_test(foo="bar"))
    await respond(text="\n".join(texts), replace_original=False)


async def err(client: AsyncWebClient, command: Doc, respond: AsyncRespond) -> None:
    room = command["channel_id"]
    await reply("chat.postMessage", client.chat_postMessage(channel="C0NOWHERE", text="Hello?"))
    await reply("chat.postMessage", client.chat_postMessage(channel=room, text="x", blocks=SCENE["broken"]))
    await reply("chat.update", client.chat_update(channel=room, ts="1.000001", text="x"))
    await reply("conversations.create", client.conversations_create(name="checkout-down"))
    await reply("conversations.create", client.conversations_create(name="Not A Name!"))
    await reply("views.open", client.views_open(trigger_id="1.2.3", view=SCENE["told"]))
    await reply("reactions.add", client.reactions_add(channel=room, timestamp="1.000001", name="eyes"))
    await reply("users.info", client.users_info(user="U0NOBODY"))
    await reply("bookmarks.list", client.bookmarks_list(channel_id=room))


async def close(client: AsyncWebClient, command: Doc, respond: AsyncRespond) -> None:
    room = command["channel_id"]
    said = await reply("chat.postMessage", client.chat_postMessage(channel=room, text="A slip of the tongue"))
    await reply("chat.delete", client.chat_delete(channel=room, ts=said["ts"]))
    await reply("conversations.archive", client.conversations_archive(channel=room))
    await reply("chat.postMessage", client.chat_postMessage(channel=room, text="Anybody?"))


WORDS = {"open": open_room, "card": another_card, "upload": upload, "read": read, "err": err, "close": close}


@app.action("take")
async def take(ack: AsyncAck, body: Doc, client: AsyncWebClient) -> None:
    await ack()
    room, ts, user = body["channel"]["id"], body["message"]["ts"], body["user"]["id"]
    change = {"text": f"Taken by <@{user}>", "blocks": SCENE["taken"]}
    await reply("chat.update", client.chat_update(channel=room, ts=ts, **change))
    await reply("reactions.add", client.reactions_add(channel=room, timestamp=ts, name="eyes"))
    await reply("pins.add", client.pins_add(channel=room, timestamp=ts))
    await reply("chat.postMessage", client.chat_postMessage(channel=room, thread_ts=ts, text="On it."))
    broadcast = {"thread_ts": ts, "reply_broadcast": True, "text": "Found it."}
    await reply("chat.postMessage", client.chat_postMessage(channel=room, **broadcast))
    whisper = {"user": user, "text": "Only you", "blocks": SCENE["whisper"]}
    await reply("chat.postEphemeral", client.chat_postEphemeral(channel=room, **whisper))
    keep(done="take")


@app.action("dismiss")
async def dismiss(ack: AsyncAck, respond: AsyncRespond) -> None:
    await ack()
    await respond(delete_original=True)
    keep(done="dismiss")


@app.action("more")
@app.action("due")
@app.action("who")
async def choose(ack: AsyncAck, action: Doc) -> None:
    await ack()
    keep(done=action["action_id"])


@app.action("describe")
async def describe(ack: AsyncAck, body: Doc, client: AsyncWebClient) -> None:
    await ack()
    await reply("views.open", client.views_open(trigger_id=body["trigger_id"], view=SCENE["form"]))
    keep(done="describe")


@app.options("city")
@app.options("cities")
async def cities(ack: AsyncAck, payload: Doc) -> None:
    wanted = payload["value"].lower()
    await ack(options=[city for city in SCENE["cities"] if city["text"]["text"].lower().startswith(wanted)])


@app.action("explain")
async def explain(ack: AsyncAck, body: Doc, client: AsyncWebClient) -> None:
    await ack()
    await reply("views.push", client.views_push(trigger_id=body["trigger_id"], view=SCENE["explanation"]))
    keep(done="explain")


@app.view_closed("describe")
@app.view_closed("explanation")
async def closed(ack: AsyncAck, view: Doc) -> None:
    await ack()
    keep(done=f"{view['callback_id']} closed")


@app.view("describe")
async def described(ack: AsyncAck, view: Doc) -> None:
    if view["state"]["values"]["title"]["text"]["value"] == "boom":
        await ack(response_action="errors", errors={"title": "Say more than that."})
    else:
        await ack(response_action="update", view=SCENE["saved"])
    keep(done="described")


@app.action("tell")
async def tell(ack: AsyncAck, body: Doc, client: AsyncWebClient) -> None:
    await ack()
    view = body["view"]
    change = {"view_id": view["id"], "hash": view["hash"], "view": SCENE["told"]}
    await reply("views.update", client.views_update(**change))
    await reply("views.update", client.views_update(**change))
    keep(done="tell")


@app.global_shortcut("begin")
async def begin(ack: AsyncAck, shortcut: Doc, client: AsyncWebClient) -> None:
    await ack()
    await reply("views.open", client.views_open(trigger_id=shortcut["trigger_id"], view=SCENE["explanation"]))
    keep(done="begin")


@app.message_shortcut("note")
async def note(ack: AsyncAck, shortcut: Doc, respond: AsyncRespond) -> None:
    await ack()
    await respond(text=f"Noted: {shortcut['message']['text']}", response_type="in_channel", replace_original=False)
    keep(done="note")


@app.event("app_home_opened")
async def home(event: Doc, client: AsyncWebClient) -> None:
    await reply("views.publish", client.views_publish(user_id=event["user"], view=SCENE["home"]))
    keep(done="home")


@app.action("refresh")
async def refresh(ack: AsyncAck, body: Doc, client: AsyncWebClient) -> None:
    await ack()
    await reply("views.publish", client.views_publish(user_id=body["user"]["id"], view=SCENE["refreshed"]))
    keep(done="refresh")


@app.event("app_mention")
async def mentioned(event: Doc, say: AsyncSay) -> None:
    await say(text="At your service.", thread_ts=event["ts"])
    keep(done="mention")


@app.event(re.compile(".*"))
async def other() -> None:
    """Everything else is acknowledged and kept by the middleware."""


async def main() -> None:
    if os.environ["BOT_MODE"] == "socket":
        web_client = AsyncWebClient(base_url=API)
        handler = AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"], web_client=web_client)
        await handler.connect_async()
        keep(ready="socket")
        await _end_of_input()
        await handler.close_async()
    else:
        runner = web.AppRunner(app.web_app(path="/slack/events"))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        keep(ready="http", port=runner.addresses[0][1])
        await _end_of_input()
        await runner.cleanup()


async def _end_of_input() -> None:
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
