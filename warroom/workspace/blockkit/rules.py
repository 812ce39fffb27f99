"""What the table of shapes is written in: small rules that are values, so that others can read the table as well.

A rule looks at one value and reports each problem with a JSON pointer. Messages are worded as Slack words them.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One broken constraint. `doc()` is an entry of `errors` in the reply of blocks.validate.

    `refused_as` is the code that posting methods answer with, where it is not the usual `invalid_blocks`.
    """

    message: str
    pointer: str
    constraint: Mapping[str, Any] | None = None
    refused_as: str = ""

    def doc(self) -> dict[str, Any]:
        doc: dict[str, Any] = {"code": "failed_constraint", "message": self.message, "pointer": self.pointer}
        return doc | ({"constraint": dict(self.constraint)} if self.constraint else {})


@dataclass
class Found:
    """The problems found so far."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, message: str, pointer: str, type_: str = "", expected: Any = None, *, refused_as: str = "") -> None:
        constraint = {"type": type_, "expected": expected} if type_ else None
        self.problems.append(
            Problem(message=message, pointer=pointer, constraint=constraint, refused_as=refused_as),
        )


class Rule(Protocol):
    """Looks at one value."""

    def __call__(self, value: Any, at: str, found: Found, /) -> None: ...


Check = Callable[[Mapping[str, Any], str, Found], None]

# -- single values -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class String:
    """Text of `least` to `most` characters. `says` is the message when it does not match `pattern` as a whole."""

    most: int
    least: int = 1
    pattern: str = ""
    says: str = ""

    def __call__(self, value: Any, at: str, found: Found) -> None:
        if not isinstance(value, str):
            found.add("must provide a string", at, "type", "string")
        elif len(value) < self.least:
            found.add(f"must be more than {self.least - 1} characters", at, "min_length", self.least)
        elif len(value) > self.most:
            found.add(f"must be less than {self.most + 1} characters", at, "max_length", self.most)
        elif self.pattern and not re.fullmatch(self.pattern, value):
            found.add(self.says, at, "pattern", self.pattern)


def url(most: int = 3000, schemes: str = "https?|mailto|slack") -> String:
    """An address. Slack's reference names 3,000 characters wherever it names a limit."""
    return String(most, pattern=rf"({schemes}):\S+", says="must be a valid URL")


@dataclass(frozen=True)
class Boolean:
    def __call__(self, value: Any, at: str, found: Found) -> None:
        if not isinstance(value, bool):
            found.add("must provide a boolean", at, "type", "boolean")


@dataclass(frozen=True)
class Integer:
    least: int
    most: int

    def __call__(self, value: Any, at: str, found: Found) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            found.add("must provide an integer", at, "type", "integer")
        elif not self.least <= value <= self.most:
            found.add(f"must be between {self.least} and {self.most}", at, "range", [self.least, self.most])


@dataclass(frozen=True)
class Number:
    """Any finite number; `positive` ones are above zero."""

    positive: bool = False

    def __call__(self, value: Any, at: str, found: Found) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            found.add("must provide a number", at, "type", "number")
        elif self.positive and value <= 0:
            found.add("must be greater than 0", at, "range", [0, None])


@dataclass(frozen=True, init=False)
class OneOf:
    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)

    def __call__(self, value: Any, at: str, found: Found) -> None:
        if value not in self.names:
            found.add(f"must be one of: {', '.join(self.names)}", at, "enum", list(self.names))


# -- values made of others -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Array:
    """`least` to `most` items. With `gaps` an item may be null, which says nothing of its place."""

    item: Rule
    most: int
    least: int = 1
    gaps: bool = False

    def __call__(self, value: Any, at: str, found: Found) -> None:
        if not isinstance(value, list):
            found.add("must provide an array", at, "type", "array")
            return
        if len(value) < self.least:
            found.add(f"no fewer than {self.least} items allowed", at, "min_items", self.least)
        if len(value) > self.most:
            found.add(f"no more than {self.most} items allowed", at, "max_items", self.most)
        for index, given in enumerate(value):
            if given is not None or not self.gaps:
                self.item(given, f"{at}/{index}", found)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What an object must and may have, and what holds between its fields. An `open` one may have others besides."""

    required: Mapping[str, Rule] = field(default_factory=dict)
    optional: Mapping[str, Rule] = field(default_factory=dict)
    also: tuple[Check, ...] = ()
    open: bool = False

    @property
    def fields(self) -> Mapping[str, Rule]:
        return {**self.required, **self.optional}

    def __call__(self, value: Any, at: str, found: Found) -> None:
        if not isinstance(value, Mapping):
            found.add("must provide an object", at, "type", "object")
            return
        rules = self.fields
        for name in self.required:
            if value.get(name) is None:
                found.add(f"missing required field: {name}", at, "required", name)
        for name, given in value.items():
            if name not in rules:
                if self.open:
                    continue
                found.add(f"invalid additional property: {name}", at, "additional_property", name)
            elif given is not None:
                rules[name](given, f"{at}/{name}", found)
        for check in self.also:
            check(value, at, found)


@dataclass(frozen=True)
class Typed:
    """An object whose `type` names its shape; other types are refused. Where there is a `default`, `type` may be left out."""

    shapes: Mapping[str, Shape]
    default: str = ""

    def __call__(self, value: Any, at: str, found: Found) -> None:
        if not isinstance(value, Mapping):
            found.add("must provide an object", at, "type", "object")
        elif "type" not in value and not self.default:
            found.add("missing required field: type", at, "required", "type")
        else:
            self._check(value, value.get("type", self.default), at, found)

    def _check(self, value: Mapping[str, Any], type_: Any, at: str, found: Found) -> None:
        if not isinstance(type_, str) or type_ not in self.shapes:
            found.add(f"unsupported type: {type_}", f"{at}/type", "enum", sorted(self.shapes))
        else:
            self.shapes[type_]({name: given for name, given in value.items() if name != "type"}, at, found)


# -- what holds between fields -------------------------------------------------------------------------------------------


@dataclass(frozen=True, init=False)
class ExactlyOne:
    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)

    def __call__(self, value: Mapping[str, Any], at: str, found: Found) -> None:
        if sum(value.get(name) is not None for name in self.names) != 1:
            names = list(self.names)
            found.add(f"must provide exactly one of: {', '.join(names)}", at, "exactly_one", names)


@dataclass(frozen=True, init=False)
class AtMostOne:
    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)

    def __call__(self, value: Mapping[str, Any], at: str, found: Found) -> None:
        if sum(value.get(name) is not None for name in self.names) > 1:
            names = list(self.names)
            found.add(f"must provide no more than one of: {', '.join(names)}", at, "at_most_one", names)


@dataclass(frozen=True, init=False)
class AtLeastOne:
    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)

    def __call__(self, value: Mapping[str, Any], at: str, found: Found) -> None:
        if all(value.get(name) is None for name in self.names):
            names = list(self.names)
            found.add(f"must provide at least one of: {', '.join(names)}", at, "at_least_one", names)


def objects(value: Any) -> list[tuple[int, Mapping[str, Any]]]:
    """The objects of a list with their places; whatever is not one is another rule's to complain about."""
    listed = enumerate(value) if isinstance(value, list) else ()
    return [(index, each) for index, each in listed if isinstance(each, Mapping)]


def options_of(value: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every option of an element, in groups or not."""
    for _, group in objects(value.get("option_groups")):
        yield from (option for _, option in objects(group.get("options")))
    yield from (option for _, option in objects(value.get("options")))
