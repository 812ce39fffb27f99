"""users.*, usergroups.*, bots.info, team.info, emoji.list."""

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
    return {"ok": True, "user": _drawn(call, user)}


def _list(call: Call) -> Doc:
    users, metadata = page(call, list(call.office.state.users.values()), default=1000, most=1000)
    members = [_drawn(call, user) for user in users]
    return {"ok": True, "members": members, "cache_ts": int(call.office.state.now())} | metadata


def _lookup_by_email(call: Call) -> Doc:
    wanted = call.text("email").lower()
    user = next((u for u in call.office.state.people() if u.email.lower() == wanted and not u.deleted), None)
    if user is None:
        raise ApiError("users_not_found")
    return {"ok": True, "user": _drawn(call, user)}


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
    chosen, metadata = page(call, found, default=100, most=1000)
    return {"ok": True, "channels": [render.channel_doc(state, c, call.bot) for c in chosen]} | metadata


def _groups(call: Call) -> Doc:
    count, users = call.flag("include_count"), call.flag("include_users")
    groups = call.office.state.groups.values()
    return {
        "ok": True,
        "usergroups": [render.group_doc(call.office.state, g, count=count, users=users) for g in groups],
    }


def _group_users(call: Call) -> Doc:
    group = call.office.state.groups.get(call.text("usergroup"))
    if group is None:
        raise ApiError("no_such_subteam")
    return {"ok": True, "users": list(group.users)}


def _bots_info(call: Call) -> Doc:
    if not call.text("bot"):
        return {"ok": True}
    app = next((a for a in call.office.state.apps.values() if a.bot_id == call.text("bot")), None)
    if app is None:
        raise ApiError("bot_not_found")
    return {"ok": True, "bot": render.bot_doc(app)}


def _team_info(call: Call) -> Doc:
    team = call.office.state.the_team
    if call.text("team") not in ("", team.id):
        raise ApiError("team_not_found")
    shown: Doc = {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": ""}
    return {"ok": True, "team": shown | {"url": f"{call.office.base_url}/", "icon": {"image_default": True}}}


def _emoji_list(call: Call) -> Doc:
    return {"ok": True, "emoji": {}, "cache_ts": f"{call.office.state.now():.6f}"}


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
        args=(*_PAGE, *texts("user"), *flags("exclude_archived"), Arg(name="types", kind="list")),
    ),
    Method(
        name="usergroups.list",
        handler=_groups,
        tier=2,
        scopes=("usergroups:read",),
        takes_json=False,
        args=(*flags("include_count", "include_disabled", "include_users"), *texts("team_id")),
    ),
    Method(
        name="usergroups.users.list",
        handler=_group_users,
        tier=2,
        scopes=("usergroups:read",),
        takes_json=False,
        args=(required("usergroup", missing="no_such_subteam"), *flags("include_disabled"), *texts("team_id")),
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
