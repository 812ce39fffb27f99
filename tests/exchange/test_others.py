"""T3SF, the Wheel of Misfortune and OpenAEV, and files that are none of them."""

import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.corpus import files, needs
from warroom.core.injects import Announce, Speak
from warroom.core.when import Timing
from warroom.definitions.exchange import Brought, Given, NotBrought, bring
from warroom.definitions.lint import lint
from warroom.definitions.loader import read_scenario
from warroom.definitions.writing_scenarios import write


def brought(tmp_path: Path, document: Any, given: Given | None = None) -> Brought:
    file = tmp_path / "given.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    found = bring(file, given or Given())
    assert read_scenario(write(found.scenario, map(str, found.notes)), "x") == found.scenario
    return found


def left(found: Brought) -> str:
    return "\n".join(str(note) for note in found.notes if note.kind == "left")


# --- T3SF


def test_t3sf(tmp_path: Path) -> None:
    """Each event is an inject at its real time, said by who sends it, to the players; polls are kept in the notes."""
    events = [
        {"#": 1, "Real Time": "11:55 PM", "Date": "Monday 9:30 AM", "Subject": "Odd mail", "From": "Help desk", "Player": "Legal", "Script": "Look."},
        {"#": 2, "Real Time": "12:05 AM", "Date": "Monday 9:45 AM", "Subject": "Vote", "From": "Boss", "Player": "all", "Script": "Well?", "Poll": "Pay | Wait"},
    ]  # fmt: skip
    first, second = brought(tmp_path, events).scenario.injects
    assert (first.title, first.what, first.to) == ("Odd mail", Speak(actor="help-desk", text="Look."), ("legal",))
    assert (second.timing, second.to) == (Timing(at=timedelta(minutes=10)), ())
    assert second.notes == "Poll: Pay | Wait\nDate: Monday 9:45 AM"


# --- the wheel


@needs("scenarios")
def test_the_wheel_of_the_corpus_becomes_a_deck(tmp_path: Path) -> None:
    """Every incident is a card that can be drawn; a story in Ink is said to be left behind; lint has nothing to say."""
    (sample,) = files("scenarios", "*.json.sample")
    found = bring(sample, Given(services=("databases",)))
    incidents = json.loads(sample.read_text())
    assert [card.inject.what.words() for card in found.scenario.deck] == [each["scenario"] for each in incidents]
    assert left(found).count("a program in Ink") == sum("inkstory" in each for each in incidents)
    (tmp_path / "deck.yaml").write_text(write(found.scenario))
    assert lint([tmp_path / "deck.yaml"]) == ()


def test_difficulties_and_unnamed_services(tmp_path: Path) -> None:
    """Difficulty in words or numbers is kept, any other is listed; a service that nobody names is said to be made up."""
    cards = [{"title": f"T{n}", "scenario": "Gone.", "difficulty": n} for n in ("easy", 9, "brutal")] + [
        {"scenario": ""}
    ]
    found = brought(tmp_path, cards)
    assert [card.difficulty for card in found.scenario.deck] == [3, 9, 5]
    assert "brutal" in left(found)
    assert "incident 4" in left(found)
    assert any("--service" in note.text for note in found.notes if note.kind == "made")


# --- OpenAEV


def openaev() -> dict[str, Any]:
    def depends(parent: str) -> list[dict[str, Any]]:
        relation = {"inject_parent_id": parent, "inject_children_id": "x"}
        rules = {"mode": "and", "conditions": [{"key": "Execution", "value": True, "operator": "eq"}]}
        return [{"dependency_relationship": relation, "dependency_condition": rules}]

    expectation = {
        "expectation_name": "They call the desk",
        "expectation_expiration_time": 600,
        "expectation_score": 10,
    }
    return {
        "scenario_information": {"scenario_name": "Storm", "scenario_description": "<p>Hidden</p>", "scenario_severity": "high"},
        "scenario_teams": [{"team_id": "t1", "team_name": "Operations"}, {"team_id": "t2", "team_name": "Idle"}],
        "scenario_users": [{"user_email": "ada@example.com"}],
        "scenario_objectives": [{"objective_title": "Act early", "objective_description": "before it hurts"}],
        "scenario_lessons_categories": [{"lessons_category_id": "c", "lessons_category_order": 1}],
        "scenario_lessons_questions": [
            {"lessons_question_content": "Second?", "lessons_question_order": 2},
            {"lessons_question_content": "First?", "lessons_question_order": 1},
        ],
        "scenario_injects": [
            {"inject_id": "a", "inject_title": "Mail", "inject_content": {"subject": "Wind", "body": "<p>It blows.</p><p>Act &amp; tell.</p>", "expectations": [expectation], "encrypted": True}, "inject_depends_duration": 60, "inject_teams": ["t1"]},
            {"inject_id": "b", "inject_title": "Next", "inject_content": {"message": "More."}, "inject_depends_duration": 360, "inject_depends_on": depends("a"), "inject_all_teams": True},
            {"inject_id": "c", "inject_title": "Off", "inject_enabled": False, "inject_content": {"body": "No."}},
            {"inject_id": "d", "inject_title": "Mute", "inject_content": {}},
        ],
    }  # fmt: skip


def test_openaev(tmp_path: Path) -> None:
    """Injects with their times and teams, what depends on what, expectations, objectives and the questions in order."""
    found = brought(tmp_path, openaev())
    scenario, (mail, after) = found.scenario, found.scenario.injects
    assert (scenario.title, scenario.hidden_notes) == ("Storm", "Hidden")
    assert (mail.what, mail.to) == (Announce(text="Wind\n\nIt blows.\n\nAct & tell."), ("operations",))
    assert mail.timing == Timing(at=timedelta(minutes=1))
    assert (after.timing, after.to) == (Timing(after="mail", by=timedelta(minutes=5)), ())
    (expected,) = scenario.expectations
    assert (expected.after, expected.within) == ("mail", timedelta(minutes=10))
    assert scenario.objectives == ("Act early: before it hurts",)
    assert scenario.debrief == ("First?", "Second?")


def test_what_openaev_says_beside_that_is_listed(tmp_path: Path) -> None:
    """People, idle teams, switched-off and silent injects, severity and odd content are in the notes; no address is."""
    found = brought(tmp_path, openaev())
    said = left(found)
    for each in ("users: ", "`idle`", "Off", "Mute", "`severity`: high", "`encrypted`"):
        assert each in said
    assert "example.com" not in write(found.scenario, map(str, found.notes))


def test_openaev_in_its_zip(tmp_path: Path) -> None:
    """The export as it is downloaded gives the same; a ZIP without a JSON file is refused."""
    with zipfile.ZipFile(tmp_path / "storm.zip", "w") as archive:
        archive.writestr("storm.json", json.dumps(openaev()))
        archive.writestr("picture.png", b"x")
    assert bring(tmp_path / "storm.zip", Given()).scenario == brought(tmp_path, openaev()).scenario
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(NotBrought, match="not one JSON file"):
        bring(tmp_path / "empty.zip", Given())


# --- anything else


@pytest.mark.parametrize(
    ("name", "content", "format", "sentence"),
    [
        ("a.json", "{}", "", "nothing that is known here"),
        ("a.json", "{", "", r"a\.json:1: this is not JSON"),
        ("a.json", "[" * 100_000, "", "cannot be read|nested more than"),
        ("a.yaml", "a: &x [1]\nb: *x\n", "", r"a\.yaml:2: `\*x` is an alias"),
        ("a.yaml", "a: 2012-02-31\n", "", "YAML cannot read this"),
        ("a.yaml", "", "", "the file is empty"),
        ("a.json", "[]", "wheel", "no incident of this list"),
        ("a.json", "{}", "openaev", "`scenario_injects` is missing"),
        ("a.json", "[1]", "t3sf", "event 1 is not an object"),
        ("a.json", "{}", "chaostoolkit", "`title` is missing"),
        ("a.json", "{}", "ink", "there is no such format"),
    ],
)
def test_what_is_nothing_of_that_kind(name: str, content: str, format: str, sentence: str, tmp_path: Path) -> None:
    """Every file that cannot be brought in gets a sentence with its name, and the line where there is one."""
    (tmp_path / name).write_text(content)
    with pytest.raises(NotBrought, match=sentence):
        bring(tmp_path / name, Given(), format)
