"""A closed room's timeline as what happened: alerts, incidents, and what became of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from warroom.core import events as e
from warroom.core.events import Entry
from warroom.definitions.exchange import incident
from warroom.definitions.exchange.brought import Brought, Given, NotBrought, Notes
from warroom.definitions.exchange.incident import Kind, Moment, Past
from warroom.definitions.exchange.roles import Roles, known


def bring(entries: Iterable[Entry], names: Mapping[str, str], source: str, given: Given) -> Brought:
    """The skeleton of a scenario. `names` maps people's ids to their names; nobody's is in it.

    Raises NotBrought when nothing happened in the room.
    """
    reader, notes = _Reader(), Notes()
    kept = sorted(entries, key=_moment)
    for entry in kept:
        reader.entry(entry)
    begins = reader.begins()
    if begins is None:
        raise NotBrought(f"{source}: no alert fired and no incident was declared in it; nothing can be made of it.")
    found = sorted(
        reader.found, key=lambda each: (each[0], each[1].kind is not Kind.ALERT)
    )  # an alert opens, if it can
    moments = tuple(replace(each, at=at - begins) for at, each in found)
    people = {person: names.get(person, person) for person in (*reader.people, *names)} | known(given.people)
    past = Past(title=reader.title, source=source, moments=moments)
    return incident.scenario(past, Roles(people=people, had=reader.had), notes, id=given.id, title=given.title)


def _moment(entry: Entry) -> datetime:
    return entry.occurred_at or entry.at


@dataclass(slots=True)
class _Reader:
    found: list[tuple[datetime, Moment]] = field(default_factory=list)
    people: dict[str, None] = field(default_factory=dict)
    had: dict[str, str] = field(default_factory=dict)
    title: str = ""
    played: dict[str, int] = field(default_factory=dict)

    def begins(self) -> datetime | None:
        """When the first thing happened that anybody was told."""
        news = (Kind.ALERT, Kind.DECLARED, Kind.TOLD, Kind.SAID)
        return next((at for at, each in self.found if each.kind in news), None)

    def entry(self, entry: Entry) -> None:
        self._people(entry)
        for each in self._moments(entry):
            self.found.append((_moment(entry), each))

    def _people(self, entry: Entry) -> None:
        match entry.event:
            case e.RoomOpened(title=title, invited=invited):
                self.title = self.title or title
                self.people |= dict.fromkeys(invited)
            case e.GamePlanned() as planned:
                self.title = planned.title
                every = (
                    *planned.controllers,
                    *planned.players,
                    *planned.observers,
                    *planned.evaluators,
                    *planned.safety,
                )
                self.people |= dict.fromkeys(every)
                self.had |= dict.fromkeys(planned.controllers, "dungeon-master")
            case e.RoleTaken(role=role, person=person):
                self.people[person] = None
                self.had.setdefault(person, role)
            case e.AlertFired() | e.AlertResolved() | e.AlertsCutShort():
                return  # who sent an alert is no person
            case _:
                self.people |= dict.fromkeys(filter(None, (getattr(entry.event, "person", ""),)))
        if entry.by and entry.by != "warroom":
            self.people[entry.by] = None

    def _moments(self, entry: Entry) -> Iterator[Moment]:
        match entry.event:
            case e.AlertFired() as alert:
                yield Moment(
                    at=None,
                    kind=Kind.ALERT,
                    title=alert.name,
                    text=alert.summary,
                    severity=alert.severity,
                    labels=tuple(alert.labels.items()),
                )
            case e.AlertResolved(name=name):
                yield Moment(at=None, kind=Kind.OVER, title=name)
            case e.InjectPlayed(kind="hint", text=text):
                yield Moment(at=None, kind=Kind.NOTE, text=f"a hint was given: {text}")
            case e.InjectPlayed() as played if played.text and played.kind != "alert":
                self.played[played.inject] = len(self.found)
                yield _played(played)
            case e.IncidentDeclared() as declared:
                yield from self._declared(declared)
            case _:
                yield from _done(entry)

    def _declared(self, declared: e.IncidentDeclared) -> Iterator[Moment]:
        """An incident. In a game the inject that opened it has been told already, and only becomes one."""
        about = Moment(
            at=None,
            kind=Kind.DECLARED,
            title=declared.title,
            incident=declared.incident,
            severity=declared.severity,
            services=declared.services,
            failure_modes=declared.failure_modes,
        )
        there = self.played.get(declared.inject) if declared.inject else None
        if there is None:
            yield about
            return
        at, told = self.found[there]
        self.found[there] = (at, replace(about, text=told.text))


def _played(played: e.InjectPlayed) -> Moment:
    """What the dungeon master put into play; an alert is on the timeline by itself."""
    if played.actor:
        return Moment(at=None, kind=Kind.TOLD, text=played.text, who=played.actor_title or "somebody outside")
    return Moment(at=None, kind=Kind.SAID, text=played.text)


def _done(entry: Entry) -> Iterator[Moment]:
    """What people did and said that is worth comparing with."""
    who = "" if entry.by == "warroom" else entry.by
    match entry.event:
        case e.IncidentAcknowledged(incident=name):
            yield Moment(at=None, kind=Kind.ACKNOWLEDGED, text="acknowledged it", who=who, incident=name)
        case e.IncidentMitigated(incident=name):
            yield Moment(at=None, kind=Kind.MITIGATED, text="customers are no longer hurt", who=who, incident=name)
        case e.IncidentResolved(incident=name, note=note):
            yield Moment(
                at=None, kind=Kind.RESOLVED, text=f"resolved it{f': {note}' if note else ''}", who=who, incident=name
            )
        case e.IncidentReopened(incident=name, reason=reason):
            yield Moment(at=None, kind=Kind.NOTE, text=f"it was opened again: {reason}", who=who, incident=name)
        case e.SeverityChanged(severity=severity):
            yield Moment(at=None, kind=Kind.NOTE, text=f"its severity is now {severity}", who=who)
        case e.RoleTaken(role="commander", person=person):
            yield Moment(at=None, kind=Kind.COMMAND, text="is in command", who=person)
        case e.StatusPosted(text=text):
            yield Moment(at=None, kind=Kind.UPDATE, text=f"status update: {text}", who=who)
        case e.RunStarted(runbook=runbook, incident=name, parent=None):
            yield Moment(at=None, kind=Kind.RUNBOOK, text=f"began the runbook {runbook.title}", who=who, incident=name)
        case e.NoteTaken(text=text):
            yield Moment(at=None, kind=Kind.NOTE, text=text, who=who)
