"""Every event of Slack's Events API: made here, with the fields of its published sample, or not here, for a reason."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from warroom.workspace import apps, channels, directory, files
from warroom.workspace.model import Emoji, User

from .bench import REFERENCE, StartBench
from .situations import BASE, Stage, set_the_stage
from .test_events import heard, ticket

_EVENTS: list[dict[str, Any]] = json.loads((REFERENCE / "events.json").read_text("utf-8"))
DOCUMENTED = {event["name"] for event in _EVENTS if "Events" in event["APIs"]}
SCOPES = {event["name"]: set(event.get("scopes") or ()) for event in _EVENTS}

METADATA = {"event_type": "outbox", "event_payload": {"id": "o1"}}
Make = Callable[[Stage], Awaitable[None]]
"""Makes one event happen; the last of its kind is what is looked at."""


def _calls(*steps: tuple[str, dict[str, Any]]) -> Make:
    async def make(stage: Stage) -> None:
        for method, change in steps:
            reply = await stage.call(method, BASE[method] | change)
            assert reply["ok"], (method, reply)

    return make


def _change(**fields: object) -> Make:
    async def make(stage: Stage) -> None:
        office = stage.bench.workspace.office
        directory.change_user(office, office.state.users[stage.ana], **fields)

    return make


async def _joins_team(stage: Stage) -> None:
    office = stage.bench.workspace.office
    directory.join_team(office, User(id="UNEW", name="new", real_name="New"))


async def _mention(stage: Stage) -> None:
    await stage.fill("$room")
    async with stage.person("ana") as ana:
        await ana.say(await stage.fill("$room"), "hello @warden")


async def _home(stage: Stage) -> None:
    async with stage.person("ana") as ana:
        await ana.home(stage.bench.app.app_id)


async def _person_in_dm(stage: Stage) -> None:
    async with stage.person("ana") as ana:
        await ana.say(await stage.fill("$dm"), "psst")


async def _link(stage: Stage) -> None:
    async with stage.person("ana") as ana:
        await ana.say(await stage.fill("$room"), "see https://www.shop.example/lamp?a=1&b=2")


async def _deleted_channel(stage: Stage) -> None:
    office = stage.bench.workspace.office
    channels.delete(office, office.state.channels[await stage.fill("$room")], by=stage.root)


async def _deleted_group(stage: Stage) -> None:
    office = stage.bench.workspace.office
    channels.delete(office, office.state.channels[await stage.fill("$quiet")], by=stage.root)


async def _rules(stage: Stage) -> None:
    await stage.fill("$closing")


async def _shared(stage: Stage) -> None:
    office = stage.bench.workspace.office
    partner = next(p for p in office.state.partners.values() if p.name == "Vendor")
    channels.share(office, office.state.channels[await stage.fill("$room")], partner)


async def _unshared(stage: Stage) -> None:
    office = stage.bench.workspace.office
    partner = next(p for p in office.state.partners.values() if p.name == "Vendor")
    shared = channels.unshare(office, office.state.channels[await stage.fill("$in_shared")], partner)
    assert stage.olga not in shared.members


async def _emoji(stage: Stage) -> None:
    directory.add_emoji(stage.bench.workspace.office, Emoji(name="ghost-2", value="https://a.example/g.png"))


async def _renamed_file(stage: Stage) -> None:
    office = stage.bench.workspace.office
    files.rename(office, office.state.files[await stage.fill("$file")], "Another title")


async def _unshared_file(stage: Stage) -> None:
    done = await stage.call("files.completeUploadExternal", BASE["files.completeUploadExternal"])
    room = await stage.fill("$room")
    state = stage.bench.workspace.office.state
    (ts,) = [m.ts for m in state.messages(room) if done["files"][0]["id"] in m.files]
    assert (await stage.call("chat.delete", {"channel": room, "ts": ts}))["ok"]


async def _team_name(stage: Stage) -> None:
    directory.rename_team(stage.bench.workspace.office, name="Another", domain="another")


async def _revoke(stage: Stage) -> None:
    office = stage.bench.workspace.office
    await stage.fill("$room")
    apps.revoke(office, office.state.apps[stage.bench.app.app_id])


_USER = {"type", "user", "cache_ts", "event_ts"}
_MESSAGE = {"type", "ts", "text", "channel", "channel_type", "event_ts"}
_BY_BOT = _MESSAGE | {"user", "team", "bot_id", "app_id", "bot_profile"}
_BY_PERSON = _MESSAGE | {"user", "team", "client_msg_id", "blocks"}  # their text comes as rich text too
_META = {"type", "app_id", "bot_id", "user_id", "team_id", "channel_id", "message_ts", "event_ts"}
_FILE = {"type", "file_id", "user_id", "file", "event_ts"}
_MEMBER = {"type", "user", "channel", "channel_type", "team", "event_ts"}
_LINK = {"type", "channel", "user", "message_ts", "links", "is_bot_user_member", "unfurl_id", "source", "event_ts"}
_REACTION = {"type", "user", "reaction", "item", "item_user", "event_ts"}
_PIN = {"type", "user", "channel_id", "item", "item_user", "pin_count", "pinned_info", "event_ts"}
_UPDATE_METADATA = {"metadata": {"event_type": "outbox", "event_payload": {"id": "o2"}}}
_POSTED = ("chat.postMessage", {"metadata": METADATA})
HERE: dict[str, tuple[Make, set[str]]] = {
    "app_home_opened": (_home, {"type", "user", "channel", "tab", "event_ts"}),
    "app_mention": (_mention, _BY_PERSON - {"channel_type"}),
    "app_uninstalled": (_revoke, {"type"}),
    "channel_created": (_calls(("conversations.create", {})), {"type", "channel", "event_ts"}),
    "channel_deleted": (_deleted_channel, {"type", "channel", "actor_id", "event_ts"}),
    "channel_left": (_calls(("conversations.leave", {})), {"type", "channel", "actor_id", "event_ts"}),
    "channel_posting_permissions": (_rules, _MESSAGE | {"subtype", "user", "team"}),
    "channel_rename": (_calls(("conversations.rename", {})), {"type", "channel", "event_ts"}),
    "channel_shared": (_shared, {"type", "connected_team_id", "channel", "event_ts"}),
    "channel_unshared": (
        _unshared,
        {"type", "previously_connected_team_id", "channel", "is_ext_shared", "event_ts"},
    ),
    "emoji_changed": (_emoji, {"type", "subtype", "name", "value", "event_ts"}),
    "file_change": (_renamed_file, {"type", "file_id", "file"}),
    "file_created": (_calls(("files.completeUploadExternal", {})), _FILE),
    "file_deleted": (_calls(("files.delete", {})), {"type", "file_id", "channel_ids", "event_ts"}),
    "file_shared": (_calls(("files.completeUploadExternal", {})), _FILE | {"channel_id"}),
    "file_unshared": (_unshared_file, _FILE | {"channel_id"}),
    "group_close": (_calls(("conversations.close", {"channel": "$group"})), {"type", "user", "channel", "event_ts"}),
    "group_deleted": (_deleted_group, {"type", "channel", "actor_id", "date_deleted", "event_ts"}),
    "group_left": (
        _calls(("conversations.invite", {"channel": "$quiet"}), ("conversations.leave", {"channel": "$quiet"})),
        {"type", "channel", "actor_id", "event_ts"},
    ),
    "group_open": (_calls(("conversations.open", {"users": "$ana,$ben"})), {"type", "user", "channel", "event_ts"}),
    "group_rename": (_calls(("conversations.rename", {"channel": "$quiet"})), {"type", "channel", "event_ts"}),
    "im_close": (_calls(("conversations.close", {})), {"type", "user", "channel", "event_ts"}),
    "im_created": (_calls(("conversations.open", {})), {"type", "user", "channel"}),
    "im_open": (_calls(("conversations.open", {})), {"type", "user", "channel", "event_ts"}),
    "link_shared": (_link, _LINK),
    "member_joined_channel": (_calls(("conversations.invite", {})), _MEMBER | {"inviter"}),
    "member_left_channel": (_calls(("conversations.kick", {})), _MEMBER),
    "message": (_calls(("chat.postMessage", {})), _BY_BOT),
    "message.channels": (_calls(("chat.postMessage", {})), _BY_BOT),
    "message.groups": (_calls(("chat.postMessage", {"channel": "$quiet"})), _BY_BOT),
    "message.im": (_person_in_dm, _BY_PERSON),
    "message.mpim": (_calls(("chat.postMessage", {"channel": "$group"})), _BY_BOT),
    "message_metadata_deleted": (
        _calls(("chat.update", {"metadata": METADATA}), ("chat.update", {"metadata": {}})),
        _META | {"previous_metadata", "deleted_ts"},
    ),
    "message_metadata_posted": (_calls(_POSTED), _META | {"metadata"}),
    "message_metadata_updated": (
        _calls(("chat.update", {"metadata": METADATA}), ("chat.update", _UPDATE_METADATA)),
        _META | {"metadata", "previous_metadata"},
    ),
    "pin_added": (_calls(("pins.add", {})), _PIN),
    "pin_removed": (_calls(("pins.add", {}), ("pins.remove", {})), _PIN | {"has_pins"}),
    "reaction_added": (_calls(("reactions.add", {})), _REACTION),
    "reaction_removed": (_calls(("reactions.add", {}), ("reactions.remove", {})), _REACTION),
    "subteam_created": (_calls(("usergroups.create", {})), {"type", "subteam", "event_ts"}),
    "subteam_members_changed": (
        _calls(("usergroups.users.update", {})),
        {
            "type",
            "subteam_id",
            "team_id",
            "date_previous_update",
            "date_update",
            "added_users",
            "added_users_count",
            "removed_users",
            "removed_users_count",
            "event_ts",
        },
    ),
    "subteam_updated": (_calls(("usergroups.update", {})), {"type", "subteam", "event_ts"}),
    "team_domain_change": (_team_name, {"type", "domain", "url", "event_ts"}),
    "team_join": (_joins_team, _USER),
    "team_rename": (_team_name, {"type", "name", "team_id", "event_ts"}),
    "tokens_revoked": (_revoke, {"type", "tokens"}),
    "user_change": (_change(real_name="Ana B."), _USER),
    "user_profile_changed": (_change(role="Commander"), _USER),
    "user_status_changed": (_change(status_text="away", status_emoji=":palm_tree:"), _USER),
}
NOT_HERE: dict[str, str] = {
    **dict.fromkeys(
        (
            "agent_session_stopped",
            "agent_session_title_changed",
            "app_context_changed",
            "assistant_thread_context_changed",
            "assistant_thread_started",
        ),
        "There are no assistants.",
    ),
    **dict.fromkeys(
        ("app_deleted", "app_installed", "app_requested", "app_uninstalled_team", "invite_requested"),
        "It goes to apps of administrators (admin.* scopes), which a bot cannot hold.",
    ),
    **dict.fromkeys(
        ("grid_migration_finished", "grid_migration_started", "team_access_granted", "team_access_revoked"),
        "There is no Enterprise Grid.",
    ),
    **dict.fromkeys(("dnd_updated", "dnd_updated_user"), "Nobody is ever on do-not-disturb."),
    **dict.fromkeys(
        ("channel_history_changed", "group_history_changed", "im_history_changed"),
        "Histories are not changed in bulk.",
    ),
    **dict.fromkeys(
        ("file_comment_added", "file_comment_deleted", "file_comment_edited"),
        "Nobody can comment on files any more.",
    ),
    **dict.fromkeys(("entity_comments_requested", "entity_details_requested"), "There are no Work Objects."),
    **dict.fromkeys(("star_added", "star_removed"), "What people save for later is not told to bots (stars:read)."),
    **dict.fromkeys(("subteam_self_added", "subteam_self_removed"), "A bot is in no user group."),
    **dict.fromkeys(
        (
            "shared_channel_invite_accepted",
            "shared_channel_invite_approved",
            "shared_channel_invite_declined",
            "shared_channel_invite_received",
            "shared_channel_invite_requested",
        ),
        "Channels are shared by the seed, without invitations.",
    ),
    "app_rate_limited": "Deliveries are not counted by the hour.",
    "call_rejected": "There are no calls.",
    "channel_id_changed": "Ids stay: private channels have C ids from the start.",
    "email_domain_changed": "The workspace has no e-mail domain.",
    "file_public": "Files cannot be made public.",
    "function_executed": "There are no workflows.",
    "message.app_home": "Of apps of an older kind; the messages of an App Home come as message.im.",
    "url_verification": "No event to subscribe to: request URLs are asked with it (test_requesturls).",
    "user_connection": "It goes to apps that provide sign-in (users:write of a person's token).",
    "user_huddle_changed": "There are no huddles.",
}


_SUBSCRIBED = tuple(name for name in HERE if not name.startswith("message."))


def _is(event: dict[str, Any], name: str) -> bool:
    if name == "channel_posting_permissions":
        return event.get("subtype") == name
    kind = {"message.channels": "channel", "message.groups": "group", "message.im": "im", "message.mpim": "mpim"}
    return event["type"] == name.partition(".")[0] and event.get("channel_type") == kind.get(
        name, event.get("channel_type")
    )


async def _heard(stage: Stage, make: Make) -> list[dict[str, Any]]:
    """All events up to the Home tab that is opened afterwards, or to the end of the app's stay."""
    url = await ticket(stage.bench)
    await make(stage)
    if make is not _revoke:
        await _home(stage)
    payloads = await heard(url, "app_uninstalled" if make is _revoke else "app_home_opened")
    return [payload["event"] for payload in payloads]


@pytest.mark.parametrize("name", sorted(HERE))
async def test_an_event_is_heard_with_its_fields(start_bench: StartBench, name: str) -> None:
    """What happens is heard by the app that subscribed and holds the scope, with the fields of Slack's sample."""
    stage = await set_the_stage(start_bench, events=_SUBSCRIBED)
    make, fields = HERE[name]
    events = await _heard(stage, make)
    found = next(event for event in reversed(events) if _is(event, name))
    assert set(found) == fields


@pytest.mark.parametrize("name", sorted(n for n in HERE if SCOPES[n]))
async def test_an_event_is_not_heard_without_its_scope(start_bench: StartBench, name: str) -> None:
    """An app that subscribed to an event and holds none of its scopes hears nothing of it when it happens."""
    scopes = tuple(scope.replace("mentions.", "mentions:") for scope in SCOPES[name])
    stage = await set_the_stage(start_bench, events=_SUBSCRIBED, without=scopes)
    make, _ = HERE[name]
    events = await _heard(stage, make)
    assert [event for event in events if _is(event, name)] == []


def test_every_event_is_here_or_not_for_a_reason() -> None:
    """Each event of Slack's Events API is either made here or named as impossible, never both."""
    assert DOCUMENTED - set(HERE) - set(NOT_HERE) == set()
    assert set(HERE) & set(NOT_HERE) == set()
    assert (set(HERE) | set(NOT_HERE)) - DOCUMENTED == set()
    assert all(NOT_HERE.values())
