"""The walks of runbooks, in Markdown: each step with who did it, how long it took, and what was thought of it."""

from collections.abc import Iterator

from warroom.core.durations import mark
from warroom.core.runs import WARROOM, RunState
from warroom.exporters.escaping import inline
from warroom.exporters.markdown.pieces import LONGEST, Lines, lasted, names_of, section, table, who
from warroom.report.facts import AfterAction, Flag, RunFacts, StepFacts


def walked(after: AfterAction) -> Lines:
    if not after.runs:
        return
    yield from section("Runbooks walked")
    for run in after.runs:
        yield from _run(run)


def _run(run: RunFacts) -> Lines:
    yield f"### {inline(run.title)}"
    yield ""
    began = f"Started by {inline(run.started.who)} at {mark(run.started.clock)}"
    about = f"A part of “{inline(run.part_of)}”" if run.part_of else f"For “{inline(run.incident)}”"
    yield f"{about}. {began}; {_how_it_ended(run)}"
    yield ""
    headings = ("", "Step", "Who", "Result", "Planned", "Took", "Remarks")
    yield from table(headings, (_step(place, each) for place, each in enumerate(run.steps, start=1)))
    if run.not_taken:
        yield from (f"Not on the way: {names_of(f'“{title}”' for title in run.not_taken)}.", "")
    if run.values:
        given = (f"{inline(name)} = {inline(value)}" for name, value in run.values)
        yield from (f"Filled in: {names_of(given)}.", "")
    if run.beside:
        yield from ("Done beside the runbook:", "", *(f"- {inline(each)}" for each in run.beside), "")
    yield from _kept(run)


def _kept(run: RunFacts) -> Lines:
    """Evidence, what machines did, and what people thought of the steps."""
    evidence = [f"- {inline(step.title)}: {inline(each, LONGEST)}" for step in run.steps for each in step.evidence]
    acts = [f"- {inline(step.title)}: {inline(each, LONGEST)}" for step in run.steps for each in step.acts]
    flags = [f"- {inline(step.title)}: {_flag(each)}" for step in run.steps for each in step.flags]
    for title, lines in (
        ("Evidence:", evidence),
        ("Done by machines:", acts),
        ("What people thought of the steps:", flags),
    ):
        if lines:
            yield from (title, "", *lines, "")


def _flag(flag: Flag) -> str:
    comment = f": “{inline(flag.comment, LONGEST)}”" if flag.comment else ""
    return f"{inline(flag.verdict)}, said {inline(flag.who)}{comment}"


def _how_it_ended(run: RunFacts) -> str:
    took = lasted(run.took)
    if run.state == RunState.FINISHED:
        return f"finished after {took}."
    if run.state == RunState.WALKING:
        return "still being walked."
    who = "" if run.stopped_by == WARROOM else f" by {inline(run.stopped_by)}"
    return f"stopped{who} after {took}: {inline(run.reason)}."


_BY_ITSELF = {
    "check": "a check",
    "wait": "the clock",
    "act": "a machine",
    "announce": "warroom",
    "runbook": "its walk",
    "parallel": "its branches",
}


def _step(place: int, step: StepFacts) -> tuple[str, ...]:
    return (
        str(place),
        inline(step.title),
        who(step.who) or _BY_ITSELF.get(step.kind, ""),
        inline(step.answer or step.state),
        lasted(step.planned),
        lasted(step.took),
        inline(" ".join(_remarks(step))),
    )


def _remarks(step: StepFacts) -> Iterator[str]:
    if step.overdue:
        yield "Overdue."
    if step.state == "failed":
        yield f"Failed: “{step.note}”"
    elif step.state == "skipped":
        yield f"Skipped: “{step.note}”"
    elif step.note:
        yield f"“{step.note}”"
    for holds, detail in step.findings:
        yield f"{'Passed' if holds else 'Failed'}: {detail.rstrip('.')}." if detail else ""
    if step.looked > len(step.findings):
        yield "A check was never answered."
