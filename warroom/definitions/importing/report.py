"""What an import has to say about each runbook: what to look at, each with file and line."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from warroom.core.declaring import dataclass
from warroom.core.runbook import Step
from warroom.definitions.importing.again import State
from warroom.definitions.importing.files import Written
from warroom.definitions.importing.page import Made
from warroom.definitions.problems import shown


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at. `line` is of the source; `kind` one of KINDS."""

    line: int
    kind: str
    text: str


KINDS = ("removed", "danger", "timer", "escalation", "value", "link", "leftover")
_SAYS = {
    "removed": "characters that cannot be shown were taken out",
    "danger": "marked as dangerous: {}",
    "timer": "proposed, a timer: {}",
    "escalation": "proposed, a step for escalation: {}",
    "value": "asked for in every walk: {}",
    "link": "leads nowhere from a runbook without --source-base: {}",
    "leftover": "not placed, see `leftovers`: {}",
}


@dataclass(frozen=True, slots=True)
class Report:
    """One runbook. `written` is the file it was written to; `state` what stood there before."""

    source: str
    written: str
    runbook: str
    title: str
    steps: int
    phases: tuple[str, ...]
    state: State
    read_only: bool
    remarks: tuple[Remark, ...]

    def lines(self) -> Iterator[str]:
        """For people: each remark as `file:line: sentence`."""
        file = self.source.rsplit(":", 1)[0] if self.source.rsplit(":", 1)[-1].isdigit() else self.source
        for remark in self.remarks:
            yield f"{file}:{remark.line}: {_SAYS[remark.kind].format(shown(remark.text, 100))}"

    def doc(self) -> dict[str, object]:
        """For programs."""
        return {**asdict(self), "state": self.state.name.lower(), "phases": list(self.phases)}


def describe(made: Made, written: Written, file: Path, state: State) -> Report:
    """The report of a runbook that was made from `written` and belongs into `file`."""
    runbook = made.runbook
    return Report(
        source=made.page.source,
        written=str(file),
        runbook=runbook.id,
        title=runbook.title,
        steps=len(runbook.steps),
        phases=tuple(dict.fromkeys(step.phase for step in runbook.steps if step.phase)),
        state=state,
        read_only=made.read_only,
        remarks=tuple(sorted(_remarks(made, written), key=lambda each: (each.line, KINDS.index(each.kind)))),
    )


def _remarks(made: Made, written: Written) -> Iterator[Remark]:
    first = made.page.root.line
    yield from (Remark(line, "removed", "") for line in written.removed)
    for step in made.runbook.steps:
        if step.danger:
            yield Remark(_line(written, _dangerous(step), made.lines[step.id]), "danger", step.danger)
    yield from (Remark(line, proposal.kind, proposal.says) for _, line, proposal in made.proposals)
    for value in made.runbook.values:
        spelled = value.spellings[0]
        yield Remark(_line(written, (spelled,), first), "value", ", ".join(value.spellings))
    yield from (Remark(line, "link", target) for line, target in made.links)
    yield from (Remark(left.line, "leftover", left.text) for left in made.runbook.leftovers)


def _dangerous(step: Step) -> tuple[str, ...]:
    """The words of the command that the step's danger names."""
    return tuple(step.danger.split("`")[1].split()) if "`" in step.danger else ()


def _line(written: Written, parts: Sequence[str], start: int) -> int:
    """The line of the source that holds all of these, at `start` or after it; `start` when there is none."""
    lines = written.text.split("\n")
    return next((at for at in range(start, len(lines) + 1) if parts and all(p in lines[at - 1] for p in parts)), start)
