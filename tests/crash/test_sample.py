"""A small sample of `make crashtest`: some seconds of trouble in each lane. The seed is printed when it fails."""

import json
import secrets
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import postgres
from tests.crash.__main__ import configuration, run, short_of, table
from tests.crash.dbfaults import zone
from tests.crash.history import History, read
from tests.crash.shared import PLACES, Tally
from tests.crash.waiting import until

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]
SECONDS = 7.0


def test_killed_processes_lose_nothing_and_say_nothing_twice(tmp_path: Path) -> None:
    """On both databases, with Slack and the databases misbehaving, what was accepted is kept once and said once."""
    lanes = ["sqlite", *(["postgresql"] if postgres.programs() else [])]
    seed = secrets.randbelow(1_000_000)
    results = run(lanes, SECONDS, seed, tmp_path)
    violations = [f"{each['lane']}: {found}" for each in results for found in each["violations"]]
    assert not violations, f"seed {seed}; {table(results)}"
    for each in results:
        assert sum(each["kills"].values()) > 0, "nobody was killed"
        assert each["inputs"]["ok"] > 0, "nothing was accepted"
    if len(lanes) == 1:
        pytest.skip("the SQLite lane is well; PostgreSQL is not installed, so there was no other")


def test_a_history_that_was_cut_short_can_be_read(tmp_path: Path) -> None:
    """The last line may be half a line, when everything ended at once; it is left out."""
    written = History(tmp_path / "history.jsonl")
    written.write("sent", mark="a1")
    written.close()
    with written.path.open("a") as file:
        file.write(json.dumps({"what": "kill"})[:-3])
    assert [each["mark"] for each in read(written.path)] == ["a1"]


def test_what_a_killed_process_counted_is_still_counted(tmp_path: Path) -> None:
    """Arrivals are in a file that another process reads; nobody has to come home to report them."""
    Tally(tmp_path, 0).arrive(PLACES[0])
    Tally(tmp_path, 0).arrive(PLACES[0])
    assert Tally(tmp_path, 0).arrivals()[PLACES[0]] == 2


def test_a_zone_whose_clocks_are_changed_twice() -> None:
    """Between the two instants its clocks are an hour ahead, also over midnight; before and after they are not."""
    for noon in (datetime(2026, 6, 1, 12, tzinfo=UTC), datetime(2026, 6, 1, 22, 59, 30, tzinfo=UTC)):
        minute = timedelta(minutes=1)
        look = f"import time; print([time.localtime({noon.timestamp()} + each).tm_gmtoff for each in (-1, 1, 59, 61)])"
        done = subprocess.run(
            [sys.executable, "-c", look],
            env={"TZ": zone(noon, noon + minute)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == "[0, 3600, 3600, 0]"


def test_a_run_that_did_too_little_says_so() -> None:
    """A table without violations means little when hardly anybody was killed; every goal that was missed is named."""
    figures = {
        "lane": "postgresql",
        "database": "postgresql",
        "kills": {"random": 400},
        "failpoints": {"tx.begun": {"hit": 9, "killed": 2}},
        "cold_starts": 10,
        "broken": 10,
        "pauses": 20,
        "restarts": 20,
        "inputs": {"attempts": 6_000},
        "announcements": {"attempts": 5_000},
    }
    assert short_of([figures]) == ["postgresql: 2 of 3 at tx.begun", "kills 400 of 800"]
    assert "pause_every" not in configuration("sqlite", 300, 1, Path())


async def test_waiting_ends_when_it_is_true_or_time_is_over() -> None:
    """`until` says which of the two it was."""
    assert await until(lambda: True)
    assert not await until(lambda: False, every=0.001, within=0.01)
