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


def _told_apart(data: Any) -> Any:
    """A look at the world said `how` it was made before there was a type for each kind of it."""
    match data:
        case {"how": str(how), "target": str(target), **rest}:
            return {**rest, "target": target, "$kind": "Tcp" if how == "tcp" else "Http"}
        case dict():
            return {name: _told_apart(each) for name, each in data.items()}
        case list():
            return [_told_apart(each) for each in data]
    return data


# What cannot be known by the set of an event's fields, since it lies deeper: asked first, and of these events alone.
DEEPER: Mapping[str, Callable[[Any], Any]] = {"RunStarted": _told_apart, "CheckStarted": _told_apart}


def upcast(type_: str, body: dict[str, Any], table: Table = UPCASTS) -> Kept:
    """The name and body that this release reads. Raises ValueError if the table leads in a circle."""
    if deeper := DEEPER.get(type_):
        body = deeper(body)
    seen = set()
    while change := table.get(shape := (type_, frozenset(body))):
        if shape in seen:
            raise ValueError(f"the upcasts of {type_} lead in a circle")
        seen.add(shape)
        type_, body = change(body)
    return type_, body
