"""Makes what an older release kept into what this one reads.

Most changes need nothing here: a new field has a default, an unknown one is ignored. This table is for the rest. A row
is found by the event's name and the exact set of its fields as they were kept, so the release it came from need not be
known; what comes out may match a further row. The texts are in place before it is asked; what was hashed is untouched.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Kept: TypeAlias = tuple[str, dict[str, Any]]  # an event's name and its body
Change: TypeAlias = Callable[[dict[str, Any]], Kept]
Table: TypeAlias = Mapping[tuple[str, frozenset[str]], Change]

UPCASTS: Table = {}


def upcast(type_: str, body: dict[str, Any], table: Table = UPCASTS) -> Kept:
    """The name and body that this release reads. Raises ValueError if the table leads in a circle."""
    seen = set()
    while change := table.get(shape := (type_, frozenset(body))):
        if shape in seen:
            raise ValueError(f"the upcasts of {type_} lead in a circle")
        seen.add(shape)
        type_, body = change(body)
    return type_, body
