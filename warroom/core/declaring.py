"""`dataclass` as the standard library has it, but quick to declare: for frozen values with slots.

The standard library writes six methods of every class as text and has each compiled. With five hundred classes in the
vocabularies, that was a third of what it took to start. Here only `__init__` is written; everything else works for any
class by the names of its fields. What is declared is a dataclass for everybody who asks (`fields`, `replace`,
`is_dataclass`), is made in half the time, and behaves as the standard library's does: a test compares the two. Anything
but frozen values with slots is the standard library's own. `InitVar` has no place here.
"""

import dataclasses
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, Field, FrozenInstanceError
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, **how: bool) -> Any:
        """What `dataclasses.dataclass` takes, and what it gives."""
        ours = how.get("frozen") and how.get("slots") and how.keys() <= {"frozen", "slots", "kw_only"}
        if cls is not None or not ours:
            return dataclasses.dataclass(cls, **how)
        return lambda declared: _declared(declared, kw_only=how.get("kw_only", False))


class _Made:
    """Stands for a default that is made when it is needed."""

    def __repr__(self) -> str:
        return "<factory>"


_MADE = _Made()


def _declared(declared: type[Any], *, kw_only: bool) -> type[Any]:
    written = set(declared.__dict__)
    declared.__doc__ = declared.__doc__ or f"{declared.__name__}(…)"  # or its signature would be worked out, to say it
    make: Callable[[type[Any]], type[Any]] = dataclasses.dataclass(
        init=False, repr=False, eq=False, slots=True, kw_only=kw_only
    )
    with _thawed(declared.__mro__[1:]):
        cls = make(declared)
    for answer in ("init", "repr", "eq", "frozen"):
        setattr(cls.__dataclass_params__, answer, True)  # for whoever asks, as who inherits does
    members = dataclasses.fields(cls)
    for name, method in _methods(cls, members):
        if name not in written:  # what a class says of itself goes first
            setattr(cls, name, method)
    return cls


@contextmanager
def _thawed(bases: Iterable[type[Any]]) -> Iterator[None]:
    """Only what is frozen may follow what is frozen; and what is to be frozen, the standard library would write out."""
    found = [getattr(base, "__dataclass_params__", None) for base in bases]
    frozen = [each for each in found if each is not None and each.frozen]
    for each in frozen:
        each.frozen = False
    try:
        yield
    finally:
        for each in frozen:
            each.frozen = True


def _methods(cls: type[Any], members: tuple[Field[Any], ...]) -> Iterator[tuple[str, Any]]:
    names = frozenset(each.name for each in members)
    yield "__init__", _Init(cls, members)
    yield "__repr__", _repr([each.name for each in members if each.repr])
    yield from _equality([each.name for each in members if each.compare])
    yield from _frozen(cls, names)
    yield "__getstate__", _state
    yield "__setstate__", _come_back


class _Init:
    """An `__init__` that is written when it is first looked at; most classes are not needed in most runs."""

    def __init__(self, cls: type[Any], members: tuple[Field[Any], ...]) -> None:
        self._cls, self._members = cls, members

    def __get__(self, value: Any, kind: type[Any]) -> Callable[..., None]:
        init = _init(self._cls, self._members)
        self._cls.__init__ = init
        return init if value is None else init.__get__(value, kind)


def _init(cls: type[Any], members: tuple[Field[Any], ...]) -> Callable[..., None]:
    """Written out, because it is called more than anything else. Each slot is filled by its own descriptor."""
    given = [each for each in members if each.init]
    first, later = [each for each in given if not each.kw_only], [each for each in given if each.kw_only]
    known: dict[str, Any] = {"_MADE": _MADE}
    for each in members:
        known[f"_set_{each.name}"] = getattr(cls, each.name).__set__
        known[f"_default_{each.name}"] = each.default
        known[f"_make_{each.name}"] = each.default_factory
    parameters = ", ".join(["self", *map(_parameter, first), *(["*"] if later else []), *map(_parameter, later)])
    lines = [line for each in members if (line := _filled(each))]
    lines += ["self.__post_init__()"] if hasattr(cls, "__post_init__") else []
    body = "\n  ".join(lines or ["pass"])
    text = f"def make({', '.join(known)}):\n def __init__({parameters}):\n  {body}\n return __init__"
    written: dict[str, Any] = {}
    exec(text, sys.modules[cls.__module__].__dict__, written)  # noqa: S102 - of the names of our own fields
    init: Callable[..., None] = written["make"](**known)
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {each.name: each.type for each in given} | {"return": None}
    return init


def _parameter(member: Field[Any]) -> str:
    if member.default is not MISSING:
        return f"{member.name}=_default_{member.name}"
    return member.name if member.default_factory is MISSING else f"{member.name}=_MADE"


def _filled(member: Field[Any]) -> str:
    name = member.name
    if member.default_factory is not MISSING:
        made = f"_make_{name}() if {name} is _MADE else {name}" if member.init else f"_make_{name}()"
        return f"_set_{name}(self, {made})"
    if member.init:
        return f"_set_{name}(self, {name})"
    return "" if member.default is MISSING else f"_set_{name}(self, _default_{name})"


def _repr(names: list[str]) -> Callable[[Any], str]:
    @recursive_repr()
    def __repr__(self: Any) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({shown})"

    return __repr__


def _equality(names: list[str]) -> Iterator[tuple[str, Callable[..., Any]]]:
    held = _held(names)

    def __eq__(self: Any, other: object) -> Any:
        return held(self) == held(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(held(self))

    yield "__eq__", __eq__
    yield "__hash__", __hash__


def _held(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What a value holds, in order."""
    match names:
        case []:
            return lambda value: ()
        case [name]:
            return lambda value: (getattr(value, name),)
        case _:
            return attrgetter(*names)


def _frozen(cls: type[Any], names: frozenset[str]) -> Iterator[tuple[str, Callable[..., Any]]]:
    def __setattr__(self: Any, name: str, value: Any) -> None:
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def __delattr__(self: Any, name: str) -> None:
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    yield "__setattr__", __setattr__
    yield "__delattr__", __delattr__


def _state(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _come_back(self: Any, state: list[Any]) -> None:
    for each, held in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, held)
