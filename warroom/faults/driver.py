"""What every fault driver can do, and what it is asked to do it with."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from warroom.core.breakable import Breakable
from warroom.core.declaring import dataclass
from warroom.errors import WarroomError


class FaultFailed(WarroomError):
    """It could not be broken, or not be undone; the message says why. Trying again may help."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One thing to be broken. `fault` is unique among all rooms of all bots, and made of letters, digits and hyphens.

    Everything else is the operator's entry, so that who has this and nothing more can undo it.
    """

    fault: str
    entry: Breakable
    mode: str
    deadline: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What drivers take from their process: variables for secrets and programs, and a private folder for what they keep."""

    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path()


class Driver(Protocol):
    """Everything may be asked twice, by two processes, and after a crash in the middle."""

    async def ready(self, order: Order) -> str:
        """What was found, when this could be broken and undone now. Touches nothing. Raises FaultFailed."""

    async def inject(self, order: Order) -> str:
        """Break it, and say what was done. Doing it twice is doing it once. Raises FaultFailed."""

    async def undo(self, order: Order) -> str:
        """Make it whole, whether or not it was broken, and say what was done. Safe twice. Raises FaultFailed."""

    def by_hand(self, order: Order) -> str:
        """What a person types to undo it."""
