"""Any value of any annotation in the vocabularies, for Hypothesis: built from the same type hints the codec reads."""

from collections import abc
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

# With lone surrogates and U+0000, which people can send and databases choke on, and with the codec's own signs.
ODD = st.sampled_from(["", "\x00", "\ud800", "$text", "$$kind", "a/b~1", "\u2028", "😀", '"', "\\u0000", "\\"])
STRINGS = st.text(st.characters(exclude_categories=()), max_size=8) | ODD
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (bounds are naive by Hypothesis's rule; what is drawn is not)
LENGTHS = st.timedeltas(timedelta(days=-3650), timedelta(days=3650))
SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: STRINGS,
    bool: st.booleans(),
    int: st.integers(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    NoneType: st.none(),
    datetime: INSTANTS,
    timedelta: LENGTHS,
}


@cache  # building a strategy, and validating it, takes longer than drawing from it
def of(annotation: Any) -> st.SearchStrategy[Any]:
    """Values of an annotation. A kind the codec does not know either is a KeyError."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return st.sampled_from(annotation)
    if is_dataclass(annotation):
        return _record(annotation)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return of(args[0])
    if origin is Literal:
        return st.sampled_from(args)
    if origin is tuple:
        return _tuple(args)
    if origin in (dict, abc.Mapping):
        return st.dictionaries(STRINGS, of(args[1]), max_size=2)
    if origin in (Union, UnionType):
        return st.one_of([of(each) for each in args])
    return SCALARS[annotation]


def _tuple(args: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if args[-1] is Ellipsis:
        return st.lists(of(args[0]), max_size=2).map(tuple)
    return st.tuples(*(of(each) for each in args))


def _record(class_: Any) -> st.SearchStrategy[Any]:
    hints = get_type_hints(class_, include_extras=True)
    return st.builds(class_, **{each.name: of(hints[each.name]) for each in fields(class_)})
