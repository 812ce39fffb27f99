"""`parallel`: several ways through the runbook are walked at the same time, each by its own people.

A branch begins at a step of this runbook and is over where the runbook ends, where another branch begins, or where the
way goes on after the parallel step.
"""

from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.steps.kind import StepBase
from warroom.core.steps.runbook import FINISHED

ALL, ANY = "all", "any"


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    first: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Parallel(StepBase):
    """Done when `all` branches are finished, or `any` one of them (the others are then stopped)."""

    word: ClassVar[str] = "parallel"
    branches: tuple[Branch, ...]
    text: str = ""
    needs: str = ALL

    @classmethod
    def parse(cls, fields: Fields) -> "Parallel":
        parts = fields.parts("parallel", required=True, help="The branches.")
        branches = tuple(_branch(each) for each in parts)
        firsts = [each.first for each in branches]
        for first in sorted({first for first in firsts if first and firsts.count(first) > 1}):
            fields.problem("parallel", f"two branches begin at {first!r}; a step can only be in one of them")
        return cls(
            branches=branches,
            text=fields.text("about", default="", help="What goes on at the same time, for people."),
            needs=fields.word("needs", (ALL, ANY), default=ALL, help="How many branches must be finished."),
        )

    def words(self) -> str:
        return self.text

    def outcomes(self) -> tuple[str, ...]:
        return (FINISHED,)

    def targets(self) -> tuple[str, ...]:
        return tuple(each.first for each in self.branches)


def _branch(fields: Fields) -> Branch:
    return Branch(
        first=fields.slug("first", help="The step it begins at."),
        title=fields.text("title", help="What this branch is about, in a few words."),
    )
