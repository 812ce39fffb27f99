"""Whether a lane can fail at all: bugs are planted in a copy of the tree, and each has to be caught.

python -m tests.crash.planted [--seconds N] [--seed N] [NAME ...]

Each bug has the lane, the seed and the seconds with which it was caught. A lane is not deterministic: a seed draws the same
trouble, but not the same moment. `look_for` says of one bug whether it is caught, for whoever plants bugs elsewhere as well.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.crash.__main__ import configuration
from tests.planted import bugs
from tests.planted.__main__ import plant
from tests.planted.bugs import Edit

SECONDS = 25.0


@dataclass(frozen=True, slots=True)
class Bug(bugs.Bug):
    """`lane` is where it can show, with this seed, in so many seconds of trouble."""

    lane: str = "sqlite"
    seed: int = 1
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Caught:
    """`by` are the invariants that were violated, none when it was missed; `took` is seconds, with the quiet afterwards."""

    by: tuple[str, ...]
    took: float
    kills: int
    violations: tuple[str, ...]


BUGS = (
    Bug(
        "blind resend",
        (
            Edit(
                "warroom/slack/perform.py",
                "        if not claimed.unsure:\n",
                "        if claimed.attempts:\n",
            ),
        ),
        ("I4", "cards"),
    ),
    Bug(
        "ack before commit",
        (
            Edit(
                "warroom/web/app.py",
                "                return await self.take_alerts(read, self.keys(read))\n",
                "                asyncio.get_running_loop().call_later(\n"
                "                    0.05, lambda: asyncio.ensure_future(self.take_alerts(read, self.keys(read)))\n"
                "                )\n"
                "                return Taken()\n",
            ),
        ),
        ("I1",),
    ),
    Bug(
        "lease not checked when settling",
        (
            Edit(
                "warroom/store/outbox.py",
                "        lanes.c.id == claimed.lane, lanes.c.epoch == claimed.epoch, lanes.c.done_number == claimed.number - 1\n",
                "        lanes.c.id == claimed.lane, lanes.c.epoch == lanes.c.epoch\n",
            ),
        ),
        ("I2", "I4", "I5", "cards"),
        "postgresql",
    ),
    Bug(
        "effects in a second transaction",
        (
            Edit(
                "warroom/runtime/handle.py",
                "            outbox.put(conn, row.id, effects, self.wall.now())\n",
                "            self.db._submit(\n"
                "                self.db._writers, self.db._write, False, outbox.put, row.id, effects, self.wall.now()\n"
                "            )\n",
            ),
        ),
        ("I4", "I7", "cards", "quiet"),
    ),
    Bug(
        "event finished before handled",
        (
            Edit(
                "warroom/slack/listeners.py",
                "        takes = EVENTS.get(event[\"type\"])\n",
                "        takes = EVENTS.get(event[\"type\"])\n"
                "        await self._desk.runtime.db.tx(inbox.finish, delivery.key)\n",
            ),
        ),
        ("I1",),
    ),
)  # fmt: skip


def look_for(bug: Bug, *, seconds: float = 0.0, seed: int = 0) -> Caught:
    """Run a lane with this bug in it, with its own seed and seconds if none are given."""
    with tempfile.TemporaryDirectory(prefix="warroom-planted-") as made:
        folder = Path(made)
        (folder / "tree").mkdir()
        plant(bug, folder / "tree")
        began = time.monotonic()
        found = _run(bug, configuration(bug.lane, seconds or bug.seconds, seed or bug.seed, folder), folder)
    return Caught(
        tuple(sorted(found["by_invariant"])),
        time.monotonic() - began,
        sum(found["kills"].values()),
        tuple(found["violations"]),
    )


def _run(bug: Bug, config: dict[str, Any], folder: Path) -> dict[str, Any]:
    tree, result = folder / "tree", folder / f"{bug.lane}.json"
    environment = os.environ | {"PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", "tests.crash.lane", json.dumps(config)]
    done = subprocess.run(command, check=False, cwd=tree, env=environment, capture_output=True, text=True)
    if not result.exists():
        raise RuntimeError(f"{bug.name}: the lane has ended before it could be judged.\n{done.stdout}\n{done.stderr}")
    figures: dict[str, Any] = json.loads(result.read_text())
    return figures


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
        found = look_for(bug, seconds=asked.seconds, seed=asked.seed)
        missed += not found.by
        with_ = (
            f"seed {asked.seed or bug.seed}, {asked.seconds or bug.seconds:g} s of trouble, {found.took:.0f} s in all"
        )
        said = "caught" if found.by else "MISSED"
        print(
            f"{bug.name:34} {said} {with_}, {found.kills} kills; {len(found.violations)} violations: {' '.join(found.by)}",
            flush=True,
        )
        for each in found.violations[:2]:
            print(f"    {each[:160]}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
