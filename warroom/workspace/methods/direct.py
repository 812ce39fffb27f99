"""conversations.open, close: direct messages with one or several people."""

from warroom.workspace import channels, render
from warroom.workspace.methods.method import (
    MANAGE,
    ApiError,
    Arg,
    Call,
    ChannelRule,
    Method,
    by_kind,
    flags,
    need_scope,
    required,
    texts,
)
from warroom.workspace.model import Channel, Doc, User

_MOST_IN_DIRECT = 8


def _open(call: Call) -> Doc:
    channel, existed = _direct(call)
    shown: Doc = {"id": channel.id}
    if call.flag("return_im"):
        shown = render.whole_channel_doc(call.office.state, channel, call.bot)
    return {"ok": True, "channel": shown} | ({"no_op": True, "already_open": True} if existed else {})


def _direct(call: Call) -> tuple[Channel, bool]:
    if call.text("channel"):
        return _known(call, call.text("channel")), True
    users = [user for user in dict.fromkeys(call.names("users")) if user != call.bot]
    if not call.names("users"):
        raise ApiError("users_list_not_supplied")
    if not users:
        raise ApiError("not_enough_users")
    if len(users) > _MOST_IN_DIRECT:
        raise ApiError("too_many_users")
    need_scope(call, "im" if len(users) == 1 else "mpim", MANAGE)
    _may_meet(call, [_somebody(call, user) for user in users])
    members = (call.bot, *users)
    if call.flag("prevent_creation") and call.office.state.direct(members) is None:
        raise ApiError("channel_not_found")
    return channels.open_direct(call.office, members)


def _known(call: Call, id_: str) -> Channel:
    known = call.office.state.channels.get(id_)
    if known is None or not channels.may_see(call.office.state, known, call.bot):
        raise ApiError("channel_not_found")
    if not known.is_direct:
        raise ApiError("method_not_supported_for_channel_type")
    return channels.open_direct(call.office, (call.bot, *(m for m in known.members if m != call.bot)))[0]


def _somebody(call: Call, id_: str) -> User:
    user = call.office.state.users.get(id_)
    if user is None:
        raise ApiError("user_not_found")
    if user.deleted:
        raise ApiError("user_disabled")
    return user


def _may_meet(call: Call, users: list[User]) -> None:
    """People from outside are met in shared channels: one who is in none is not seen, several need one in common."""
    outside = {user.id for user in users if user.is_outside}
    shared = [set(c.members) for c in call.office.state.channels.values() if c.shared_with]
    if any(not any(id_ in members for members in shared) for id_ in outside):
        raise ApiError("user_not_visible")
    if outside and not any(outside <= members for members in shared):
        raise ApiError("invalid_user_combination")


def _close(call: Call) -> Doc:
    closed = channels.close_direct(call.office, call.channel, call.bot)
    return {"ok": True} if closed else {"ok": True, "no_op": True, "already_closed": True}


_CHANNEL = required("channel", missing="channel_not_found")
METHODS = (
    Method(
        name="conversations.open",
        handler=_open,
        tier=3,
        scopes=by_kind("channels:manage", "groups:write", "im:write", "mpim:write"),
        args=(Arg(name="users", kind="list"), *texts("channel"), *flags("return_im", "prevent_creation")),
    ),
    Method(
        name="conversations.close",
        handler=_close,
        tier=2,
        scopes=MANAGE,
        args=(_CHANNEL,),
        channel=ChannelRule(access="member", kinds=("im", "mpim")),
    ),
)
