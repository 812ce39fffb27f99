"""`python -m warroom.workspace` and `warroom workspace`: what they print, and what they say when something is wrong."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from warroom.workspace.__main__ import main

from .bench import manifest

COMMANDS = (("-m", "warroom.workspace"), ("-m", "warroom.cli", "workspace"))


def test_what_cannot_be_used_is_said_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is missing, unreadable or wrong, and a port that is taken, are named in one sentence, without a trace."""
    here = tmp_path / "file.yaml"

    def _refused(*arguments: str) -> str:
        """What it says when it ends with 2."""
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        assert (ended.value.code, said.out) == (2, "")
        return said.err.strip()

    assert _refused("--seed", str(here)) == f"workspace: The seed {here} cannot be read: No such file or directory."
    here.write_text("a: [", "utf-8")
    assert _refused("--manifest", str(here)).startswith(f"workspace: The manifest {here} is neither YAML nor JSON")
    here.write_text("[]", "utf-8")
    assert _refused("--port", "0", "--manifest", str(here)) == f"workspace: The manifest {here} is not an object."
    here.write_text("people: [{nam: ana}]", "utf-8")
    assert _refused("--seed", str(here)) == f"workspace: {here}: people[0]: nam is not known; did you mean name?"
    here.write_text("display_information: {name: x}", "utf-8")
    assert "cannot be installed: features.bot_user is missing" in _refused("--port", "0", "--manifest", str(here))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert (
            _refused("--port", port) == f"workspace: Port {port} cannot be used (address already in use). Try --port 0."
        )


@pytest.mark.parametrize("command", COMMANDS, ids=["module", "warroom"])
def test_it_prints_what_an_app_needs(command: tuple[str, ...], tmp_path: Path) -> None:
    """It prints its address and each app's tokens, for people as lines for a shell and with --json for programs."""
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for name, file in zip(("one", "two"), files, strict=True):
        file.write_text(json.dumps(manifest(name=name)), "utf-8")
    arguments = [sys.executable, *command, "--port", "0", *(f"--manifest={file}" for file in files)]
    with subprocess.Popen([*arguments, "--json"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        shown = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
    assert shown["api_url"] == f"{shown['url']}/api/"
    assert [app["app"] for app in shown["apps"]] == ["one", "two"]
    assert {app["bot_token"][:5] for app in shown["apps"]} == {"xoxb-"}
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(12)]
        process.send_signal(signal.SIGTERM)
    assert "It is not Slack." in lines[0]
    assert [line.partition("=")[0] for line in lines if line.startswith("export")] == [
        "export SLACK_BOT_TOKEN",
        "export SLACK_APP_TOKEN",
        "export SLACK_SIGNING_SECRET",
    ] * 2
