"""That `warroom --help` stays quick: it imports what describes the commands, and nothing of what carries them out."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from warroom.cli.app import app

HEAVY = {
    "sqlalchemy",
    "alembic",
    "aiohttp",
    "slack_sdk",
    "slack_bolt",
    "yaml",
    "jinja2",
    "psutil",
    "dns",
    "asyncio",
}
ASK = """
import sys
from warroom.cli import main
sys.argv = ["warroom", *{arguments}]
try:
    main()
finally:
    print("\\n".join(sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [["--help"], ["runbook", "--help"], ["scenario", "--help"], ["export", "--help"]])
def test_help_imports_nothing_that_carries_a_command_out(arguments: list[str]) -> None:
    """Of warroom only the command line itself is imported, its exit codes and its errors; of libraries none that is heavy."""
    command = [sys.executable, "-c", ASK.format(arguments=arguments)]
    asked = subprocess.run(command, capture_output=True, text=True, check=True)
    imported = set(asked.stderr.split())
    ours = {name for name in imported if name.startswith("warroom.") and not name.startswith("warroom.cli")}
    assert "Usage" in asked.stdout
    assert ours <= {"warroom.errors"}
    assert imported & HEAVY == set()


def test_help_tells_every_command_in_a_whole_sentence_and_begins_with_the_demo() -> None:
    """In a narrow terminal too, no sentence is cut; what a newcomer needs comes first."""
    shown = CliRunner().invoke(app, ["--help"], terminal_width=60).stdout
    _, _, commands = shown.partition("Commands:\n")
    told = " ".join(commands.split())
    assert "..." not in told
    assert commands.split()[0] == "demo"
    assert "every problem at once, with file and line." in told
    assert max(map(len, shown.splitlines())) <= 60
