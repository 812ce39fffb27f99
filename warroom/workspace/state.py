"""Everything the workspace knows, in memory, with an explicit write-through.

A change is `keep(value)` or `drop(value)`; `flush()` writes all changes since the last flush in one transaction. The server
flushes before it answers, so what was answered was kept.
"""

import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from warroom.workspace.model import (
    KINDS,
    App,
    Bookmark,
    Channel,
    Emoji,
    Event,
    File,
    FileContent,
    HomeView,
    KeptView,
    Message,
    Partner,
    Pin,
    ReadMark,
    ResponseUrl,
    Scheduled,
    Team,
    User,
    UserGroup,
    Value,
)
from warroom.workspace.store import Store

Clock = Callable[[], float]
"""Seconds since the epoch."""

_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_id(prefix: str, length: int = 10) -> str:
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))


class State:
    """The values by kind, with the few indexes that reading needs."""

    def __init__(self, store: Store | None, now: Clock = time.time) -> None:
        self.now = now
        self.base_url = ""  # where the workspace listens, for the addresses in what it shows
        self.team: Team | None = None
        self._by_kind: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
        self.partners: dict[str, Partner] = self._by_kind["partner"]
        self.users: dict[str, User] = self._by_kind["user"]
        self.apps: dict[str, App] = self._by_kind["app"]
        self.channels: dict[str, Channel] = self._by_kind["channel"]
        self.pins: dict[str, Pin] = self._by_kind["pin"]
        self.bookmarks: dict[str, Bookmark] = self._by_kind["bookmark"]
        self.files: dict[str, File] = self._by_kind["file"]
        self.contents: dict[str, FileContent] = self._by_kind["file_content"]
        self.homes: dict[str, HomeView] = self._by_kind["home_view"]
        self.read_marks: dict[str, ReadMark] = self._by_kind["read_mark"]
        self.groups: dict[str, UserGroup] = self._by_kind["user_group"]
        self.emoji: dict[str, Emoji] = self._by_kind["emoji"]
        self.scheduled: dict[str, Scheduled] = self._by_kind["scheduled"]
        self.events: dict[str, Event] = self._by_kind["event"]
        self.response_urls: dict[str, ResponseUrl] = self._by_kind["response_url"]
        self.views: dict[str, KeptView] = self._by_kind["view"]
        self._messages: dict[str, dict[str, Message]] = defaultdict(dict)
        self._ephemerals: dict[str, dict[str, Message]] = defaultdict(dict)
        self._replies: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._last_us = 0
        self._kept: dict[tuple[str, str], Value] = {}
        self._dropped: dict[tuple[str, str], Value] = {}
        self._store = store
        self._app_kept: Callable[[App], None] = lambda _app: None
        if store is not None:
            for value in store.load():
                self._remember(value)

    def watch_apps(self, heard: Callable[[App], None]) -> None:
        """`heard` is told of every app there is and, from now on, of each that is kept."""
        self._app_kept = heard
        for app in self.apps.values():
            heard(app)

    # -- changing --------------------------------------------------------------------------------------------------

    def keep(self, value: Value) -> None:
        self._remember(value)
        self._dropped.pop((value.kind, value.key), None)
        self._kept[value.kind, value.key] = value
        if isinstance(value, App):
            self._app_kept(value)

    def drop(self, value: Value) -> None:
        if isinstance(value, Message):
            self._forget_message(value)
        else:
            del self._by_kind[value.kind][value.key]
        self._kept.pop((value.kind, value.key), None)
        self._dropped[value.kind, value.key] = value

    def settle(self, event: Event) -> None:
        """Nothing is owed of the event any more. Settling it twice, as a duplicate is, changes nothing."""
        known = self.events.get(event.id)
        if known is not None:
            self.drop(known)
            self.flush()

    def flush(self) -> None:
        if self._store is not None and (self._kept or self._dropped):
            self._store.write(self._kept.values(), self._dropped.values())
        self._kept.clear()
        self._dropped.clear()

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Everything that is changed meanwhile is as it was afterwards; only ts and ids do not come again."""
        by_kind = {kind: dict(values) for kind, values in self._by_kind.items()}
        messages = {channel: dict(values) for channel, values in self._messages.items()}
        ephemerals = {channel: dict(values) for channel, values in self._ephemerals.items()}
        replies = {thread: list(tss) for thread, tss in self._replies.items()}
        kept, dropped, team = dict(self._kept), dict(self._dropped), self.team
        try:
            yield
        finally:
            for kind, values in self._by_kind.items():
                values.clear()
                values.update(by_kind[kind])
            self._messages = defaultdict(dict, messages)
            self._ephemerals = defaultdict(dict, ephemerals)
            self._replies = defaultdict(list, replies)
            self._kept, self._dropped, self.team = kept, dropped, team

    def reset(self) -> None:
        """Forgets everything, in the file too."""
        for values in self._by_kind.values():
            values.clear()
        self.team = None
        self._messages.clear()
        self._ephemerals.clear()
        self._replies.clear()
        self._kept.clear()
        self._dropped.clear()
        if self._store is not None:
            self._store.clear()

    def close(self) -> None:
        self.flush()
        if self._store is not None:
            self._store.close()
            self._store = None

    def _remember(self, value: Value) -> None:
        if isinstance(value, Message):
            self._remember_message(value)
            return
        self._by_kind[value.kind][value.key] = value
        if isinstance(value, Team):
            self.team = value

    def _remember_message(self, message: Message) -> None:
        seconds, micros = message.ts.split(".")
        self._last_us = max(self._last_us, int(seconds) * 1_000_000 + int(micros))
        if message.ephemeral_to:
            self._ephemerals[message.channel][message.ts] = message
            return
        channel = self._messages[message.channel]
        if message.ts not in channel and message.is_reply:
            self._replies[message.channel, message.thread_ts].append(message.ts)
        channel[message.ts] = message

    def _forget_message(self, message: Message) -> None:
        if message.ephemeral_to:
            del self._ephemerals[message.channel][message.ts]
            return
        del self._messages[message.channel][message.ts]
        if message.is_reply:
            self._replies[message.channel, message.thread_ts].remove(message.ts)

    # -- reading ---------------------------------------------------------------------------------------------------

    def next_ts(self) -> str:
        """A ts later than any before it, also across restarts and clocks that step back."""
        self._last_us = max(self._last_us + 1, int(self.now() * 1_000_000))
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    @property
    def the_team(self) -> Team:
        if self.team is None:
            raise RuntimeError("The workspace has not been seeded.")
        return self.team

    def message(self, channel: str, ts: str) -> Message | None:
        return self._messages[channel].get(ts)

    def ephemeral(self, channel: str, ts: str) -> Message | None:
        return self._ephemerals[channel].get(ts)

    def messages(self, channel: str) -> Iterable[Message]:
        """The channel's messages, oldest first, replies among them."""
        return self._messages[channel].values()

    def newest(self, channel: str) -> Iterable[Message]:
        return reversed(self._messages[channel].values())

    def ephemerals(self, channel: str, user: str) -> list[Message]:
        return [m for m in self._ephemerals[channel].values() if m.ephemeral_to == user]

    def replies(self, channel: str, thread_ts: str) -> list[Message]:
        """The replies of a thread, oldest first, without its parent."""
        return [self._messages[channel][ts] for ts in self._replies.get((channel, thread_ts), ())]

    def channel_named(self, name: str) -> Channel | None:
        """Also finds archived channels: their names stay taken."""
        return next((c for c in self.channels.values() if c.name == name and not c.is_direct), None)

    def direct(self, members: Iterable[str]) -> Channel | None:
        wanted = set(members)
        return next((c for c in self.channels.values() if c.is_direct and set(c.members) == wanted), None)

    def pins_of(self, channel: str) -> list[Pin]:
        return [p for p in self.pins.values() if p.channel == channel]

    def bot_users_in(self, channel: Channel) -> list[App]:
        return [a for a in self.apps.values() if a.bot_user_id in channel.members]

    def app_of_token(self, token: str) -> tuple[App, Literal["bot", "app"]] | None:
        """Whose token it is, and of which kind; also of an app whose tokens were taken away."""
        for app in self.apps.values():
            if token == app.bot_token:
                return app, "bot"
            if token == app.app_token:
                return app, "app"
        return None

    def partner_of(self, user: User) -> Partner | None:
        """The company somebody from outside works for."""
        return self.partners.get(user.team_id)

    def people(self) -> list[User]:
        return [u for u in self.users.values() if not u.is_bot]
