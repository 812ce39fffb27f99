"""`move`: the next part of the game begins: the evening, the second day, the recovery."""

from dataclasses import replace
from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.injects.kind import InjectBase
from warroom.core.reading import Fields
from warroom.core.storytime import read_story_time


@dataclass(frozen=True, kw_only=True, slots=True)
class Move(InjectBase):
    """`story`: what time it is in the story then; empty when that simply goes on."""

    word: ClassVar[str] = "move"
    text: str
    story: str = ""

    @classmethod
    def parse(cls, fields: Fields) -> "Move":
        inner = fields.part("move", help="A new part of the game.") or fields
        return cls(
            text=inner.text("says", help="What the players are told about it."),
            story=read_story_time(inner, "story", help="What time it is in the story then: `2012-10-22 06:00`."),
        )

    def words(self) -> str:
        return self.text

    def saying(self, text: str) -> "Move":
        return replace(self, text=text)
