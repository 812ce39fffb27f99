"""users.info, list, lookupByEmail, conversations; bots.info, team.info, emoji.list."""

from warroom.workspace import render
from warroom.workspace.channels import may_see
from warroom.workspace.methods.conversations import asked_kinds
from warroom.workspace.methods.method import READ, ApiError, Arg, Call, Method, flags, numbers, required, texts
from warroom.workspace.methods.paging import page
from warroom.workspace.model import Doc, User


def _drawn(call: Call, user: User) -> Doc:
    doc = render.user_doc(call.office.state, user, email=call.has_scope("users:read.email"))
    return doc | ({"locale": "en-US"} if call.flag("include_locale") else {})


def _info(call: Call) -> Doc:
    user = call.office.state.users.get(call.text("user"))
    if user is None:
        raise ApiError("user_not_found")
    if user.is_outside and not _is_met(call, user):
        raise ApiError("user_not_visible")
    return {"ok": True, "user": _drawn(call, user)}


def _is_met(call: Call, user: User) -> bool:
    """Whether somebody from outside is in any conversation of this workspace."""
    return any(user.id in channel.members for channel in call.office.state.channels.values())


def _list(call: Call) -> Doc:
    """The workspace's own people; those from outside are found by id only. Without a limit all, if they are not too many."""
    own = [user for user in call.office.state.users.values() if not user.is_outside]
    if not call.number("limit", 0) and len(own) > _LARGE_TEAM:
        raise ApiError("limit_required")
    users, metadata = page(call, own, default=_LARGE_TEAM, most=_LARGE_TEAM)
    members = [_drawn(call, user) for user in users]
    return {"ok": True, "members": members, "cache_ts": int(call.office.state.now())} | metadata


def _lookup_by_email(call: Call) -> Doc:
    wanted = call.text("email").lower()
    user = next((u for u in call.office.state.people() if u.email.lower() == wanted and _is_findable(u)), None)
    if user is None:
        raise ApiError("users_not_found")
    return {"ok": True, "user": _drawn(call, user)}


def _is_findable(user: User) -> bool:
    return not user.deleted and not user.is_outside


def _conversations(call: Call) -> Doc:
    """The conversations of a person that the bot can see too; of the bot itself without `user`."""
    state = call.office.state
    user = call.text("user") or call.bot
    if user not in state.users:
        raise ApiError("user_not_found")
    kinds, exclude = asked_kinds(call), call.flag("exclude_archived")
    found = [
        channel
        for channel in state.channels.values()
        if channel.type in kinds
        and user in channel.members
        and may_see(state, channel, call.bot)
        and not (exclude and channel.is_archived)
    ]
    chosen, metadata = page(call, found, default=100, most=1000, strict=True)
    return {"ok": True, "channels": [render.channel_doc(state, c, call.bot) for c in chosen]} | metadata


def _bots_info(call: Call) -> Doc:
    if call.text("team_id") not in ("", call.office.state.the_team.id):
        raise ApiError("team_not_found")
    if not call.text("bot"):
        return {"ok": True}
    app = next((a for a in call.office.state.apps.values() if a.bot_id == call.text("bot")), None)
    if app is None:
        raise ApiError("bot_not_found")
    return {"ok": True, "bot": render.bot_doc(call.office.state, app)}


def _team_info(call: Call) -> Doc:
    team = call.office.state.the_team
    if call.text("domain") and not call.text("team"):
        raise ApiError("team_not_on_enterprise")
    if call.text("team") not in ("", team.id):
        raise ApiError("team_not_found")
    shown: Doc = {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": ""}
    return {"ok": True, "team": shown | {"url": f"{call.office.base_url}/", "icon": {"image_default": True}}}


def _emoji_list(call: Call) -> Doc:
    """The workspace's own; the categories of Unicode emoji are not known here and stay empty."""
    state = call.office.state
    doc: Doc = {"ok": True, "emoji": {e.name: e.value for e in state.emoji.values()}, "cache_ts": f"{state.now():.6f}"}
    return doc | ({"categories": []} if call.flag("include_categories") else {})


_LARGE_TEAM = 1000  # Slack: "for large teams a limit is required", without a number
_PAGE = (*texts("cursor", "team_id"), *numbers("limit"))
METHODS = (
    Method(
        name="users.info",
        handler=_info,
        tier=4,
        scopes=("users:read",),
        takes_json=False,
        args=(required("user", missing="user_not_found"), *flags("include_locale")),
    ),
    Method(
        name="users.list",
        handler=_list,
        tier=2,
        scopes=("users:read",),
        takes_json=False,
        args=(*_PAGE, *flags("include_locale", "presence")),
    ),
    Method(
        name="users.lookupByEmail",
        handler=_lookup_by_email,
        tier=3,
        scopes=("users:read.email",),
        takes_json=False,
        args=(required("email", missing="users_not_found"),),
    ),
    Method(
        name="users.conversations",
        handler=_conversations,
        tier=3,
        scopes=READ,
        takes_json=False,
        args=(*_PAGE, *texts("user"), *flags("exclude_archived", "exclude_muted"), Arg(name="types", kind="list")),
    ),
    Method(
        name="bots.info",
        handler=_bots_info,
        tier=3,
        scopes=("users:read",),
        takes_json=False,
        args=texts("bot", "team_id"),
    ),
    Method(name="team.info", handler=_team_info, tier=3, scopes=("team:read",), args=texts("team", "domain")),
    Method(
        name="emoji.list",
        handler=_emoji_list,
        tier=2,
        scopes=("emoji:read",),
        takes_json=False,
        args=flags("include_categories"),
    ),
)
