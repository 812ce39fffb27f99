"""The incidents, in Markdown: what became of each, and how long everything took."""

from collections.abc import Sequence
from datetime import timedelta

from warroom.core.durations import mark
from warroom.core.durations import write as length
from warroom.core.incident import IncidentState
from warroom.exporters.escaping import inline
from warroom.exporters.markdown.pieces import Lines, began, clock, lasted, names_of, section, table, time_of_day, who
from warroom.report.facts import AfterAction, IncidentFacts
from warroom.report.phrasing import capital, listed


def happened(after: AfterAction) -> Lines:
    yield from section("What happened")
    if not after.incidents:
        yield from ("No incident was opened.", "")
    if len(after.incidents) > 1:
        yield from _overview(after.incidents)
    for each in after.incidents:
        yield from _incident(after, each)


def _overview(incidents: Sequence[IncidentFacts]) -> Lines:
    yield "How long each took, counted from when it was declared or injected:"
    yield ""
    headings = ("Incident", "Severity", "Noticed", "Acknowledged", "Runbook opened", "Mitigated", "Works again")
    yield from table(
        (*headings, "Resolved", "In command"),
        (
            (
                inline(each.title),
                inline(each.severity),
                lasted(each.to_notice) or "never",
                lasted(each.to_acknowledge) or "never",
                lasted(each.to_runbook) or "never",
                lasted(each.to_mitigate),
                lasted(each.to_restore) or "never",
                lasted(each.to_resolve) or "not resolved",
                names_of(each.commanders) if each.commanders else "nobody",
            )
            for each in incidents
        ),
    )


_UNRESOLVED = {
    IncidentState.DECLARED: "Nobody had acknowledged it at the end.",
    IncidentState.ACKNOWLEDGED: "It was not resolved at the end.",
    IncidentState.MITIGATED: "It was mitigated, but not resolved at the end.",
}


def _incident(after: AfterAction, incident: IncidentFacts) -> Lines:
    yield f"### {inline(incident.title)} ({inline(incident.severity)})"
    yield ""
    affected = f"Affected: {names_of(incident.services)}. " if incident.services else ""
    state = _UNRESOLVED.get(IncidentState(incident.state), "")
    teams = f"For {names_of(incident.teams)}. " if incident.teams else ""
    if affected or teams or state:
        yield from (f"{affected}{teams}{state}".strip(), "")
    yield from table(
        ("What", clock(after), "Time (UTC)", "After", "By"),
        (
            (
                inline(each.what),
                mark(each.moment.clock),
                time_of_day(each.moment.at, began(after)),
                length(each.after) if place else "",
                who(each.moment.who),
            )
            for place, each in enumerate(incident.milestones)
        ),
    )
    yield from (_measures(incident), "")
    if after.mark.drill and (never := [what for what, when in _noted(incident) if when is None]):
        yield from (f"Never noted: {listed(never)}.", "")


def _measures(incident: IncidentFacts) -> str:
    """The four lengths of time that are compared between incidents, in words."""
    took = (
        ("noticed", "TTD", incident.to_notice),
        ("acknowledged", "TTA", incident.to_acknowledge),
        ("customers no longer hurt", "TTM", incident.to_mitigate),
        ("works again", "TTR", incident.to_restore),
    )
    return f"{capital('; '.join(f'{what} {_after(when)} ({short})' for what, short, when in took))}."


def _after(when: timedelta | None) -> str:
    return "at once" if when == timedelta(0) else f"after {length(when)}" if when is not None else "never noted"


def _noted(incident: IncidentFacts) -> tuple[tuple[str, timedelta | None], ...]:
    """What people would otherwise write down from a clock on the wall."""
    return (
        ("first alert", incident.to_alert),
        ("definitive evidence", incident.to_evidence),
        ("acknowledged", incident.to_acknowledge),
        ("a commander", incident.to_command),
        ("automation acted", incident.to_automation),
        ("a runbook opened", incident.to_runbook),
        ("mitigated", incident.to_mitigate),
        ("seen to work again", incident.to_restored),
        ("resolved", incident.to_resolve),
    )
