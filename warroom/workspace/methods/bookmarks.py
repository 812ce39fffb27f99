"""bookmarks.add, edit, list, remove. Only links: nothing else can be bookmarked here."""

import re
from dataclasses import replace

from warroom.workspace import render
from warroom.workspace.methods.method import ApiError, Call, ChannelRule, Method, required, texts
from warroom.workspace.model import Bookmark, Doc
from warroom.workspace.state import new_id

_MOST = 100
_LONGEST_TITLE = 256
_LONGEST_LINK = 2048


def _add(call: Call) -> Doc:
    state = call.office.state
    if call.text("type") != "link":
        raise ApiError("invalid_bookmark_type")
    if call.text("parent_id"):
        raise ApiError("invalid_parent_type")  # only folders have children, and there are none here
    if len(_of_channel(call)) >= _MOST:
        raise ApiError("too_many_bookmarks")
    bookmark = Bookmark(
        id=new_id("Bk"),
        channel=call.channel.id,
        title=_title(call),
        link=_link(call),
        emoji=_emoji(call),
        user=call.bot,
        created=int(state.now()),
    )
    state.keep(bookmark)
    call.office.show_bookmarks(call.channel)
    return {"ok": True, "bookmark": render.bookmark_doc(state, bookmark)}


def _edit(call: Call) -> Doc:
    state, bookmark = call.office.state, _bookmark(call)
    changed = replace(
        bookmark,
        title=_title(call) if call.text("title") else bookmark.title,
        link=_link(call) if call.text("link") else bookmark.link,
        emoji=_emoji(call) if "emoji" in call.args else bookmark.emoji,
        user=call.bot,
        updated=int(state.now()),
    )
    state.keep(changed)
    call.office.show_bookmarks(call.channel)
    return {"ok": True, "bookmark": render.bookmark_doc(state, changed)}


def _list(call: Call) -> Doc:
    return {"ok": True, "bookmarks": render.bookmarks_doc(call.office.state, call.channel)}


def _remove(call: Call) -> Doc:
    call.office.state.drop(_bookmark(call))
    call.office.show_bookmarks(call.channel)
    return {"ok": True}


def _of_channel(call: Call) -> list[Bookmark]:
    return [b for b in call.office.state.bookmarks.values() if b.channel == call.channel.id]


def _bookmark(call: Call) -> Bookmark:
    bookmark = call.office.state.bookmarks.get(call.text("bookmark_id"))
    if bookmark is None or bookmark.channel != call.channel.id:
        raise ApiError("not_found")
    return bookmark


def _title(call: Call) -> str:
    if not 1 <= len(call.text("title")) <= _LONGEST_TITLE:
        raise ApiError("invalid_arguments", messages=("[ERROR] title must have 1 to 256 characters",))
    return call.text("title")


def _link(call: Call) -> str:
    if not re.fullmatch(r"https?://\S+", call.text("link")) or len(call.text("link")) > _LONGEST_LINK:
        raise ApiError("invalid_link")
    return call.text("link")


def _emoji(call: Call) -> str:
    if call.text("emoji") and not re.fullmatch(r":[^\s:]+:", call.text("emoji")):
        raise ApiError("invalid_emoji")
    return call.text("emoji")


_CHANNEL = required("channel_id", missing="channel_not_found")
_RULE = ChannelRule(arg="channel_id", access="member", outside_code="access_denied")
METHODS = (
    Method(
        name="bookmarks.add",
        handler=_add,
        tier=2,
        scopes=("bookmarks:write",),
        args=(
            _CHANNEL,
            required("title"),
            required("type", missing="invalid_bookmark_type"),
            *texts("link", "emoji", "parent_id"),
            *texts("entity_id", "access_level"),  # of files and messages, which cannot be bookmarked here
        ),
        channel=_RULE,
        restricted="permission_denied",
    ),
    Method(
        name="bookmarks.edit",
        handler=_edit,
        tier=2,
        scopes=("bookmarks:write",),
        args=(_CHANNEL, required("bookmark_id", missing="not_found"), *texts("title", "link", "emoji")),
        channel=_RULE,
        restricted="permission_denied",
    ),
    Method(
        name="bookmarks.list",
        handler=_list,
        tier=3,
        scopes=("bookmarks:read",),
        args=(_CHANNEL,),
        channel=_RULE,
    ),
    Method(
        name="bookmarks.remove",
        handler=_remove,
        tier=2,
        scopes=("bookmarks:write",),
        args=(_CHANNEL, required("bookmark_id", missing="not_found"), *texts("quip_section_id")),
        channel=_RULE,
        restricted="permission_denied",
    ),
)
