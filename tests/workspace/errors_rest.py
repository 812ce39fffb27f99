"""Everything but chat and conversations: a case for every code that can come back."""

from .errors import Case, case, each, outages, restricted
from .situations import BASE, MODAL

_BOOKMARKS = "bookmarks.add bookmarks.edit bookmarks.remove"
_LARGE_VIEW = [{"type": "section", "text": {"type": "plain_text", "text": "x" * 3000}}] * 100
_HOME = {"type": "home", "blocks": [{"type": "divider"}]}
_NO_CHANNEL = {"channel": None, "timestamp": None}

CASES: list[Case] = [
    # apps and auth
    Case(method="apps.connections.open", code="insecure_request", http="GET"),
    *(Case(method=method, code="invalid_auth", token="wrong") for method in ("apps.connections.open", "auth.test")),
    case("apps.event.authorizations.list", "invalid_event_context", event_context="4-nothing"),
    case("apps.event.authorizations.list", "auth_mismatch", event_context="$other_context"),
    case("apps.event.authorizations.list", "invalid_cursor", cursor="%%%"),
    case("apps.manifest.validate", "invalid_manifest", manifest="{}"),
    case("apps.manifest.validate", "invalid_app_id", app_id="A404"),
    *outages("internal_error", "apps.connections.open auth.test apps.event.authorizations.list"),
    # blocks
    case("blocks.validate", "invalid_arguments", blocks=None),
    case("blocks.validate", "invalid_blocks", blocks=[{"type": "nonsense"}]),
    case("blocks.validate", "invalid_view", blocks=None, view={"type": "modal"}),
    case("blocks.validate", "invalid_message", blocks=None, message={"blocks": [{"type": "nonsense"}]}),
    Case(
        method="blocks.validate",
        code="ratelimited",
        rate_limits=True,
        before=(("blocks.validate", BASE["blocks.validate"]),) * 50,
    ),
    # bookmarks
    *each(f"{_BOOKMARKS} bookmarks.list", "channel_not_found", channel_id="C404"),
    *each(f"{_BOOKMARKS} bookmarks.list", "access_denied", channel_id="$ops"),
    *(restricted(method, "permission_denied") for method in _BOOKMARKS.split()),
    case("bookmarks.add", "invalid_bookmark_type", type="file"),
    case("bookmarks.add", "invalid_parent_type", parent_id="Bk1"),
    case("bookmarks.add", "too_many_bookmarks", channel_id="$full_of_bookmarks"),
    *each("bookmarks.add bookmarks.edit", "invalid_link", link="ftp://a.example"),
    *each("bookmarks.add bookmarks.edit", "invalid_emoji", emoji="no colons"),
    *each("bookmarks.edit bookmarks.remove", "not_found", bookmark_id="Bk404"),
    *outages("too_many_requests", "bookmarks.add"),
    # bots, the team, emoji
    case("bots.info", "bot_not_found", bot="B404"),
    case("bots.info", "team_not_found", team_id="T404"),
    case("team.info", "team_not_found", team="T404"),
    case("team.info", "team_not_on_enterprise", domain="elsewhere"),
    case("emoji.list", "invalid_arguments", include_categories="perhaps"),
    *outages("unable_to_fetch_custom_emojis", "emoji.list"),
    # files
    case("files.getUploadURLExternal", "missing_argument", length=0),
    case("files.getUploadURLExternal", "alt_txt_too_large", alt_txt="x" * 1001),
    case("files.getUploadURLExternal", "snippet_too_large", snippet_type="python", length=1024 * 1024 + 1),
    case("files.getUploadURLExternal", "unknown_snippet_type", snippet_type="nonsense"),
    Case(
        method="files.getUploadURLExternal",
        code="storage_limit_reached",
        plan="free",
        change={"length": 5 * 1024**3 + 1},
    ),
    restricted("files.getUploadURLExternal", "file_uploads_disabled"),
    case("files.completeUploadExternal", "file_not_found", files=[{"id": "F404"}]),
    case("files.completeUploadExternal", "access_denied", files=[{"id": "$their_upload"}]),
    case("files.completeUploadExternal", "channel_not_found", channel_id="C404"),
    case("files.completeUploadExternal", "not_in_channel", channel_id="$ops"),
    case("files.completeUploadExternal", "invalid_channel", channel_id=None, channels="C404"),
    case(
        "files.completeUploadExternal",
        "channels_limit_exceeded",
        channel_id=None,
        channels=[f"C{n}" for n in range(101)],
    ),
    case("files.completeUploadExternal", "posting_to_channel_denied", channel_id="$in_news"),
    case("files.completeUploadExternal", "invalid_blocks", blocks=[{"type": "nonsense"}]),
    *outages("file_update_failed", "files.completeUploadExternal"),
    *each("files.info files.delete", "file_not_found", file="F404"),
    *each("files.info files.delete", "file_deleted", file="$deleted_file"),
    case("files.info", "not_visible", file="$their_file"),
    case("files.delete", "cant_delete_file", file="$their_shared_file"),
    restricted("files.delete", "file_deleting_disabled"),
    # pins
    *each("pins.add pins.remove pins.list", "channel_not_found", channel="C404"),
    *each("pins.add pins.remove", "no_item_specified", timestamp=None),
    *each("pins.add pins.remove", "bad_timestamp", timestamp="now"),
    *each("pins.add pins.remove", "message_not_found", timestamp="1.000001"),
    *(restricted(f"pins.{name}", "restricted_action") for name in ("add", "list", "remove")),
    case("pins.add", "not_in_channel", channel="$ops"),
    case("pins.add", "already_pinned", ("pins.add", BASE["pins.add"])),
    case("pins.add", "not_pinnable", timestamp="$joined"),
    case("pins.add", "too_many_pins", channel="$full_of_pins"),
    case("pins.remove", "no_pin", timestamp="$said"),
    *outages("external_channel_migrating", "pins.add pins.remove"),
    # reactions
    *each("reactions.add reactions.remove reactions.get", "channel_not_found", channel="C404"),
    *each("reactions.add reactions.remove reactions.get", "no_item_specified", timestamp=None),
    *each("reactions.add reactions.remove reactions.get", "bad_timestamp", timestamp="now"),
    *each("reactions.add reactions.remove reactions.get", "message_not_found", timestamp="1.000001"),
    *each("reactions.add reactions.remove", "invalid_name", name="Not An Emoji"),
    case("reactions.add", "is_archived", channel="$shut"),
    case("reactions.add", "already_reacted", ("reactions.add", BASE["reactions.add"])),
    case("reactions.add", "not_reactable", file="$file"),
    case("reactions.add", "too_many_emoji", timestamp="$crowded"),
    case("reactions.add", "too_many_reactions", timestamp="$busy"),
    case("reactions.remove", "no_reaction", timestamp="$said"),
    *each("reactions.remove reactions.get", "file_not_found", **_NO_CHANNEL, file="F404"),
    *each("reactions.remove reactions.get", "file_comment_not_found", **_NO_CHANNEL, file_comment="Fc1"),
    *outages("external_channel_migrating", "reactions.add reactions.remove"),
    # people
    case("users.info", "user_not_found", user="U404"),
    case("users.info", "user_not_visible", user="$lost"),
    case("users.list", "limit_required", team_id="$crowd"),
    case("users.lookupByEmail", "users_not_found", email="nobody@example.com"),
    case("usergroups.list", "invalid_team", team_id="T404"),
    case("usergroups.users.list", "no_such_subteam", usergroup="S404"),
    *(
        Case(method=method, code="plan_upgrade_required", plan="free")
        for method in ("usergroups.list", "usergroups.users.list")
    ),
    # views
    *each("views.open views.push", "invalid_trigger_id", trigger_id="1.2.a"),
    *each("views.open views.push", "expired_trigger_id", trigger_id="$expired_trigger"),
    *each("views.open views.push", "exchanged_trigger_id", trigger_id="$used_trigger"),
    *each("views.open views.push views.update", "view_too_large", view=MODAL | {"blocks": _LARGE_VIEW}),
    case("views.publish", "view_too_large", view=_HOME | {"blocks": _LARGE_VIEW}),
    *each("views.open views.push views.update", "duplicate_external_id", view=MODAL | {"external_id": "$form_of_ben"}),
    case("views.publish", "duplicate_external_id", view=_HOME | {"external_id": "$form_of_ben"}),
    case("views.push", "not_found", trigger_id="$trigger"),
    case("views.push", "push_limit_reached", trigger_id="$deep_trigger"),
    case("views.update", "not_found", view_id="V404"),
    case("views.update", "hash_conflict", hash="stale"),
    case("views.publish", "hash_conflict", ("views.publish", BASE["views.publish"]), hash="stale"),
    Case(method="views.publish", code="not_enabled", features={"home_tab_enabled": False}),
    Case(method="views.publish", code="not_allowed_token_type", token="app"),
]
