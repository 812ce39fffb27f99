"""What comes of bringing something in: a scenario, and remarks on all that could not be carried over or was made up."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Literal

from warroom.core.declaring import dataclass
from warroom.core.scenario import Scenario
from warroom.errors import WarroomError

Kind = Literal["left", "made", "missing", "warning"]
_SAYS = {"left": "not carried over", "made": "made up, look at it", "missing": "missing here", "warning": "warning"}


class NotBrought(WarroomError):
    """A file cannot be brought in; the message says why, where and what to do."""


@dataclass(frozen=True, slots=True)
class Note:
    """`where` is a place in the source, such as `row 12`.

    `left`: said there, and not in the scenario. `made`: in the scenario, and not said there. `missing`: needed to run it,
    and not on this machine. `warning`: it is there, and will probably not do. What is said `aside` is for whoever imports,
    and stands in no file: it names somebody.
    """

    kind: Kind
    where: str
    text: str
    aside: bool = False

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{_SAYS[self.kind]}: {self.text}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """`asks` is what the operator must add to the allow-list before anything in it can truly break.

    `proposals` are parts of a scenario that a person may take in, as YAML. `files` are further files it needs, by name.
    """

    scenario: Scenario
    notes: tuple[Note, ...] = ()
    asks: str = ""
    proposals: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def lasting(self) -> tuple[Note, ...]:
        """The notes that stand in the scenario's file, too."""
        return tuple(each for each in self.notes if not each.aside)


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """What is looked for on this machine, without importing or running anything."""

    environment: Mapping[str, str] = field(default_factory=dict)
    has_module: Callable[[str], bool] = lambda name: False
    has_program: Callable[[str], bool] = lambda name: False


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What whoever imports says about it. `columns` maps our name of a column to the heading that stands for it.

    `start` is the time of day (`09:00`, or `2026-05-04 09:00`) from which absolute times count. `services` are those that
    fail, where a format does not say. `folder` is where further files will stand, when it is not beside the source. `people` are names that must not be in what happened.
    """

    id: str = ""
    title: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    start: str = ""
    services: tuple[str, ...] = ()
    folder: str = ""
    people: tuple[str, ...] = ()
    machine: Machine = field(default_factory=Machine)


@dataclass(slots=True)
class Notes:
    """Notes as they are gathered. One that says the same of the same place is there once."""

    found: dict[Note, None] = field(default_factory=dict)

    def left(self, where: str, text: str) -> None:
        self.found[Note("left", where, text)] = None

    def made(self, where: str, text: str) -> None:
        self.found[Note("made", where, text)] = None

    def missing(self, where: str, text: str) -> None:
        self.found[Note("missing", where, text)] = None

    def warning(self, where: str, text: str, *, aside: bool = False) -> None:
        self.found[Note("warning", where, text, aside)] = None

    @property
    def all(self) -> tuple[Note, ...]:
        return tuple(self.found)
