"""`http`: one request, and what its answer must be."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from warroom.core.probes.probe import ProbeBase, target, within
from warroom.core.reading import Fields
from warroom.core.values import Filling


@dataclass(frozen=True, kw_only=True, slots=True)
class Http(ProbeBase):
    """A GET of `target` holds when everything that is wanted is so.

    `json` is a JSONPath (RFC 9535) into the body; `equals` what must be found there, absent: anything but nothing.
    `faster_than` bounds the time to the last byte; `certificate_days` is how long the certificate must still be good.
    """

    word: ClassVar[str] = "http"
    target: str
    status: int = 200
    contains: str = ""
    json: str = ""
    equals: str = ""
    faster_than: timedelta | None = None
    certificate_days: int = 0

    @classmethod
    def parse(cls, fields: Fields) -> "Http":
        return cls(
            target=target(fields),
            within=within(fields),
            status=fields.whole("status", default=200, least=100, help="The HTTP status that counts as holding."),
            contains=fields.text("contains", default="", help="A text the body must contain."),
            json=fields.text("json", default="", help="A JSONPath such as `$.status`; something must be there."),
            equals=fields.text("equals", default="", help="What must be found at `json`."),
            faster_than=fields.maybe_length("faster_than", help="How long the whole answer may take."),
            certificate_days=fields.whole(
                "certificate_days", default=0, help="Days for which the certificate must still be good."
            ),
        )

    @property
    def shown(self) -> str:
        return f"http {self.target}"

    def filled(self, by: Filling) -> "Http":
        address = by.url(self.target) if "://" in self.target else by.text(self.target)
        return replace(self, target=address, contains=by.text(self.contains), equals=by.text(self.equals))
