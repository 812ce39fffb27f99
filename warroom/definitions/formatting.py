"""Definitions in one way of writing: keys in their usual order, quotes only where needed, long texts as blocks.

What is written stays what it was: the text is read again and compared with what was there before, value by value, and
every comment stays where it is, which is above the key or item it stood above, or behind the value it stood behind.

The tree is PyYAML's, as everywhere here, and the writing is our own. A library that keeps comments binds each to the
key before it; moved with that key, a comment would end up above another one. Here keys move, so comments belong to what
follows them.
"""

import re
import textwrap
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import yaml

from warroom.core.declaring import dataclass
from warroom.definitions import tree
from warroom.definitions.problems import DefinitionError, Problem
from warroom.definitions.spans import Entry, Node, planted

WIDE = 120  # columns of a line, where words allow it
_HASH = re.compile(r"#[^\n]*")
# What must be escaped wherever it stands: control characters, other line breaks, half characters.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
# How a plain text may begin.
_SAFE = re.compile(r"""[^\s\-?:,\[\]{}#&*!|>'"%@`]|[-?:](?=[^\s,\[\]{}])""")

# The keys of a runbook in the order in which people look for them. What is not here stays where it was, behind these.
ORDERS: Mapping[str, tuple[str, ...]] = {
    "": (
        *("runbook", "id", "title", "summary", "owner", "services", "failure_modes", "matches", "source"),
        *("context", "values", "steps", "leftovers"),
    ),
    "/context": ("title", "text"),
    "/values": ("value", "question", "example", "options", "pattern", "spelled", "label"),
    "/leftovers": ("line", "text"),
    "/steps": (
        *("id", "title", "phase", "label"),
        *("do", "choose", "check", "ask", "wait", "confirm", "act", "announce", "runbook", "parallel"),
        *("about", "because", "where", "answers", "people", "roles", "declined", "needs", "commands", "code", "danger"),
        *("defines", "within", "approvals", "approved_by", "undo", "until_it_holds", "holds", "fails"),
        *(
            "who",
            "expected",
            "overdue",
            "late",
            "evidence",
            "evidence_needed",
            "relies_on",
            "at_most",
            "failed",
            "next",
        ),
    ),
    "/steps/answers": ("answer", "label", "goto"),
    "/steps/ask": ("value", "question", "example", "options", "pattern", "spelled", "label"),
    "/steps/parallel": ("first", "title"),
    "/steps/code": ("text", "language", "output"),
    "/steps/late": ("after", "tell", "say", "goto"),
    "/steps/at_most": ("times", "then"),
    "/steps/until_it_holds": ("every", "at_most"),
    "/steps/act/http": ("method", "url", "headers", "body"),
    "/steps/undo/http": ("method", "url", "headers", "body"),
}
# What has a blank line between its parts: lists of these, and mappings.
_APART = (("list", "/steps"), ("list", "/injects"), ("list", "/expectations"), ("map", "/services"))


@dataclass(frozen=True, slots=True)
class _Comment:
    """`alone` says that nothing else is on its line; `after` and `gap` that the lines before and behind are blank."""

    at: int
    text: str
    alone: bool
    column: int
    after: bool
    gap: bool


def formatted(text: str, file: str) -> str:
    """The same definition, written in the usual way.

    Raises DefinitionError for what is not YAML as definitions are written, and where it would come to say something else.
    """
    grown = tree.grow(text, file)
    if grown.page.problems:
        raise DefinitionError(grown.page.problems)
    if grown.root is None:
        return text
    page = grown.page.text
    root, spans = planted(page)
    _attach(root, _comments(page, spans), page)
    runbook = isinstance(grown.root, tree.Mapping) and any(key.name == "runbook" for key, _ in grown.root.entries)
    lines = (line if line.strip() else "" for line in _document(root, ordered=runbook))
    written = "\n".join(lines).strip("\n") + "\n"
    if not _same(written, text, file):
        sentence = "this cannot be formatted without changing what it says, and was left as it is"
        raise DefinitionError([Problem(file, 1, 1, sentence, "say so to those who make warroom, with the file")])
    return written


def _same(written: str, text: str, file: str) -> bool:
    after, before = tree.grow(written, file), tree.grow(text, file)
    return not after.page.problems and _plain(after.root) == _plain(before.root)


def _plain(node: tree.Node | None) -> object:
    """What a tree says, without where and in which order of keys it says it."""
    match node:
        case tree.Mapping(entries=entries):
            return {key.name: _plain(value) for key, value in entries}
        case tree.Sequence(items=items):
            return [_plain(item) for item in items]
        case tree.Scalar(text=text, type=type_):
            return (text.rstrip("\n"), type_)
    return None


# --- comments


def _comments(page: str, spans: Sequence[tuple[int, int]]) -> list[_Comment]:
    """Every comment: what begins with `#` at the start of a line or after a space, outside of every value."""
    begins = [begin for begin, _ in spans]
    found, at = list[_Comment](), 0
    while match := _HASH.search(page, at):
        here = match.start()
        before = bisect_right(begins, here) - 1
        at = here + 1
        if before >= 0 and _inside(page, spans[before], here):
            continue
        if here and page[here - 1] not in " \t\n":
            continue
        found.append(_comment(page, here, match[0].rstrip()))
        at = match.end()
    return found


def _comment(page: str, here: int, text: str) -> _Comment:
    line, end = page.rfind("\n", 0, here) + 1, page.find("\n", here)
    before = page[page.rfind("\n", 0, max(0, line - 1)) + 1 : max(0, line - 1)]
    follows = page[end + 1 :].partition("\n")[0] if end >= 0 else "x"
    return _Comment(
        at=here,
        text=text,
        alone=not page[line:here].strip(),
        column=here - line,
        after=line > 0 and not before.strip(),
        gap=not follows.strip(),
    )


def _inside(page: str, span: tuple[int, int], here: int) -> bool:
    """Whether this lies in the value; a comment may stand behind the sign that begins a block text."""
    begin, end = span
    return here < end and (page[begin] not in "|>" or here > page.find("\n", begin))


# --- which comment belongs to what


def _attach(root: Node, comments: Sequence[_Comment], page: str) -> None:
    """Give every comment to what it stands behind, above, or at the end of; and note the blank lines."""
    entries = sorted(_entries_of(root), key=lambda entry: entry.begin)
    values = [root, *(entry.value for entry in entries)]
    for entry in entries:
        line = page.rfind("\n", 0, entry.begin) + 1
        entry.value.gap = line > 1 and not page[page.rfind("\n", 0, line - 1) + 1 : line - 1].strip()
    for comment in comments:
        owner = None if comment.alone else _behind(values, comment, page)
        if owner is not None:
            owner.behind = f"{owner.behind} {comment.text}".strip()
            continue
        following = next((entry.value for entry in entries if entry.begin > comment.at), None)
        closing = _closing(root, comment, page)
        _stand(comment, closing, following, root)


def _stand(comment: _Comment, closing: Node | None, following: Node | None, root: Node) -> None:
    above = closing is None and following is not None
    node = closing or following or root
    lines = node.above if above else node.below
    if lines and comment.after and lines[-1]:
        lines.append("")
    if above and not lines:
        node.gap = comment.after and comment.alone
    lines.append(comment.text)
    if above and comment.gap and comment.alone:
        lines.append("")


def _entries_of(node: Node) -> Iterator[Entry]:
    """Everything that a comment can stand above: what is outside before what is inside."""
    for entry in node.items:
        yield entry
        yield from _entries_of(entry.value)


def _behind(values: Sequence[Node], comment: _Comment, page: str) -> Node | None:
    """The value behind which this comment stands: the last one that ends on its line, brackets closed."""
    line = page.rfind("\n", 0, comment.at) + 1
    best: Node | None = None
    for node in values:
        ends = node.begin + 1 if node.kind == "block" else node.end  # the sign that begins a block text
        opened = node.many and node.flow and not node.items and node.begin >= line
        if node.many and not node.flow:
            continue
        if (line < ends <= comment.at or opened) and node.begin <= comment.at:
            best = node if best is None or ends >= best.end else best
    return best


def _closing(root: Node, comment: _Comment, page: str) -> Node | None:
    """The list or mapping at whose end a comment stands: what follows is outside of it, and it is no further left."""
    node, found = root, None
    while node.many and node.items:
        last = next((entry for entry in reversed(node.items) if entry.begin < comment.at), None)
        if last is None:
            break
        over = last is node.items[-1] and last.value.end <= comment.at
        if over and _reaches(node, comment, page):
            found = node
        node = last.value
    return found


def _reaches(node: Node, comment: _Comment, page: str) -> bool:
    if node.flow:
        return comment.at < node.end
    first = page.rfind("-", 0, node.first) if node.kind == "list" else node.first
    return 0 < comment.column >= first - page.rfind("\n", 0, first) - 1


# --- writing


def _document(root: Node, *, ordered: bool) -> Iterator[str]:
    if root.many and root.items:
        yield from ([root.behind] if root.behind else [])
        yield from _block(root, "", "", ordered)
    else:
        yield from _text(root, "", 0) if not root.many else iter((_inline(root) + _after(root),))
    if root.below:
        yield from ("", *root.below)


def _block(node: Node, indent: str, path: str, ordered: bool) -> Iterator[str]:
    """The lines of a list or mapping, one below the other."""
    entries = _sorted(node.items, path) if ordered and node.kind == "map" else node.items
    apart = (node.kind, path) in _APART and any(entry.value.kind == "map" for entry in entries)
    for place, entry in enumerate(entries):
        if place and (apart or entry.value.gap or _wants_air(path, entry)):
            yield ""
        yield from _entry(entry, indent, path, ordered)


def _entry(entry: Entry, indent: str, path: str, ordered: bool) -> Iterator[str]:
    value = entry.value
    begin = (
        "-" if entry.key is None else f"{entry.key.text if _plain_will_do(entry.key.text) else _quote(entry.key.text)}:"
    )
    inner, below = f"{indent}  ", path if entry.key is None else f"{path}/{entry.name}"
    one = _on_one_line(value, len(indent) + len(begin) + 1)
    above = value.above if one or not value.many else [*value.above, *([value.behind] if value.behind else [])]
    yield from (f"{indent}{line}" for line in above)
    if one:
        yield f"{indent}{begin} {one}"
    elif not value.many:
        lines = list(_text(value, inner, len(indent) + len(begin) + 1))
        yield f"{indent}{begin} {lines[0]}"
        yield from lines[1:]
    else:
        lines = [*_block(value, inner, below, ordered), *(f"{inner}{line}" for line in value.below)]
        if entry.key is None:
            first = next(at for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#"))
            yield from (f"{indent}{line.strip()}" for line in lines[:first])  # what its first key has above it
            begin, lines = f"- {lines[first].strip()}", lines[first + 1 :]
        yield f"{indent}{begin}"
        yield from lines


def _on_one_line(node: Node, lead: int) -> str:
    """A list or mapping in brackets, with its comment; empty when it has to stand below its key."""
    if not node.many:
        return ""
    one = "" if node.items and (not node.flow or _commented(node)) else _inline(node)
    return one and one + _after(node) if lead + len(one) <= WIDE or not node.items else ""


def _after(node: Node) -> str:
    return f" {node.behind}" if node.behind else ""


def _wants_air(path: str, entry: Entry) -> bool:
    """A long part of the file has a blank line before it."""
    return path == "" and any(each.value.kind == "map" for each in entry.value.items)


def _sorted(entries: Sequence[Entry], path: str) -> list[Entry]:
    order = ORDERS.get(path, ())
    return sorted(entries, key=lambda entry: order.index(entry.name) if entry.name in order else len(order))


def _commented(node: Node) -> bool:
    inside = [entry.value for entry in _entries_of(node)]
    return bool(node.below) or any(each.above or each.behind or each.below for each in inside)


def _inline(node: Node) -> str:
    """On one line, in brackets; empty when that cannot be."""
    if not node.many:
        return "" if "\n" in node.text else _scalar(node, inside=True)
    parts = [(entry.key, _inline(entry.value)) for entry in node.items]
    if any(not part for _, part in parts):
        return ""
    words = [f"{_scalar(key, inside=True)}: {part}" if key else part for key, part in parts]
    return f"[{', '.join(words)}]" if node.kind == "list" else f"{{{', '.join(words)}}}"


# --- scalars


def _text(node: Node, indent: str, lead: int) -> Iterator[str]:
    """The lines of a scalar; the first stands behind its key."""
    text = node.text.rstrip("\n") if node.kind == "block" else node.text
    one = _scalar(replace(node, text=text)) if "\n" not in text else ""
    if node.lines and " ".join(node.lines) == text and _folds(text):
        yield f">-{_after(node)}"
        yield from (f"{indent}{line}" for line in node.lines)
        return
    fits = lead + len(one) + len(_after(node)) <= WIDE
    if one and (fits or not _folds(text)):
        yield f"{one}{_after(node)}"
    elif one:
        yield f">-{_after(node)}"
        yield from (f"{indent}{line}" for line in _fold(text, WIDE - len(indent)))
    elif _blocks(text):
        yield f"|-{_after(node)}"
        yield from (f"{indent}{line}" if line else "" for line in text.split("\n"))
    else:
        yield f"{_quote(text)}{_after(node)}"


def _fold(text: str, wide: int) -> list[str]:
    return textwrap.wrap(text, max(20, wide), break_long_words=False, break_on_hyphens=False)


def _folds(text: str) -> bool:
    """Whether folding gives it back: single spaces between words, and nothing else to break at."""
    return " " in text and not re.search(r"^\s|\s$|\s\s|[\t\n]", text) and not _ODD.search(text)


def _blocks(text: str) -> bool:
    """Whether a text of several lines can stand as it is."""
    odd = _ODD.search(text) or re.search(r"[ \t]$", text, re.MULTILINE)
    return not odd and text[:1] not in (" ", "\t", "\n") and not text.endswith("\n")


def _scalar(node: Node, *, inside: bool = False) -> str:
    """On one line: plain where YAML then reads the same text, and quoted otherwise."""
    if node.kind == "plain" and tree.kind_of(node.text) != "str":
        return node.text or "null"  # a number, true, or nothing: as it was written
    return node.text if _plain_will_do(node.text, inside=inside) else _quote(node.text)


def _plain_will_do(text: str, *, inside: bool = False) -> bool:
    if not text or text != text.strip() or "\n" in text or "\t" in text or _ODD.search(text):
        return False
    if text.startswith(("---", "...")) or ": " in text or " #" in text or text.endswith(":"):
        return False
    if inside and re.search(r"^[-?:]|[,\[\]{}]|:(?=[,\[\]{}]|$)", text):
        return False
    return bool(_SAFE.match(text)) and tree.kind_of(text) == "str"


def _quote(text: str) -> str:
    """In double quotes, or in single ones where that saves escapes."""
    if ('"' in text or "\\" in text) and "\n" not in text and "\t" not in text and not _ODD.search(text):
        return "'" + text.replace("'", "''") + "'"
    written: str = yaml.dump(text, default_style='"', allow_unicode=True, width=10**9, Dumper=yaml.SafeDumper)
    return written.rstrip("\n")


# --- writing what was never written before


def item(value: Mapping[str, object], indent: str, path: str = "/steps") -> list[str]:
    """The lines of an item of a list, as the formatter writes it at this indentation."""
    return list(_entry(Entry(None, _node(value)), indent, path, True))


def document(value: Mapping[str, object]) -> str:
    """A whole runbook as the formatter writes it; anything else with its keys in the order given."""
    return "\n".join(_document(_node(value), ordered="runbook" in value)) + "\n"


def _node(value: object) -> Node:
    match value:
        case Mapping():
            return Node(
                "map", 0, 0, items=[Entry(Node("quoted", 0, 0, str(key)), _node(each)) for key, each in value.items()]
            )
        case list() | tuple():
            flow = not any(isinstance(each, Mapping) for each in value)
            return Node("list", 0, 0, items=[Entry(None, _node(each)) for each in value], flow=flow)
        case bool():
            return Node("plain", 0, 0, str(value).lower())
        case int():
            return Node("plain", 0, 0, str(value))
    return Node("quoted", 0, 0, str(value))
