"""Replies fit the schemas made from Slack's published samples (java-slack-sdk json-logs) and types (@slack/types)."""

import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from warroom.workspace.methods import METHODS, NOT_HERE

from .bench import REFERENCE, Arrive, Bench, StartBench
from .situations import BASE, BEFORE, MODAL, set_the_stage
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


def _reference() -> dict[str, Any]:
    methods: dict[str, Any] = json.loads((REFERENCE / "methods.json").read_text("utf-8"))["methods"]
    return methods


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


_FIELD = {
    "type": "input",
    "block_id": "b",
    "label": {"type": "plain_text", "text": "Name"},
    "element": {"type": "plain_text_input", "action_id": "a"},
    "optional": False,
}
_SECTION = {
    "type": "section",
    "text": {"type": "mrkdwn", "text": "x"},
    "accessory": {"type": "button", "action_id": "b", "text": {"type": "plain_text", "text": "Go"}},
}
_FULL_MODAL = MODAL | {
    "title": {"type": "plain_text", "text": "Form", "emoji": True},
    "submit": {"type": "plain_text", "text": "Save", "emoji": True},
    "close": {"type": "plain_text", "text": "Back", "emoji": True},
    "blocks": [_FIELD],
}
_EMOJI = {"emoji": ":clap:"}
_ATTACHED = {"attachments": [{"text": "And this"}]}
FULLER: dict[str, dict[str, Any]] = {
    "bookmarks.add": _EMOJI,
    "bookmarks.edit": _EMOJI,
    "chat.postMessage": _ATTACHED | {"username": "Vendor"},
    "chat.scheduleMessage": _ATTACHED,
    "conversations.history": {"limit": 1},
    "conversations.replies": {"limit": 1},
    "usergroups.list": {"include_count": True},
    "views.open": {"view": _FULL_MODAL},
    "views.publish": {"view": {"type": "home", "blocks": [_SECTION]}},
    "views.push": {"view": _FULL_MODAL},
    "views.update": {"view": _FULL_MODAL | {"blocks": [_SECTION | {"text": {"type": "plain_text", "text": "x"}}]}},
}
"""What a call says more than the working one, to be answered with all there is."""
_REPLY = ("chat.postMessage", {"channel": "$room", "text": "r", "thread_ts": "$posted"})
RICHER: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "bookmarks.list": (("bookmarks.add", BASE["bookmarks.add"] | _EMOJI),),
    "chat.scheduledMessages.list": (("chat.scheduleMessage", BASE["chat.scheduleMessage"]),),
    "conversations.history": (("chat.postMessage", BASE["chat.postMessage"]),),
    "conversations.join": (("conversations.join", BASE["conversations.join"]),),
    "conversations.replies": (_REPLY, _REPLY),
    "files.info": (("files.completeUploadExternal", BASE["files.completeUploadExternal"]),),
    "pins.list": (("pins.add", BASE["pins.add"]),),
    "reactions.get": (("reactions.add", BASE["reactions.add"]),),
    "users.conversations": (("conversations.info", {"channel": "$room"}),),
}
"""What happens before a call, so that there is something to show."""
LEFT_OUT: dict[str, str] = {
    r"bookmarks?(\[\])?\.icon_url": "icons are not fetched from other hosts",
    r"message\.(subtype|username)": "the example of chat.scheduleMessage is older than the published sample, which lacks them",
    r"channel\.(latest|unread_count|unread_count_display)(\..*)?": "shown to people's tokens; here only apps have tokens",
    r"channel\.priority": "a sidebar's order, of people's tokens",
    r"channel\.properties(\..*)?": "there are no canvases and tabs",
    r"channel\.is_read_only": "shown where the channel has such a rule",
    r"channel\.(is_frozen|parent_conversation)": "newer than the published samples, which lack them",
    r"channel\.(locale|num_members)": "conversations.info shows them on request",
    r"messages\[\]\.(last_read|unread_count)": "of threads a person follows",
    r"file\.(thumb_.*|original_.*|deanimate_gif|pjpeg|image_exif_rotation)": "pictures are not looked into",
    r"file\.permalink_public": "files cannot be made public",
    r"file\.alt_txt": "shown where one was given",
    r"file\.shares\..*": "named by channel: see test_a_file_is_uploaded_and_shared",
    r"team\.(enterprise_.*|icon\.image_\d+)": "the workspace has no organisation above it and no picture",
    r"(user|members\[\])\.has_2fa": "people here have no passwords",
    r"user\.profile\.image_original": "of pictures people chose themselves",
}
"""Fields of the examples that ours lack, as patterns of their paths, with the reason."""


def _is_excused(path: str) -> bool:
    return any(re.fullmatch(pattern, path.removeprefix(".")) for pattern in LEFT_OUT)


SCHEMAS = sorted(path.name.removesuffix(".schema.json") for path in (REFERENCE / "schemas" / "response").glob("*.json"))
METHOD_OF = {name.replace(".", "").lower(): name for name in (*METHODS, *NOT_HERE)}


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_every_reply_with_a_schema_fits_it(start_bench: StartBench, schema: str) -> None:
    """For each of Slack's published reply schemas the method's working call is answered with a reply of that shape."""
    method = METHOD_OF[schema.lower()]
    if method in NOT_HERE:
        assert method not in METHODS
        return
    stage = await set_the_stage(start_bench)
    for before, arguments in BEFORE.get(method, ()):
        await stage.call(before, arguments)
    reply = await stage.call(method, BASE[method])
    assert reply["ok"] is True
    assert _problems(f"response/{schema}", reply) == []


def _paths(value: Any, at: str = "") -> set[str]:
    """The fields of a JSON value: the first item stands for its list."""
    if isinstance(value, list):
        return _paths(value[0], f"{at}[]") if value else set()
    if not isinstance(value, dict):
        return set()
    return {path for name, item in value.items() for path in ({f"{at}.{name}"} | _paths(item, f"{at}.{name}"))}


def _example(method: str) -> Any:
    """The reference's example, which holds JSON text for some methods."""
    return _reference()[method]["success_example"]


@pytest.mark.parametrize("method", sorted(name for name in METHODS if name in _reference()))
async def test_replies_hold_the_fields_of_the_published_example(start_bench: StartBench, method: str) -> None:
    """Every field of the example reply in Slack's reference is in our reply, but for those that are said not to be."""
    stage = await set_the_stage(start_bench)
    for before, arguments in (*BEFORE.get(method, ()), *RICHER.get(method, ())):
        assert (await stage.call(before, arguments))["ok"]
    reply = await stage.call(method, BASE[method] | FULLER.get(method, {}))
    assert reply["ok"] is True, reply
    missing = _paths(_example(method)) - _paths(reply)
    assert sorted(path for path in missing if not _is_excused(path)) == []


async def test_a_refusal_has_slacks_shape(bench: Bench) -> None:
    """Refusals, too, validate: error, needed, provided, response_metadata."""
    for name, reply in (
        ("ConversationsInfo", await bench.call("conversations.info")),
        ("ViewsOpen", await bench.call("views.open", trigger_id="x", view={"type": "modal"})),
    ):
        assert reply["ok"] is False
        assert _problems(f"response/{name}", reply) == []


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
