"""Whether a lane can fail at all: bugs are planted in a copy of the tree, and each has to be caught.

python -m tests.crash.planted [--seconds 25] [NAME ...]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.crash.__main__ import configuration

HERE = Path(__file__).parent.parent.parent
SECONDS = 25.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Bug:
    """`edits` are (file, text that is there once, text that is put in its place). `lane` is where it can show, with this
    seed, in so many seconds of trouble; a seed draws the same trouble, but not the same moment.
    """

    name: str
    lane: str
    edits: tuple[tuple[str, str, str], ...]
    seed: int = 1
    seconds: float = SECONDS


BUGS = (
    Bug(
        name="blind resend",
        lane="sqlite",
        edits=(
            (
                "warroom/slack/perform.py",
                "        if not claimed.unsure:\n",
                "        if claimed.attempts:\n",
            ),
        ),
    ),
    Bug(
        name="ack before commit",
        lane="sqlite",
        edits=(
            (
                "warroom/web/app.py",
                "                return await self.take_alerts(read, self.keys(read))\n",
                "                asyncio.get_running_loop().call_later(\n"
                "                    0.05, lambda: asyncio.ensure_future(self.take_alerts(read, self.keys(read)))\n"
                "                )\n"
                "                return Taken()\n",
            ),
        ),
    ),
    Bug(
        name="lease not checked when settling",
        lane="postgresql",
        edits=(
            (
                "warroom/store/outbox.py",
                "    .where(_LEASED, lanes.c.done_number + 1 == bindparam(\"number\"))\n",
                "    .where(lanes.c.id == bindparam(\"lane\"), bindparam(\"epoch\") >= 0, bindparam(\"number\") >= 0)\n",
            ),
        ),
    ),
    Bug(
        name="effects in a second transaction",
        lane="sqlite",
        edits=(
            (
                "warroom/runtime/handle.py",
                "            outbox.put(conn, row.id, effects, self.wall.now())\n",
                "            self.db._submit(\n"
                "                self.db._writers, self.db._write, False, outbox.put, row.id, effects, self.wall.now()\n"
                "            )\n",
            ),
        ),
    ),
    Bug(
        name="event finished before handled",
        lane="sqlite",
        edits=(
            (
                "warroom/slack/listeners.py",
                "        takes = EVENTS.get(event[\"type\"])\n",
                "        takes = EVENTS.get(event[\"type\"])\n"
                "        await self._desk.runtime.db.tx(inbox.finish, delivery.key)\n",
            ),
        ),
    ),
)  # fmt: skip


def caught(bug: Bug, seconds: float, seed: int) -> dict[str, Any]:
    """The figures of a lane that ran with this bug in it."""
    folder = Path(tempfile.mkdtemp(prefix="warroom-planted-"))
    tree = folder / "tree"
    for part in ("warroom", "tests", "migrations", "pyproject.toml"):
        there = HERE / part
        ignore = shutil.ignore_patterns("__pycache__", "page", "foreign")
        shutil.copytree(there, tree / part, ignore=ignore) if there.is_dir() else shutil.copy(there, tree / part)
    for file, old, new in bug.edits:
        text = (tree / file).read_text()
        if text.count(old) != 1:
            raise SystemExit(
                f"{bug.name}: {file} does not hold the text to be replaced once; mend tests/crash/planted.py."
            )
        (tree / file).write_text(text.replace(old, new))
    config = configuration(bug.lane, seconds, seed, folder)
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-m", "tests.crash.lane", json.dumps(config)]
    done = subprocess.run(command, check=False, cwd=tree, env=environment, capture_output=True, text=True)
    result = folder / f"{bug.lane}.json"
    if not result.exists():
        raise RuntimeError(f"{bug.name}: the lane has ended before it could be judged.\n{done.stdout}\n{done.stderr}")
    found: dict[str, Any] = json.loads(result.read_text())
    shutil.rmtree(folder)
    return found


def main(given: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash.planted", description=__doc__)
    parser.add_argument("names", nargs="*", help="which bugs; all when none is named")
    parser.add_argument("--seconds", type=float, default=0.0, help="instead of each bug's own")
    parser.add_argument("--seed", type=int, default=0, help="instead of each bug's own")
    asked = parser.parse_args(given)
    missed = 0
    for bug in BUGS:
        if asked.names and bug.name not in asked.names:
            continue
        began = time.monotonic()
        seconds, seed = asked.seconds or bug.seconds, asked.seed or bug.seed
        found = caught(bug, seconds, seed)
        count, by = len(found["violations"]), " ".join(sorted(found["by_invariant"]))
        missed += not count
        took = f"{time.monotonic() - began:.0f} s"
        kills = f"{sum(found['kills'].values())} kills"
        print(
            f"{bug.name:34} {'caught' if count else 'MISSED':7} seed {seed}, {seconds:g} s of trouble, {took} in all, "
            f"{kills:>10}  {count} violations: {by}",
            flush=True,
        )
        for each in found["violations"][:2]:
            print(f"    {each[:160]}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
