"""What every kind of inject says about itself."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True, slots=True)
class InjectBase:
    word: ClassVar[str]

    def refers(self) -> tuple[tuple[str, str], ...]:
        """What it names elsewhere in the scenario: (`inject` | `incident` | `actor`, id)."""
        return ()

    def speaker(self) -> str:
        """The actor who says it; empty for the bearer of bad news."""
        return ""

    def words(self) -> str:
        """What the players are told."""
        return ""

    def about(self) -> str:
        """The inject whose incident it belongs to; empty for none."""
        return ""
