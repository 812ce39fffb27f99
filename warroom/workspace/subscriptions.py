"""How an app's event subscription fares: what it gets in an hour, how much of it fails, and when Slack has had enough.

Numbers are those of docs.slack.dev (Events API): 30,000 deliveries per workspace and app in 60 minutes, then app_rate_limited
once a minute; a subscription whose deliveries fail by more than 95 % over 60 minutes is switched off, unless the app gets
fewer than 1,000 events an hour. A delivery that is sent again counts again.
"""

from collections import deque
from dataclasses import dataclass, field

from warroom.workspace.state import Clock

WINDOW = 3600.0
MOST_AN_HOUR = 30_000
_EXEMPT_BELOW = 1_000
_MOST_FAILING = 0.95
_SAY_EVERY = 60.0


@dataclass
class _Record:
    deliveries: deque[tuple[float, bool]] = field(default_factory=deque)  # when, and whether it failed
    failed: int = 0
    told_at: float = -_SAY_EVERY


class Subscriptions:
    """Counts by app. Times are seconds of the workspace's clock."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._records: dict[str, _Record] = {}

    def count(self, app_id: str, *, failed: bool) -> None:
        record = self._fresh(app_id)
        record.deliveries.append((self._now(), failed))
        record.failed += failed

    def is_full(self, app_id: str) -> bool:
        """Whether this hour's deliveries are used up."""
        return len(self._fresh(app_id).deliveries) >= MOST_AN_HOUR

    def may_say_full(self, app_id: str) -> bool:
        """Whether app_rate_limited is due: once a minute."""
        record = self._fresh(app_id)
        due = self._now() - record.told_at >= _SAY_EVERY
        if due:
            record.told_at = self._now()
        return due

    def has_failed(self, app_id: str) -> bool:
        """Whether so much failed that the subscription is to be switched off."""
        record = self._fresh(app_id)
        count = len(record.deliveries)
        return count >= _EXEMPT_BELOW and record.failed / count > _MOST_FAILING

    def forget(self, app_id: str) -> None:
        self._records.pop(app_id, None)

    def _fresh(self, app_id: str) -> _Record:
        record = self._records.setdefault(app_id, _Record())
        until = self._now() - WINDOW
        while record.deliveries and record.deliveries[0][0] <= until:
            record.failed -= record.deliveries.popleft()[1]
        return record
