"""users.profile.get, getPresence, setPresence, team.profile.get, dnd.*: how people are. Nobody is on do-not-disturb here."""

from warroom.workspace import directory, render
from warroom.workspace.methods.method import ApiError, Arg, Call, Method, flags, required, texts
from warroom.workspace.model import Doc, User

_AWAKE: Doc = {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}


def _user(call: Call) -> User:
    user = call.office.state.users.get(call.text("user") or call.bot)
    if user is None:
        raise ApiError("user_not_found")
    return user


def _profile(call: Call) -> Doc:
    drawn = render.user_doc(call.office.state, _user(call), email=call.has_scope("users:read.email"))
    return {"ok": True, "profile": drawn["profile"] | {"fields": {}}}


def _presence(call: Call) -> Doc:
    """People are active unless they said otherwise; a bot says more of itself."""
    user = _user(call)
    presence = "away" if user.is_away or user.deleted else "active"
    own = {"online": True, "auto_away": False, "manual_away": user.is_away, "connection_count": 1}
    return {"ok": True, "presence": presence} | (own if user.id == call.bot else {})


def _set_presence(call: Call) -> Doc:
    presence = call.text("presence")
    if presence not in ("auto", "away"):
        raise ApiError("invalid_presence")
    bot = call.office.state.users[call.bot]
    if bot.is_away != (presence == "away"):
        directory.change_user(call.office, bot, is_away=presence == "away")
    return {"ok": True}


def _team_profile(_call: Call) -> Doc:
    return {"ok": True, "profile": {"fields": [], "sections": []}}


def _dnd(call: Call) -> Doc:
    _user(call)
    return {"ok": True} | _AWAKE | {"snooze_enabled": False}


def _dnd_team(call: Call) -> Doc:
    known = call.office.state.users
    asked = call.names("users") or [user.id for user in call.office.state.people()]
    return {"ok": True, "users": {id_: _AWAKE for id_ in asked if id_ in known}}


METHODS = (
    Method(
        name="users.profile.get",
        handler=_profile,
        tier=4,
        scopes=("users.profile:read",),
        takes_json=False,
        args=(*texts("user"), *flags("include_labels")),
    ),
    Method(
        name="users.getPresence",
        handler=_presence,
        tier=3,
        scopes=("users:read",),
        takes_json=False,
        args=texts("user"),
    ),
    Method(
        name="users.setPresence",
        handler=_set_presence,
        tier=2,
        scopes=("users:write",),
        args=(required("presence", missing="invalid_presence"),),
    ),
    Method(
        name="team.profile.get",
        handler=_team_profile,
        tier=3,
        scopes=("users.profile:read",),
        takes_json=False,
        args=texts("visibility"),
    ),
    Method(
        name="dnd.info",
        handler=_dnd,
        tier=3,
        scopes=("dnd:read",),
        takes_json=False,
        args=texts("user", "team_id"),
    ),
    Method(
        name="dnd.teamInfo",
        handler=_dnd_team,
        tier=2,
        scopes=("dnd:read",),
        takes_json=False,
        args=(Arg(name="users", kind="list"), *texts("team_id")),
    ),
)
