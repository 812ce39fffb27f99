"""`check`: a machine looks, and what it finds picks the branch.

The core asks; `warroom.checks` looks; the finding comes back as a command. A check that does not hold stops the walk
at this step, to be looked at again, unless `fails` names where to go on.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from warroom.core.reading import Fields
from warroom.core.steps.kind import Answer, StepBase
from warroom.core.steps.probe import Probe

HOLDS, FAILS = "holds", "fails"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check(StepBase):
    word: ClassVar[str] = "check"
    text: str
    probe: Probe
    holds: str = ""
    fails: str | None = None

    @classmethod
    def parse(cls, fields: Fields) -> "Check":
        inner = fields.part("check", help="What to look at.") or fields
        return cls(
            text=fields.text("about", default="", help="What the finding means, for people."),
            probe=_probe(inner),
            holds=fields.slug("holds", default="", help="The step to go to when the check holds; absent goes on."),
            fails=fields.slug("fails", default="", help="The step to go to when it does not hold; absent stops here.")
            or None,
        )

    def answers(self) -> tuple[Answer, ...]:
        return ()

    def leads(self, answer: str) -> str:
        return {HOLDS: self.holds, FAILS: self.fails or ""}.get(answer, "")

    def stays(self, answer: str) -> bool:
        return answer == FAILS and self.fails is None

    def asks_world(self) -> Probe | None:
        return self.probe

    def targets(self) -> tuple[str, ...]:
        return tuple(goto for goto in (self.holds, self.fails) if goto)


def _probe(fields: Fields) -> Probe:
    how = fields.kind(("http", "tcp"))
    what = fields.part(how, help="The target, and what counts as holding.") or fields
    return Probe(
        how=how,
        target=what.text("target", help="`service/endpoint` from the catalogue, a URL, or `host:port`."),
        status=what.whole("status", default=200, least=100, help="The HTTP status that counts as holding."),
        contains=what.text("contains", default="", help="A text the HTTP body must contain."),
        within=what.length("within", default=timedelta(seconds=5), help="How long to wait for the answer."),
    )
