"""`hint`: help from the dungeon master, on a ladder: a nudge, a pointer, the answer."""

from dataclasses import replace
from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.injects.kind import InjectBase
from warroom.core.reading import Fields

LADDER = ("nudge", "pointer", "answer")


@dataclass(frozen=True, kw_only=True, slots=True)
class Hint(InjectBase):
    word: ClassVar[str] = "hint"
    on: str
    level: str
    text: str

    @classmethod
    def parse(cls, fields: Fields) -> "Hint":
        inner = fields.part("hint", help="Help for the players.") or fields
        return cls(
            on=inner.slug("about", help="The inject whose incident it helps with."),
            level=inner.word("level", LADDER, default="nudge", help="How much it gives away."),
            text=inner.text("says", help="The hint."),
        )

    def refers(self) -> tuple[tuple[str, str], ...]:
        return (("incident", self.on),)

    def words(self) -> str:
        return self.text

    def saying(self, text: str) -> "Hint":
        return replace(self, text=text)

    def about(self) -> str:
        return self.on
