"""`warroom import`: what was written goes to stdout, what to look at to stderr."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from warroom.cli.exits import Exit
from warroom.definitions.importing import Options, Outcome, Report, bring
from warroom.definitions.importing.again import State

_MANY = 20  # files; from here on it says how far it is
_UNWRITTEN = (State.SAME, State.KEPT)


def import_runbooks(paths: Sequence[Path], options: Options, *, as_json: bool) -> Exit:
    """Import, and say what came of it."""
    outcome = bring(paths, options, _progress if sys.stderr.isatty() else lambda done, of: None)
    if as_json:
        print(json.dumps(_doc(outcome), indent=2, ensure_ascii=False))
    else:
        for report in outcome.reports:
            if report.state not in _UNWRITTEN:
                print(report.written)
        for line in _remarks(outcome, options):
            print(line, file=sys.stderr)
    for sentence in (*outcome.missing, *outcome.refused):
        print(f"warroom: {sentence}", file=sys.stderr)
    if outcome.missing:
        return Exit.NOT_FOUND
    return Exit.FINDINGS if outcome.refused else Exit.OK


def _progress(done: int, of: int) -> None:
    if of >= _MANY:
        print(f"\r{done} of {of}", end="" if done < of else "\n", file=sys.stderr, flush=True)


def _doc(outcome: Outcome) -> dict[str, object]:
    runbooks = [report.doc() for report in outcome.reports]
    return {"ok": outcome.well, "runbooks": runbooks, "problems": [*outcome.missing, *outcome.refused]}


def _remarks(outcome: Outcome, options: Options) -> Iterator[str]:
    for report in outcome.reports:
        if report.state not in _UNWRITTEN:
            yield from report.lines()
    yield _summary(outcome.reports, options)


def _summary(reports: Sequence[Report], options: Options) -> str:
    written = [report for report in reports if report.state not in _UNWRITTEN]
    steps = sum(report.steps for report in reports)
    verb = "would be written" if options.dry_run else "written"
    said = [f"{len(reports)} runbooks with {steps} steps: {len(written)} {verb}"]
    if same := sum(report.state is State.SAME for report in reports):
        said.append(f"{same} as before")
    if kept := sum(report.state is State.KEPT for report in reports):
        said.append(f"{kept} left as they were edited")
    if read := sum(report.read_only for report in reports):
        said.append(f"{read} without steps, only to read")
    return ", ".join(said) + "."
