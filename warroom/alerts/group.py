"""What every source turns its payload into: a group of alerts, as one delivery tells it."""

import hashlib
import json
from collections.abc import Mapping

from warroom.core.commands import Alert
from warroom.core.declaring import dataclass
from warroom.errors import WarroomError


class NotThisSource(WarroomError):
    """The payload is not what this source sends; the message says what is wrong with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Alerts that their source holds to be one matter. Every text is plain: no markup is to be read into it.

    `group` is the same for every delivery about this matter. `severity` is one of ours, the worst of those that fire;
    `said_severity` is the source's own word for it. `services` are names to look for in the catalogue, likeliest
    first. `missing` is how many alerts the sender left out.
    """

    source: str
    group: str
    title: str
    severity: str
    said_severity: str
    services: tuple[str, ...]
    labels: Mapping[str, str]
    alerts: tuple[Alert, ...]
    missing: int = 0

    @property
    def firing(self) -> bool:
        """Whether any alert of it still fires."""
        return any(alert.firing for alert in self.alerts)


def delivery_keys(group: Group) -> tuple[str, ...]:
    """One key for each thing this delivery says: that this alert of this group fires, or that it is over.

    A retry and a periodic repeat have the same keys. Empty when an alert has no start: then a repeat cannot be told
    from a second occurrence, and only the room knows whether it is news.
    """
    if any(alert.starts_at is None for alert in group.alerts):
        return ()
    return tuple(f"alert:{group.source}:{digest(group.group, each.key, each.firing)}" for each in group.alerts)


def digest(*parts: object) -> str:
    """32 hex digits that are the same for the same parts, on every machine."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]
