"""Files that are nearly right: whatever stands where something else should, it is brought in or refused with a sentence."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import many
from tests.exchange.test_chaostoolkit import action, experiment
from tests.exchange.test_others import openaev
from warroom.definitions.exchange import FORMATS, Brought, Given, NotBrought, columns, facts, msel, sheets
from warroom.definitions.loader import read_scenario
from warroom.definitions.writing_scenarios import write

ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**12), st.floats(allow_nan=False), st.sampled_from(["", " ", "x\x00y", "yes", "10:30", "a\u2028b", "\ud800"]),
    st.just([]), st.just({}), st.just([[]]), st.just([None, {"name": 1}]), st.just({"type": "env"}), st.just({"a": {"b": []}}), st.just("long " * 40),
)  # fmt: skip
FACTS = {
    "schema": "incident-facts/1",
    "title": "Lost",
    "services": ["db"],
    "failure_modes": ["lost"],
    "events": [
        {"t": "+00:00:00", "kind": "fault", "actor": "disk", "what": "It fails."},
        {"t": "+00:02:00", "kind": "alert", "actor": "mail", "what": "Errors."},
        {"t": None, "kind": "inject", "actor": "x", "what": "More."},
        {"t": "+00:30:00", "kind": "recovery", "actor": "us", "what": "Well."},
    ],
    "outcome": {"result": "fine"},
    "game_use": {"injects_suggested": [{"t": "+00:30", "say": "gone"}]},
    "not_verified": ["it"],
}
EVENTS = [{"#": 1, "Real Time": "9:00 PM", "Subject": "S", "From": "A", "Player": "B", "Script": "C"} for _ in range(2)]
CARDS = [{"ID": "1", "title": "T", "scenario": "S", "difficulty": 3, "inkstory": "x"} for _ in range(2)]
DOCUMENTS: dict[str, tuple[Any, Callable[[Any, Path, Given], Brought]]] = {
    "chaostoolkit": (
        experiment(
            method=[action("a", pauses={"after": 3}, controls=[{"name": "c"}]), {"ref": "a"}],
            configuration={"x": {"type": "env", "key": "X", "default": "y"}},
            secrets={"s": {"t": {"type": "env", "key": "T"}}},
            controls=[{"name": "c"}],
            runtime={"rollbacks": {"strategy": "default"}},
            tags=["a"],
            contributions={"r": "high"},
        ),
        FORMATS["chaostoolkit"].bring,
    ),
    "openaev": (openaev(), FORMATS["openaev"].bring),
    "t3sf": (EVENTS, FORMATS["t3sf"].bring),
    "wheel": (CARDS, FORMATS["wheel"].bring),
    "facts": (FACTS, facts.bring),
}


def places(found: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document where something can be put: its container, and its key."""
    if isinstance(found, (dict, list)):
        for key, value in list(found.items() if isinstance(found, dict) else enumerate(found)):
            yield found, key
            yield from places(value)


@pytest.mark.parametrize("format", DOCUMENTS)
@settings(max_examples=many(25), deadline=None)
@given(data=st.data())
def test_what_is_nearly_right_is_brought_or_refused(format: str, data: st.DataObject) -> None:
    """With anything anywhere in it, a document becomes a scenario that can be written, or is refused with a sentence."""
    document, bring = DOCUMENTS[format]
    changed = copy.deepcopy(document)
    for _ in range(data.draw(st.integers(1, 2))):
        container, key = data.draw(st.sampled_from(list(places(changed))))
        container[key] = copy.deepcopy(data.draw(ODD))
    try:
        found = bring(changed, Path("odd.json"), Given())
    except NotBrought as error:
        said = str(error)
    else:
        assert read_scenario(write(found.scenario, map(str, found.notes), found.proposals), "x") == found.scenario
        said = "odd.json"
    assert said.startswith("odd.json"), json.dumps(changed)


CELLS = st.sampled_from(
    ["", "1", "2", "#1", "event-1-response", "event-1", "Inject", "Contingency Inject", "Expected Action", "alert", "fault", "move", "M+1", "M-1", "by hand",
     "M+1 after 1", "after 2", "when missed: 1", "when played: 2 and met: 1", "09:00", "A; B", "boss (privately)", "sideline x for 3m", "Met by: met: 1", "\u2028", "x"]
)  # fmt: skip


@settings(max_examples=many(60), deadline=None)
@given(st.lists(st.lists(CELLS, min_size=10, max_size=10), min_size=1, max_size=4))
def test_any_list_is_brought_or_refused(rows: list[list[str]]) -> None:
    """With anything in any column, a list becomes a scenario that can be written, or every wrong row has a sentence."""
    table = sheets.Table(
        tuple(sheets.Row(at, tuple(cells)) for at, cells in enumerate([[*columns.HSEEP.values()], *rows], start=1))
    )
    try:
        found = msel.bring_table(table, Path("plan.csv"), Given())
    except NotBrought as error:
        said = str(error)
    else:
        assert read_scenario(write(found.scenario, map(str, found.notes)), "x") == found.scenario
        said = "plan.csv"
    assert all(line.startswith("plan.csv") for line in said.split("\n")), rows
