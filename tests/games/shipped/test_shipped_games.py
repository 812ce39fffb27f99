"""Every shipped game day, played to its end by a good team and by nobody: what its file promises comes true."""

from functools import cache, lru_cache

import pytest

from tests.content import shipped_library
from tests.games.shipped.playing import HERE, Played, script
from warroom.core import events as e
from warroom.core.plan import ExpectationState, InjectState
from warroom.core.scenario import Inject
from warroom.definitions.library import Library

NAMES = sorted(each.stem for each in HERE.glob("*.play"))


@lru_cache(maxsize=1)
def library() -> Library:
    return shipped_library()


@cache
def good(name: str) -> Played:
    players, text = script(name)
    played = Played(library(), library().scenarios[name], players)
    played.play(text)
    played.until(max(played.reading, played.scenario.length))
    return played


@cache
def absent(name: str) -> Played:
    """Everybody was invited, and nobody does anything."""
    scenario = library().scenarios[name]
    played = Played(library(), scenario, script(name)[0])
    played.until(scenario.length)
    return played


def states(played: Played) -> dict[str, InjectState]:
    plan = played.table.room.plan
    assert plan is not None
    return {each.id: plan.state(each.id) for each in plan.scenario.injects}


def by_itself(inject: Inject) -> bool:
    return not inject.timing.by_hand and inject.timing.when is None


def test_every_scenario_has_a_script() -> None:
    """No game day ships that was not played."""
    assert set(NAMES) == set(library().scenarios)


@pytest.mark.parametrize("name", NAMES)
def test_a_good_team_does_everything_in_time(name: str) -> None:
    """Nothing that the script does is refused, every expectation that began is met in time, and none did not begin."""
    played = good(name)
    plan = played.table.room.plan
    assert plan is not None
    assert played.refusals == []
    standing = {each.id: plan.standing(each.id).state.value for each in played.scenario.expectations}
    assert standing == dict.fromkeys(standing, "met")


@pytest.mark.parametrize("name", NAMES)
def test_no_contingency_comes_to_a_good_team(name: str) -> None:
    """What comes only when something was missed stays away; what else comes by itself has come."""
    there = states(good(name))
    for inject in good(name).scenario.injects:
        if inject.contingency and all(each.word == "missed" for each in conditions(inject)):
            assert there[inject.id] is InjectState.COMING, inject.id
        elif by_itself(inject):
            assert there[inject.id] is InjectState.PLAYED, inject.id


def conditions(inject: Inject) -> tuple[object, ...]:
    return inject.timing.when.simple() if inject.timing.when else ()


@pytest.mark.parametrize("name", NAMES)
def test_nobody_there_and_the_consequences_come(name: str) -> None:
    """Without anybody all that a machine can tell is missed, and every contingency comes, before the game's length is over.

    What an evaluator would judge is left to judge.
    """
    played = absent(name)
    plan, there = played.table.room.plan, states(played)
    assert plan is not None
    for expectation in played.scenario.expectations:
        begun = not expectation.after or there.get(expectation.after) is InjectState.PLAYED
        left = ExpectationState.ARMED if expectation.judged else ExpectationState.MISSED
        assert plan.standing(expectation.id).state is (left if begun else ExpectationState.WAITING), expectation.id
    for inject in played.scenario.injects:
        if inject.contingency:
            assert there[inject.id] is InjectState.PLAYED, inject.id


@pytest.mark.parametrize("name", NAMES)
def test_nothing_comes_when_the_game_should_be_over(name: str) -> None:
    """Everything that comes by itself, to nobody and to a good team, comes before the first ending on the clock."""
    for played in (good(name), absent(name)):
        plan = played.table.room.plan
        assert plan is not None
        last = min((each.at for each in played.scenario.endings if each.at is not None), default=played.scenario.length)
        assert [each for each, at in plan.played_at.items() if at >= last] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_end_is_told(name: str) -> None:
    """The dungeon master hears that the end has come; a good team reaches more than the end of the time."""
    for played in (good(name), absent(name)):
        assert len(list(played.events(e.EndReached))) >= 1
    if any(each.when is not None for each in good(name).scenario.endings):
        reached = {entry.event.ending for entry in good(name).events(e.EndReached)}  # type: ignore[attr-defined]
        met = {number for number, each in enumerate(good(name).scenario.endings) if each.when is not None}
        assert reached & met


@pytest.mark.parametrize("name", NAMES)
def test_a_good_team_leaves_nothing_broken(name: str) -> None:
    """Every incident was resolved, so that all that was broken for one is whole again."""
    room = good(name).table.room
    assert [each.title for each in room.incidents.values() if each.open] == []
    assert [each.target for each in room.faults.values() if not each.whole and each.incident] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_was_private_stayed_private(name: str) -> None:
    """Words for one person's ear are said to whoever has that role, and in no channel."""
    for entry in good(name).events(e.InjectPlayed):
        event = entry.event
        inject = good(name).scenario.inject(event.inject)  # type: ignore[attr-defined]
        if inject is not None and inject.what.privately():
            assert event.person, event.inject  # type: ignore[attr-defined]
