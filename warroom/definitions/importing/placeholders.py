"""What a runbook leaves open: `<pod>`, `$NAMESPACE`, `YOUR_BUCKET`, `{{ $labels.job }}`; asked once and filled in everywhere.

What looks like one and is none must stay out: HTML, addresses, redirections, variables that the runbook sets itself,
and those that every shell has.
"""

import re
from collections.abc import Iterable, Iterator

from warroom.core.declaring import dataclass
from warroom.core.values import Value
from warroom.definitions.importing import html, slugs
from warroom.definitions.importing.wordlists import words_of

_ANGLE = re.compile(
    r"(?<![<\w\\])<(?P<name>(?=[^\W\d_]|\.{3}[^\W\d_])[^<>\n`\"=;{}]{1,60}?)>|(?<=[\w=/.:@-])<(?P<joined>[^\W\d_][\w .:/|-]{0,58})>"
)
_MUSTACHE = re.compile(r"\{\{-?\s*(?P<name>\$?[\w.$ -]{1,60}?)\s*-?\}\}")
_LABEL = re.compile(r"(?<!\{)\$labels\.(?P<name>\w+)")
_VARIABLE = re.compile(r"(?<![\\$\w])\$(?:\{(?P<inner>[A-Za-z_][\w-]*)\}|(?P<plain>[A-Za-z_]\w*))(?!\()")
_BRACE = re.compile(
    r"(?<![\w$%@{}#'\"\\])(?<!\$)\{(?P<name>[A-Za-z][\w-]{1,40})\}(?![}])|(?<=[\w/=.-])(?<![%@$])\{(?P<joined>[A-Za-z][\w-]{1,40})\}(?![}])"
)
_YOURS = re.compile(
    r"(?<![\w$<\[{-])(?:YOUR|MY)[_-][A-Z0-9][A-Z0-9_-]*(?![\w-])|(?<![\w$<\[{])(?:REPLACE|CHANGE)[_-]?(?:ME|WITH)(?:[_-][A-Z0-9]+)*(?!\w)"
)
_YOURS_IN_CODE = re.compile(r"(?<![\w$<\[{-])your[_-][a-z0-9][\w-]*(?![\w-])")
_BRACKET = re.compile(
    r"(?<![\w\])!])\[(?P<name>(?:[Yy]our|YOUR|[Ii]nsert|INSERT|[Ee]nter)[ _-][\w ./-]{1,50})\](?![(\[:])"
)
_BRACKET_IN_CODE = re.compile(r"(?<![\w\])])\[(?P<name>[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+)\](?![(\[:])")

_EVERYWHERE = words_of(
    """
    HOME PATH USER LOGNAME SHELL PWD OLDPWD HOSTNAME LANG LC_ALL TERM EDITOR TMPDIR TMP TEMP RANDOM SECONDS LINENO UID
    EUID PPID IFS PS1 OPTARG OPTIND REPLY BASH_SOURCE BASH FUNCNAME PIPESTATUS SHLVL DISPLAY MAIL NF NR FS OFS RS ORS
    FILENAME FNR GOPATH GOROOT JAVA_HOME USERPROFILE APPDATA ProgramFiles env PSScriptRoot ErrorActionPreference true
    false null _ args input KUBECONFIG XDG_CONFIG_HOME SSH_AUTH_SOCK value labels externalLabels externalURL
    """
)
_GO = re.compile(
    r"^(?:\.|if\b|else\b|end\b|range\b|with\b|define\b|template\b|block\b|printf\b|\$value|\$?\w+\s*:=|len\b|index\b|not\b|include\b|query\b|first\b)"
)
_AMBIGUOUS = words_of(
    """
    data time object label address source link param title map area base output section summary template slot menu form
    input button frame track video audio embed script style option select details var q s a b i u p body head main nav
    header footer html code col caption
    """
)  # fmt: skip
_NEVER = words_of(
    """
    br hr div span img table pre code strong em ul ol li td tr th
    """
)
_MARKUP = frozenset(
    (
        "xml",
        "html",
        "xhtml",
        "svg",
        "jsx",
        "tsx",
        "vue",
        "java",
        "kotlin",
        "c",
        "cpp",
        "c++",
        "csharp",
        "rust",
        "go",
        "golang",
        "ts",
        "typescript",
    )
)
_SIMPLE_OPTION = re.compile(r"[\w.-]{1,30}")
_DATA = frozenset(
    (
        "json",
        "promql",
        "go",
        "golang",
        "java",
        "javascript",
        "js",
        "python",
        "py",
        "css",
        "hcl",
        "terraform",
        "rego",
        "xml",
        "html",
        "logql",
        "sql",
        "kql",
        "kusto",
    )
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A text to be searched. `language` is None for prose."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    spelled: str
    name: str
    label: str = ""
    options: tuple[str, ...] = ()


def values(pieces: Iterable[Piece], defined: Iterable[str]) -> tuple[Value, ...]:
    """Every placeholder of these texts, those of one name together, in the order of their first appearance."""
    own = {*defined, *_EVERYWHERE}
    pieces = list(pieces)
    closed = frozenset(name.lower() for piece in pieces for name in re.findall(r"</\s*([A-Za-z][\w-]*)", piece.text))
    gathered = dict[str, list[_Found]]()
    for piece in pieces:
        for found in _in_piece(piece, own, closed):
            gathered.setdefault(slugs.slug(found.name.strip(), "value"), []).append(found)
    return tuple(_value(name, found) for name, found in gathered.items())


def _value(name: str, found: list[_Found]) -> Value:
    spelled = tuple(dict.fromkeys(each.spelled for each in found))
    words = re.sub(r"[_\s-]+", " ", found[0].name).strip()
    options = next((each.options for each in found if each.options), ())
    label = next((each.label for each in found if each.label and each.label != name), "")
    return Value(
        name=name,
        question=f"Which {words.lower() if words.isupper() else words}?",
        options=options if all(each.options == options for each in found) else (),
        spelled=() if spelled == (f"<{name}>",) else spelled,
        label=label,
    )


def _in_piece(piece: Piece, own: set[str], closed: frozenset[str]) -> Iterator[_Found]:
    language = piece.language
    if language is not None:
        yield from _in_code(piece.text, language, own, closed)
        return
    last = 0
    for span in re.finditer(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", piece.text, re.DOTALL):
        yield from _in_prose(piece.text[last : span.start()], closed)
        yield from _in_code(span[2], "", own, closed)
        last = span.end()
    yield from _in_prose(piece.text[last:], closed)


def _in_prose(text: str, closed: frozenset[str]) -> Iterator[_Found]:
    found = [*_angles(text, closed, prose=True), *_templates(text)]
    found += [(each.start(), _Found(each[0], _cut(each[0]))) for each in _YOURS.finditer(text)]
    found += [(each.start(), _Found(each[0], _cut(each["name"]))) for each in _BRACKET.finditer(text)]
    for each in _VARIABLE.finditer(text):  # `$NAMESPACE` in a sentence, but not `$5` or `$amount`
        name = each["inner"] or each["plain"]
        if name.isupper() and len(name) > 2 and "_" in name and name not in _EVERYWHERE:
            found.append((each.start(), _Found(each[0], name)))
    yield from (each for _, each in sorted(found, key=lambda pair: pair[0]))


def _in_code(text: str, language: str, own: set[str], closed: frozenset[str]) -> Iterator[_Found]:
    found = [] if language in _MARKUP else list(_angles(text, closed, prose=False))
    found += _templates(text)
    for pattern in (_YOURS, _YOURS_IN_CODE):
        found += [(each.start(), _Found(each[0], _cut(each[0]))) for each in pattern.finditer(text)]
    for pattern in (_BRACKET, _BRACKET_IN_CODE):
        found += [(each.start(), _Found(each[0], _cut(each["name"]))) for each in pattern.finditer(text)]
    if language not in _MARKUP:
        found += _variables(text, own)
    if language not in _DATA and language not in _MARKUP:
        for each in _BRACE.finditer(text):
            name = each["name"] or each["joined"]
            if name not in ("print", "end", "range", "print0", "n", "value") and not re.search(
                r"jsonpath|go-template|awk", text[: each.start()].rsplit("\n", 1)[-1]
            ):
                found.append((each.start(), _Found(each[0], name)))
    yield from (each for _, each in sorted(found, key=lambda pair: pair[0]))


def _angles(text: str, closed: frozenset[str], *, prose: bool) -> Iterator[tuple[int, _Found]]:
    for each in _ANGLE.finditer(text):
        name = (each["name"] or each["joined"]).strip()
        if name and not _is_no_placeholder(name, closed, prose):
            yield each.start(), _angle(each[0], name)


def _angle(spelled: str, name: str) -> _Found:
    options = tuple(each.strip() for each in name.split("|")) if "|" in name else ()
    if options and not all(_SIMPLE_OPTION.fullmatch(each) for each in options):
        options = ()
    return _Found(spelled, _cut(" or ".join(options) if options else name.replace("|", " or ")), options=options)


def _is_no_placeholder(name: str, closed: frozenset[str], prose: bool) -> bool:
    """HTML tags, addresses of pages and people, comparisons, headers of C."""
    if "://" in name or re.match(r"(?:mailto|tel|https?|file):", name) or re.fullmatch(r"\S+@\S+\.\w+", name):
        return True
    if re.search(r"&&|\|\||\.(?:h|hpp)$|/$|[,!]$", name):
        return True
    tag = re.split(r"[\s/]", name, maxsplit=1)[0].lower()
    if not html.known(tag):
        return False
    if tag in _NEVER or tag in closed or (" " in name and "=" in name):
        return True
    return len(tag) <= 2 or (prose and tag not in _AMBIGUOUS)


def _templates(text: str) -> list[tuple[int, _Found]]:
    found = list[tuple[int, _Found]]()
    for each in _MUSTACHE.finditer(text):
        name = each["name"].strip()
        if label := re.fullmatch(r"\$labels\.(\w+)", name):
            found.append((each.start(), _Found(each[0], label[1], label=label[1])))
        elif not _GO.match(name) and not name.startswith("$"):
            found.append((each.start(), _Found(each[0], name)))
    for each in _LABEL.finditer(text):
        if not re.search(r"\{\{[^{}]*$", text[: each.start()]):
            found.append((each.start(), _Found(each[0], each["name"], label=each["name"])))
    return found


def _variables(text: str, own: set[str]) -> Iterator[tuple[int, _Found]]:
    for each in _VARIABLE.finditer(text):
        name = each["inner"] or each["plain"]
        base = name.split("-")[0]
        if "-" in name and base.isupper():
            continue  # `${NAME-default}`
        if name in own or (base in own and "-" not in name) or name.startswith("__") or len(name) < 2:
            continue
        if re.search(r"\{\{[^{}]*$", text[: each.start()]) or _in_awk(text, each.start()):
            continue
        yield each.start(), _Found(each[0], name)


def _in_awk(text: str, at: int) -> bool:
    """Whether the place is inside a program of awk's, whose `$` is its own."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return bool(re.search(r"\bawk\b[^|]*'[^']*$", line))


def _cut(name: str) -> str:
    """Without what only says that something goes here: `your-bucket` asks for the bucket."""
    short = re.sub(
        r"^(?:your|my|insert|enter|replace[_ -]?with|the)[ _-]+", "", name.strip().strip("."), flags=re.IGNORECASE
    )
    return short or name
