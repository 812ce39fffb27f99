"""The real alert of the demo, as Alertmanager sends it: something breaks in earnest while everybody is playing."""

import json
from datetime import UTC, datetime
from typing import Any

GROUP = '{}:{alertname="DonationErrorsHigh"}'


def payload(starts_at: datetime, *, resolved_at: datetime | None = None) -> bytes:
    """One delivery of the webhook, version 4: firing, or resolved when `resolved_at` is given."""
    status = "resolved" if resolved_at else "firing"
    labels = {"alertname": "DonationErrorsHigh", "service": "payments", "severity": "critical", "region": "west"}
    annotations = {
        "summary": "4.2 % of donations fail",
        "description": "The payment API answers 502 to one call in twenty-four. It is not part of the exercise.",
    }
    alert: dict[str, Any] = {
        "status": status,
        "labels": labels,
        "annotations": annotations,
        "startsAt": _instant(starts_at),
        "endsAt": _instant(resolved_at) if resolved_at else "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.org/graph?g0.expr=donation_errors",
        "fingerprint": "3f9a1c0b7d2e4856",
    }
    body = {
        "version": "4",
        "groupKey": GROUP,
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "warroom",
        "groupLabels": {"alertname": "DonationErrorsHigh"},
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": "http://alertmanager.example.org",
        "alerts": [alert],
    }
    return json.dumps(body).encode()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
