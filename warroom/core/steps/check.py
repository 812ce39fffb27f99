"""`check`: a machine looks, and what it finds picks the branch.

The core asks; `warroom.checks` looks; the finding comes back as a command. A check that does not hold is looked at again
every so often where `every` says so, until it holds or `at_most` is over. When it still does not hold, the walk stops
here, to be looked at again by hand, unless `fails` names where to go on.
"""

from datetime import timedelta
from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.probes import KINDS as PROBES
from warroom.core.probes import Probe
from warroom.core.reading import Fields
from warroom.core.steps.kind import Answer, StepBase

HOLDS, FAILS = "holds", "fails"
OFTEN = timedelta(seconds=5)  # looking more often than this helps nobody
_LIMIT = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Until:
    """Look again `every` so often, for `at_most` this long. Both are room time."""

    every: timedelta
    at_most: timedelta = _LIMIT


@dataclass(frozen=True, kw_only=True, slots=True)
class Check(StepBase):
    word: ClassVar[str] = "check"
    text: str
    probe: Probe
    holds: str = ""
    fails: str | None = None
    until: Until | None = None

    @classmethod
    def parse(cls, fields: Fields) -> "Check":
        inner = fields.part("check", help="What to look at.") or fields
        how = inner.kind(tuple(PROBES))
        return cls(
            text=fields.text("about", default="", help="What the finding means, for people."),
            probe=PROBES[how].parse(inner.part(how, help="The target, and what counts as holding.") or inner),
            holds=fields.slug("holds", default="", help="The step to go to when the check holds; absent goes on."),
            fails=fields.slug("fails", default="", help="The step to go to when it does not hold; absent stops here.")
            or None,
            until=_until(fields),
        )

    def words(self) -> str:
        return self.text or self.probe.shown

    def answers(self) -> tuple[Answer, ...]:
        return ()

    def outcomes(self) -> tuple[str, ...]:
        return (HOLDS, FAILS)

    def leads(self, answer: str) -> str:
        return {HOLDS: self.holds, FAILS: self.fails or ""}.get(answer, "")

    def stays(self, answer: str) -> bool:
        return answer == FAILS and self.fails is None

    def asks_world(self) -> Probe | None:
        return self.probe

    def targets(self) -> tuple[str, ...]:
        return tuple(goto for goto in (self.holds, self.fails) if goto)

    def texts(self) -> tuple[str, ...]:
        return (self.text, *self.probe.texts())


def _until(fields: Fields) -> Until | None:
    inner = fields.part("until_it_holds", help="Look again and again, instead of once.")
    if inner is None:
        return None
    every = inner.length("every", default=timedelta(seconds=30), help="How often to look.")
    if every < OFTEN:
        inner.problem("every", f"`every` is shorter than {OFTEN.seconds} seconds; looking that often helps nobody")
    at_most = inner.length("at_most", default=_LIMIT, help="How long to go on looking.")
    return Until(every=max(every, OFTEN), at_most=at_most)
