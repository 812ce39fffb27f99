"""`tcp`: does something accept a connection?"""

from dataclasses import replace
from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.probes.probe import ProbeBase, target, within
from warroom.core.reading import Fields
from warroom.core.values import Filling


@dataclass(frozen=True, kw_only=True, slots=True)
class Tcp(ProbeBase):
    word: ClassVar[str] = "tcp"
    target: str

    @classmethod
    def parse(cls, fields: Fields) -> "Tcp":
        return cls(target=target(fields), within=within(fields))

    @property
    def shown(self) -> str:
        return f"tcp {self.target}"

    def texts(self) -> tuple[str, ...]:
        return (self.target,)

    def filled(self, by: Filling) -> "Tcp":
        return replace(self, target=by.text(self.target))
