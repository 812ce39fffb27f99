"""Plants each mistake in a copy of the product and says after how many simulated days it is found."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.planted.bugs import BUGS, Bug

ROOT = Path(__file__).parent.parent.parent
COPIED = ("warroom", "tests", "migrations", "runbooks", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class Found:
    """`days` were played until then; 0 when it was not found."""

    days: int
    seconds: float
    by: str


def plant(bug: Bug, folder: Path) -> None:
    """A copy of the product in this folder, with the mistake in it. Raises ValueError if it does not fit any more."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copy(source, folder / name)
    for edit in bug.edits:
        path = folder / edit.file
        text = path.read_text("utf-8")
        if text.count(edit.old) != 1:
            raise ValueError(f"{bug.name}: {edit.file} has {text.count(edit.old)} places like {edit.old[:60]!r}")
        path.write_text(text.replace(edit.old, edit.new), "utf-8")


def look_for(bug: Bug, *, days: int, seed: int) -> Found:
    """Let the simulation play until a day fails."""
    with tempfile.TemporaryDirectory() as folder:
        plant(bug, Path(folder))
        began = time.monotonic()
        command = [sys.executable, "-m", "tests.planted.hunt", str(seed), str(days)]
        environment = {**os.environ, "PYTHONPATH": folder}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    found = re.search(r"^found after (\d+) days by (.*)$", done.stdout, re.MULTILINE)
    if found is None and "not found" not in done.stdout:
        raise RuntimeError(done.stderr[-2000:])
    return Found(int(found[1]) if found else 0, time.monotonic() - began, found[2] if found else "")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.planted")
    parser.add_argument(
        "names", nargs="*", help="those whose name has one of these words in it; all of them when none is given"
    )
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    missed = 0
    for bug in BUGS:
        if given.names and not any(name in bug.name for name in given.names):
            continue
        found = look_for(bug, days=given.days, seed=given.seed)
        missed += not found.days
        said = f"day {found.days} ({found.by})" if found.days else f"NOT FOUND in {given.days} days"
        print(f"{bug.name:55} {said:40} {found.seconds:6.1f} s", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
