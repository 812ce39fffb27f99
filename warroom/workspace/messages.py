"""What can be done with messages: post, edit, delete, react, pin - each with the events and the news for people it causes."""

from dataclasses import dataclass, replace

from warroom.workspace import news, render
from warroom.workspace.model import App, Channel, Doc, Message, Pin, ReadMark
from warroom.workspace.office import Office

SPLIT_AT = 4000  # a text of up to SPLIT_AT + 40 characters stays one message (measured on Slack, facts 5)
_SPLIT_SLACK = 40
TRUNCATE_AT = 40_000
MOST_PINS = 100  # in a channel; often quoted, not documented
MOST_EMOJI = 50  # different ones on a message, and
MOST_REACTIONS = 23  # by one person (Slack's help centre)
_SYSTEM_ENDINGS = ("_join", "_leave", "_topic", "_purpose", "_name", "_archive", "_unarchive", "_permissions")
_NOT_PINNABLE = ("tombstone", "pinned_item")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message before it has a ts."""

    channel: Channel
    text: str
    user: str = ""
    app: App | None = None
    subtype: str = ""
    thread_ts: str = ""
    broadcast: bool = False
    username: str = ""
    icons: Doc | None = None
    blocks: list[Doc] | None = None
    attachments: list[Doc] | None = None
    metadata: Doc | None = None
    files: tuple[str, ...] = ()
    client_msg_id: str = ""
    extra: Doc | None = None
    unfurl_links: bool = True


def post(office: Office, draft: Draft) -> Message:
    """Posts the message; returns the first if the text had to be split."""
    parts = _split(draft.text) if not draft.blocks else [draft.text[:TRUNCATE_AT]]
    posted = [_post_one(office, replace(draft, text=part)) for part in parts]
    return posted[0]


def _split(text: str) -> list[str]:
    text = text[:TRUNCATE_AT]
    if len(text) <= SPLIT_AT + _SPLIT_SLACK:
        return [text]
    return [text[start : start + SPLIT_AT] for start in range(0, len(text), SPLIT_AT)]


def _post_one(office: Office, draft: Draft) -> Message:
    message = _message(office, draft)
    office.state.keep(message)
    _reopen(office, draft.channel)
    if draft.user:
        _mark_read(office, draft.user, message)
    office.show_message(message)
    _show_parent(office, message)
    news.tell_posted(office, message, unfurl_links=draft.unfurl_links)
    return message


def _reopen(office: Office, channel: Channel) -> None:
    """A direct message that was put away comes back with what is said in it."""
    known = office.state.channels[channel.id]
    if known.closed_by:
        office.state.keep(replace(known, closed_by=()))


def _show_parent(office: Office, reply: Message) -> None:
    """People see the parent's number of replies."""
    parent = office.state.message(reply.channel, reply.thread_ts) if reply.is_reply else None
    if parent is not None:
        office.show_message(parent, "message_changed")


def _message(office: Office, draft: Draft, ephemeral_to: str = "") -> Message:
    app = draft.app
    persona = bool(draft.username or draft.icons)
    return Message(
        channel=draft.channel.id,
        ts=office.state.next_ts(),
        text=draft.text,
        user="" if persona else (app.bot_user_id if app else draft.user),
        bot_id=app.bot_id if app else "",
        app_id=app.id if app else "",
        subtype=draft.subtype or ("bot_message" if persona else "thread_broadcast" if draft.broadcast else ""),
        thread_ts=draft.thread_ts,
        username=(draft.username or (app.features.bot_name if app else "")) if persona else "",
        icons=draft.icons or {},
        blocks=draft.blocks,
        attachments=draft.attachments,
        metadata=draft.metadata,
        files=draft.files,
        client_msg_id=draft.client_msg_id,
        extra=draft.extra or {},
        ephemeral_to=ephemeral_to,
    )


def post_ephemeral(office: Office, draft: Draft, to: str) -> Message:
    """Shows a message to one person. No events; it cannot be edited except through a response URL."""
    message = _message(office, draft, ephemeral_to=to)
    office.state.keep(message)
    office.show_message(message)
    return message


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What an edit changes; None leaves it as it is, and metadata that is empty goes. `broadcast` shows a reply to all."""

    text: str | None = None
    blocks: list[Doc] | None = None
    attachments: list[Doc] | None = None
    metadata: Doc | None = None
    files: tuple[str, ...] | None = None
    broadcast: bool = False


def edit(office: Office, message: Message, change: Edit, by: str) -> Message:
    given = {name: value for name, value in vars(change).items() if value is not None and name != "broadcast"}
    if change.metadata == {}:
        given["metadata"] = None
    if change.broadcast:
        given["subtype"] = "thread_broadcast"
    edited = replace(message, **given, edited_by=by, edited_ts=office.state.next_ts())
    return _change(office, message, edited)


def unfurl(office: Office, message: Message, attachments: list[Doc]) -> Message:
    """Hangs previews of its links on a message. It does not count as edited."""
    return _change(office, message, replace(message, attachments=attachments))


def _change(office: Office, message: Message, changed: Message) -> Message:
    office.state.keep(changed)
    office.show_message(changed, "message_changed")
    if not message.ephemeral_to:
        news.tell_changed(office, message, changed)
    return changed


def delete(office: Office, message: Message) -> None:
    """Deletes it. A parent with replies leaves a tombstone, so that the thread stays."""
    state = office.state
    if message.ephemeral_to:
        state.drop(message)
        gone = {"type": "message_deleted", "channel": message.channel, "ts": message.ts}
        office.streams.publish([message.ephemeral_to], gone)
        return
    unpin(office, message, by=message.user)
    previous = render.message_doc(state, message)
    _unshare(office, message)
    channel = state.channels[message.channel]
    if state.replies(message.channel, message.ts):
        _bury(office, message)
    else:
        state.drop(message)
        gone = {"type": "message_deleted", "channel": message.channel, "ts": message.ts}
        office.streams.publish(office.readers(channel), gone)
        _show_parent(office, message)
    news.tell_deleted(office, message, previous)


def _unshare(office: Office, message: Message) -> None:
    """What was shared with the message is shared no more, unless another one of the channel shares it too."""
    state = office.state
    others = {id_ for m in state.messages(message.channel) if m.ts != message.ts for id_ in m.files}
    for file in (state.files[id_] for id_ in message.files if id_ not in others and id_ in state.files):
        state.keep(replace(file, channels=tuple(c for c in file.channels if c != message.channel)))
        event = {
            "type": "file_unshared",
            "channel_id": message.channel,
            "user_id": file.user,
            "file_id": file.id,
            "file": {"id": file.id},
            "event_ts": state.next_ts(),
        }
        office.tell_members(state.channels[message.channel], "file_unshared", "files:read", event)


def _bury(office: Office, message: Message) -> None:
    tombstone = Message(
        channel=message.channel,
        ts=message.ts,
        text="This message was deleted.",
        user="USLACKBOT",
        subtype="tombstone",
        thread_ts=message.thread_ts,
        extra={"hidden": True},
    )
    office.state.keep(tombstone)
    office.show_message(tombstone, "message_changed")


# -- reactions and pins --------------------------------------------------------------------------------------------------


def react(office: Office, message: Message, name: str, by: str) -> bool:
    """False if that person had already reacted so."""
    users = message.reactions.get(name, [])
    if by in users:
        return False
    _keep_reactions(office, message, message.reactions | {name: [*users, by]})
    _tell_reaction(office, "reaction_added", message, name, by)
    return True


def reaction_problem(message: Message, name: str, by: str) -> str | None:
    """Slack's code for why this reaction is one too many, None if it is not."""
    if name not in message.reactions and len(message.reactions) >= MOST_EMOJI:
        return "too_many_emoji"
    own = sum(by in users for users in message.reactions.values())
    return "too_many_reactions" if own >= MOST_REACTIONS else None


def unreact(office: Office, message: Message, name: str, by: str) -> bool:
    """False if there was no such reaction."""
    users = message.reactions.get(name, [])
    if by not in users:
        return False
    left = {**message.reactions, name: [u for u in users if u != by]}
    _keep_reactions(office, message, {n: u for n, u in left.items() if u})
    _tell_reaction(office, "reaction_removed", message, name, by)
    return True


def _keep_reactions(office: Office, message: Message, reactions: Doc) -> None:
    changed = replace(message, reactions=reactions)
    office.state.keep(changed)
    office.show_message(changed, "message_changed")


def _tell_reaction(office: Office, type_: str, message: Message, name: str, by: str) -> None:
    event = {
        "type": type_,
        "user": by,
        "reaction": name,
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "event_ts": office.state.next_ts(),
    }
    if message.user:
        event["item_user"] = message.user
    office.tell_members(office.state.channels[message.channel], type_, "reactions:read", event)


def pin(office: Office, message: Message, by: str) -> bool:
    """False if it was pinned already."""
    state = office.state
    if f"{message.channel}:{message.ts}" in state.pins:
        return False
    item = Pin(channel=message.channel, ts=message.ts, user=by, created=int(state.now()))
    state.keep(item)
    _tell_pin(office, "pin_added", item, message, by)
    office.show_message(message, "message_changed")
    return True


def pin_problem(office: Office, message: Message) -> str | None:
    """Slack's code for why this cannot be pinned, None if it can."""
    if message.subtype.endswith(_SYSTEM_ENDINGS) or message.subtype in _NOT_PINNABLE:
        return "not_pinnable"
    return "too_many_pins" if len(office.state.pins_of(message.channel)) >= MOST_PINS else None


def unpin(office: Office, message: Message, by: str) -> bool:
    """False if it was not pinned."""
    item = office.state.pins.get(f"{message.channel}:{message.ts}")
    if item is None:
        return False
    office.state.drop(item)
    _tell_pin(office, "pin_removed", item, message, by)
    office.show_message(message, "message_changed")
    return True


def pin_item(office: Office, item: Pin, message: Message) -> Doc:
    shown = render.message_doc(office.state, message) | {"permalink": render.permalink(office.base_url, message)}
    return {
        "type": "message",
        "channel": item.channel,
        "created": item.created,
        "created_by": item.user,
        "message": shown,
    }


def _tell_pin(office: Office, type_: str, item: Pin, message: Message, by: str) -> None:
    event: Doc = {
        "type": type_,
        "user": by,
        "channel_id": item.channel,
        "item": pin_item(office, item, message),
        "item_user": message.user,
        "pin_count": len(office.state.pins_of(item.channel)),
        "pinned_info": {"channel": item.channel, "pinned_by": item.user, "pinned_ts": item.created},
        "event_ts": office.state.next_ts(),
    }
    if type_ == "pin_removed":
        event["has_pins"] = event["pin_count"] > 0
    office.tell_members(office.state.channels[item.channel], type_, "pins:read", event)


def _mark_read(office: Office, user: str, message: Message) -> None:
    if message.is_top_level:
        office.state.keep(ReadMark(user=user, channel=message.channel, ts=message.ts))
