"""What can be done with conversations: create, join, leave, invite, archive, rename, describe, open a direct message."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from warroom.workspace import messages, render
from warroom.workspace.messages import Draft
from warroom.workspace.model import App, Channel, ChannelRule, Doc, Partner, User
from warroom.workspace.office import Office
from warroom.workspace.state import State, new_id

LONGEST_NAME = 80
LONGEST_TOPIC = 250
RESERVED_NAMES = frozenset(
    [
        "all",
        "archive",
        "archived",
        "archives",
        "channel",
        "channels",
        "create",
        "delete",
        "deleted-channel",
        "edit",
        "everyone",
        "group",
        "groups",
        "here",
        "me",
        "ms",
        "slack",
        "slackbot",
        "today",
        "you",
    ]
)
"""Words that Slack keeps for itself (Slack's help centre, guidelines for channel names)."""


def name_problem(name: str) -> str | None:
    """Slack's code for what is wrong with a channel name, None if nothing is (docs: conversations.create)."""
    bare = name.removeprefix("#")
    if not bare:
        return "invalid_name_required"
    if len(bare) > LONGEST_NAME:
        return "invalid_name_maxlength"
    if bare != bare.lower() or re.search(r"[^\w-]", bare):
        return "invalid_name_specials"
    if not re.search(r"[^\W_]", bare):
        return "invalid_name_punctuation"
    return "invalid_name" if bare in RESERVED_NAMES else None


def create(office: Office, name: str, *, creator: str, private: bool) -> Channel:
    """Creates it with its creator as the only member. The name must have been checked."""
    now = int(office.state.now())
    channel = Channel(
        id=new_id("C"),
        name=name,
        type="private" if private else "public",
        creator=creator,
        created=now,
        updated=now,
        members=(creator,),
    )
    office.state.keep(channel)
    office.show_channel(channel)
    if not private:
        event = {
            "type": "channel_created",
            "channel": _without_viewer(render.channel_doc(office.state, channel, creator)),
            "event_ts": office.state.next_ts(),
        }
        office.tell_all("channel_created", "channels:read", event)
    _tell_joined(office, channel, creator, inviter="")
    return channel


def _without_viewer(channel: Doc) -> Doc:
    """The channel as events show it, to nobody in particular (@slack/types: ChannelCreatedEvent)."""
    return {name: value for name, value in channel.items() if name != "is_member"} | {"is_frozen": False}


def join(office: Office, channel: Channel, user: str, *, inviter: str = "") -> Channel:
    """Makes somebody a member, with the message and the event that come with it."""
    joined = _change(office, channel, members=(*channel.members, user))
    subtype = "channel_join" if channel.type == "public" else "group_join"
    text = f"<@{user}> has joined the {'channel' if channel.type == 'public' else 'group'}"
    _announce(office, joined, user, subtype, text, {"inviter": inviter} if inviter else {})
    _tell_joined(office, joined, user, inviter)
    return joined


def leave(office: Office, channel: Channel, user: str, *, kicked_by: str = "") -> Channel:
    """Ends a membership. The app that leaves is told too, as it would not hear it as a member any more."""
    state = office.state
    subtype = "channel_leave" if channel.type == "public" else "group_leave"
    if not channel.is_direct:
        where = "channel" if channel.type == "public" else "group"
        _announce(office, channel, user, subtype, f"<@{user}> has left the {where}", {})
    left = _change(office, channel, also=(user,), members=tuple(m for m in channel.members if m != user))
    event = {
        "type": "member_left_channel",
        "user": user,
        "channel": channel.id,
        "channel_type": "C" if channel.type == "public" else "G",
        "team": state.the_team.id,
        "event_ts": state.next_ts(),
    }
    scope = _read_scope(channel)
    for app in {a.id: a for a in (*state.bot_users_in(left), *state.bot_users_in(channel))}.values():
        office.tell(app, "member_left_channel", scope, event)
    _tell_left(office, channel, user, kicked_by or user)
    return left


def _tell_left(office: Office, channel: Channel, user: str, by: str) -> None:
    """To the app that is out, whether it left or was put out."""
    type_ = "channel_left" if channel.type == "public" else "group_left"
    event = {"type": type_, "channel": channel.id, "actor_id": by, "event_ts": office.state.next_ts()}
    app = office.state.apps.get(office.state.users[user].app_id)
    if app is not None:
        office.tell(app, type_, _read_scope(channel), event)


def archive(office: Office, channel: Channel, by: str) -> Channel:
    """Archives it and puts every app out, as Slack does."""
    kind = "channel" if channel.type == "public" else "group"
    _announce(
        office, channel, by, f"{kind}_archive", f"<@{by}> archived the {kind}", {"members": list(channel.members)}
    )
    event = {
        "type": f"{kind}_archive",
        "channel": channel.id,
        "user": by,
        "is_moved": 0,
        "event_ts": office.state.next_ts(),
    }
    _tell_audience(office, channel, f"{kind}_archive", event)
    bots = {a.bot_user_id for a in office.state.bot_users_in(channel)}
    return _change(office, channel, is_archived=True, members=tuple(m for m in channel.members if m not in bots))


def unarchive(office: Office, channel: Channel, by: str) -> Channel:
    kind = "channel" if channel.type == "public" else "group"
    opened = _change(office, channel, is_archived=False)
    event = {"type": f"{kind}_unarchive", "channel": channel.id, "user": by, "event_ts": office.state.next_ts()}
    _tell_audience(office, opened, f"{kind}_unarchive", event)
    _announce(office, opened, by, f"{kind}_unarchive", f"<@{by}> un-archived the {kind}", {})
    return opened


def rename(office: Office, channel: Channel, name: str, by: str) -> Channel:
    kind = "channel" if channel.type == "public" else "group"
    renamed = _change(office, channel, name=name, previous_names=(channel.name, *channel.previous_names))
    extra = {"old_name": channel.name, "name": name}
    public = channel.type == "public"
    text = f'<@{by}> has renamed the channel from "{channel.name}" to "{name}"'
    _announce(office, renamed, by, f"{kind}_name", text, extra)
    inner = {"id": channel.id, "name": name, "name_normalized": name, "created": channel.created, "is_channel": public}
    inner |= {} if public else {"is_mpim": False}
    event = {"type": f"{kind}_rename", "channel": inner, "event_ts": office.state.next_ts()}
    _tell_audience(office, renamed, f"{kind}_rename", event)
    return renamed


def set_topic(office: Office, channel: Channel, topic: str, by: str) -> Channel:
    if topic == channel.topic:
        return channel
    now = int(office.state.now())
    changed = _change(office, channel, topic=topic, topic_by=by, topic_at=now)
    kind = "channel" if channel.type == "public" else "group"
    text = f"<@{by}> set the channel topic: {topic}" if topic else f"<@{by}> cleared the channel topic"
    _announce(office, changed, by, f"{kind}_topic", text, {"topic": topic})
    return changed


def set_purpose(office: Office, channel: Channel, purpose: str, by: str) -> Channel:
    if purpose == channel.purpose:
        return channel
    now = int(office.state.now())
    changed = _change(office, channel, purpose=purpose, purpose_by=by, purpose_at=now)
    kind = "channel" if channel.type == "public" else "group"
    text = f"<@{by}> set the channel description: {purpose}" if purpose else f"<@{by}> cleared the channel description"
    _announce(office, changed, by, f"{kind}_purpose", text, {"purpose": purpose})
    return changed


def delete(office: Office, channel: Channel, by: str) -> None:
    """Deletes it with everything in it. Only administrators can; apps of a workspace cannot."""
    state = office.state
    kind = "channel" if channel.type == "public" else "group"
    event: Doc = {"type": f"{kind}_deleted", "channel": channel.id, "actor_id": by, "event_ts": state.next_ts()}
    event |= {"date_deleted": int(state.now())} if kind == "group" else {}
    _tell_audience(office, channel, f"{kind}_deleted", event)
    for pin in state.pins_of(channel.id):
        state.drop(pin)
    for bookmark in [b for b in state.bookmarks.values() if b.channel == channel.id]:
        state.drop(bookmark)
    for scheduled in [s for s in state.scheduled.values() if s.channel == channel.id]:
        state.drop(scheduled)
    for message in list(state.messages(channel.id)):
        state.drop(message)
    office.streams.publish(office.readers(channel), {"type": "channel_deleted", "channel": channel.id})
    state.drop(channel)


def share(office: Office, channel: Channel, partner: Partner) -> Channel:
    """Opens it to another company (Slack Connect)."""
    if partner.id in channel.shared_with:
        return channel
    shared = _change(office, channel, shared_with=(*channel.shared_with, partner.id))
    event = {
        "type": "channel_shared",
        "connected_team_id": partner.id,
        "channel": channel.id,
        "event_ts": office.state.next_ts(),
    }
    office.tell_members(shared, "channel_shared", _read_scope(channel), event)
    return shared


def unshare(office: Office, channel: Channel, partner: Partner) -> Channel:
    """Ends the sharing; the company's people are put out."""
    if partner.id not in channel.shared_with:
        return channel
    users = office.state.users
    outside = tuple(m for m in channel.members if users[m].team_id == partner.id)
    closed = _change(
        office,
        channel,
        also=outside,
        shared_with=tuple(id_ for id_ in channel.shared_with if id_ != partner.id),
        members=tuple(m for m in channel.members if m not in outside),
    )
    event = {
        "type": "channel_unshared",
        "previously_connected_team_id": partner.id,
        "channel": channel.id,
        "is_ext_shared": bool(closed.shared_with),
        "event_ts": office.state.next_ts(),
    }
    office.tell_members(closed, "channel_unshared", _read_scope(channel), event)
    return closed


def set_rules(office: Office, channel: Channel, rules: Iterable[ChannelRule], by: str) -> Channel:
    """Changes who may post: `read_only`, `thread_only`, `no_threads`."""
    changed = _change(office, channel, rules=tuple(rules))
    text = f"<@{by}> has changed the posting permissions of this channel"
    _announce(office, changed, by, "channel_posting_permissions", text, {})
    return changed


def joining_problem(state: State, channel: Channel, user: User) -> str | None:
    """Slack's code for why this person cannot be put into the channel, None if nothing is in the way."""
    if user.is_outside and user.team_id not in channel.shared_with:
        return "no_external_invite_permission"
    elsewhere = any(user.id in c.members for c in state.channels.values() if not c.is_direct)
    return "ura_max_channels" if user.is_ultra_restricted and elsewhere else None


def posting_problem(state: State, channel: Channel, user: str, *, reply: bool) -> str | None:
    """Slack's code for why this person or app may not post here, None if it may. Administrators always may."""
    known = state.users.get(user)
    if known is None or known.is_admin:
        return None
    if "read_only" in channel.rules:
        return "restricted_action_read_only_channel"
    if "thread_only" in channel.rules and not reply:
        return "restricted_action_thread_only_channel"
    return "restricted_action_non_threadable_channel" if "no_threads" in channel.rules and reply else None


# -- direct messages -----------------------------------------------------------------------------------------------------


def open_direct(office: Office, members: Iterable[str]) -> tuple[Channel, bool]:
    """The direct message between exactly these members, and whether it existed already. The first one opens it."""
    wanted = tuple(dict.fromkeys(members))
    found = office.state.direct(wanted)
    if found is not None:
        return _opened_again(office, found, wanted[0]), True
    now = int(office.state.now())
    names = sorted(office.state.users[m].name for m in wanted)
    channel = Channel(
        id=new_id("D" if len(wanted) <= 2 else "G"),
        name="" if len(wanted) <= 2 else f"mpdm-{'--'.join(names)}-1",
        type="im" if len(wanted) <= 2 else "mpim",
        creator=wanted[0],
        created=now,
        updated=now,
        members=wanted,
    )
    office.state.keep(channel)
    office.show_channel(channel)
    if channel.type == "im":
        event = {"type": "im_created", "user": wanted[-1], "channel": {"id": channel.id}}
        office.tell_members(channel, "im_created", "im:read", event)
    _tell_opener(office, channel, wanted[0], "open")
    return channel, False


def _opened_again(office: Office, channel: Channel, user: str) -> Channel:
    if user not in channel.closed_by:
        return channel
    opened = _change(office, channel, closed_by=tuple(m for m in channel.closed_by if m != user))
    _tell_opener(office, opened, user, "open")
    return opened


def close_direct(office: Office, channel: Channel, user: str) -> bool:
    """Puts a direct message away for one person; nothing in it is lost. False if it was put away already."""
    if user in channel.closed_by:
        return False
    closed = _change(office, channel, closed_by=(*channel.closed_by, user))
    _tell_opener(office, closed, user, "close")
    return True


def _tell_opener(office: Office, channel: Channel, user: str, what: Literal["open", "close"]) -> None:
    """im_open and group_open are about oneself: only the app that did it hears."""
    app = office.state.apps.get(office.state.users[user].app_id)
    if app is None:
        return
    kind, scope = ("im", "im:read") if channel.type == "im" else ("group", "groups:read")
    event = {"type": f"{kind}_{what}", "user": user, "channel": channel.id, "event_ts": office.state.next_ts()}
    office.tell(app, f"{kind}_{what}", scope, event)


def app_home(office: Office, app: App, user: str) -> Channel:
    """The direct message between an app and a person."""
    return open_direct(office, (app.bot_user_id, user))[0]


def may_see(state: State, channel: Channel, user: str) -> bool:
    """Members see everything; public channels are open to all but guests and people from outside."""
    if user in channel.members:
        return True
    known = state.users.get(user)
    return channel.type == "public" and known is not None and not known.sees_only_own_channels


def _change(office: Office, channel: Channel, also: tuple[str, ...] = (), **fields: object) -> Channel:
    changed: Channel = replace(channel, **fields, updated=int(office.state.now()))  # type: ignore[arg-type]  # names are checked by replace
    office.state.keep(changed)
    office.show_channel(changed, also)
    return changed


def _announce(office: Office, channel: Channel, user: str, subtype: str, text: str, extra: Doc) -> None:
    messages.post(office, Draft(channel=channel, text=text, user=user, subtype=subtype, extra=extra))


def _read_scope(channel: Channel) -> str:
    return {"public": "channels:read", "private": "groups:read", "im": "im:read", "mpim": "mpim:read"}[channel.type]


def _tell_joined(office: Office, channel: Channel, user: str, inviter: str) -> None:
    event = {
        "type": "member_joined_channel",
        "user": user,
        "channel": channel.id,
        "channel_type": "C" if channel.type == "public" else "G",
        "team": office.state.the_team.id,
        "event_ts": office.state.next_ts(),
    }
    if inviter:
        event["inviter"] = inviter
    office.tell_members(channel, "member_joined_channel", _read_scope(channel), event)


def _tell_audience(office: Office, channel: Channel, type_: str, event: Doc) -> None:
    """Everybody hears of public channels, members of private ones."""
    if channel.type == "public":
        office.tell_all(type_, "channels:read", event)
    else:
        office.tell_members(channel, type_, "groups:read", event)
