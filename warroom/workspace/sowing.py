"""Puts a seed into the state: who and what is there already is left as it is."""

import re

from warroom.workspace import channels
from warroom.workspace.model import Channel, Partner, Team, User, UserGroup
from warroom.workspace.seed import Person, Seed, SeedChannel, SeedError, SeedGroup
from warroom.workspace.state import State, new_id

_COLORS = ("9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "e0a729", "684b6c", "5b89d5", "2b6836")


def sow(state: State, seed: Seed) -> None:
    """Adds what is missing.

    Raises:
        SeedError: A channel or a group names somebody who is not there, or a channel's name is not allowed.
    """
    if state.team is None:
        state.keep(
            Team(
                id=new_id("T"),
                name=seed.team_name,
                domain=_domain(seed.team_name),
                plan=seed.plan,
                restricted=seed.restricted,
            )
        )
    for person in seed.people:
        _add_person(state, person)
    for channel in seed.channels:
        _add_channel(state, SeedChannel(name=channel) if isinstance(channel, str) else channel)
    for group in seed.groups:
        _add_group(state, group)
    state.flush()


def person_named(state: State, name: str) -> User:
    """The person with this handle.

    Raises:
        KeyError: There is nobody of this name.
    """
    for user in state.people():
        if user.name == name:
            return user
    raise KeyError(name)


def _domain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "local"


def _add_person(state: State, person: Person) -> None:
    people = state.people()
    if any(user.name == person.name for user in people):
        return
    outside = partner_named(state, person.company).id if person.company else ""
    domain = state.partners[outside].domain if outside else state.the_team.domain
    state.keep(
        User(
            id=new_id("U"),
            name=person.name,
            real_name=person.real_name or person.name,
            role=person.role,
            emoji=person.emoji,
            color=_COLORS[len(people) % len(_COLORS)],
            email=person.email or f"{person.name}@{domain}.example.com",
            tz=person.tz,
            tz_offset=person.tz_offset,
            is_admin=person.is_admin,
            is_restricted=bool(person.guest),
            is_ultra_restricted=person.guest == "single",
            team_id=outside,
            updated=int(state.now()),
        )
    )


def partner_named(state: State, name: str) -> Partner:
    """The company of this name, which is added if it is new."""
    known = next((p for p in state.partners.values() if p.name == name), None)
    if known is None:
        known = Partner(id=new_id("T"), name=name, domain=_domain(name))
        state.keep(known)
    return known


def _add_channel(state: State, seed: SeedChannel) -> None:
    if state.channel_named(seed.name) is not None:
        return
    problem = channels.name_problem(seed.name)
    if problem is not None:
        raise SeedError(f"#{seed.name} cannot be the name of a channel: {problem}")
    now = int(state.now())
    members = _members(state, f"#{seed.name}", seed.members) or tuple(
        user.id for user in state.people() if not user.sees_only_own_channels
    )
    state.keep(
        Channel(
            id=new_id("C"),
            name=seed.name,
            type="private" if seed.is_private else "public",
            creator=members[0] if members else "USLACKBOT",
            created=now,
            updated=now,
            members=members,
            is_general=seed.name == "general",
            purpose=seed.purpose,
            shared_with=tuple(partner_named(state, name).id for name in seed.shared_with),
            rules=seed.rules,
        )
    )


def _members(state: State, place: str, names: tuple[str, ...]) -> tuple[str, ...]:
    known = {user.name: user.id for user in state.people()}
    strangers = [name for name in names if name not in known]
    if strangers:
        raise SeedError(f"{place} names {', '.join(strangers)}, who is not among the people.")
    return tuple(known[name] for name in names)


def _add_group(state: State, seed: SeedGroup) -> None:
    if any(group.handle == seed.handle for group in state.groups.values()):
        return
    state.keep(
        UserGroup(
            id=new_id("S"),
            handle=seed.handle,
            name=seed.name,
            description=seed.description,
            users=_members(state, f"@{seed.handle}", seed.members),
            created=int(state.now()),
        )
    )
