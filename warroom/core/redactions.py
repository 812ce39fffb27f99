"""Which texts of a timeline are gone, and which entries say so: the two must be the same."""

from collections.abc import Iterable, Mapping
from typing import Any

from warroom.errors import BadEntry

_SAYS_SO = "TextRedacted"  # by name, so that whoever only verifies needs no vocabulary


class Redactions:
    """Reads a timeline entry by entry, as it is kept."""

    def __init__(self) -> None:
        self._gone: set[tuple[int, str]] = set()
        self._said: dict[tuple[int, str], int] = {}

    @property
    def count(self) -> int:
        return len(self._gone)

    def read(self, seq: int, type_: str, body: Mapping[str, Any], gone: Iterable[str]) -> None:
        """One entry that is genuine, and the fields of it whose text is gone."""
        self._gone |= {(seq, field) for field in gone}
        if type_ == _SAYS_SO:
            self._said.setdefault((body["seq"], body["field"]), seq)

    def must_be_said(self, called: str) -> None:
        """Raises BadEntry for the first text that was taken out in silence, or is there again. `called` begins the sentence."""
        wrong = dict.fromkeys(self._gone - self._said.keys(), "was taken out, and no entry says so")
        wrong |= {
            where: f"is there again, though entry {by} says that it was removed"
            for where, by in self._said.items()
            if where not in self._gone
        }
        for (seq, field), what in sorted(wrong.items()):
            raise BadEntry(seq, f"{called} {seq}: the text {field!r} {what}.")
