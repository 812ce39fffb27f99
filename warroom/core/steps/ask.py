"""`ask`: values that later steps need, asked of a person."""

from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.steps.kind import StepBase
from warroom.core.values import Value

GIVEN = "given"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask(StepBase):
    """Done when every one of `values` has been given. What is given counts in the rest of the run."""

    word: ClassVar[str] = "ask"
    values: tuple[Value, ...]
    text: str = ""

    @classmethod
    def parse(cls, fields: Fields) -> "Ask":
        parts = fields.parts("ask", required=True, help="What is asked for.")
        return cls(
            values=tuple(Value.parse(each) for each in parts),
            text=fields.text("about", default="", help="Where to find it, for people."),
        )

    def words(self) -> str:
        return self.text

    def outcomes(self) -> tuple[str, ...]:
        return (GIVEN,)
