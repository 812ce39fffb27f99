"""chat.postMessage, meMessage, update, delete, postEphemeral, getPermalink."""

from warroom.workspace import messages, render
from warroom.workspace.channels import posting_problem
from warroom.workspace.messages import SPLIT_AT, Draft, Edit
from warroom.workspace.methods.content import (
    CONTENT_ARGS,
    PERSONA_ARGS,
    UNFURL_ARGS,
    read_attachments,
    read_blocks,
    read_metadata,
    read_persona,
    read_text,
)
from warroom.workspace.methods.method import ApiError, Arg, Call, ChannelRule, Method, flags, required, texts
from warroom.workspace.model import Doc, Message

_NO_TEXT = "This content can't be displayed."
"""What Slack writes where blocks were sent without a text to stand for them."""
_ANSWERABLE = ("bot_message", "thread_broadcast", "file_share", "me_message", "tombstone")


def _post_message(call: Call) -> Doc:
    state = call.office.state
    draft = read_draft(call)
    if call.channel.type == "im" and not call.app.features.messages_tab:
        raise ApiError("messages_tab_disabled")
    message = messages.post(call.office, draft)
    return {
        "ok": True,
        "channel": message.channel,
        "ts": message.ts,
        "message": render.message_doc(state, message, metadata=True),
    }


def read_draft(call: Call, *, ephemeral: bool = False) -> Draft:
    """The message a posting method was given.

    Raises:
        ApiError: It cannot be posted here.
    """
    username, icons = read_persona(call)
    text = read_text(call, names=ephemeral)
    blocks = read_blocks(call)
    attachments = _attachments(call) if ephemeral else read_attachments(call)
    if not (text or blocks or attachments):
        raise ApiError("no_text")
    parent = _thread_parent(call)
    _may_post(call, reply=bool(parent), ephemeral=ephemeral)
    return Draft(
        channel=call.channel,
        text=text or (_NO_TEXT if blocks else ""),
        app=call.app,
        thread_ts=parent,
        broadcast=bool(parent) and call.flag("reply_broadcast"),
        username=username,
        icons=icons,
        blocks=blocks or None,
        attachments=attachments,
        metadata=None if ephemeral else read_metadata(call),
        client_msg_id=call.text("client_msg_id"),
        unfurl_links=call.flag("unfurl_links"),
    )


def _may_post(call: Call, *, reply: bool, ephemeral: bool) -> None:
    """Who is not an administrator keeps to the channel's rules. For ephemerals Slack knows only one code."""
    problem = posting_problem(call.office.state, call.channel, call.bot, reply=reply)
    if problem is not None:
        raise ApiError("restricted_action" if ephemeral else problem)


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
    if message.subtype and message.subtype not in _ANSWERABLE:
        raise ApiError("cannot_reply_to_message")
    return message.thread_ts or ts


def _me_message(call: Call) -> Doc:
    draft = Draft(channel=call.channel, text=read_text(call), app=call.app, subtype="me_message")
    if not draft.text:
        raise ApiError("no_text")
    _may_post(call, reply=False, ephemeral=False)
    message = messages.post(call.office, draft)
    return {"ok": True, "channel": message.channel, "ts": message.ts}


# -- changing what was said ----------------------------------------------------------------------------------------------


def _update(call: Call) -> Doc:
    state = call.office.state
    message = _own_message(call, "cant_update_message")
    change = _edit(call, message)
    edited = messages.edit(call.office, message, change, by=call.bot)
    whole = render.message_doc(state, edited, metadata=True)
    shown = {name: value for name, value in whole.items() if name not in _NOT_IN_UPDATE}
    return {"ok": True, "channel": edited.channel, "ts": edited.ts, "text": edited.text, "message": shown}


def _edit(call: Call, message: Message) -> Edit:
    given = call.args.get("text")
    blocks, attachments, files = read_blocks(call), _attachments(call), _file_ids(call)
    content = given is not None or blocks is not None or attachments is not None or files is not None
    broadcast = _broadcast(call, message, content=content)
    if not content and not broadcast:
        raise ApiError("no_text")
    if given is not None and len(given) > SPLIT_AT:
        raise ApiError("msg_too_long")
    text = read_text(call, names=True) if given is not None or call.text("markdown_text") else None
    if content and not (text or blocks or attachments or files) and blocks != []:
        raise ApiError("no_text")
    if blocks and _is_rich(message.blocks) and not _is_rich(blocks):
        raise ApiError("block_mismatch")
    metadata = read_metadata(call, removable=True)
    return Edit(text=text, blocks=blocks, attachments=attachments, metadata=metadata, files=files, broadcast=broadcast)


def _attachments(call: Call) -> list[Doc] | None:
    """With the codes that chat.update and chat.postEphemeral document."""
    return read_attachments(call, too_long="msg_too_long", bad_blocks="invalid_attachments")


def _is_rich(blocks: list[Doc] | None) -> bool:
    return any(block["type"] == "rich_text" for block in blocks or ())


def _broadcast(call: Call, message: Message, *, content: bool) -> bool:
    """Whether a reply is to be shown to the whole channel, which cannot be done together with anything else."""
    if not call.flag("reply_broadcast") or message.subtype == "thread_broadcast":
        return False
    if not message.is_reply:
        raise ApiError("cant_broadcast_message")
    if content:
        raise ApiError("no_dual_broadcast_content_update")
    return True


def _file_ids(call: Call) -> tuple[str, ...] | None:
    """The files the message is to have from now on: the app's own, uploaded and still there."""
    if "file_ids" not in call.args:
        return None
    ids = tuple(call.names("file_ids"))
    for id_ in ids:
        file = call.office.state.files.get(id_)
        if file is None or not file.completed or file.user != call.bot:
            raise ApiError("file_not_found")
        if file.deleted:
            raise ApiError("file_deleted")
    if ids and posting_problem(call.office.state, call.channel, call.bot, reply=False):
        raise ApiError("posting_to_channel_denied")
    return ids


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


# -- and the rest --------------------------------------------------------------------------------------------------------


def _post_ephemeral(call: Call) -> Doc:
    user = call.office.state.users.get(call.text("user"))
    if user is None or user.deleted or user.id not in call.channel.members:
        raise ApiError("user_not_in_channel")
    if call.channel.type == "im" and not call.app.features.messages_tab:
        raise ApiError("messages_tab_disabled")
    if len(call.text("text")) > messages.TRUNCATE_AT:
        raise ApiError("msg_too_long")
    message = messages.post_ephemeral(call.office, read_draft(call, ephemeral=True), to=user.id)
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
_POSTING = ChannelRule(access="post", live=True, by_name=True)
METHODS = (
    Method(
        name="chat.postMessage",
        handler=_post_message,
        tier="post",
        scopes=("chat:write",),
        args=(
            _CHANNEL,
            *CONTENT_ARGS,
            *UNFURL_ARGS,  # links are never fetched here; unfurl_links shows them to apps with such unfurl_domains
            *PERSONA_ARGS,
            *texts("thread_ts", "client_msg_id", "team_id"),
            *texts("current_draft_last_updated_ts"),  # apps have no drafts
            *flags("reply_broadcast", "mrkdwn"),
        ),
        channel=_POSTING,
    ),
    Method(
        name="chat.meMessage",
        handler=_me_message,
        tier=3,
        scopes=("chat:write",),
        args=(_CHANNEL, required("text", missing="no_text")),
        channel=_POSTING,
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
            Arg(name="file_ids", kind="list"),
            Arg(name="unfurled_attachments", kind="json"),  # Slack's own client sends it
        ),
        channel=ChannelRule(live=True, archived_code="is_inactive"),
        restricted="edit_window_closed",
    ),
    Method(
        name="chat.delete",
        handler=_delete,
        tier=3,
        scopes=("chat:write",),
        args=(_CHANNEL, required("ts", missing="message_not_found"), *flags("as_user")),
        channel=ChannelRule(),
        restricted="cant_delete_message",
    ),
    Method(
        name="chat.postEphemeral",
        handler=_post_ephemeral,
        tier=4,
        scopes=("chat:write",),
        args=(_CHANNEL, required("user"), *CONTENT_ARGS, *PERSONA_ARGS, *texts("thread_ts")),
        channel=_POSTING,
    ),
    Method(
        name="chat.getPermalink",
        handler=_get_permalink,
        tier="special",
        takes_json=False,
        args=(_CHANNEL, required("message_ts", missing="message_not_found")),
        channel=ChannelRule(),
    ),
)
