"""Reads recordings."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Doc = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What one workspace recorded, in its order: the lines as objects, and the text they were read from."""

    name: str
    lines: list[Doc]
    text: str


def read_folder(folder: Path) -> Iterator[Recording]:
    """In the order in which they began."""
    for path in sorted(folder.glob("*.jsonl")):
        yield read_text(path.name, path.read_text("utf-8"))


def read_text(name: str, text: str) -> Recording:
    """A last line without an end was cut off by the end of its process, and is left out."""
    whole = text[: text.rfind("\n") + 1]
    return Recording(name=name, lines=[read_line(line) for line in whole.splitlines()], text=text)


def read_line(line: str) -> Doc:
    """Null means that a field is absent: Slack's schemas know no null."""
    doc: Doc = json.loads(line, object_hook=_without_nulls)
    return doc


def _without_nulls(doc: Doc) -> Doc:
    return {name: value for name, value in doc.items() if value is not None} if None in doc.values() else doc
