"""A value with some of its fields changed: what `dataclasses.replace` does, three times as fast.

A room is made anew for every entry of its timeline, and has thirty fields; folding a long timeline is hardly anything
else. This is for frozen values with slots and without anything to do after they were made, which the core's all are.
"""

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

Value = TypeVar("Value")


def replace(value: Value, /, **changes: Any) -> Value:
    """The same with these fields. Raises AttributeError for a field that it does not have."""
    kind: type = type(value)
    read, writers = _fields(kind)
    made: Value = object.__new__(kind)
    for write, held in zip(writers, read(value), strict=True):
        write(made, held)
    for name, held in changes.items():
        object.__setattr__(made, name, held)
    return made


@cache
def _fields(kind: type) -> tuple[Callable[[Any], tuple[Any, ...]], tuple[Callable[[Any, Any], None], ...]]:
    """How to read all fields of such a value at once, and how to write each."""
    names = [each.name for each in fields(kind)]
    if len(names) == 1:
        only = attrgetter(*names)
        return (lambda value: (only(value),)), (getattr(kind, names[0]).__set__,)
    return attrgetter(*names), tuple(getattr(kind, name).__set__ for name in names)
