"""Whole games as text. Each file tells one; `WARROOM_REWRITE=1` writes what comes out now into them.

Commit a rewrite only when you understand the difference and want it.
"""

import os
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from tests.content import shipped_library
from warroom.core import steps, wheel
from warroom.core.faults import Target
from warroom.core.murphy import Graph, History
from warroom.core.runbook import Runbook
from warroom.core.scenario import Scenario
from warroom.definitions.loader import read_runbook, read_scenario
from warroom.testing import Table
from warroom.testing.table import MORNING

HERE = Path(__file__).parent
KINDS = HERE / "kinds"
REWRITE = os.environ.get("WARROOM_REWRITE") == "1"


@cache
def shelf() -> tuple[tuple[Scenario, ...], tuple[Runbook, ...]]:
    """All that can be played here. It is read once: random games begin hundreds of times."""
    library = shipped_library()
    whole = read_scenario((HERE / "requirements" / "whole.yaml").read_text(encoding="utf-8"), "whole.yaml")
    small = read_scenario((HERE / "small.yaml").read_text(encoding="utf-8"), "small.yaml")
    spun = wheel.spin([whole], Graph(), History(), "otter", MORNING)
    assert spun is not None
    short = read_runbook((HERE / "short.yaml").read_text(encoding="utf-8"), "short.yaml")
    kinds = [read_runbook(each.read_text(encoding="utf-8"), each.name) for each in sorted(KINDS.glob("*.yaml"))]
    return (small, whole, spun, *library.scenarios.values()), (short, *kinds, *library.runbooks.values())


def table(kind: type[Table] = Table) -> Table:
    redis = Target(
        target="redis/primary",
        driver="process",
        modes=("kill", "stop"),
        owners=("olga",),
        environment="staging",
        longest=timedelta(minutes=8),
    )
    return kind(*shelf(), breakable=[redis], operations="C-operations")


def played(text: str) -> str:
    """The transcript with what follows each of its lines, as it is now."""
    here, lines = table(), list[str]()
    for line in text.splitlines():
        if line.startswith("> "):
            lines += [line, *(f"    {each}" for each in here.say(line[2:]))]
        elif not line.startswith("    "):
            lines.append(line)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("game", sorted(HERE.rglob("*.txt")), ids=lambda path: path.stem)
def test_a_game_goes_as_its_transcript_says(game: Path) -> None:
    """The same commands at the same times give the same game, word for word."""
    told = game.read_text(encoding="utf-8")
    now = played(told)
    if REWRITE:
        game.write_text(now, encoding="utf-8")
    assert now == told


def test_every_kind_of_step_has_its_transcript() -> None:
    """What a kind of step does can be read as a game."""
    assert {each.stem for each in KINDS.glob("*.txt")} >= set(steps.KINDS)
