"""The plan of a scenario, as lines, as a flowchart and as a drawing: all of it, in one place each, and unbreakable."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.definitions.test_graph import HOSTILE, LABEL
from tests.examples import many
from tests.rehearsal.test_simulation import LIBRARY, WHOLE_OF_IT
from warroom.core.injects import Announce, Hint, Move
from warroom.core.scenario import Breakage, Expectation, Inject, Scenario
from warroom.core.scenario import planned as times
from warroom.core.when import Condition, Timing
from warroom.rehearsal import planned
from warroom.rehearsal.mermaid import mermaid
from warroom.rehearsal.outline import EXPECT, outline
from warroom.rehearsal.picture import svg

SCENARIOS = [WHOLE_OF_IT, *LIBRARY.scenarios.values()]
NAMES = [f"a{at}" for at in range(7)]
NODE = (
    rf"\s+(?:[iec]\d+|start)(?:\[{LABEL}\]|\(\[{LABEL}\]\)|\[\[{LABEL}\]\]|\[/{LABEL}/\]|>{LABEL}\]|"
    rf"\[\\{LABEL}\\\]|\{{\{{{LABEL}\}}\}})"
)
ARROW = rf"\s+(?:[ie]\d+|start) (?:---|(?:-->|==>|-\.->)\|{LABEL}\|) [ie]\d+"
WHEN = rf"\s+c\d+\(\[{LABEL}\]\) -\.-> i\d+"
LINE = re.compile(rf"flowchart TD|{NODE}|{ARROW}|{WHEN}|  subgraph (?:part|rest)\d+\[{LABEL}\]|  end")


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Any plan at all, loops and what never comes included."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    name = st.sampled_from(names)
    expected = [f"x{at}" for at in range(draw(st.integers(0, 3)))]
    injects = []
    for each in names:
        when = [Condition(word="played", ref=draw(name)), Condition(word="commander_named", ref="yes")]
        when += [Condition(word="missed", ref=other) for other in expected]
        timing = draw(
            st.sampled_from(
                [
                    Timing(at=timedelta(minutes=draw(st.integers(0, 90)))),
                    Timing(after=draw(name), by=timedelta(seconds=draw(st.integers(0, 600)))),
                    Timing(when=draw(st.sampled_from(when))),
                    Timing(),
                ]
            )
        )
        opens = Breakage(title=draw(HOSTILE), severity="SEV1") if draw(st.booleans()) else None
        what = draw(st.sampled_from([Announce(text="x"), Move(text="x"), Hint(on=draw(name), level="nudge", text="x")]))
        injects.append(Inject(id=each, title=draw(HOSTILE), timing=timing, what=what, incident=opens))
    expectations = tuple(
        Expectation(
            id=each,
            what=draw(HOSTILE),
            after=draw(st.one_of(st.just(""), name)),
            within=timedelta(minutes=5),
            met_by=Condition(word="commander_named", ref="yes"),
        )
        for each in expected
    )
    return Scenario(id="any", title=draw(HOSTILE), briefing="b", injects=tuple(injects), expectations=expectations)


def _items(scenario: Scenario) -> list[tuple[str, str]]:
    plan = outline(scenario)
    several = [*(item for part in plan.parts for item in part.items), *plan.waiting, *plan.by_hand]
    moves = [("inject", part.move.id) for part in plan.parts if part.move]
    below = [each for item in several for _, each in item.everything()]
    return moves + [("expect" if each.kind == EXPECT else "inject", each.id) for each in below]


@settings(max_examples=many(60), deadline=None)
@given(scenarios())
def test_everything_stands_in_one_place(scenario: Scenario) -> None:
    """Every inject and every expectation that can count stands in the plan exactly once, whatever hangs on what."""
    found = _items(scenario)
    assert len(found) == len(set(found))
    assert {name for kind, name in found if kind == "inject"} == {each.id for each in scenario.injects}
    assert {name for kind, name in found if kind == "expect"} == {each.id for each in scenario.expectations}


@settings(max_examples=many(60), deadline=None)
@given(scenarios(), st.sampled_from([60, 100]))
def test_no_text_breaks_a_drawing(scenario: Scenario, wide: int) -> None:
    """Whatever somebody wrote: each line of the flowchart is one of Mermaid's, the SVG is XML, no line is too wide."""
    for line in mermaid(scenario).splitlines():
        assert LINE.fullmatch(line), line
    drawn = ElementTree.fromstring(svg(scenario))
    assert not [each for each in drawn.iter() if each.tag.endswith(("script", "a", "image", "foreignObject"))]
    assert all(len(line) <= wide for line in planned.shown(scenario, wide))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.id)
def test_the_plan_is_in_the_order_of_time(scenario: Scenario) -> None:
    """What comes by the clock comes in its order, and each part begins when its move does."""
    at = [
        item.at
        for part in outline(scenario).parts
        for item in part.items
        if item.kind != EXPECT and item.at is not None
    ]
    assert at == sorted(at)
    assert len(at) >= len(times(scenario.injects)) - len(outline(scenario).parts)


def test_what_hangs_on_something_stands_below_it() -> None:
    """An expectation below its inject with its deadline, a contingency below the expectation, a hint below what it helps."""
    document = planned.document(WHOLE_OF_IT)
    items = {each["id"]: each for part in document["parts"] for each in part["items"]}
    assert (items["led"]["under"], items["led"]["at"]) == ("slow", 15 * 60)
    assert (items["nobody-leads"]["under"], items["nobody-leads"]["contingency"]) == ("led", True)
    assert (items["nudge"]["under"], items["nudge"]["when"]) == ("gone", "by hand")
    assert (items["gone"]["at"], items["gone"]["to"]) == (10 * 60, ["data"])
    assert [part["move"] for part in document["parts"]] == [None, "night"]
    assert [each["id"] for each in document["on_a_condition"]] == ["told-them"]
    assert [each["id"] for each in document["deck"]] == ["cache-cold", "boss-asks"]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.id)
def test_every_trigger_is_drawn(scenario: Scenario) -> None:
    """The flowchart has a way to each expectation, and to each inject that waits for something."""
    text = mermaid(scenario)
    assert len(re.findall(r'-->\|"within [^|]*"\| e\d+$', text, re.MULTILINE)) == len(scenario.expectations)
    for at, inject in enumerate(scenario.injects, start=1):
        if inject.timing.after or inject.timing.when or inject.what.about():
            assert re.search(rf"> i{at}$|\| i{at}$", text, re.MULTILINE), inject.id


@pytest.mark.parametrize("timed", [False, True])
def test_a_plan_as_deep_as_it_is_long(timed: bool) -> None:
    """Hundreds of injects, each waiting for the one before it, are all shown and drawn, each under the one it waits for."""
    names = [f"a{at}" for at in range(400)]
    injects = [Inject(id=names[0], title="First", timing=Timing(at=timedelta(0)), what=Announce(text="x"))]
    for before, name in pairwise(names):
        when = Condition(word="played", ref=before)
        timing = Timing(after=before) if timed else Timing(when=when)
        injects.append(Inject(id=name, title=name, timing=timing, what=Announce(text="x")))
    deep = Scenario(id="deep", title="Deep", briefing="b", injects=tuple(injects))
    items = [each for part in planned.document(deep)["parts"] for each in part["items"]]
    assert [each["id"] for each in items] == names
    assert [each["under"] for each in items][1:] == ([None] * 399 if timed else names[:-1])
    assert all(len(line) <= 60 for line in planned.shown(deep, 60))
    widths = [int(each.get("width", "1")) for each in ElementTree.fromstring(svg(deep)).iter() if "rect" in each.tag]
    assert len(widths) == 400
    assert min(widths) > 0
    assert mermaid(deep).count("flowchart") == 1


def test_hidden_notes_stay_hidden_in_drawings() -> None:
    """What is only for the dungeon master's eye during the game is in no plan that may hang on a wall."""
    noted = replace(WHOLE_OF_IT, hidden_notes="CANARY")
    assert "CANARY" not in mermaid(noted) + svg(noted) + "".join(planned.shown(noted, 80))
