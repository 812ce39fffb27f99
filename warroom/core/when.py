"""When an inject is played, and what counts as an expectation met. A closed list of words; each names an id.

What a word means in a room is in `conditions`. There is no expression language: who writes a scenario at night must be
able to read it in the morning, and a machine must be able to say that an id does not exist.
"""

from datetime import timedelta

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields

INJECT, INCIDENT, FAULT, EXPECTATION, STEP = "inject", "incident", "fault", "expectation", "step"
MILESTONES = ("evidence", "automation", "restored")

# word -> (what its value names, what it means). An incident is named by the inject that opens it, a fault by the one that
# breaks something, a step by `runbook/step`. What stands after a further slash is in `_ENDINGS`.
CONDITIONS: dict[str, tuple[str, str]] = {
    "played": (INJECT, "this inject has been played"),
    "skipped": (INJECT, "this inject has been skipped"),
    "fault_active": (FAULT, "what this inject breaks is broken"),
    "fault_undone": (FAULT, "what this inject broke is whole again"),
    "acknowledged": (INCIDENT, "somebody has acknowledged it"),
    "mitigated": (INCIDENT, "customers are no longer hurt"),
    "resolved": (INCIDENT, "it is resolved"),
    "severity_reached": (INCIDENT, "it is this bad or worse: `databases-lost/SEV1`"),
    "runbook_started": (INCIDENT, "a runbook is being walked for it, or was"),
    "marked": (INCIDENT, "somebody has marked a moment of it: `databases-lost/evidence`, `/automation` or `/restored`"),
    "step_reached": (STEP, "a walk has come to this step"),
    "step_done": (STEP, "this step is done"),
    "step_failed": (STEP, "this step could not be done"),
    "answered": (STEP, "this step was answered so: `bad-deploy/better/no`"),
    "check_green": (STEP, "the check of this step held"),
    "check_red": (STEP, "the check of this step did not hold"),
    "runbook_finished": ("runbook", "a walk of this runbook came to its end"),
    "met": (EXPECTATION, "it was met, in time or late"),
    "missed": (EXPECTATION, "its time is up and it was not met"),
    "role_taken": ("role", "somebody has this role"),
    "alert_firing": ("alert", "an alert of this name is firing"),
    "alert_over": ("alert", "an alert of this name has fired and is over"),
    "update_posted": ("", "somebody has posted a status update since (`yes`)"),
    "commander_named": ("", "somebody has command (`yes`)"),
    "all_resolved": ("", "every incident so far is resolved, and there was one (`yes`)"),
    "said": ("", "somebody has said one of these phrases since, in a channel of the game"),
}
_YES = ("update_posted", "commander_named", "all_resolved")
_ENDINGS = {"severity_reached": "SEV1", "marked": "evidence", "answered": "an answer"}
_SEVERAL = {"all": "Every one of these conditions.", "any": "One of these conditions is enough."}
_EXAMPLE = "such as `acknowledged: databases-lost`"


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """Something that becomes true in a room. `ref` is what is named, `also` what stands after a further slash."""

    word: str
    ref: str
    also: str = ""
    phrases: tuple[str, ...] = ()

    def refers(self) -> tuple[tuple[str, str], ...]:
        kind = CONDITIONS.get(self.word, ("", ""))[0]
        return ((kind, self.ref),) if kind in (INJECT, INCIDENT, FAULT, EXPECTATION) else ()

    def simple(self) -> tuple["Condition", ...]:
        return (self,)

    @property
    def shown(self) -> str:
        """In words, for the dungeon master's list."""
        words = self.word.replace("_", " ")
        if self.word == "said":
            return f"somebody says {' or '.join(f'“{each}”' for each in self.phrases)}"
        also = f"/{self.also}" if self.also else ""
        return words if self.word in _YES else f"{words}: {self.ref}{also}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Several:
    """`word` is `all` or `any`."""

    word: str
    parts: tuple[Condition, ...]

    def refers(self) -> tuple[tuple[str, str], ...]:
        return tuple(each for part in self.parts for each in part.refers())

    def simple(self) -> tuple[Condition, ...]:
        return self.parts

    @property
    def shown(self) -> str:
        return (" and " if self.word == "all" else " or ").join(each.shown for each in self.parts)


Conditions = Condition | Several


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """Exactly one of: at a reading of the game's clock; some time after another inject; on a condition; by hand."""

    at: timedelta | None = None
    after: str = ""
    by: timedelta = timedelta(0)
    when: Conditions | None = None

    @property
    def by_hand(self) -> bool:
        return self.at is None and not self.after and self.when is None

    def refers(self) -> tuple[tuple[str, str], ...]:
        return (*(((INJECT, self.after),) if self.after else ()), *(self.when.refers() if self.when else ()))


def read_condition(fields: Fields, key: str, help: str = "When this is true.") -> Conditions:
    """The condition, or several of them, at `key`. A missing one is a problem."""
    inner = fields.part(key, help=f"{help} One condition, {_EXAMPLE}.")
    if inner is None:
        fields.problem(key, f"`{key}` is missing; write one condition, {_EXAMPLE}")
        return Condition(word="commander_named", ref="yes")
    word = inner.kind((*CONDITIONS, *_SEVERAL))
    if word in _SEVERAL:
        parts = inner.parts(word, required=True, help=_SEVERAL[word])
        return Several(word=word, parts=tuple(_one(each, each.kind(tuple(CONDITIONS))) for each in parts))
    return _one(inner, word)


def _one(fields: Fields, word: str) -> Condition:
    names, means = CONDITIONS[word]
    help = f"{means[0].upper()}{means[1:]}."
    if word == "said":
        phrases = tuple(" ".join(each.split()) for each in fields.words(word, help=help))
        if not any(phrases):
            fields.problem(word, "`said` is empty; write a phrase, or a list of phrases")
        return Condition(word=word, ref="", phrases=tuple(each for each in phrases if each))
    if word in _YES:
        if not fields.flag(word, help=help):
            fields.problem(word, f"`{word}` takes only `yes`")
        return Condition(word=word, ref="yes")
    return _named(fields, word, names, fields.text(word, help=help))


def _named(fields: Fields, word: str, names: str, text: str) -> Condition:
    slashes = (1 if names == STEP else 0) + (1 if word in _ENDINGS else 0)
    parts = text.split("/", slashes)
    if text and (len(parts) <= slashes or not all(parts)):
        shape = {0: names, 1: "runbook/step" if names == STEP else f"{names}/{_ENDINGS.get(word, '')}"}
        fields.problem(word, f"`{word}` wants `{shape.get(slashes, 'runbook/step/answer')}`, not `{text}`")
        return Condition(word=word, ref=text)
    also = parts.pop() if word in _ENDINGS and len(parts) > 1 else ""
    if text and word == "marked" and also not in MILESTONES:
        fields.problem(word, f"`{also}` is no moment that is marked; there are {', '.join(MILESTONES)}")
    if text and word == "severity_reached" and also not in ("SEV1", "SEV2", "SEV3", "SEV4"):
        fields.problem(word, f"`{also}` is no severity; write `{parts[0]}/SEV1`, or 2, 3, 4")
    return Condition(word=word, ref="/".join(parts), also=also)


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
