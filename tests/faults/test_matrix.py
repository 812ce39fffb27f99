"""A part of the kill matrix, at the points where most is at stake. `make soak` plays all of it."""

import asyncio
from pathlib import Path

import pytest

from tests.faults.life import POINTS
from tests.faults.matrix import BOTH, ENDINGS, SLACK, Case, Restored, cases, play

WORST = (Case("injected", "SIGKILL", "stop"), Case("undone", "SIGTERM", "kill"), Case("injecting", BOTH, "kill"))


@pytest.mark.timeout(120)
async def test_ended_at_the_worst_moments(tmp_path: Path) -> None:
    """However the bot ends in the middle of a fault, it is undone at its deadline at the latest.

    Left alone, the same process breaks and undoes, and its watchdog ends with it.
    """

    async def one(case: Case) -> Restored:
        place = tmp_path / case.point
        place.mkdir()
        return await play(case, place)

    alone, *ended = await asyncio.gather(*map(one, (Case("none", "SIGKILL", "stop"), *WORST)))
    assert alone.by == "bot: it was asked for"
    assert max(each.late for each in ended) < SLACK
    assert {each.by.partition(":")[0] for each in ended} == {"watchdog"}


def test_the_matrix_is_whole() -> None:
    """Five signals and both at once, at ten points each; the same seed draws the same."""
    assert (len(POINTS), len(ENDINGS)) == (10, 5)
    assert len({(case.point, case.ending) for case in cases(1)}) == 60
    assert cases(3) == cases(3)
    assert cases(3) != cases(4)
