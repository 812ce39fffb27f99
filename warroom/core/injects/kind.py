"""What every kind of inject says about itself."""

from typing import ClassVar, Self

from warroom.core.declaring import dataclass


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

    def saying(self, text: str) -> Self:
        """The same, in other words. A kind that says nothing stays as it is."""
        return self

    def about(self) -> str:
        """The inject whose incident it belongs to; empty for none."""
        return ""

    def privately(self) -> str:
        """The incident role whose holder alone is told; empty when everybody is."""
        return ""
