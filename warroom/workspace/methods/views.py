"""views.open, push, update, publish and blocks.validate."""

import json
from typing import Any, Literal

from warroom.workspace import views
from warroom.workspace.blockkit.check import check_blocks, check_message, check_view
from warroom.workspace.blockkit.rules import Problem
from warroom.workspace.methods.content import refuse_blocks
from warroom.workspace.methods.method import ApiError, Arg, Call, Method, required, texts
from warroom.workspace.model import Doc
from warroom.workspace.tickets import Trigger
from warroom.workspace.views import ViewRefused
from warroom.workspace.viewstack import OpenView

LONGEST_VALIDATED = 100_000  # characters of JSON that blocks.validate takes


def _view(call: Call, *allowed: Literal["modal", "home"]) -> Doc:
    view = call.json("view")
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments", messages=("[ERROR] must provide an object [json-pointer:/view]",))
    refuse_blocks(check_view(view, *allowed), "invalid_arguments")
    return view


def _trigger(call: Call) -> Trigger:
    trigger = call.office.triggers.check(call.text("trigger_id"), call.app.id)
    if isinstance(trigger, str):
        raise ApiError(trigger)
    return trigger


def _open(call: Call) -> Doc:
    given, trigger = _view(call, "modal"), _trigger(call)
    try:
        view = views.open_view(call.office, call.app, trigger.user, given)
    except ViewRefused as refused:
        raise ApiError(refused.code) from None
    trigger.used = True
    return {"ok": True, "view": view.shown()}


def _push(call: Call) -> Doc:
    given, trigger = _view(call, "modal"), _trigger(call)
    if not trigger.view_id or call.office.modals.find(trigger.view_id) is None:
        raise ApiError("not_found")
    try:
        view = views.push_view(call.office, call.app, trigger.user, given)
    except ViewRefused as refused:
        raise ApiError(refused.code) from None
    trigger.used = True
    return {"ok": True, "view": view.shown()}


def _update(call: Call) -> Doc:
    given, view = _view(call, "modal"), _open_view(call)
    try:
        return {"ok": True, "view": views.update_view(call.office, call.app, view, given, call.text("hash")).shown()}
    except ViewRefused as refused:
        raise ApiError(refused.code) from None


def _open_view(call: Call) -> OpenView:
    modals, view_id, external_id = call.office.modals, call.text("view_id"), call.text("external_id")
    if bool(view_id) == bool(external_id):
        raise ApiError("invalid_arguments", messages=("[ERROR] must provide exactly one of: view_id, external_id",))
    view = modals.find(view_id) if view_id else modals.find_external(call.app.id, external_id)
    if view is None or view.app_id != call.app.id:
        raise ApiError("not_found")
    return view


def _publish(call: Call) -> Doc:
    given = _view(call, "home")
    user = call.office.state.users.get(call.text("user_id"))
    if user is None or user.is_bot:
        raise ApiError("invalid_arguments", messages=("[ERROR] invalid user_id [json-pointer:/user_id]",))
    _must_be_new(call, str(given.get("external_id") or ""), user.id)
    try:
        return {"ok": True, "view": views.publish_home(call.office, call.app, user.id, given, call.text("hash"))}
    except ViewRefused as refused:
        raise ApiError(refused.code) from None


def _must_be_new(call: Call, external_id: str, user: str) -> None:
    """An external_id names one view: no modal that is open and no Home view of another person may have it."""
    office = call.office
    homes = (h for h in office.state.homes.values() if h.app_id == call.app.id and h.user != user)
    taken = office.modals.find_external(call.app.id, external_id) or any(
        h.view.get("external_id") == external_id for h in homes
    )
    if external_id and taken:
        raise ApiError("duplicate_external_id")


def _validate(call: Call) -> Doc:
    """blocks.validate: exactly one of the three, whole problems as Slack lists them."""
    given = {name: value for name in ("blocks", "view", "message") if (value := call.json(name)) is not None}
    if len(given) != 1:
        raise ApiError("invalid_arguments", messages=("[ERROR] must provide exactly one of: blocks, view, message",))
    ((name, value),) = given.items()
    if len(json.dumps(value, ensure_ascii=False, separators=(",", ":"))) > LONGEST_VALIDATED:
        says = f"[ERROR] must be less than {LONGEST_VALIDATED + 1} characters [json-pointer:/{name}]"
        raise ApiError("invalid_arguments", messages=(says,))
    problems = _problems(name, value)
    if problems:
        raise ApiError(f"invalid_{name}", errors=[p.doc() for p in problems])
    return {"ok": True}


def _problems(name: str, value: Any) -> list[Problem]:
    """The problems; pointers begin within the argument."""
    match name:
        case "blocks":
            return check_blocks(value, "")
        case "view":
            return check_view(value, "modal", "home", at="")
        case _:
            return check_message(value)


_VIEW = required("view", "json")
METHODS = (
    Method(
        name="views.open",
        handler=_open,
        tier=4,
        args=(_VIEW, required("trigger_id"), *texts("interactivity_pointer")),
    ),
    Method(
        name="views.push",
        handler=_push,
        tier=4,
        args=(_VIEW, required("trigger_id"), *texts("interactivity_pointer")),
    ),
    Method(
        name="views.update",
        handler=_update,
        tier=4,
        args=(_VIEW, *texts("view_id", "external_id", "hash")),
    ),
    Method(
        name="views.publish",
        handler=_publish,
        tier=4,
        args=(_VIEW, required("user_id"), *texts("hash", "interactivity_pointer")),
    ),
    Method(
        name="blocks.validate",
        handler=_validate,
        tier=3,
        caller="anybody",
        args=(
            Arg(name="blocks", kind="json"),
            Arg(name="view", kind="json"),
            Arg(name="message", kind="json"),
        ),
    ),
)
