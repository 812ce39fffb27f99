"""`confirm`: several people say that something is so, each for themselves, before anything goes on."""

from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.steps.kind import Answer, StepBase

CONFIRMED, DECLINED = "confirmed", "declined"


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirm(StepBase):
    """`people` different persons; when `roles` are given, those who hold them (the commander for an empty one)."""

    word: ClassVar[str] = "confirm"
    text: str
    people: int = 2
    roles: tuple[str, ...] = ()
    declined: str = ""

    @classmethod
    def parse(cls, fields: Fields) -> "Confirm":
        return cls(
            text=fields.text("confirm", help="What must be so, as a sentence that somebody can put their name to."),
            people=fields.whole("people", default=2, least=1, help="How many different people must confirm it."),
            roles=fields.words("roles", help="Only those who have one of these roles count; everybody when absent."),
            declined=fields.slug(
                "declined", default="", help="The step to go to when somebody says no; absent stays here."
            ),
        )

    def words(self) -> str:
        return self.text

    def answers(self) -> tuple[Answer, ...]:
        return (Answer(word=CONFIRMED, label="I confirm"), Answer(word=DECLINED, label="No", goto=self.declined))

    def leads(self, answer: str) -> str:
        return self.declined if answer == DECLINED else ""

    def stays(self, answer: str) -> bool:
        return answer == DECLINED and not self.declined

    def targets(self) -> tuple[str, ...]:
        return (self.declined,) if self.declined else ()
