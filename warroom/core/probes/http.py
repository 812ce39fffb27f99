"""`http`: one request, and what its answer must be."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from warroom.core import durations
from warroom.core.declaring import dataclass
from warroom.core.probes.probe import ProbeBase, target, within
from warroom.core.reading import Fields
from warroom.core.values import Filling

_MILLISECONDS = re.compile(r"([0-9]{1,6}) ?ms")


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
        parsed = cls(
            target=target(fields),
            within=within(fields),
            status=fields.whole("status", default=200, least=100, help="The HTTP status that counts as holding."),
            contains=fields.text("contains", default="", help="A text the body must contain."),
            json=fields.text("json", default="", help="A JSONPath such as `$.status`; something must be there."),
            equals=fields.text("equals", default="", help="What must be found at `json`."),
            faster_than=_short_length(fields),
            certificate_days=fields.whole(
                "certificate_days", default=0, help="Days for which the certificate must still be good."
            ),
        )
        if parsed.equals and not parsed.json:
            fields.problem("equals", "`equals` says what is at `json`, which is not there; add it, or use `contains`")
        if parsed.json and not parsed.json.startswith("$"):
            fields.problem("json", f"`json: {parsed.json}` is not a JSONPath; begin it with `$`, as in `$.status`")
        if parsed.faster_than and parsed.faster_than >= parsed.within:
            fields.problem("faster_than", "`faster_than` is not less than `within`, after which nobody waits any more")
        return parsed

    @property
    def shown(self) -> str:
        return f"http {self.target}"

    def texts(self) -> tuple[str, ...]:
        return (self.target, self.contains, self.equals)

    def filled(self, by: Filling) -> "Http":
        address = by.url(self.target) if "://" in self.target else by.text(self.target)
        return replace(self, target=address, contains=by.text(self.contains), equals=by.text(self.equals))


def _short_length(fields: Fields) -> timedelta | None:
    """`faster_than`, which is also written in milliseconds."""
    written = fields.text(
        "faster_than", default="", help="How long the whole answer may take, such as `800ms` or `2s`."
    )
    if not written:
        return None
    found = _MILLISECONDS.fullmatch(written)
    length = timedelta(milliseconds=int(found[1])) if found else durations.read(written)
    if not length:
        fields.problem(
            "faster_than", f"`faster_than: {written}` is not a length of time; write it like `800ms` or `2s`"
        )
    return length
