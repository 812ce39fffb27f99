"""A runbook: "if this happens, you do this, this, and this". The text, not one walking of it (that is core.runs)."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import timedelta

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.steps import KINDS, StepKind
from warroom.core.steps.kind import END
from warroom.core.steps.parallel import Parallel
from warroom.core.values import Value


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A block of code beside a step. `output` is what the source showed as coming back; neither is ever run."""

    text: str
    language: str = ""
    output: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Late:
    """What the runbook says when a step is late and the reminders have not helped."""

    after: timedelta | None = None
    tell: str = ""
    say: str = ""
    goto: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AtMost:
    """How often a step may be entered in one run, and where to go instead after that."""

    times: int
    then: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One place in a runbook. `who` is a role; times are room time.

    `expected` is how long it should take; past `overdue` (or `expected`, when that is all there is) it overran.
    `phase` is the part of the runbook it belongs to; `label` how the source numbered it, where other steps say so.
    `danger` says what it may destroy; `defines` names what its commands leave behind for later ones (`NAMESPACE`).
    `evidence` is what should be kept of it; `failed` where to go when it could not be done (absent: stay and decide).
    """

    id: str
    title: str
    what: StepKind
    who: str = ""
    expected: timedelta | None = None
    overdue: timedelta | None = None
    next: str = ""
    relies_on: tuple[str, ...] = ()
    phase: str = ""
    label: str = ""
    code: tuple[Code, ...] = ()
    danger: str = ""
    defines: tuple[str, ...] = ()
    evidence: str = ""
    evidence_needed: bool = False
    failed: str = ""
    late: Late | None = None
    at_most: AtMost | None = None

    @property
    def patience(self) -> timedelta | None:
        """How long after it was entered the step counts as overdue."""
        return self.overdue or self.expected

    def targets(self) -> tuple[str, ...]:
        """Every step it names as one that may follow."""
        beside = (
            self.next,
            self.failed,
            self.late.goto if self.late else "",
            self.at_most.then if self.at_most else "",
        )
        return (*self.what.targets(), *(goto for goto in beside if goto))

    def texts(self) -> tuple[str, ...]:
        """Everything in it that may hold a value to be filled in."""
        code = (text for each in self.code for text in (each.text, each.output))
        return (self.title, *self.what.texts(), *code, self.danger, self.evidence)

    @classmethod
    def parse(cls, fields: Fields) -> "Step":
        kind = KINDS[fields.kind(tuple(KINDS))]
        return cls(
            id=fields.slug("id", help="The step's name; others refer to it, so it stays when the text changes."),
            title=fields.text("title", help="The step in a few words."),
            what=kind.parse(fields),
            who=fields.text("who", default="", help="The role that does it; the commander when absent."),
            expected=fields.maybe_length("expected", help="How long it should take."),
            overdue=fields.maybe_length("overdue", help="When it counts as overdue; `expected` when absent."),
            next=fields.slug("next", default="", help="The step that follows; the one below when absent; `end` ends."),
            relies_on=fields.words("relies_on", help="Services this step needs to be alive."),
            phase=fields.text("phase", default="", help="The part of the runbook it belongs to, such as Diagnosis."),
            label=fields.text("label", default="", help="How the source numbered it, where other steps say so."),
            code=tuple(_code(each) for each in fields.parts("code", help="Blocks of code to read or copy.")),
            danger=fields.text("danger", default="", help="What it may destroy; shown as a warning, and asked about."),
            defines=fields.words("defines", help="What its commands leave for later ones, such as `NAMESPACE`."),
            evidence=fields.text("evidence", default="", help="What should be kept of it: an output, a link, a file."),
            evidence_needed=fields.flag("evidence_needed", help="It cannot be done without evidence."),
            failed=fields.slug("failed", default="", help="The step to go to when it could not be done."),
            late=_late(fields.part("late", help="What to do when it is late and reminders have not helped.")),
            at_most=_at_most(fields.part("at_most", help="How often it may be come to in one walk.")),
        )


def _code(fields: Fields) -> Code:
    return Code(
        text=fields.text("text", help="The code."),
        language=fields.text("language", default="", help="What it is written in."),
        output=fields.text("output", default="", help="What comes back, as an example."),
    )


def _late(fields: Fields | None) -> Late | None:
    if fields is None:
        return None
    return Late(
        after=fields.maybe_length("after", help="How long after it was entered; three times `overdue` when absent."),
        tell=fields.text("tell", default="", help="A role that is told, beside the commander."),
        say=fields.text("say", default="", help="What is said, such as whom to call."),
        goto=fields.slug("goto", default="", help="The step to go to instead, without being asked."),
    )


def _at_most(fields: Fields | None) -> AtMost | None:
    if fields is None:
        return None
    return AtMost(
        times=fields.whole("times", least=1, help="How many times."),
        then=fields.slug("then", help="The step to go to instead after that, or `end`."),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """Something to know before the first step: what the alert means, whom it hurts."""

    title: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Leftover:
    """A piece of the source that the import could not place. `line` is where it stands there."""

    line: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Runbook:
    """`services` and `failure_modes` say what it is for; `matches` maps an alert label to the values it is for.

    `source` says where it was imported from; `leftovers` what the import could not place. Both are for its owner.
    """

    id: str
    title: str
    steps: tuple[Step, ...]
    summary: str = ""
    owner: str = ""
    services: tuple[str, ...] = ()
    failure_modes: tuple[str, ...] = ()
    matches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    context: tuple[Context, ...] = ()
    values: tuple[Value, ...] = ()
    source: str = ""
    leftovers: tuple[Leftover, ...] = ()

    def step(self, step: str) -> Step | None:
        for each in self.steps:  # a loop: this is asked more often than anything else
            if each.id == step:
                return each
        return None

    def after(self, step: Step, answer: str) -> str | None:
        """The id of the step that follows when `step` was answered so; None when the runbook ends there."""
        goto = step.what.leads(answer) or step.next
        if goto:
            return None if goto == END else goto
        return self.below(step.id)

    def below(self, step: str) -> str | None:
        """The id of the step that stands below this one, if there is one."""
        ids = [each.id for each in self.steps]
        here = ids.index(step)
        return ids[here + 1] if here + 1 < len(ids) else None

    def all_values(self) -> tuple[Value, ...]:
        """Everything it leaves open, what its steps ask for included; the first of a name counts."""
        asked = (value for step in self.steps for value in getattr(step.what, "values", ()))
        found = {each.name: each for each in reversed((*self.values, *asked))}
        return tuple(reversed(found.values()))

    def stops(self, step: Step) -> frozenset[str]:
        """Where a branch of this parallel step is over: where another begins, or where the way goes on after it."""
        if not isinstance(step.what, Parallel):
            return frozenset()
        return frozenset((*(each.first for each in step.what.branches), step.next))

    @classmethod
    def parse(cls, fields: Fields) -> "Runbook":
        parts = fields.parts("steps", required=True, help="What is done, in order.")
        labels = fields.part("matches", help="Alert labels it answers to: a label and the values that count.")
        runbook = cls(
            id=fields.slug("id", help="The runbook's name."),
            title=fields.text("title", help="What has happened, as people would say it."),
            steps=tuple(Step.parse(each) for each in parts),
            summary=fields.text("summary", default="", help="What this failure means; shown at the start."),
            owner=fields.text("owner", default="", help="The team that keeps this runbook true."),
            services=fields.words("services", help="Services it is for, as in the catalogue."),
            failure_modes=fields.words("failure_modes", help="Ways of failing it is for."),
            matches=_labels(labels),
            context=tuple(_context(each) for each in fields.parts("context", help="What to know at the start.")),
            values=tuple(Value.parse(each) for each in fields.parts("values", help="What it leaves open.")),
            source=fields.text("source", default="", help="Where it was imported from."),
            leftovers=tuple(
                _leftover(each)
                for each in fields.parts(
                    "leftovers", help="What the import could not place; delete what is dealt with."
                )
            ),
        )
        _check_targets(runbook, parts)
        return runbook


def _context(fields: Fields) -> Context:
    return Context(
        title=fields.text("title", help="What it is about, such as Impact."),
        text=fields.text("text", help="What to know."),
    )


def _leftover(fields: Fields) -> Leftover:
    return Leftover(
        line=fields.whole("line", least=1, help="The line of the source."),
        text=fields.text("text", help="What stands there."),
    )


def _labels(fields: Fields | None) -> dict[str, tuple[str, ...]]:
    if fields is None:
        return {}
    return {name: fields.words(name, help="Values of this label that count.") for name in fields.keys()}  # noqa: SIM118 (not a dict)


def _check_targets(runbook: Runbook, parts: Iterable[Fields]) -> None:
    known = {step.id for step in runbook.steps}
    seen: set[str] = set()
    for step, fields in zip(runbook.steps, parts, strict=True):
        if step.id and step.id in seen:
            fields.problem("id", f"two steps are called {step.id!r}; every step needs a name of its own")
        seen.add(step.id)
        if isinstance(step.what, Parallel) and any(each.first == END for each in step.what.branches):
            fields.problem("parallel", f"a branch of step {step.id!r} must begin at a step, not at the end")
        if step.late is not None and step.patience is None:
            fields.problem("late", f"nothing says when step {step.id!r} is late; add `expected` or `overdue`")
        if isinstance(step.what, Parallel) and not step.next:
            fields.problem(
                "", f"step {step.id!r} must say where the way goes on when its branches are over: add `next:`"
            )
        for goto in step.targets():
            if goto != END and goto not in known:
                fields.problem("", f"step {step.id!r} leads to {goto!r}, which is not a step of this runbook")


def within(runbook: Runbook, library: Mapping[str, Runbook]) -> tuple[Runbook, ...]:
    """The runbooks that this one walks as steps, and those that they walk; what the library lacks is left out."""
    found: dict[str, Runbook] = {}
    coming = [runbook]
    while coming:
        for name in (name for step in coming.pop().steps for name in step.what.starts()):
            if name in library and name not in found:
                found[name] = library[name]
                coming.append(library[name])
    return tuple(found.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A runbook that fits an incident, and why it was thought of."""

    runbook: str
    title: str
    reason: str
