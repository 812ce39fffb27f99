"""A token bucket: so many at once, so many a second after that."""

import math
from collections.abc import Callable


class Bucket:
    """`clock` gives seconds that never go back, such as `time.monotonic`."""

    def __init__(self, *, rate: float, burst: int, clock: Callable[[], float]) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left, self._at = float(burst), clock()

    def take(self) -> int:
        """0 when there was one to take; otherwise after how many whole seconds to come again, at least 1."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0
        return max(1, math.ceil((1 - self._left) / self._rate))
