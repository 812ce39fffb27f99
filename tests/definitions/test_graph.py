"""The drawings of a runbook: that they show every way, and that no text in it can break them."""

import os
import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.content import shipped_library
from tests.examples import many
from warroom.core.runbook import AtMost, Runbook, Step
from warroom.core.steps.choose import Choose
from warroom.core.steps.do import Do
from warroom.core.steps.kind import END, Answer
from warroom.core.steps.parallel import Branch, Parallel
from warroom.core.steps.wait import Wait
from warroom.definitions.graph import escaped, mermaid
from warroom.definitions.svg import svg, width, wrapped
from warroom.definitions.ways import drawn, ways

SHIPPED = shipped_library().runbooks.values()
NAMES = [f"s{at}" for at in range(8)]
HOSTILE = st.one_of(
    st.sampled_from(
        [
            *("end", '"]', "]--> s1", "`x`", "#quot;", "%%", "1. one", "- two", "a|b", "click s1", "<script>", "&amp;"),
            *(
                "</text><script>",
                "]]>",
                "\x00",
                "\ud800",
                "日本語" * 30,
                "x" * 300,
                "\u202e",
                "subgraph",
                ":::c",
                "@{ shape: x }",
            ),
        ]
    ),
    st.text(max_size=30),
)
SVG = "{http://www.w3.org/2000/svg}"
# What a line of the flowchart may be. Labels hold no quote, bracket or backtick: they are escaped.
LABEL = r'"[^"`<>\[\]{}|\n]*(?:<br/>[^"`<>\[\]{}|\n]*)?"'
NODE = (
    rf"\s+(?:s\d+|over)(?:\[{LABEL}\]|\{{{LABEL}\}}|\{{\{{{LABEL}\}}\}}|\[\[{LABEL}\]\]|\(\[{LABEL}\]\)|\[/{LABEL}/\])"
)
ARROW = rf"\s+s\d+ (?:-->|-\.->|==>)(?:\|{LABEL}\|)? (?:s\d+|over)"
LINE = re.compile(rf"flowchart TD|{NODE}|{ARROW}|  subgraph phase\d+\[{LABEL}\]|  end")


@st.composite
def runbooks(draw: st.DrawFn) -> Runbook:
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    goto = st.sampled_from(["", END, *names])
    steps = []
    for name in names:
        answers = (Answer(word="a", label=draw(HOSTILE), goto=draw(goto)), Answer(word="b", goto=draw(goto)))
        firsts = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        kinds = [
            Do(text="x"),
            Wait(length=timedelta(minutes=1)),
            Choose(question="?", options=answers),
            Parallel(branches=tuple(Branch(first=first, title=draw(HOSTILE)) for first in firsts)),
        ]
        what = draw(st.sampled_from(kinds))
        following = draw(goto) or (END if isinstance(what, Parallel) else "")
        limit = draw(
            st.one_of(st.none(), st.builds(AtMost, times=st.integers(1, 3), then=st.sampled_from([END, *names])))
        )
        steps.append(
            Step(
                id=name,
                title=draw(HOSTILE),
                what=what,
                who=draw(HOSTILE),
                phase=draw(st.sampled_from(["", "A", '"] end'])),
                danger=draw(HOSTILE),
                next=following,
                failed=draw(goto),
                at_most=limit,
            )
        )
    return Runbook(id="r", title=draw(HOSTILE), steps=tuple(steps))


@settings(max_examples=many(150), deadline=None)
@given(runbooks())
def test_a_flowchart_is_made_of_nothing_but_its_own_lines(runbook: Runbook) -> None:
    """Whatever is written in a runbook, each line is a node, an arrow or a phase, and every node is there once."""
    lines = mermaid(runbook).splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    nodes = [found[1] for line in lines if (found := re.match(r"\s+(s\d+|over)[\[{(]", line))]
    assert sorted(set(nodes)) == sorted(nodes)
    arrows = [
        (found[1], found[2])
        for line in lines
        if (found := re.fullmatch(r"\s+(s\d+) [^ ]*?(?:\".*\"\|)? (s\d+|over)", line))
    ]
    assert {end for pair in arrows for end in pair} <= set(nodes)
    assert len(nodes) - ("over" in nodes) == len(runbook.steps)
    assert len(arrows) == len(drawn(runbook))


@settings(max_examples=many(100), deadline=None)
@given(runbooks())
def test_a_drawing_is_sound_xml_and_shows_every_step(runbook: Runbook) -> None:
    """Whatever is written in it, the file is XML without scripts or anything from elsewhere, and nothing lies outside."""
    text = svg(runbook)
    root = ElementTree.fromstring(text)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        *("svg", "title", "desc", "style", "g", "rect", "text", "path")
    }
    assert "url(" not in text
    assert "href" not in text
    assert len(root.findall(f"{SVG}g")) >= len(runbook.steps)
    left, top, wide, high = map(int, root.attrib["viewBox"].split())
    for rect in root.iter(f"{SVG}rect"):
        assert left <= int(rect.attrib["x"])
        assert int(rect.attrib["x"]) + int(rect.attrib["width"]) <= left + wide
        assert top <= int(rect.attrib["y"])
        assert int(rect.attrib["y"]) + int(rect.attrib["height"]) <= top + high
    for path in root.iter(f"{SVG}path"):
        for x in map(int, re.findall(r"H(-?\d+)", path.attrib["d"])):
            assert left <= x <= left + wide


@settings(max_examples=many(60), deadline=None)
@given(runbooks())
def test_steps_do_not_lie_on_one_another(runbook: Runbook) -> None:
    """The boxes stand below one another in the order of the file."""
    rects = list(ElementTree.fromstring(svg(runbook)).iter(f"{SVG}rect"))
    for above, below in pairwise(rects):
        assert int(above.attrib["y"]) + int(above.attrib["height"]) < int(below.attrib["y"])


@given(HOSTILE, st.integers(3, 40))
def test_lines_are_no_wider_than_they_may_be(text: str, most: int) -> None:
    """A title is wrapped, and cut where it is too long."""
    lines = wrapped(text, most)
    assert 1 <= len(lines) <= 3
    assert all(width(line) <= most + 1 for line in lines)


@given(st.text())
def test_a_label_is_escaped_without_loss(text: str) -> None:
    """What is escaped is one line, and Mermaid's own way of reading it gives the text back."""
    label = escaped(text)
    back = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label)
    assert back == " ".join("".join(each if each.isprintable() else " " for each in text).split())
    assert not re.search(r'["`<>&\n]', label)


def test_every_way_of_the_shipped_runbooks() -> None:
    """Each kind of way is drawn with its label; a branch ends where the way goes on after it."""
    book = {runbook.id: runbook for runbook in SHIPPED}["bad-deploy"]
    found = {(way.source, way.target, way.why.value, way.label) for way in drawn(book)}
    assert ("reversible", "both", "answer", "Nothing stored has changed") in found
    assert ("sure", "feature-off", "answer", "declined") in found
    assert ("both", "roll-back", "branch", "Go back to the last good release") in found
    assert ("roll-back", "by-hand", "failed", "failed") in found
    assert ("roll-back", "better", "answer", "") in found
    assert ("tell-people", "better", "answer", "") in found
    assert ("better", "settle", "answer", "holds") in found
    assert ("feature-off", "cache", "limit", "after 2 times") in found


def test_the_picture_in_the_docs_is_the_drawing() -> None:
    """What the documentation shows is what is drawn; `WARROOM_REWRITE=1` draws it anew."""
    picture = Path(__file__).parents[2] / "docs" / "images" / "cache-lost.svg"
    drawing = svg({runbook.id: runbook for runbook in SHIPPED}["cache-lost"])
    if os.environ.get("WARROOM_REWRITE"):
        picture.write_text(drawing, "utf-8")
    assert picture.read_text("utf-8") == drawing


@pytest.mark.parametrize("runbook", SHIPPED, ids=lambda runbook: runbook.id)
def test_every_way_is_a_way_of_the_text(runbook: Runbook) -> None:
    """Nothing is drawn that the text does not say, apart from where branches join."""
    said = {(way.source, way.why, way.label) for way in ways(runbook)}
    assert {(way.source, way.why, way.label) for way in drawn(runbook)} <= said
