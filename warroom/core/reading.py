"""How a definition is read, without knowing what it is written in.

Each kind of step and inject says in its own `parse` which fields it has. The same `parse` serves three readers: the
YAML loader, which gathers every problem with its line (definitions.reader), the recorder that draws a JSON Schema from
the questions asked, and tests. Asking for a field never raises: a missing or wrong one is noted and a stand-in of the
right type comes back, so that one pass finds all mistakes. What nobody asked for is reported as unknown.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol


class Fields(Protocol):
    """One mapping of a definition, being read."""

    def has(self, key: str) -> bool:
        """Whether the mapping holds this key. Does not count as asking for it."""

    def keys(self) -> tuple[str, ...]:
        """The keys of a mapping whose keys are the author's own, such as labels."""

    def text(self, key: str, *, default: str | None = None, help: str = "") -> str:
        """A string; required when there is no default."""

    def word(self, key: str, among: tuple[str, ...], *, default: str | None = None, help: str = "") -> str:
        """One of a closed list."""

    def slug(self, key: str, *, default: str | None = None, help: str = "") -> str:
        """A name others refer to: lowercase letters, digits and hyphens."""

    def whole(self, key: str, *, default: int | None = None, least: int = 0, help: str = "") -> int:
        """A whole number."""

    def flag(self, key: str, *, default: bool = False, help: str = "") -> bool:
        """true or false."""

    def length(self, key: str, *, default: timedelta | None = None, help: str = "") -> timedelta:
        """A length of time such as `90s` or `1h 30m`; required when there is no default."""

    def maybe_length(self, key: str, *, help: str = "") -> timedelta | None:
        """A length of time, or None when the key is absent."""

    def offset(self, key: str, *, help: str = "") -> timedelta:
        """A place on the game's clock such as `T+12m`."""

    def words(self, key: str, *, help: str = "") -> tuple[str, ...]:
        """A list of strings, or one string; empty when absent."""

    def pairs(self, key: str, *, help: str = "") -> Mapping[str, str]:
        """A mapping of strings to strings; empty when absent."""

    def part(self, key: str, *, help: str = "") -> "Fields | None":
        """A mapping inside this one, or None when absent."""

    def parts(self, key: str, *, required: bool = False, help: str = "") -> tuple["Fields", ...]:
        """A list of mappings; empty when absent."""

    def named(self, key: str, *, help: str = "") -> tuple[tuple[str, "Fields"], ...]:
        """A mapping whose values are mappings: (name, fields) in the order written."""

    def kind(self, among: tuple[str, ...], *, beside: tuple[str, ...] = ()) -> str:
        """The one of these keys that is present; anything but exactly one is a problem.

        Those in `beside` may also stand beside another, which is then the kind.
        """

    def problem(self, key: str, sentence: str) -> None:
        """Note a mistake at this key (or at the mapping when the key is empty)."""
