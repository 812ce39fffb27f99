"""When an inject is played, and what counts as an expectation met. A closed list of words; each names an id."""

from dataclasses import dataclass
from datetime import timedelta

from warroom.core.reading import Fields

# word -> what its value names. `step_done` names `runbook/step`; `commander_named` takes `yes`.
CONDITIONS: dict[str, str] = {
    "played": "inject",
    "acknowledged": "incident",
    "runbook_started": "incident",
    "resolved": "incident",
    "met": "expectation",
    "missed": "expectation",
    "step_done": "",
    "commander_named": "",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """Something that becomes true in a room. An `incident` is named by the inject that opened it."""

    word: str
    ref: str

    def refers(self) -> tuple[tuple[str, str], ...]:
        kind = CONDITIONS.get(self.word, "")
        return ((kind, self.ref),) if kind else ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """Exactly one of: at a reading of the game's clock; some time after another inject; on a condition; by hand."""

    at: timedelta | None = None
    after: str = ""
    by: timedelta = timedelta(0)
    when: Condition | None = None

    @property
    def by_hand(self) -> bool:
        return self.at is None and not self.after and self.when is None

    def refers(self) -> tuple[tuple[str, str], ...]:
        return (*((("inject", self.after),) if self.after else ()), *(self.when.refers() if self.when else ()))


def read_condition(fields: Fields, key: str) -> Condition:
    inner = fields.part(key, help="One condition, such as `acknowledged: databases-lost`.")
    if inner is None:
        fields.problem(key, f"`{key}` is missing; write one condition, such as `acknowledged: databases-lost`")
        return Condition(word="commander_named", ref="yes")
    word = inner.kind(tuple(CONDITIONS))
    if word == "commander_named":
        return _commander_named(inner)
    return Condition(word=word, ref=inner.text(word, help=f"The {CONDITIONS[word] or 'id'} it is about."))


def _commander_named(fields: Fields) -> Condition:
    if not fields.flag("commander_named", help="Write `yes`: somebody has become commander."):
        fields.problem("commander_named", "`commander_named` takes only `yes`")
    return Condition(word="commander_named", ref="yes")


def read_timing(fields: Fields) -> Timing:
    match fields.kind(("at", "after", "when", "by_hand")):
        case "at":
            return Timing(at=fields.offset("at", help="A place on the game's clock, such as `T+12m`."))
        case "after":
            inner = fields.part("after", help="Another inject, and how long after it.") or fields
            return Timing(
                after=inner.slug("inject", help="The inject it follows."),
                by=inner.length("by", default=timedelta(0), help="How long after it."),
            )
        case "when":
            return Timing(when=read_condition(fields, "when"))
        case _:
            if not fields.flag("by_hand", help="Played only when the dungeon master says so."):
                fields.problem("by_hand", "`by_hand` takes only `true`; leave it out and say when instead")
            return Timing()
