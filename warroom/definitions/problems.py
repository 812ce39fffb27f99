"""What is wrong with a definition, where, and what to write instead."""

from collections.abc import Iterable
from typing import Literal

from warroom.core.declaring import dataclass
from warroom.errors import WarroomError

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake. Lines and columns count from 1; `suggestion` says what to write instead, where that can be said."""

    file: str
    line: int
    column: int
    sentence: str
    suggestion: str = ""
    level: Level = "error"

    def __str__(self) -> str:
        mark = "warning: " if self.level == "warning" else ""
        rest = f"; {self.suggestion}" if self.suggestion else ""
        return f"{self.file}:{self.line}:{self.column}: {mark}{self.sentence}{rest}"


class DefinitionError(WarroomError):
    """A runbook, scenario or catalogue cannot be used. Holds every problem found, in the order of the files' lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def shown(text: str, most: int = 60) -> str:
    """Somebody's text inside a sentence: on one line, printable, and never longer than a sentence bears."""
    line = "".join(each if each.isprintable() else "\ufffd" for each in " ".join(text[: 8 * most].split()))
    return line if len(line) <= most else line[: most - 1] + "…"
