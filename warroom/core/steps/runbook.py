"""`runbook`: another runbook is walked; when it is finished, this step is done."""

from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.steps.kind import StepBase

FINISHED = "finished"


@dataclass(frozen=True, kw_only=True, slots=True)
class SubRunbook(StepBase):
    """The other runbook is pinned when the walk begins, as this one is. It knows the values given so far."""

    word: ClassVar[str] = "runbook"
    runbook: str
    text: str = ""

    @classmethod
    def parse(cls, fields: Fields) -> "SubRunbook":
        return cls(
            runbook=fields.slug("runbook", help="The other runbook's id."),
            text=fields.text("about", default="", help="Why, for people."),
        )

    def words(self) -> str:
        return self.text

    def outcomes(self) -> tuple[str, ...]:
        return (FINISHED,)

    def starts(self) -> tuple[str, ...]:
        return (self.runbook,)
