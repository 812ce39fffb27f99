"""What `warroom lint` says: everything that is wrong, and what is allowed but probably not meant.

Each file here knows rules about one thing: `runbooks` and `scenarios` about one definition, `paths` about the ways
through a runbook, `between` about what several runbooks say of each other. A rule yields remarks; nothing is raised.
"""

from collections.abc import Sequence
from pathlib import Path

from warroom.core.runbook import Runbook
from warroom.core.scenario import Scenario
from warroom.definitions import references
from warroom.definitions.lint import between, paths, runbooks, scenarios
from warroom.definitions.loader import Source
from warroom.definitions.problems import Problem
from warroom.definitions.sources import gather


def lint(paths: Sequence[Path], *, strict: bool = False) -> tuple[Problem, ...]:
    """Every problem of these files, and of all definitions below these folders, in the order of files and lines.

    `strict` also asks for what is good to have and often left out.
    """
    sources = gather(paths)
    references.check(sources)
    sound = [source for source in sources if not source.problems]  # the others would only be remarked on wrongly
    for source in sound:
        _remark(source, strict=strict)
    whole = any(path.is_dir() for path in paths)
    for each in between.remarks(sound, whole=whole and len(sound) == len(sources)):
        each.note()
    return tuple(sorted({problem for source in sources for problem in source.problems}))


def _remark(source: Source, *, strict: bool) -> None:
    match source.value:
        case Runbook() as runbook:
            found = (*runbooks.remarks(runbook, source.fields, strict=strict), *paths.remarks(runbook, source.fields))
        case Scenario() as scenario:
            found = tuple(scenarios.remarks(scenario, source.fields))
        case _:  # a catalogue and an allow-list are judged while they are read
            return
    for each in found:
        each.note()
