"""Scenarios written as YAML: whatever a scenario says, the file says, and nothing else."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.content import shipped_library
from tests.definitions.writing import TEXTS
from tests.examples import many
from tests.exchange.scenarios import scenarios
from warroom.core.injects import Announce
from warroom.core.scenario import Inject, Scenario
from warroom.core.when import Timing
from warroom.definitions.formatting import formatted
from warroom.definitions.loader import read_scenario
from warroom.definitions.writing_scenarios import NotWritable, write

SLOW = settings(
    max_examples=many(25), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def small(text: str) -> Scenario:
    inject = Inject(id="a", title="A", timing=Timing(), what=Announce(text=text))
    return Scenario(id="small", title="Small", briefing="Begin.", injects=(inject,))


@SLOW
@given(scenarios())
def test_what_is_written_reads_back_as_the_same(scenario: Scenario) -> None:
    """read(write(scenario)) == scenario, for every kind of inject, timing, condition, probe and part."""
    assert read_scenario(write(scenario), "x") == scenario


@settings(max_examples=many(60), deadline=None)
@given(TEXTS)
def test_no_remark_changes_the_scenario(remark: str) -> None:
    """Comments may hold any text, and the file still says the same."""
    assert read_scenario(write(small("Hello."), [remark, remark * 20]), "x") == small("Hello.")


def test_the_shipped_scenarios_survive() -> None:
    """Each shipped scenario, written anew, is the same scenario, in the form that `warroom fmt` gives."""
    for scenario in shipped_library().scenarios.values():
        text = write(scenario)
        assert read_scenario(text, scenario.id) == scenario
        assert formatted(text, scenario.id) == text


def test_what_cannot_be_read_again_is_not_written() -> None:
    """A text with a character that no definition may hold is refused, not written and lost."""
    with pytest.raises(NotWritable, match="cannot be written"):
        write(small("bell \x07"))


def test_what_is_too_large_is_not_written() -> None:
    """A scenario larger than a definition may be is refused with a sentence."""
    with pytest.raises(NotWritable, match="split it"):
        write(small("long " * 60_000))
