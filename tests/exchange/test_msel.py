"""Master scenario events lists: rows that become injects, and scenarios that become rows."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings

from tests.exchange.scenarios import scenarios
from warroom.core.scenario import Scenario
from warroom.definitions.exchange import msel, msel_out, sheets
from warroom.definitions.exchange.brought import Given


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario=scenarios())
def test_a_second_export_is_the_same_to_the_byte(scenario: Scenario, tmp_path: Path) -> None:
    """export(import(export(scenario))) == export(scenario), for whatever a scenario says."""
    first, _ = msel_out.rows(scenario)
    file = tmp_path / "plan.csv"
    file.write_text(sheets.csv_text(first), encoding="utf-8", newline="")
    brought = msel.bring(file, Given())
    second, _ = msel_out.rows(brought.scenario)
    assert sheets.csv_text(second) == sheets.csv_text(first)
