"""Plants each mistake in a copy of the product and says by which invariant, and how soon, it is found.

Those that a day can show are looked for by the simulation, in days of the theme that has most of what they need; those that
need real processes by a crash lane; the rest by the tests that are named. Ends with 1 when one is not found in its time.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.crash.__main__ import configuration
from tests.planted.bugs import BUGS, Bug

ROOT = Path(__file__).parent.parent.parent
COPIED = ("warroom", "tests", "migrations", "runbooks", "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "page", "foreign", "node_modules")
WITHIN = 150.0  # seconds until a mistake must be found
LANE = 30.0  # seconds that a lane runs; it then has to come to rest and be judged


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """`days` is how many were played until then; 0 when no days are."""

    name: str
    found: bool
    by: str
    days: int = 0
    seconds: float = 0.0
    who: str = ""


def plant(bug: Bug, folder: Path) -> None:
    """A copy of the product in this folder, with the mistake in it. Raises ValueError if it does not fit any more."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=LEFT_OUT)
        else:
            shutil.copy(source, folder / name)
    for edit in bug.edits:
        path = folder / edit.file
        text = path.read_text("utf-8")
        if text.count(edit.old) != 1:
            raise ValueError(f"{bug.name}: {edit.file} has {text.count(edit.old)} places like {edit.old[:60]!r}")
        path.write_text(text.replace(edit.old, edit.new), "utf-8")


def look_for(bug: Bug, *, within: float, seed: int) -> Found:
    """Looks until it is found, or its time is over."""
    with tempfile.TemporaryDirectory() as folder:
        plant(bug, Path(folder))
        began = time.monotonic()
        look = _by_tests if bug.tests else _by_lane if bug.lane else _by_days
        found, by, days = look(bug, Path(folder), within, seed)
    return Found(name=bug.name, found=found, by=by, days=days, seconds=round(time.monotonic() - began, 1), who=bug.by)


def _by_days(bug: Bug, folder: Path, within: float, seed: int) -> tuple[bool, str, int]:
    said = _run(folder, within + 60, "-m", "tests.planted.hunt", str(seed), str(within), bug.theme)
    found = re.search(r"^found after (\d+) days by (.*)$", said, re.MULTILINE)
    if found is not None:
        return True, found[2], int(found[1])
    played = re.search(r"^not found in (\d+) days$", said, re.MULTILINE)
    if played is None:
        raise RuntimeError(f"{bug.name}: {said[-2000:]}")
    return False, "", int(played[1])


def _by_lane(bug: Bug, folder: Path, within: float, seed: int) -> tuple[bool, str, int]:
    config = configuration(bug.lane, LANE, seed, folder)
    said = _run(folder, within + 120, "-m", "tests.crash.lane", json.dumps(config))
    result = folder / f"{bug.lane}.json"
    if not result.exists():
        raise RuntimeError(f"{bug.name}: {said[-2000:]}")
    judged = json.loads(result.read_text("utf-8"))
    return bool(judged["violations"]), " ".join(sorted(judged["by_invariant"])), 0


def _by_tests(bug: Bug, folder: Path, within: float, seed: int) -> tuple[bool, str, int]:
    said = _run(folder, within, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", bug.tests)
    failed = re.search(r"^FAILED (\S+)", said, re.MULTILINE)
    if failed is None and " passed" not in said:
        raise RuntimeError(f"{bug.name}: {said[-2000:]}")
    return failed is not None, failed[1].rpartition("::")[2].partition("[")[0] if failed else "", 0


def _run(folder: Path, seconds: float, *command: str) -> str:
    """What it said. What has not ended by then is ended, with all that it has started."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    running = subprocess.Popen(
        [sys.executable, *command], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    )  # fmt: skip
    try:
        return running.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        return running.communicate()[0] + "\nit did not end"


def chosen(names: Sequence[str]) -> list[Bug]:
    return [bug for bug in BUGS if not names or any(name in bug.name or name in bug.by for name in names)]


def line(found: Found) -> str:
    after = f"{found.days} days" if found.days else ""
    by = found.by if found.found else "NOT CAUGHT"
    return f"{found.name:66} {found.who:34} {by[:44]:44} {after:>8} {found.seconds:6.1f} s"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__)
    parser.add_argument("names", nargs="*", help="those whose name, or whose finder's, has one of these words in it")
    parser.add_argument("--within", type=float, default=WITHIN, help="seconds for each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the table there as well")
    given = parser.parse_args(arguments)
    bugs, began = chosen(given.names), time.monotonic()
    print(f"{len(bugs)} mistakes, {given.at_once} at a time", flush=True)
    done: list[Found] = []
    with ThreadPoolExecutor(given.at_once) as pool:
        for each in as_completed([pool.submit(look_for, bug, within=given.within, seed=given.seed) for bug in bugs]):
            done.append(each.result())
            print(line(done[-1]), flush=True)
    missed = [each.name for each in done if not each.found]
    print(f"{len(done) - len(missed)} of {len(done)} caught in {time.monotonic() - began:.0f} s")
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps([asdict(each) for each in done], indent=1) + "\n", "utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
