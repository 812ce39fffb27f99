"""Our table against the schemas made from Slack's own types: the same blocks, the same fields, the same structure."""

import json
from functools import cache
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.examples import many
from warroom.workspace.blockkit.check import check_view
from warroom.workspace.blockkit.rules import Found, Problem, Rule, Typed
from warroom.workspace.blockkit.shapes.blocks import BLOCKS, MODAL_INPUT
from warroom.workspace.blockkit.shapes.views import MESSAGE_BLOCKS, VIEWS

from .bench import REFERENCE
from .blockkit_made import Doc, all_shapes, broken, from_schema, made

MANY = settings(deadline=None, max_examples=many(100), suppress_health_check=list(HealthCheck))
EVERY_BLOCK = Typed({**{name: shape for name, (shape, _) in BLOCKS.items()}, "input": MODAL_INPUT})

# What we know and the types do not: type -> fields, with the reason.
MORE_TYPES = {
    "data_visualization": "docs.slack.dev has it, @slack/types 3.2.0 not yet; with its four charts:",
    "pie": "a chart",
    "line": "a chart",
    "bar": "a chart",
    "area": "a chart",
    "icon": "card.slack_icon, docs.slack.dev (Slack icon object)",
}
MORE_FIELDS = {
    ("button", "agent_prompt"): "slack_sdk 3.47",
    ("button", "agent_prompt_display"): "slack_sdk 3.47",
    ("button", "visible_to_user_ids"): "slack_sdk 3.47",
    ("card", "slack_icon"): "docs.slack.dev (card block)",
    ("card", "subtext"): "docs.slack.dev (card block)",
    ("emoji", "skin_tone"): "docs.slack.dev (emoji element)",
    ("rich_text_list", "offset"): "docs.slack.dev (rich text block); slack_sdk 3.47",
    ("rich_text_preformatted", "language"): "docs.slack.dev (rich text block)",
    ("modal", "submit_disabled"): "docs.slack.dev (view object); the types have it for workflow steps only",
}
# fields of objects without a type, which the comparison by type does not reach
MENTION_FLAGS = ("highlight", "client_highlight", "unlink")  # docs.slack.dev (user, usergroup, channel elements)


def problems_of(rule: Rule, value: Any) -> list[Problem]:
    """What the table says of a value in itself. Blocks among others are tried in test_blockkit_limits."""
    found = Found()
    rule(value, "", found)
    return found.problems


@cache
def schema(name: str) -> Doc:
    found: Doc = json.loads((REFERENCE / "schemas" / f"slack_types_3.2.0_{name}.schema.json").read_text("utf-8"))
    return found


@cache
def validator(name: str) -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(schema(name))


def published(name: str) -> dict[str, set[str]]:
    """The fields of every typed object that Slack's schema defines: type -> names of fields."""
    found: dict[str, set[str]] = {}
    for definition in schema(name)["definitions"].values():
        for each in definition.get("anyOf", [definition]):
            type_ = each.get("properties", {}).get("type", {}).get("const")
            if type_:
                found.setdefault(type_, set()).update(each["properties"])
    return found


# -- names ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["KnownBlock", "ModalView", "HomeView"])
def test_the_table_has_the_types_and_fields_that_slacks_types_have(name: str) -> None:
    """Every type and every field in the schemas is in the table; what the table has besides has a reason."""
    ours, theirs = all_shapes(EVERY_BLOCK) | all_shapes(Typed(VIEWS)), published(name)
    assert set(theirs) - set(ours) == set()
    assert set(ours) - set(theirs) - set(VIEWS) == set(MORE_TYPES)
    more = {(type_, field) for type_, fields in theirs.items() for field in ours[type_] - fields}
    less = {(type_, field) for type_, fields in theirs.items() for field in fields - ours[type_]}
    assert less == set()
    assert more == {(type_, field) for type_, field in MORE_FIELDS if type_ in theirs}


def test_every_reason_is_needed() -> None:
    """No difference is excused that is not there."""
    ours = all_shapes(EVERY_BLOCK) | all_shapes(Typed(VIEWS))
    assert set(MORE_TYPES) <= set(ours)
    assert {(type_, field) for type_, field in MORE_FIELDS if field in ours[type_]} == set(MORE_FIELDS)


# -- whatever we accept, Slack's types accept ------------------------------------------------------------------------------


def as_published(value: Any) -> Any:
    """The value without what the allow-lists above excuse: what is left must fit the types."""
    if isinstance(value, list):
        return [as_published(each) for each in value if not _is_unpublished(each)]
    if not isinstance(value, dict):
        return value
    type_ = str(value.get("type"))
    kept = {name: as_published(each) for name, each in value.items() if (type_, name) not in MORE_FIELDS}
    if isinstance(kept.get("style"), dict):
        kept["style"] = {flag: on for flag, on in kept["style"].items() if flag not in MENTION_FLAGS}
    if isinstance(kept.get("description"), dict) and kept["description"].get("type") == "mrkdwn":
        kept["description"] = {"type": "plain_text", "text": "x"}  # docs.slack.dev: in radio buttons and checkboxes
    return {name: each for name, each in kept.items() if each is not None}


def _is_unpublished(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and value.get("type") == "data_visualization")


def test_the_allow_list_does_not_hide_anything_else() -> None:
    """as_published takes away what is excused and leaves everything else as it is."""
    kept = {"type": "button", "text": {"type": "plain_text", "text": "x"}, "value": "1", "surprise": 1}
    assert as_published({**kept, "agent_prompt": "x"}) == kept


def schema_problems(name: str, value: Any) -> list[str]:
    return [error.message[:200] for error in validator(name).iter_errors(as_published(value))]


@MANY
@given(made(MESSAGE_BLOCKS))
def test_blocks_drawn_from_the_table_fit_slacks_types(blocks: list[Doc]) -> None:
    """Whatever the table allows in a message is valid by Slack's own types."""
    assert problems_of(MESSAGE_BLOCKS, blocks) == []
    for block in blocks:
        if block["type"] != "data_visualization":
            assert schema_problems("KnownBlock", block) == []


@MANY
@given(made(Typed(VIEWS)))
def test_views_drawn_from_the_table_fit_slacks_types(view: Doc) -> None:
    """Whatever the table allows as a modal or a home is valid by Slack's own types."""
    name = "ModalView" if view["type"] == "modal" else "HomeView"
    assert problems_of(Typed(VIEWS), view) == []
    assert schema_problems(name, view) == []


# -- whatever Slack's types refuse, we refuse ------------------------------------------------------------------------------


@MANY
@given(made(EVERY_BLOCK).flatmap(broken))
def test_broken_blocks_are_refused(block: Any) -> None:
    """A block with something left out, added or of another type is refused whenever Slack's types refuse it."""
    assume(isinstance(block, dict) and block.get("type") != "data_visualization")
    assume(schema_problems("KnownBlock", block) != [])
    assert problems_of(EVERY_BLOCK, block) != []


@MANY
@given(made(Typed(VIEWS)).flatmap(broken))
def test_broken_views_are_refused(view: Any) -> None:
    """A view with something left out, added or of another type is refused whenever Slack's types refuse it."""
    name = "HomeView" if view.get("type") == "home" else "ModalView"
    assume(schema_problems(name, view) != [])
    assert check_view(view, "modal", "home") != []


# -- what Slack's types allow, we refuse only for what types cannot say ------------------------------------------------------

NARROWER = {
    # kinds of constraints that the types have no words for
    "min_length", "max_length", "min_items", "max_items", "range", "pattern", "exactly_one", "at_least_one",
    "at_most_one", "initial_option", "length", "requires", "unique", "categories",
}  # fmt: skip
REQUIRED_BY_THE_REFERENCE = {
    "value": "of an option: the types make it optional, the reference requires it",
    "title": "of a confirmation: the same",
    "confirm": "of a confirmation: the same",
    "deny": "of a confirmation: the same",
    "trigger_actions_on": "of dispatch_action_config: an empty one means nothing",
    "type": "of a plan's task: the types allow any object there",
    "task_id": "the same",
    "status": "the same",
}


def is_excused(problem: Problem, block: Doc) -> bool:
    kind, expected = (problem.constraint or {}).get("type"), (problem.constraint or {}).get("expected")
    if kind == "required":
        return expected in REQUIRED_BY_THE_REFERENCE
    if kind == "additional_property":
        return expected == "url" and "option" in problem.pointer  # "only available in overflow menus"
    if kind == "enum":  # the header of a data_table has no rich_text; files are not dispatched
        return expected in (["raw_number", "raw_text"], [False])
    return kind in NARROWER


@MANY
@given(st.deferred(lambda: from_schema(schema("KnownBlock"), schema("KnownBlock"))))
def test_blocks_drawn_from_slacks_types_are_known(block: Doc) -> None:
    """A block that Slack's types allow is refused only for what types cannot say: lengths, counts, formats, one of two."""
    assert validator("KnownBlock").is_valid(block)
    assert [problem for problem in problems_of(EVERY_BLOCK, block) if not is_excused(problem, block)] == []
