"""One file's text -> a runbook, a scenario, the service catalogue or an allow-list; or every problem it has.

A file says what it is on its first line: `runbook: 1`, `scenario: 1`, `catalogue: 1` or `allowed: 1`. The number is the
version of the format, so that a later warroom can still read files written for this one.
"""

import hashlib
from collections.abc import Callable
from typing import TypeVar

from warroom.core.allowed import Allowed
from warroom.core.catalogue import Catalogue
from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.runbook import Runbook
from warroom.core.scenario import Scenario
from warroom.definitions import tree
from warroom.definitions.problems import DefinitionError, Problem
from warroom.definitions.reader import MappingFields, near
from warroom.definitions.tree import Page

Definition = Runbook | Scenario | Catalogue | Allowed
_D = TypeVar("_D", Runbook, Scenario, Catalogue, Allowed)

_KINDS: dict[str, Callable[[Fields], Definition]] = {
    "runbook": Runbook.parse,
    "scenario": Scenario.parse,
    "catalogue": Catalogue.parse,
    "allowed": Allowed.parse,
}
_CALLED = {"allowed": "an allow-list"}  # the others are called as they begin
_FORMAT = 1
_SAY_WHAT = "begin with `runbook: 1`, `scenario: 1`, `catalogue: 1` or `allowed: 1`"


@dataclass(frozen=True, slots=True)
class Source:
    """One file as read. `value` is as good as the file allows when there are problems, and None when it told nothing.

    `digest` is the SHA-256 of the text. `fields` are kept so that what is found out later still has a line.
    """

    file: str
    digest: str
    page: Page
    fields: MappingFields
    value: Definition | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(self.page.problems)


def read(text: str, file: str) -> Source:
    """Read any kind of definition. Never raises; look at `problems`."""
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    grown = tree.grow(text, file)
    page = grown.page
    if not isinstance(grown.root, tree.Mapping):
        if not page.problems:
            page.note(0, _nothing_usable(grown.root), _SAY_WHAT)
        return Source(file, digest, page, MappingFields(page, quiet=True))
    fields = MappingFields.over(page, grown.root)
    return Source(file, digest, page, fields, _parse(fields))


def read_runbook(text: str, file: str) -> Runbook:
    """Raises DefinitionError with everything that is wrong; `file` is what the problems call the text."""
    return _only(Runbook, "a runbook", text, file)


def read_scenario(text: str, file: str) -> Scenario:
    """Raises DefinitionError with everything that is wrong; `file` is what the problems call the text."""
    return _only(Scenario, "a scenario", text, file)


def read_catalogue(text: str, file: str) -> Catalogue:
    """Raises DefinitionError with everything that is wrong; `file` is what the problems call the text."""
    return _only(Catalogue, "a catalogue", text, file)


def read_allowed(text: str, file: str) -> Allowed:
    """Raises DefinitionError with everything that is wrong; `file` is what the problems call the text."""
    return _only(Allowed, "an allow-list", text, file)


def called(kind: str) -> str:
    """What people call a file that begins so, with its article."""
    return _CALLED.get(kind, f"a {kind}")


def _only(wanted: type[_D], name: str, text: str, file: str) -> _D:
    source = read(text, file)
    if source.value is not None and not isinstance(source.value, wanted):
        source.fields.complain("", f"this is not {name}, but {called(source.fields.first())}")
    if source.problems or not isinstance(source.value, wanted):
        raise DefinitionError(source.problems)
    return source.value


def _parse(fields: MappingFields) -> Definition | None:
    kind = fields.first()
    if kind not in _KINDS:
        fields.complain(kind, "the file does not say what it is", _what_then(fields))
        return None
    if fields.whole(kind, least=1) != _FORMAT:
        fields.complain(kind, f"this warroom reads format {_FORMAT} of {called(kind)}", f"write `{kind}: {_FORMAT}`")
    value = _KINDS[kind](fields)
    fields.finish()
    return value


def _what_then(fields: MappingFields) -> str:
    present = next((kind for kind in _KINDS if fields.has(kind)), "")
    if present:
        return f"move `{present}: {_FORMAT}` to the top"
    return near(fields.first(), _KINDS) or _SAY_WHAT


def _nothing_usable(root: tree.Node | None) -> str:
    empty = root is None or (isinstance(root, tree.Scalar) and root.type == "null")
    return "the file is empty" if empty else "the file holds no keys"
