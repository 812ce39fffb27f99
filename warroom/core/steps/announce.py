"""`announce`: the bot says something, by itself, in the runbook's words."""

from datetime import timedelta
from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.steps.kind import SHORTEST, StepBase

HERE, OPERATIONS = "war-room", "operations"


@dataclass(frozen=True, kw_only=True, slots=True)
class Announce(StepBase):
    """`where` is the war room, or the channel in which the room was asked for."""

    word: ClassVar[str] = "announce"
    text: str
    where: str = HERE

    @classmethod
    def parse(cls, fields: Fields) -> "Announce":
        return cls(
            text=fields.text("announce", help="What is said."),
            where=fields.word(
                "where", (HERE, OPERATIONS), default=HERE, help="Here, or where the incident was announced."
            ),
        )

    def words(self) -> str:
        return self.text

    def ends_after(self) -> timedelta | None:
        return SHORTEST
