"""`warroom scenario`: what it prints, and how it ends."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.rehearsal.soak import WHOLE
from warroom.cli.app import app
from warroom.errors import NotFound, SettingsError

RUN = CliRunner()
HOPELESS = """\
scenario: 1
id: hopeless
title: Hopeless
briefing: It is gone.
injects:
  - id: gone
    title: Gone
    at: T+0m
    announce: It is gone.
    incident: {title: Gone, services: [databases], failure_modes: [lost]}
expectations:
  - id: at-once
    what: It is well again at once
    after: gone
    within: 5s
    met_by: {resolved: gone}
"""


def test_show_prints_the_plan() -> None:
    """For people in lines; for programs as JSON, by file or by id."""
    shown = RUN.invoke(app, ["scenario", "show", str(WHOLE)])
    assert shown.exit_code == 0
    assert "The night" in shown.output
    told = json.loads(RUN.invoke(app, ["scenario", "show", "october-21", "--json"]).output)
    assert told["id"] == "october-21"


@pytest.mark.parametrize(("format", "begins"), [("mermaid", "flowchart TD"), ("svg", "<svg ")])
def test_graph_draws_it(format: str, begins: str, tmp_path: Path) -> None:
    """As Mermaid or SVG, into a file when one is named."""
    out = tmp_path / "drawn"
    assert RUN.invoke(app, ["scenario", "graph", str(WHOLE), "--format", format, "--out", str(out)]).exit_code == 0
    assert out.read_text(encoding="utf-8").startswith(begins)


def test_simulate_says_what_came_of_it() -> None:
    """A summary, or JSON; whoever plays, it ends well when a perfect team could meet everything."""
    told = RUN.invoke(app, ["scenario", "simulate", "october-21", "--players", "absent", "--json"])
    assert told.exit_code == 0
    document = json.loads(told.stdout)
    assert document["contingencies"] == ["who-is-in-charge", "press-asks", "plan-b"]
    assert document["impossible"] == []
    shown = RUN.invoke(app, ["scenario", "simulate", str(WHOLE), "--transcript"])
    assert shown.exit_code == 0
    assert "presses “Acknowledge”" in shown.stdout


def test_simulate_ends_with_1_when_nobody_could(tmp_path: Path) -> None:
    """What even a perfect team does not meet is said on stderr, and the exit code says so."""
    file = tmp_path / "hopeless.yaml"
    file.write_text(HOPELESS, encoding="utf-8")
    told = RUN.invoke(app, ["scenario", "simulate", str(file)])
    assert told.exit_code == 1
    assert "Even a perfect team does not meet at-once" in told.stderr


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        (["show", "october"], NotFound, "october-21"),
        (["show", "no/such.yaml"], NotFound, "There is no file"),
        (["graph", "october-21", "--out", str(WHOLE.parent)], NotFound, "is a folder; name the file"),
        (["graph", "october-21", "--format", "png"], SettingsError, "neither `mermaid` nor `svg`"),
        (["simulate", "october-21", "--players", "drunk"], SettingsError, "There are no 'drunk' players"),
    ],
)
def test_what_cannot_be_done_is_said(asked: list[str], error: type[Exception], says: str) -> None:
    """Each in a sentence that says what there is."""
    told = RUN.invoke(app, ["scenario", *asked])
    assert isinstance(told.exception, error)
    assert says in str(told.exception)
