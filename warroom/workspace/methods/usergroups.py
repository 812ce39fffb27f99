"""usergroups.create, update, disable, enable, list, users.list, users.update. Paid plans only."""

from collections.abc import Callable

from warroom.workspace import directory, render
from warroom.workspace.methods.method import ApiError, Arg, Call, Method, flags, required, texts
from warroom.workspace.model import Doc, UserGroup
from warroom.workspace.state import new_id


def _paid(handler: Callable[[Call], Doc]) -> Callable[[Call], Doc]:
    """The free plan has no user groups."""

    def checked(call: Call) -> Doc:
        if call.office.state.the_team.plan == "free":
            raise ApiError("plan_upgrade_required")
        return handler(call)

    return checked


def _list(call: Call) -> Doc:
    if call.text("team_id") not in ("", call.office.state.the_team.id):
        raise ApiError("invalid_team")
    disabled = call.flag("include_disabled")
    groups = [g for g in call.office.state.groups.values() if disabled or not g.disabled]
    return {"ok": True, "usergroups": [_drawn(call, g, users=call.flag("include_users")) for g in groups]}


def _drawn(call: Call, group: UserGroup, *, users: bool = True) -> Doc:
    return render.group_doc(call.office.state, group, count=call.flag("include_count"), users=users)


def _users(call: Call) -> Doc:
    group = _group(call)
    if group.disabled and not call.flag("include_disabled"):
        raise ApiError("no_such_subteam")
    return {"ok": True, "users": list(group.users)}


def _group(call: Call) -> UserGroup:
    group = call.office.state.groups.get(call.text("usergroup"))
    if group is None:
        raise ApiError("no_such_subteam")
    return group


def _create(call: Call) -> Doc:
    handle = call.text("handle") or "-".join(call.text("name").lower().split())
    _free(call, call.text("name"), handle)
    now = int(call.office.state.now())
    group = UserGroup(
        id=new_id("S"),
        handle=handle,
        name=call.text("name"),
        description=call.text("description"),
        users=(),
        created=now,
        updated_by=call.bot,
    )
    directory.add_group(call.office, group)
    return {"ok": True, "usergroup": _drawn(call, group)}


def _free(call: Call, name: str, handle: str, itself: UserGroup | None = None) -> None:
    """Both the name and the handle are unique; a handle shares its names with people and channels."""
    state = call.office.state
    others = [g for g in state.groups.values() if g is not itself]
    if any(g.name == name for g in others):
        raise ApiError("name_already_exists")
    taken = {*(g.handle for g in others), *(u.name for u in state.users.values())}
    if handle in taken or state.channel_named(handle) is not None:
        raise ApiError("handle_already_exists")


def _update(call: Call) -> Doc:
    group = _group(call)
    given = {name: call.text(name) for name in ("name", "handle", "description") if name in call.args}
    _free(call, given.get("name", group.name), given.get("handle", group.handle), group)
    return {"ok": True, "usergroup": _drawn(call, directory.change_group(call.office, group, call.bot, **given))}


def _set_users(call: Call) -> Doc:
    group, users = _group(call), call.names("users")
    known = call.office.state.users
    if not users or any(id_ not in known or known[id_].is_bot for id_ in users):
        raise ApiError("invalid_users")
    changed = directory.change_group(call.office, group, call.bot, users=tuple(dict.fromkeys(users)))
    return {"ok": True, "usergroup": _drawn(call, changed)}


def _disable(call: Call) -> Doc:
    now = int(call.office.state.now())
    return {
        "ok": True,
        "usergroup": _drawn(call, directory.change_group(call.office, _group(call), call.bot, disabled=now)),
    }


def _enable(call: Call) -> Doc:
    return {
        "ok": True,
        "usergroup": _drawn(call, directory.change_group(call.office, _group(call), call.bot, disabled=0)),
    }


_GROUP = required("usergroup", missing="no_such_subteam")
_CHANNELS = Arg(name="channels", kind="list")  # a group's default channels are not kept
_MORE = (*texts("team_id"), *flags("include_count"))


def _write(name: str, handler: Callable[[Call], Doc], *args: Arg) -> Method:
    return Method(name=name, handler=_paid(handler), tier=2, scopes=("usergroups:write",), args=(*args, *_MORE))


METHODS = (
    Method(
        name="usergroups.list",
        handler=_paid(_list),
        tier=2,
        scopes=("usergroups:read",),
        takes_json=False,
        args=(*flags("include_count", "include_disabled", "include_users"), *texts("team_id")),
    ),
    Method(
        name="usergroups.users.list",
        handler=_paid(_users),
        tier=2,
        scopes=("usergroups:read",),
        takes_json=False,
        args=(_GROUP, *flags("include_disabled"), *texts("team_id")),
    ),
    _write("usergroups.create", _create, required("name"), *texts("handle", "description"), _CHANNELS),
    _write("usergroups.update", _update, _GROUP, *texts("name", "handle", "description"), _CHANNELS),
    _write("usergroups.users.update", _set_users, _GROUP, required("users", "list", missing="invalid_users")),
    _write("usergroups.disable", _disable, _GROUP),
    _write("usergroups.enable", _enable, _GROUP),
)
