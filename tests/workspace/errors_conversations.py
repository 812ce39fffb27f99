"""conversations.* and users.conversations: a case for every code that can come back."""

from .errors import Case, case, each, outages, restricted, unscoped

_ON_ONE = (
    "archive unarchive invite kick join leave setTopic setPurpose rename info members history replies mark close open"
)
_NAMED = "archive unarchive invite kick join leave setTopic setPurpose rename"
_NAMES = {
    "invalid_name": "everyone",
    "invalid_name_maxlength": "x" * 81,
    "invalid_name_punctuation": "---",
    "invalid_name_required": "",
    "invalid_name_specials": "Two Words",
    "name_taken": "general",
}
_MANAGE = ("channels:manage", "channels:write")


def _all(names: str) -> str:
    return " ".join(f"conversations.{name}" for name in names.split())


_DOCUMENTED = _ON_ONE.replace("mark close open", "")
CASES: list[Case] = [
    *each(_all(_DOCUMENTED), "channel_not_found", channel="C404"),
    case("conversations.open", "channel_not_found", users=None, channel="D404"),
    *each(_all(_NAMED), "method_not_supported_for_channel_type", channel="$dm"),
    case("conversations.open", "method_not_supported_for_channel_type", users=None, channel="$room"),
    *each(_all("rename setTopic setPurpose invite leave"), "is_archived", channel="$shut"),
    case("conversations.join", "is_archived", channel="$shut"),
    *each(_all("archive rename setTopic setPurpose invite history"), "not_in_channel", channel="$ops"),
    case("conversations.kick", "not_in_channel", user="$ben"),
    # names
    *(
        case(method, code, name=name)
        for method in ("conversations.create", "conversations.rename")
        for code, name in _NAMES.items()
    ),
    # rules of the workspace
    restricted("conversations.create", "restricted_action"),
    restricted("conversations.archive", "restricted_action"),
    restricted("conversations.kick", "restricted_action"),
    restricted("conversations.rename", "not_authorized"),
    restricted("conversations.setTopic", "user_is_restricted"),
    restricted("conversations.setPurpose", "user_is_restricted"),
    restricted("conversations.leave", "user_is_restricted"),
    *(
        Case(
            method="conversations.invite",
            code=code,
            restricted=True,
            change={"channel": "$quiet", "users": who},
        )
        for code, who in (("no_permission", "$ben"), ("user_is_restricted", "$mona"))
    ),
    # scopes
    unscoped("conversations.create", *_MANAGE),
    *(
        unscoped(f"conversations.{name}", *_MANAGE, channel="$ops")
        for name in ["archive", "unarchive", "leave", "rename"]
    ),
    unscoped("conversations.invite", *_MANAGE, "channels:write.invites", channel="$ops"),
    unscoped("conversations.kick", *_MANAGE, channel="$ops"),
    unscoped("conversations.join", "channels:join"),
    *(
        unscoped(f"conversations.{name}", *_MANAGE, "channels:write.topic", channel="$ops")
        for name in ("setTopic", "setPurpose")
    ),
    *(unscoped(f"conversations.{name}", "channels:read", channel="$ops") for name in ("info", "members")),
    unscoped("conversations.list", "groups:read", types="private_channel"),
    unscoped("users.conversations", "mpim:read", types="mpim"),
    unscoped("conversations.replies", "channels:history", channel="$ops", ts="1.000001"),
    unscoped("conversations.open", "im:write"),
    # ends
    case("conversations.archive", "already_archived", channel="$shut"),
    case("conversations.archive", "cant_archive_general", channel="$in_general"),
    case("conversations.unarchive", "not_archived", channel="$room"),
    case("conversations.leave", "cant_leave_general", channel="$in_general"),
    case("conversations.leave", "last_member", channel="$quiet"),
    case("conversations.kick", "cant_kick_from_general", channel="$in_general"),
    case("conversations.kick", "cant_kick_self", user="$bot"),
    case("conversations.kick", "user_not_found", user="U404"),
    *each(_all("setTopic"), "too_long", topic="x" * 251),
    *each(_all("setPurpose"), "too_long", purpose="x" * 251),
    # who comes in
    case("conversations.invite", "no_user", users=None),
    case("conversations.invite", "user_not_found", users="U404"),
    case("conversations.invite", "already_in_channel", users="$ana"),
    case("conversations.invite", "cant_invite_self", users="$bot"),
    case("conversations.invite", "cant_invite", users="USLACKBOT"),
    case("conversations.invite", "ura_max_channels", users="$gus"),
    case("conversations.invite", "no_external_invite_permission", users="$olga"),
    # direct messages
    case("conversations.open", "users_list_not_supplied", users=None),
    case("conversations.open", "not_enough_users", users="$bot"),
    case("conversations.open", "too_many_users", users=[f"U{n}" for n in range(9)]),
    case("conversations.open", "user_not_found", users="U404"),
    case("conversations.open", "user_disabled", users="$gone"),
    case("conversations.open", "user_not_visible", users="$lost"),
    case("conversations.open", "invalid_user_combination", users="$olga,$pit"),
    # pages and windows
    *each("conversations.list conversations.members conversations.history", "invalid_cursor", cursor="%%%"),
    *each("conversations.replies users.conversations users.list", "invalid_cursor", cursor="%%%"),
    *each("conversations.list conversations.members users.conversations", "invalid_limit", limit=1001),
    *each("conversations.list users.conversations", "invalid_types", types="secret_channel"),
    *each(_all("history replies"), "invalid_ts_latest", latest="now"),
    *each(_all("history replies"), "invalid_ts_oldest", oldest="yesterday"),
    *each(_all("history replies"), "invalid_metadata_filter_keys", metadata_keys_to_include="[1]"),
    case("conversations.replies", "thread_not_found", ts="1.000001"),
    # what only an outage makes
    *outages("external_channel_migrating", "conversations.invite"),
    *outages("fetch_members_failed", "conversations.members"),
    *outages("cannot_create_channel", "conversations.create"),
]
