"""Replies fit the schemas made from Slack's published samples (java-slack-sdk json-logs) and types (@slack/types)."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from warroom.workspace.methods import METHODS

from .bench import REFERENCE, Arrive, Bench
from .test_blockkit import actions, button, field, options, plain, section
from .test_calls import MISSING


def _schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((REFERENCE / "schemas" / f"{name}.schema.json").read_text("utf-8"))
    return found


def _without_nulls(value: Any) -> Any:
    """The schemas know no null: it means that the field is absent. Their samples hold no rich_text; what is in one is held
    against Slack's types (test_composed)."""
    if isinstance(value, dict) and value.get("type") == "rich_text":
        return {"type": value["type"], "block_id": value["block_id"]}
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


DOCUMENTED = {"pinned_to", "name", "old_name", "values"}
"""Fields that docs.slack.dev shows and the published samples happen not to hold: message.pinned_to, the names in a
channel_name message, state.values of a Home view."""


def _problems(name: str, reply: Any) -> list[str]:
    errors = jsonschema.Draft7Validator(_schema(name)).iter_errors(_without_nulls(reply))
    return [f"{name}{list(e.absolute_path)}: {e.message[:300]}" for e in errors if not _is_documented(e)]


def _is_documented(error: jsonschema.ValidationError) -> bool:
    if error.validator != "additionalProperties" or not isinstance(error.schema, dict):
        return False
    return set(error.instance) - set(error.schema.get("properties", {})) <= DOCUMENTED


CARD = [section(), actions(button(action_id="go"), {"type": "static_select", "options": options(2)})]
FORM = {
    "type": "modal",
    "title": plain(),
    "submit": plain(),
    "blocks": [field({"type": "plain_text_input", "action_id": "a"}, block_id="b")],
}


async def test_replies_have_slacks_shape(bench: Bench, arrive: Arrive) -> None:
    """Every reply the workspace gives validates against the schema of that method's replies."""
    client, workspace = bench.client, bench.workspace
    ana = await arrive(bench, "ana")
    room = await bench.room("shapes", "ana")
    posted = await client.chat_postMessage(channel=room, text="x", blocks=CARD)
    ts = posted["ts"]
    await client.chat_postMessage(channel=room, text="reply", thread_ts=ts)
    persona = await client.chat_postMessage(channel=room, text="x", username="Vendor", icon_emoji=":skull:")
    said = await ana.say(room, "hello")
    app_client = bench.client_for(bench.app)
    app_client.token = bench.app.app_token
    upload = await client.files_getUploadURLExternal(filename="a.txt", length=1)
    bookmark = {"title": "t", "type": "link", "link": "https://a.example"}
    replies: list[tuple[str, Any]] = [
        ("AppsConnectionsOpen", await app_client.apps_connections_open(app_token=bench.app.app_token)),
        ("AuthTest", await client.auth_test()),
        ("BookmarksAdd", await client.bookmarks_add(channel_id=room, **bookmark)),
        ("BotsInfo", await client.bots_info(bot=bench.app.bot_id)),
        ("ChatGetPermalink", await client.chat_getPermalink(channel=room, message_ts=ts)),
        ("ChatPostEphemeral", await client.chat_postEphemeral(channel=room, user=ana.user_id, text="x")),
        ("ChatPostMessage", posted),
        ("ChatPostMessage", persona),
        ("ChatUpdate", await client.chat_update(channel=room, ts=ts, text="y")),
        ("PinsAdd", await client.pins_add(channel=room, timestamp=said)),
        ("PinsList", await client.pins_list(channel=room)),
        ("ReactionsAdd", await client.reactions_add(channel=room, timestamp=said, name="eyes")),
        ("ConversationsCreate", await client.conversations_create(name="made")),
        ("ConversationsHistory", await client.conversations_history(channel=room)),
        ("ConversationsReplies", await client.conversations_replies(channel=room, ts=ts)),
        ("ConversationsInfo", await client.conversations_info(channel=room, include_num_members=True)),
        ("ConversationsInvite", await client.conversations_invite(channel=room, users=workspace.person("ben"))),
        ("ConversationsJoin", await client.conversations_join(channel=workspace.channel("general"))),
        ("ConversationsList", await client.conversations_list(types="public_channel,private_channel,im")),
        ("ConversationsMembers", await client.conversations_members(channel=room)),
        ("ConversationsOpen", await client.conversations_open(users=ana.user_id, return_im=True)),
        ("ConversationsRename", await client.conversations_rename(channel=room, name="reshaped")),
        ("ConversationsSetPurpose", await client.conversations_setPurpose(channel=room, purpose="p")),
        ("ConversationsSetTopic", await client.conversations_setTopic(channel=room, topic="t")),
        ("ConversationsHistory", await client.conversations_history(channel=room)),
        ("EmojiList", await client.emoji_list()),
        ("FilesGetUploadURLExternal", upload),
        ("TeamInfo", await client.team_info()),
        ("UsergroupsList", await client.usergroups_list(include_users=True)),
        ("UsersInfo", await client.users_info(user=ana.user_id, include_locale=True)),
        ("UsersInfo", await client.users_info(user=bench.app.bot_user_id)),
        ("UsersList", await client.users_list()),
        ("UsersLookupByEmail", await client.users_lookupByEmail(email="ana@example.com")),
        ("ViewsPublish", await client.views_publish(user_id=ana.user_id, view={"type": "home", "blocks": CARD})),
        ("ChatDelete", await client.chat_delete(channel=room, ts=persona["ts"])),
        ("ConversationsArchive", await client.conversations_archive(channel=room)),
    ]
    problems = [p for name, reply in replies for p in _problems(f"response/{name}", reply.data)]
    assert not problems, "\n".join(problems)


async def test_a_refusal_has_slacks_shape(bench: Bench) -> None:
    """Refusals, too, validate: error, needed, provided, response_metadata."""
    for name, reply in (
        ("ConversationsInfo", await bench.call("conversations.info")),
        ("ViewsOpen", await bench.call("views.open", trigger_id="x", view={"type": "modal"})),
    ):
        assert reply["ok"] is False
        assert _problems(f"response/{name}", reply) == []


REFERENCE_DIFFERS = {
    # apps.connections.open: the reference gives no scopes for app-level tokens
    ("apps.connections.open", "scopes"),
}


def _reference() -> dict[str, Any]:
    methods: dict[str, Any] = json.loads((REFERENCE / "methods.json").read_text("utf-8"))["methods"]
    return methods


@pytest.mark.parametrize("name", sorted(METHODS))
def test_the_table_agrees_with_the_reference(name: str) -> None:
    """Every method's tier, scopes, required arguments and taste for JSON are those of Slack's reference."""
    ours, theirs = METHODS[name], _reference()[name]
    tiers = {"t1": 1, "t2": 2, "t3": 3, "t4": 4}
    expected = {
        "tier": tiers.get(theirs["tier"], ours.tier),
        "json": bool(theirs["json"]),
        "scopes": set(theirs["scopes"].get("bot", ())),
        "required": set(theirs["required"] or ()) - {"token"} - {a.name for a in ours.args if a.required},
    }
    got = {"tier": ours.tier, "json": ours.takes_json, "scopes": set(ours.any_scope()), "required": set()}
    assert {k: v for k, v in got.items() if v != expected[k] and (name, k) not in REFERENCE_DIFFERS} == {}


UNDOCUMENTED = {("chat.postMessage", "thread_not_found")}  # seen in the wild: bolt-js#2307


@pytest.mark.parametrize(("method", "code"), sorted({(method, code) for method, _, code in MISSING}))
def test_codes_are_documented(method: str, code: str) -> None:
    """Every code these tests expect is one that the reference gives for the method, or one that all methods have."""
    documented = {*_reference()[method]["errors"], "invalid_arguments"}
    assert code in documented or (method, code) in UNDOCUMENTED


GOOD: list[tuple[str, Callable[[], Any]]] = [
    ("KnownBlock", lambda: section(fields=[plain()], accessory=button(value="1"))),
    ("KnownBlock", lambda: CARD[1]),
    ("KnownBlock", lambda: {"type": "context", "elements": [plain()]}),
    ("KnownBlock", lambda: {"type": "divider"}),
    ("KnownBlock", lambda: field({"type": "number_input", "is_decimal_allowed": False})),
    ("ModalView", lambda: FORM),
    ("HomeView", lambda: {"type": "home", "blocks": CARD}),
]


@pytest.mark.parametrize(("name", "make"), GOOD)
def test_what_we_call_valid_slacks_types_call_valid(name: str, make: Callable[[], Any]) -> None:
    """The blocks and views these tests use are valid by Slack's own types."""
    assert _problems(f"slack_types_3.2.0_{name}", make()) == []
