"""A runbook: "if this happens, you do this, this, and this". The text, not one walking of it (that is core.runs)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from warroom.core.reading import Fields
from warroom.core.steps import KINDS, StepKind
from warroom.core.steps.kind import END


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One place in a runbook. `who` is a role; times are room time.

    `expected` is how long it should take; past `overdue` (or `expected`, when that is all there is) it overran.
    """

    id: str
    title: str
    what: StepKind
    who: str = ""
    expected: timedelta | None = None
    overdue: timedelta | None = None
    next: str = ""
    relies_on: tuple[str, ...] = ()

    @property
    def patience(self) -> timedelta | None:
        """How long after it was entered the step counts as overdue."""
        return self.overdue or self.expected

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
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Runbook:
    """`services` and `failure_modes` say what it is for; `matches` maps an alert label to the values it is for."""

    id: str
    title: str
    steps: tuple[Step, ...]
    summary: str = ""
    owner: str = ""
    services: tuple[str, ...] = ()
    failure_modes: tuple[str, ...] = ()
    matches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def step(self, step: str) -> Step | None:
        return next((each for each in self.steps if each.id == step), None)

    def after(self, step: Step, answer: str) -> str | None:
        """The id of the step that follows when `step` was answered so; None when the runbook ends there."""
        goto = step.what.leads(answer) or step.next
        if goto:
            return None if goto == END else goto
        ids = [each.id for each in self.steps]
        here = ids.index(step.id)
        return ids[here + 1] if here + 1 < len(ids) else None

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
        )
        _check_targets(runbook, parts)
        return runbook


def _labels(fields: Fields | None) -> dict[str, tuple[str, ...]]:
    if fields is None:
        return {}
    return {name: fields.words(name, help="Values of this label that count.") for name in fields.keys()}  # noqa: SIM118 (not a dict)


def _check_targets(runbook: Runbook, parts: tuple[Fields, ...]) -> None:
    known = {step.id for step in runbook.steps}
    seen: set[str] = set()
    for step, fields in zip(runbook.steps, parts, strict=True):
        if step.id and step.id in seen:
            fields.problem("id", f"two steps are called {step.id!r}; every step needs a name of its own")
        seen.add(step.id)
        for goto in (*step.what.targets(), *([step.next] if step.next else [])):
            if goto != END and goto not in known:
                fields.problem("", f"step {step.id!r} leads to {goto!r}, which is not a step of this runbook")


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A runbook that fits an incident, and why it was thought of."""

    runbook: str
    title: str
    reason: str
