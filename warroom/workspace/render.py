"""Draws Slack's JSON objects from the values that are kept. Pure reading: nothing is changed here.

Shapes are those of Slack's published example replies (java-slack-sdk json-logs) and docs.slack.dev object references.
"""

import hashlib
from typing import Any

from warroom.workspace.model import App, Bookmark, Channel, Doc, File, Message, User, UserGroup
from warroom.workspace.state import State

_NO_LATEST = "0000000000.000000"


# -- people --------------------------------------------------------------------------------------------------------------


def user_doc(state: State, user: User, *, email: bool) -> Doc:
    """`email` says whether the asker holds users:read.email."""
    doc: Doc = {
        "id": user.id,
        "team_id": user.team_id or state.the_team.id,
        "name": user.name,
        "deleted": user.deleted,
        "color": user.color,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": user.tz_offset,
        "profile": _profile(state, user, email=email),
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": user.updated,
    }
    if user.is_outside:
        doc["is_stranger"] = True
    elif not user.is_bot:
        doc["is_email_confirmed"] = True
    return doc


def _profile(state: State, user: User, *, email: bool) -> Doc:
    profile: Doc = {
        "title": user.role,
        "phone": "",
        "avatar_hash": f"g{hashlib.sha256(user.id.encode()).hexdigest()[:11]}",  # as for who has chosen no picture
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "status_text": user.status_text,
        "status_emoji": user.status_emoji,
        "status_expiration": 0,
        "team": user.team_id or state.the_team.id,
    }
    profile |= {f"image_{size}": avatar_url(state, user.id, size) for size in (24, 32, 48, 72, 192, 512)}
    if email and user.email and not user.is_outside:
        profile["email"] = user.email
    if user.is_bot:
        profile |= {"bot_id": user.bot_id, "api_app_id": user.app_id, "always_active": True}
    return profile


def avatar_url(state: State, user: str, size: int) -> str:
    """The address of a person's or an app's picture."""
    return f"{state.base_url}/avatars/{user}-{size}.png"


def _icons(state: State, app: App) -> Doc:
    return {f"image_{size}": avatar_url(state, app.bot_user_id, size) for size in (36, 48, 72)}


def bot_doc(state: State, app: App) -> Doc:
    return {
        "id": app.bot_id,
        "deleted": False,
        "name": app.features.bot_name,
        "updated": app.installed,
        "app_id": app.id,
        "user_id": app.bot_user_id,
        "icons": _icons(state, app),
    }


def bot_profile(state: State, app: App) -> Doc:
    return {
        "id": app.bot_id,
        "deleted": False,
        "name": app.features.bot_name,
        "updated": app.installed,
        "app_id": app.id,
        "icons": _icons(state, app),
        "team_id": state.the_team.id,
    }


def group_doc(state: State, group: UserGroup, *, count: bool, users: bool) -> Doc:
    doc: Doc = {
        "id": group.id,
        "team_id": state.the_team.id,
        "is_usergroup": True,
        "name": group.name,
        "description": group.description,
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created,
        "date_update": group.updated or group.created,
        "date_delete": group.disabled,
        "auto_provision": False,
        "auto_type": None,
        "created_by": "USLACKBOT",
        "updated_by": group.updated_by or "USLACKBOT",
        "deleted_by": group.updated_by if group.disabled else None,
        "prefs": {"channels": [], "groups": []},
    }
    if count:
        doc["user_count"] = len(group.users)
    if users:
        doc["users"] = list(group.users)
    return doc


# -- channels ------------------------------------------------------------------------------------------------------------


def channel_doc(state: State, channel: Channel, viewer: str, *, count: bool = False) -> Doc:
    """The channel as `viewer` (a user id) sees it."""
    doc: Doc = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_im": channel.type == "im",
        "is_org_shared": False,
        "context_team_id": state.the_team.id,
        "updated": channel.updated * 1000,
    }
    if channel.type == "im":
        doc |= {"user": _other(channel, viewer), "priority": 0, "is_open": viewer not in channel.closed_by}
    else:
        doc |= _named(state, channel, viewer)
    if count:
        doc["num_members"] = len(channel.members)
    return doc


def whole_channel_doc(state: State, channel: Channel, viewer: str, *, count: bool = False) -> Doc:
    """The channel as the methods on one channel show it: with the viewer's read mark."""
    doc = channel_doc(state, channel, viewer, count=count)
    if viewer in channel.members:
        mark = state.read_marks.get(f"{viewer}:{channel.id}")
        doc["last_read"] = mark.ts if mark else _NO_LATEST
    return doc


def channel_rules_doc(channel: Channel) -> Doc:
    """What may be posted, as conversations.info shows it."""
    names = {"read_only": "is_read_only", "thread_only": "is_thread_only", "no_threads": "is_non_threadable"}
    return {name: True for rule, name in names.items() if rule in channel.rules}


def _other(channel: Channel, viewer: str) -> str:
    return next((m for m in channel.members if m != viewer), viewer)


def _named(state: State, channel: Channel, viewer: str) -> Doc:
    return {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.type == "public",
        "is_group": channel.type == "private",
        "is_mpim": channel.type == "mpim",
        "is_private": channel.type != "public",
        "is_general": channel.is_general,
        "is_shared": bool(channel.shared_with),
        "is_ext_shared": bool(channel.shared_with),
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "shared_team_ids": [state.the_team.id, *channel.shared_with],
        "unlinked": 0,
        "creator": channel.creator,
        "is_member": viewer in channel.members,
        "topic": {"value": channel.topic, "creator": channel.topic_by, "last_set": channel.topic_at},
        "purpose": {"value": channel.purpose, "creator": channel.purpose_by, "last_set": channel.purpose_at},
        "previous_names": list(channel.previous_names),
    } | ({"conversation_host_id": state.the_team.id} if channel.shared_with else {})


def channel_type(channel: Channel) -> str:
    """The word that events use for the kind of conversation."""
    return {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}[channel.type]


def channel_name(channel: Channel) -> str:
    """The word that payloads use where a name is expected."""
    return {"public": channel.name, "private": "privategroup", "im": "directmessage", "mpim": channel.name}[
        channel.type
    ]


# -- messages ------------------------------------------------------------------------------------------------------------


def message_doc(state: State, message: Message, *, metadata: bool = False) -> Doc:
    """The message as history shows it; `metadata` only where it was asked for."""
    doc: Doc = {"type": "message", "ts": message.ts, "text": message.text}
    if message.subtype:
        doc["subtype"] = message.subtype
    doc |= _author(state, message)
    for name in ("blocks", "attachments"):
        if (value := getattr(message, name)) is not None:
            doc[name] = value
    if message.client_msg_id:
        doc["client_msg_id"] = message.client_msg_id
    if metadata and message.metadata is not None:
        doc["metadata"] = message.metadata
    if message.edited_ts:
        doc["edited"] = {"user": message.edited_by, "ts": message.edited_ts}
    if message.reactions:
        doc["reactions"] = reactions_doc(message)
    if message.files:
        doc |= {"files": [file_doc(state, state.files[f]) for f in message.files], "upload": False}
    if f"{message.channel}:{message.ts}" in state.pins:
        doc["pinned_to"] = [message.channel]
    return doc | message.extra | _thread(state, message)


def _author(state: State, message: Message) -> Doc:
    doc: Doc = {}
    if message.user:
        user = state.users.get(message.user)
        team = user.team_id if user is not None and user.is_outside else state.the_team.id
        doc |= {"user": message.user, "team": team}
        if team != state.the_team.id:
            doc |= {"user_team": team, "source_team": team}
    if message.bot_id:
        doc |= {"bot_id": message.bot_id, "app_id": message.app_id}
        if not message.username and message.app_id in state.apps:
            doc["bot_profile"] = bot_profile(state, state.apps[message.app_id])
    if message.username:
        doc["username"] = message.username
    if message.icons:
        doc["icons"] = message.icons
    return doc


def _thread(state: State, message: Message) -> Doc:
    if message.is_reply:
        parent = state.message(message.channel, message.thread_ts)
        doc: Doc = {"thread_ts": message.thread_ts}
        if parent is not None and parent.user:
            doc["parent_user_id"] = parent.user
        if parent is not None and message.subtype == "thread_broadcast":
            doc["root"] = message_doc(state, parent)
        return doc
    replies = state.replies(message.channel, message.ts)
    if not replies:
        return {}
    users = list(dict.fromkeys(r.user or r.bot_id for r in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
        "reply_users": users[:5],
        "is_locked": False,
        "subscribed": False,
    }


def reactions_doc(message: Message) -> list[Doc]:
    return [{"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()]


def permalink(base_url: str, message: Message) -> str:
    link = f"{base_url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
    return f"{link}?thread_ts={message.thread_ts}&cid={message.channel}" if message.is_reply else link


# -- files, bookmarks ----------------------------------------------------------------------------------------------------


def file_doc(state: State, file: File) -> Doc:
    """A deleted file is a tombstone: its id, and that it is gone."""
    if file.deleted:
        return {"id": file.id, "mode": "tombstone"}
    kind = file.name.rpartition(".")[2].lower() if "." in file.name else "text"
    public = [c for c in file.channels if state.channels[c].type == "public"]
    doc: Doc = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": file.mimetype,
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": file.user,
        "editable": False,
        "size": file.size,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": bool(public),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{state.base_url}{file_path(file)}",
        "url_private_download": f"{state.base_url}{file_path(file)}",
        "permalink": f"{state.base_url}{file_path(file)}",
        "has_rich_preview": False,
        "is_starred": False,
        "comments_count": 0,
        "channels": public,
        "groups": [c for c in file.channels if state.channels[c].type == "private"],
        "ims": [c for c in file.channels if state.channels[c].is_direct],
    }
    return doc | ({"alt_txt": file.alt_txt} if file.alt_txt else {})


def whole_file_doc(state: State, file: File) -> Doc:
    """The file as files.info shows it: with the messages it is shared in, by which an app finds what its upload posted."""
    shares: dict[str, Doc] = {}
    for id_ in file.channels:
        channel = state.channels[id_]
        word = "public" if channel.type == "public" else "private"
        found = [_share(state, channel, m) for m in state.messages(id_) if file.id in m.files]
        if found:
            shares.setdefault(word, {})[id_] = found
    return file_doc(state, file) | {"shares": shares}


def _share(state: State, channel: Channel, message: Message) -> Doc:
    thread = _thread(state, message)
    share: Doc = {
        "ts": message.ts,
        "channel_name": channel.name,
        "team_id": state.the_team.id,
        "share_user_id": message.user,
        "reply_users": [],
        "reply_users_count": 0,
        "reply_count": 0,
    }
    names = ("reply_users", "reply_users_count", "reply_count", "latest_reply", "thread_ts")
    return share | {name: thread[name] for name in names if name in thread}


def file_path(file: File) -> str:
    return f"/files/{file.id}-{file.secret}/{file.name}"


def bookmarks_doc(state: State, channel: Channel) -> list[Doc]:
    """The links at the top of a channel, oldest first."""
    return [bookmark_doc(state, mark) for mark in state.bookmarks.values() if mark.channel == channel.id]


def bookmark_doc(state: State, bookmark: Bookmark) -> Doc:
    doc: Doc = {
        "id": bookmark.id,
        "channel_id": bookmark.channel,
        "title": bookmark.title,
        "link": bookmark.link,
        "emoji": bookmark.emoji,
        "type": "link",
        "date_created": bookmark.created,
        "date_updated": bookmark.updated,
        "rank": "U",
        "last_updated_by_user_id": bookmark.user,
        "last_updated_by_team_id": state.the_team.id,
        "entity_id": None,
        "shortcut_id": None,
        "app_id": None,
    }
    return {name: value for name, value in doc.items() if value != ""}


# -- for the page --------------------------------------------------------------------------------------------------------


def person_doc(state: State, user: User) -> Doc:
    partner = state.partner_of(user)
    return {
        "id": user.id,
        "team_id": user.team_id or state.the_team.id,
        "team_name": partner.name if partner else state.the_team.name,
        "is_stranger": user.is_outside,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_admin": user.is_admin,
        "name": user.name,
        "real_name": user.real_name,
        "role": user.role,
        "is_bot": user.is_bot,
        "deleted": user.deleted,
        "avatar": {"emoji": user.emoji, "color": f"#{user.color}"},
        "tz": user.tz,
    }


def app_doc(app: App) -> Doc:
    features = app.features
    return {
        "app_id": app.id,
        "name": app.name,
        "bot_user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "home_tab": features.home_tab,
        "commands": [
            {"command": c.command, "description": c.description, "usage_hint": c.usage_hint} for c in features.commands
        ],
        "shortcuts": [
            {"name": s.name, "type": s.type, "callback_id": s.callback_id, "description": s.description}
            for s in features.shortcuts
        ],
    }


def shown_message(state: State, message: Message) -> Doc:
    """The message with its author resolved, for the page."""
    doc = message_doc(state, message) | {"author": _shown_author(state, message)}
    if message.ephemeral_to:
        doc |= {"is_ephemeral": True}
    if "files" in doc:  # the page may be open under another name of this host
        doc["files"] = [_relative(state, file) for file in doc["files"]]
    return doc


def _relative(state: State, file: Doc) -> Doc:
    names = ("url_private", "url_private_download", "permalink")
    return file | {name: file[name].removeprefix(state.base_url) for name in names if name in file}


def _shown_author(state: State, message: Message) -> Doc:
    user = state.users.get(message.user)
    app = state.apps.get(message.app_id)
    icons: dict[str, Any] = message.icons
    name = message.username or (app.features.bot_name if app else "") or (user.name if user else "") or "Slackbot"
    emoji = icons.get("emoji", "") or (user.emoji if user else "")
    if app is not None and not emoji:
        emoji = state.users[app.bot_user_id].emoji
    return {
        "name": name,
        "real_name": user.real_name if user and not message.username else name,
        "avatar": {
            "emoji": emoji,
            "color": f"#{user.color}" if user else "#4a154b",
            "url": icons.get("image_64", ""),
        },
        "is_app": bool(message.bot_id),
    }


def shown_channel(state: State, channel: Channel, viewer: str) -> Doc:
    """The channel with what a person's sidebar needs."""
    mark = state.read_marks.get(f"{viewer}:{channel.id}")
    read = mark.ts if mark else _NO_LATEST
    unread = mentions = 0
    last_ts = ""
    for message in state.newest(channel.id):
        if message.is_top_level:
            last_ts = last_ts or message.ts
            if message.ts <= read:
                break
            if message.user != viewer:
                unread += 1
                mentions += channel.is_direct or f"<@{viewer}" in message.text
    member = viewer in channel.members
    return channel_doc(state, channel, viewer) | {
        "members": list(channel.members),
        "num_members": len(channel.members),
        "is_channel": channel.type == "public",
        "is_private": channel.type != "public",
        "is_mpim": channel.type == "mpim",
        "is_member": member,
        "name": channel.name,
        "topic": {"value": channel.topic},
        "purpose": {"value": channel.purpose},
        "creator": channel.creator,
        "shared_with": [{"id": id_, "name": state.partners[id_].name} for id_ in channel.shared_with],
        "rules": list(channel.rules),
        "last_ts": last_ts,
        "last_read": read,
        "unread": unread if member else 0,
        "mentions": mentions if member else 0,
    }
