"""The small rules that the table of shapes is written in.

A rule looks at one value and reports each problem with a JSON pointer. Messages are worded as Slack words them.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One broken constraint. `doc()` is an entry of `errors` in the reply of blocks.validate."""

    message: str
    pointer: str
    constraint: Mapping[str, Any] | None = None

    def doc(self) -> dict[str, Any]:
        doc: dict[str, Any] = {"code": "failed_constraint", "message": self.message, "pointer": self.pointer}
        return doc | ({"constraint": dict(self.constraint)} if self.constraint else {})


@dataclass
class Found:
    """The problems found so far."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, message: str, pointer: str, type_: str = "", expected: Any = None) -> None:
        constraint = {"type": type_, "expected": expected} if type_ else None
        self.problems.append(Problem(message=message, pointer=pointer, constraint=constraint))


Rule = Callable[[Any, str, Found], None]
Check = Callable[[Mapping[str, Any], str, Found], None]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What an object must and may have, and what holds between its fields."""

    required: Mapping[str, Rule] = field(default_factory=dict)
    optional: Mapping[str, Rule] = field(default_factory=dict)
    also: tuple[Check, ...] = ()

    def __call__(self, value: Any, at: str, found: Found) -> None:
        if not isinstance(value, Mapping):
            found.add("must provide an object", at, "type", "object")
            return
        rules = {**self.required, **self.optional}
        for name in self.required:
            if value.get(name) is None:
                found.add(f"missing required field: {name}", at, "required", name)
        for name, given in value.items():
            if name not in rules:
                found.add(f"invalid additional property: {name}", at, "additional_property", name)
            elif given is not None:
                rules[name](given, f"{at}/{name}", found)
        for check in self.also:
            check(value, at, found)


def string(most: int, least: int = 1, pattern: str = "", says: str = "") -> Rule:
    def rule(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, str):
            found.add("must provide a string", at, "type", "string")
        elif len(value) < least:
            found.add(f"must be more than {least - 1} characters", at, "min_length", least)
        elif len(value) > most:
            found.add(f"must be less than {most + 1} characters", at, "max_length", most)
        elif pattern and not re.fullmatch(pattern, value):
            found.add(says, at, "pattern", pattern)

    return rule


def url(most: int) -> Rule:
    return string(most, pattern=r"(https?|mailto|slack):\S+", says="must be a valid URL")


def boolean(value: Any, at: str, found: Found) -> None:
    if not isinstance(value, bool):
        found.add("must provide a boolean", at, "type", "boolean")


def integer(least: int, most: int) -> Rule:
    def rule(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            found.add("must provide an integer", at, "type", "integer")
        elif not least <= value <= most:
            found.add(f"must be between {least} and {most}", at, "range", [least, most])

    return rule


def one_of(*names: str) -> Rule:
    def rule(value: Any, at: str, found: Found) -> None:
        if value not in names:
            found.add(f"must be one of: {', '.join(names)}", at, "enum", list(names))

    return rule


def array(item: Rule, most: int, least: int = 1) -> Rule:
    def rule(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, list):
            found.add("must provide an array", at, "type", "array")
            return
        if len(value) < least:
            found.add(f"no fewer than {least} items allowed", at, "min_items", least)
        if len(value) > most:
            found.add(f"no more than {most} items allowed", at, "max_items", most)
        for index, given in enumerate(value):
            item(given, f"{at}/{index}", found)

    return rule


def text(most: int, *kinds: str, least: int = 1) -> Rule:
    """A text object: `plain_text` unless other kinds are named."""
    shapes = {
        "plain_text": Shape(required={"text": string(most, least)}, optional={"emoji": boolean}),
        "mrkdwn": Shape(required={"text": string(most, least)}, optional={"verbatim": boolean}),
    }
    return typed({kind: shapes[kind] for kind in kinds or ("plain_text",)})


def any_text(most: int) -> Rule:
    return text(most, "plain_text", "mrkdwn")


def typed(shapes: Mapping[str, Shape]) -> Rule:
    """An object whose `type` names its shape; other types are refused."""

    def rule(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, Mapping):
            found.add("must provide an object", at, "type", "object")
        elif "type" not in value:
            found.add("missing required field: type", at, "required", "type")
        elif not isinstance(value["type"], str) or value["type"] not in shapes:
            found.add(f"unsupported type: {value['type']}", f"{at}/type", "enum", sorted(shapes))
        else:
            shape = shapes[value["type"]]
            shape({name: given for name, given in value.items() if name != "type"}, at, found)

    return rule


def exactly_one(*names: str) -> Check:
    def check(value: Mapping[str, Any], at: str, found: Found) -> None:
        given = [name for name in names if value.get(name) is not None]
        if len(given) != 1:
            found.add(f"must provide exactly one of: {', '.join(names)}", at, "exactly_one", list(names))

    return check


def at_least_one(*names: str) -> Check:
    def check(value: Mapping[str, Any], at: str, found: Found) -> None:
        if all(value.get(name) is None for name in names):
            found.add(f"must provide at least one of: {', '.join(names)}", at, "at_least_one", list(names))

    return check


def options_of(value: Mapping[str, Any]) -> Iterable[Any]:
    for group in value.get("option_groups") or ():
        if isinstance(group, Mapping):
            yield from group.get("options") or ()
    yield from value.get("options") or ()


def initial_among_options(value: Mapping[str, Any], at: str, found: Found) -> None:
    """Slack refuses an initial option that is not one of the options."""
    values = [o.get("value") for o in options_of(value) if isinstance(o, Mapping)]
    initial = value.get("initial_options") or [value.get("initial_option")]
    for option in initial if isinstance(initial, list) else ():
        if isinstance(option, Mapping) and option.get("value") not in values:
            found.add("initial option must match exactly one of the options", at, "initial_option", option.get("value"))
