"""`choose`: a person's answer picks the branch."""

from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.steps.kind import Answer, StepBase


@dataclass(frozen=True, kw_only=True, slots=True)
class Choose(StepBase):
    """`options` in the order they are offered; each leads to a step, or to `end`, or onward when `goto` is empty."""

    word: ClassVar[str] = "choose"
    question: str
    options: tuple[Answer, ...]

    @classmethod
    def parse(cls, fields: Fields) -> "Choose":
        options = tuple(_option(each) for each in fields.parts("answers", required=True, help="What can be answered."))
        words = [option.word for option in options]
        for word in sorted({word for word in words if word and words.count(word) > 1}):
            fields.problem("answers", f"two answers are called {word!r}; give each its own name")
        return cls(question=fields.text("choose", help="The question that is put."), options=options)

    def words(self) -> str:
        return self.question

    def answers(self) -> tuple[Answer, ...]:
        return self.options

    def leads(self, answer: str) -> str:
        return next((option.goto for option in self.options if option.word == answer), "")

    def targets(self) -> tuple[str, ...]:
        return tuple(option.goto for option in self.options if option.goto)


def _option(fields: Fields) -> Answer:
    return Answer(
        word=fields.slug("answer", help="The answer's name, kept on the timeline."),
        label=fields.text("label", default="", help="What the button says; the name when absent."),
        goto=fields.slug("goto", default="", help="The step this answer leads to; `end` finishes; absent goes on."),
    )
