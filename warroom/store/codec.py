"""Events, effects and everything in them, to JSON and back, driven by the type hints of frozen dataclasses.

    str int float bool None     as they are
    datetime                    ISO in UTC with a Z, to the millisecond, or further if there is more
    timedelta                   whole milliseconds, or with a fraction if there is more
    StrEnum, Literal            their value
    tuple, Mapping[str, X]      a list, an object (its keys' order is not kept; a leading $ is doubled)
    a dataclass                 an object, a member per field
    a union with dataclasses    the same, with the class's name under $kind

Reading is forgiving where old timelines need it: a missing field takes its default, an unknown one is left out, and an
object without $kind is the first dataclass of the union, so that a field of type X can become X | Y.

`split` sets aside what core.texts marks: in the body stands {"$text": digest}, and the text lies beside it.
"""

import json
import secrets
from collections import abc
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Protocol, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from warroom.core import chain
from warroom.core.declaring import dataclass
from warroom.core.texts import REMOVED, WITHHELD, Kept
from warroom.store.errors import Unreadable
from warroom.store.instants import in_utc, iso

T = TypeVar("T")
Json: TypeAlias = Any  # what json.dumps takes

KIND, TEXT = "$kind", "$text"


@dataclass(frozen=True, slots=True)
class Text:
    """A text kept beside the timeline. `field` is its place in the body; `text` is None once it was redacted.

    Of a hidden field, whatever its type, `text` is the canonical JSON.
    """

    field: str
    kind: Kept
    salt: str
    text: str | None

    @property
    def digest(self) -> str | None:
        """What the body holds in its place; None if the text is gone and it cannot be known."""
        return None if self.text is None else chain.text_digest(self.salt, self.text)


def encode(value: Any) -> Json:
    """`value` as JSON, by its own type. Raises TypeError if its type has no place here."""
    return _shape(type(value)).encode(value, None)


def decode(type_: type[T], data: Json) -> T:
    """The inverse of `encode`. Raises Unreadable if `data` is not of that type."""
    value: T = _shape(type_).decode(data)
    return value


def split(event: Any) -> tuple[Json, list[Text]]:
    """`event` as JSON, and the texts that are kept beside it. Each has a new salt, so two splits differ."""
    spot = _Spot("", [])
    return _shape(type(event)).encode(event, spot), spot.texts


def join(type_: type[T], body: Json, texts: Iterable[Text]) -> T:
    """The inverse of `split`. What was redacted reads as REMOVED, a hidden string that was left out as WITHHELD."""
    return decode(type_, fill(body, texts))


def fill(body: Json, texts: Iterable[Text]) -> Json:
    """`body` with its texts back in their places."""
    return _fill(body, "", {text.field: text for text in texts})


def matches(body: Json, texts: Iterable[Text]) -> bool:
    """Whether every text belongs in `body`, none is missing, and none was changed. A redacted one counts as there."""
    digests = dict(_places(body, ""))
    there = {text.field: text for text in texts}
    return digests.keys() == there.keys() and all(
        text.digest in (None, digests[place]) for place, text in there.items()
    )


def entry_json(
    seq: int,
    at: datetime,
    occurred_at: datetime | None,
    by: str,
    type: str,
    body: Json,
) -> str:
    """The canonical JSON of one entry: what its hash covers."""
    return chain.canonical(
        {
            "seq": seq,
            "at": _write_datetime(at),
            "occurred_at": None if occurred_at is None else _write_datetime(occurred_at),
            "by": by,
            "type": type,
            "body": body,
        }
    )


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place in a body that is being split, and the texts found so far."""

    path: str
    texts: list[Text]

    def under(self, name: str | int) -> "_Spot":
        return _Spot(_join(self.path, name), self.texts)

    def set_aside(self, kind: Kept, text: str) -> Json:
        salt = secrets.token_hex(16)
        self.texts.append(Text(self.path, kind, salt, text))
        return {TEXT: chain.text_digest(salt, text)}


def _join(path: str, name: str | int) -> str:
    escaped = str(name).replace("~", "~0").replace("/", "~1")  # as a JSON pointer does
    return f"{path}/{escaped}" if path else escaped


def _fill(data: Json, path: str, texts: Mapping[str, Text]) -> Json:
    match data:
        case {"$text": _}:
            return _text(texts.get(path))
        case dict():
            return {name: _fill(each, _join(path, name), texts) for name, each in data.items()}
        case list():
            return [_fill(each, _join(path, place), texts) for place, each in enumerate(data)]
        case _:
            return data


def _places(data: Json, path: str) -> Iterator[tuple[str, str]]:
    """Where texts belong in a body, and the digest of each."""
    match data:
        case {"$text": digest}:
            yield path, digest
        case dict():
            for name, each in data.items():
                yield from _places(each, _join(path, name))
        case list():
            for place, each in enumerate(data):
                yield from _places(each, _join(path, place))


def _text(text: Text | None) -> Json:
    if text is None:
        return WITHHELD
    if text.text is None:
        return REMOVED if text.kind is Kept.TYPED else WITHHELD
    return text.text if text.kind is Kept.TYPED else json.loads(text.text)


class _Shape(Protocol):
    """How values of one annotation are written and read. `takes` are their Python types, `json` their JSON types."""

    @property
    def takes(self) -> tuple[type, ...]: ...
    @property
    def json(self) -> tuple[type, ...]: ...
    def encode(self, value: Any, spot: _Spot | None) -> Json: ...
    def decode(self, data: Json) -> Any: ...


@dataclass(frozen=True)
class _Scalar:
    python: type[Any]
    json: tuple[type, ...]
    write: Callable[[Any], Json]
    read: Callable[[Any], Any]

    @property
    def takes(self) -> tuple[type, ...]:
        return (self.python,)

    def encode(self, value: Any, spot: _Spot | None) -> Json:
        if not isinstance(value, self.python) or (self.python is int and isinstance(value, bool)):
            raise TypeError(f"{value!r} is not of type {self.python.__name__}")
        return self.write(value)

    def decode(self, data: Json) -> Any:
        _check(data, self.json, self.python.__name__)
        try:
            return self.read(data)
        except (ValueError, OverflowError) as error:
            raise Unreadable(f"{data!r} is not of type {self.python.__name__}") from error


@dataclass(frozen=True)
class _OneOf:
    """Literal."""

    words: tuple[Any, ...]

    @property
    def takes(self) -> tuple[type, ...]:
        return tuple({type(word) for word in self.words})

    @property
    def json(self) -> tuple[type, ...]:
        return self.takes

    def encode(self, value: Any, spot: _Spot | None) -> Json:
        if value not in self.words:
            raise TypeError(f"{value!r} is not one of {self.words}")
        return value

    def decode(self, data: Json) -> Any:
        if data not in self.words:
            raise Unreadable(f"{data!r} is not one of {self.words}")
        return data


@dataclass(frozen=True)
class _Many:
    """tuple[X, ...], or tuple[X, Y] when `fixed`."""

    items: tuple[_Shape, ...]
    fixed: bool
    takes: tuple[type, ...] = (tuple,)
    json: tuple[type, ...] = (list,)

    def encode(self, value: Any, spot: _Spot | None) -> Json:
        return [
            shape.encode(each, spot and spot.under(place))
            for place, (shape, each) in enumerate(zip(self._shapes(value), value, strict=True))
        ]

    def decode(self, data: Json) -> Any:
        _check(data, self.json, "tuple")
        try:
            return tuple(shape.decode(each) for shape, each in zip(self._shapes(data), data, strict=True))
        except ValueError as error:
            raise Unreadable(f"{len(data)} items where {len(self.items)} belong") from error

    def _shapes(self, values: Any) -> Iterable[_Shape]:
        return self.items if self.fixed else self.items * len(values)


@dataclass(frozen=True)
class _Map:
    """Mapping[str, X]. A leading $ is doubled, so that nobody's label can pass for $text or $kind."""

    item: _Shape
    takes: tuple[type, ...] = (abc.Mapping,)
    json: tuple[type, ...] = (dict,)

    def encode(self, value: Any, spot: _Spot | None) -> Json:
        names = {name: f"${name}" if name.startswith("$") else str(name) for name in value}
        return {names[name]: self.item.encode(each, spot and spot.under(names[name])) for name, each in value.items()}

    def decode(self, data: Json) -> Any:
        _check(data, self.json, "mapping")
        return {name[1:] if name.startswith("$$") else name: self.item.decode(each) for name, each in data.items()}


@dataclass(frozen=True)
class _Field:
    name: str
    shape: _Shape
    required: bool


@dataclass(frozen=True)
class _Record:
    """A dataclass. Its fields are looked at when first needed, so that it may contain itself."""

    python: type[Any]
    json: tuple[type, ...] = (dict,)

    @property
    def takes(self) -> tuple[type, ...]:
        return (self.python,)

    @cached_property
    def fields(self) -> tuple[_Field, ...]:
        hints = get_type_hints(self.python, include_extras=True)
        return tuple(
            _Field(each.name, _shape(hints[each.name]), each.default is MISSING and each.default_factory is MISSING)
            for each in fields(self.python)
        )

    def encode(self, value: Any, spot: _Spot | None) -> Json:
        if type(value) is not self.python:
            raise TypeError(f"{value!r} is not of type {self.python.__name__}")
        return {
            each.name: each.shape.encode(getattr(value, each.name), spot and spot.under(each.name))
            for each in self.fields
        }

    def decode(self, data: Json) -> Any:
        _check(data, self.json, self.python.__name__)
        missing = [each.name for each in self.fields if each.required and each.name not in data]
        if missing:
            raise Unreadable(f"{self.python.__name__} lacks {', '.join(missing)}")
        return self.python(**{each.name: self._read(each, data) for each in self.fields if each.name in data})

    def _read(self, field: _Field, data: Json) -> Any:
        try:
            return field.shape.decode(data[field.name])
        except Unreadable as error:
            raise Unreadable(f"{self.python.__name__}.{field.name}: {error}") from error


@dataclass(frozen=True)
class _Choice:
    """A union. Dataclasses are told apart by $kind (unless there is only one), the rest by their JSON type."""

    members: tuple[_Shape, ...]

    @property
    def takes(self) -> tuple[type, ...]:
        return tuple(each for member in self.members for each in member.takes)

    @property
    def json(self) -> tuple[type, ...]:
        return tuple(each for member in self.members for each in member.json)

    @cached_property
    def records(self) -> dict[str, _Record]:
        return {each.python.__name__: each for each in self.members if isinstance(each, _Record)}

    def encode(self, value: Any, spot: _Spot | None) -> Json:
        for member in self.members:
            if isinstance(value, member.takes):
                data = member.encode(value, spot)
                tagged = isinstance(member, _Record) and len(self.records) > 1
                return {KIND: type(value).__name__, **data} if tagged else data
        raise TypeError(f"{value!r} is none of {', '.join(each.__name__ for each in self.takes)}")

    def decode(self, data: Json) -> Any:
        return self._member(data).decode(data)

    def _member(self, data: Json) -> _Shape:
        if isinstance(data, dict) and self.records:
            kind = data.get(KIND, next(iter(self.records)))
            if kind not in self.records:
                raise Unreadable(f"{kind!r} is none of {', '.join(self.records)}")
            return self.records[kind]
        for member in self.members:
            if type(data) in member.json:
                return member
        raise Unreadable(f"{data!r} is none of {', '.join(each.__name__ for each in self.takes)}")


@dataclass(frozen=True)
class _Aside:
    """A field that core.texts marks. Set aside only by `split`; an empty typed string has nothing to hide."""

    kind: Kept
    inner: _Shape

    @property
    def takes(self) -> tuple[type, ...]:
        return self.inner.takes

    @property
    def json(self) -> tuple[type, ...]:
        return self.inner.json

    def encode(self, value: Any, spot: _Spot | None) -> Json:
        data = self.inner.encode(value, None)
        if spot is None or (self.kind is Kept.TYPED and not data):
            return data
        return spot.set_aside(self.kind, data if self.kind is Kept.TYPED else chain.canonical(data))

    def decode(self, data: Json) -> Any:
        return self.inner.decode(data)


def _check(data: Json, wanted: tuple[type, ...], name: str) -> None:
    if type(data) not in wanted:
        raise Unreadable(f"{data!r} is not of type {name}")


def _shape(annotation: Any) -> _Shape:
    """The shape of an annotation. Raises TypeError for one that has no place in the vocabularies."""
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return _Scalar(annotation, (str,), str, annotation)
    if is_dataclass(annotation):
        return _record(annotation)
    return _generic(annotation, get_origin(annotation), get_args(annotation))


_RECORDS: dict[Any, _Record] = {}  # a class is looked at once; unions are not kept, because X | Y == Y | X


def _record(class_: Any) -> _Record:
    if class_ not in _RECORDS:
        _RECORDS[class_] = _Record(class_)
    return _RECORDS[class_]


def _generic(annotation: Any, origin: Any, args: tuple[Any, ...]) -> _Shape:
    if origin is Literal:
        return _OneOf(args)
    if origin is tuple:
        fixed = args[-1] is not Ellipsis
        return _Many(tuple(_shape(each) for each in args if each is not Ellipsis), fixed)
    if origin in (dict, abc.Mapping) and args[0] is str:
        return _Map(_shape(args[1]))
    if origin in (Union, UnionType):
        return _choice(annotation, tuple(_shape(each) for each in args))
    if origin is Annotated:
        return _annotated(_shape(args[0]), [each for each in args[1:] if isinstance(each, Kept)])
    raise TypeError(f"the codec has no shape for {annotation!r}")


def _choice(annotation: Any, members: tuple[_Shape, ...]) -> _Shape:
    told_apart_by = [each for member in members if not isinstance(member, _Record) for each in member.json]
    told_apart_by += [dict] if any(isinstance(member, _Record) for member in members) else []
    if len(told_apart_by) != len(set(told_apart_by)):
        raise TypeError(f"the members of {annotation!r} look alike in JSON")
    return _Choice(members)


def _annotated(inner: _Shape, marks: list[Kept]) -> _Shape:
    return _Aside(marks[0], inner) if marks else inner


def _write_datetime(value: datetime) -> str:
    instant = in_utc(value)
    return iso(instant, "microseconds" if instant.microsecond % 1000 else "milliseconds")


def _read_datetime(data: str) -> datetime:
    return in_utc(datetime.fromisoformat(data))


MILLISECOND = timedelta(milliseconds=1)


def _write_timedelta(value: timedelta) -> int | float:
    return value / MILLISECOND if value % MILLISECOND else value // MILLISECOND


def _read_timedelta(data: float) -> timedelta:
    return timedelta(milliseconds=data)


_SCALARS: dict[Any, _Scalar] = {
    each.python: each
    for each in (
        _Scalar(str, (str,), str, str),
        _Scalar(bool, (bool,), bool, bool),
        _Scalar(int, (int,), int, int),
        _Scalar(float, (float, int), float, float),
        _Scalar(NoneType, (NoneType,), lambda _: None, lambda _: None),
        _Scalar(datetime, (str,), _write_datetime, _read_datetime),
        _Scalar(timedelta, (int, float), _write_timedelta, _read_timedelta),
    )
}
