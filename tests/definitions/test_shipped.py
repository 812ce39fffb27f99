"""The content that ships: it must be what an on-call engineer would want at 3 a.m., as far as a machine can tell."""

import re
from pathlib import Path

import pytest

from tests.content import shipped_library
from warroom.core import when
from warroom.core.injects import KINDS, Announce, Speak
from warroom.core.injects.hint import LADDER, Hint
from warroom.core.runbook import Runbook
from warroom.core.scenario import Inject, Scenario
from warroom.core.steps.kind import StepBase
from warroom.definitions.library import Library, shipped
from warroom.definitions.lint import lint

LOSSES = ("databases-lost", "east-lost", "memcache-lost", "packet-loss", "identity-lost")
BY_ITSELF = ("announce", "runbook")  # what takes no time of its own
FIRST = {"bad-deploy", "database-lost", "cache-lost", "region-lost", "packet-loss", "third-party-down"}
GAMES = {  # each with the sentence that no player may ever read
    "october-21": "the heron stands in the western reeds",
    "the-day-after": "the bittern sleeps under the second bridge",
    "hurricane": "the lighthouse keeper feeds three grey cats",
    "election-day": "the fox crosses the car park at noon",
    "deleted-database": "the badger has moved the flower pots",
    "expired-certificate": "the swan counts the boats backwards",
    "bad-deploy-doubles-load": "the hedgehog walks twice round the fountain",
    "slack-is-down": "the carrier pigeon prefers the north window",
    "wheel": "the otter keeps the spare key",
}
SHIPPED = shipped_library()


@pytest.fixture(scope="module")
def library() -> Library:
    return SHIPPED


@pytest.fixture(scope="module")
def october(library: Library) -> Scenario:
    return library.scenarios["october-21"]


@pytest.fixture(params=sorted(SHIPPED.runbooks))
def runbook(library: Library, request: pytest.FixtureRequest) -> Runbook:
    return library.runbooks[request.param]


@pytest.fixture(params=sorted(GAMES))
def scenario(library: Library, request: pytest.FixtureRequest) -> Scenario:
    return library.scenarios[request.param]


def text_of(scenario: Scenario) -> str:
    return (Path(shipped()) / "scenarios" / f"{scenario.id}.yaml").read_text(encoding="utf-8")


def every_inject(scenario: Scenario) -> tuple[Inject, ...]:
    return (*scenario.injects, *(each.inject for each in scenario.deck))


def kinds(runbook: Runbook) -> list[type[StepBase]]:
    return [type(step.what) for step in runbook.steps]


def test_lint_is_silent() -> None:
    """Shipped content has no errors and no warnings."""
    assert [str(problem) for problem in lint([shipped()])] == []


def test_what_ships(library: Library) -> None:
    """The runbooks, the scenarios and the services people are told about."""
    assert set(library.runbooks) > FIRST
    assert set(library.scenarios) == set(GAMES)
    assert {"narwhal", "databases", "web", "cache", "provider", "identity"} <= set(library.catalogue.services)


def test_the_catalogue_says_what_murphy_looks_at(library: Library) -> None:
    """Some services can be replaced by another, everything that others stand on matters, and all of the scale is used."""
    services = library.catalogue.services.values()
    assert sum(len(group) > 1 for each in services for group in each.groups) >= 4
    assert {each.criticality for each in services} >= {2, 4, 6, 8, 10}
    assert all(each.owner for each in services)


def test_stand_in_addresses_are_their_own_targets(library: Library) -> None:
    """The demo breaks an endpoint by its name, so its address must carry that name."""
    for service in library.catalogue.services.values():
        for name, address in service.endpoints.items():
            assert address in (f"stand-in:/{service.id}/{name}", f"stand-in-tcp:/{service.id}/{name}")


def test_a_runbook_is_short_and_complete(runbook: Runbook) -> None:
    """Six to twelve steps, each with a role and times, an owner, and words about what the failure means."""
    assert 6 <= len(runbook.steps) <= 12
    assert runbook.owner
    assert runbook.summary
    assert runbook.services
    assert runbook.failure_modes
    for step in runbook.steps:
        assert step.who, step.id
        if step.what.word not in BY_ITSELF:
            assert step.expected, step.id
            assert step.overdue, step.id
            assert step.expected < step.overdue, step.id


def test_a_runbook_has_every_ordinary_kind_of_step(runbook: Runbook) -> None:
    """People act, people decide, a machine looks; and a decision leads to more than one place."""
    words = {kind.word for kind in kinds(runbook)}
    assert {"do", "choose", "check"} <= words
    for step in runbook.steps:
        if step.what.word == "choose":
            assert len({runbook.after(step, answer.word) for answer in step.what.answers()}) > 1, step.id


def test_somebody_waits(library: Library) -> None:
    """Waiting is a step of its own in at least two runbooks."""
    assert sum("wait" in {kind.word for kind in kinds(each)} for each in library.runbooks.values()) >= 2


def test_it_fits_a_phone(runbook: Runbook) -> None:
    """Titles fit a card's heading, labels a button, and no step is an essay."""
    for step in runbook.steps:
        assert len(step.title) <= 60, step.id
        assert all(len(answer.label) <= 40 for answer in step.what.answers()), step.id
        for text in (getattr(step.what, "text", ""), getattr(step.what, "question", "")):
            assert len(text) <= 450, (step.id, len(text))


def test_the_losses_in_order(october: Scenario) -> None:
    """Databases, East, caches, packets, one more: each opens an incident, breaks something, and is on the clock."""
    assert october.length.total_seconds() == 3600
    times = []
    for name in LOSSES:
        inject = october.inject(name)
        assert inject is not None
        assert inject.incident is not None
        assert inject.fault is not None
        assert inject.timing.at is not None
        times.append(int(inject.timing.at.total_seconds()) // 60)
    assert times == [0, 10, 18, 28, 38]


def test_every_loss_has_its_runbook(october: Scenario, library: Library) -> None:
    """For each incident of the game the best offer is the runbook written for it."""
    best = []
    for name in LOSSES:
        incident = october.inject(name).incident  # type: ignore[union-attr]  # the test above says that it is there
        best.append(library.offers(incident.services, incident.failure_modes, {}, incident.title)[0].runbook)
    assert best == ["database-lost", "region-lost", "cache-lost", "packet-loss", "third-party-down"]


def test_every_loss_has_a_ladder_of_hints(october: Scenario) -> None:
    """At least two hints by hand for each loss, from the gentlest on."""
    for name in LOSSES:
        ladder = [each for each in october.injects if isinstance(each.what, Hint) and each.what.on == name]
        assert len(ladder) >= 2, name
        assert all(hint.timing.by_hand for hint in ladder)
        assert [hint.what.level for hint in ladder] == ["nudge", "pointer", "answer"][: len(ladder)]  # type: ignore[union-attr]  # they are hints


def shown_to_players(scenario: Scenario) -> str:
    parts = [scenario.title, scenario.summary, scenario.briefing, *scenario.objectives, *scenario.debrief]
    for inject in every_inject(scenario):
        parts += [inject.what.words(), inject.incident.title if inject.incident else ""]
        parts += [inject.title] if inject.what.word == "move" else []
    return " ".join(parts)


def sentences_of(notes: list[str]) -> list[str]:
    return [each.strip() for note in notes for each in re.split(r"(?<=[.?!])\s", note) if len(each.strip()) > 25]


def test_what_players_are_told_does_not_hold_what_they_must_not_see(scenario: Scenario) -> None:
    """No hidden note, and no sentence of one, is in anything that is said to players."""
    shown = shown_to_players(scenario)
    sentences = sentences_of([scenario.hidden_notes, *(each.notes for each in every_inject(scenario))])
    assert len(sentences) > 20
    assert [sentence for sentence in sentences if sentence in shown] == []
    assert "NOT FOR PLAYERS" not in shown


def test_every_scenario_has_a_sentence_of_its_own_to_watch_for(scenario: Scenario) -> None:
    """If one of these sentences is ever seen by a player, it says which game leaked; it stands in the hidden notes alone."""
    sentence = GAMES[scenario.id]
    assert (
        f"NOT FOR PLAYERS. If a player can read this sentence, the game is broken: {sentence}." in scenario.hidden_notes
    )
    everywhere = "".join(text_of(each) for each in SHIPPED.scenarios.values())
    assert everywhere.count(sentence) == 1


def test_every_inject_has_notes(scenario: Scenario) -> None:
    """The dungeon master is told what to watch for."""
    assert [inject.id for inject in every_inject(scenario) if not inject.notes] == []


def test_the_history_is_told_from_what_is_invented(scenario: Scenario) -> None:
    """The file begins by saying what is historical, after which source, and what is invented, the offsets among it."""
    head = " ".join(text_of(scenario).partition("\nid:")[0].replace("#", "").split())
    assert "What is historical" in head
    assert re.search(r"sources?\b|From ", head)
    assert "What is invented for the drill:" in head
    invented = head.partition("What is invented for the drill:")[2]
    assert re.search(r"offset|every card|everything that the players see and when", invented)


def test_every_incident_finds_its_runbook(scenario: Scenario, library: Library) -> None:
    """The best offer is for the service and for its way of failing, or the file says that there is none, on purpose."""
    text = text_of(scenario)
    for inject in every_inject(scenario):
        incident = inject.incident
        if incident is None:
            continue
        labels = getattr(inject.what, "labels", {})
        offers = library.offers(incident.services, incident.failure_modes, labels, incident.title)
        block = text.partition(f"- id: {inject.id}\n")[2].partition("\n  - id:")[0]
        if "No runbook on purpose" in block:
            assert offers == (), inject.id
            continue
        best = library.runbooks[offers[0].runbook]
        assert set(incident.services) & set(best.services), inject.id
        assert set(incident.failure_modes) & set(best.failure_modes), inject.id


def test_every_objective_is_shown_by_an_expectation(scenario: Scenario) -> None:
    """Each has its number at an expectation, and each expectation has one."""
    assert {each.objective for each in scenario.expectations} == set(range(1, len(scenario.objectives) + 1))


def test_what_is_waited_for_can_happen(scenario: Scenario, library: Library) -> None:
    """Steps, answers and runbooks that conditions name are there."""
    conditions = [each.timing.when for each in every_inject(scenario)]
    conditions += [each.met_by for each in scenario.expectations] + [each.when for each in scenario.endings]
    for condition in (part for each in conditions if each for part in each.simple()):
        names = when.CONDITIONS[condition.word][0]
        if names == when.STEP:
            book, _, step = condition.ref.partition("/")
            there = library.runbooks[book].step(step)
            assert there is not None, condition.shown
            if condition.word == "answered":
                assert condition.also in {each.word for each in there.what.answers()}, condition.shown


def test_expectations_end_before_the_game(scenario: Scenario) -> None:
    """What counts from an inject on the clock is due before the game's length is over."""
    for each in scenario.expectations:
        after = scenario.inject(each.after) if each.after else None
        begins = after.timing.at if after and after.timing.at is not None else None
        if begins is not None:
            assert begins + each.within < scenario.length, each.id


def test_it_can_be_played_by_those_who_come(scenario: Scenario) -> None:
    """A briefing, an end, questions for afterwards; texts fit a message."""
    assert scenario.endings
    assert 3 <= len(scenario.debrief) <= 8
    assert len(scenario.briefing) < 1500
    assert all(len(each.what.words()) <= 320 for each in every_inject(scenario))
    assert all(each.incident is None or len(each.incident.title) <= 40 for each in every_inject(scenario))


def test_hints_are_on_ladders(scenario: Scenario) -> None:
    """Hints come by hand, each ladder from the gentlest on."""
    ladders: dict[str, list[int]] = {}
    for each in scenario.injects:
        if isinstance(each.what, Hint):
            assert each.timing.by_hand, each.id
            ladders.setdefault(each.what.on, []).append(LADDER.index(each.what.level))
    assert all(rungs == sorted(set(rungs)) for rungs in ladders.values())


def test_all_of_the_language_is_in_use(library: Library) -> None:
    """Every kind of inject, most kinds of condition, and every part of a scenario are in some shipped game."""
    games = library.scenarios.values()
    assert {each.what.word for game in games for each in every_inject(game)} == set(KINDS)
    timings = [each.timing.when for game in games for each in every_inject(game)]
    met = [each.met_by for game in games for each in game.expectations] + [
        each.when for game in games for each in game.endings
    ]
    used = {part.word for each in (*timings, *met) if each for part in each.simple()}
    assert len(used) >= 15
    assert sum(bool(game.teams) for game in games) >= 2
    assert sum(bool(game.deck) for game in games) >= 4
    assert any(game.go for game in games)
    assert any(each.judged for game in games for each in game.expectations)
    assert any(each.what.privately() for game in games for each in game.injects)
    assert any(each.hands_off for game in games for each in game.injects)
    assert any(each.what.story for game in games for each in game.injects if each.what.word == "move")  # type: ignore[union-attr]  # a move has one


def test_nothing_real_is_broken_by_what_ships(scenario: Scenario) -> None:
    """Shipped games break the demo's stand-in at most."""
    assert scenario.real_faults() == ()


def test_the_wheel(library: Library) -> None:
    """A deck for many weeks: all difficulties, ambient cards for quiet moments, no cell twice, half an hour."""
    wheel = library.scenarios["wheel"]
    assert wheel.length.total_seconds() == 1800
    assert wheel.injects == ()
    assert len(wheel.deck) >= 24
    assert {each.difficulty for each in wheel.deck} == set(range(1, 11))
    assert sum(each.ambient for each in wheel.deck) >= 4
    cells = [
        (each.inject.incident.services[0], each.inject.incident.failure_modes[0])
        for each in wheel.deck
        if each.inject.incident
    ]
    assert len(cells) == len(set(cells)) >= 20
    assert all(isinstance(each.inject.what, (Announce, Speak)) or each.inject.what.words() for each in wheel.deck)


def test_what_is_missed_has_consequences(october: Scenario) -> None:
    """Somebody asks when no commander is named, when users are not told, and when the deadline comes near."""
    conditions = [part for each in october.injects if each.timing.when for part in each.timing.when.simple()]
    missed = {each.ref for each in conditions if each.word == "missed"}
    assert missed == {"commander-named", "people-told", "databases-resolved"}


def test_the_history_is_marked_as_such() -> None:
    """The file says where its facts come from, and that the offsets are invented."""
    text = (Path(shipped()) / "scenarios" / "october-21.yaml").read_text()
    assert "The Atlantic, November 2012" in text
    assert "invented for the drill: every offset" in " ".join(text.replace("#", "").split())
