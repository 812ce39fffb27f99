"""What every fault driver can do."""

from typing import Protocol

from warroom.errors import WarroomError


class FaultFailed(WarroomError):
    """It could not be broken, or not be undone; the message says why. Trying again may help."""


class Driver(Protocol):
    """`target` is `service/endpoint` of the catalogue, `mode` one of `core.scenario`'s: down, slow, errors."""

    async def inject(self, target: str, mode: str) -> str:
        """Break it, and say what was done. Doing it twice is doing it once. Raises FaultFailed."""

    async def undo(self, target: str, mode: str) -> str:
        """Make it whole, whether or not it was broken, and say what was done. Safe twice. Raises FaultFailed."""
