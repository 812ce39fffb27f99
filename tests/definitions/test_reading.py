"""What the loader promises about any text at all: problems with a line, never a crash, never a runaway."""

import string
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import many
from warroom.definitions import tree
from warroom.definitions.library import shipped
from warroom.definitions.lint import lint
from warroom.definitions.loader import read, read_catalogue, read_runbook, read_scenario
from warroom.definitions.problems import DefinitionError, Problem

# These tests are not about time, and the machine may be busy with others.
CALM = settings(max_examples=many(120), deadline=None, suppress_health_check=[HealthCheck.too_slow])

GOOD = """\
runbook: 1
id: lost
title: Lost
steps:
  - id: look
    title: Look
    do: Look.
"""

KEYS = [
    *("runbook", "scenario", "catalogue", "id", "title", "steps", "injects", "expectations", "services", "briefing"),
    *(
        "do",
        "choose",
        "answers",
        "answer",
        "goto",
        "check",
        "http",
        "tcp",
        "target",
        "wait",
        "next",
        "expected",
        "matches",
    ),
    *(
        "at",
        "after",
        "when",
        "by_hand",
        "announce",
        "actor",
        "who",
        "says",
        "hint",
        "incident",
        "fault",
        "met_by",
        "within",
    ),
    *("missed", "commander_named", "step_done", "endpoints", "needs", "actors", "on", "<<", "1", "{{ x }}"),
]
ODD = [
    "1",
    "yes",
    "null",
    "~",
    "10:30",
    "5m",
    "T+5m",
    "T+999999d",
    "999999d",
    "end",
    "*a",
    "&a b",
    "!!int x",
    "'",
    '"',
    "- x",
]

texts = st.text() | st.text(alphabet=string.printable)
values = st.sampled_from(ODD) | st.sampled_from(KEYS) | st.text(max_size=8)
lines = st.builds(
    lambda depth, dash, key, value: " " * (2 * depth) + ("- " if dash else "") + f"{key}: {value}",
    *(st.integers(0, 5), st.booleans(), st.sampled_from(KEYS), st.just("") | values),
)
nested = st.recursive(
    values,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=40,
)


def flow(value: object) -> str:
    """A tree as YAML on one line; texts go in as they are, so many of them are not YAML at all."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(flow, value)) + "]"
    return str(value)


def block(kind: str, fields: dict[str, object]) -> str:
    return f"{kind}: 1\n" + "".join(f"{key}: {flow(value)}\n" for key, value in fields.items() if key != kind)


files = (
    texts
    | st.lists(lines, max_size=12).map("\n".join)
    | st.builds(
        block,
        st.sampled_from(["runbook", "scenario", "catalogue"]),
        st.dictionaries(st.sampled_from(KEYS), nested, max_size=10),
    )
)


def refused(reader: Callable[[str, str], object], text: str) -> tuple[Problem, ...] | None:
    """The problems for which a text was refused; None when it was read."""
    try:
        reader(text, "any.yaml")
    except DefinitionError as error:
        return error.problems
    return None


@pytest.mark.parametrize("reader", [read_runbook, read_scenario, read_catalogue])
@CALM
@given(text=files)
def test_any_text_is_read_or_refused(reader, text: str) -> None:
    """Whatever a file holds, reading it gives a definition or a DefinitionError whose lines are in the file."""
    problems = refused(reader, text)
    height = len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    assert problems != ()
    assert all(1 <= problem.line <= height and problem.column >= 1 for problem in problems or ())


@CALM
@given(text=files)
def test_problems_are_sentences(text: str) -> None:
    """A problem is one line of text that a terminal can show, however odd the file."""
    for problem in read(text, "any.yaml").problems:
        assert str(problem).isprintable()
        assert len(problem.sentence) < 500


def test_what_is_quoted_is_cut_and_made_printable() -> None:
    """A name of a thousand letters, or with letters that steer a terminal, is shown short and harmless."""
    text = GOOD + f"    next: {'x' * 1_000}\ncol\u202eour: red\n"
    long, odd = read(text, "x.yaml").problems
    assert len(long.sentence) <= 400
    assert "col\ufffdour" in odd.sentence


SHIPPED = sorted(shipped().rglob("*.yaml"))
slips = st.lists(
    st.tuples(st.integers(0, 500), st.sampled_from(["value", "line", "indent"]), values), min_size=1, max_size=4
)


def slipped(text: str, edits: list[tuple[int, str, str]]) -> str:
    """A sound file after a few slips of the pen: a value replaced, a line replaced, a line moved to the right."""
    written = text.splitlines()
    for number, where, value in edits:
        at = number % len(written)
        key, _, _ = written[at].partition(":")
        written[at] = {"value": f"{key}: {value}", "line": value, "indent": " " + written[at]}[where]
    return "\n".join(written) + "\n"


@CALM
@given(file=st.sampled_from(SHIPPED), edits=slips)
def test_slips_of_the_pen(
    tmp_path_factory: pytest.TempPathFactory, file: Path, edits: list[tuple[int, str, str]]
) -> None:
    """A sound file with a few mistakes in it is linted to the end, and each problem's line is in the file."""
    copy = tmp_path_factory.getbasetemp() / file.name
    text = slipped(file.read_text(), edits)
    copy.write_text(text)
    assert all(1 <= problem.line <= text.count("\n") + 1 for problem in lint([copy]))


def test_all_problems_at_once_in_the_order_of_lines() -> None:
    """One pass names every mistake of a file, sorted by line."""
    text = "runbook: 1\nid: Lost\nowner: 12\nsteps:\n  - id: look\n    titel: Look\n    expected: 5\n"
    with pytest.raises(DefinitionError) as caught:
        read_runbook(text, "lost.yaml")
    places = [(problem.line, problem.column) for problem in caught.value.problems]
    assert places == sorted(places)
    assert {line for line, _ in places} == {1, 2, 3, 5, 6, 7}
    assert str(caught.value).startswith("lost.yaml:1:1: `title` is missing")


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("windows line ends", GOOD.replace("\n", "\r\n")),
        ("old line ends", GOOD.replace("\n", "\r")),
        ("a byte order mark", "\ufeff" + GOOD),
        ("a document mark", "---\n" + GOOD),
        ("no last line end", GOOD.rstrip()),
        ("a comment at the top", "# ours\n" + GOOD),
    ],
)
def test_harmless_differences(what: str, text: str) -> None:
    """Line ends, a byte order mark and comments change nothing about what a file says."""
    assert read_runbook(text, "x.yaml") == read_runbook(GOOD, "x.yaml")


def test_lines_are_those_of_an_editor() -> None:
    """Lines are counted as editors do, also where YAML itself would break at U+2028 or U+0085."""
    text = 'runbook: 1\nid: lost\ntitle: "a\u2028b\x85c"\nsteps: no\n'
    assert [problem.line for problem in read(text, "x.yaml").problems] == [4]


def test_another_kind_of_file() -> None:
    """A scenario where a runbook is wanted is named as what it is."""
    with pytest.raises(DefinitionError, match="this is not a scenario, but a runbook"):
        read_scenario(GOOD, "x.yaml")


def test_a_lone_surrogate_is_refused() -> None:
    """Text that no encoding can carry is a problem with a line."""
    assert [problem.line for problem in read("runbook: 1\nid: \ud800\n", "x.yaml").problems] == [2]


LAUGHS = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)


@pytest.mark.parametrize(
    ("bomb", "says", "most"),
    [
        (LAUGHS, "is an alias", 200),
        ("a: " + "[" * 100_000, "nested more than 30 deep", 40),
        ("{a: " * 50_000, "nested more than 30 deep", 80),
        ("- " * 100_000, "nested more than 30 deep", 40),
        ("[" + "x," * 100_000 + "]", "more than 20,000 values", tree.MOST_NODES + 1),
        ("".join(f"k{n}: v\n" for n in range(25_000)), "more than 20,000 values", tree.MOST_NODES + 1),
        ("x" * (tree.MOST_BYTES + 1), "larger than 256 KiB", 0),
        ("é" * (tree.MOST_BYTES // 2 + 1), "larger than 256 KiB", 0),
        ("runbook: 1\n" + "\n" * 1_000_000, "larger than 256 KiB", 0),
    ],
    ids=["laughs", "lists", "mappings", "dashes", "wide", "keys", "long", "wide-letters", "blank"],
)
def test_bombs_cost_little(bomb: str, says: str, most: int) -> None:
    """A file made to cost much is refused after looking at few of its values."""
    grown = tree.grow(bomb, "bomb.yaml")
    assert any(says in problem.sentence for problem in grown.page.problems)
    assert grown.looked_at <= most
    assert read(bomb, "bomb.yaml").value is None or grown.root is not None


def test_a_thousand_mistakes_are_not_all_listed() -> None:
    """Nobody reads more than a hundred problems of one file, so no more are kept."""
    text = GOOD + "".join(f"colour-{n}: red\n" for n in range(5_000))
    assert len(read(text, "x.yaml").problems) == tree.MOST_PROBLEMS
