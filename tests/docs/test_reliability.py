"""The published table says what was counted, what that bounds, and what was not run."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from scripts.reliability import FIRST, LAST, bound, table, within
from tests.planted.__main__ import Found
from tests.simulation.running import Total

NOW = datetime(2026, 3, 6, tzinfo=UTC)


def simulation(**change: Any) -> dict[str, Any]:
    return {**Total(days=10_000, hours=300.0, themes={}).figures(seed=7, seconds=600.0), **change}


def test_what_nothing_failed_in_is_bounded() -> None:
    """Without a failure the rule of three is stated; with one, its seed is, and no bound."""
    good = table({"simulation": simulation()}, NOW)
    assert "fewer than 0.03 % of days like these fail" in good
    bad = table({"simulation": simulation(failed=[4711])}, NOW)
    assert "4711" in bad
    assert "fail (3/n)" not in bad
    assert bound(3000) == "0.1 %"


def test_what_was_not_run_is_said() -> None:
    """No figures are left over from a run before."""
    assert "The figures of `crash` are not there" in table({"simulation": simulation()}, NOW)


def test_a_mistake_that_was_not_caught_is_told() -> None:
    """A planted mistake that nothing has found is in the table, and not counted; so is what was found without one."""
    shown = table({"planted": figures([MISSED, CAUGHT], [Found(name="no mistake", found=False)])}, NOW)
    assert "1 of 2 were caught" in shown
    assert "| two |  | **not caught** |" in shown
    assert "| *no mistake* |  | nothing is found |" in shown
    bad = table({"planted": figures([CAUGHT], [Found(name="no mistake", found=True, by="I5")])}, NOW)
    assert "| *no mistake* |  | **I5** |" in bad


CAUGHT, MISSED = Found(name="one", found=True, by="I4", days=3), Found(name="two", found=False)


def figures(mistakes: Sequence[Found], controls: Sequence[Found]) -> dict[str, Any]:
    return {
        "seed": 7,
        "seconds": 600.0,
        "mistakes": [vars_of(each) for each in mistakes],
        "controls": [vars_of(each) for each in controls],
    }


def vars_of(found: Found) -> dict[str, Any]:
    return {name: getattr(found, name) for name in Found.__slots__}


def test_only_the_figures_are_written_anew() -> None:
    """What stands before and after the markers stays."""
    assert within(f"a\n{FIRST}\nold\n{LAST}\nb", "new") == f"a\n{FIRST}\nnew\n{LAST}\nb"
