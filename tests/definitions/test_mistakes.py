"""Every mistake people make in definitions, one file each, with what warroom says about it in the file beside it.

After a change of wording, `WARROOM_REWRITE=1 pytest tests/definitions/test_mistakes.py` writes the expected lines anew;
read the difference before you keep it.
"""

import os
from pathlib import Path

import pytest

from warroom.definitions.lint import lint

MISTAKES = sorted((Path(__file__).parent / "mistakes").glob("*.yaml"))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda path: path.stem)
def test_mistake(mistake: Path) -> None:
    """Each mistake is named with its line and what to write instead, and nothing else is complained about."""
    said = "".join(f"{problem}\n".removeprefix(f"{mistake}:") for problem in lint([mistake]))
    expected = mistake.with_suffix(".txt")
    if os.environ.get("WARROOM_REWRITE"):
        expected.write_text(said)
    assert said == expected.read_text()
    assert said


def test_every_expectation_has_its_mistake() -> None:
    """No expected lines are left behind when a mistake is renamed."""
    expected = (Path(__file__).parent / "mistakes").glob("*.txt")
    assert sorted(each.stem for each in expected) == sorted(each.stem for each in MISTAKES)
