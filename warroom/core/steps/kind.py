"""What every kind of step says about itself. The walk (core.runs, core.walking) knows as few kinds by name as it can."""

from datetime import timedelta
from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.probes import Probe

END = "end"  # a `goto` that finishes the runbook
SHORTEST = timedelta(seconds=1)  # steps that take no time at all and lead to one another would be walked for ever


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Something a person may answer. `goto` is a step's id, `end`, or empty for the step that follows."""

    word: str
    label: str = ""
    goto: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepBase:
    """The ordinary case of each question the walk asks; a kind overrides what is different about it."""

    word: ClassVar[str]

    def words(self) -> str:
        """What people read, as the runbook says it."""
        return ""

    def answers(self) -> tuple[Answer, ...]:
        """What a person may answer; empty when no person answers."""
        return ()

    def outcomes(self) -> tuple[str, ...]:
        """Every answer the step can end with, whoever gives it; the usual one first."""
        return tuple(each.word for each in self.answers()) or ("",)

    def leads(self, answer: str) -> str:
        """Where this answer leads: a step's id, `end`, or empty for the step that follows."""
        return ""

    def stays(self, answer: str) -> bool:
        """Whether this answer leaves the walk at this step."""
        return False

    def ends_after(self) -> timedelta | None:
        """How long until the step is done by itself, if it ever is."""
        return None

    def asks_world(self) -> Probe | None:
        """What a machine must look at when the step is entered."""
        return None

    def targets(self) -> tuple[str, ...]:
        """Every step this one can jump to, for lint."""
        return ()

    def texts(self) -> tuple[str, ...]:
        """Everything in it that may hold a value to be filled in."""
        return (self.words(),)

    def starts(self) -> tuple[str, ...]:
        """The runbooks that it walks, if it walks any."""
        return ()
