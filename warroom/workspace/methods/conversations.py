"""conversations.create, archive, unarchive, rename, setTopic, setPurpose, info, list, mark."""

from typing import Any

from warroom.workspace import channels, render
from warroom.workspace.channels import LONGEST_TOPIC, name_problem
from warroom.workspace.methods.method import (
    MANAGE,
    READ,
    TOPIC,
    ApiError,
    Arg,
    Call,
    ChannelRule,
    Method,
    flags,
    need_scope,
    numbers,
    required,
    texts,
)
from warroom.workspace.methods.paging import page
from warroom.workspace.model import Channel, ChannelKind, Doc, ReadMark

_KIND_OF_WORD: dict[str, ChannelKind] = {
    "public_channel": "public",
    "private_channel": "private",
    "im": "im",
    "mpim": "mpim",
}


def shown(call: Call, channel: Channel, **more: Any) -> Doc:
    return {"ok": True, "channel": render.whole_channel_doc(call.office.state, channel, call.bot)} | more


# -- making and ending ---------------------------------------------------------------------------------------------------


def _create(call: Call) -> Doc:
    name = _free_name(call)
    private = call.flag("is_private")
    need_scope(call, "private" if private else "public", MANAGE)
    return shown(call, channels.create(call.office, name, creator=call.bot, private=private))


def _free_name(call: Call) -> str:
    problem = name_problem(call.text("name"))
    if problem is not None:
        raise ApiError(problem)
    name = call.text("name").removeprefix("#")
    if call.office.state.channel_named(name) is not None:
        raise ApiError("name_taken")
    return name


def _archive(call: Call) -> Doc:
    if call.channel.is_archived:
        raise ApiError("already_archived")
    if call.channel.is_general:
        raise ApiError("cant_archive_general")
    must_be_member(call)
    channels.archive(call.office, call.channel, by=call.bot)
    return {"ok": True}


def must_be_member(call: Call) -> None:
    if call.bot not in call.channel.members:
        raise ApiError("not_in_channel")


def _unarchive(call: Call) -> Doc:
    """A bot was put out when the channel was archived, so for a bot this always ends in not_in_channel."""
    if not call.channel.is_archived:
        raise ApiError("not_archived")
    must_be_member(call)
    channels.unarchive(call.office, call.channel, by=call.bot)
    return {"ok": True}


def _rename(call: Call) -> Doc:
    must_be_member(call)
    if call.text("name") == call.channel.name:
        return shown(call, call.channel)
    return shown(call, channels.rename(call.office, call.channel, _free_name(call), by=call.bot))


def _set_topic(call: Call) -> Doc:
    if len(call.text("topic")) > LONGEST_TOPIC:
        raise ApiError("too_long")
    return shown(call, channels.set_topic(call.office, call.channel, call.text("topic"), by=call.bot))


def _set_purpose(call: Call) -> Doc:
    if len(call.text("purpose")) > LONGEST_TOPIC:
        raise ApiError("too_long")
    return shown(call, channels.set_purpose(call.office, call.channel, call.text("purpose"), by=call.bot))


# -- looking -------------------------------------------------------------------------------------------------------------


def _info(call: Call) -> Doc:
    count = call.flag("include_num_members")
    shown = render.whole_channel_doc(call.office.state, call.channel, call.bot, count=count)
    shown |= render.channel_rules_doc(call.channel)
    return {"ok": True, "channel": shown | ({"locale": "en-US"} if call.flag("include_locale") else {})}


def _list(call: Call) -> Doc:
    kinds = asked_kinds(call)
    exclude = call.flag("exclude_archived")
    seen = [
        channel
        for channel in call.office.state.channels.values()
        if channel.type in kinds
        and channels.may_see(call.office.state, channel, call.bot)
        and not (exclude and channel.is_archived)
    ]
    chosen, metadata = page(call, seen, default=100, most=1000, strict=True)
    return {
        "ok": True,
        "channels": [render.channel_doc(call.office.state, c, call.bot, count=not c.is_direct) for c in chosen],
    } | metadata


def asked_kinds(call: Call) -> list[ChannelKind]:
    """The kinds of conversation asked for; each needs its own scope."""
    words = call.names("types") or ["public_channel"]
    if any(word not in _KIND_OF_WORD for word in words):
        raise ApiError("invalid_types")
    kinds = [_KIND_OF_WORD[word] for word in words]
    for kind in kinds:
        need_scope(call, kind, READ)
    return kinds


def _mark(call: Call) -> Doc:
    """Moves the bot's own read mark; nobody sees it, as it is at Slack."""
    ts = call.text("ts")
    if not ts.replace(".", "", 1).isdecimal():
        raise ApiError("invalid_timestamp")
    call.office.state.keep(ReadMark(user=call.bot, channel=call.channel.id, ts=ts))
    return {"ok": True}


_CHANNEL = required("channel", missing="channel_not_found")
_PAGE = (*texts("cursor"), *numbers("limit"))
_NAMED: tuple[ChannelKind, ...] = ("public", "private")
METHODS = (
    Method(
        name="conversations.create",
        handler=_create,
        tier=2,
        scopes=MANAGE,
        args=(required("name", missing="invalid_name_required"), *flags("is_private"), *texts("team_id")),
    ),
    Method(
        name="conversations.archive",
        handler=_archive,
        tier=2,
        scopes=MANAGE,
        args=(_CHANNEL,),
        channel=ChannelRule(kinds=_NAMED),
    ),
    Method(
        name="conversations.unarchive",
        handler=_unarchive,
        tier=2,
        scopes=MANAGE,
        args=(_CHANNEL,),
        channel=ChannelRule(kinds=_NAMED),
    ),
    Method(
        name="conversations.rename",
        handler=_rename,
        tier=2,
        scopes=MANAGE,
        args=(_CHANNEL, required("name", missing="invalid_name_required")),
        channel=ChannelRule(kinds=_NAMED, live=True),
        restricted="not_authorized",
    ),
    Method(
        name="conversations.setTopic",
        handler=_set_topic,
        tier=2,
        scopes=TOPIC,
        args=(_CHANNEL, Arg(name="topic", required=True, may_be_empty=True)),
        channel=ChannelRule(access="member", live=True, kinds=_NAMED),
        restricted="user_is_restricted",
    ),
    Method(
        name="conversations.setPurpose",
        handler=_set_purpose,
        tier=2,
        scopes=TOPIC,
        args=(_CHANNEL, Arg(name="purpose", required=True, may_be_empty=True)),
        channel=ChannelRule(access="member", live=True, kinds=_NAMED),
        restricted="user_is_restricted",
    ),
    Method(
        name="conversations.info",
        handler=_info,
        tier=3,
        scopes=READ,
        takes_json=False,
        args=(_CHANNEL, *flags("include_locale", "include_num_members")),
        channel=ChannelRule(),
    ),
    Method(
        name="conversations.list",
        handler=_list,
        tier=2,
        scopes=READ,
        takes_json=False,
        args=(*_PAGE, *flags("exclude_archived"), Arg(name="types", kind="list"), *texts("team_id")),
    ),
    Method(
        name="conversations.mark",
        handler=_mark,
        tier=3,
        scopes=MANAGE,
        args=(_CHANNEL, required("ts", missing="invalid_timestamp")),
        channel=ChannelRule(access="member"),
    ),
)
