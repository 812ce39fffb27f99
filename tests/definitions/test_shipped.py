"""The content that ships: it must be what an on-call engineer would want at 3 a.m., as far as a machine can tell."""

import re
from pathlib import Path

import pytest

from warroom.core.injects.hint import Hint
from warroom.core.runbook import Runbook
from warroom.core.scenario import Scenario
from warroom.core.steps.kind import StepBase
from warroom.definitions.library import Library, load_library, shipped
from warroom.definitions.lint import lint

LOSSES = ("databases-lost", "east-lost", "memcache-lost", "packet-loss", "identity-lost")
BY_ITSELF = ("announce", "runbook")  # what takes no time of its own
RUNBOOKS = ("bad-deploy", "database-lost", "cache-lost", "region-lost", "packet-loss", "third-party-down")


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library([shipped()])


@pytest.fixture(scope="module")
def october(library: Library) -> Scenario:
    return library.scenarios["october-21"]


@pytest.fixture(params=RUNBOOKS)
def runbook(library: Library, request: pytest.FixtureRequest) -> Runbook:
    return library.runbooks[request.param]


def kinds(runbook: Runbook) -> list[type[StepBase]]:
    return [type(step.what) for step in runbook.steps]


def test_lint_is_silent() -> None:
    """Shipped content has no errors and no warnings."""
    assert [str(problem) for problem in lint([shipped()])] == []


def test_what_ships(library: Library) -> None:
    """The runbooks, the scenario and the services people are told about."""
    assert set(library.runbooks) == {*RUNBOOKS, "bad-deploy"}  # which shows the kinds of step that are less ordinary
    assert set(library.scenarios) == {"october-21"}
    assert {"narwhal", "databases", "web", "cache", "provider", "identity"} <= set(library.catalogue.services)


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


def test_what_players_are_told_does_not_hold_what_they_must_not_see(october: Scenario) -> None:
    """No hidden note, and no sentence of one, is in anything that is said to players."""
    shown = " ".join(
        [
            *(october.title, october.summary, october.briefing, *october.objectives),
            *(inject.what.words() for inject in october.injects),
            *(inject.incident.title for inject in october.injects if inject.incident),
        ]
    )
    notes = [october.hidden_notes, *(inject.notes for inject in october.injects)]
    sentences = [each.strip() for note in notes for each in re.split(r"(?<=[.?!])\s", note) if len(each.strip()) > 25]
    assert len(sentences) > 40
    assert [sentence for sentence in sentences if sentence in shown] == []
    assert "NOT FOR PLAYERS" not in shown
    assert "the heron stands in the western reeds" in october.hidden_notes


def test_nearly_every_inject_has_notes(october: Scenario) -> None:
    """The dungeon master is told what to watch for."""
    assert [inject.id for inject in october.injects if not inject.notes] == []


def test_what_is_missed_has_consequences(october: Scenario) -> None:
    """Somebody asks when no commander is named, when users are not told, and when the deadline comes near."""
    missed = {inject.timing.when.ref for inject in october.injects if inject.timing.when}
    assert missed == {"commander-named", "people-told", "databases-resolved"}


def test_the_history_is_marked_as_such() -> None:
    """The file says where its facts come from, and that the offsets are invented."""
    text = (Path(shipped()) / "scenarios" / "october-21.yaml").read_text()
    assert "The Atlantic, November 2012" in text
    assert "invented for the drill: every offset" in " ".join(text.replace("#", "").split())
