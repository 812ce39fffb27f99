"""Everything the workspace knows, in memory, with an explicit write-through.

A change is `keep(value)` or `drop(value)`; `flush()` writes all changes since the last flush in one transaction. The server
flushes before it answers, so what was answered was kept.
"""

import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterable

from warroom.workspace.model import (
    App,
    Bookmark,
    Channel,
    File,
    FileContent,
    HomeView,
    Message,
    Pin,
    ReadMark,
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
        self.team: Team | None = None
        self.users: dict[str, User] = {}
        self.apps: dict[str, App] = {}
        self.channels: dict[str, Channel] = {}
        self.pins: dict[str, Pin] = {}
        self.bookmarks: dict[str, Bookmark] = {}
        self.files: dict[str, File] = {}
        self.contents: dict[str, FileContent] = {}
        self.homes: dict[str, HomeView] = {}
        self.read_marks: dict[str, ReadMark] = {}
        self.groups: dict[str, UserGroup] = {}
        self._messages: dict[str, dict[str, Message]] = defaultdict(dict)
        self._ephemerals: dict[str, dict[str, Message]] = defaultdict(dict)
        self._replies: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._last_us = 0
        self._kept: dict[tuple[str, str], Value] = {}
        self._dropped: dict[tuple[str, str], Value] = {}
        self._store = store
        if store is not None:
            for value in store.load():
                self._remember(value)

    # -- changing --------------------------------------------------------------------------------------------------

    def keep(self, value: Value) -> None:
        self._remember(value)
        self._dropped.pop((value.kind, value.key), None)
        self._kept[value.kind, value.key] = value

    def drop(self, value: Value) -> None:
        match value:
            case Message(ephemeral_to=""):
                del self._messages[value.channel][value.ts]
                if value.is_reply:
                    self._replies[value.channel, value.thread_ts].remove(value.ts)
            case Message():
                del self._ephemerals[value.channel][value.ts]
            case Pin():
                del self.pins[value.key]
            case Bookmark():
                del self.bookmarks[value.key]
            case _:
                raise TypeError(f"A {value.kind} is never dropped.")
        self._kept.pop((value.kind, value.key), None)
        self._dropped[value.kind, value.key] = value

    def flush(self) -> None:
        if self._store is not None and (self._kept or self._dropped):
            self._store.write(self._kept.values(), self._dropped.values())
        self._kept.clear()
        self._dropped.clear()

    def close(self) -> None:
        self.flush()
        if self._store is not None:
            self._store.close()
            self._store = None

    def _remember(self, value: Value) -> None:
        match value:
            case Team():
                self.team = value
            case User():
                self.users[value.key] = value
            case App():
                self.apps[value.key] = value
            case Channel():
                self.channels[value.key] = value
            case Message():
                self._remember_message(value)
            case Pin():
                self.pins[value.key] = value
            case Bookmark():
                self.bookmarks[value.key] = value
            case File():
                self.files[value.key] = value
            case FileContent():
                self.contents[value.key] = value
            case HomeView():
                self.homes[value.key] = value
            case ReadMark():
                self.read_marks[value.key] = value
            case UserGroup():
                self.groups[value.key] = value

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

    def people(self) -> list[User]:
        return [u for u in self.users.values() if not u.is_bot]
