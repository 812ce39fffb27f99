"""What a process may still do with a lane it has leased.

A process that was stopped, swapped out or suspended does not notice, and goes on as if no time had passed; meanwhile
somebody else has its lane. So whoever performs an effect asks, right before each thing that cannot be taken back,
whether the lane is still theirs.
"""

from contextvars import ContextVar
from datetime import datetime


class LeaseLost(Exception):
    """The lane belongs to somebody else by now; whatever is under way must stop here."""


class Lease:
    """Until when a lane is ours. It is renewed while we are at it."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self.lost = False

    def holds(self, now: datetime) -> bool:
        return not self.lost and now < self.until


HELD: ContextVar[Lease | None] = ContextVar("held", default=None)


def must_hold(now: datetime) -> None:
    """Raises LeaseLost when what is being performed is not ours any more. Without a lease nothing is asked."""
    lease = HELD.get()
    if lease is not None and not lease.holds(now):
        raise LeaseLost("the lease ran out meanwhile")
