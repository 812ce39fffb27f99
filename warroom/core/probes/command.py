"""`command`: what a program says. Only programs of the operator's allow-list (core.allowed), and never through a shell."""

from dataclasses import replace
from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.probes.probe import ProbeBase, within
from warroom.core.reading import Fields
from warroom.core.values import Filling


@dataclass(frozen=True, kw_only=True, slots=True)
class Command(ProbeBase):
    """Holds when it ends with this status and its output contains the text."""

    word: ClassVar[str] = "command"
    argv: tuple[str, ...]
    status: int = 0
    contains: str = ""

    @classmethod
    def parse(cls, fields: Fields) -> "Command":
        argv = fields.words("argv", help="The program and its arguments, one by one; there is no shell.")
        if not argv:
            fields.problem("argv", "`argv` is missing; write the program and its arguments as a list")
        return cls(
            argv=argv,
            within=within(fields),
            status=fields.whole("status", default=0, help="The exit status that counts as holding."),
            contains=fields.text("contains", default="", help="A text that its output must contain."),
        )

    @property
    def shown(self) -> str:
        return f"command {' '.join(self.argv)}"

    def texts(self) -> tuple[str, ...]:
        return (*self.argv, self.contains)

    def filled(self, by: Filling) -> "Command":
        return replace(self, argv=tuple(map(by.text, self.argv)), contains=by.text(self.contains))
