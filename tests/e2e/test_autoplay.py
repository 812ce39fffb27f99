"""`warroom demo --autoplay --speed max`, as whoever has just installed it runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.content import shipped_library
from tests.e2e.evening import Secrets
from tests.e2e.test_secrecy import contents
from warroom.cli.exits import Exit

NAMES = ["exercise-gd-1.json", "exercise-gd-1.md", "inc-1.json", "inc-1.md"]
ENOUGH = 100  # seconds; it takes a few, the rest is for a busy machine


def warroom(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("WARROOM_", "SLACK_"))}
    command = [sys.executable, "-m", "warroom.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=ENOUGH, env=environment, check=False)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("autoplay") / "reports"
    done = warroom("demo", "--autoplay", "--speed", "max", "--out", folder)
    assert done.returncode == Exit.OK, done.stderr
    assert done.stdout.split() == [str(folder / each.name) for each in map(Path, done.stdout.split())]
    return folder


def test_it_ends_with_two_reports_in_two_formats(out: Path) -> None:
    """A scripted game day ends by itself and leaves the reports of the drill and of the real incident, nothing else."""
    assert sorted(path.name for path in out.iterdir()) == NAMES


def test_the_drills_report_tells_what_happened(out: Path) -> None:
    """The drill's report says that it is one, names who took part, what was done and what came too late."""
    report = (out / "exercise-gd-1.md").read_text(encoding="utf-8")
    for fact in ("EXERCISE", "October 21", "GD-1", "Harriet Vance", "Ana Lindqvist", "Ben Okafor", "Chiara Rossi"):
        assert fact in report
    for fact in ("The databases are gone", "Promote the replica", "Packet loss", "the lists are printed"):
        assert fact in report
    assert "late" in report.split("What was expected")[1], "somebody was too late for something, and it says so"


def test_the_real_incidents_report_is_not_an_exercise(out: Path) -> None:
    """The report of the real incident says REAL, holds its alert and how it ended, and nothing of the exercise."""
    report = (out / "inc-1.md").read_text(encoding="utf-8")
    for fact in ("REAL", "INC-1", "DonationErrorsHigh", "The provider raised our limit"):
        assert fact in report
    assert "EXERCISE" not in report


def test_nothing_hidden_is_in_any_report(out: Path) -> None:
    """No note and nothing of an inject that was not played is in what the demo leaves behind."""
    scenario = shipped_library().scenarios["october-21"]
    entries = json.loads((out / "exercise-gd-1.json").read_text(encoding="utf-8"))["entries"]
    played = {each["body"]["inject"] for each in entries if each["type"] == "InjectPlayed"}
    assert 5 < len(played) < len(scenario.injects)
    public = [scenario.briefing, *(text for each in scenario.injects if each.id in played for text in contents(each))]
    hidden = [scenario.hidden_notes, *(each.notes for each in scenario.injects)]
    hidden += [text for each in scenario.injects if each.id not in played for text in contents(each)]
    runbooks = [str(each) for each in shipped_library().runbooks.values()]
    secrets = Secrets.of(hidden, [*public, *runbooks])
    assert secrets.found_in(hidden)
    for path in out.iterdir():
        text = path.read_text(encoding="utf-8")
        assert secrets.found_in(json.loads(text) if path.suffix == ".json" else text) == set(), path.name


@pytest.mark.parametrize("name", ["exercise-gd-1.json", "inc-1.json"])
def test_the_exports_verify(out: Path, name: str) -> None:
    """`warroom verify` finds every entry as it was written, without any database."""
    done = warroom("verify", out / name, "--json")
    assert done.returncode == Exit.OK, done.stderr
    assert json.loads(done.stdout)["entries"] == len(json.loads((out / name).read_text(encoding="utf-8"))["entries"])


def test_verify_names_the_entry_that_was_tampered_with(out: Path, tmp_path: Path) -> None:
    """Changing one word of one entry afterwards is noticed, and the entry is named."""
    export = json.loads((out / "inc-1.json").read_text(encoding="utf-8"))
    tampered = next(each for each in export["entries"] if each["type"] == "IncidentResolved")
    tampered["texts"]["note"]["text"] = "Nothing was ever wrong."
    (tmp_path / "changed.json").write_text(json.dumps(export), encoding="utf-8")
    done = warroom("verify", tmp_path / "changed.json")
    assert done.returncode == Exit.UNVERIFIED
    assert f"Entry {tampered['seq']}" in done.stderr
