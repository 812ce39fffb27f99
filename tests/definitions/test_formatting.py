"""`warroom fmt`: one way of writing, which says the same and loses no comment."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.definitions.writing import REFUSED, commented
from tests.examples import many
from warroom.definitions.formatting import ORDERS, formatted
from warroom.definitions.library import shipped
from warroom.definitions.loader import read
from warroom.definitions.problems import DefinitionError
from warroom.definitions.schema import questions

CALM = settings(max_examples=many(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
SHIPPED = sorted(shipped().rglob("*.yaml"))


@CALM
@given(commented(REFUSED))
def test_it_says_the_same(written: tuple[str, list[str]]) -> None:
    """Whatever is formatted is the same runbook as before, has every comment once, and is formatted."""
    text, comments = written
    after = formatted(text, "book.yaml")
    assert read(after, "book.yaml").value == read(text, "book.yaml").value
    assert Counter({comment: after.count(comment) for comment in comments}) == Counter(comments)
    assert formatted(after, "book.yaml") == after


@CALM
@given(commented(REFUSED))
def test_comments_stand_where_they_stood(written: tuple[str, list[str]]) -> None:
    """A comment above a key stands above that key, wherever the key has moved to."""
    text, comments = written
    before, after = _below(text, comments), _below(formatted(text, "book.yaml"), comments)
    moved = {comment for comment, line in before.items() if line and after[comment] != line}
    assert moved == set()


def _below(text: str, comments: list[str]) -> dict[str, str]:
    """The step's first line that each comment stands directly above; one that is further in ends what is above it."""
    found = {}
    lines = [line for line in text.splitlines() if line.strip()]
    for comment in comments:
        at = next((number for number, line in enumerate(lines) if line.strip() == comment), None)
        following = (
            next((line for line in lines[at + 1 :] if not line.lstrip().startswith("#")), "") if at is not None else ""
        )
        beside = at is not None and _indent(lines[at]) <= _indent(following)
        plain = re.fullmatch(r" *- id: s\d", following)
        found[comment] = following.strip() if beside and plain else ""
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda path: path.stem)
def test_shipped_content_is_formatted(file: Path) -> None:
    """What ships is written the way that `warroom fmt` writes."""
    assert formatted(file.read_text("utf-8"), file.name) == file.read_text("utf-8")


def test_every_key_of_a_runbook_has_its_place() -> None:
    """No field is without a place in the order of keys, and no place is without a field."""
    asked: dict[str, set[str]] = {}
    for question in questions("runbook"):
        asked.setdefault(question.path, set()).add(question.key)
    for path, keys in ORDERS.items():
        version = {"runbook"} if path == "" else set()
        assert set(keys) == asked[path] | version, path


MESSY = """\
# The database team's.
title: "Lost"   # what people say
runbook: 1

steps:
    # The first thing.
    - do: 'Look at it.'
      id: "look"
      # Ana, in March
      title: Look
      # the last word of this step
    - {id: wait, title: Wait, wait: "5m"} # in brackets
    # nothing more
# the end
id: lost
"""

TIDY = """\
runbook: 1
id: lost
# The database team's.
title: Lost # what people say

steps:
  # The first thing.
  - id: look
    # Ana, in March
    title: Look
    do: Look at it.
    # the last word of this step

  - {id: wait, title: Wait, wait: 5m} # in brackets
  # nothing more
"""


def test_an_example() -> None:
    """Keys in order, quotes gone, comments with what they are about."""
    text = MESSY.replace("# the end\n", "")
    assert formatted(text, "lost.yaml") == TIDY


def test_what_cannot_be_read_is_not_formatted() -> None:
    """A file with a mistake of YAML is refused with its line, and so is what definitions do not use."""
    for text in ("runbook: [", "runbook: 1\nid: &a b\n", "a: 1\na: 2\n", "\tx: 1\n"):
        with pytest.raises(DefinitionError) as caught:
            formatted(text, "lost.yaml")
        assert caught.value.problems[0].line in (1, 2)


def test_mistakes_of_meaning_do_not_matter() -> None:
    """A draft that lint would refuse can be formatted all the same."""
    assert formatted("id:   x\nrunbook:  1\n", "x.yaml") == "runbook: 1\nid: x\n"
