"""chat.postMessage, update, delete, postEphemeral, getPermalink."""

from warroom.workspace import messages, render
from warroom.workspace.messages import SPLIT_AT, Draft, Edit
from warroom.workspace.methods.content import (
    CONTENT_ARGS,
    PERSONA_ARGS,
    read_attachments,
    read_blocks,
    read_metadata,
    read_persona,
    read_text,
)
from warroom.workspace.methods.method import ApiError, Arg, Call, ChannelRule, Method, flags, required, texts
from warroom.workspace.model import Doc, Message


def _post_message(call: Call) -> Doc:
    state = call.office.state
    draft = _draft(call)
    if call.channel.type == "im" and not call.app.features.messages_tab:
        raise ApiError("messages_tab_disabled")
    message = messages.post(call.office, draft)
    return {
        "ok": True,
        "channel": message.channel,
        "ts": message.ts,
        "message": render.message_doc(state, message, metadata=True),
    }


def _draft(call: Call) -> Draft:
    username, icons = read_persona(call)
    blocks, attachments, text = read_blocks(call), read_attachments(call), read_text(call)
    if not (text or blocks or attachments):
        raise ApiError("no_text")
    parent = _thread_parent(call)
    return Draft(
        channel=call.channel,
        text=text,
        app=call.app,
        thread_ts=parent,
        broadcast=bool(parent) and call.flag("reply_broadcast"),
        username=username,
        icons=icons,
        blocks=blocks or None,
        attachments=attachments,
        metadata=read_metadata(call),
        client_msg_id=call.text("client_msg_id"),
    )


def _thread_parent(call: Call) -> str:
    """The ts of the thread's parent. A reply's ts is taken for its parent's.

    For a parent that is not there Slack is reported to answer thread_not_found (bolt-js#2307), and earlier to accept the
    message and show it nowhere (python-slack-sdk#840). Here it is always refused.
    """
    ts = call.text("thread_ts")
    if not ts:
        return ""
    message = call.office.state.message(call.channel.id, ts)
    if message is None:
        raise ApiError("thread_not_found")
    if message.subtype and message.subtype not in ("bot_message", "thread_broadcast", "file_share", "tombstone"):
        raise ApiError("cannot_reply_to_message")
    return message.thread_ts or ts


def _update(call: Call) -> Doc:
    state = call.office.state
    message = _own_message(call, "cant_update_message")
    blocks, attachments, text = read_blocks(call), read_attachments(call), call.args.get("text")
    if text is None and blocks is None and attachments is None:
        raise ApiError("no_text")
    if text is not None and len(text) > SPLIT_AT:
        raise ApiError("msg_too_long")
    if not (text or blocks or attachments) and blocks != []:
        raise ApiError("no_text")
    change = Edit(text=text, blocks=blocks, attachments=attachments, metadata=read_metadata(call))
    edited = messages.edit(call.office, message, change, by=call.bot)
    whole = render.message_doc(state, edited, metadata=True)
    shown = {name: value for name, value in whole.items() if name not in _NOT_IN_UPDATE}
    return {"ok": True, "channel": edited.channel, "ts": edited.ts, "text": edited.text, "message": shown}


def _own_message(call: Call, code: str) -> Message:
    message = call.office.state.message(call.channel.id, call.text("ts"))
    if message is None or message.subtype == "tombstone":
        raise ApiError("message_not_found")
    if message.app_id != call.app.id:
        raise ApiError(code)
    return message


def _delete(call: Call) -> Doc:
    message = _own_message(call, "cant_delete_message")
    messages.delete(call.office, message)
    return {"ok": True, "channel": message.channel, "ts": message.ts}


def _post_ephemeral(call: Call) -> Doc:
    user = call.office.state.users.get(call.text("user"))
    if user is None or user.deleted or user.id not in call.channel.members:
        raise ApiError("user_not_in_channel")
    draft = _draft(call)
    if len(draft.text) > messages.TRUNCATE_AT:
        raise ApiError("msg_too_long")
    message = messages.post_ephemeral(call.office, draft, to=user.id)
    return {"ok": True, "message_ts": message.ts}


def _get_permalink(call: Call) -> Doc:
    message = call.office.state.message(call.channel.id, call.text("message_ts"))
    if message is None:
        raise ApiError("message_not_found")
    link = render.permalink(call.office.base_url, message)
    return {"ok": True, "channel": call.channel.id, "permalink": link}


_NOT_IN_UPDATE = frozenset(
    {
        "ts",
        "thread_ts",
        "parent_user_id",
        "reply_count",
        "reply_users_count",
        "latest_reply",
        "reply_users",
        "is_locked",
        "subscribed",
    }
)
"""What Slack's reply to chat.update leaves out of its message."""

_CHANNEL = required("channel", missing="channel_not_found")
METHODS = (
    Method(
        name="chat.postMessage",
        handler=_post_message,
        tier="post",
        scopes=("chat:write",),
        args=(
            _CHANNEL,
            *CONTENT_ARGS,
            *PERSONA_ARGS,
            *texts("thread_ts", "client_msg_id", "team_id"),
            *flags("reply_broadcast"),
        ),
        channel=ChannelRule(access="post", live=True),
    ),
    Method(
        name="chat.update",
        handler=_update,
        tier=3,
        scopes=("chat:write",),
        args=(
            _CHANNEL,
            required("ts", missing="message_not_found"),
            *CONTENT_ARGS,
            *flags("reply_broadcast"),
            Arg(name="file_ids", kind="json"),
        ),
        channel=ChannelRule(access="visible", live=True, archived_code="is_inactive"),
    ),
    Method(
        name="chat.delete",
        handler=_delete,
        tier=3,
        scopes=("chat:write",),
        args=(_CHANNEL, required("ts", missing="message_not_found"), *flags("as_user")),
        channel=ChannelRule(access="visible"),
    ),
    Method(
        name="chat.postEphemeral",
        handler=_post_ephemeral,
        tier=4,
        scopes=("chat:write",),
        args=(_CHANNEL, required("user"), *CONTENT_ARGS, *PERSONA_ARGS, *texts("thread_ts")),
        channel=ChannelRule(access="post", live=True),
    ),
    Method(
        name="chat.getPermalink",
        handler=_get_permalink,
        tier="special",
        takes_json=False,
        args=(_CHANNEL, required("message_ts", missing="message_not_found")),
        channel=ChannelRule(access="visible"),
    ),
)
