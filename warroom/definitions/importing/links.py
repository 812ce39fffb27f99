"""Links: those between runbooks that are imported together, and those that would lead nowhere once the page is a runbook."""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import field
from urllib.parse import unquote, urljoin

from warroom.core.declaring import dataclass

_INLINE = re.compile(
    r"(?P<head>!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\()(?P<open><?)(?P<to>[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)(?P<close>>?)(?P<tail>(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\))"
)
_REFERENCE = re.compile(r"(?P<mark>!?)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])+)\](?:\[(?P<name>[^\[\]]*)\])(?!\()")
_SHORTCUT = re.compile(r"(?<![\]\\!\w])\[(?P<text>[^\[\]\n]{1,120})\](?![\[(:])")
_DEFINITION = re.compile(r"^ {0,3}\[(?P<name>[^\[\]]+)\]:\s*<?(?P<to>[^\s>]+)>?", re.MULTILINE)
_SPAN = re.compile(r"(```.*?```|~~~.*?~~~|(?<!`)(`+)(?!`).+?(?<!`)\2(?!`))", re.DOTALL)
_ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_FEW = 3  # words beside a link that is the whole point of a step
_POINTERS = re.compile(
    r"\b(?:see|follow|read|go to|use|refer to|check|run|open|the|this|these|runbook|playbook|instructions?|steps?|guide|in|at|siehe|voir|"
    r"véase|ver|consultez|folge|folgen sie|dem|參照|参照|を参照)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A link that leads nowhere from a runbook. `target` is as written."""

    target: str
    text: str


@dataclass(slots=True)
class Links:
    """The links of one page. `page` is its place below the folder given; `known` the runbook of every page imported."""

    page: str
    known: Mapping[str, str]
    base: str = ""
    named: Mapping[str, str] = field(default_factory=dict)
    unresolved: dict[Unresolved, None] = field(default_factory=dict)

    def runbook(self, target: str) -> str:
        """The runbook that this address leads to; empty when it was not imported."""
        path = self._path(target)
        return self.known.get(path, "") if path != self.page else ""

    def only(self, text: str) -> str:
        """The runbook that a text does little more than point to; empty when it says more."""
        found = list(_INLINE.finditer(self._inline(text)))
        if len(found) != 1 or found[0]["head"].startswith("!"):
            return ""
        link = found[0]
        beside = _POINTERS.sub("", text.replace(link[0], ""))
        few = len(re.findall(r"\w+", _DIFFERENT.sub("", beside))) <= _FEW
        return self.runbook(link["to"]) if few else ""

    def rewritten(self, text: str, *, resolved: bool = False) -> str:
        """The text with links that still lead somewhere. What cannot be made to is kept, and noted unless `resolved`."""
        before = dict(self.unresolved)
        written = _outside_code(self._inline(text), lambda piece: _INLINE.sub(self._led, piece))
        if resolved:
            self.unresolved = before
        return written

    def _inline(self, text: str) -> str:
        """Reference links with their addresses beside them: the list of addresses is elsewhere now."""
        return _outside_code(text, lambda piece: _SHORTCUT.sub(self._shortcut, _REFERENCE.sub(self._referred, piece)))

    def _referred(self, found: re.Match[str]) -> str:
        to = self.named.get(_folded(found["name"] or found["text"]))
        return f"{found['mark']}[{found['text']}]({to})" if to else found[0]

    def _shortcut(self, found: re.Match[str]) -> str:
        to = self.named.get(_folded(found["text"]))
        return f"[{found['text']}]({to})" if to else found[0]

    def _led(self, found: re.Match[str]) -> str:
        target = found["to"]
        if not target or _ELSEWHERE.match(target):
            return found[0]
        if self.base:
            root = self.base if self.base.endswith("/") else self.base + "/"
            return f"{found['head']}{urljoin(root + self.page, target)}{found['tail']}"
        known = self.runbook(target)
        self.unresolved.setdefault(Unresolved(f"{target}, imported as `{known}`" if known else target, found[0]))
        return found[0]

    def _path(self, target: str) -> str:
        """The page that a relative address means, below the folder given."""
        if _ELSEWHERE.match(target):
            root = self.base if self.base.endswith("/") else self.base + "/"
            return unquote(target.removeprefix(root).split("#")[0]) if self.base and target.startswith(root) else ""
        plain = unquote(target.split("#")[0].split("?")[0])
        if not plain:
            return ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.page), plain)) if plain[0] != "/" else plain[1:]
        candidates = (path, f"{path}.md", f"{path}/README.md", f"{path}/index.md", f"{path}/_index.md")
        return next((each for each in candidates if each in self.known), path)


_DIFFERENT = re.compile(r"[*_#>\[\]().,:;!-]+")


def definitions(text: str) -> dict[str, str]:
    """Where each name of a reference link leads."""
    return {_folded(found["name"]): found["to"] for found in _DEFINITION.finditer(text)}


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    pieces, last = list[str](), 0
    for found in _SPAN.finditer(text):
        pieces += [change(text[last : found.start()]), found[0]]
        last = found.end()
    return "".join((*pieces, change(text[last:])))
