"""What whoever runs the workspace may do over HTTP: install, revoke, seed, reset, break, read the wire."""

import asyncio
import inspect
import json
from typing import Any

import aiohttp
import pytest
import yaml
from slack_sdk.errors import SlackApiError

from warroom.workspace import Faults, Person, PersonAt, PersonRefused, Seed, SeedChannel
from warroom.workspace.faults import ORDERS

from .bench import HASTE, SEED, Arrive, Bench, StartBench, StartBot, bolt, manifest


async def tell(bench: Bench, what: str, **body: Any) -> dict[str, Any]:
    """`POST /local/<what>` as a program would."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{bench.workspace.url}/local/{what}", json=body) as response,
    ):
        reply: dict[str, Any] = await response.json()
        return reply


async def look(bench: Bench, what: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session, session.get(f"{bench.workspace.url}/local/{what}") as response:
        reply: dict[str, Any] = await response.json()
        return reply


async def _texts(bench: Bench, room: str) -> list[str]:
    return [m["text"] for m in (await bench.client.conversations_history(channel=room))["messages"]]


# -- apps ----------------------------------------------------------------------------------------------------------------


async def test_an_app_is_installed_over_http(bench: Bench) -> None:
    """A manifest posted to /local/install gives the tokens an app needs; a manifest that is wrong is refused with why."""
    app = (await tell(bench, "install", manifest=manifest(name="second")))["app"]
    assert await bench.call("auth.test", token=app["bot_token"])
    assert (await bench.call("auth.test", token=app["bot_token"]))["user_id"] == app["bot_user_id"]
    assert {a["name"] for a in (await look(bench, "apps"))["apps"]} == {"warden", "second"}
    wrong = await tell(bench, "install", manifest={"features": {}})
    assert (wrong["error"], wrong["sentence"]) == ("invalid_manifest", "name must be text of 1 to 35 characters.")


async def test_a_manifest_is_installed_as_it_was_written(bench: Bench) -> None:
    """A manifest may be sent as the text of a file, JSON or YAML; text that is neither is refused with its place."""
    as_yaml = yaml.safe_dump(manifest(name="yaml-app"))
    as_json = json.dumps(manifest(name="json-app"), indent="\t")
    assert [(await tell(bench, "install", manifest=text))["app"]["name"] for text in (as_yaml, as_json)] == [
        "yaml-app",
        "json-app",
    ]
    assert (await tell(bench, "install", manifest="_metadata:\n  since: 2024-01-01\n" + as_yaml))["ok"] is True


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("a: [", "The manifest is neither JSON nor YAML: see line 1, column 5."),
        ("just words", "The manifest must be an object with display_information, features and more."),
        (["a"], "The manifest must be an object, or the text of one."),
        (
            {
                "features": {"bot_user": {"display_name": "b"}, "slash_commands": ["/a"]},
                "display_information": {"name": "b"},
            },
            "slash_commands must be a list of objects.",
        ),
        (
            {
                "oauth_config": {"scopes": {"bot": None}},
                "features": {"bot_user": {"display_name": "b"}},
                "display_information": {"name": "b"},
            },
            "bot must be a list of at most 255.",
        ),
        (
            {
                "settings": {"event_subscriptions": {"bot_events": [{}]}},
                "features": {"bot_user": {"display_name": "b"}},
                "display_information": {"name": "b"},
            },
            "bot_events must be a list of texts.",
        ),
    ],
)
async def test_a_manifest_that_cannot_be_read(bench: Bench, written: Any, sentence: str) -> None:
    """A manifest that is not one, or has something else where a list belongs, is refused in a sentence."""
    reply = await tell(bench, "install", manifest=written)
    assert (reply["error"], reply["sentence"]) == ("invalid_manifest", sentence)


async def test_a_new_app_is_told_to_every_page(bench: Bench, arrive: Arrive) -> None:
    """Whoever watches hears that there is another app, however it was installed."""
    ana = await arrive(bench, "ana")
    await bench.workspace.install(manifest(name="second"))
    assert await ana.wait_for(lambda e: e["type"] == "people")


async def test_tokens_can_be_taken_away_and_given_back(bench: Bench, start_bot: StartBot) -> None:
    """A revoked app is answered token_revoked and its connections end; restoring makes the same tokens good again."""
    await start_bot(bench, bolt(bench))
    await bench.workspace.wait_for_connections(bench.app, 1)
    assert (await tell(bench, "revoke", app_id=bench.app.app_id))["app"]["revoked"] is True
    await bench.workspace.wait_for_connections(bench.app, 0)
    closed = [e.request["reason"] for e in bench.workspace.wire.payloads("socket") if e.method == "disconnect"]
    assert closed == ["link_disabled"]
    assert await bench.refused("auth.test") == "token_revoked"
    reply = await bench.call("apps.connections.open", token=bench.app.app_token)
    assert reply["error"] == "token_revoked"
    await tell(bench, "restore", app_id=bench.app.app_id)
    assert (await bench.call("auth.test"))["ok"] is True
    assert (await tell(bench, "revoke", app_id="A1"))["error"] == "app_not_found"


async def test_bookmarks_of_apps_are_told(bench: Bench, arrive: Arrive) -> None:
    """Whoever sees the channel hears of each bookmark that an app adds, changes or removes, with all that are there now."""
    ana, room = await arrive(bench, "ana"), await bench.room("links", "ana")

    async def titles(count: int) -> list[str]:
        heard = await ana.wait_for(lambda e: e["type"] == "bookmarks" and len(e["bookmarks"]) == count)
        return [mark["title"] for mark in heard["bookmarks"]]

    added = await bench.client.bookmarks_add(channel_id=room, title="one", type="link", link="https://one.example")
    assert await titles(1) == ["one"]
    mark = added["bookmark"]["id"]
    await bench.client.bookmarks_edit(channel_id=room, bookmark_id=mark, title="two")
    assert await ana.wait_for(lambda e: e["type"] == "bookmarks" and e["bookmarks"][0]["title"] == "two")
    await bench.client.bookmarks_remove(channel_id=room, bookmark_id=mark)
    assert await titles(0) == []


# -- seed and reset ------------------------------------------------------------------------------------------------------


async def test_a_reset_is_a_first_start_that_keeps_apps(bench: Bench, arrive: Arrive) -> None:
    """After a reset there is what the seed says and nothing else; apps keep their tokens unless told otherwise."""
    ana = await arrive(bench, "ana")
    room = await bench.room("gone", "ana")
    await ana.say(room, "gone too")
    bench.workspace.faults.rate_limit("*", times=100)
    assert (await tell(bench, "reset"))["ok"] is True
    assert await ana.wait_for(lambda e: e["type"] == "reset")
    names = [c["name"] for c in (await bench.client.conversations_list())["channels"]]
    assert names == [
        c if isinstance(c, str) else c.name for c in SEED.channels if isinstance(c, str) or not c.is_private
    ]
    assert (await bench.client.auth_test())["user_id"] == bench.app.bot_user_id
    with pytest.raises(PersonRefused, match="user_not_found"):
        await ana.channels()
    await tell(bench, "reset", seed={"people": [{"name": "zoe"}]}, apps=False)
    assert await bench.refused("auth.test") == "invalid_auth"
    assert bench.workspace.person("zoe")


async def test_an_app_that_a_reset_removes_is_cut_off(bench: Bench, start_bot: StartBot) -> None:
    """A reset leaves the connections of apps that stay, and ends those of apps that go."""
    await start_bot(bench, bolt(bench))
    await bench.workspace.wait_for_connections(bench.app, 1)
    await tell(bench, "reset")
    assert bench.workspace.connections(bench.app) == 1
    await tell(bench, "reset", apps=False)
    await bench.workspace.wait_for_connections(bench.app, 0)


async def test_held_events_do_not_stop_a_reset(bench: Bench, arrive: Arrive) -> None:
    """Events that were held back are forgotten with the app they were for."""
    ana = await arrive(bench, "ana")
    bench.workspace.faults.hold_events()
    await ana.say(await bench.room("quiet", "ana"), "kept back")
    assert (await look(bench, "faults"))["pending"]["held_events"]
    assert (await tell(bench, "reset", apps=False))["ok"] is True
    assert (await look(bench, "faults"))["pending"]["held_events"] is None


async def test_a_seed_can_be_added_later(bench: Bench) -> None:
    """What a seed says and is not there yet is added; a wrong seed is refused with its place and changes nothing."""
    await tell(bench, "seed", seed={"people": [{"name": "zoe"}], "channels": ["bridge"]})
    assert bench.workspace.person("zoe")
    assert bench.workspace.channel("bridge")
    wrong = await tell(bench, "seed", seed={"people": [{"nam": "zoe"}]})
    assert (wrong["error"], wrong["sentence"]) == ("invalid_seed", "people[0]: nam is not known; did you mean name?")


# -- faults --------------------------------------------------------------------------------------------------------------


async def test_faults_are_ordered_over_http(bench: Bench) -> None:
    """A fault posted to /local/faults happens once and is seen as pending before; clear takes the rest back."""
    ordered = await tell(bench, "faults", fault="error", method="auth.test", code="fatal_error", times=2)
    assert ordered["pending"]["calls"] == {"auth.test": ["answer", "answer"]}
    assert await bench.refused("auth.test") == "fatal_error"
    assert (await look(bench, "faults"))["pending"]["calls"] == {"auth.test": ["answer"]}
    await tell(bench, "faults", fault="clear")
    assert (await bench.call("auth.test"))["ok"] is True


async def test_what_can_go_wrong_is_told(bench: Bench) -> None:
    """GET /local/faults lists each fault with a sentence and its fields, and an order made of those is accepted."""
    known = (await look(bench, "faults"))["faults"]
    assert [each["name"] for each in known] == list(ORDERS)
    assert all(each["sentence"].endswith(".") for each in known)
    made = {"text": "auth.test", "integer": 1, "number": 0.5, "boolean": True}
    for each in known:
        fields = {field["name"]: made[field["kind"]] for field in each["fields"] if field["required"]}
        assert (await tell(bench, "faults", fault=each["name"], **fields))["ok"] is True, each


async def test_what_is_to_come_is_told_in_words(bench: Bench) -> None:
    """What is pending is listed with its place, what will happen and how often, until nothing is left."""
    for order in (
        {"fault": "error", "method": "auth.test", "code": "fatal_error", "times": 2},
        {"fault": "delay", "method": "auth.test", "seconds": 2},
        {"fault": "status", "method": "*", "applied": True},
        {"fault": "lose_acks", "times": 3},
        {"fault": "hold_events"},
        {"fault": "use_up_deliveries"},
    ):
        await tell(bench, "faults", **order)
    listed = (await look(bench, "faults"))["pending"]["listed"]
    assert [(each["place"], each["what"], each["times"]) for each in listed] == [
        ("auth.test", '{"ok":false,"error":"fatal_error"}', 2),
        ("auth.test", "carried out and answered after 2 s", 1),
        ("*", 'HTTP 503: {"ok":false,"error":"service_unavailable"} (the call is carried out)', 1),
        ("acknowledgements", "not noticed", 3),
        ("events", "held back until release_events: 0 so far", None),
        ("request URLs", "this hour's deliveries are used up", None),
    ]
    assert (await tell(bench, "faults", fault="clear"))["pending"]["listed"] == []


async def test_rate_limits_are_told(bench: Bench) -> None:
    """Whether 429 is answered as Slack does can be changed, and read back."""
    for enabled in (True, False):
        await tell(bench, "rate-limits", enabled=enabled)
        assert (await look(bench, "faults"))["rate_limits"] == {"enabled": enabled}


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ({"fault": "gremlins"}, "There is no fault 'gremlins'; there are rate_limit, error,"),
        ({"fault": "take"}, "There is no fault 'take'"),
        ({"fault": "error", "method": "auth.test"}, "error needs code."),
        ({"fault": "delay", "method": "*", "seconds": "1"}, "delay: seconds must be a number, not '1'."),
        ({"fault": "rate_limit", "method": "*", "times": True}, "rate_limit: times must be a whole number, not True."),
        ({"fault": "drop", "method": "*", "applied": 1}, "drop: applied must be true or false, not 1."),
        ({"fault": "lose_acks", "time": 1}, "lose_acks has no field 'time'; it takes times."),
    ],
)
async def test_an_order_that_makes_no_sense_is_refused(bench: Bench, order: dict[str, Any], sentence: str) -> None:
    """A fault that is not known, or with a field that is wrong, is refused in a sentence that says what would be right."""
    reply = await tell(bench, "faults", **order)
    assert reply["error"] == "invalid_fault"
    assert reply["sentence"].startswith(sentence)


def test_every_fault_can_be_ordered() -> None:
    """Everything that can be asked of `Faults` from Python can be ordered over HTTP, and says in a line what it does."""
    asked = inspect.getsource(Faults).partition("# -- over HTTP")[0]
    public = [n for n in vars(Faults) if not n.startswith("_") and f"def {n}(" in asked and n != "attach"]
    assert sorted(public) == sorted(ORDERS)
    assert all((getattr(Faults, name).__doc__ or "").strip() for name in ORDERS)


async def test_success_can_be_reported_as_failure(bench: Bench) -> None:
    """A call can be carried out and answered with an error or a 500 all the same."""
    room = await bench.room()
    bench.workspace.faults.error("chat.postMessage", "internal_error", applied=True)
    bench.workspace.faults.status("chat.postMessage", 500, applied=True)
    assert await bench.refused("chat.postMessage", channel=room, text="one") == "internal_error"
    with pytest.raises(SlackApiError) as caught:
        await bench.client.chat_postMessage(channel=room, text="two")
    assert caught.value.response.status_code == 500
    assert await _texts(bench, room) == ["two", "one"]


async def test_failure_can_be_reported_as_success(bench: Bench, arrive: Arrive) -> None:
    """A call can be answered as if it had been carried out while nothing comes of it: no message, no event, no news."""
    room, faults = await bench.room("quiet", "ana"), bench.workspace.faults
    ana = await arrive(bench, "ana")
    kept = await bench.client.chat_postMessage(channel=room, text="kept")
    before, last = await bench.client.conversations_history(channel=room), bench.workspace.wire.last
    faults.pretend("*", times=5)
    posted = await bench.client.chat_postMessage(channel=room, text="lies", thread_ts=kept["ts"])
    assert (posted["ok"], posted["message"]["text"]) == (True, "lies")
    assert (await bench.client.chat_update(channel=room, ts=kept["ts"], text="changed"))["text"] == "changed"
    await bench.client.chat_delete(channel=room, ts=kept["ts"])
    await bench.client.reactions_add(channel=room, timestamp=kept["ts"], name="eyes")
    await bench.client.conversations_archive(channel=room)
    assert (await bench.client.conversations_history(channel=room))["messages"] == before["messages"]
    assert {e.kind for e in bench.workspace.wire.after(last)} == {"call"}
    assert [e["message"]["text"] for e in ana.heard("message")] == ["kept"]
    assert await bench.refused("chat.postMessage", channel=room, text="x", thread_ts=posted["ts"]) == "thread_not_found"


async def test_a_channel_can_be_archived_under_an_apps_feet(bench: Bench) -> None:
    """The channel a call names can be archived just before the call arrives, and the bot is out of it."""
    room = await bench.room()
    bench.workspace.faults.archive_first("chat.postMessage")
    assert await bench.refused("chat.postMessage", channel=room, text="x") == "is_archived"
    assert await bench.refused("conversations.history", channel=room) == "not_in_channel"


async def test_a_call_can_be_slow(bench: Bench) -> None:
    """A delayed call is carried out after the delay, and calls behind it are not held up."""
    room = await bench.room()
    bench.workspace.faults.delay("chat.postMessage", 0.05)
    slow = asyncio.create_task(bench.client.chat_postMessage(channel=room, text="slow"))
    while bench.workspace.faults.pending()["calls"]:
        await bench.client.auth_test()
    await bench.client.chat_postMessage(channel=room, text="quick")
    await slow
    assert await _texts(bench, room) == ["slow", "quick"]


async def test_handshakes_and_tickets_can_fail(bench: Bench) -> None:
    """A handshake can be refused with 503, which uses up its ticket; a ticket can have expired when it is used."""
    faults = bench.workspace.faults

    async def shake(url: str) -> int:
        async with aiohttp.ClientSession() as session, session.get(url.replace("ws://", "http://")) as response:
            return response.status

    async def address() -> str:
        return str((await bench.call("apps.connections.open", token=bench.app.app_token))["url"])

    faults.refuse_handshakes(1)
    refused = await address()
    assert [await shake(refused), await shake(refused)] == [503, 401]
    faults.expire_tickets(1)
    assert await shake(await address()) == 401
    async with aiohttp.ClientSession() as session, session.ws_connect(await address()) as socket:
        assert (await socket.receive_json())["type"] == "hello"


async def test_a_frozen_connection_stays_open_and_says_nothing(bench: Bench) -> None:
    """A half-open connection answers no ping and takes no acknowledgement; its events go to another one later."""
    url = (await bench.call("apps.connections.open", token=bench.app.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url, autoping=False) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        await socket.ping(b"before")
        pong = await socket.receive()
        assert (pong.type, pong.data) == (aiohttp.WSMsgType.PONG, b"before")
        bench.workspace.faults.freeze_sockets()
        await socket.ping(b"after")
        bench.workspace.faults.close_sockets()
        assert (await socket.receive()).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


async def test_a_lost_event_is_not_sent_again(start_bench: StartBench, start_bot: StartBot, arrive: Arrive) -> None:
    """An event that is lost leaves no trace at the app and is seen as lost on the wire."""
    bench = await start_bench(timing=HASTE)
    bot, heard = bolt(bench), list[str]()

    @bot.event("message")
    async def message(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    room = await bench.room("talk", "ana")
    await start_bot(bench, bot)
    ana = await arrive(bench, "ana")
    await bench.workspace.settled()
    heard.clear()
    bench.workspace.faults.lose_events(1)
    for text in ("lost", "found"):
        await ana.say(room, text)
    await bench.workspace.settled()
    assert heard == ["found"]
    lost = [e.request["event"]["text"] for e in bench.workspace.wire.payloads("lost") if e.method == "message"]
    assert lost == ["lost"]


# -- the wire and the limits ---------------------------------------------------------------------------------------------


async def test_everything_that_crossed_the_wire_can_be_read_back(bench: Bench) -> None:
    """The wire is read by kind, method and app, from a number on, and can be cleared; it holds no token."""
    room = await bench.room()
    await bench.client.chat_postMessage(channel=room, text="x")
    await bench.call("auth.test", token=bench.app.bot_token)
    calls = (await look(bench, "wire?kind=call&method=chat.postMessage"))["exchanges"]
    assert [(e["method"], e["request"]["text"], e["response"]["ok"]) for e in calls] == [
        ("chat.postMessage", "x", True)
    ]
    assert (await look(bench, "wire?app=nobody"))["exchanges"] == []
    everything = await look(bench, "wire")
    assert bench.app.bot_token not in str(everything)
    last = everything["last"]
    await tell(bench, "wire/clear")
    await bench.call("auth.test")
    assert [e["n"] for e in (await look(bench, f"wire?after={last}"))["exchanges"]] == [last + 1]


async def test_rate_limits_are_switched_while_it_runs(bench: Bench) -> None:
    """Rate limits can be switched on and off without a restart."""
    room = await bench.room()
    assert (await tell(bench, "rate-limits", enabled=True))["enabled"] is True
    codes = [(await bench.call("chat.postMessage", channel=room, text="x")).get("error") for _ in range(6)]
    assert codes == [None] * 4 + ["ratelimited"] * 2
    await tell(bench, "rate-limits", enabled=False)
    assert (await bench.call("chat.postMessage", channel=room, text="x"))["ok"] is True
    assert (await tell(bench, "rate-limits", enabled="yes"))["error"] == "invalid_arguments"


# -- guests and people from outside --------------------------------------------------------------------------------------

COMPANY = Seed(
    team_name="Narwhal",
    people=(
        Person(name="ana", is_admin=True),
        Person(name="ben"),
        Person(name="gus", guest="multi"),
        Person(name="vic", company="Vendor"),
    ),
    channels=(
        "general",
        SeedChannel(name="bridge", members=("ana", "ben", "vic"), shared_with=("Vendor",)),
        SeedChannel(name="news", rules=("read_only",)),
        SeedChannel(name="asks", rules=("thread_only",)),
        SeedChannel(name="flat", rules=("no_threads",)),
    ),
)


async def test_guests_and_outsiders_see_only_their_channels(start_bench: StartBench) -> None:
    """Guests and people from outside see the channels they were put into, and cannot walk into others or make new ones."""
    bench = await start_bench(seed=COMPANY)
    async with (
        PersonAt(bench.workspace.url, bench.workspace.person("gus")) as gus,
        PersonAt(bench.workspace.url, bench.workspace.person("vic")) as vic,
    ):
        assert [c["name"] for c in await gus.channels()] == []
        assert [(c["name"], c["shared_with"][0]["name"]) for c in await vic.channels()] == [("bridge", "Vendor")]
        with pytest.raises(PersonRefused, match="channel_not_found"):
            await gus.join(bench.workspace.channel("general"))
        for person in (gus, vic):
            with pytest.raises(PersonRefused, match="user_is_restricted"):
                await person.create("mine")


async def test_an_outsider_can_press_buttons_and_nothing_else(
    start_bench: StartBench, start_bot: StartBot, arrive: Arrive
) -> None:
    """Somebody from outside presses a button and the payload says so; commands and shortcuts are for our own people."""
    bench = await start_bench(seed=COMPANY)
    bot, pressed = bolt(bench), asyncio.Queue[dict[str, Any]]()
    events = asyncio.Queue[dict[str, Any]]()

    @bot.action("ack")
    async def action(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        pressed.put_nowait(body)

    @bot.event("message")
    async def message(body: dict[str, Any]) -> None:
        events.put_nowait(body)

    bridge = bench.workspace.channel("bridge")
    await bench.client.conversations_join(channel=bridge)
    await start_bot(bench, bot)
    vic = await arrive(bench, "vic")
    button = {"type": "button", "action_id": "ack", "text": {"type": "plain_text", "text": "Acknowledge"}}
    await bench.client.chat_postMessage(channel=bridge, text="x", blocks=[{"type": "actions", "elements": [button]}])
    card = await vic.wait_for_message(lambda m: bool(m.get("blocks")))
    await vic.press(card, "Acknowledge")
    user = (await pressed.get())["user"]
    ours = (await bench.client.auth_test())["team_id"]
    assert user["id"] == vic.user_id
    assert user["team_id"] != ours
    await vic.say(bridge, "hello from outside")
    while (body := await events.get())["event"].get("user") != vic.user_id:
        continue
    assert body["is_ext_shared_channel"] is True
    assert (body["event"]["user_team"], body["team_id"]) == (user["team_id"], ours)
    with pytest.raises(PersonRefused, match="not_supported: /warden can be used by people of this workspace only"):
        await vic.say(bridge, "/warden status")
    for message_ in (None, card):
        with pytest.raises(PersonRefused, match="not_supported"):
            await vic.shortcut("begin" if message_ is None else "note", message_)


async def test_a_channels_rules_bind_all_but_administrators(start_bench: StartBench, arrive: Arrive) -> None:
    """Where only administrators may post, outside threads or at all, others are told so in a sentence."""
    bench = await start_bench(seed=COMPANY)
    ana, ben = await arrive(bench, "ana"), await arrive(bench, "ben")
    news, asks, flat = (bench.workspace.channel(name) for name in ("news", "asks", "flat"))
    for room, code in (
        (news, "restricted_action_read_only_channel"),
        (asks, "restricted_action_thread_only_channel"),
    ):
        with pytest.raises(PersonRefused, match=code):
            await ben.say(room, "x")
        assert await ana.say(room, "x")
    asked = await ana.say(asks, "a question")
    assert await ben.say(asks, "an answer", thread_ts=asked)
    said = await ben.say(flat, "x")
    with pytest.raises(PersonRefused, match="restricted_action_non_threadable_channel"):
        await ben.say(flat, "x", thread_ts=said)
