"""reactions.*, pins.*: what is attached to messages."""

import re

from warroom.workspace import messages, render
from warroom.workspace.methods.method import ApiError, Arg, Call, ChannelRule, Method, flags, required, texts
from warroom.workspace.model import Doc, Message

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
    if not messages.react(call.office, _message(call), _reaction_name(call), by=call.bot):
        raise ApiError("already_reacted")
    return {"ok": True}


def _unreact(call: Call) -> Doc:
    if not messages.unreact(call.office, _message(call), _reaction_name(call), by=call.bot):
        raise ApiError("no_reaction")
    return {"ok": True}


def _reactions(call: Call) -> Doc:
    message = _message(call)
    shown = render.message_doc(call.office.state, message)
    shown |= {"permalink": render.permalink(call.office.base_url, message)}
    return {"ok": True, "type": "message", "channel": message.channel, "message": shown}


def _pin(call: Call) -> Doc:
    if not messages.pin(call.office, _message(call), by=call.bot):
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
