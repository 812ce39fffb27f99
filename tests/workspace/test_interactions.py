"""Pressing, choosing, shortcuts, suggestions, views: the payloads, their limits, and what may be done with them."""

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from warroom.workspace import PersonAt
from warroom.workspace.people import PersonRefused

from .bench import Arrive, Bench, StartBench, StartBot, bolt
from .test_blockkit import actions, button, field, options, plain, section

Payloads = asyncio.Queue[dict[str, Any]]
LABELLED = button(action_id="go", text={"type": "plain_text", "text": "Go"}, value="v1")
CARD = [section(block_id="head"), actions(LABELLED, block_id="row")]


def modal(name: str = "form", *blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": name,
        "title": plain(),
        "submit": plain(),
        "blocks": list(blocks) or [field({"type": "plain_text_input", "action_id": "a"}, block_id="b")],
        **more,
    }


def recording(bench: Bench, *action_ids: str) -> tuple[AsyncApp, Payloads]:
    """A bot that acknowledges these actions and keeps their payloads."""
    bot, payloads = bolt(bench), asyncio.Queue[dict[str, Any]]()
    for action_id in action_ids:

        @bot.action(action_id)
        async def pressed(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack()
            payloads.put_nowait(body)

    return bot, payloads


async def opened(bench: Bench, person: PersonAt, bot: AsyncApp, view: dict[str, Any]) -> dict[str, Any]:
    """A modal that the bot's shortcut opened for the person."""

    @bot.shortcut("begin")
    async def begin(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    await person.shortcut("begin")
    return await person.wait_for_view("view_opened")


async def test_the_payload_of_a_press(bench: Bench, start_bot: StartBot, arrive: Arrive) -> None:
    """block_actions carries who, where, which message, which element, and the means to answer."""
    bot, payloads = recording(bench, "go")
    await start_bot(bench, bot)
    room = await bench.room("cards", "ana")
    ana = await arrive(bench, "ana")
    posted = await bench.client.chat_postMessage(channel=room, text="x", blocks=CARD)
    await ana.press(await ana.wait_for_message(lambda m: m["ts"] == posted["ts"]), "go")
    body = await payloads.get()
    assert (body["type"], body["api_app_id"]) == ("block_actions", bench.app.app_id)
    assert body["user"] == {"id": ana.user_id, "username": "ana", "name": "ana", "team_id": body["team"]["id"]}
    assert body["channel"] == {"id": room, "name": "cards"}
    assert body["container"] == {
        "type": "message",
        "message_ts": posted["ts"],
        "channel_id": room,
        "is_ephemeral": False,
    }
    assert body["message"]["blocks"] == posted["message"]["blocks"]
    assert body["state"] == {"values": {}}
    assert body["response_url"].startswith(f"{bench.workspace.url}/actions/")
    (action,) = body["actions"]
    assert {name: action[name] for name in ("type", "action_id", "block_id", "value")} == {
        "type": "button",
        "action_id": "go",
        "block_id": "row",
        "value": "v1",
    }
    assert action["text"]["text"] == "Go"
    assert float(action["action_ts"]) > float(posted["ts"])


@pytest.mark.parametrize(
    ("element", "choice", "field_name", "expected"),
    [
        ({"type": "static_select", "options": options(3)}, "v1", "selected_option", options(3)[1]),
        ({"type": "multi_static_select", "options": options(3)}, ["v0", "v2"], "selected_options", options(3)[::2]),
        ({"type": "checkboxes", "options": options(2)}, [], "selected_options", []),
        ({"type": "radio_buttons", "options": options(2)}, "v0", "selected_option", options(2)[0]),
        ({"type": "overflow", "options": options(2)}, "v1", "selected_option", options(2)[1]),
        ({"type": "users_select"}, "U1", "selected_user", "U1"),
        ({"type": "multi_users_select"}, ["U1", "U2"], "selected_users", ["U1", "U2"]),
        ({"type": "conversations_select"}, "C1", "selected_conversation", "C1"),
        ({"type": "datepicker"}, "2026-11-23", "selected_date", "2026-11-23"),
        ({"type": "timepicker"}, "09:30", "selected_time", "09:30"),
    ],
)
async def test_what_was_chosen(
    bench: Bench,
    start_bot: StartBot,
    arrive: Arrive,
    element: dict[str, Any],
    choice: Any,
    field_name: str,
    expected: Any,
) -> None:
    """A choice arrives in the action and, if the element keeps it, in the message's state."""
    bot, payloads = recording(bench, "pick")
    await start_bot(bench, bot)
    room = await bench.room("cards", "ana")
    ana = await arrive(bench, "ana")
    blocks = [actions({**element, "action_id": "pick"}, block_id="row")]
    await bench.client.chat_postMessage(channel=room, text="x", blocks=blocks)
    await ana.press(await ana.wait_for_message(lambda m: "blocks" in m), "pick", choice)
    body = await payloads.get()
    got, wanted = body["actions"][0][field_name], expected
    if isinstance(got, dict):
        got, wanted = got["value"], expected["value"]
    elif got and isinstance(got[0], dict):
        got, wanted = [g["value"] for g in got], [e["value"] for e in expected]
    assert got == wanted
    assert ("row" in body["state"]["values"]) == (element["type"] != "overflow")


async def test_what_is_not_there_cannot_be_pressed(bench: Bench, start_bot: StartBot, arrive: Arrive) -> None:
    """A stale button, an option that is not on offer, and somebody else's ephemeral are refused with words."""
    bot, _ = recording(bench, "go")
    await start_bot(bench, bot)
    room = await bench.room("cards", "ana", "ben")
    ana, ben = await arrive(bench, "ana"), await arrive(bench, "ben")
    menu = {"type": "static_select", "action_id": "pick", "options": options(2)}
    ts = (await bench.client.chat_postMessage(channel=room, text="x", blocks=[actions(LABELLED, menu)]))["ts"]
    card = await ana.wait_for_message(lambda m: m["ts"] == ts)
    await bench.client.chat_update(channel=room, ts=ts, text="y", blocks=[actions(menu, block_id="row")])
    with pytest.raises(PersonRefused, match="no longer there"):
        await ana.press(card, "go")
    changed = await ana.wait_for_message(lambda m: m["text"] == "y")
    changed["blocks"][0]["elements"][0]["options"].append(options(9)[8])
    with pytest.raises(PersonRefused, match="not on offer"):
        await ana.press(changed, "pick", "v8")
    await bench.client.chat_postEphemeral(channel=room, user=ana.user_id, text="z", blocks=CARD)
    whisper = await ana.wait_for_message(lambda m: m["text"] == "z")
    with pytest.raises(PersonRefused, match="gone"):
        await ben.press(whisper, "go")


async def test_an_ephemeral_is_replaced_and_removed(bench: Bench, start_bot: StartBot, arrive: Arrive) -> None:
    """Through its response URL an ephemeral message can be replaced and then deleted."""
    bot = bolt(bench)

    @bot.action("go")
    async def pressed(ack: AsyncAck, respond: AsyncRespond, body: dict[str, Any]) -> None:
        await ack()
        assert body["container"]["is_ephemeral"] is True
        await respond(text="replaced", replace_original=True)
        await respond(delete_original=True)

    await start_bot(bench, bot)
    room = await bench.room("cards", "ana")
    ana = await arrive(bench, "ana")
    await bench.client.chat_postEphemeral(channel=room, user=ana.user_id, text="z", blocks=CARD)
    whisper = await ana.wait_for_message(lambda m: m["text"] == "z")
    assert [m["text"] for m in await ana.messages(room)][-1] == "z"
    await ana.press(whisper, "Go")
    assert (await ana.wait_for_message(lambda m: m["text"] == "replaced"))["ts"] == whisper["ts"]
    assert (await ana.wait_for(lambda e: e["type"] == "message_deleted"))["ts"] == whisper["ts"]


async def test_shortcuts(bench: Bench, start_bot: StartBot, arrive: Arrive) -> None:
    """A global shortcut knows no channel; a message shortcut brings the message and a response URL."""
    bot, payloads = bolt(bench), asyncio.Queue[dict[str, Any]]()

    @bot.shortcut("begin")
    @bot.shortcut("note")
    async def used(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        payloads.put_nowait(body)

    await start_bot(bench, bot)
    room = await bench.room("talk", "ana")
    ana = await arrive(bench, "ana")
    await ana.shortcut("begin")
    first = await payloads.get()
    assert (first["type"], "channel" in first, "response_url" in first) == ("shortcut", False, False)
    ts = await ana.say(room, "remember this")
    await ana.shortcut("note", {"channel": room, "ts": ts})
    second = await payloads.get()
    assert (second["type"], second["message"]["text"], second["message_ts"]) == ("message_action", "remember this", ts)
    assert second["channel"]["id"] == room
    assert second["response_url"]
    with pytest.raises(PersonRefused, match="No app"):
        await ana.shortcut("nothing")


async def test_suggestions(bench: Bench, start_bot: StartBot, arrive: Arrive) -> None:
    """An external select asks the app for its options with what was typed."""
    bot = bolt(bench)

    @bot.options("who")
    async def suggest(ack: AsyncAck, body: dict[str, Any]) -> None:
        typed = {"text": {"type": "plain_text", "text": body["value"]}, "value": "1"}
        await ack(options=[typed])

    await start_bot(bench, bot)
    room = await bench.room("talk", "ana")
    ana = await arrive(bench, "ana")
    blocks = [actions({"type": "external_select", "action_id": "who", "min_query_length": 0}, block_id="row")]
    ts = (await bench.client.chat_postMessage(channel=room, text="x", blocks=blocks))["ts"]
    reply = await ana.tell("options", message={"channel": room, "ts": ts}, block_id="row", action_id="who", value="be")
    assert reply["options"][0]["text"]["text"] == "be"


# -- triggers and modals -------------------------------------------------------------------------------------------------


async def trigger(bench: Bench, start_bot: StartBot, person: PersonAt) -> str:
    """A fresh trigger id."""
    bot, triggers = bolt(bench), asyncio.Queue[str]()

    @bot.shortcut("begin")
    async def begin(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        triggers.put_nowait(body["trigger_id"])

    await start_bot(bench, bot)
    await person.shortcut("begin")
    return await triggers.get()


async def test_a_trigger_is_used_once(bench: Bench, start_bot: StartBot, arrive: Arrive) -> None:
    """A trigger opens one view; a refused view does not use it up; a made-up one is invalid."""
    id_ = await trigger(bench, start_bot, await arrive(bench, "ana"))
    assert await bench.refused("views.open", trigger_id="1.2.abc", view=modal()) == "invalid_trigger_id"
    assert await bench.refused("views.open", trigger_id=id_, view={"type": "modal"}) == "invalid_arguments"
    assert (await bench.call("views.open", trigger_id=id_, view=modal()))["ok"] is True
    assert await bench.refused("views.open", trigger_id=id_, view=modal()) == "exchanged_trigger_id"


async def test_a_trigger_lasts_three_seconds(start_bench: StartBench, start_bot: StartBot, arrive: Arrive) -> None:
    """After three seconds a trigger has expired."""
    clock = [1_700_000_000.0]
    bench = await start_bench(now=lambda: clock[0])
    id_ = await trigger(bench, start_bot, await arrive(bench, "ana"))
    clock[0] += 3.5
    assert await bench.refused("views.open", trigger_id=id_, view=modal()) == "expired_trigger_id"


async def test_at_most_three_views_are_stacked(bench: Bench, start_bot: StartBot, arrive: Arrive) -> None:
    """Pushing a fourth view is refused; closing everything tells the app which views were cleared."""
    bot, closed = bolt(bench), asyncio.Queue[dict[str, Any]]()
    results = asyncio.Queue[str]()

    @bot.action("more")
    async def more(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        try:
            await client.views_push(trigger_id=body["trigger_id"], view=level)
            results.put_nowait("ok")
        except SlackApiError as refused:
            results.put_nowait(refused.response["error"])

    @bot.view_closed("level")
    async def gone(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        closed.put_nowait(body)

    level = modal("level", actions(button(action_id="more"), block_id="row"), notify_on_close=True)
    await start_bot(bench, bot)
    ana = await arrive(bench, "ana")
    view = await opened(bench, ana, bot, level)
    for expected in ("ok", "ok", "push_limit_reached"):
        await ana.press_in_view(view, "more")
        assert await results.get() == expected
        if expected == "ok":
            view = await ana.wait_for_view("view_pushed")
    stack = await ana.views()
    assert [v["previous_view_id"] for v in stack] == [None, stack[0]["id"], stack[1]["id"]]
    assert {v["root_view_id"] for v in stack} == {stack[0]["id"]}
    await ana.close_view(view, cleared=True)
    told = [await closed.get() for _ in range(3)]
    assert [body["view"]["id"] for body in told] == [v["id"] for v in stack[::-1]]
    assert all(body["is_cleared"] for body in told)
    assert await ana.views() == []


async def test_a_stale_hash_is_refused(bench: Bench, start_bot: StartBot, arrive: Arrive) -> None:
    """views.update with the hash of an older state is refused, without a hash it is not; external ids are unique."""
    bot = bolt(bench)
    await start_bot(bench, bot)
    ana = await arrive(bench, "ana")
    view = await opened(bench, ana, bot, modal(external_id="mine"))
    update = {"view": modal("second"), "external_id": "mine"}
    assert (await bench.call("views.update", **update, hash=view["hash"]))["ok"] is True
    assert await bench.refused("views.update", **update, hash=view["hash"]) == "hash_conflict"
    assert (await bench.call("views.update", **update))["view"]["callback_id"] == "second"
    assert await bench.refused("views.update", view=modal(), view_id="V0") == "not_found"
    big = modal("big", *[section(text={"type": "mrkdwn", "text": "x" * 3000}) for _ in range(90)])
    assert await bench.refused("views.update", **{**update, "view": big}) == "view_too_large"


async def test_what_was_entered_survives_an_update(bench: Bench, start_bot: StartBot, arrive: Arrive) -> None:
    """Inputs whose ids stay keep what the person entered when the app updates the view."""
    bot, submitted = bolt(bench), asyncio.Queue[dict[str, Any]]()
    choice = actions({"type": "static_select", "action_id": "kind", "options": options(2)}, block_id="row")
    name = field({"type": "plain_text_input", "action_id": "a"}, block_id="b")

    @bot.action("kind")
    async def chosen(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        new = modal(
            "form",
            choice,
            name,
            field({"type": "number_input", "action_id": "n", "is_decimal_allowed": False}, block_id="c", optional=True),
        )
        await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=new)

    @bot.view("form")
    async def submit(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        submitted.put_nowait(body)

    await start_bot(bench, bot)
    ana = await arrive(bench, "ana")
    view = await opened(bench, ana, bot, modal("form", choice, name))
    entered = {"b": {"a": {"type": "plain_text_input", "value": "kept"}}}
    action = {"block_id": "row", "action_id": "kind", "type": "static_select", "selected_option": options(2)[1]}
    await ana.tell("press", view_id=view["id"], action=action, state={"values": entered})
    updated = await ana.wait_for_view("view_updated")
    assert updated["state"]["values"]["b"]["a"]["value"] == "kept"
    assert await ana.submit(updated, {"n": "2.5"}) == {"c": "Enter a whole number."}
    assert await ana.submit(updated, {"n": "2"}) == {}
    values = (await submitted.get())["view"]["state"]["values"]
    assert values["b"]["a"]["value"] == "kept"
    assert values["row"]["kind"]["selected_option"]["value"] == "v1"
    assert values["c"]["n"] == {"type": "number_input", "value": "2"}


@pytest.mark.parametrize(
    ("answer", "events", "left"),
    [
        ({}, ["view_closed"], 0),
        ({"response_action": "clear"}, ["view_closed"], 0),
        ({"response_action": "update", "view": modal("two")}, ["view_updated"], 1),
        ({"response_action": "push", "view": modal("two")}, ["view_pushed"], 2),
    ],
)
async def test_a_submission_is_answered(
    bench: Bench, start_bot: StartBot, arrive: Arrive, answer: dict[str, Any], events: list[str], left: int
) -> None:
    """The acknowledgement of a submission closes, clears, updates or pushes."""
    bot = bolt(bench)

    @bot.view("form")
    async def submit(ack: AsyncAck) -> None:
        await ack(**answer)

    await start_bot(bench, bot)
    ana = await arrive(bench, "ana")
    view = await opened(bench, ana, bot, modal())
    assert await ana.submit(view, {"a": "text"}) == {}
    await ana.wait_for(lambda e: e["type"] in events)
    assert len(await ana.views()) == left


async def test_a_wrong_answer_to_a_submission_is_shown(bench: Bench, start_bot: StartBot, arrive: Arrive) -> None:
    """Errors for a field that is not there, or an invalid view, are refused, and the modal stays."""
    bot, answers = bolt(bench), [{"response_action": "errors", "errors": {"zzz": "no"}}]

    @bot.view("form")
    async def submit(ack: AsyncAck) -> None:
        await ack(**answers[0])

    await start_bot(bench, bot)
    ana = await arrive(bench, "ana")
    view = await opened(bench, ana, bot, modal())
    with pytest.raises(PersonRefused, match="not there"):
        await ana.submit(view, {"a": "text"})
    answers[0] = {"response_action": "update", "view": {"type": "modal"}}
    with pytest.raises(PersonRefused, match="missing required field: title"):
        await ana.submit(view, {"a": "text"})
    assert len(await ana.views()) == 1


async def test_the_home_tab(bench: Bench, start_bot: StartBot, arrive: Arrive) -> None:
    """Opening the Home tab tells the app; what it publishes is shown to that person, and its buttons work."""
    bot, payloads = recording(bench, "go")
    homes: list[Any] = []

    @bot.event("app_home_opened")
    async def home(event: dict[str, Any], client: AsyncWebClient) -> None:
        homes.append(event.get("view"))
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": CARD})

    await start_bot(bench, bot)
    ana, ben = await arrive(bench, "ana"), await arrive(bench, "ben")
    assert await ana.home(bench.app.app_id) is None
    view = (await ana.wait_for(lambda e: e["type"] == "home"))["view"]
    assert (await ana.home(bench.app.app_id) or {})["id"] == view["id"]
    await ana.wait_for(lambda e: e["type"] == "home")
    await ana.press_in_view(view, "Go")
    body = await payloads.get()
    assert (body["container"], body["view"]["type"]) == ({"type": "view", "view_id": view["id"]}, "home")
    assert (homes[0], homes[1]["id"]) == (None, view["id"])
    assert ben.heard("home") == []


async def test_commands_are_known_or_not(bench: Bench, start_bot: StartBot, arrive: Arrive) -> None:
    """An unknown command is refused, and no app's command works in a thread."""
    await start_bot(bench, bolt(bench))
    room = await bench.room("talk", "ana")
    ana = await arrive(bench, "ana")
    ts = await ana.say(room, "parent")
    with pytest.raises(PersonRefused, match="not a valid command"):
        await ana.say(room, "/dance")
    with pytest.raises(PersonRefused, match="not supported in threads"):
        await ana.say(room, "/warden", thread_ts=ts)


async def test_typed_text_is_marked_up(bench: Bench, arrive: Arrive) -> None:
    """Typed text is escaped, and names, channels and links become what Slack's client makes of them."""
    room = await bench.room("talk", "ana", "ben")
    ana, ben = await arrive(bench, "ana"), bench.workspace.person("ben")
    await ana.say(room, "@ben & @here: see #general, <b> at https://a.example/x?y=1&z=2. mail me@ben.example #nowhere")
    (message,) = (await bench.client.conversations_history(channel=room, limit=1))["messages"]
    general = bench.workspace.channel("general")
    assert message["text"] == (
        f"<@{ben}> &amp; <!here>: see <#{general}|general>, &lt;b&gt; at <https://a.example/x?y=1&amp;z=2>."
        " mail me@ben.example #nowhere"
    )
