"""For tests, ours and yours: a clock that stands still, and a table to play whole games at without any chat."""

from warroom.testing.clock import ManualClock
from warroom.testing.table import Table

__all__ = ["ManualClock", "Table"]
