"""What the players should do, and by when. A machine tells whether they did where it can; otherwise an evaluator does."""

from datetime import timedelta
from enum import StrEnum

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.when import INJECT, Conditions, read_condition


class Rating(StrEnum):
    """How well it went, as HSEEP rates it: performed without challenges, with some, with major ones, unable to."""

    P = "P"
    S = "S"
    M = "M"
    U = "U"


RATINGS = {
    Rating.P: "performed without challenges",
    Rating.S: "performed with some challenges",
    Rating.M: "performed with major challenges",
    Rating.U: "unable to be performed",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """`within` counts from the inject `after` being played, from the game's start when that is empty.

    Either `met_by` is there, or `judged` says what an evaluator should look for. `owner` is the role or team whose task
    it is, `objective` the number of the scenario's objective that it shows, from 1; 0 for none.
    """

    id: str
    what: str
    after: str
    within: timedelta
    met_by: Conditions | None = None
    judged: str = ""
    owner: str = ""
    objective: int = 0

    def refers(self) -> tuple[tuple[str, str], ...]:
        after = ((INJECT, self.after),) if self.after else ()
        return (*after, *(self.met_by.refers() if self.met_by else ()))

    @classmethod
    def parse(cls, fields: Fields) -> "Expectation":
        by_machine = fields.kind(("met_by", "judged")) == "met_by"
        return cls(
            id=fields.slug("id", help="The expectation's name."),
            what=fields.text("what", help="What should happen, as the report will say it."),
            after=fields.slug(
                "after", default="", help="The inject that starts the time; the game's start when absent."
            ),
            within=fields.length("within", help="How long the players have."),
            met_by=read_condition(fields, "met_by", help="What shows that it was done.")
            if by_machine and fields.has("met_by")
            else None,
            judged="" if by_machine else fields.text("judged", help="What an evaluator should look for."),
            owner=fields.text("owner", default="", help="The role or team whose task it is."),
            objective=fields.whole("objective", default=0, help="The number of the objective that it shows, from 1."),
        )
