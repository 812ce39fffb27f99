"""Boxes that site generators draw: `!!! note "Title"` of MkDocs, `:::note Title` of Docusaurus, as plain Markdown.

What is in the box is indented, and Markdown alone would take it for code; steps in a box are steps.
"""

import re
from collections.abc import Iterator, Sequence

_INDENTED = re.compile(r"(?:!!!|\?\?\?)\+? (?P<kind>[\w -]+?)(?: +\"(?P<title>[^\"]*)\")?\s*$")
_FENCED = re.compile(r":{3,}(?P<kind>[a-z]+)(?:\[(?P<boxed>[^\]]*)\]| +(?P<title>\S.*))?\s*$")
_CLOSED = re.compile(r":{3,}\s*$")
_CODE = re.compile(r"\s*(?P<fence>`{3,}|~{3,})")

Numbered = tuple[int, str]


def to_markdown(lines: Sequence[Numbered]) -> Iterator[Numbered]:
    """The page with a bold line for the head of each box, and its inside without indentation."""
    inside, open_boxes, fence = False, 0, ""
    for number, line in lines:
        code = _CODE.match(line)
        if fence or code:
            fence = _fence_after(fence, line, code)
        elif found := _INDENTED.match(line):
            inside = True
            yield from _head(number, found["kind"], found["title"])
            continue
        elif found := _FENCED.match(line):
            open_boxes += 1
            yield from _head(number, found["kind"], found["title"] or found["boxed"])
            continue
        elif open_boxes and _CLOSED.match(line):
            open_boxes -= 1
            yield number, ""
            continue
        inside = inside and (not line.strip() or line.startswith("    "))
        yield number, line[4:] if inside and line.strip() else line


def _fence_after(fence: str, line: str, code: re.Match[str] | None) -> str:
    """The fence that is open behind this line; empty when none is."""
    if not fence:
        return code["fence"] if code else ""
    return "" if code and code["fence"].startswith(fence) and line.strip() == code["fence"] else fence


def _head(number: int, kind: str, title: str | None) -> Iterator[Numbered]:
    yield from ((number, ""), (number, f"**{kind}: {title}**" if title else f"**{kind}**"), (number, ""))
