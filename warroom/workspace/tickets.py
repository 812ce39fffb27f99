"""What an app is handed for a short while: trigger ids (3 s, one use) and response URLs (30 minutes, five uses)."""

import secrets
from dataclasses import dataclass, replace
from typing import Literal

from warroom.workspace.model import ResponseUrl
from warroom.workspace.state import Clock, State
from warroom.workspace.timing import Timing

TriggerError = Literal["invalid_trigger_id", "expired_trigger_id", "exchanged_trigger_id"]


@dataclass(kw_only=True)
class Trigger:
    """Lets an app open a view for the person who acted. `view_id` is the modal the person acted in, if any."""

    id: str
    app_id: str
    user: str
    view_id: str
    until: float
    used: bool = False


class Triggers:
    def __init__(self, now: Clock, timing: Timing) -> None:
        self._now, self._timing = now, timing
        self._triggers: dict[str, Trigger] = {}

    def issue(self, app_id: str, user: str, view_id: str = "") -> str:
        self._forget_old()
        number = secrets.randbelow(10**12)
        id_ = f"{number}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[id_] = Trigger(
            id=id_, app_id=app_id, user=user, view_id=view_id, until=self._now() + self._timing.trigger
        )
        return id_

    def check(self, id_: str, app_id: str) -> Trigger | TriggerError:
        """The trigger, or why it cannot be used. Using it is a second step: a refused view does not use it up."""
        trigger = self._triggers.get(id_)
        if trigger is None or trigger.app_id != app_id:
            return "invalid_trigger_id"
        if trigger.used:
            return "exchanged_trigger_id"
        return "expired_trigger_id" if self._now() > trigger.until else trigger

    def _forget_old(self) -> None:
        limit = self._now() - 600
        for id_ in [t.id for t in self._triggers.values() if t.until < limit]:
            del self._triggers[id_]


class ResponseUrls:
    """Kept with the rest, so that an app may answer after the workspace was started again."""

    def __init__(self, state: State, timing: Timing) -> None:
        self._state, self._timing = state, timing

    def issue(self, *, app_id: str, user: str, channel: str, thread_ts: str = "", message_ts: str = "") -> str:
        """Returns the path of the URL."""
        path = f"{secrets.randbelow(10**13)}/{secrets.token_urlsafe(18)}"
        self._forget_old()
        self._state.keep(
            ResponseUrl(
                path=path,
                app_id=app_id,
                user=user,
                channel=channel,
                thread_ts=thread_ts,
                message_ts=message_ts,
                until=self._state.now() + self._timing.response_url,
                uses=self._timing.response_url_uses,
            )
        )
        return path

    def use(self, path: str) -> ResponseUrl | Literal["expired_url", "used_url"]:
        found = self._state.response_urls.get(path)
        if found is None or self._state.now() > found.until:
            return "expired_url"
        if found.uses <= 0:
            return "used_url"
        used = replace(found, uses=found.uses - 1)
        self._state.keep(used)
        return used

    def _forget_old(self) -> None:
        now = self._state.now()
        for old in [url for url in self._state.response_urls.values() if url.until < now]:
            self._state.drop(old)
