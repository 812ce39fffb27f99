"""What every kind of step says about itself. The walk (core.runs) knows no kind by name."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from warroom.core.steps.probe import Probe

END = "end"  # a `goto` that finishes the runbook


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

    def answers(self) -> tuple[Answer, ...]:
        """What a person may answer; empty when no person answers."""
        return ()

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
