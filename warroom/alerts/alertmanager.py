"""Prometheus Alertmanager, and Grafana where it sends the same shape.

Payload versions 3, 4 and Grafana's 1 differ only in fields that are optional here, so the version is not looked at, and
neither is any field that is not named in this file. Source: https://prometheus.io/docs/alerting/latest/configuration/
under `webhook_config`, and deliveries of version 0.25.0: `endsAt` has year 1 while an alert fires; one delivery may hold
alerts that fire and alerts that are over, with `status: firing` at the top; `max_alerts` cuts the list short and says so
in `truncatedAlerts`; a retry and a periodic repeat are the same bytes.
"""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from warroom.alerts import instants, plain, severity
from warroom.alerts.group import Group, NotThisSource, digest
from warroom.core.commands import Alert
from warroom.runtime.clock import whole

NAME = "alertmanager"

_SERVICES = ("service", "app", "application", "app_kubernetes_io_name", "component", "deployment", "job")
_SEVERITIES = ("severity", "priority", "level")
_SUMMARIES = ("summary", "message", "title", "description")
_STATES = {"firing": True, "alerting": True, "resolved": False, "ok": False}
_LONGEST_GROUP = 300  # it becomes part of a database key
_MOST_MISSING = 1_000_000


class _Told(NamedTuple):
    """One alert, and what the group takes from it."""

    alert: Alert
    said_severity: str


def read(body: object) -> Group:
    """The group that this delivery is about. Raises NotThisSource."""
    fields = _object(body, "The body")
    told = _unique(_alerts(fields))
    alerts = tuple(each.alert for each in told)
    common = _texts(fields.get("commonLabels"), "commonLabels") or _shared([alert.labels for alert in alerts])
    said = severity.worst(each.said_severity for each in _loudest(told))
    return Group(
        source=NAME,
        group=_group(fields, alerts),
        title=_title(fields, [each.alert for each in _loudest(told)]),
        severity=severity.ours(said),
        said_severity=said,
        services=_services(common, alerts),
        labels=common,
        alerts=alerts,
        missing=_missing(fields.get("truncatedAlerts")),
    )


# --- the alerts


def _alerts(fields: Mapping[str, object]) -> Iterator[_Told]:
    listed = fields.get("alerts")
    if not isinstance(listed, list):
        raise NotThisSource("The body has no list `alerts`, so this is not an Alertmanager delivery.")
    if not listed:
        raise NotThisSource("The list `alerts` is empty; Alertmanager never sends that.")
    for number, each in enumerate(listed, 1):
        yield _alert(_object(each, f"Alert {number}"), fields, f"Alert {number}")


def _alert(fields: Mapping[str, object], group: Mapping[str, object], where: str) -> _Told:
    labels = _texts(fields.get("labels"), f"{where}: `labels`")
    if labels is None:
        raise NotThisSource(f"{where} has no labels; Alertmanager sends at least `alertname`.")
    notes = _texts(fields.get("annotations"), f"{where}: `annotations`") or {}
    starts, ends = instants.read(fields.get("startsAt")), instants.read(fields.get("endsAt"))
    said = _first(labels, _SEVERITIES) or _first(notes, _SEVERITIES)
    alert = Alert(
        key=_key(fields, starts.isoformat() if starts else ""),
        name=plain.line(_name(labels, notes)),
        firing=_firing(fields, group, where),
        summary=plain.paragraph(_first(notes, _SUMMARIES)),
        severity=said,
        labels=labels,
        link=_link(fields, group),
        starts_at=whole(starts) if starts else None,
        ends_at=whole(ends) if ends else None,
    )
    return _Told(alert, said)


def _key(fields: Mapping[str, object], starts: str) -> str:
    """Labels say which alert it is, its start says which occurrence. Older versions send no fingerprint of the labels."""
    fingerprint = fields.get("fingerprint")
    identity = fingerprint if isinstance(fingerprint, str) and fingerprint else fields.get("labels")
    return digest(NAME, identity, starts)[:16]


def _firing(fields: Mapping[str, object], group: Mapping[str, object], where: str) -> bool:
    said = fields.get("status", group.get("status", "firing"))
    firing = _STATES.get(said.casefold()) if isinstance(said, str) else None
    if firing is None:
        raise NotThisSource(f"{where} is neither `firing` nor `resolved` by its `status`.")
    return firing


def _name(labels: Mapping[str, str], notes: Mapping[str, str]) -> str:
    return labels.get("alertname") or notes.get("title") or "Alert without a name"


def _link(fields: Mapping[str, object], group: Mapping[str, object]) -> str:
    """Where to look: the rule's own page, or at least the sender's."""
    asked = (fields.get("generatorURL"), group.get("externalURL"))
    return next((found for each in asked if isinstance(each, str) and (found := plain.link(each))), "")


def _unique(told: Iterator[_Told]) -> list[_Told]:
    """One of each key. That an occurrence is over is the later news, wherever it stands in the list."""
    by_key: dict[str, _Told] = {}
    for each in told:
        known = by_key.get(each.alert.key)
        if known is None or known.alert.firing:
            by_key[each.alert.key] = each
    return list(by_key.values())


# --- the group


def _loudest(told: list[_Told]) -> list[_Told]:
    """Those that fire; all, when none does."""
    return [each for each in told if each.alert.firing] or told


def _group(fields: Mapping[str, object], alerts: tuple[Alert, ...]) -> str:
    """`groupKey` where it is one (in version 3 it is a number that differs between releases)."""
    key = fields.get("groupKey")
    if isinstance(key, str) and key:
        clean = plain.line(key, _LONGEST_GROUP)
        return clean if clean == key else digest(key)
    labels = _texts(fields.get("groupLabels"), "groupLabels")
    receiver = fields.get("receiver")
    return digest(receiver if isinstance(receiver, str) else "", _names(alerts) if labels is None else labels)


def _title(fields: Mapping[str, object], alerts: list[Alert]) -> str:
    name = _listed(_names(alerts))
    notes = _texts(fields.get("commonAnnotations"), "commonAnnotations") or {}
    summary = plain.line(_first(notes, _SUMMARIES) or (alerts[0].summary if len(alerts) == 1 else ""))
    if not summary or summary.casefold().startswith(name.casefold()):
        return plain.line(summary or name, 150)
    return plain.line(f"{name}: {summary}", 150)


def _names(alerts: list[Alert] | tuple[Alert, ...]) -> list[str]:
    return sorted({alert.name for alert in alerts})


def _listed(names: list[str]) -> str:
    if len(names) > 2:
        return f"{names[0]}, {names[1]} and {len(names) - 2} more"
    return " and ".join(names)


def _services(common: Mapping[str, str], alerts: tuple[Alert, ...]) -> tuple[str, ...]:
    """By label, not by alert: a `service` anywhere is likelier than a `job` that all have in common."""
    everywhere = (common, *(alert.labels for alert in alerts))
    found = [labels[label] for label in _SERVICES for labels in everywhere if labels.get(label)]
    return tuple(dict.fromkeys(found))[:20]


def _shared(labels: list[Mapping[str, str]]) -> dict[str, str]:
    first, *others = labels
    return {name: value for name, value in first.items() if all(each.get(name) == value for each in others)}


def _missing(said: object) -> int:
    return min(max(said, 0), _MOST_MISSING) if isinstance(said, int) and not isinstance(said, bool) else 0


# --- the shapes


def _object(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise NotThisSource(f"{where} is not a JSON object.")
    return value


def _texts(value: object, where: str) -> dict[str, str] | None:
    """Names and texts; numbers and truth values become text. None when there is nothing there."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise NotThisSource(f"{where} is not a JSON object.")
    return {plain.line(name): _text(each, f"{where}, {plain.line(name, 60)!r},") for name, each in value.items()}


def _text(value: object, where: str) -> str:
    match value:
        case str():
            return plain.paragraph(value)
        case None:
            return ""
        case bool() | int() | float():
            return json.dumps(value)
        case _:
            raise NotThisSource(f"{where} is not a text.")


def _first(texts: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((texts[name] for name in names if texts.get(name)), "")
