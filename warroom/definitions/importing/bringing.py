"""Bringing runbooks in: files are read, pages become runbooks, runbooks become files. All of it, in order.

One file that cannot be read does not keep the others out; what somebody has edited by hand is not written over.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path

from warroom.core.declaring import dataclass
from warroom.core.runbook import Runbook
from warroom.core.steps.do import Do
from warroom.core.steps.runbook import SubRunbook
from warroom.definitions import tree
from warroom.definitions.importing import again, files, links, page, splitting, writing
from warroom.definitions.importing.again import State
from warroom.definitions.importing.files import NotImported
from warroom.definitions.importing.links import Links
from warroom.definitions.importing.page import Given, Made, Page
from warroom.definitions.importing.proposals import Proposal
from warroom.definitions.importing.report import Report, describe
from warroom.definitions.importing.slugs import slug
from warroom.definitions.importing.splitting import Text
from warroom.definitions.loader import read_runbook
from warroom.definitions.problems import DefinitionError

ENDING = ".yaml"
BESIDE = ".new"  # behind the name of a file that was edited; no such file is read as a definition


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """`base` is the address that the folder has on the web; `force` writes over what was edited by hand."""

    out: Path
    owner: str = ""
    services: tuple[str, ...] = ()
    base: str = ""
    dry_run: bool = False
    force: bool = False


@dataclass(slots=True)
class Outcome:
    """What an import came to. `refused` are sentences about files that were not brought in or not written over."""

    reports: list[Report] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def well(self) -> bool:
        return not self.refused and not self.missing


def bring(paths: Sequence[Path], options: Options, tell: Callable[[int, int], None] = lambda done, of: None) -> Outcome:
    """Import every file of these paths. Raises nothing that one file is to blame for; `tell` hears how far it is."""
    outcome = Outcome()
    texts = list(_texts(paths, outcome))
    found = list(splitting.pages(texts))
    known = _known(found)
    before = {each.id: _existing(options.out, each.id) for _, each in found}
    made = list[tuple[Text, Made]]()
    for place, (text, each) in enumerate(found):
        where = Links(each.name, known, options.base, links.definitions(text.written.text))
        given, old = Given(options.owner, options.services), _runbook(before[each.id])
        with _refusing(outcome):
            made.append((text, page.make(each, given, where, old)))
        tell(place + 1, len(found))
    opened = _without_circles([each for _, each in made])
    for (text, _), runbook in zip(made, opened, strict=True):
        with _refusing(outcome):
            outcome.reports.append(_write(text, runbook, before[runbook.page.id], options, outcome))
    return outcome


@contextmanager
def _refusing(outcome: Outcome) -> Iterator[None]:
    """What cannot be imported is noted, and the rest goes on."""
    try:
        yield
    except NotImported as error:
        outcome.refused.append(str(error))


def convert(text: str, name: str = "runbook.md", given: Given | None = None) -> tuple[tuple[Runbook, str], ...]:
    """The runbooks that one text of Markdown becomes, each with its YAML. Raises NotImported when it is empty."""
    written = files.clean(files.Found(Path(name), name, name), text)
    found = list(splitting.pages([splitting.parsed(written)]))
    known = _known(found)
    made = [
        page.make(each, given or Given(), Links(each.name, known, "", links.definitions(written.text)))
        for _, each in found
    ]
    return tuple((each.runbook, _yaml(each)) for each in _without_circles(made))


def _texts(paths: Sequence[Path], outcome: Outcome) -> Iterator[Text]:
    there = [path for path in paths if path.exists()]
    outcome.missing += [f"There is no {path}." for path in paths if not path.exists()]
    for path in there:
        if path.is_dir() and not any(True for _ in files.find([path])):
            outcome.refused.append(f"{path}: there is no Markdown file in this folder ({', '.join(files.ENDINGS)}).")
    for file in files.find(there):
        with _refusing(outcome):
            yield splitting.parsed(files.read(file))


def _known(found: Iterable[tuple[Text, Page]]) -> dict[str, str]:
    """The runbook of every page. Of a file that holds many, each has the anchor of its heading."""
    known = dict[str, str]()
    for _, each in found:
        known.setdefault(each.name, each.id)
        known.setdefault(f"{each.name}#{slug(each.title, 'part').replace('-', '')}", each.id)
    return known


def _existing(out: Path, name: str) -> str | None:
    try:
        return (out / f"{name}{ENDING}").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        return ""  # something stands there that no import wrote


def _runbook(text: str | None) -> Runbook | None:
    """What stands there as a runbook; None when it cannot be read, and then no step keeps its name."""
    try:
        return read_runbook(text, "") if text else None
    except DefinitionError:
        return None


def _without_circles(made: Sequence[Made]) -> list[Made]:
    """Runbooks that walk one another for ever are no use: a step that would close a circle stays a link."""
    leads: dict[str, set[str]] = {each.runbook.id: set() for each in made}
    return [_opened(each, leads) for each in made]


def _opened(made: Made, leads: dict[str, set[str]]) -> Made:
    steps = []
    for step in made.runbook.steps:
        what = step.what
        if isinstance(what, SubRunbook) and _comes_to(what.runbook, made.runbook.id, leads):
            what = Do(text=what.text)
        elif isinstance(what, SubRunbook):
            leads[made.runbook.id].add(what.runbook)
        steps.append(replace(step, what=what))
    return replace(made, runbook=replace(made.runbook, steps=tuple(steps)))


def _comes_to(start: str, goal: str, leads: dict[str, set[str]]) -> bool:
    seen, coming = set[str](), [start]
    while coming:
        here = coming.pop()
        if here == goal:
            return True
        if here not in seen:
            seen.add(here)
            coming += sorted(leads.get(here, ()))
    return False


def _yaml(made: Made) -> str:
    suggested = dict[str, list[tuple[int, Proposal]]]()
    for step, line, proposal in made.proposals:
        suggested.setdefault(step, []).append((line, proposal))
    return writing.write(made.runbook, suggested)


def _write(text: Text, made: Made, existing: str | None, options: Options, outcome: Outcome) -> Report:
    body = _yaml(made)
    file = options.out / f"{made.runbook.id}{ENDING}"
    if len(body.encode()) > tree.MOST_BYTES - 1024:
        raise NotImported(
            f"{made.page.source}: the runbook would be larger than {tree.MOST_BYTES // 1024} KiB; split it."
        )
    source = again.digest(f"{text.written.digest} {made.page.source}")
    whole = f"{_FIRST}\n{again.header(body, source)}\n{body}"
    state = again.state(existing, whole, source)
    report = describe(made, text.written, file, state)
    if state in (State.SAME, State.KEPT) and not (state is State.KEPT and options.force):
        return report
    target = file
    if state in (State.EDITED, State.FOREIGN) and not options.force:
        target = file.with_name(file.name + BESIDE)
        outcome.refused.append(_edited(file, target, state, options.dry_run))
        report = replace(report, written=str(target))
    if not options.dry_run:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(whole, encoding="utf-8", newline="\n")
    return report


_FIRST = (
    "# Brought in by `warroom import runbook`. Edit it as you like: a later import does not write over what you change."
)


def _edited(file: Path, target: Path, state: State, dry_run: bool) -> str:
    why = "has been edited since it was imported" if state is State.EDITED else "was not written by an import"
    what = "would stand in" if dry_run else "stands in"
    return (
        f"{file} {why}, and was left as it is; what its source says now {what} {target}. "
        "Take over what you want and the line `# imported:` with it, or write over it with --force."
    )
