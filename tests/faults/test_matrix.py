"""A part of the kill matrix, at the points where most is at stake. `make soak` plays all of it."""

import asyncio
from pathlib import Path

import pytest

from tests.faults.life import LASTS, POINTS
from tests.faults.matrix import BOTH, ENDINGS, SLACK, Case, cases, play

AT_STAKE = (
    Case("injecting", "SIGKILL", "kill"),
    Case("injected", "SIGKILL", "stop"),
    Case("active", "SIGTERM", "terminate"),
    Case("undone", "SIGINT", "kill"),
    Case("injected", BOTH, "kill"),
)


@pytest.mark.timeout(120)
async def test_ended_at_the_worst_moments(tmp_path: Path) -> None:
    """However the bot ends in the middle of a fault, the system is whole again within the fault's deadline."""
    places = [tmp_path / str(at) for at, _ in enumerate(AT_STAKE)]
    for each in places:
        each.mkdir()
    two = asyncio.Semaphore(2)

    async def one(case: Case, place: Path) -> float:
        async with two:
            return (await play(case, place)).after

    took = await asyncio.gather(*(one(case, place) for case, place in zip(AT_STAKE, places, strict=True)))
    assert max(took) < LASTS + SLACK


async def test_a_life_that_nothing_ends(tmp_path: Path) -> None:
    """Left alone, the same process breaks and undoes, and its watchdog ends with it."""
    assert (await play(Case("none", "SIGKILL", "stop"), tmp_path)).by == "bot: it was asked for"


def test_the_matrix_is_whole() -> None:
    """Five signals and both at once, at ten points each; the same seed draws the same."""
    assert (len(POINTS), len(ENDINGS)) == (10, 5)
    assert len({(case.point, case.ending) for case in cases(1)}) == 60
    assert cases(3) == cases(3)
    assert cases(3) != cases(4)
