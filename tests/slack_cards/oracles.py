"""What Slack would refuse: its published schemas, the local workspace's check, and the limits that neither knows."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from warroom.slack import limits
from warroom.slack.cards import Message
from warroom.workspace.blockkit.check import check_blocks, check_view

SCHEMAS = Path(__file__).parents[1] / "workspace" / "reference" / "schemas"


@cache
def schema(name: str) -> Draft7Validator:
    """Slack's own types as a schema."""
    file = SCHEMAS / f"slack_types_3.2.0_{name}.schema.json"
    return Draft7Validator(json.loads(file.read_text(encoding="utf-8")))


def published(value: Any, name: str) -> list[str]:
    """How a value departs from Slack's published types."""
    return [f"{'/'.join(map(str, each.path))}: {each.message[:300]}" for each in schema(name).iter_errors(value)]


def check_message(message: Message) -> None:
    """Fails when Slack would refuse or cut this message."""
    blocks = json.loads(json.dumps(message.blocks))
    assert [f"{each.pointer}: {each.message}" for each in check_blocks(blocks)] == []
    assert 0 < limits.size(message.text) <= 4_000
    assert len(message.blocks) <= 50
    assert limits.size(message.username) <= 80
    _check_elements(blocks)
    assert sum(limits.size(each) for each in shown(blocks)) <= 11_000


def check_modal(view: Mapping[str, Any]) -> None:
    assert [f"{each.pointer}: {each.message}" for each in check_view(view, "modal")] == []
    assert len(json.dumps(view)) <= 250_000
    _check_elements(view["blocks"])


def check_home(view: Mapping[str, Any]) -> None:
    assert [f"{each.pointer}: {each.message}" for each in check_view(view, "home")] == []
    assert len(view["blocks"]) <= 100
    _check_elements(view["blocks"])


def _check_elements(blocks: Any) -> None:
    ids = [each["action_id"] for each in _objects(blocks) if "action_id" in each]
    assert len(ids) == len(set(ids)), "action ids repeat"
    assert all(text.strip() for text in shown(blocks)), "Slack refuses a blank text"


def shown(value: Any) -> Iterator[str]:
    """Every text that people can read in blocks."""
    return (each["text"] for each in _objects(value) if isinstance(each.get("text"), str))


def strings(value: Any) -> Iterator[str]:
    """Every string whatever, keys aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
    for each in value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ():
        yield from _objects(each)
