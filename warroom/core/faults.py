"""Faults: what has been broken on purpose, and what is owed for it.

    asked ──> active ──> rolling back ──> rolled back
      │                       └────────> stuck (a person must undo it)
      └────> refused (nothing was broken)

The intent is kept before anything is broken, so that after a crash the rollback is known to be owed. A fault that was
asked for but never reported is rolled back as well: undoing what was not done does no harm.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from warroom.core.breakable import PRETEND
from warroom.core.declaring import dataclass


class FaultState(StrEnum):
    ASKED = "asked"
    ACTIVE = "active"
    ROLLING_BACK = "rolling back"
    ROLLED_BACK = "rolled back"
    STUCK = "stuck"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Something real that may be broken, as the operator has listed it. `owners` are those who can approve it."""

    target: str
    driver: str
    modes: tuple[str, ...]
    owners: tuple[str, ...]
    environment: str = ""
    longest: timedelta = timedelta(hours=4)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """`deadline` is a time of day: a pause does not prolong a breakage. `inject` is what asked for it.

    `injected` stays true when it has been undone; `machine` is the bot's that broke it, when only that one can undo it.
    """

    id: str
    driver: str
    target: str
    mode: str
    deadline: datetime
    incident: str = ""
    inject: str = ""
    state: FaultState = FaultState.ASKED
    detail: str = ""
    injected: bool = False
    machine: str = ""

    @property
    def real(self) -> bool:
        return self.driver != PRETEND

    @property
    def whole(self) -> bool:
        """Whether nothing is broken by it any more, as far as is known."""
        return self.state in (FaultState.ROLLED_BACK, FaultState.REFUSED)

    @property
    def owed(self) -> bool:
        """Whether a rollback has yet to be asked for."""
        return self.state in (FaultState.ASKED, FaultState.ACTIVE)
