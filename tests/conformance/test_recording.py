"""Recordings hold everything that crossed the wire, of every workspace, and no secret."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.conformance.record import read_folder
from tests.conformance.session import record_session
from tests.workspace.bench import SEED, manifest
from warroom.workspace import InstalledApp, Workspace
from warroom.workspace.recording import HIDDEN, VARIABLE, Recording, open_recording


def test_no_secret_is_written_down(tmp_path: Path) -> None:
    """Tokens, signing secrets and the addresses that are as good as a token do not occur; that there was one does."""
    recordings, secrets = record_session(tmp_path)
    written = "".join(recording.text for recording in recordings)
    assert len(secrets) > 6
    assert [secret for secret in secrets if secret in written or secret.rpartition("/")[2] in written] == []
    assert f'"token": "{HIDDEN}"' in written
    assert f"ticket={HIDDEN}" in written
    assert f"%2F{HIDDEN}" in written  # a response URL, in the form of a command over HTTP


def test_a_secret_is_hidden_wherever_it_occurs(tmp_path: Path) -> None:
    """Also inside texts, as a key, and with characters that JSON escapes."""
    recording = Recording(tmp_path)
    recording.hide(['sec"ret', ""])
    recording.write(
        {"kind": "call", 'sec"ret': 'a sec"ret in a sentence', "header": "Bearer xoxb-1-2-abc and xapp-1-A-2"}
    )
    recording.close()
    [read] = read_folder(tmp_path)
    assert read.lines == [
        {"kind": "call", HIDDEN: f"a {HIDDEN} in a sentence", "header": f"Bearer xoxb-{HIDDEN} and xapp-{HIDDEN}"}
    ]


async def _call(workspace_url: str, app: InstalledApp | dict[str, Any], method: str, **fields: str) -> None:
    token = app.bot_token if isinstance(app, InstalledApp) else app["bot_token"]
    async with aiohttp.ClientSession() as session:
        await session.post(f"{workspace_url}/api/{method}", data=fields, headers={"Authorization": f"Bearer {token}"})


async def test_each_workspace_has_a_file_of_its_own(tmp_path: Path) -> None:
    """Two workspaces of one process do not write into each other's file, and stopping writes what still waited."""
    for channel in ("one", "two"):
        async with Workspace(seed=SEED, record=tmp_path) as workspace:
            await _call(workspace.url, await workspace.install(manifest()), "conversations.create", name=channel)
            assert not any(recording.text for recording in read_folder(tmp_path) if channel in recording.text)
    names = [[line["request"]["name"] for line in r.lines if line["kind"] == "call"] for r in read_folder(tmp_path)]
    assert sorted(names) == [["one"], ["two"]]


def test_recordings_are_read_in_the_order_in_which_they_began(tmp_path: Path) -> None:
    """The eleventh workspace is read after the ninth, or an event it sends again would look like one that came too early."""
    for number in range(12):
        recording = Recording(tmp_path)
        recording.write({"number": number})
        recording.close()
    assert [recording.lines for recording in read_folder(tmp_path)] == [[{"number": number}] for number in range(12)]


async def test_a_call_is_recorded_as_it_was_made(tmp_path: Path) -> None:
    """The HTTP method, the encoding, the kind of token, the arguments as they were sent, the reply, the status."""
    async with Workspace(seed=SEED, record=tmp_path) as workspace:
        app = await workspace.install(manifest())
        await _call(
            workspace.url, app, "conversations.info", channel=workspace.channel("general"), include_locale="true"
        )
    [recording] = read_folder(tmp_path)
    [call] = [line for line in recording.lines if line["kind"] == "call"]
    assert call["request"] == {"channel": call["response"]["channel"]["id"], "include_locale": "true"}
    assert {name: call[name] for name in ("http", "encoding", "kind_of_token", "app_id", "method", "status")} == {
        "http": "POST",
        "encoding": "application/x-www-form-urlencoded",
        "kind_of_token": "xoxb",
        "app_id": app.app_id,
        "method": "conversations.info",
        "status": 200,
    }


async def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """WORKSPACE_RECORD is the folder of every workspace that is not given one; without either nothing is written."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "new"))
    async with Workspace(seed=SEED) as workspace:
        await _call(workspace.url, await workspace.install(manifest()), "auth.test")
    monkeypatch.delenv(VARIABLE)
    async with Workspace(seed=SEED) as workspace:
        await _call(workspace.url, await workspace.install(manifest()), "team.info")
    assert open_recording() is None
    [recording] = read_folder(tmp_path / "new")
    assert [line["method"] for line in recording.lines if line["kind"] == "call"] == ["auth.test"]


async def test_a_workspace_of_another_process_is_recorded(tmp_path: Path) -> None:
    """`python -m warroom.workspace --record` writes when it is asked to stop; the option comes before the environment."""
    given, meant = tmp_path / "environment", tmp_path / "option"
    (tmp_path / "manifest.json").write_text(json.dumps(manifest()), "utf-8")
    options = ["--port", "0", "--manifest", str(tmp_path / "manifest.json"), "--record", str(meant), "--json"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "warroom.workspace", *options),
        env=os.environ | {VARIABLE: str(given)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    started = json.loads(await process.stdout.readline())
    [app] = started["apps"]
    await _call(started["url"], app, "auth.test")
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    [recording] = read_folder(meant)
    assert [line["method"] for line in recording.lines if line["kind"] == "call"] == ["auth.test"]
    assert app["bot_token"] not in recording.text
    assert not given.exists()


def test_much_is_written_before_the_end(tmp_path: Path) -> None:
    """What waits in memory is bounded: a process that is killed loses little. After the end nothing waits."""
    recording = Recording(tmp_path)
    [path] = tmp_path.iterdir()
    for _ in range(30):
        recording.write({"kind": "call", "text": "x" * 10_000})
    assert path.stat().st_size > 256 * 1024
    recording.close()
    size = path.stat().st_size
    recording.write({"kind": "late"})
    assert path.stat().st_size > size


CONFTEST = (
    "from tests.conftest import pytest_configure, pytest_sessionfinish, pytest_terminal_summary, pytest_unconfigure"
)
TEST = """
import pytest
from warroom.workspace import Workspace

@pytest.mark.parametrize("n", [1, 2])
async def test_calls(n):
    async with Workspace() as workspace:
        workspace.wire.record("in", "call", method={method!r}, response={{"ok": True}}, status=200)
"""


# That a run with workers and without violations ends well is what every run of all tests shows.
@pytest.mark.parametrize(
    ("method", "workers", "code", "said"),
    [
        ("api.test", "0", 0, "0 violations"),
        ("api.toast", "0", 1, "2 violations"),
        ("api.toast", "2", 1, "2 violations"),
    ],
)
async def test_a_run_of_tests_fails_for_a_violation(
    tmp_path: Path, method: str, workers: str, code: int, said: str
) -> None:
    """With workers or without: what all tests recorded is counted, and a violation alone makes the run fail."""
    (tmp_path / "conftest.py").write_text(CONFTEST, "utf-8")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n", "utf-8"
    )
    (tmp_path / "test_it.py").write_text(TEST.format(method=method), "utf-8")
    recorded = tmp_path / "recorded"
    recorded.mkdir()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-n", workers, str(tmp_path)),
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), VARIABLE: str(recorded)},
        stdout=asyncio.subprocess.PIPE,
    )
    printed = (await process.communicate())[0].decode()
    assert (process.returncode, "2 passed" in printed, said in printed) == (code, True, True), printed
    assert "2 calls of 1 methods" in printed
    assert ("method.unknown: api.toast" in printed, bool(list(recorded.iterdir()))) == (code == 1, code == 1)
