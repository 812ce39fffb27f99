"""What responders may ask for about roles and incidents, and what happens then."""

from datetime import datetime

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core import incident as incidents
from warroom.core import roster as people
from warroom.core.permission import News, acknowledged_too, in_words, may_act, the_incident
from warroom.core.refusals import NotNow, TooLate, Unknown
from warroom.core.room import Room
from warroom.core.scenario import SEVERITIES
from warroom.core.when import MILESTONES
from warroom.core.words import Person, Time


def take_role(room: Room, command: c.TakeRole, now: datetime) -> News:
    news = may_act(room, command.by)
    person, holder = command.person or command.by, room.roster.roles.get(command.role, "")
    if holder == person:
        raise NotNow(Person(person), f" is {command.role} already.")
    if room.drill and person != command.by:
        people.must_be_able_to_act(room.roster, person)
        news += [] if room.roster.part(person) else [e.PlayerJoined(person=person)]
    if command.instead_of is not None and command.instead_of != holder:
        raise TooLate(Person(holder), f" is {command.role} now.") if holder else TooLate("Nobody has that role now.")
    return [*news, e.RoleTaken(role=command.role, person=person)]


def leave_role(room: Room, command: c.LeaveRole, now: datetime) -> News:
    news = may_act(room, command.by)
    if room.roster.roles.get(command.role) != command.by:
        raise NotNow(f"You are not {command.role}.")
    return [*news, e.RoleLeft(role=command.role, person=command.by)]


def acknowledge(room: Room, command: c.Acknowledge, now: datetime) -> News:
    news = may_act(room, command.by)
    incident = the_incident(room, command.incident)
    if incident.acknowledged_at is not None and incident.open:
        raise TooLate(Person(incident.acknowledged_by), f" has acknowledged “{incident.title}” already.")
    incidents.must_allow(incident, "acknowledge")
    return [*news, e.IncidentAcknowledged(incident=incident.id)]


def mitigate(room: Room, command: c.Mitigate, now: datetime) -> News:
    news = may_act(room, command.by)
    incident = the_incident(room, command.incident)
    incidents.must_allow(incident, "mitigate")
    return [*news, *acknowledged_too(incident), e.IncidentMitigated(incident=incident.id)]


def resolve(room: Room, command: c.Resolve, now: datetime) -> News:
    news = may_act(room, command.by)
    incident = the_incident(room, command.incident)
    incidents.must_allow(incident, "resolve")
    return [*news, *acknowledged_too(incident), e.IncidentResolved(incident=incident.id, note=command.note)]


def reopen(room: Room, command: c.Reopen, now: datetime) -> News:
    news = may_act(room, command.by)
    incident = the_incident(room, command.incident)
    incidents.must_allow(incident, "reopen")
    return [*news, e.IncidentReopened(incident=incident.id, reason=in_words(command.reason))]


def set_severity(room: Room, command: c.SetSeverity, now: datetime) -> News:
    news = may_act(room, command.by)
    incident = the_incident(room, command.incident)
    if command.severity not in SEVERITIES:
        raise Unknown(f"{command.severity!r} is not a severity; use {', '.join(SEVERITIES)}.")
    if incident.severity == command.severity:
        raise NotNow(f"“{incident.title}” is {command.severity} already.")
    return [*news, e.SeverityChanged(incident=incident.id, severity=command.severity)]


def mark_moment(room: Room, command: c.MarkMoment, now: datetime) -> News:
    """Also by whoever evaluates: it is what was seen that counts, not who saw it."""
    news = [] if room.drill and command.by in room.roster.staff else may_act(room, command.by)
    incident = the_incident(room, command.incident)
    if command.what not in MILESTONES:
        raise Unknown(f"{command.what!r} is no moment that is marked; there are {', '.join(MILESTONES)}.")
    if command.what in incident.marked:
        raise TooLate("That has been marked already, at ", Time(incident.marked[command.what]), ".")
    return [*news, e.MomentMarked(incident=incident.id, what=command.what)]


def post_status(room: Room, command: c.PostStatus, now: datetime) -> News:
    return [*may_act(room, command.by), e.StatusPosted(text=in_words(command.text))]
