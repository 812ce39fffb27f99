"""Rehearsals: a game without anybody is a game, and what it says of a scenario is so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.content import shipped_library
from tests.rehearsal.soak import WHOLE
from warroom.core import events as e
from warroom.core.deciding import decide
from warroom.core.effects import ShowCard
from warroom.core.game import GameState
from warroom.core.injects import Announce
from warroom.core.room import Room
from warroom.core.roomfold import fold
from warroom.core.scenario import Environment, Expectation, Inject, Scenario
from warroom.core.when import Condition, Timing
from warroom.definitions.loader import read_scenario
from warroom.errors import SettingsError
from warroom.rehearsal import simulate, telling
from warroom.rehearsal.simulation import TEAMS

LIBRARY = shipped_library()
WHOLE_OF_IT = read_scenario(WHOLE.read_text(encoding="utf-8"), WHOLE.name)
OCTOBER = LIBRARY.scenarios["october-21"]


@pytest.mark.parametrize("name", LIBRARY.scenarios)
def test_a_perfect_team_meets_all_that_is_shipped(name: str) -> None:
    """No scenario that is shipped expects what nobody can do: a perfect team meets all that a machine can tell."""
    found = telling.summary(simulate(LIBRARY.scenarios[name], LIBRARY))
    assert not [each.sentence for each in found.bad]
    assert not found.refused, "a perfect team presses nothing that is refused"
    assert found.ended


@pytest.mark.parametrize("team", TEAMS)
@pytest.mark.parametrize("scenario", [OCTOBER, WHOLE_OF_IT], ids=lambda each: each.id)
def test_a_rehearsal_is_a_game(scenario: Scenario, team: str) -> None:
    """Its timeline tells of its room, time never goes back, and it ends with everything undone."""
    game = simulate(scenario, LIBRARY, team, seed=11)
    assert fold(game.entries) == game.room
    assert [entry.at for entry in game.entries] == sorted(entry.at for entry in game.entries)
    assert game.room.game is not None
    assert game.room.game.state is GameState.ENDED
    assert not [each for each in game.room.faults.values() if each.owed]


def test_the_same_arguments_give_the_same_game() -> None:
    """Chance comes from the seed alone."""
    one, again, other = (simulate(OCTOBER, LIBRARY, "random", seed) for seed in (5, 5, 6))
    assert one.entries == again.entries
    assert one.entries != other.entries


@pytest.mark.parametrize("team", ["perfect", "random"])
def test_what_is_said_is_what_a_real_game_says(team: str) -> None:
    """Every command has the entries and effects that `decide` has for it, but for the cards that it would show again."""
    game, room = simulate(WHOLE_OF_IT, LIBRARY, team, seed=3), Room()
    for beat in game.beats:
        if beat.refused:
            continue
        decided = decide(room, beat.command, beat.now)
        assert decided.entries == beat.entries
        of_cards = [each for each in beat.effects if isinstance(each, ShowCard)]
        shown_again = [each for each in decided.effects if isinstance(each, ShowCard)]
        assert [each for each in decided.effects if each not in shown_again] == [
            each for each in beat.effects if each not in of_cards
        ]
        room = decided.room
    assert room == game.room


def test_absent_players_miss_everything() -> None:
    """Nobody does anything: every expectation that began is missed, and every contingency of one comes."""
    found = telling.summary(simulate(OCTOBER, LIBRARY, "absent"))
    assert {each.state for each in found.expectations} == {telling.MISSED, telling.JUDGED}
    assert found.contingencies == ("who-is-in-charge", "press-asks", "plan-b")
    assert {state for _, _, state in found.incidents} == {"declared"}


def test_slow_players_are_late_and_get_hints() -> None:
    """They acknowledge after six minutes where five were given; the dungeon master gives hints, by the panel's button."""
    game = simulate(OCTOBER, LIBRARY, "slow")
    states = {each.id: each.state for each in telling.summary(game).expectations}
    assert states["databases-acknowledged"] == telling.LATE
    hints = [each.event for each in game.entries if isinstance(each.event, e.InjectPlayed) and each.event.level]
    assert hints


def test_what_nobody_can_do_is_found() -> None:
    """A scenario that expects a step of a runbook in less time than even a perfect team needs fails its rehearsal."""
    hopeless = Expectation(
        id="hopeless",
        what="The databases are well again at once",
        after="databases-lost",
        within=timedelta(seconds=20),
        met_by=Condition(word="resolved", ref="databases-lost"),
    )
    verdict = telling.verdict(replace(OCTOBER, expectations=(*OCTOBER.expectations, hopeless)), LIBRARY)
    assert [each.id for each in verdict.impossible] == ["hopeless"]
    assert "hopeless" in "\n".join(verdict.lines(80))


def test_what_is_only_tight_is_said_and_no_error() -> None:
    """What only a team that is faster than its runbooks meets is tight, not impossible."""
    tight = Expectation(
        id="tight",
        what="The old primary is fenced very soon",
        after="databases-lost",
        within=timedelta(minutes=3),
        met_by=Condition(word="step_done", ref="database-lost/fence"),
    )
    verdict = telling.verdict(replace(OCTOBER, expectations=(*OCTOBER.expectations, tight)), LIBRARY)
    assert verdict.impossible == ()
    assert "tight" in [each.id for each in verdict.tight]


def test_a_perfect_team_does_what_the_scenario_listens_for() -> None:
    """Phrases, roles, moments and severities that are expected are said, taken, marked and set."""
    wanted = {
        "said": Condition(word="said", ref="", phrases=("all hands",)),
        "role": Condition(word="role_taken", ref="scribe"),
        "marked": Condition(word="marked", ref="gone", also="evidence"),
        "worse": Condition(word="severity_reached", ref="page-down", also="SEV1"),
        "answer": Condition(word="answered", ref="database-lost/how-far-behind", also="too-far"),
        "walked": Condition(word="runbook_finished", ref="database-lost"),
    }
    after = {"said": "slow", "role": "slow", "worse": "page-down"}
    expected = tuple(
        Expectation(id=name, what=name, after=after.get(name, "gone"), within=timedelta(minutes=45), met_by=condition)
        for name, condition in wanted.items()
    )
    found = telling.summary(simulate(replace(WHOLE_OF_IT, expectations=expected), LIBRARY))
    assert {each.id: each.state for each in found.expectations} == dict.fromkeys(wanted, telling.MET)


def test_what_follows_at_a_time_is_waited_for() -> None:
    """A game goes on until all that comes by the clock has come, also what comes some time after something else."""
    late = Inject(
        id="late",
        title="Late",
        timing=Timing(after="databases-lost", by=2 * OCTOBER.length),
        what=Announce(text="Late."),
    )
    endless = replace(OCTOBER, injects=(*OCTOBER.injects, late), endings=())
    found = telling.summary(simulate(endless, LIBRARY))
    assert "late" not in found.not_played


def test_a_game_that_cannot_be_planned_is_said() -> None:
    """With the room's own sentence: here no place comes first, so somebody would have to say where."""
    places = {"one": Environment(title="One", after="two"), "two": Environment(title="Two", after="one")}
    with pytest.raises(SettingsError, match="cannot be planned: Say where: one, two"):
        simulate(replace(OCTOBER, environments=places), LIBRARY)


def test_hands_off_is_kept_by_a_perfect_team() -> None:
    """A perfect team leaves automation the time that an inject wants for it, in its own incident."""
    game = simulate(WHOLE_OF_IT, LIBRARY)
    started = next(
        each for each in game.entries if isinstance(each.event, e.RunStarted) and each.event.incident == "I1"
    )
    gone = next(each for each in game.entries if isinstance(each.event, e.InjectPlayed) and each.event.inject == "gone")
    assert started.at - gone.at >= timedelta(minutes=3)


def test_who_is_no_team_and_no_place_is_said() -> None:
    """A team or an environment that is not there is refused with those that are."""
    with pytest.raises(SettingsError, match="perfect, steady, slow, absent, random"):
        simulate(OCTOBER, LIBRARY, "drunk")
    with pytest.raises(SettingsError, match="it has staging, production"):
        simulate(WHOLE_OF_IT, LIBRARY, environment="moon")


@pytest.mark.parametrize("wide", [60, 100])
def test_a_transcript_fits_the_terminal(wide: int) -> None:
    """No line of a transcript, or of what came of it, is wider than the terminal; everything said is in it."""
    game = simulate(WHOLE_OF_IT, LIBRARY, "slow")
    lines = [*telling.transcript(game, wide), *telling.summed_up(telling.summary(game), wide)]
    assert max(map(len, lines)) <= wide
    assert "The exercise begins" in " ".join(" ".join(lines).split())
