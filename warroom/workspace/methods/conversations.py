"""conversations.*: create, archive, unarchive, invite, kick, join, leave, info, list, members, history, replies, open, setTopic, setPurpose, rename."""

from typing import Any

from warroom.workspace import channels, render
from warroom.workspace.channels import LONGEST_TOPIC, name_problem
from warroom.workspace.methods.method import (
    HISTORY,
    INVITE,
    MANAGE,
    READ,
    TOPIC,
    ApiError,
    Arg,
    Call,
    ChannelRule,
    Method,
    by_kind,
    flags,
    numbers,
    required,
    texts,
)
from warroom.workspace.methods.paging import page, read_cursor, write_cursor
from warroom.workspace.model import Channel, ChannelKind, Doc, Message

_MOST_INVITED = 100
_MOST_IN_DIRECT = 8
_KIND_OF_WORD: dict[str, ChannelKind] = {
    "public_channel": "public",
    "private_channel": "private",
    "im": "im",
    "mpim": "mpim",
}


def _shown(call: Call, channel: Channel, **more: Any) -> Doc:
    return {"ok": True, "channel": render.channel_doc(call.office.state, channel, call.bot)} | more


# -- making and ending ---------------------------------------------------------------------------------------------------


def _create(call: Call) -> Doc:
    name = _free_name(call)
    private = call.flag("is_private")
    _need(call, "private" if private else "public", MANAGE)
    return _shown(call, channels.create(call.office, name, creator=call.bot, private=private))


def _free_name(call: Call) -> str:
    problem = name_problem(call.text("name"))
    if problem is not None:
        raise ApiError(problem)
    name = call.text("name").removeprefix("#")
    if call.office.state.channel_named(name) is not None:
        raise ApiError("name_taken")
    return name


def _need(call: Call, kind: ChannelKind, scopes: Any) -> None:
    if not call.has_scope(*scopes[kind]):
        needed = ",".join(scopes[kind])
        raise ApiError("missing_scope", needed=needed, provided=",".join(sorted(call.app.features.scopes)))


def _archive(call: Call) -> Doc:
    if call.channel.is_archived:
        raise ApiError("already_archived")
    if call.channel.is_general:
        raise ApiError("cant_archive_general")
    _must_be_member(call)
    channels.archive(call.office, call.channel, by=call.bot)
    return {"ok": True}


def _must_be_member(call: Call) -> None:
    if call.bot not in call.channel.members:
        raise ApiError("not_in_channel")


def _unarchive(call: Call) -> Doc:
    """A bot was put out when the channel was archived, so for a bot this always ends in not_in_channel."""
    if not call.channel.is_archived:
        raise ApiError("not_archived")
    _must_be_member(call)
    channels.unarchive(call.office, call.channel, by=call.bot)
    return {"ok": True}


def _rename(call: Call) -> Doc:
    _must_be_member(call)
    if call.text("name") == call.channel.name:
        return _shown(call, call.channel)
    return _shown(call, channels.rename(call.office, call.channel, _free_name(call), by=call.bot))


def _set_topic(call: Call) -> Doc:
    if len(call.text("topic")) > LONGEST_TOPIC:
        raise ApiError("too_long")
    return _shown(call, channels.set_topic(call.office, call.channel, call.text("topic"), by=call.bot))


def _set_purpose(call: Call) -> Doc:
    if len(call.text("purpose")) > LONGEST_TOPIC:
        raise ApiError("too_long")
    return _shown(call, channels.set_purpose(call.office, call.channel, call.text("purpose"), by=call.bot))


# -- members -------------------------------------------------------------------------------------------------------------


def _invite(call: Call) -> Doc:
    users = call.names("users")
    if not users:
        raise ApiError("no_user")
    if len(users) > _MOST_INVITED:
        raise ApiError("invalid_arguments", messages=(f"[ERROR] no more than {_MOST_INVITED} users allowed",))
    problems = {user: problem for user in users if (problem := _invite_problem(call, user))}
    welcome = [user for user in dict.fromkeys(users) if user not in problems]
    if problems and not (call.flag("force") and welcome):
        errors = [{"user": user, "ok": False, "error": code} for user, code in problems.items()]
        raise ApiError(next(iter(problems.values())), errors=errors)
    channel = call.channel
    for user in welcome:
        channel = channels.join(call.office, channel, user, inviter=call.bot)
    return _shown(call, channel)


def _invite_problem(call: Call, id_: str) -> str | None:
    user = call.office.state.users.get(id_)
    if user is None or user.deleted:
        return "user_not_found"
    if id_ == call.bot:
        return "cant_invite_self"
    return "already_in_channel" if id_ in call.channel.members else None


def _kick(call: Call) -> Doc:
    user = call.text("user")
    _must_be_member(call)
    if user not in call.office.state.users:
        raise ApiError("user_not_found")
    if user == call.bot:
        raise ApiError("cant_kick_self")
    if call.channel.is_general:
        raise ApiError("cant_kick_from_general")
    if user not in call.channel.members:
        raise ApiError("not_in_channel")
    channels.leave(call.office, call.channel, user, kicked_by=call.bot)
    return {"ok": True}


def _join(call: Call) -> Doc:
    if call.bot in call.channel.members:
        call.warnings.append("already_in_channel")
        return _shown(call, call.channel)
    return _shown(call, channels.join(call.office, call.channel, call.bot))


def _leave(call: Call) -> Doc:
    if call.bot not in call.channel.members:
        return {"ok": True, "not_in_channel": True}
    if call.channel.is_general:
        raise ApiError("cant_leave_general")
    if call.channel.type == "private" and len(call.channel.members) == 1:
        raise ApiError("last_member")
    channels.leave(call.office, call.channel, call.bot)
    return {"ok": True}


def _members(call: Call) -> Doc:
    members, metadata = page(call, call.channel.members, default=100, most=1000)
    return {"ok": True, "members": list(members)} | metadata


# -- looking -------------------------------------------------------------------------------------------------------------


def _info(call: Call) -> Doc:
    count = call.flag("include_num_members")
    shown = render.channel_doc(call.office.state, call.channel, call.bot, count=count)
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
    chosen, metadata = page(call, seen, default=100, most=1000)
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
        _need(call, kind, READ)
    return kinds


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
    for name, code in (("latest", "invalid_ts_latest"), ("oldest", "invalid_ts_oldest")):
        if call.text(name) and not _is_number(call.text(name)):
            raise ApiError(code)
    if limit < 1:
        raise ApiError("invalid_limit")
    return min(limit, most)


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
    return render.message_doc(call.office.state, message, metadata=call.flag("include_all_metadata"))


def _following(found: list[Message], limit: int) -> Doc:
    if len(found) <= limit:
        return {}
    return {"response_metadata": {"next_cursor": write_cursor("next_ts", found[limit].ts)}}


# -- direct messages -----------------------------------------------------------------------------------------------------


def _open(call: Call) -> Doc:
    channel, existed = _direct(call)
    shown: Doc = {"id": channel.id}
    if call.flag("return_im"):
        shown = render.channel_doc(call.office.state, channel, call.bot)
    return {"ok": True, "channel": shown} | ({"no_op": True, "already_open": True} if existed else {})


def _direct(call: Call) -> tuple[Channel, bool]:
    if call.text("channel"):
        known = call.office.state.channels.get(call.text("channel"))
        if known is None or not known.is_direct or call.bot not in known.members:
            raise ApiError("channel_not_found")
        return known, True
    users = [user for user in dict.fromkeys(call.names("users")) if user != call.bot]
    if not call.names("users"):
        raise ApiError("users_list_not_supplied")
    if not users:
        raise ApiError("not_enough_users")
    if len(users) > _MOST_IN_DIRECT:
        raise ApiError("too_many_users")
    _need(call, "im" if len(users) == 1 else "mpim", MANAGE)
    for user in users:
        known_user = call.office.state.users.get(user)
        if known_user is None:
            raise ApiError("user_not_found")
        if known_user.deleted:
            raise ApiError("user_disabled")
    return channels.open_direct(call.office, (call.bot, *users))


_CHANNEL = required("channel", missing="channel_not_found")
_PAGE = (*texts("cursor"), *numbers("limit"))
_WINDOW = (*_PAGE, *texts("latest", "oldest"), *flags("inclusive", "include_all_metadata"))
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
    ),
    Method(
        name="conversations.setTopic",
        handler=_set_topic,
        tier=2,
        scopes=TOPIC,
        args=(_CHANNEL, Arg(name="topic", required=True, may_be_empty=True)),
        channel=ChannelRule(access="member", live=True, kinds=_NAMED),
    ),
    Method(
        name="conversations.setPurpose",
        handler=_set_purpose,
        tier=2,
        scopes=TOPIC,
        args=(_CHANNEL, Arg(name="purpose", required=True, may_be_empty=True)),
        channel=ChannelRule(access="member", live=True, kinds=_NAMED),
    ),
    Method(
        name="conversations.invite",
        handler=_invite,
        tier=3,
        scopes=INVITE,
        args=(_CHANNEL, required("users", "list", missing="no_user"), *flags("force")),
        channel=ChannelRule(access="member", live=True, kinds=_NAMED),
    ),
    Method(
        name="conversations.kick",
        handler=_kick,
        tier=3,
        scopes=by_kind("channels:manage", "groups:write"),
        args=(_CHANNEL, required("user", missing="user_not_found")),
        channel=ChannelRule(live=True, kinds=_NAMED),
    ),
    Method(
        name="conversations.join",
        handler=_join,
        tier=3,
        scopes=("channels:join",),
        args=(_CHANNEL,),
        channel=ChannelRule(live=True, kinds=("public",)),
    ),
    Method(
        name="conversations.leave",
        handler=_leave,
        tier=3,
        scopes=MANAGE,
        args=(_CHANNEL,),
        channel=ChannelRule(live=True, kinds=_NAMED),
    ),
    Method(
        name="conversations.members",
        handler=_members,
        tier=4,
        scopes=READ,
        takes_json=False,
        args=(_CHANNEL, *_PAGE),
        channel=ChannelRule(),
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
        name="conversations.history",
        handler=_history,
        tier=3,
        scopes=HISTORY,
        args=(_CHANNEL, *_WINDOW),
        channel=ChannelRule(access="member"),
    ),
    Method(
        name="conversations.replies",
        handler=_replies,
        tier=3,
        scopes=HISTORY,
        takes_json=False,
        args=(_CHANNEL, required("ts", missing="thread_not_found"), *_WINDOW),
        channel=ChannelRule(access="member"),
    ),
    Method(
        name="conversations.open",
        handler=_open,
        tier=3,
        scopes=by_kind("channels:manage", "groups:write", "im:write", "mpim:write"),
        args=(Arg(name="users", kind="list"), *texts("channel"), *flags("return_im", "prevent_creation")),
    ),
)
