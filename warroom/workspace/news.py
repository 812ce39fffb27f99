"""What apps hear of messages: the message events, mentions, metadata, links - each with its subscription and scope.

A reply comes as a plain message event with thread_ts. Slack documents a second one, message_replied, and that the Events API
sends it without its subtype; there is nothing to tell it from the reply itself by, so here it is the reply itself.
"""

import re
import uuid
from urllib.parse import urlsplit

from warroom.workspace import render
from warroom.workspace.model import App, Channel, Doc, Message
from warroom.workspace.office import Office

_HISTORY_SCOPE = {"channel": "channels:history", "group": "groups:history", "im": "im:history", "mpim": "mpim:history"}
_SUBSCRIPTION = {"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}
_MENTIONING = ("", "thread_broadcast", "bot_message", "file_share", "me_message")
_LINK = re.compile(r"<(https?://[^>|\s]+)(?:\|[^>]*)?>")


def tell_posted(office: Office, message: Message, *, unfurl_links: bool) -> None:
    """`unfurl_links` says whether links in it are to be shown to the apps that asked for their domain."""
    channel = office.state.channels[message.channel]
    _tell(office, channel, render.message_doc(office.state, message))
    _tell_mentions(office, channel, message)
    if message.metadata is not None:
        _tell_metadata(office, "message_metadata_posted", message, {"metadata": message.metadata})
    if unfurl_links:
        _tell_links(office, channel, message)


def tell_changed(office: Office, previous: Message, message: Message) -> None:
    state = office.state
    event = {
        "type": "message",
        "subtype": "message_changed",
        "message": render.message_doc(state, message),
        "previous_message": render.message_doc(state, previous),
        "hidden": True,
        "ts": state.next_ts(),
    }
    _tell(office, state.channels[message.channel], event)
    if previous.metadata == message.metadata:
        return
    if previous.metadata is None:
        _tell_metadata(office, "message_metadata_posted", message, {"metadata": message.metadata})
    elif message.metadata is None:
        _tell_metadata(office, "message_metadata_deleted", previous, {"previous_metadata": previous.metadata})
    else:
        both = {"metadata": message.metadata, "previous_metadata": previous.metadata}
        _tell_metadata(office, "message_metadata_updated", message, both)


def tell_deleted(office: Office, message: Message, shown: Doc) -> None:
    """`shown` is the message as it was drawn before it went."""
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": shown,
        "deleted_ts": message.ts,
        "hidden": True,
        "ts": office.state.next_ts(),
    }
    _tell(office, office.state.channels[message.channel], event)
    if message.metadata is not None:
        _tell_metadata(office, "message_metadata_deleted", message, {"previous_metadata": message.metadata})


def _tell(office: Office, channel: Channel, event: Doc) -> None:
    type_ = render.channel_type(channel)
    full = event | {"channel": channel.id, "event_ts": event["ts"], "channel_type": type_}
    office.tell_members(channel, _SUBSCRIPTION[type_], _HISTORY_SCOPE[type_], full)


def _tell_mentions(office: Office, channel: Channel, message: Message) -> None:
    """app_mention goes to members only and never for a direct message, nor for what the app said itself."""
    if channel.type == "im" or message.subtype not in _MENTIONING:
        return
    shown = render.message_doc(office.state, message)
    for app in office.state.bot_users_in(channel):
        if app.id != message.app_id and re.search(rf"<@{app.bot_user_id}(\|[^>]*)?>", message.text):
            event = shown | {"type": "app_mention", "channel": message.channel, "event_ts": message.ts}
            office.tell(app, "app_mention", "app_mentions:read", event)


def _tell_metadata(office: Office, type_: str, message: Message, metadata: Doc) -> None:
    """To members that hold metadata.message:read and named the app and the event type in metadata_subscriptions."""
    state = office.state
    author = state.apps.get(message.app_id)
    kinds = {str(each["event_type"]) for each in metadata.values()}
    event = {
        "type": type_,
        "app_id": message.app_id,
        "bot_id": message.bot_id,
        "user_id": author.bot_user_id if author else message.user,
        "team_id": state.the_team.id,
        "channel_id": message.channel,
        "message_ts": message.ts,
        "event_ts": state.next_ts(),
    } | metadata
    event |= {"deleted_ts": event["event_ts"]} if type_ == "message_metadata_deleted" else {}
    for app in state.bot_users_in(state.channels[message.channel]):
        if any(app.features.wants_metadata(message.app_id, kind) for kind in kinds):
            office.tell(app, type_, "metadata.message:read", event)


def _tell_links(office: Office, channel: Channel, message: Message) -> None:
    """To apps with links:read whose unfurl_domains a link belongs to: of public channels to all, of others to members."""
    urls = dict.fromkeys(url.replace("&amp;", "&") for url in _LINK.findall(message.text))
    for app in office.state.apps.values():
        member = app.bot_user_id in channel.members
        links = [link for url in urls if (link := _link(app, url)) is not None]
        if links and app.id != message.app_id and (member or channel.type == "public"):
            event: Doc = {
                "type": "link_shared",
                "channel": channel.id,
                "user": message.user,
                "message_ts": message.ts,
                "links": links,
                "is_bot_user_member": member,
                "unfurl_id": f"{channel.id}-{message.ts}-{uuid.uuid4().hex}",
                "source": "conversations_history",
                "event_ts": office.state.next_ts(),
            }
            office.tell(app, "link_shared", "links:read", event | _thread(message))


def _thread(message: Message) -> Doc:
    return {"thread_ts": message.thread_ts} if message.is_reply else {}


def _link(app: App, url: str) -> Doc | None:
    host = (urlsplit(url).hostname or "").lower()
    domain = next((d for d in app.features.unfurl_domains if host == d or host.endswith(f".{d}")), None)
    return {"url": url, "domain": domain} if domain is not None else None
