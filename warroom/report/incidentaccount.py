"""The part of an account that keeps incidents and alerts: what became of each, and how long after it was declared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from warroom.core import events as e
from warroom.core.incident import IncidentState
from warroom.core.roster import COMMANDER
from warroom.core.rules.game import EXERCISE
from warroom.report.facts import AlertFacts, IncidentFacts, Milestone
from warroom.report.moment import Moment
from warroom.report.reading import NOTHING, Reading


@dataclass(slots=True)
class _Incident:
    declared: Moment
    milestones: list[Milestone] = field(default_factory=list)
    commanders: list[str] = field(default_factory=list)
    to_command: timedelta | None = None
    to_runbook: timedelta | None = None
    reopened: int = 0
    alert: str = ""
    seen: dict[str, timedelta] = field(default_factory=dict)


@dataclass(slots=True)
class Incidents:
    """Feed it every event with `keep`; then ask for `facts`. `alerts` are by source and name."""

    reading: Reading
    kept: dict[str, _Incident] = field(default_factory=dict)
    alerts: dict[tuple[str, str], AlertFacts] = field(default_factory=dict)
    left_out: int = 0

    def keep(self, moment: Moment, event: e.Event) -> None:
        if (keep := _KEPT.get(type(event))) is not None:
            keep(self, moment, event)

    def facts(self) -> tuple[IncidentFacts, ...]:
        return tuple(self._incident(name, kept) for name, kept in self.kept.items())

    def _incident(self, name: str, kept: _Incident) -> IncidentFacts:
        there, offers = self.reading.room.incidents[name], self.reading.room.offers.get(name)

        def last(what: str, *, so: bool) -> timedelta | None:
            found = [each.after for each in kept.milestones if each.what == what]
            return found[-1] if found and so else None

        acknowledged = [each.after for each in kept.milestones if each.what == "Acknowledged"]
        return IncidentFacts(
            id=name,
            title=self.reading.words(there.title),
            severity=there.severity,
            state=there.state.value,
            services=there.services,
            failure_modes=there.failure_modes,
            declared=kept.declared,
            milestones=tuple(kept.milestones),
            commanders=tuple(kept.commanders),
            to_acknowledge=acknowledged[0] if acknowledged else None,
            to_command=kept.to_command,
            to_runbook=kept.to_runbook,
            to_mitigate=last("Mitigated", so=there.mitigated_at is not None),
            to_resolve=last("Resolved", so=there.state is IncidentState.RESOLVED),
            reopened=kept.reopened,
            runbooks_found=None if offers is None else tuple(offer.title for offer in offers),
            inject=there.inject,
            teams=tuple(map(self.reading.team, there.teams)),
            first_alert=kept.alert,
            to_alert=kept.seen.get("alert"),
            to_evidence=kept.seen.get("evidence"),
            to_automation=kept.seen.get("automation"),
            to_restored=kept.seen.get("restored"),
        )


def _declared(incidents: Incidents, moment: Moment, event: e.IncidentDeclared) -> None:
    commander = incidents.reading.room.roster.commander
    incidents.kept[event.incident] = _Incident(
        declared=moment,
        milestones=[Milestone(what="Injected" if event.inject else "Declared", moment=moment, after=NOTHING)],
        commanders=[incidents.reading.name(commander)] if commander else [],
        to_command=NOTHING if commander else None,
    )
    opened = incidents.reading.room.alerts.get(f"{EXERCISE}:{event.inject}") if event.inject else None
    if opened is not None:
        _noticed(incidents, moment, event.incident, opened.name)


def _noticed(incidents: Incidents, moment: Moment, incident: str, alert: str) -> None:
    """The first alert about an incident."""
    kept = incidents.kept[incident]
    if not kept.alert:
        kept.alert = incidents.reading.words(alert)
        kept.seen["alert"] = incidents.reading.between(kept.declared, moment)
        _pass(incidents, moment, incident, f"First alert: {kept.alert}")


def _opens_its_own(incidents: Incidents, alert: str) -> bool:
    """Whether the inject that raised this alert opens an incident with it, which is declared just after."""
    plan, (source, _, inject) = incidents.reading.room.plan, alert.partition(":")
    there = plan.scenario.inject(inject) if plan and source == EXERCISE else None
    return there is not None and there.incident is not None


def _concerned(incidents: Incidents, labels: Mapping[str, str]) -> str:
    """Which incident an alert is about: one whose service its labels name, else the only one that is open."""
    still = [each for each in incidents.reading.room.incidents.values() if each.open and each.id in incidents.kept]
    named = [each.id for each in still if set(labels.values()) & set(each.services)]
    return named[0] if named else still[0].id if len(still) == 1 else ""


_SEEN = {
    "evidence": "Definitive evidence",
    "automation": "Automation acted",
    "restored": "Seen to work again",
}


def _marked(incidents: Incidents, moment: Moment, event: e.MomentMarked) -> None:
    kept = incidents.kept[event.incident]
    kept.seen.setdefault(event.what, incidents.reading.between(kept.declared, moment))
    _pass(incidents, moment, event.incident, _SEEN.get(event.what, event.what))


def _milestone(what: str) -> Callable[[Incidents, Moment, Any], None]:
    def keep(incidents: Incidents, moment: Moment, event: Any) -> None:
        _pass(incidents, moment, event.incident, what)

    return keep


def _pass(incidents: Incidents, moment: Moment, incident: str, what: str) -> None:
    kept = incidents.kept[incident]
    after = incidents.reading.between(kept.declared, moment)
    kept.milestones.append(Milestone(what=what, moment=moment, after=after))


def _reopened(incidents: Incidents, moment: Moment, event: e.IncidentReopened) -> None:
    incidents.kept[event.incident].reopened += 1
    _pass(incidents, moment, event.incident, "Reopened")


def _severity(incidents: Incidents, moment: Moment, event: e.SeverityChanged) -> None:
    _pass(incidents, moment, event.incident, f"Set to {event.severity}")


def _commanded(incidents: Incidents, moment: Moment, event: e.RoleTaken) -> None:
    if event.role != COMMANDER:
        return
    who = incidents.reading.name(event.person)
    for incident, kept in incidents.kept.items():
        if not incidents.reading.room.incidents[incident].open:
            continue
        first = not kept.commanders
        if first:
            kept.to_command = incidents.reading.between(kept.declared, moment)
        if who not in kept.commanders:
            kept.commanders.append(who)
        _pass(incidents, moment, incident, f"{who} took command" if first else f"Command passed to {who}")


def _run_started(incidents: Incidents, moment: Moment, event: e.RunStarted) -> None:
    kept = incidents.kept.get(event.incident)
    if kept is None:
        return
    if kept.to_runbook is None:
        kept.to_runbook = incidents.reading.between(kept.declared, moment)
    if event.parent is None:
        title = incidents.reading.room.runs[event.run].name
        _pass(incidents, moment, event.incident, f"Runbook “{title}” started")


def _fired(incidents: Incidents, moment: Moment, event: e.AlertFired) -> None:
    there = incidents.alerts.get((event.source, event.name)) or AlertFacts(
        name=event.name,
        source=event.source,
        severity=event.severity,
        summary=incidents.reading.words(event.summary),
        fired=0,
        resolved=0,
        first=moment.at,
        last=moment.at,
    )
    incidents.alerts[event.source, event.name] = replace(there, fired=there.fired + 1, last=moment.at)
    concerned = "" if _opens_its_own(incidents, event.alert) else _concerned(incidents, event.labels)
    if concerned:
        _noticed(incidents, moment, concerned, event.name)


def _quiet(incidents: Incidents, moment: Moment, event: e.AlertResolved) -> None:
    there = incidents.alerts.get((event.source, event.name))
    if there is not None:
        incidents.alerts[event.source, event.name] = replace(there, resolved=there.resolved + 1, last=moment.at)


def _cut_short(incidents: Incidents, moment: Moment, event: e.AlertsCutShort) -> None:
    incidents.left_out += event.missing


_KEPT: dict[type[e.Event], Callable[[Incidents, Moment, Any], None]] = {
    e.IncidentDeclared: _declared,
    e.IncidentAcknowledged: _milestone("Acknowledged"),
    e.IncidentMitigated: _milestone("Mitigated"),
    e.IncidentResolved: _milestone("Resolved"),
    e.IncidentReopened: _reopened,
    e.MomentMarked: _marked,
    e.SeverityChanged: _severity,
    e.RunStarted: _run_started,
    e.AlertFired: _fired,
    e.AlertResolved: _quiet,
    e.AlertsCutShort: _cut_short,
    e.RoleTaken: _commanded,
}
