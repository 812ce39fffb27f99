"""Our check against the validators of Slack's own Python client: what slack_sdk.models refuses, we refuse."""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from tests.examples import many
from warroom.workspace.blockkit.check import check_blocks, check_view

from .blockkit_made import Doc, made
from .test_blockkit import actions, button, field, mrkdwn, option, options, plain, section, select
from .test_blockkit_limits import SAMPLES, cells, modal, table
from .test_blockkit_schemas import EVERY_BLOCK, problems_of, validator


def sdk_refuses(blocks: Iterable[Doc]) -> str:
    """What slack_sdk.models says against the blocks, empty for nothing. It checks when it writes them out again."""
    try:
        for block in blocks:
            parsed = Block.parse(copy.deepcopy(block))
            if parsed is not None:
                parsed.to_dict()
    except SlackObjectFormationError as refused:
        return str(refused)
    return ""


def sdk_refuses_view(view: Doc) -> str:
    try:
        View(**copy.deepcopy(view)).to_dict()
    except SlackObjectFormationError as refused:
        return str(refused)
    return ""


def stretched(block: Doc, which: int) -> Doc:
    """The block with one of its texts or lists far longer than any limit; `which` counts round them."""
    whole = copy.deepcopy(block)
    places = list(_stretchable(whole))
    if places:
        holder, name = places[which % len(places)]
        value = holder[name]
        holder[name] = value * 3001 if isinstance(value, str) else value * (101 // max(1, len(value)) + 1)
    return whole


def _stretchable(value: Any) -> Iterator[tuple[Any, Any]]:
    """Where each text and each list stands: what holds it, and under which name or number."""
    held = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in list(held):
        if name != "type" and isinstance(each, str | list):
            yield value, name
        yield from _stretchable(each)


REFUSED_BY_SDK: list[tuple[str, list[Doc]]] = [
    ("actions", [actions(*[button()] * 26)]),
    ("context", [{"type": "context", "elements": [mrkdwn()] * 11}]),
    ("fields", [section(fields=[mrkdwn()] * 11)]),
    ("section text", [section(text=mrkdwn(3001))]),
    ("section content", [{"type": "section"}]),
    ("header", [{"type": "header", "text": plain(151)}]),
    ("markdown", [{"type": "markdown", "text": "x" * 12_001}]),
    ("block_id", [section(block_id="x" * 256)]),
    ("action_id", [actions(button(action_id="x" * 256))]),
    ("image address", [{**SAMPLES["image"], "image_url": "https://" + "x" * 3000}]),
    ("image description", [{**SAMPLES["image"], "alt_text": "x" * 2001}]),
    ("label", [field({"type": "plain_text_input"}, label=plain(2001))]),
    ("hint", [field({"type": "plain_text_input"}, hint=plain(2001))]),
    ("placeholder", [select(options=options(1), placeholder=plain(151))]),
    ("options", [select(options=options(101))]),
    ("options and groups", [select(options=options(1), option_groups=[{"label": plain(), "options": options(1)}])]),
    ("overflow", [select("overflow", options=options(6))]),
    ("date", [select("datepicker", initial_date="yesterday")]),
    ("time", [select("timepicker", initial_time="25:00")]),
    ("card title", [{**SAMPLES["card"], "title": mrkdwn(151)}]),
    ("card body", [{**SAMPLES["card"], "body": mrkdwn(201)}]),
    ("card content", [{"type": "card", "subtitle": mrkdwn()}]),
    ("carousel", [{"type": "carousel", "elements": [SAMPLES["card"]] * 11}]),
    ("container", [{**SAMPLES["container"], "child_blocks": [section()] * 11}]),
    ("context actions", [{"type": "context_actions", "elements": [SAMPLES["context_actions"]["elements"][1]] * 6}]),
    ("video title", [{**SAMPLES["video"], "title": plain(201)}]),
]


@pytest.mark.parametrize(("_name", "blocks"), REFUSED_BY_SDK, ids=[row[0] for row in REFUSED_BY_SDK])
def test_what_slacks_python_client_refuses_is_refused(_name: str, blocks: list[Doc]) -> None:
    """Both say no."""
    assert sdk_refuses(blocks) != ""
    assert check_blocks(blocks) != []


@settings(deadline=None, max_examples=many(200), suppress_health_check=list(HealthCheck))
@given(made(EVERY_BLOCK), st.none() | st.integers(0, 1000))
def test_slacks_python_client_refuses_nothing_that_we_accept(block: Doc, which: int | None) -> None:
    """Drawn at random, at size or far too large in one place: if slack_sdk.models refuses it, so do we."""
    tried = block if which is None else stretched(block, which)
    if problems_of(EVERY_BLOCK, tried) == []:
        assert sdk_refuses([tried]) == ""


VIEWS: list[tuple[str, Doc]] = [
    ("title", {**modal(section()), "title": plain(25)}),
    ("submit", {**modal(section()), "submit": plain(25)}),
    ("close", {**modal(section()), "close": plain(25)}),
    ("blocks", modal(*[section()] * 101)),
    ("private_metadata", {**modal(section()), "private_metadata": "x" * 3001}),
    ("callback_id", {**modal(section()), "callback_id": "x" * 256}),
]


@pytest.mark.parametrize(("_name", "view"), VIEWS, ids=[row[0] for row in VIEWS])
def test_views_that_slacks_python_client_refuses_are_refused(_name: str, view: Doc) -> None:
    """Both say no."""
    assert sdk_refuses_view(view) != ""
    assert check_view(view, "modal") != []


# tests/workspace/reference/README.md lists what neither the schemas nor slack_sdk.models catch, and a table of limits must
NEITHER: list[tuple[str, list[Doc]]] = [
    ("field text over 2,000", [section(fields=[mrkdwn(2001)])]),
    ("button text over 75", [actions(button(text=plain(76)))]),
    ("button value over 2,000", [actions(button(value="x" * 2001))]),
    ("a repeated action_id", [actions(button(action_id="a"), button(action_id="a"))]),
    ("more than 100 options", [select(options=options(101))]),
    ("option text over 75", [select(options=[option(76)])]),
    ("option value over 75", [select(options=[option(2, 76)])]),
    ("more than 100 table rows", [table(cells(101))]),
    ("data_table without rows", [{"type": "data_table", "caption": "c", "rows": []}]),
    ("empty text", [section(text=mrkdwn(0))]),
]


@pytest.mark.parametrize(("_name", "blocks"), NEITHER, ids=[row[0] for row in NEITHER])
def test_what_the_schemas_cannot_see_is_refused(_name: str, blocks: list[Doc]) -> None:
    """Valid by Slack's types, and refused by us."""
    assert all(validator("KnownBlock").is_valid(block) for block in blocks)
    assert check_blocks(blocks) != []


def test_an_input_without_submit_is_refused() -> None:
    """Valid by Slack's types, refused by us: a modal with an input needs a submit button."""
    view = {name: value for name, value in modal(field({"type": "plain_text_input"})).items() if name != "submit"}
    assert validator("ModalView").is_valid(view)
    assert [problem.constraint for problem in check_view(view, "modal")] == [{"type": "required", "expected": "submit"}]
