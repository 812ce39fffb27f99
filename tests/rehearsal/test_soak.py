"""A little of the soak, in every run of the tests: game days by chance, which keep all laws."""

from functools import cache

import pytest

from tests.rehearsal.soak import game, played

SEEDS = range(60)
once = cache(played)


@pytest.mark.parametrize("first", SEEDS[::10])
def test_game_days_by_chance_keep_all_laws(first: int) -> None:
    """Whatever people press and type, and whatever the world answers: no law is broken."""
    broken = [f"seed {seed}:\n{told}" for seed, told, _ in map(once, range(first, first + 10)) if told]
    assert not broken, "\n".join(broken)


def test_a_seed_is_a_whole_game() -> None:
    """The same seed plays the same game, entry for entry, so that a failure can be looked at again."""
    one, again = game(7), game(7)
    assert one.entries == again.entries
    assert len(one.entries) > 20


def test_much_happens_in_the_soak() -> None:
    """What the soak is about does happen: emergencies, stuck faults, stop conditions, people taken out, new parts."""
    happened = {name for seed in SEEDS for name in once(seed)[2]}
    wanted = {
        *("EmergencyCalled", "GamePaused", "InjectEdited", "PlanShifted", "InjectAdded", "PartGiven", "GoSaid"),
        *("FaultApproved", "FaultInjected", "FaultRefused", "RollbackFailed", "StopConditionChanged", "RunPaused"),
        *("StepFailed", "StepOverran", "MurphyDrew", "IncidentReopened", "ConsentGiven", "Sidelined"),
    }
    assert wanted <= happened, wanted - happened
