"""How people look after a channel: its name, its topic and purpose, who is in it, its bookmarks."""

import re
from collections.abc import Callable
from typing import Any

from warroom.workspace import channels, render
from warroom.workspace.model import Bookmark, Channel, Doc, User
from warroom.workspace.office import Office
from warroom.workspace.refusals import Refused
from warroom.workspace.said import as_sent
from warroom.workspace.state import new_id

_LONGEST_TITLE = 256
_LONGEST_LINK = 2048
_LINK = re.compile(r"https?://\S+")
_EMOJI = re.compile(r":[^\s:]+:")

FindChannel = Callable[[User, Doc], Channel]
FindUser = Callable[[Any], User]


class Tending:
    """`live` finds a conversation that the person is in and may change, `find` a person by id."""

    def __init__(self, office: Office, live: FindChannel, find: FindUser) -> None:
        self._office, self._state, self._live, self._find = office, office.state, live, find

    async def describe(self, user: User, body: Doc) -> Doc:
        """`POST /local/describe`: a new `topic`, a new `purpose`, or both."""
        channel = self._live(user, body)
        for name, change in (("topic", channels.set_topic), ("purpose", channels.set_purpose)):
            if name in body:
                channel = change(self._office, channel, self._worded(name, body[name]), user.id)
        return self._shown(channel, user)

    def _worded(self, name: str, text: Any) -> str:
        words = as_sent(self._state, str(text or "").strip())
        if len(words) > channels.LONGEST_TOPIC:
            raise Refused("too_long", f"A {name} has at most {channels.LONGEST_TOPIC} characters.")
        return words

    async def rename(self, user: User, body: Doc) -> Doc:
        """`POST /local/rename`: a new `name`. The page checks nothing: the rules are those of a new channel."""
        channel, name = self._named(user, body), str(body.get("name", "")).removeprefix("#")
        if channels.name_problem(name) is not None:
            raise Refused("invalid_name", "A channel name has lowercase letters, digits, hyphens and underscores only.")
        taken = self._state.channel_named(name)
        if taken is not None and taken.id != channel.id:
            raise Refused("name_taken", "A channel of this name exists already, perhaps an archived one.")
        if name != channel.name:
            channel = channels.rename(self._office, channel, name, user.id)
        return self._shown(channel, user)

    async def kick(self, user: User, body: Doc) -> Doc:
        """`POST /local/kick`: takes `user` out of the channel."""
        channel, other = self._named(user, body), self._find(body.get("user"))
        if other.id == user.id:
            raise Refused("cant_kick_self", "You cannot remove yourself; leave the channel instead.")
        if channel.is_general:
            raise Refused("cant_kick_from_general", "Nobody can be removed from this channel.")
        if other.id not in channel.members:
            raise Refused("not_in_channel", f"{other.real_name or other.name} is not in this channel.")
        channels.leave(self._office, channel, other.id, kicked_by=user.id)
        return {}

    def bookmarks(self, channel: Channel) -> Doc:
        """`GET /local/bookmarks`: the links at the top of a channel, oldest first."""
        return {"bookmarks": render.bookmarks_doc(self._state, channel)}

    async def bookmark(self, user: User, body: Doc) -> Doc:
        """`POST /local/bookmark`: a `link` under a `title`, perhaps with an `emoji`; or with `remove` the id of one to drop."""
        channel = self._live(user, body)
        if body.get("remove"):
            known = self._state.bookmarks.get(str(body["remove"]))
            if known is None or known.channel != channel.id:
                raise Refused("not_found", "This bookmark is gone.")
            self._state.drop(known)
        else:
            self._state.keep(self._marked(user, channel, body))
        self._office.show_bookmarks(channel)
        return self.bookmarks(channel)

    def _marked(self, user: User, channel: Channel, body: Doc) -> Bookmark:
        title, link, emoji = (str(body.get(name) or "").strip() for name in ("title", "link", "emoji"))
        if not _LINK.fullmatch(link) or len(link) > _LONGEST_LINK:
            raise Refused("invalid_link", "A link begins with https:// or http:// and has at most 2,048 characters.")
        if not 1 <= len(title) <= _LONGEST_TITLE:
            raise Refused("invalid_title", "A bookmark needs a name of at most 256 characters.")
        if emoji and not _EMOJI.fullmatch(emoji):
            raise Refused("invalid_emoji", "An emoji is written like :fire:.")
        now = int(self._state.now())
        return Bookmark(
            id=new_id("Bk"), channel=channel.id, title=title, link=link, emoji=emoji, user=user.id, created=now
        )

    def _named(self, user: User, body: Doc) -> Channel:
        channel = self._live(user, body)
        if channel.is_direct:
            raise Refused("not_a_channel", "A direct message has neither a name nor members that change.")
        return channel

    def _shown(self, channel: Channel, user: User) -> Doc:
        return {"channel": render.shown_channel(self._state, channel, user.id)}
