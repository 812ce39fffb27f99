"""How calls are read: encodings, tokens, arguments, scopes - the same for every method."""

import json
from typing import Any

import aiohttp
import pytest

from .bench import Bench, StartBench, manifest


async def _raw(bench: Bench, method: str, path: str, *, token: str | None = "", **options: Any) -> dict[str, Any]:
    headers = dict(options.pop("headers", {}))
    if token is not None:
        headers["Authorization"] = f"Bearer {token or bench.app.bot_token}"
    address = bench.workspace.api_url + path
    async with aiohttp.ClientSession() as session, session.request(method, address, headers=headers, **options) as got:
        reply: dict[str, Any] = await got.json()
        return reply


BLOCKS = json.dumps([{"type": "divider"}])
JSON_TYPE = {"Content-Type": "application/json; charset=utf-8"}


@pytest.mark.parametrize(
    "how",
    [
        {"method": "POST", "data": {"text": "hi", "blocks": BLOCKS}},
        {"method": "POST", "params": {"text": "hi", "blocks": BLOCKS}},
        {"method": "POST", "data": json.dumps({"text": "hi", "blocks": BLOCKS}), "headers": JSON_TYPE},
        {"method": "POST", "data": json.dumps({"text": "hi", "blocks": json.loads(BLOCKS)}), "headers": JSON_TYPE},
        {"method": "GET", "params": {"text": "hi", "blocks": BLOCKS}},
    ],
    ids=["form", "query", "json", "nested json", "get"],
)
async def test_every_encoding_says_the_same(bench: Bench, how: dict[str, Any]) -> None:
    """A call means the same as a form, a query string, a JSON body or a GET, with nested values as text or not."""
    room = await bench.room()
    options = {name: value for name, value in how.items() if name != "method"}
    if isinstance(options.get("data"), str):
        options["data"] = json.dumps(json.loads(options["data"]) | {"channel": room})
    else:
        kind = "data" if "data" in options else "params"
        options[kind] = options[kind] | {"channel": room}
    reply = await _raw(bench, how["method"], "chat.postMessage", **options)
    assert reply["ok"], reply
    assert (reply["message"]["text"], reply["message"]["blocks"][0]["type"]) == ("hi", "divider")
    assert "warning" not in reply


async def test_a_multipart_form_is_read(bench: Bench) -> None:
    """A multipart form is read like any other form."""
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("name", "by-multipart")
    assert (await _raw(bench, "POST", "conversations.create", data=form))["channel"]["name"] == "by-multipart"


async def test_a_json_body_without_charset_is_warned_about(bench: Bench) -> None:
    """A JSON body without a charset is read, with the warning missing_charset."""
    headers = {"Content-Type": "application/json"}
    reply = await _raw(bench, "POST", "conversations.create", data='{"name": "x1"}', headers=headers)
    assert reply["ok"] is True
    assert (reply["warning"], reply["response_metadata"]["warnings"]) == ("missing_charset", ["missing_charset"])


@pytest.mark.parametrize(
    ("path", "options", "code"),
    [
        ("auth.test", {"data": "{", "headers": JSON_TYPE}, "invalid_json"),
        ("auth.test", {"data": "[1]", "headers": JSON_TYPE}, "json_not_object"),
        ("auth.test", {"data": "x", "headers": {"Content-Type": "text/csv"}}, "invalid_post_type"),
        ("no.such", {}, "unknown_method"),
        ("auth.test", {"token": None}, "not_authed"),
        ("auth.test", {"token": "xoxb-wrong"}, "invalid_auth"),
        ("users.info", {"data": '{"user": "U1"}', "headers": JSON_TYPE}, "user_not_found"),
    ],
)
async def test_calls_that_cannot_be_read_are_refused(
    bench: Bench, path: str, options: dict[str, Any], code: str
) -> None:
    """A call with a broken body, an unknown method or a bad token is refused with the code that Slack gives."""
    assert (await _raw(bench, "POST", path, **options))["error"] == code


async def test_the_token_may_be_an_argument_but_not_for_a_connection(bench: Bench) -> None:
    """The token may travel as an argument, except for apps.connections.open, which wants the header."""
    token = {"token": bench.app.bot_token}
    assert (await _raw(bench, "POST", "auth.test", token=None, data=token))["user_id"] == bench.app.bot_user_id
    app_token = {"token": bench.app.app_token}
    assert (await _raw(bench, "POST", "apps.connections.open", token=None, data=app_token))["error"] == "not_authed"


async def test_each_method_wants_its_kind_of_token(bench: Bench) -> None:
    """A bot token opens no connection, and an app-level token posts nothing."""
    assert (await bench.call("apps.connections.open"))["error"] == "not_allowed_token_type"
    reply = await bench.call("chat.postMessage", token=bench.app.app_token, channel="C1", text="x")
    assert reply["error"] == "not_allowed_token_type"


SCOPED = [
    ("chat.postMessage", "chat:write", {"channel": "C1", "text": "x"}),
    ("conversations.join", "channels:join", {"channel": "C1"}),
    ("users.info", "users:read", {"user": "U1"}),
    ("users.lookupByEmail", "users:read.email", {"email": "x"}),
    ("pins.add", "pins:write", {"channel": "C1", "timestamp": "1.1"}),
    ("reactions.get", "reactions:read", {}),
    ("bookmarks.add", "bookmarks:write", {}),
    ("files.getUploadURLExternal", "files:write", {}),
    ("usergroups.list", "usergroups:read", {}),
    ("team.info", "team:read", {}),
]


async def test_a_missing_scope_is_named(start_bench: StartBench) -> None:
    """Without its scope a method answers missing_scope, and says what is needed and what is there."""
    bench = await start_bench(app=manifest(without_scopes=tuple(scope for _, scope, _ in SCOPED)))
    for method, scope, arguments in SCOPED:
        reply = await bench.call(method, **arguments)
        assert (reply["error"], reply["needed"]) == ("missing_scope", scope), method
        assert "channels:read" in reply["provided"].split(",")


async def test_scopes_follow_the_kind_of_channel(start_bench: StartBench) -> None:
    """What is allowed in public channels is not thereby allowed in private ones."""
    bench = await start_bench(app=manifest(without_scopes=("groups:write", "mpim:write", "im:write")))
    await bench.room("open-to-all")
    reply = await bench.call("conversations.create", name="secret", is_private=True)
    assert (reply["error"], reply["needed"]) == ("missing_scope", "groups:write")
    reply = await bench.call("conversations.open", users=bench.workspace.person("ana"))
    assert (reply["error"], reply["needed"]) == ("missing_scope", "im:write")


async def test_a_persona_needs_its_own_scope(start_bench: StartBench) -> None:
    """Another name or face needs chat:write.customize."""
    bench = await start_bench(app=manifest(without_scopes=("chat:write.customize",)))
    room = await bench.room()
    reply = await bench.call("chat.postMessage", channel=room, text="x", username="Vendor")
    assert (reply["error"], reply["needed"]) == ("missing_scope", "chat:write.customize")


MISSING = [
    ("users.info", {}, "user_not_found"),
    ("chat.postMessage", {"text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "#general"}, "not_in_channel"),
    ("chat.update", {"channel": "ROOM", "text": "x"}, "message_not_found"),
    ("conversations.create", {}, "invalid_name_required"),
    ("conversations.invite", {"channel": "ROOM"}, "no_user"),
    ("conversations.open", {}, "users_list_not_supplied"),
    ("conversations.replies", {"channel": "ROOM"}, "thread_not_found"),
    ("conversations.history", {"channel": "ROOM", "limit": "many"}, "invalid_arguments"),
    ("conversations.history", {"channel": "ROOM", "inclusive": "perhaps"}, "invalid_arguments"),
    ("conversations.history", {"channel": "ROOM", "oldest": "yesterday"}, "invalid_ts_oldest"),
    ("conversations.history", {"channel": "ROOM", "cursor": "%%%"}, "invalid_cursor"),
    ("conversations.list", {"limit": "5000"}, "invalid_limit"),
    ("conversations.list", {"types": "secret_channel"}, "invalid_types"),
    ("views.open", {"trigger_id": "1.2.a"}, "invalid_arguments"),
    ("views.publish", {"user_id": "U1"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": "ROOM", "blocks": "not json"}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": "ROOM"}, "no_text"),
    ("chat.postMessage", {"channel": "ROOM", "text": ""}, "no_text"),
    ("chat.postMessage", {"channel": "ROOM", "text": "x", "metadata": "[]"}, "invalid_metadata_format"),
    ("chat.postMessage", {"channel": "ROOM", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
    ("chat.postMessage", {"channel": "ROOM", "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
    ("reactions.add", {"channel": "ROOM", "name": "eyes"}, "no_item_specified"),
    ("reactions.add", {"channel": "ROOM", "name": "eyes", "timestamp": "now"}, "bad_timestamp"),
    ("reactions.add", {"channel": "ROOM", "name": "Eyes!", "timestamp": "1.000001"}, "message_not_found"),
    ("pins.remove", {"channel": "ROOM", "timestamp": "1.000001"}, "message_not_found"),
    ("bookmarks.add", {"channel_id": "ROOM", "title": "t", "type": "file"}, "invalid_bookmark_type"),
    ("bookmarks.add", {"channel_id": "ROOM", "title": "t", "type": "link", "link": "ftp:x"}, "invalid_link"),
    ("bookmarks.remove", {"channel_id": "ROOM", "bookmark_id": "Bk1"}, "not_found"),
    ("files.info", {"file": "F1"}, "file_not_found"),
    ("files.completeUploadExternal", {"files": [{"id": "F1"}]}, "file_not_found"),
    ("bots.info", {"bot": "B1"}, "bot_not_found"),
    ("team.info", {"team": "T1"}, "team_not_found"),
    ("users.lookupByEmail", {"email": "nobody@example.com"}, "users_not_found"),
    ("conversations.info", {"channel": "general"}, "channel_not_found"),
    ("conversations.join", {"channel": "plans"}, "channel_not_found"),
    ("conversations.kick", {"channel": "ROOM", "user": "BOT"}, "cant_kick_self"),
    ("conversations.kick", {"channel": "ROOM", "user": "ANA"}, "not_in_channel"),
    ("conversations.archive", {"channel": "OPS"}, "not_in_channel"),
    ("conversations.setTopic", {"channel": "ROOM", "topic": "x" * 251}, "too_long"),
    ("conversations.invite", {"channel": "ROOM", "users": "U404"}, "user_not_found"),
    ("conversations.invite", {"channel": "ROOM", "users": "BOT"}, "cant_invite_self"),
    ("conversations.invite", {"channel": "OPS", "users": "ANA"}, "not_in_channel"),
    ("chat.postEphemeral", {"channel": "ROOM", "user": "ANA", "text": "x"}, "user_not_in_channel"),
]


@pytest.mark.parametrize(("method", "arguments", "code"), MISSING)
async def test_what_is_missing_or_wrong_has_its_code(
    bench: Bench, method: str, arguments: dict[str, Any], code: str
) -> None:
    """Each missing or wrong argument is refused with the code that Slack's reference gives."""
    room, ana = await bench.room(), bench.workspace.person("ana")
    names = {"ROOM": room, "ANA": ana, "BOT": bench.app.bot_user_id, "OPS": bench.workspace.channel("ops")}
    given = {name: names.get(value, value) if isinstance(value, str) else value for name, value in arguments.items()}
    assert await bench.refused(method, **given) == code
