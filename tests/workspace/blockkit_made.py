"""Blocks and views that nobody wrote: drawn at random from our table, and from Slack's schemas.

What is drawn from the table obeys it by construction, cross-checks included; Hypothesis shrinks what fails.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from warroom.workspace.blockkit.rules import (
    Array,
    AtLeastOne,
    AtMostOne,
    Boolean,
    ExactlyOne,
    Integer,
    Number,
    OneOf,
    Rule,
    Shape,
    String,
    Typed,
)
from warroom.workspace.blockkit.shapes import blocks as table
from warroom.workspace.blockkit.shapes import charts

Doc = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

# texts for the patterns of the table; a pattern that is not here fails loudly
_EXAMPLES = ("https://a.example/b", "2026-11-23", "09:30", "17", "#4A154B")


# -- from the table ------------------------------------------------------------------------------------------------------


@st.composite
def made(draw: Draw, rule: Rule) -> Any:
    """A value that the rule accepts."""
    return _value(draw, rule)


def _value(draw: Draw, rule: Rule) -> Any:
    match rule:
        case String():
            return _string(draw, rule)
        case Boolean():
            return draw(st.booleans())
        case Integer(least=least, most=most):
            return draw(st.integers(least, most))
        case Number(positive=positive):
            return draw(st.integers(1 if positive else -9, 9))
        case OneOf(names=names):
            return draw(st.sampled_from(names))
        case Array(item=item, least=least, most=most):
            count = draw(st.integers(least, max(least, min(most, 2))))
            return [_value(draw, item) for _ in range(count)]
        case Typed(shapes=shapes):
            name = draw(st.sampled_from(sorted(shapes)))
            return {"type": name, **_object(draw, shapes[name])}
        case Shape():
            return _object(draw, rule)
    raise TypeError(f"nothing is drawn for {rule!r} yet")


def _string(draw: Draw, rule: String) -> str:
    if rule.pattern:
        fits = [each for each in _EXAMPLES if re.fullmatch(rule.pattern, each)]
        assert fits, f"no example for {rule.pattern}"
        return str(draw(st.sampled_from(fits)))
    return str(draw(st.text(st.sampled_from("ab<&🦊 "), min_size=rule.least, max_size=min(rule.most, 6))))


def _object(draw: Draw, shape: Shape) -> Doc:
    names = [*shape.required, *_chosen(draw, shape)]
    value = {name: _value(draw, shape.fields[name]) for name in names}
    for check in shape.also:
        _REPAIRS.get(check, lambda _: None)(value)
    return value


def _chosen(draw: Draw, shape: Shape) -> list[str]:
    """Which of the optional fields are there: as the checks want it, and not too many, or blocks grow for ever."""
    free = sorted(shape.optional)
    chosen: set[str] = set(draw(st.lists(st.sampled_from(free), max_size=3, unique=True))) if free else set()
    for check in shape.also:
        match check:
            case ExactlyOne(names=names):
                chosen = (chosen - set(names)) | {draw(st.sampled_from(names))}
            case AtMostOne(names=names):
                chosen -= set(names[1:])
            case AtLeastOne(names=names) if not chosen & set(names):
                chosen.add(draw(st.sampled_from(names)))
    return sorted(chosen)


def _initial_is_offered(value: Doc) -> None:
    groups = value.get("option_groups") or [{"options": value.get("options", [])}]
    first = groups[0]["options"][0]
    for name in ("initial_option", "initial_options"):
        if name in value:
            value[name] = first if name == "initial_option" else [first]


def _bounds_are_in_order(value: Doc) -> None:
    value.pop("min_value", None)


def _nothing_is_dispatched(value: Doc) -> None:
    value.pop("dispatch_action", None)


def _rows_are_even(value: Doc) -> None:
    width = min(map(len, value["rows"]))
    value["rows"] = [[{"type": "raw_text", "text": "h"}] * width, *(row[:width] for row in value["rows"][1:])]
    if "row_header_column_index" in value:
        value["row_header_column_index"] %= width


def _collapsible(value: Doc) -> None:
    if value.get("default_collapsed"):
        value["is_collapsible"] = True


def _plot_fits(value: Doc) -> None:
    categories = sorted(set(value["axis_config"]["categories"]))
    value["axis_config"]["categories"] = categories
    for number, series in enumerate(value["series"]):
        series["name"] = f"s{number}"
        series["data"] = [{"label": each, "value": 1} for each in categories]


_REPAIRS: Mapping[Any, Callable[[Doc], None]] = {
    # a check that is a plain function, and what makes a value pass it
    **dict.fromkeys(table.ACTION_ELEMENTS["radio_buttons"].also, _initial_is_offered),
    **dict.fromkeys(table.INPUT_ELEMENTS["number_input"].also, _bounds_are_in_order),
    **dict.fromkeys(table.INPUT.also, _nothing_is_dispatched),
    **dict.fromkeys(table.DATA_TABLE.also, _rows_are_even),
    table.CONTAINER.also[-1]: _collapsible,
    **dict.fromkeys(charts.CHART.shapes["bar"].also, _plot_fits),
}


def all_shapes(rule: Rule) -> dict[str, set[str]]:
    """The fields of every typed object within a rule, over all the places it has: type -> names of fields."""
    found: dict[str, set[str]] = {}
    _gather(rule, found)
    return found


def _gather(rule: Rule, found: dict[str, set[str]]) -> None:
    match rule:
        case Array(item=item):
            _gather(item, found)
        case Typed(shapes=shapes):
            for name, shape in shapes.items():
                found.setdefault(name, {"type"}).update(shape.fields)
                _gather(shape, found)
        case Shape():
            for each in rule.fields.values():
                _gather(each, found)


# -- from the schemas ----------------------------------------------------------------------------------------------------


@st.composite
def from_schema(draw: Draw, schema: Doc, whole: Doc) -> Any:
    """A value that the schema accepts. Texts are such as Slack's limits allow: what is tried is the structure."""
    return _of(draw, schema, whole, "")


_FITTING = {
    # the types say "string" or "number" and no more; here are texts and numbers of the wanted form
    "initial_date": "2026-11-23",
    "initial_time": "09:30",
    "initial_date_time": 1_628_633_820,
    "icon": "trash",
    "source": "remote",
    "min_value": "1",
    "max_value": "2",
    "page_size": 5,
}
_LIKE_NUMBERS = ("number_input",)


def _of(draw: Draw, schema: Doc, whole: Doc, name: str) -> Any:
    if "$ref" in schema:
        return _of(draw, whole["definitions"][schema["$ref"].rpartition("/")[2]], whole, name)
    if "anyOf" in schema:
        return _of(draw, draw(st.sampled_from(schema["anyOf"])), whole, name)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    return _OF_TYPE[schema["type"]](draw, schema, whole, name)


def _object_of(draw: Draw, schema: Doc, whole: Doc, name: str) -> Doc:
    properties, required = schema.get("properties", {}), schema.get("required", [])
    free = sorted(set(properties) - set(required))
    more = draw(st.lists(st.sampled_from(free), max_size=4, unique=True)) if free else []
    kind = properties.get("type", {}).get("const", "")
    return {each: _field_of(draw, properties[each], whole, each, kind) for each in (*required, *more)}


def _field_of(draw: Draw, schema: Doc, whole: Doc, name: str, kind: str) -> Any:
    if kind in _LIKE_NUMBERS and name == "initial_value":
        return "1"
    if kind == "color" and name == "value":
        return "#4A154B"
    return _of(draw, schema, whole, name)


def _string_of(draw: Draw, schema: Doc, whole: Doc, name: str) -> Any:
    if name.endswith("url"):
        return "https://a.example/b"
    return _FITTING.get(name) or draw(st.text(st.sampled_from("ab"), min_size=1, max_size=6))


def _number_of(draw: Draw, schema: Doc, whole: Doc, name: str) -> Any:
    return _FITTING.get(name) or 1


_OF_TYPE: Mapping[str, Callable[[Draw, Doc, Doc, str], Any]] = {
    "object": _object_of,
    "array": lambda draw, schema, whole, name: [
        _of(draw, schema["items"], whole, name.removesuffix("s")) for _ in range(draw(st.integers(1, 2)))
    ],
    "string": _string_of,
    "number": _number_of,
    "boolean": lambda draw, schema, whole, name: draw(st.booleans()),
}


# -- broken on purpose ---------------------------------------------------------------------------------------------------


@st.composite
def broken(draw: Draw, value: Any) -> Any:
    """The value with one thing changed somewhere inside: left out, added, or of another type."""
    place, key = draw(st.sampled_from(list(_places(value, ()))))
    how = draw(st.sampled_from(("without", "more", "other")))
    return _changed(value, place, key, how, draw(st.sampled_from((0, True, "marquee", [], {}, [{}]))))


def _places(value: Any, path: tuple[Any, ...]) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield path, key
        yield from _places(each, (*path, key))


def _changed(value: Any, path: tuple[Any, ...], key: Any, how: str, other: Any) -> Any:
    if path:
        first, *rest = path
        inner = _changed(value[first], tuple(rest), key, how, other)
        return {**value, first: inner} if isinstance(value, dict) else [*value[:first], inner, *value[first + 1 :]]
    if how == "more" and isinstance(value, dict):
        return {**value, "surprise": other}
    if how == "without" and isinstance(value, dict):
        return {name: each for name, each in value.items() if name != key}
    return {**value, key: other} if isinstance(value, dict) else [*value[:key], other, *value[key + 1 :]]
