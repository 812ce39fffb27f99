"""`actor`: somebody outside the room speaks: the vendor, a manager, a customer."""

from dataclasses import replace
from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.injects.kind import InjectBase
from warroom.core.reading import Fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Speak(InjectBase):
    """With a `role`, only its holder is told: another team calls the commander, and nobody else hears it."""

    word: ClassVar[str] = "actor"
    actor: str
    text: str
    role: str = ""

    @classmethod
    def parse(cls, fields: Fields) -> "Speak":
        inner = fields.part("actor", help="Who says what.") or fields
        return cls(
            actor=inner.slug("who", help="One of the scenario's actors."),
            text=inner.text("says", help="Their words, in the first person."),
            role=inner.text("privately_to", default="", help="An incident role; only its holder is told."),
        )

    def refers(self) -> tuple[tuple[str, str], ...]:
        return (("actor", self.actor),)

    def speaker(self) -> str:
        return self.actor

    def words(self) -> str:
        return self.text

    def saying(self, text: str) -> "Speak":
        return replace(self, text=text)

    def privately(self) -> str:
        return self.role
