"""AsciiDoc's headings, lists and blocks, line by line as Markdown: enough for a runbook, not for a book."""

import re
from collections.abc import Iterator, Sequence

_HEADING = re.compile(r"(={1,6}) +(\S.*?)(?: =+)?$")
_SOURCE = re.compile(r"\[(?:source|listing)?[,%]*(?P<language>[\w+-]*)[^\]]*\]$")
_FENCE = re.compile(r"(-{4,}|\.{4,})$")
_NUMBERED = re.compile(r"(\.{1,5}) +(\S.*)$")
_BULLET = re.compile(r"(\*{1,5}|-) +(\S.*)$")
_CAPTION = re.compile(r"\.(\w.*)$")
_NOTE = re.compile(r"(NOTE|TIP|WARNING|IMPORTANT|CAUTION): +(.*)$")
_ATTRIBUTE = re.compile(r":[\w-]+:(?: .*)?$")
_LINK = re.compile(
    r"(?:link:|xref:)?(?P<to>(?:https?://|(?<![\w./-])[\w./-]{1,200}\.(?:a(?:scii)?doc|md))[^\s\[\]]{0,300})\[(?P<text>[^\]]+)\]"
)

Numbered = tuple[int, str]


def is_page(text: str) -> bool:
    """Whether a file is AsciiDoc: it has its headings, and none of Markdown's."""
    lines = text.splitlines()
    own = sum(bool(_HEADING.match(line)) for line in lines)
    return own >= 2 and not any(re.match(r"#{1,6} \S", line) for line in lines)


def to_markdown(lines: Sequence[Numbered]) -> list[Numbered]:
    """The same in Markdown; a line keeps its number."""
    return list(_Writer().written(lines))


class _Writer:
    def __init__(self) -> None:
        self.language = ""
        self.fence = ""
        self.inside = 0  # how far the current list item is indented
        self.joined = False  # a `+` said that what follows belongs to the item

    def written(self, lines: Sequence[Numbered]) -> Iterator[Numbered]:
        for number, line in lines:
            for text in self._line(line.rstrip()):
                yield number, text

    def _line(self, line: str) -> Iterator[str]:
        if self.fence:
            yield from self._in_code(line)
        elif found := _HEADING.match(line):
            self.inside = 0
            yield from ("", f"{'#' * len(found[1])} {found[2]}", "")
        elif line == "+":
            self.joined = True
            yield ""
        elif found := _FENCE.match(line):
            self.fence = found[1]
            yield f"{self._indent()}```{self.language}"
        elif found := _SOURCE.match(line):
            self.language = found["language"]
        elif found := _NUMBERED.match(line):
            yield self._item("1.", found)
        elif found := _BULLET.match(line):
            yield self._item("-", found)
        elif found := _NOTE.match(line):
            yield f"> **{found[1]}:** {_linked(found[2])}"
        elif found := _CAPTION.match(line):
            yield from ("", f"**{found[1]}**", "")
        else:
            yield from self._text(line)

    def _in_code(self, line: str) -> Iterator[str]:
        if line == self.fence:
            self.fence = self.language = ""
            yield f"{self._indent()}```"
            self.joined = False
        else:
            yield f"{self._indent()}{line}"

    def _item(self, mark: str, found: re.Match[str]) -> str:
        depth = 1 if found[1] == "-" else len(found[1])
        self.inside, self.joined = 4 * depth, False
        return f"{' ' * 4 * (depth - 1)}{mark:<3} {_linked(found[2])}"

    def _text(self, line: str) -> Iterator[str]:
        if not line:
            self.joined = False
            yield ""
        elif _ATTRIBUTE.match(line):
            yield f"<!-- {line} -->"
        else:
            yield self._indent() + _linked(line)

    def _indent(self) -> str:
        return " " * self.inside if self.joined else ""


def _linked(text: str) -> str:
    return _LINK.sub(lambda found: f"[{found['text']}]({found['to']})", text)
