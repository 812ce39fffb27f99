"""Incidents: what has failed, and how far the room has come with it.

    declared ──> acknowledged ──> mitigated ──> resolved
        └──────────────┴──────────────┴────────────^ │
                       ^─────── reopened (why) ──────┘

Mitigation may be skipped, acknowledgement may not: whoever resolves or mitigates has acknowledged.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from warroom.core.declaring import dataclass
from warroom.core.refusals import NotNow


class IncidentState(StrEnum):
    DECLARED = "declared"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    id: str
    title: str
    severity: str
    services: tuple[str, ...]
    failure_modes: tuple[str, ...]
    inject: str
    declared_at: datetime
    state: IncidentState = IncidentState.DECLARED
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    teams: tuple[str, ...] = ()  # who is told of it; everybody when empty
    marked: Mapping[str, datetime] = field(default_factory=dict)  # moments that somebody has seen, when first

    @property
    def open(self) -> bool:
        return self.state is not IncidentState.RESOLVED


_MOVES: dict[str, tuple[IncidentState, ...]] = {
    "acknowledge": (IncidentState.DECLARED,),
    "mitigate": (IncidentState.DECLARED, IncidentState.ACKNOWLEDGED),
    "resolve": (IncidentState.DECLARED, IncidentState.ACKNOWLEDGED, IncidentState.MITIGATED),
    "reopen": (IncidentState.RESOLVED,),
}


def must_allow(incident: Incident, move: str) -> None:
    """Raise a sentence when this move is not in the table."""
    if incident.state in _MOVES[move]:
        return
    what = {"acknowledge": "acknowledged", "mitigate": "mitigated", "resolve": "resolved", "reopen": "open"}[move]
    if move == "reopen":
        raise NotNow(f"{incident.title} is not resolved, so there is nothing to reopen.")
    raise NotNow(f"{incident.title} is already {incident.state}; it cannot be {what} again.")
