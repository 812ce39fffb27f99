"""conversations.history, replies: what was said, newest first and in threads."""

from warroom.workspace import render
from warroom.workspace.methods.method import (
    HISTORY,
    ApiError,
    Arg,
    Call,
    ChannelRule,
    Method,
    flags,
    numbers,
    required,
    texts,
)
from warroom.workspace.methods.paging import read_cursor, write_cursor
from warroom.workspace.model import Doc, Message


def _history(call: Call) -> Doc:
    state = call.office.state
    limit = _limit(call, default=100, most=999)
    before = read_cursor(call.text("cursor"), "next_ts", "")
    found: list[Message] = []
    for message in state.newest(call.channel.id):
        if len(found) > limit or _too_old(call, message.ts):
            break
        if message.is_top_level and _in_window(call, message.ts) and (not before or message.ts <= before):
            found.append(message)
    doc: Doc = {
        "ok": True,
        "messages": [_drawn(call, m) for m in found[:limit]],
        "has_more": len(found) > limit,
        "pin_count": len(state.pins_of(call.channel.id)),
    }
    return doc | _following(found, limit)


def _replies(call: Call) -> Doc:
    state = call.office.state
    limit = _limit(call, default=1000, most=1000)
    parent = state.message(call.channel.id, call.text("ts"))
    if parent is None:
        raise ApiError("thread_not_found")
    after = read_cursor(call.text("cursor"), "next_ts", "")
    replies = [] if parent.is_reply else state.replies(call.channel.id, parent.ts)
    found = [m for m in replies if _in_window(call, m.ts) and (not after or m.ts >= after)]
    doc: Doc = {
        "ok": True,
        "messages": [_drawn(call, m) for m in (parent, *found[:limit])],
        "has_more": len(found) > limit,
    }
    return doc | _following(found, limit)


def _limit(call: Call, *, default: int, most: int) -> int:
    limit = call.number("limit", default) or default
    _filter(call)
    for name, code in (("latest", "invalid_ts_latest"), ("oldest", "invalid_ts_oldest")):
        if call.text(name) and not _is_number(call.text(name)):
            raise ApiError(code)
    return max(1, min(limit, most))


def _is_number(text: str) -> bool:
    whole, _, rest = text.partition(".")
    return whole.isdecimal() and (not rest or rest.isdecimal())


def _too_old(call: Call, ts: str) -> bool:
    oldest = call.text("oldest")
    return bool(oldest) and _micros(ts) < _micros(oldest)


def _in_window(call: Call, ts: str) -> bool:
    at, inclusive = _micros(ts), call.flag("inclusive")
    oldest, latest = call.text("oldest"), call.text("latest")
    after = not oldest or at > _micros(oldest) or (inclusive and at == _micros(oldest))
    before = not latest or at < _micros(latest) or (inclusive and at == _micros(latest))
    return after and before


def _micros(ts: str) -> int:
    whole, _, rest = ts.partition(".")
    return int(whole) * 1_000_000 + int(f"{rest:0<6}"[:6])


def _drawn(call: Call, message: Message) -> Doc:
    """Metadata is shown if all was asked for, or its event type was (metadata_keys_to_include)."""
    wanted = _filter(call)
    kind = message.metadata["event_type"] if message.metadata is not None else None
    return render.message_doc(
        call.office.state, message, metadata=call.flag("include_all_metadata") or kind in (wanted or ())
    )


def _filter(call: Call) -> list[str] | None:
    """The event types of metadata_keys_to_include, which Slack names in its errors only."""
    keys = call.json("metadata_keys_to_include")
    if keys is None:
        return None
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise ApiError("invalid_metadata_filter_keys")
    return keys


def _following(found: list[Message], limit: int) -> Doc:
    if len(found) <= limit:
        return {}
    return {"response_metadata": {"next_cursor": write_cursor("next_ts", found[limit].ts)}}


_CHANNEL = required("channel", missing="channel_not_found")
_WINDOW = (*texts("cursor", "latest", "oldest"), *numbers("limit"), *flags("inclusive", "include_all_metadata"))
_FILTER = Arg(name="metadata_keys_to_include", kind="json", invalid="invalid_metadata_filter_keys")
METHODS = (
    Method(
        name="conversations.history",
        handler=_history,
        tier=3,
        scopes=HISTORY,
        args=(_CHANNEL, *_WINDOW, _FILTER),
        channel=ChannelRule(access="member"),
    ),
    Method(
        name="conversations.replies",
        handler=_replies,
        tier=3,
        scopes=HISTORY,
        takes_json=False,
        args=(_CHANNEL, required("ts", missing="thread_not_found"), *_WINDOW, _FILTER),
        channel=ChannelRule(access="member"),
    ),
)
