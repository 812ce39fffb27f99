"""HTML inside Markdown, written as Markdown: what a wiki exports, and `<details>` that hides half a runbook.

Only the structure that carries meaning is kept: headings, lists, code, tables, links, pictures. A tag that is not HTML
is a placeholder that somebody wrote (`<pod>`), and stays as it is.
"""

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from warroom.definitions.importing.wordlists import words_of

_BLOCKS = words_of(
    """
    address article aside body center dd details div dl dt fieldset figcaption figure footer form head header html main
    nav p section summary title
    """
)
_LISTS = frozenset(("ol", "ul"))
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_TABLES = words_of(
    """
    table thead tbody tfoot tr td th caption colgroup col
    """
)
_INLINE = words_of(
    """
    a abbr acronym b bdi bdo big br cite code del dfn em font i img input ins kbd label mark q s samp small span strike
    strong sub sup tt u var wbr blink nobr time
    """
)
_REST = words_of(
    """
    blockquote pre hr iframe li link meta noscript script style svg path video audio source object param embed canvas
    button select option textarea
    """
)
_EMBEDDED = frozenset(("iframe", "embed", "video", "audio", "source"))
TAGS = _BLOCKS | _LISTS | _HEADINGS | _TABLES | _INLINE | _REST
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "kbd": "`", "samp": "`", "tt": "`"}
_MACRO = re.compile(r"(?:ac|ri):[\w-]+")  # how Confluence stores what is more than HTML
_FIRST = re.compile(r"\s*</?([A-Za-z][\w:-]*)")
_COMMENT = re.compile(r"\s*<!--.*?-->\s*", re.DOTALL)
_TAG_LINE = re.compile(r"\s*</?[a-zA-Z][\w:-]*(?=[\s/>])[^<>]*>|\s*<!DOCTYPE", re.IGNORECASE)

Numbered = tuple[int, str]


def known(tag: str) -> bool:
    """Whether a tag is HTML, and not somebody's placeholder."""
    return tag.lower() in TAGS or bool(_MACRO.fullmatch(tag.lower()))


def is_markup(fragment: str) -> bool:
    """Whether a block that Markdown took for HTML is HTML that says something."""
    text = _COMMENT.sub("", fragment)
    found = _FIRST.match(text)
    return bool(found and known(found[1])) or text.lstrip()[:9].upper().startswith(("<!DOCTYPE", "<![CDATA["))


def is_comment(fragment: str) -> bool:
    """Whether a block that Markdown took for HTML is nothing but comments or instructions to a processor."""
    text = fragment.lstrip()
    return text.startswith("<?") or (text.startswith("<!--") and not _COMMENT.sub("", fragment).strip())


def is_page(text: str) -> bool:
    """Whether a whole file is rather HTML than Markdown."""
    lines = [line for line in text.splitlines() if line.strip()]
    return len(lines) > 1 and sum(bool(_TAG_LINE.match(line)) for line in lines) > 0.6 * len(lines)


def to_markdown(lines: Sequence[Numbered]) -> list[Numbered]:
    """The same in Markdown; each line knows the line of the source that it came from."""
    if not lines:
        return []
    writer = _Writer(first=lines[0][0])
    writer.feed("\n".join(text for _, text in lines))
    writer.close()
    return writer.finished(lines[-1][0])


class _Writer(HTMLParser):
    """Collects lines. What is being written is `held` until a block ends."""

    def __init__(self, first: int) -> None:
        super().__init__(convert_charrefs=True)
        self.first = first
        self.out: list[Numbered] = []
        self.held: list[str] = []
        self.held_at = 0
        self.mark = ""  # what the next line begins with
        self.lists: list[int | None] = []  # the number of the last item; None for bullets
        self.links: list[str] = []
        self.rows: list[list[str]] | None = None
        self.literal = 0  # within <pre>
        self.language = ""
        self.named = False  # within what names the language of the code that follows

    # What the parser calls.

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if not known(tag):
            return self._say(self.get_starttag_text() or "")
        if self.literal:
            if tag == "code":
                self.language = self.language or _language(given)
            return None
        if tag == "pre":
            self._end_block()
            self.literal, self.language = 1, _language(given)
        elif tag in _HEADINGS:
            self._end_block()
            self.mark = "#" * int(tag[1]) + " "
        elif tag in _LISTS:
            self._end_block(loose=not self.lists)
            self.lists.append(0 if tag == "ol" else None)
        elif tag == "li" or tag == "ac:task":
            self._begin_item()
        elif tag in _TABLES:
            self._table_begins(tag)
        elif tag == "input" and given.get("type") == "checkbox":
            self._say("[x] " if "checked" in given else "[ ] ")
        elif tag == "img":
            self._say(f"![{given.get('alt', '')}]({given.get('src', '')})")
        elif tag in _EMBEDDED and given.get("src"):
            self._say(f"[{given.get('title') or given['src']}]({given['src']})")
        elif tag == "a":
            self.links.append(given.get("href", ""))
            self._say("[" if self.links[-1] else "")
        elif tag == "summary":
            self._end_block()
            self._say("**")
        elif tag in _MARKS:
            self._say(_MARKS[tag])
        elif tag == "br":
            self._break()
        elif tag == "ac:parameter" and given.get("ac:name") == "language":
            self.named = True
        elif tag in ("ac:parameter", "ac:task-status", "ac:task-id"):
            self._say(" ")
        elif tag not in _INLINE:
            self._end_block()
        return None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in ("br", "img", "input", "hr", "col", "meta", "link", "wbr") and known(tag):
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not known(tag):
            return self._say(f"</{tag}>")
        if tag == "ac:parameter":
            self.named = False
            self._say(" ")
        elif tag == "pre" and self.literal:
            self._end_code()
        elif self.literal:
            return None
        elif tag in _LISTS:
            self._end_block(loose=False)
            if self.lists:
                self.lists.pop()
            if not self.lists:
                self._blank()
        elif tag in _TABLES:
            self._table_ends(tag)
        elif tag == "a":
            href = self.links.pop() if self.links else ""
            self._say(f"]({href})" if href else "")
        elif tag == "summary":
            self._close_mark("**")
            self._end_block()
        elif tag in _MARKS:
            self._close_mark(_MARKS[tag])
        elif tag not in _INLINE and tag != "li":
            self._end_block(loose=not self.lists)
        return None

    def handle_data(self, data: str) -> None:
        if self.named:
            self.language = data.strip()
            return
        if self.literal:
            self.held.append(data)
            return
        for number, line in enumerate(data.split("\n")):
            if number:
                self._break()
            self._say(line if self._markdown_here() else " ".join(line.split()) and _squeezed(line))

    def handle_comment(self, data: str) -> None:
        if data.strip():
            self._end_block()
            self.out += [(self._at(), line) for line in f"<!--{data}-->".split("\n")]
            self._blank()

    def unknown_decl(self, data: str) -> None:
        """CDATA: the code of a Confluence macro."""
        text = data.removeprefix("CDATA[")
        self._end_block()
        self.held.append(text)
        self._end_code()

    # Writing.

    def finished(self, last: int) -> list[Numbered]:
        if self.literal:
            self._end_code()
        if self.rows is not None:
            self._table_ends("table")
        self._end_block()
        return [(min(number, last), text) for number, text in self.out]

    def _at(self) -> int:
        return self.first + self.getpos()[0] - 1

    def _markdown_here(self) -> bool:
        """Outside lists and tables of HTML, what stands between tags may be Markdown, and keeps its indentation."""
        return not self.lists and self.rows is None

    def _say(self, text: str) -> None:
        if not text:
            return
        if self.rows is not None and self.rows and self.rows[-1]:
            self.rows[-1][-1] += text
            return
        if not self.held:
            self.held_at = self._at()
            text = text if self._markdown_here() else text.lstrip()
        if text:
            self.held.append(text)

    def _close_mark(self, mark: str) -> None:
        """Without a blank before the mark that ends, which would not end anything."""
        if self.held:
            self.held[-1] = self.held[-1].rstrip()
        self._say(mark)

    def _indent(self) -> str:
        return "    " * max(0, len(self.lists) - 1)

    def _begin_item(self) -> None:
        self._end_block(loose=False)
        if not self.lists:
            self.lists.append(None)
        number = self.lists[-1]
        if number is not None:
            self.lists[-1] = number + 1
        self.mark = "- " if number is None else f"{number + 1}. "

    def _break(self) -> None:
        """A new line within the same block."""
        if self.rows is not None or self.lists:
            self._say(" ")
        elif self.held:
            self._flush()
        elif self._markdown_here() and self.out and self.out[-1][1]:
            self.out.append((self._at(), ""))

    def _flush(self) -> None:
        text = "".join(self.held)
        self.held = []
        if not text.strip():
            return
        if self.mark:
            indent, text = self._indent(), self.mark + text.strip()
            if self.mark.startswith("#"):
                indent = ""
            self.mark = ""
        else:
            indent = "    " * len(self.lists)
        self.out.append((self.held_at, indent + text.rstrip()))

    def _end_block(self, loose: bool = True) -> None:
        if self.rows is not None:
            self._say(" ")
            return
        self._flush()
        if loose:
            self._blank()

    def _blank(self) -> None:
        if self.out and self.out[-1][1]:
            self.out.append((self._at(), ""))

    def _end_code(self) -> None:
        text = "".join(self.held).strip("\n")
        self.held, self.literal = [], 0
        if self.rows is not None:
            self._say(f"`{' '.join(text.split())}`")
            return
        if text.strip():
            indent = "    " * len(self.lists)
            fence = "`" * max(3, *(len(found) + 1 for found in re.findall("`+", text)), 3)
            first = self._at() - text.count("\n")
            self._blank()
            self.out.append((first, f"{indent}{fence}{self.language}"))
            self.out += [(first + at, indent + line) for at, line in enumerate(text.split("\n"))]
            self.out.append((self._at(), indent + fence))
            if not self.lists:
                self._blank()
        self.language = ""

    def _table_begins(self, tag: str) -> None:
        if tag == "table" and self.rows is None:
            self._end_block()
            self.rows, self.held_at = [], self._at()
        elif self.rows is not None and tag == "tr":
            self.rows.append([])
        elif self.rows is not None and tag in ("td", "th"):
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append("")

    def _table_ends(self, tag: str) -> None:
        if tag != "table" or self.rows is None:
            return
        rows = [[_squeezed(cell).strip().replace("|", "\\|") for cell in row] for row in self.rows if row]
        self.rows = None
        if not rows:
            return
        width = max(len(row) for row in rows)
        for place, row in enumerate(rows):
            self.out.append((self.held_at, "| " + " | ".join([*row, *[""] * (width - len(row))]) + " |"))
            if place == 0:
                self.out.append((self.held_at, "|" + " --- |" * width))
        self._blank()


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _language(given: dict[str, str]) -> str:
    found = re.search(r"(?:language|lang|brush:|highlight-source)[-: ]*(\w+)", given.get("class", ""))
    return found[1] if found else given.get("lang", "")
