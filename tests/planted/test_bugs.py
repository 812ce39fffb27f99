"""The planted mistakes fit the product as it is, and are planted beside it."""

from pathlib import Path

import pytest

from tests.planted.__main__ import ROOT, Found, line, plant, summary
from tests.planted.bugs import BUGS, Bug, Edit


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_mistake_can_still_be_planted(bug: Bug) -> None:
    """Each text that is to be replaced stands in its file once; otherwise a change has made the mistake impossible, or moved it."""
    for edit in bug.edits:
        assert (ROOT / edit.file).read_text("utf-8").count(edit.old) == 1, edit.old
        assert edit.old != edit.new


def test_every_mistake_has_a_name() -> None:
    """No two have the same."""
    assert len({bug.name for bug in BUGS}) == len(BUGS)


def test_every_mistake_says_how_it_is_found() -> None:
    """By invariants, in days or in a lane; or by tests that are there."""
    for bug in BUGS:
        assert bool(bug.caught) != bool(bug.tests), bug.name
        assert not bug.tests or (ROOT / bug.tests).exists(), bug.tests


def test_the_product_itself_stays_as_it_is(tmp_path: Path) -> None:
    """A mistake stands in the copy only, though all that has none in it is shared."""
    edit = BUGS[0].edits[0]
    before = (ROOT / edit.file).read_text("utf-8")
    plant(BUGS[0], tmp_path)
    assert (ROOT / edit.file).read_text("utf-8") == before
    assert (tmp_path / edit.file).read_text("utf-8") == before.replace(edit.old, edit.new)


def test_a_mistake_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    """It is not missed in silence, and not caught by an accident."""
    with pytest.raises(ValueError, match="0 places"):
        plant(Bug("none", (Edit(BUGS[0].edits[0].file, "no such line", "x"),)), tmp_path)


def test_the_last_line_counts_each_kind() -> None:
    """What was caught by days, by lanes and by tests; and what was found where there is no mistake."""
    done = [
        Found(name="a", found=True, by="I1", days=3, who="simulate"),
        Found(name="b", found=False, who="simulate", trouble="it does not fit"),
        Found(name="c", found=True, by="I4", who="crashtest, sqlite"),
    ]
    control = Found(name="no mistake", found=False, who="simulate")
    assert summary(done, [control], 60.0).startswith(
        "2 of 3 mistakes caught (1 of 2 by simulate, 1 of 1 by crashtest); nothing where there is none"
    )
    assert "it does not fit" in line(done[1])
    assert "nothing found" in line(control, control=True)
