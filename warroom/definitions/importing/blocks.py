"""Markdown as a sequence of blocks that know where they stand.

markdown-it says where a block begins and ends; what stands there is then taken from the source itself, because a
runbook is shown as it was written. Inline Markdown is not read at all: a `<pod>` that a renderer would swallow as HTML
stays a word. The inside of a list item is read again as a page of its own, without its indentation.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from warroom.core.declaring import dataclass
from warroom.definitions.importing import html

_DEEPEST = 8  # of lists within lists; what lies deeper stays text
_MARKER = re.compile(r"(?P<indent> {0,3})(?P<mark>[-+*]|(?P<number>\d{1,9})[.)])(?P<gap>[ \t]+|$)")
_TASK = re.compile(r"\[(?P<done>[ xX])\][ \t]+")
_PARSER = MarkdownIt("commonmark").enable("table").disable(["inline"])


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the source, or one made from it. `number` counts from 1."""

    number: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """`raw` is what stands there, as Markdown, without the indentation of whatever holds it."""

    line: int
    raw: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading(Block):
    level: int
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph(Block):
    pass


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeBlock(Block):
    text: str
    language: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table(Block):
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]  # the line, and its cells


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote(Block):
    pass


@dataclass(frozen=True, kw_only=True, slots=True)
class Aside(Block):
    """What no reader of the page sees: a comment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Definitions(Block):
    """Where reference links lead: `[name]: address`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item(Block):
    """`number` is empty for a bullet. `blocks` are what it holds; the task's box is not part of them."""

    blocks: tuple[Block, ...]
    number: str = ""
    task: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Items(Block):
    items: tuple[Item, ...]
    ordered: bool


def lines_of(text: str, first: int = 1) -> list[Line]:
    """The lines of a text, numbered from `first`."""
    return [Line(number, line) for number, line in enumerate(text.split("\n"), start=first)]


def read(lines: Sequence[Line], depth: int = 0, *, markup: bool = True) -> tuple[Block, ...]:
    """The blocks of a page. Never raises: whatever is no other block is a paragraph.

    With `markup`, blocks of HTML are read as what they mean; they are not looked at twice.
    """
    tokens = _PARSER.parse("\n".join(line.text for line in lines))
    if markup and any(_is_markup(token) for token in tokens):
        return read(_without_markup(lines, tokens), depth, markup=False)
    return tuple(_Reading(lines, depth, markup).blocks(tokens))


def _is_markup(token: Token) -> bool:
    return token.type == "html_block" and token.level == 0 and html.is_markup(token.content)


def _without_markup(lines: Sequence[Line], tokens: Sequence[Token]) -> list[Line]:
    """The same page with its HTML blocks written as Markdown. Comments stay as they are."""
    written, last = list[Line](), 0
    for begin, end in _joined(lines, [_span(token) for token in tokens if _is_markup(token)]):
        written += lines[last:begin]
        fragment = [(line.number, line.text) for line in lines[begin:end]]
        written += [Line(number, text) for number, text in html.to_markdown(fragment)]
        last = end
    return [*written, *lines[last:]]


def _joined(lines: Sequence[Line], spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans with nothing but blank lines between them are one piece of HTML."""
    begin, end = spans[0]
    for _, (following, until) in pairwise(spans):
        if any(line.text.strip() for line in lines[end:following]):
            yield begin, end
            begin = following
        end = until
    yield begin, end


def _span(token: Token) -> tuple[int, int]:
    begin, end = token.map or (0, 0)
    return begin, end


@dataclass(frozen=True, slots=True)
class _Reading:
    lines: Sequence[Line]
    depth: int
    markup: bool

    def blocks(self, tokens: Sequence[Token]) -> Iterator[Block]:
        """Every block, in order. Lines that belong to none define links."""
        last = 0
        for place, token in enumerate(tokens):
            if token.level or token.map is None:
                continue
            begin, end = token.map
            yield from self._between(last, begin)
            last = max(last, end)
            if block := self._block(token, tokens[place + 1 :], begin, end):
                yield block
        yield from self._between(last, len(self.lines))

    def _between(self, begin: int, end: int) -> Iterator[Block]:
        raw = self._raw(begin, end)
        if raw:
            begin += next(i for i, line in enumerate(self.lines[begin:end]) if line.text.strip())
            yield Definitions(line=self.lines[begin].number, raw=raw)

    def _raw(self, begin: int, end: int) -> str:
        return "\n".join(line.text for line in self.lines[begin:end]).strip("\n").rstrip()

    def _block(self, token: Token, after: Sequence[Token], begin: int, end: int) -> Block | None:
        line, raw = self.lines[begin].number, self._raw(begin, end)
        match token.type:
            case "heading_open":
                return Heading(line=line, raw=raw, level=int(token.tag[1]), title=after[0].content)
            case "fence" | "code_block":
                return self._code(token, begin, end)
            case "table_open":
                return self._table(after, line, raw)
            case "blockquote_open":
                return Quote(line=line, raw=raw)
            case "html_block" if html.is_comment(token.content):
                return Aside(line=line, raw=raw)
            case "bullet_list_open" | "ordered_list_open":
                items = tuple(self._items(after))
                return Items(line=line, raw=raw, items=items, ordered=token.type == "ordered_list_open")
            case "hr":
                return None
        return Paragraph(line=line, raw=raw)

    def _code(self, token: Token, begin: int, end: int) -> Block | None:
        line, raw, text = self.lines[begin].number, self._raw(begin, end), token.content.rstrip("\n")
        if not text.strip():
            return None  # an empty fence says nothing
        language = token.info.strip()
        return CodeBlock(line=line, raw=raw, text=text, language=re.sub(r"^\{?\.?|\}$", "", language))

    def _table(self, after: Sequence[Token], line: int, raw: str) -> Table:
        rows: list[tuple[int, list[str]]] = []
        for token in after:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append((self.lines[token.map[0]].number if token.map else line, []))
            elif token.type == "inline":
                rows[-1][1].append(token.content)
        (_, header), *body = rows or [(line, [])]
        return Table(line=line, raw=raw, header=tuple(header), rows=tuple((at, tuple(cells)) for at, cells in body))

    def _items(self, after: Sequence[Token]) -> Iterator[Item]:
        for token in after:
            if token.level == 0:
                return
            if token.type == "list_item_open" and token.level == 1 and token.map:
                yield self._item(*token.map)

    def _item(self, begin: int, end: int) -> Item:
        first, *rest = self.lines[begin:end]
        found = _MARKER.match(first.text)
        if not found:  # a list that markdown-it saw behind a mark this module does not know
            return Item(line=first.number, raw=self._raw(begin, end), blocks=self._text(first.number, begin, end))
        gap = found["gap"].expandtabs(4)
        width = found.end("mark") + (len(gap) if 0 < len(gap) < 5 else 1)
        head = (gap + first.text[found.end() :])[width - found.end("mark") :]
        task = _TASK.match(head)
        inner = [Line(first.number, head[task.end() :] if task else head), *(_dedented(line, width) for line in rest)]
        if self.depth >= _DEEPEST:
            text = "\n".join(line.text for line in inner).strip("\n").rstrip()
            blocks: tuple[Block, ...] = (Paragraph(line=first.number, raw=text),) if text.strip() else ()
        else:
            blocks = read(inner, self.depth + 1, markup=self.markup)
        raw = self._raw(begin, end)
        return Item(line=first.number, raw=raw, blocks=blocks, number=found["number"] or "", task=task is not None)

    def _text(self, line: int, begin: int, end: int) -> tuple[Block, ...]:
        return (Paragraph(line=line, raw=self._raw(begin, end)),)


def _dedented(line: Line, width: int) -> Line:
    text = line.text
    if text[:1] in " \t":
        blank = len(text) - len(text.lstrip(" \t"))
        text = text[:blank].expandtabs(4) + text[blank:]
    spaces = len(text) - len(text.lstrip(" "))
    return Line(line.number, text[min(spaces, width) :])
