"""`do`: a person does something and says so."""

from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.steps.kind import Answer, StepBase


@dataclass(frozen=True, kw_only=True, slots=True)
class Do(StepBase):
    """`text` is shown as written; `commands` are for copying and are never run."""

    word: ClassVar[str] = "do"
    text: str
    commands: tuple[str, ...] = ()

    @classmethod
    def parse(cls, fields: Fields) -> "Do":
        return cls(
            text=fields.text("do", help="What the person does, in the imperative."),
            commands=fields.words("commands", help="Commands to copy; warroom never runs them."),
        )

    def words(self) -> str:
        return self.text

    def answers(self) -> tuple[Answer, ...]:
        return (Answer(word="done", label="Done"),)

    def texts(self) -> tuple[str, ...]:
        return (self.text, *self.commands)
