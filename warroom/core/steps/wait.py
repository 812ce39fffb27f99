"""`wait`: time that must pass. Nobody has to press anything; the game's clock counts."""

from datetime import timedelta
from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.steps.kind import SHORTEST, StepBase


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait(StepBase):
    word: ClassVar[str] = "wait"
    length: timedelta
    reason: str = ""

    @classmethod
    def parse(cls, fields: Fields) -> "Wait":
        return cls(
            length=fields.length("wait", help="How long to wait, such as `5m`."),
            reason=fields.text("because", default="", help="Why waiting is right; shown while it lasts."),
        )

    def words(self) -> str:
        return self.reason

    def ends_after(self) -> timedelta | None:
        return max(self.length, SHORTEST)
