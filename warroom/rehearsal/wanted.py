"""What a scenario expects of its players, as things to do: for players who know what a good answer is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from warroom.core.declaring import dataclass
from warroom.core.runbook import Runbook
from warroom.core.runs import Run
from warroom.core.scenario import Expectation, Scenario
from warroom.core.steps.kind import END
from warroom.core.when import Condition
from warroom.definitions.ways import ways

_OF_STEPS = ("step_reached", "step_done", "check_green", "check_red", "answered", "step_failed")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """`steps` and `answers` are by `runbook/step`; `runbooks` are those that something is expected of."""

    steps: frozenset[str] = frozenset()
    red: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    answers: Mapping[str, str] = field(default_factory=dict)
    runbooks: frozenset[str] = frozenset()

    @classmethod
    def by(cls, scenario: Scenario) -> "Wanted":
        every = [each for expectation in scenario.expectations for each in conditions(expectation)]
        steps = [each for each in every if each.word in _OF_STEPS]
        finished = {each.ref for each in every if each.word == "runbook_finished"}
        return cls(
            steps=frozenset(each.ref for each in steps),
            red=frozenset(each.ref for each in steps if each.word == "check_red"),
            failed=frozenset(each.ref for each in steps if each.word == "step_failed"),
            answers={each.ref: each.also for each in steps if each.word == "answered"},
            runbooks=frozenset({each.ref.partition("/")[0] for each in steps} | finished),
        )


def conditions(expectation: Expectation) -> tuple[Condition, ...]:
    """The single conditions that meet it; none when only people can tell."""
    return expectation.met_by.simple() if expectation.met_by else ()


class Map:
    """Which expected steps can still be reached from where, in every runbook. Remembers what it has found out."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._known: dict[tuple[str, str], frozenset[str]] = {}

    def ahead(self, runbook: Runbook, step: str | None) -> frozenset[str]:
        """The expected steps of this runbook that may still come from this step on, itself included."""
        if step is None or step == END:
            return frozenset()
        key = (runbook.id, step)
        if key not in self._known:
            expected = {each.id for each in runbook.steps if f"{runbook.id}/{each.id}" in self.wanted.steps}
            self._known[key] = frozenset(expected & set(_reachable(runbook, step))) if expected else frozenset()
        return self._known[key]

    def best(self, run: Run, answers: Iterable[str]) -> str:
        """Of the answers that the current step takes, the good one.

        The one the scenario expects; else the one behind which most of what it expects still lies; the runbook's first
        of those, one not given before at this step before one that was. Raises ValueError when there is none.
        """
        step, several = run.current, list(answers)
        assert step is not None
        if (expected := self.wanted.answers.get(f"{run.runbook.id}/{step.id}")) in several:
            return str(expected)
        before = [run.path.count(target) if (target := run.following(step, each)) else 0 for each in several]
        left = {each: self.ahead(run.runbook, run.following(step, each)) - set(run.path) for each in several}
        order = sorted(enumerate(several), key=lambda each: (-len(left[each[1]]), before[each[0]], each[0]))
        if not order:
            raise ValueError(f"{step.id} takes no answer")
        return order[0][1]


def _reachable(runbook: Runbook, first: str) -> Iterator[str]:
    leads: dict[str, list[str]] = {}
    for way in ways(runbook):
        leads.setdefault(way.source, []).append(way.target)
    coming, seen = [first], set[str]()
    while coming:
        here = coming.pop()
        if here in seen or here == END:
            continue
        seen.add(here)
        yield here
        coming += leads.get(here, [])
