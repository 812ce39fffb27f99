"""reactions.*, pins.*: what is attached to messages."""

import re

from warroom.workspace import files, messages, render
from warroom.workspace.methods.method import ApiError, Arg, Call, ChannelRule, Method, flags, numbers, required, texts
from warroom.workspace.methods.paging import page
from warroom.workspace.model import Doc, File, Message

_TS = re.compile(r"\d+\.\d{6}")


def _message(call: Call) -> Message:
    ts = call.text("timestamp")
    if not ts or call.named_channel is None:
        raise ApiError("no_item_specified")
    if not _TS.fullmatch(ts):
        raise ApiError("bad_timestamp")
    message = call.office.state.message(call.channel.id, ts)
    if message is None or message.subtype == "tombstone":
        raise ApiError("message_not_found")
    return message


def _reaction_name(call: Call) -> str:
    name = call.text("name").strip(":")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise ApiError("invalid_name")
    return name


def _react(call: Call) -> Doc:
    if call.text("file") or call.text("file_comment"):
        raise ApiError("not_reactable")
    message, name = _message(call), _reaction_name(call)
    if call.bot in message.reactions.get(name, ()):
        raise ApiError("already_reacted")
    problem = messages.reaction_problem(message, name, call.bot)
    if problem is not None:
        raise ApiError(problem)
    messages.react(call.office, message, name, by=call.bot)
    return {"ok": True}


def _unreact(call: Call) -> Doc:
    if _file(call) is not None:
        raise ApiError("no_reaction")
    if not messages.unreact(call.office, _message(call), _reaction_name(call), by=call.bot):
        raise ApiError("no_reaction")
    return {"ok": True}


def _file(call: Call) -> File | None:
    """The file that was named, which nobody can have reacted to: that is no longer possible, nor are comments."""
    if call.text("file_comment"):
        raise ApiError("file_comment_not_found")
    if not call.text("file"):
        return None
    file = call.office.state.files.get(call.text("file"))
    if file is None or not file.completed or not files.sees(call.office, file, call.app):
        raise ApiError("file_not_found")
    return file


def _reactions(call: Call) -> Doc:
    """All reactions, with `full` or without: here none is ever left out."""
    file = _file(call)
    if file is not None:
        return {"ok": True, "type": "file", "file": render.file_doc(call.office.state, file)}
    message = _message(call)
    return {"ok": True, "type": "message", "channel": message.channel, "message": _linked(call, message)}


def _linked(call: Call, message: Message) -> Doc:
    shown = render.message_doc(call.office.state, message)
    return shown | {"permalink": render.permalink(call.office.base_url, message)}


def _list(call: Call) -> Doc:
    """What somebody - without `user` the bot itself - reacted to, as far as the bot can see it; newest first."""
    state, user = call.office.state, call.text("user") or call.bot
    if user not in state.users:
        raise ApiError("user_not_found")
    found = [
        message
        for channel in state.channels.values()
        if call.bot in channel.members
        for message in state.messages(channel.id)
        if any(user in users for users in message.reactions.values())
    ]
    ordered = sorted(found, key=lambda m: m.ts, reverse=True)
    chosen, metadata = page(call, ordered, default=call.number("count", 100), most=1000)
    items = [{"type": "message", "channel": m.channel, "message": _linked(call, m)} for m in chosen]
    return {"ok": True, "items": items} | metadata


def _pin(call: Call) -> Doc:
    problem = messages.pin_problem(call.office, message := _message(call))
    if problem is not None:
        raise ApiError(problem)
    if not messages.pin(call.office, message, by=call.bot):
        raise ApiError("already_pinned")
    return {"ok": True}


def _unpin(call: Call) -> Doc:
    if not messages.unpin(call.office, _message(call), by=call.bot):
        raise ApiError("no_pin")
    return {"ok": True}


def _pins(call: Call) -> Doc:
    state = call.office.state
    found = ((pin, state.message(pin.channel, pin.ts)) for pin in state.pins_of(call.channel.id)[::-1])
    return {"ok": True, "items": [messages.pin_item(call.office, pin, m) for pin, m in found if m is not None]}


_OPTIONAL_CHANNEL = ChannelRule(access="member", optional=True)
_ITEM = (Arg(name="channel"), Arg(name="timestamp"))
_CHANNEL = required("channel", missing="channel_not_found")
METHODS = (
    Method(
        name="reactions.add",
        handler=_react,
        tier=3,
        scopes=("reactions:write",),
        args=(
            required("name", missing="invalid_name"),
            required("channel", missing="no_item_specified"),
            required("timestamp", missing="no_item_specified"),
            *texts("file", "file_comment"),  # no longer documented, but for the error
        ),
        channel=ChannelRule(access="member", optional=True, live=True),
    ),
    Method(
        name="reactions.remove",
        handler=_unreact,
        tier=2,
        scopes=("reactions:write",),
        args=(required("name", missing="invalid_name"), *_ITEM, *texts("file", "file_comment")),
        channel=_OPTIONAL_CHANNEL,
    ),
    Method(
        name="reactions.get",
        handler=_reactions,
        tier=3,
        scopes=("reactions:read",),
        takes_json=False,
        args=(*_ITEM, *texts("file", "file_comment"), *flags("full")),
        channel=_OPTIONAL_CHANNEL,
    ),
    Method(
        name="reactions.list",
        handler=_list,
        tier=2,
        scopes=("reactions:read",),
        takes_json=False,
        args=(*texts("user", "cursor", "team_id"), *numbers("count", "limit", "page"), *flags("full")),
    ),
    Method(
        name="pins.add",
        handler=_pin,
        tier=2,
        scopes=("pins:write",),
        args=(_CHANNEL, Arg(name="timestamp")),
        channel=ChannelRule(access="member"),
    ),
    Method(
        name="pins.remove",
        handler=_unpin,
        tier=2,
        scopes=("pins:write",),
        args=(_CHANNEL, Arg(name="timestamp")),
        channel=ChannelRule(access="member"),
    ),
    Method(
        name="pins.list",
        handler=_pins,
        tier=2,
        scopes=("pins:read",),
        takes_json=False,
        args=(_CHANNEL,),
        channel=ChannelRule(access="member"),
    ),
)
