"""The fixtures that other people use for their own Slack apps, used as the documentation says."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, blocks


@pytest.mark.parametrize("which", ["async", "sync"])
def test_the_example_in_the_documentation_passes(which: str, tmp_path: Path) -> None:
    """The example of docs/workspace.md, copied into an empty project, is a test of a Bolt app that passes."""
    examples = [block.text for block in blocks(DOCS / "workspace.md", "python") if block.text.startswith("# ")]
    files = {text.splitlines()[0].removeprefix("# "): text for text in examples}
    wanted = {"conftest.py", "my_app.py", "test_my_app.py"} if which == "async" else {"conftest.py", "test_sync_app.py"}
    assert wanted <= set(files)
    for name in wanted:
        (tmp_path / name).write_text(files[name], "utf-8")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n", "utf-8"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", str(tmp_path)]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=90)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "passed" in ran.stdout
