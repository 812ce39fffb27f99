"""What can be done with views: open, push, update, close, publish on the Home tab."""

import json
from typing import Any

from warroom.workspace.blockkit.elements import filled_in
from warroom.workspace.model import App, Doc, HomeView
from warroom.workspace.office import Office
from warroom.workspace.state import new_id
from warroom.workspace.viewstack import MOST_VIEWS, VIEW_BYTES, OpenView, draw_view


class ViewRefused(Exception):
    """Slack's code for why the view was not shown."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def open_view(office: Office, app: App, user: str, given: Doc) -> OpenView:
    """Opens a modal as the only one of its stack."""
    _check(office, app, given)
    id_ = new_id("V")
    view = OpenView(app_id=app.id, user=user, doc=_drawn(office, app, given, id_, id_, None))
    for closed in office.modals.clear(user):
        _say_closed(office, closed, cleared=True)
    office.modals.replace_stack(user, view)
    office.streams.publish([user], {"type": "view_opened", "view": view.shown()})
    return view


def push_view(office: Office, app: App, user: str, given: Doc) -> OpenView:
    """Puts a modal on top of those that are open."""
    stack = office.modals.stack(user)
    if len(stack) >= MOST_VIEWS:
        raise ViewRefused("push_limit_reached")
    _check(office, app, given)
    top = stack[-1]
    view = OpenView(
        app_id=app.id,
        user=user,
        doc=_drawn(office, app, given, new_id("V"), str(top.doc["root_view_id"]), top.id),
    )
    stack.append(view)
    office.streams.publish([user], {"type": "view_pushed", "view": view.shown()})
    return view


def update_view(office: Office, app: App, view: OpenView, given: Doc, hash_: str = "") -> OpenView:
    """Replaces a modal's content; inputs whose block_id and action_id stay keep what was entered.

    Raises:
        ViewRefused: `hash_conflict` if `hash_` is given and is not the view's.
    """
    if hash_ and hash_ != view.doc["hash"]:
        raise ViewRefused("hash_conflict")
    _check(office, app, given, replacing=view)
    old = view.doc
    view.doc = _drawn(office, app, given, view.id, str(old["root_view_id"]), old["previous_view_id"])
    if not given.get("external_id"):
        view.doc["external_id"] = old["external_id"]
    office.streams.publish([view.user], {"type": "view_updated", "view": view.shown()})
    return view


def close_view(office: Office, view: OpenView) -> None:
    office.modals.remove(view)
    _say_closed(office, view, cleared=False)


def clear_views(office: Office, user: str) -> list[OpenView]:
    """Closes all of a person's modals; returns them, top first."""
    closed = office.modals.clear(user)
    for view in closed:
        _say_closed(office, view, cleared=True)
    return closed


def publish_home(office: Office, app: App, user: str, given: Doc, hash_: str = "") -> Doc:
    """Shows a view on the app's Home tab of one person."""
    if not app.features.home_tab:
        raise ViewRefused("not_enabled")
    known = office.state.homes.get(f"{app.id}:{user}")
    if hash_ and known is not None and known.view["hash"] != hash_:
        raise ViewRefused("hash_conflict")
    _check_size(given)
    id_ = known.view["id"] if known is not None else new_id("V")
    view = _drawn(office, app, given, id_, id_, None)
    office.state.keep(HomeView(app_id=app.id, user=user, view=view))
    office.streams.publish([user], {"type": "home", "app_id": app.id, "view": view})
    return view


def _say_closed(office: Office, view: OpenView, *, cleared: bool) -> None:
    office.streams.publish([view.user], {"type": "view_closed", "view_id": view.id, "cleared": cleared})


def _drawn(office: Office, app: App, given: Doc, id_: str, root: str, previous: Any) -> Doc:
    return draw_view(
        office.state, app, {**given, "blocks": filled_in(given["blocks"])}, id_=id_, root=root, previous=previous
    )


def _check(office: Office, app: App, given: Doc, replacing: OpenView | None = None) -> None:
    _check_size(given)
    external_id = given.get("external_id")
    if external_id:
        other = office.modals.find_external(app.id, external_id)
        if other is not None and other is not replacing:
            raise ViewRefused("duplicate_external_id")


def _check_size(given: Doc) -> None:
    if len(json.dumps(given, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise ViewRefused("view_too_large")
