"""The planted mistakes fit the product as it is."""

import pytest

from tests.planted.__main__ import ROOT
from tests.planted.bugs import BUGS, Bug


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_mistake_can_still_be_planted(bug: Bug) -> None:
    """Each text that is to be replaced stands in its file once; otherwise a change has made the mistake impossible, or moved it."""
    for edit in bug.edits:
        assert (ROOT / edit.file).read_text("utf-8").count(edit.old) == 1, edit.old
        assert edit.old != edit.new


def test_every_mistake_has_a_name() -> None:
    """No two have the same."""
    assert len({bug.name for bug in BUGS}) == len(BUGS)
