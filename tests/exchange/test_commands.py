"""The commands, from the outside: files and a database in, files, words and exit codes out."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.exporters.kept import keep
from tests.report import stories
from warroom.cli.app import app
from warroom.cli.exits import Exit
from warroom.core.events import Entry
from warroom.core.scenario import Scenario
from warroom.definitions.exchange import NotBrought
from warroom.definitions.lint import lint
from warroom.definitions.loader import read_scenario
from warroom.errors import NotFound, SettingsError
from warroom.store import migrate
from warroom.store.db import Database

Run = Callable[..., Result]
PLAN = "Time,Message,From\nM+5,We are slow,Support desk\nM+9,Still slow,Support desk\n"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command at a database that holds a closed exercise, and a real room that still goes on."""
    url = f"sqlite:///{tmp_path}/warroom.db"
    with Database(url) as db:
        migrate.upgrade(db)
        db.tx_sync(keep, stories.exercise().entries)
        db.tx_sync(keep, _without_its_end(stories.incident().entries))
    runner = CliRunner(env={"WARROOM_DATABASE": url})
    return lambda *words: runner.invoke(app, [str(word) for word in words])


def _without_its_end(entries: list[Entry]) -> list[Entry]:
    return entries[:-1]


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    (tmp_path / "plan.csv").write_text(PLAN)
    return tmp_path / "plan.csv"


def scenario(file: Path) -> Scenario:
    return read_scenario(file.read_text(), str(file))


def fails(result: Result, error: type[Exception], *words: str) -> None:
    """The command raises this error, which `main` makes a sentence and an exit code of."""
    assert isinstance(result.exception, error), (result.exception, result.output)
    for word in words:
        assert word in str(result.exception)


def test_a_list_becomes_a_file(run: Run, plan: Path, tmp_path: Path) -> None:
    """The file is named on stdout, what was made up on stderr and in the file; it lints clean."""
    result = run("import", "scenario", plan, "-o", tmp_path / "new" / "plan.yaml", "--id", "slow", "--title", "Slow")
    assert (result.exit_code, result.stdout.strip()) == (Exit.OK, str(tmp_path / "new" / "plan.yaml"))
    assert "made up" in result.stderr
    written = tmp_path / "new" / "plan.yaml"
    assert (scenario(written).id, scenario(written).title) == ("slow", "Slow")
    assert "# - made up" in written.read_text()
    assert lint([written]) == ()


def test_without_output_it_is_printed(run: Run, plan: Path) -> None:
    """stdout is the scenario and nothing else."""
    result = run("import", "scenario", plan)
    assert len(read_scenario(result.stdout, "-").injects) == 2


def test_nothing_is_written_over(run: Run, plan: Path, tmp_path: Path) -> None:
    """A file that is there is left as it is, and --force writes over it."""
    there = tmp_path / "there.yaml"
    there.write_text("mine")
    fails(run("import", "scenario", plan, "-o", there), NotBrought, "is there already", "--force")
    fails(run("scenario", "export", "october-21", "-o", there, "--format", "csv"), NotBrought, "--force")
    assert there.read_text() == "mine"
    assert run("import", "scenario", plan, "-o", there, "--force").exit_code == Exit.OK
    assert scenario(there).injects
    fails(run("import", "scenario", plan, "-o", tmp_path), NotBrought, "is a folder")


def test_for_programs(run: Run, plan: Path, tmp_path: Path) -> None:
    """--json says what was written, the text, and every note as data."""
    doc = json.loads(run("import", "scenario", plan, "--json").stdout)
    assert (doc["injects"], doc["written"]) == (2, [])
    assert read_scenario(doc["yaml"], "-").id == doc["scenario"]
    assert {note["kind"] for note in doc["notes"]} == {"made"}
    doc = json.loads(run("scenario", "export", "october-21", "--json").stdout)
    assert doc["rows"][0][0] == "Event Number"
    assert {note["kind"] for note in doc["notes"]} == {"left"}


def test_an_experiment_of_many_actions_is_parted(run: Run, tmp_path: Path) -> None:
    """The parts are written beside the scenario, and the entry for the operator names them where they are."""
    action = {"type": "action", "provider": {"type": "process", "path": "tc"}}
    document = {"title": "Two", "description": "d", "method": [{**action, "name": "a"}, {**action, "name": "b"}]}
    (tmp_path / "two.json").write_text(json.dumps(document))
    result = run("import", "scenario", tmp_path / "two.json", "-o", tmp_path / "out" / "two.yaml")
    assert result.exit_code == Exit.OK
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["two-a.json", "two-b.json", "two.yaml"]
    assert f'experiment: "{tmp_path}/out/two-a.json"' in result.stderr
    fails(
        run("import", "scenario", tmp_path / "two.json", "-o", tmp_path / "out" / "other.yaml"),
        NotBrought,
        "two-a.json is there",
    )
    assert not (tmp_path / "out" / "other.yaml").exists()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_out_and_in_again(run: Run, ending: str, tmp_path: Path) -> None:
    """A shipped scenario goes into a spreadsheet and comes back; a second export is the same file."""
    assert run("scenario", "export", "october-21", "-o", tmp_path / f"a.{ending}").exit_code == Exit.OK
    brought = run("import", "scenario", tmp_path / f"a.{ending}", "-o", tmp_path / "a.yaml", "--id", "october-21")
    assert brought.exit_code == Exit.OK
    assert run("scenario", "export", tmp_path / "a.yaml", "-o", tmp_path / f"b.{ending}").exit_code == Exit.OK
    assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


def test_a_closed_room_becomes_a_scenario(run: Run, tmp_path: Path) -> None:
    """By its key from the database, and from its JSON export, it is the same; names are in neither."""
    result = run("scenario", "from-incident", "GD-1", "-o", tmp_path / "room.yaml")
    assert result.exit_code == Exit.OK, result.exception
    assert run("export", "GD-1", "--out", tmp_path / "x", "--format", "json", "--hidden").exit_code == Exit.OK
    (exported,) = (tmp_path / "x").iterdir()
    assert run("scenario", "from-incident", exported, "-o", tmp_path / "export.yaml").exit_code == Exit.OK
    assert scenario(tmp_path / "room.yaml") == scenario(tmp_path / "export.yaml")
    assert lint([tmp_path / "room.yaml"]) == ()
    said = (tmp_path / "room.yaml").read_text()
    assert not [name for name in (*stories.NAMES, *stories.NAMES.values()) if name in said]


def test_names_that_were_found_are_said_and_stand_in_no_file(run: Run, tmp_path: Path) -> None:
    """Who was taken for a person in a report is named on stderr alone; the notes that name nobody stand in the file."""
    (tmp_path / "r.md").write_text("# Slow\n\n## Timeline\n\n- 14:05 Yuvi says that it is slow\n")
    result = run("scenario", "from-incident", tmp_path / "r.md", "-o", tmp_path / "r.yaml")
    assert "Yuvi" in result.stderr
    said = (tmp_path / "r.yaml").read_text()
    assert "has no list of people" in said
    assert "yuvi" not in said.lower()


def test_an_export_for_players_will_do(run: Run, tmp_path: Path) -> None:
    """What is hidden is withheld there; the injects and their times are the same."""
    run("scenario", "from-incident", "GD-1", "-o", tmp_path / "room.yaml")
    run("export", "GD-1", "--out", tmp_path / "x", "--format", "json")
    (exported,) = (tmp_path / "x").iterdir()
    assert run("scenario", "from-incident", exported, "-o", tmp_path / "export.yaml").exit_code == Exit.OK
    both = [scenario(tmp_path / name).injects for name in ("room.yaml", "export.yaml")]
    assert [(each.timing, each.what.words()) for each in both[0]] == [
        (each.timing, each.what.words()) for each in both[1]
    ]


def test_a_room_that_goes_on_is_refused(run: Run, tmp_path: Path) -> None:
    """In the database and as an export: close it first. A room that is not there is said with those that are."""
    fails(run("scenario", "from-incident", "INC-7"), NotFound, "still goes on")
    run("export", "INC-7", "--out", tmp_path / "x", "--format", "json")
    (exported,) = (tmp_path / "x").iterdir()
    fails(run("scenario", "from-incident", exported), NotBrought, "still going on")
    fails(run("scenario", "from-incident", "INC-99"), NotFound, "there is: ", "GD-1")


def test_a_changed_export_is_refused(run: Run, tmp_path: Path) -> None:
    """An export that does not verify is no source."""
    run("export", "GD-1", "--out", tmp_path / "x", "--format", "json")
    (exported,) = (tmp_path / "x").iterdir()
    exported.write_text(exported.read_text().replace("commander", "scribe"))
    result = run("scenario", "from-incident", exported)
    assert type(result.exception).__name__ in ("BadEntry", "VerificationFailed")


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("import", "scenario", "nowhere.csv"), NotFound, "There is no file nowhere.csv"),
        (("import", "scenario", "PLAN", "--column", "message"), SettingsError, "from=Originator"),
        (("import", "scenario", "PLAN", "--id", "No Slug"), SettingsError, "lowercase letters"),
        (("import", "scenario", "PLAN", "--format", "ods"), NotBrought, "there is no such format"),
        (("scenario", "export", "october-22"), NotFound, "did you mean `october-21`"),
        (("scenario", "export", "october-21", "--format", "xlsx"), SettingsError, "--output"),
        (("scenario", "export", "october-21", "-o", "x.ods"), SettingsError, "neither `csv` nor `xlsx`"),
        (("scenario", "from-incident", "nowhere.md"), NotFound, "There is no file nowhere.md"),
        (("scenario", "from-incident", "PLAN"), NotBrought, "no account of an incident"),
    ],
)
def test_what_is_wrong_is_said(run: Run, words: tuple[str, ...], error: type[Exception], said: str, plan: Path) -> None:
    """Each mistake has a sentence that says what to do."""
    fails(run(*(str(plan) if word == "PLAN" else word for word in words)), error, said)
