"""`dns`: what a name leads to."""

from dataclasses import replace
from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.probes.probe import ProbeBase, within
from warroom.core.reading import Fields
from warroom.core.values import Filling

RECORDS = ("A", "AAAA", "CNAME", "MX", "NS", "TXT", "SRV", "CAA")


@dataclass(frozen=True, kw_only=True, slots=True)
class Dns(ProbeBase):
    """Holds when the name has records of this kind, and every one of `answers` is among them."""

    word: ClassVar[str] = "dns"
    name: str
    record: str = "A"
    answers: tuple[str, ...] = ()
    server: str = ""

    @classmethod
    def parse(cls, fields: Fields) -> "Dns":
        return cls(
            name=fields.text("name", help="The name to look up."),
            within=within(fields),
            record=fields.word("record", RECORDS, default="A", help="The kind of record."),
            answers=fields.words("answers", help="Answers that must be among those that come."),
            server=fields.text("server", default="", help="The name server to ask; the machine's own when absent."),
        )

    @property
    def shown(self) -> str:
        return f"dns {self.record} {self.name}"

    def texts(self) -> tuple[str, ...]:
        return (self.name, self.server, *self.answers)

    def filled(self, by: Filling) -> "Dns":
        answers = tuple(map(by.text, self.answers))
        return replace(self, name=by.text(self.name), answers=answers, server=by.text(self.server))
