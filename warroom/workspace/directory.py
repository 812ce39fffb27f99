"""Who and what the workspace is: people who come and change, user groups, emoji, its name - with the events apps hear.

Payloads are those of java-slack-sdk's json-logs and of @slack/types.
"""

from dataclasses import replace

from warroom.workspace import render
from warroom.workspace.model import Doc, Emoji, Team, User, UserGroup
from warroom.workspace.office import Office

_IN_HUDDLE = {"huddle_state": "default_unset", "huddle_state_expiration_ts": 0}
_STATUS = ("status_text", "status_emoji")


# -- people --------------------------------------------------------------------------------------------------------------


def join_team(office: Office, user: User) -> None:
    """Somebody new is here."""
    office.state.keep(user)
    _tell_user(office, "team_join", user)


def change_user(office: Office, user: User, **fields: object) -> User:
    """Changes a person: another name, another status, `deleted`. Apps hear user_change and what it was in particular."""
    now = int(office.state.now())
    changed: User = replace(user, **fields, updated=now)  # type: ignore[arg-type]  # names are checked by replace
    office.state.keep(changed)
    _tell_user(office, "user_change", changed)
    if any(getattr(user, name) != getattr(changed, name) for name in _STATUS):
        _tell_user(office, "user_status_changed", changed)
    _tell_user(office, "user_profile_changed", changed)
    return changed


def _tell_user(office: Office, type_: str, user: User) -> None:
    """E-mail addresses are shown to those who hold their scope."""
    for app in office.state.apps.values():
        drawn = _whole_user(office, user, email="users:read.email" in app.features.scopes)
        drawn["profile"] |= _IN_HUDDLE if type_ == "user_profile_changed" else {}
        event: Doc = {"type": type_, "user": drawn, "cache_ts": user.updated, "event_ts": office.state.next_ts()}
        office.tell(app, type_, "users:read", event)


def _whole_user(office: Office, user: User, *, email: bool) -> Doc:
    """The person as events show one: with more of the name and the status than users.info."""
    drawn = render.user_doc(office.state, user, email=email)
    first, _, last = user.real_name.partition(" ")
    drawn |= {"locale": "en-US", "who_can_share_contact_card": "EVERYONE"}
    drawn["profile"] |= {
        "first_name": first,
        "last_name": last,
        "skype": "",
        "status_text_canonical": "",
        "status_emoji_display_info": [],
    }
    return drawn


# -- user groups ---------------------------------------------------------------------------------------------------------


def add_group(office: Office, group: UserGroup) -> None:
    office.state.keep(group)
    _tell_group(office, "subteam_created", group)


def change_group(office: Office, group: UserGroup, by: str, **fields: object) -> UserGroup:
    """Changes a group; if its members change, apps hear who came and who went."""
    now = int(office.state.now())
    changed: UserGroup = replace(group, **fields, updated=now, updated_by=by)  # type: ignore[arg-type]  # names are checked by replace
    office.state.keep(changed)
    _tell_group(office, "subteam_updated", changed)
    if set(group.users) != set(changed.users):
        _tell_members_changed(office, group, changed)
    return changed


def _tell_group(office: Office, type_: str, group: UserGroup) -> None:
    drawn = render.group_doc(office.state, group, count=True, users=True) | {"is_subteam": True}
    event = {"type": type_, "subteam": drawn, "event_ts": office.state.next_ts()}
    office.tell_all(type_, "usergroups:read", event)


def _tell_members_changed(office: Office, before: UserGroup, after: UserGroup) -> None:
    added = [user for user in after.users if user not in before.users]
    removed = [user for user in before.users if user not in after.users]
    event = {
        "type": "subteam_members_changed",
        "subteam_id": after.id,
        "team_id": office.state.the_team.id,
        "date_previous_update": before.updated or before.created,
        "date_update": after.updated,
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
        "event_ts": office.state.next_ts(),
    }
    office.tell_all("subteam_members_changed", "usergroups:read", event)


# -- the workspace -------------------------------------------------------------------------------------------------------


def add_emoji(office: Office, emoji: Emoji) -> None:
    office.state.keep(emoji)
    event = {"type": "emoji_changed", "subtype": "add", "name": emoji.name, "value": emoji.value}
    office.tell_all("emoji_changed", "emoji:read", event | {"event_ts": office.state.next_ts()})


def remove_emoji(office: Office, emoji: Emoji) -> None:
    office.state.drop(emoji)
    event = {"type": "emoji_changed", "subtype": "remove", "names": [emoji.name]}
    office.tell_all("emoji_changed", "emoji:read", event | {"event_ts": office.state.next_ts()})


def rename_team(office: Office, *, name: str = "", domain: str = "") -> Team:
    """Gives the workspace another name, another domain, or both."""
    team = office.state.the_team
    changed = replace(team, name=name or team.name, domain=domain or team.domain)
    office.state.keep(changed)
    if changed.name != team.name:
        event = {"type": "team_rename", "name": changed.name, "team_id": team.id}
        office.tell_all("team_rename", "team:read", event | {"event_ts": office.state.next_ts()})
    if changed.domain != team.domain:
        event = {"type": "team_domain_change", "domain": changed.domain, "url": f"https://{changed.domain}.slack.com"}
        office.tell_all("team_domain_change", "team:read", event | {"event_ts": office.state.next_ts()})
    return changed
