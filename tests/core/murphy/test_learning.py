"""What a result changes in the history."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.murphy.states import NOW
from tests.examples import many
from warroom.core.murphy import Cell, Drilled, History, Result, chance_of_success, learn, pair

WEB, CACHE = Cell("web", "crash"), Cell("cache", "slow")
results = st.builds(
    Result,
    cell=st.sampled_from((WEB, CACHE)),
    difficulty=st.integers(1, 10),
    outcome=st.floats(0, 1),
    at=st.integers(0, 999).map(lambda hours: NOW + timedelta(hours=hours)),
    load=st.floats(0, 3),
    beside=st.lists(st.sampled_from((WEB, CACHE)), max_size=2).map(tuple),
)


def result(outcome: float, **more: object) -> Result:
    return Result(**{"cell": WEB, "difficulty": 5, "outcome": outcome, "at": NOW, **more})  # type: ignore[arg-type]


@settings(max_examples=many(40), deadline=None)
@given(st.lists(results, max_size=8))
def test_every_result_is_counted(happened: list[Result]) -> None:
    """After any results, each cell was drilled as often as it was, last when it was, and its outcome is from 0 to 1."""
    history = History()
    for each in happened:
        before = history
        history = learn(history, each)
        surprise = each.outcome - chance_of_success(before.rating, each.difficulty, each.load)
        assert (history.rating - before.rating) * surprise >= 0
    for cell in (WEB, CACHE):
        of_it = [each for each in happened if each.cell == cell]
        assert (cell.name in history.cells) is bool(of_it)
        if of_it:
            drilled = history.cells[cell.name]
            assert (drilled.n, drilled.last) == (len(of_it), max(each.at for each in of_it))
            assert 0 <= drilled.outcome <= 1
    assert history.began == min((each.at for each in happened), default=None)
    assert set(history.pairs) <= {pair(WEB, CACHE)}


def test_the_newest_result_counts_half() -> None:
    """The first result is the average; each later one moves it half of the way."""
    history = learn(learn(learn(History(), result(1)), result(0)), result(0))
    assert history.cells["web/crash"] == Drilled(n=3, last=NOW, outcome=0.25)


def test_a_surprise_moves_the_rating() -> None:
    """A team does as expected and stays where it is; a success against the odds lifts it, by 0.15 at most."""
    assert chance_of_success(5, 5, 0) == 0.5
    assert learn(History(), result(0.5)).rating == 5
    assert learn(History(), result(1)).rating == pytest.approx(5.075)
    assert learn(History(), result(1, difficulty=10, load=2.0)).rating == pytest.approx(5.15, abs=1e-3)


def test_pairs_have_no_order() -> None:
    """Two cells that were open together are one pair, whichever came first, and the same twice is no pair."""
    history = learn(learn(History(), result(1, beside=(CACHE,))), result(1, cell=CACHE, beside=(WEB, CACHE)))
    assert history.pairs == {"cache/slow + web/crash": 2}


def test_age_begins_with_the_programme() -> None:
    """A cell that was never drilled is as old as the programme; before there is one nothing is old."""
    later = NOW + timedelta(days=3)
    assert History().age(WEB, later) == 0
    assert learn(History(), result(1)).age(CACHE, later) == 3
    assert learn(History(), result(1, at=later)).age(WEB, NOW) == 0


def test_an_outcome_out_of_bounds() -> None:
    """An outcome that is not from 0 to 1 is refused with a sentence that names the cell."""
    with pytest.raises(ValueError, match=r"the outcome of web/crash is 2; it goes from 0 \(failed\) to 1 \(well\)"):
        learn(History(), result(2))
