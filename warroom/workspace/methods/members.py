"""conversations.invite, kick, join, leave, members."""

from warroom.workspace import channels
from warroom.workspace.methods.conversations import must_be_member, shown
from warroom.workspace.methods.method import (
    INVITE,
    MANAGE,
    READ,
    ApiError,
    Call,
    ChannelRule,
    Method,
    by_kind,
    flags,
    numbers,
    required,
    texts,
)
from warroom.workspace.methods.paging import page
from warroom.workspace.model import ChannelKind, Doc

_MOST_INVITED = 100


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
    return shown(call, channel)


def _invite_problem(call: Call, id_: str) -> str | None:
    """Slack's code for why this one cannot come in.

    Slack documents what the codes mean and not when exactly they come; read here so: only members of companies the channel
    is shared with come from outside (no_external_invite_permission, which Slack Connect's own invitations would lift), a
    guest of one channel stays in that one (ura_max_channels), Slackbot cannot be invited (cant_invite), and where the
    workspace's rules keep conversations.invite from apps a guest is user_is_restricted, anybody else no_permission.
    """
    user = call.office.state.users.get(id_)
    if id_ == "USLACKBOT":
        return "cant_invite"
    if user is None or user.deleted:
        return "user_not_found"
    if id_ == call.bot:
        return "cant_invite_self"
    if id_ in call.channel.members:
        return "already_in_channel"
    problem = channels.joining_problem(call.office.state, call.channel, user)
    if call.is_restricted and problem != "no_external_invite_permission":
        return "user_is_restricted" if user.is_restricted else "no_permission"
    return problem


def _kick(call: Call) -> Doc:
    user = call.text("user")
    must_be_member(call)
    if user not in call.office.state.users:
        raise ApiError("user_not_found")
    if user == call.bot:
        raise ApiError("cant_kick_self")
    if call.channel.is_general:
        raise ApiError("cant_kick_from_general")
    if user not in call.channel.members:
        raise ApiError("not_in_channel")
    channels.leave(call.office, call.channel, user, kicked_by=call.bot)
    return {"ok": True, "errors": {}}


def _join(call: Call) -> Doc:
    if call.bot in call.channel.members:
        call.warnings.append("already_in_channel")
        return shown(call, call.channel)
    return shown(call, channels.join(call.office, call.channel, call.bot))


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
    members, metadata = page(call, call.channel.members, default=100, most=1000, strict=True)
    return {"ok": True, "members": list(members)} | metadata


_CHANNEL = required("channel", missing="channel_not_found")
_NAMED: tuple[ChannelKind, ...] = ("public", "private")
METHODS = (
    Method(
        name="conversations.invite",
        handler=_invite,
        tier=3,
        scopes=INVITE,
        args=(_CHANNEL, required("users", "list", missing="no_user"), *flags("force")),
        channel=ChannelRule(access="member", live=True, kinds=_NAMED),
        restricted=None,
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
        restricted="user_is_restricted",
    ),
    Method(
        name="conversations.members",
        handler=_members,
        tier=4,
        scopes=READ,
        takes_json=False,
        args=(_CHANNEL, *texts("cursor"), *numbers("limit")),
        channel=ChannelRule(),
    ),
)
