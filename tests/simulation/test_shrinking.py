"""A plan that fails is made smaller as long as it fails."""

from tests.simulation.plan import Plan, Trouble, draw, read, written
from tests.simulation.shrinking import shrink
from tests.simulation.themes import THEMES


def test_only_what_matters_is_left() -> None:
    """Of a day with dozens of pieces the two that make it fail are left, in their order."""
    plan = draw(3)
    needed = [plan.acts[2], Trouble("wake.due", 2, "die", 1.0)]
    plan = plan.only([*plan.pieces(), needed[1]])

    def fails(candidate: Plan) -> bool:
        return all(each in candidate.pieces() for each in needed)

    assert shrink(plan, fails).pieces() == needed


def test_a_plan_can_be_taken_apart_and_put_together() -> None:
    """All pieces of a plan together are the plan."""
    for seed in range(20):
        plan = draw(seed)
        assert plan.only(plan.pieces()) == plan


def test_a_plan_can_be_kept() -> None:
    """What is written of a plan is read as the same plan, and every theme is drawn."""
    plans = [draw(seed) for seed in range(300)]
    assert [read(written(each, "what it was")) for each in plans] == plans
    assert {each.theme for each in plans} == {theme.name for theme in THEMES}
