"""The commands about runbooks, from the outside: files and a database in, words, files and exit codes out."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from tests.content import shipped_library
from tests.exporters.kept import keep
from tests.report import walks
from warroom.cli import showing
from warroom.cli.app import app
from warroom.cli.exits import Exit
from warroom.core.events import Entry
from warroom.definitions.library import shipped
from warroom.definitions.lint import lint
from warroom.definitions.loader import read_runbook
from warroom.definitions.schema import schema
from warroom.errors import NotFound, SettingsError
from warroom.store import migrate, people
from warroom.store.db import Database

Run = Callable[..., Result]


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """A folder with one runbook."""
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "lost.yaml").write_text(walks.BOOK)
    return folder


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which three rooms were kept; each test has a copy."""
    file = tmp_path_factory.mktemp("kept") / "warroom.db"
    with Database(f"sqlite:///{file}") as db:
        migrate.upgrade(db)
        for entries in walks.rooms():
            db.tx_sync(_keep, entries)
    return file


@pytest.fixture
def run(tmp_path: Path, kept: Path, books: Path) -> Run:
    """Run a command at a database in which three rooms were kept, and the folder of runbooks."""
    url = f"sqlite:///{shutil.copy(kept, tmp_path / 'warroom.db')}"
    environment = {"WARROOM_DATABASE": url, "WARROOM_RUNBOOKS": str(books), "COLUMNS": "60"}

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(app, words, env=environment)

    return invoke


def _keep(conn: Any, entries: list[Entry]) -> None:
    keep(conn, entries)
    for person, name in walks.NAMES.items():
        people.remember(conn, "T1", person, name, at=entries[0].at)


def test_list(run: Run) -> None:
    """Each runbook with its owner and its steps, for people and for programs."""
    assert run("runbook", "list").stdout == (
        "lost  Database lost\n  database team · 4 steps: 1 check, 2 do, 1 choose\n"
    )
    (row,) = json.loads(run("runbook", "list", "--json").stdout)
    assert (row["id"], row["steps"], row["kinds"], row["file"]) == (
        "lost",
        4,
        {"check": 1, "do": 2, "choose": 1},
        "lost.yaml",
    )


@pytest.mark.parametrize("name", sorted(shipped_library().runbooks))
def test_show_fits_a_narrow_terminal(run: Run, name: str) -> None:
    """Everything of a runbook is shown, and no line but a command to copy is wider than the terminal."""
    said = run("runbook", "show", str(shipped() / f"{name}.yaml")).stdout
    runbook = shipped_library().runbooks[name]
    words = " ".join(said.split())
    for number, step in enumerate(runbook.steps, start=1):
        assert f"{number}. {step.title}" in words
        assert " ".join(step.what.words().split()) in words
        assert step.who in words
        assert step.danger in words.replace("! ", "")
    wide = [line for line in said.splitlines() if len(line) > 60 and not line.lstrip().startswith(("$", "|"))]
    assert wide == []


@pytest.mark.parametrize("name", sorted(shipped_library().runbooks))
def test_show_for_programs(run: Run, name: str) -> None:
    """The JSON is the definition, as the schema describes it."""
    shown = json.loads(run("runbook", "show", str(shipped() / f"{name}.yaml"), "--json").stdout)
    jsonschema.validate(shown, schema("runbook"))
    assert shown["id"] == name


def test_show_a_file(run: Run, books: Path, tmp_path: Path) -> None:
    """A file needs no folder; one that is wrong is told with its line, and one that is no runbook is told so."""
    assert run("runbook", "show", str(books / "lost.yaml")).stdout.startswith("Database lost\n")
    broken = tmp_path / "broken.yaml"
    broken.write_text("runbook: 1\nid: a\n")
    assert "`title` is missing" in str(run("runbook", "show", str(broken)).exception)
    broken.write_text("catalogue: 1\n")
    assert "this is not a runbook, but a catalogue" in str(run("runbook", "show", str(broken)).exception)


def test_what_is_not_there(run: Run) -> None:
    """A name that is wrong is answered with one that is near, or with what there is."""
    for words, said in (
        (("show", "lots"), "Did you mean `lost`?"),
        (("show", "nothing-like-it"), "There is: lost."),
        (("show", "no/such.yaml"), "There is no file no/such.yaml."),
        (("list", "--runbooks", "no-folder"), "There is no folder no-folder."),
        (("patch", "lots"), "did you mean `lost`?"),
        (("findings", "--room", "GD-9"), "There is no room 'GD-9'"),
        (("draft", "INC-3", "R7"), "there is: R1."),
    ):
        found = run("runbook", *words)
        assert isinstance(found.exception, NotFound), words
        assert said in str(found.exception)
    assert isinstance(run("runbook", "graph", "lost", "--format", "png").exception, SettingsError)
    assert isinstance(run("runbook", "findings", "--mode", "exercise").exception, SettingsError)


def test_graph(run: Run, tmp_path: Path) -> None:
    """A flowchart to stdout, a drawing to a file."""
    assert run("runbook", "graph", "lost").stdout.startswith("flowchart TD\n  s1{")
    out = tmp_path / "lost.svg"
    assert run("runbook", "graph", "lost", "--format", "svg", "--out", str(out)).stdout == f"{out}\n"
    assert ElementTree.parse(out).getroot().tag.endswith("svg")


def test_findings(run: Run) -> None:
    """The worst first, under headings, and no line wider than the terminal; the end is not a failure."""
    found = run("runbook", "findings")
    assert found.exit_code == Exit.OK
    assert found.stdout.splitlines()[:3] == [
        "Could not be done",
        "- lost, step 2 “Fence it”: failed in 1 of 2 walks: “no ssh”",
        "  (INC-2)",
    ]
    assert max(map(len, found.stdout.splitlines())) <= 60
    assert found.stderr == "9 found, in 2 walks.\n"


def test_a_terminal_is_only_written_to(capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody's words cannot move the cursor, change colours or turn the line round."""
    showing.say(["a \x1b[2Jb \u202ec \r d\té"])
    assert capsys.readouterr().out == "a \ufffd[2Jb \ufffdc \ufffd d\té\n"


def test_findings_for_programs(run: Run) -> None:
    """Each finding with the fields that are promised; choosing leaves the others out."""
    every = json.loads(run("runbook", "findings", "--json").stdout)
    assert {tuple(each) for each in every} == {
        ("weight", "kind", "sentence", "runbook", "step", "where", "rooms", "count")
    }
    assert {each["weight"] for each in every} == {"broken", "lost", "misleading", "late", "vague"}
    assert [each["kind"] for each in json.loads(run("runbook", "findings", "--room", "inc-3", "--json").stdout)] == [
        "gap"
    ]
    assert json.loads(run("runbook", "findings", "--mode", "drill", "--json").stdout) == []
    assert all(each["runbook"] == "lost" for each in json.loads(run("runbook", "findings", "lost", "--json").stdout))


def test_a_patch_applies_and_is_not_written_again(run: Run, books: Path, tmp_path: Path) -> None:
    """The patch makes sound runbooks of what was learnt; after it there is nothing more to change."""
    out = tmp_path / "better.patch"
    assert run("runbook", "patch", "--out", str(out)).exit_code == Exit.OK
    subprocess.run(["git", "apply", "--check", str(out)], cwd=books, check=True)
    subprocess.run(["git", "apply", str(out)], cwd=books, check=True)
    assert sorted(file.name for file in books.iterdir()) == ["lost.yaml", "queue-stuck.yaml"]
    text = (books / "lost.yaml").read_text()
    for line in (
        "    expected: 10m # a guess",
        "    overdue: 20m",
        '  # unclear, said by Ana in INC-1 on 2012-10-21: “which one, "east" or west?”',
        "  # Done beside the plan in INC-1 on 2012-10-21; check whether it belongs here:",
        "  - id: switch-off-debug-logging",
        "  # Nobody skips this.",
    ):
        assert f"{line}\n" in text
    assert [problem for problem in lint([books]) if problem.level == "error"] == []
    again = run("runbook", "patch")
    assert (again.stdout, again.stderr) == ("", "Nothing to change.\n")


def test_a_patch_that_names_nobody(run: Run) -> None:
    """With --anonymous no name and no id of a person is in the patch."""
    text = run("runbook", "patch", "--anonymous").stdout
    assert "unclear, said in INC-1" in text
    assert "@somebody" in text
    assert not {"Ana", "Ben", "ana", "ben"} & set(text.replace("@", " ").split())


def test_a_draft(run: Run, tmp_path: Path) -> None:
    """What was done without a runbook becomes one that can be read; only what is left open is remarked on."""
    out = tmp_path / "queue.yaml"
    run("runbook", "draft", "inc-3", "r1", "--out", str(out))
    runbook = read_runbook(out.read_text(), "queue.yaml")
    assert (runbook.id, runbook.title) == ("queue-stuck", "Queue stuck")
    assert [step.title for step in runbook.steps] == [
        *("Look at the oldest message", "Restart the consumers: all of them", "Told @Ben")
    ]
    assert [problem.level for problem in lint([out]) if "nobody" not in problem.sentence] == []


def test_stale(run: Run, books: Path) -> None:
    """What was never walked, or has changed since, makes it end with 1; a walk counts from its date."""
    found = run("runbook", "stale", "--json")
    (row,) = json.loads(found.stdout)
    assert found.exit_code == Exit.FINDINGS
    assert (row["stale"], row["why"], row["walked_in_drill"]) == (True, "changed since", None)
    assert row["walked_in_reality"].startswith("2012-10-21T09:00")
    assert all(len(line) <= 80 for line in run("runbook", "stale").stdout.splitlines())


def test_when_a_file_has_changed(run: Run, books: Path) -> None:
    """In a git work tree the last commit counts, and what is not committed counts by the file's own time."""
    git = ["git", "-C", str(books), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    dated = {**os.environ, "GIT_COMMITTER_DATE": "2020-02-03T04:05:06+00:00"}
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True, env=dated)
    (row,) = json.loads(run("runbook", "stale", "--json").stdout)
    assert row["changed"] == "2020-02-03T04:05:06+00:00"
    os.utime(books / "lost.yaml", (1_600_000_000, 1_600_000_000))
    (books / "lost.yaml").write_text(walks.BOOK + "# more\n")
    os.utime(books / "lost.yaml", (1_600_000_000, 1_600_000_000))
    (row,) = json.loads(run("runbook", "stale", "--json").stdout)
    assert row["changed"] == "2020-09-13T12:26:40+00:00"


def test_fmt(run: Run, books: Path) -> None:
    """--check and --diff write nothing; without them the file is written once, and what is broken stops nothing."""
    before = (books / "lost.yaml").read_text()
    (books / "broken.yaml").write_text("runbook: [\n")
    found = run("fmt", "--check", str(books / "lost.yaml"))
    assert (found.exit_code, found.stdout) == (Exit.FINDINGS, f"{books}/lost.yaml\n")
    assert "\n+++ b/" in run("fmt", "--diff", str(books / "lost.yaml")).stdout
    assert (books / "lost.yaml").read_text() == before
    found = run("fmt", str(books))
    assert found.exit_code == Exit.SETTINGS
    assert "broken.yaml:2:1" in found.stderr
    after = (books / "lost.yaml").read_text()
    assert after != before
    assert read_runbook(after, "x") == read_runbook(before, "x")
    assert run("fmt", "--check", str(books / "lost.yaml")).exit_code == Exit.OK


def test_lint_strict(run: Run, books: Path) -> None:
    """What is good to have is asked for only where it is wanted."""
    assert run("lint", str(books)).stdout == ""
    assert "does not say how long it should take" in run("lint", "--strict", str(books)).stdout


def test_errors_are_sentences(tmp_path: Path) -> None:
    """What is not there is said on stderr, with the code for it."""
    command = [sys.executable, "-m", "warroom.cli", "runbook", "show", "none", "--runbooks", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (Exit.NOT_FOUND, "")
    assert ended.stderr == f"warroom: There is no runbook 'none' in {tmp_path}. There is: none.\n"
