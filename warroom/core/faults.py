"""Faults: what has been broken on purpose, and what is owed for it.

    asked ──> active ──> rolling back ──> rolled back
      │                       └────────> stuck (a person must undo it)
      └────> refused (nothing was broken)

The intent is kept before anything is broken, so that after a crash the rollback is known to be owed. A fault that was
asked for but never reported is rolled back as well: undoing what was not done does no harm.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FaultState(StrEnum):
    ASKED = "asked"
    ACTIVE = "active"
    ROLLING_BACK = "rolling back"
    ROLLED_BACK = "rolled back"
    STUCK = "stuck"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """`deadline` is a time of day: a pause does not prolong a breakage."""

    id: str
    driver: str
    target: str
    mode: str
    deadline: datetime
    incident: str = ""
    state: FaultState = FaultState.ASKED
    detail: str = ""

    @property
    def owed(self) -> bool:
        """Whether a rollback has yet to be asked for."""
        return self.state in (FaultState.ASKED, FaultState.ACTIVE)
