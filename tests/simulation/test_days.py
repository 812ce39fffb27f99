"""A small sample of what `make simulate` plays: days that failed once, some others, and that a seed is all there is to a day."""

import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.simulation.database import Store
from tests.simulation.day import play
from tests.simulation.plan import Act, Plan, Trouble, draw
from tests.simulation.running import regressions
from warroom.definitions.library import Library

pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")  # of processes that have died
A_GAME = Plan(seed=5, lasts=35.0, acts=(Act(1.0, "start", "U0HARRIET", 0.9), Act(20.0, "note", "U0ANA", 0.3)))


@pytest.mark.parametrize(
    "plan", [*regressions(), *map(draw, range(1, 5))], ids=lambda plan: f"{plan.seed} {plan.theme}"
)
def test_nothing_is_violated(plan: Plan, store: Store, library: Library) -> None:
    """A day with faults, crashes and several processes ends with everything as it was promised."""
    played = play(plan, store, library)
    assert [str(each) for each in played.violations] == []


def test_a_day_is_a_game_day(store: Store, library: Library) -> None:
    """In a day without trouble a game is opened, announced and played, and what was said is in its channels once."""
    played = play(A_GAME, store, library)
    assert not played.failed
    assert played.verdict.said.attempts >= 6
    assert played.verdict.said.ok == played.verdict.said.attempts == played.verdict.said.acknowledged
    assert played.verdict.sent.ok == 1
    assert played.verdict.timers >= 2


@pytest.mark.parametrize(
    "place", ["tx.filled", "tx.committed", "deliver.performed", "slack.called", "command.carried_out"]
)
def test_a_process_dies_where_it_is_told_to(place: str, store: Store, library: Library) -> None:
    """A death that the plan names happens at that place, and the day comes right all the same."""
    played = play(replace(A_GAME, troubles=(Trouble(place, 1, "die", 0.5),)), store, library)
    assert played.crashes == {place: 1}
    assert [str(each) for each in played.violations] == []


@pytest.mark.parametrize(
    "seed", [4, 1031, 1041]
)  # in the later two, processes die while their coroutines are under way
def test_the_same_seed_is_the_same_day(seed: int, store: Store, library: Library) -> None:
    """Played again by one process, a day leaves exactly the same behind; another seed leaves something else."""
    other, *same = (play(draw(each), store, library).hash for each in (seed + 2, seed, seed, seed, seed))
    assert {other}.isdisjoint(same)
    assert len(set(same)) == 1


@pytest.mark.timeout(300)  # two Pythons start, and one loads everything twice
def test_the_same_seed_is_the_same_day_in_another_process() -> None:
    """Whatever the process hashes strings with: every step of the day is the same, to the last byte."""
    running = [_traced(seed="5001", hashing=hashing) for hashing in ("1", "2")]
    first, second = (each.communicate() for each in running)
    assert [each.returncode for each in running] == [0, 0], first[1]
    assert re.search(r"^hash [0-9a-f]{64}$", first[0], re.MULTILINE)
    assert first[0] == second[0]


def _traced(seed: str, hashing: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.simulation", "--seed", seed, "--trace"]
    environment = {**os.environ, "PYTHONHASHSEED": hashing}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
