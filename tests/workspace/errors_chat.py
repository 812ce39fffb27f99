"""chat.*: a case for every code that can come back."""

from .errors import Case, case, each, outages, restricted

_POSTING = "chat.postMessage chat.postEphemeral chat.scheduleMessage"
_WITH_UPDATE = f"{_POSTING} chat.update"
_WITH_METADATA = "chat.postMessage chat.scheduleMessage chat.update"
_LONG_BLOCK = {"type": "section", "fields": [{"type": "plain_text", "text": "x" * 2000}] * 10}

CASES: list[Case] = [
    *each(
        f"{_WITH_UPDATE} chat.delete chat.getPermalink chat.deleteScheduledMessage", "channel_not_found", channel="C404"
    ),
    *each("chat.update chat.delete", "message_not_found", ts="1.000001"),
    case("chat.getPermalink", "message_not_found", message_ts="1.000001"),
    # who may post where
    *each(_POSTING, "not_in_channel", channel="$ops"),
    *each(_POSTING, "is_archived", channel="$shut"),
    case("chat.update", "is_inactive", channel="$shut_room", ts="$lost_post"),
    *(restricted(method, "restricted_action") for method in _POSTING.split()),
    restricted("chat.update", "edit_window_closed"),
    *each("chat.postMessage chat.scheduleMessage", "restricted_action_read_only_channel", channel="$in_news"),
    *each("chat.postMessage chat.scheduleMessage", "restricted_action_thread_only_channel", channel="$in_threads"),
    *each(
        "chat.postMessage chat.scheduleMessage",
        "restricted_action_non_threadable_channel",
        channel="$in_flat",
        thread_ts="$flat_parent",
    ),
    *(
        Case(
            method=method,
            code="messages_tab_disabled",
            change={"channel": "$dm"},
            features={"messages_tab_enabled": False},
        )
        for method in ("chat.postMessage", "chat.postEphemeral")
    ),
    *each("chat.postEphemeral", "user_not_in_channel", user="$ben"),
    *each("chat.postMessage chat.postEphemeral", "cannot_reply_to_message", thread_ts="$joined"),
    # what is posted
    *each(_WITH_UPDATE, "no_text", text=None),
    *each(_WITH_UPDATE, "invalid_blocks", blocks=[{"type": "nonsense"}]),
    *each(_WITH_UPDATE, "invalid_blocks_format", blocks="not json"),
    *each(_WITH_UPDATE, "markdown_text_conflict", markdown_text="**x**"),
    *each(_WITH_UPDATE, "too_many_attachments", attachments=[{"text": "x"}] * 101),
    *each("chat.update chat.postEphemeral", "invalid_attachments", attachments=[{"blocks": [{"type": "nonsense"}]}]),
    case("chat.postMessage", "attachment_payload_limit_exceeded", attachments=[{"text": "x" * 300_000}]),
    case("chat.postMessage", "msg_blocks_too_long", blocks=[_LONG_BLOCK] * 20),
    case("chat.update", "msg_too_long", text="x" * 4001),
    *each("chat.postEphemeral chat.scheduleMessage", "msg_too_long", text="x" * 40_001),
    *each(_WITH_METADATA, "invalid_metadata_format", metadata="[1]"),
    *each(
        _WITH_METADATA,
        "invalid_metadata_schema",
        metadata={"event_type": "x", "event_payload": {"a": {"b": {"c": {"d": 1}}}}},
    ),
    *each(_WITH_METADATA, "metadata_too_large", metadata={"event_type": "x", "event_payload": {"a": "x" * 10_000}}),
    # changing it
    case("chat.update", "cant_update_message", ts="$said"),
    case("chat.delete", "cant_delete_message", ts="$said"),
    case("chat.update", "block_mismatch", ts="$rich", blocks=[{"type": "divider"}]),
    case("chat.update", "cant_broadcast_message", text=None, reply_broadcast=True),
    case("chat.update", "no_dual_broadcast_content_update", ts="$reply", reply_broadcast=True),
    case("chat.update", "file_not_found", file_ids=["F404"]),
    case("chat.update", "file_deleted", file_ids=["$deleted_file"]),
    case("chat.update", "posting_to_channel_denied", channel="$closing_room", ts="$closing", file_ids=["$file"]),
    # later
    case("chat.scheduleMessage", "invalid_time", post_at="tomorrow"),
    case("chat.scheduleMessage", "time_in_past", post_at=1),
    case("chat.scheduleMessage", "time_too_far", post_at=1_800_000_000 + 121 * 86_400),
    case("chat.scheduleMessage", "restricted_too_many", channel="$full_of_scheduled"),
    case("chat.deleteScheduledMessage", "invalid_scheduled_message_id", scheduled_message_id="Q404"),
    case("chat.scheduledMessages.list", "invalid_channel", channel="C404"),
    case("chat.scheduledMessages.list", "invalid_cursor", cursor="%%%"),
    # what only an outage makes
    *outages("message_limit_exceeded", _WITH_UPDATE),
    *outages("rate_limited", "chat.postMessage chat.scheduleMessage"),
    *outages("external_channel_migrating", "chat.update"),
    *outages("unable_to_share_files", "chat.update"),
    *outages("update_failed", "chat.update"),
]
