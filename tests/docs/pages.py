"""Reading the documentation as a test does: its pages, fenced blocks, headings and links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", ROOT / "runbooks" / "README.md", *sorted(DOCS.rglob("*.md")))

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `line` is where its fence stands."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def text(page: str) -> str:
    """A page of the docs folder, such as `alerts.md`."""
    return (DOCS / page).read_text(encoding="utf-8")


def blocks(page: Path, *languages: str) -> Iterator[Block]:
    """Its fenced blocks in these languages, in order."""
    written = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(written):
        if found[1] in languages:
            name = page.relative_to(ROOT).as_posix()
            yield Block(name, written.count("\n", 0, found.start()) + 1, found[1], found[2])


def headings(page: str) -> set[str]:
    """Every heading of a page, without marks and backticks."""
    return {
        found.replace("`", "") for found in re.findall(r"^#+ +(.+?)\s*$", _without_fences(text(page)), re.MULTILINE)
    }


def links(page: Path) -> Iterator[str]:
    """Where its links and pictures lead, as written."""
    yield from re.findall(r"\]\(([^)\s]+)\)", _without_fences(page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """The fragments that lead to its headings, as GitHub makes them."""
    found = re.findall(r"^#+ +(.+?)\s*$", _without_fences(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in found}


def _without_fences(written: str) -> str:
    return _FENCE.sub("", written)
