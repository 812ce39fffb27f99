"""Slack's rate limits: each method by its tier, per app and minute; posting about once a second and channel.

A tier's number of calls may come at once and is then given back evenly over the minute. Posts may come in bursts of four:
Slack says that short bursts above one a second are allowed and not how many.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from warroom.workspace.methods.method import Tier

_PER_MINUTE: dict[Tier, int] = {1: 1, 2: 20, 3: 50, 4: 100, "special": 600, "post": 600}
_POST_BURST = 4
_POSTS_PER_SECOND = 1.0


@dataclass
class _Bucket:
    tokens: float
    at: float


class RateLimits:
    """Token buckets. With `enabled` false nothing is ever refused."""

    def __init__(self, now: Callable[[], float], *, enabled: bool) -> None:
        self._now, self.enabled = now, enabled
        self._buckets: dict[tuple[str, ...], _Bucket] = {}

    def wait(self, tier: Tier, method: str, app_id: str, channel: str) -> int:
        """Whole seconds to wait before this call may be made; 0 if it may be made now, and then it is counted."""
        if not self.enabled:
            return 0
        size = _PER_MINUTE[tier]
        seconds = self._take((app_id, method), size, size / 60)
        if not seconds and tier == "post":
            seconds = self._take((app_id, method, channel), _POST_BURST, _POSTS_PER_SECOND)
        return seconds

    def _take(self, key: tuple[str, ...], size: int, per_second: float) -> int:
        now = self._now()
        bucket = self._buckets.setdefault(key, _Bucket(size, now))
        bucket.tokens = min(size, bucket.tokens + (now - bucket.at) * per_second)
        bucket.at = now
        if bucket.tokens < 1:
            return max(1, math.ceil((1 - bucket.tokens) / per_second))
        bucket.tokens -= 1
        return 0
