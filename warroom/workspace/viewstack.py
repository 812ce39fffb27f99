"""The modals that are open, by person: a stack of at most three per person. They survive a restart of the workspace.

A view is kept as the JSON object Slack's API shows, beside what the person has filled in so far.
"""

import copy
import json
import time
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from warroom.workspace.blockkit.elements import initial_state, interactive_elements
from warroom.workspace.model import App, Doc, KeptView
from warroom.workspace.state import State, new_id

MOST_VIEWS = 3
VIEW_BYTES = 250 * 1024


@dataclass(kw_only=True)
class OpenView:
    """One open modal. `filled` is what the person has entered: block_id -> action_id -> value."""

    app_id: str
    user: str
    doc: Doc
    filled: dict[str, dict[str, Doc]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.doc["id"])

    def values(self) -> dict[str, dict[str, Doc]]:
        """The state of every input: what was filled in, else its initial value. Ids that are gone are left out."""
        values: dict[str, dict[str, Doc]] = {}
        for block, element in interactive_elements(self.doc["blocks"]):
            initial = initial_state(element)
            if initial is not None:
                kept = self.filled.get(block["block_id"], {}).get(element["action_id"])
                same = kept if kept is not None and kept.get("type") == element["type"] else None
                values.setdefault(block["block_id"], {})[element["action_id"]] = same or initial
        return values

    def shown(self) -> Doc:
        """The view as API replies and payloads carry it."""
        return self.doc | {"state": {"values": self.values()}}


class Modals:
    """Everybody's stacks."""

    def __init__(self, state: State) -> None:
        self._stacks: dict[str, list[OpenView]] = {}
        self._written: dict[str, str] = {}
        for kept in sorted(state.views.values(), key=lambda view: view.place):
            view = OpenView(app_id=kept.app_id, user=kept.user, doc=kept.doc, filled=kept.filled)
            self.stack(kept.user).append(view)

    def copy(self) -> Self:
        return copy.deepcopy(self)

    def keep(self, state: State) -> None:
        """Keeps what has changed since the last time."""
        now = {
            view.id: KeptView(
                id=view.id, app_id=view.app_id, user=user, place=place, doc=view.doc, filled=dict(view.filled)
            )
            for user, stack in self._stacks.items()
            for place, view in enumerate(stack)
        }
        written = {id_: json.dumps(asdict(view)) for id_, view in now.items()}
        for gone in [view for id_, view in state.views.items() if id_ not in now]:
            state.drop(gone)
            self._written.pop(gone.id, None)
        for id_, view in now.items():
            if written[id_] != self._written.get(id_):
                state.keep(view)
        self._written = written

    def stack(self, user: str) -> list[OpenView]:
        return self._stacks.setdefault(user, [])

    def find(self, view_id: str) -> OpenView | None:
        return next((v for stack in self._stacks.values() for v in stack if v.id == view_id), None)

    def find_external(self, app_id: str, external_id: str) -> OpenView | None:
        every = (v for stack in self._stacks.values() for v in stack)
        return next((v for v in every if v.app_id == app_id and v.doc["external_id"] == external_id), None)

    def replace_stack(self, user: str, view: OpenView) -> None:
        self._stacks[user] = [view]

    def remove(self, view: OpenView) -> None:
        self._stacks[view.user] = [v for v in self.stack(view.user) if v is not view]

    def forget(self) -> None:
        """Nobody has a modal open any more."""
        self._stacks.clear()
        self._written.clear()

    def clear(self, user: str) -> list[OpenView]:
        """Closes everything of this person; the views that were open, top first."""
        return self._stacks.pop(user, [])[::-1]


def new_hash() -> str:
    return f"{int(time.time())}.{new_id('', 8).lower()}"


def draw_view(state: State, app: App, given: Doc, *, id_: str, root: str, previous: str | None) -> Doc:
    """The view object of the API from what the app gave, with ids filled in."""
    doc: dict[str, Any] = {
        "id": id_,
        "team_id": state.the_team.id,
        "type": given["type"],
        "blocks": given["blocks"],
        "private_metadata": given.get("private_metadata", ""),
        "callback_id": given.get("callback_id", ""),
        "state": {"values": {}},
        "hash": new_hash(),
        "clear_on_close": bool(given.get("clear_on_close", False)),
        "notify_on_close": bool(given.get("notify_on_close", False)),
        "root_view_id": root,
        "previous_view_id": previous,
        "app_id": app.id,
        "external_id": given.get("external_id", ""),
        "app_installed_team_id": state.the_team.id,
        "bot_id": app.bot_id,
        "title": given.get("title"),
        "close": given.get("close"),
        "submit": given.get("submit"),
    }
    if given.get("submit_disabled"):
        doc["submit_disabled"] = True
    return doc
