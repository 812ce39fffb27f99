"""`act`: a machine does something, when people have approved exactly what is shown.

The intent is on the timeline before anything runs, and so is the moment it began. Whatever ends between the two is known
not to have run; whatever began and was never heard of again is unknown, and is not run again by itself.
"""

from datetime import timedelta
from typing import ClassVar

from warroom.core.actions import Action, parse_action
from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.steps.kind import StepBase

DONE = "done"
LONGEST = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Act(StepBase):
    """`approvals` different persons; when `approved_by` is given, those who hold one of these roles.

    `within` is the time of day after which it is stopped; `undo` what takes it back, offered when a later step fails.
    """

    word: ClassVar[str] = "act"
    action: Action
    text: str = ""
    approvals: int = 1
    approved_by: tuple[str, ...] = ()
    within: timedelta = timedelta(minutes=1)
    undo: Action | None = None

    @classmethod
    def parse(cls, fields: Fields) -> "Act":
        undo = fields.part("undo", help="What takes it back.")
        within = fields.length("within", default=timedelta(minutes=1), help="After this long it is stopped.")
        if within > LONGEST:
            fields.problem("within", "`within` is longer than an hour; start the long thing, and check for its end")
        return cls(
            action=parse_action(fields.part("act", help="What is done.") or fields),
            text=fields.text("about", default="", help="What it does, for people."),
            approvals=fields.whole("approvals", default=1, least=1, help="How many different people must approve."),
            approved_by=fields.words("approved_by", help="Roles that may approve; anybody who plays when absent."),
            within=min(within, LONGEST),
            undo=parse_action(undo) if undo else None,
        )

    def words(self) -> str:
        return self.text

    def outcomes(self) -> tuple[str, ...]:
        return (DONE,)

    def texts(self) -> tuple[str, ...]:
        return (self.text, *self.would_run())

    def would_run(self) -> tuple[str, ...]:
        """Everything that a machine would be given, to do it and to take it back."""
        return (*self.action.texts(), *(self.undo.texts() if self.undo else ()))
