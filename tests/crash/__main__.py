"""`make crashtest`: all lanes at once, and a table of what they went through. Ends with 1 on any violation.

Two of them have games that really break something, for which there has to be some peace; in the third, on SQLite, nothing
is broken, and lives are shorter still.

python -m tests.crash [--seconds 300] [--lane sqlite|brisk|postgresql|all] [--seed N] [--json FILE] [--keep]
"""

import argparse
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LANES = ("sqlite", "brisk", "postgresql")
SECONDS = 380.0
LONGER = 110.0  # seconds more that a lane may take to reach its goals, on a slow machine
JUMPY = 60.0  # seconds; in a shorter run every hour that a clock is wrong would be most of it
KILLS = 800
CHECKED = 10_000  # inputs and announcements
AT_EACH = 3  # kills at each failpoint, on each database
GOALS: dict[str, dict[str, Any]] = {  # of each lane; `places` are those that are its own to come to
    "sqlite": {"places": "late", "sent": 2_400, "cold": 10, "broken": 10},
    "brisk": {"places": "early", "sent": 2_600, "kills": 400},
    "postgresql": {
        "places": "all",
        "sent": 3_000,
        "kills": 250,
        "cold": 10,
        "broken": 10,
        "pauses": 20,
        "restarts": 20,
    },
}
SEVEN = ("attempts", "acknowledged", "ok", "lost", "unexpected", "duplicated", "recovered")
INVARIANTS = (*(f"I{n}" for n in range(1, 13)), "fold", "cards", "quiet")


def configuration(lane: str, seconds: float, seed: int, folder: Path) -> dict[str, Any]:
    """What a lane of this length is to do: over the whole length, the goals, with some to spare."""
    config: dict[str, Any] = {
        "name": lane,
        "seconds": seconds,
        "seed": seed,
        "folder": str(folder / lane),
        "json": str(folder / f"{lane}.json"),
        "clock": seconds >= JUMPY,
        "cold_every": max(6.0, seconds / 14),
        "breaking": lane != "brisk",
    }
    if lane == "postgresql":
        every = max(8.0, seconds / 25)  # the goals are twenty
        config |= {"replicas": 2, "pause_every": every, "restart_every": every, "cold_every": max(6.0, seconds / 16)}
    elif lane == "brisk":
        config |= {"cold_every": 0.0}  # a start from nothing takes ten lives of the others
    if seconds >= SECONDS:
        config |= {"longest": seconds + LONGER, "at_each": AT_EACH, **GOALS[lane]}
    return config


def run(lanes: Sequence[str], seconds: float, seed: int, folder: Path) -> list[dict[str, Any]]:
    """The figures of each lane. Raises RuntimeError when a lane could not be run to its end."""
    running = [
        subprocess.Popen([sys.executable, "-m", "tests.crash.lane",
                          json.dumps(configuration(lane, seconds, seed + number, folder))])
        for number, lane in enumerate(lanes)
    ]  # fmt: skip
    try:
        for each in running:
            each.wait()
    finally:
        for each in running:
            if each.poll() is None:
                each.terminate()
                each.wait()
    results = [folder / f"{lane}.json" for lane in lanes]
    if not all(each.exists() for each in results):
        raise RuntimeError(f"A lane has ended before it could be judged; its evidence is in {folder}.")
    return [json.loads(each.read_text()) for each in results]


def table(results: Sequence[dict[str, Any]]) -> str:
    """Everything that the lanes went through, one line for each thing, one column for each lane."""
    rows: list[tuple[str, list[str]]] = [("", [each["lane"] for each in results])]

    def row(name: str, *keys: str) -> None:
        rows.append((name, [_at(each, keys) for each in results]))

    row("seed", "seed")
    row("seconds of trouble", "seconds")
    row("replicas", "replicas")
    rows.append(("kill -9, all", [str(sum(each["kills"].values())) for each in results]))
    for how in ("random", "at failpoints", "cold"):
        row(f"  {how}", "kills", how)
    for place in results[0]["failpoints"]:
        told = [f"{each['failpoints'][place]['killed']} of {each['failpoints'][place]['hit']}" for each in results]
        rows.append((f"  killed at {place}, of arrivals", told))
    row("cold starts (warroom serve)", "cold_starts")
    row("pg_ctl -m immediate", "restarts")
    row("pauses longer than a lease", "pauses")
    row("starts that failed and were repeated", "failed_starts")
    rows += _counted("Slack", results, "slack_faults") + _counted("network", results, "network_faults")
    rows += _counted("database", results, "database_faults") + _counted("errors met:", results, "database_errors")
    rows += _counted("", results, "clock")
    row("calls of Slack", "calls")
    for what in ("inputs", "announcements"):
        for word in SEVEN:
            row(f"{what} {word}", what, word)
    for name in ("given_up", "twins_swept", "timers", "broken"):
        row(name.replace("_", " "), name)
    rows += _counted("  undone by", results, "undone_by")
    for name in ("no_duffs", "acts", "sounded", "entries", "rooms"):
        row(name.replace("_", " "), name)
    for name, key in (
        ("kill to ready", "ready_after"),
        ("kill to accepting", "accept_after"),
        ("cold start", "cold_after"),
    ):
        rows.append((f"{name}, s", [_times(each[key]) for each in results]))
    row("quiet after, s", "drained")
    row("wall, s", "wall")
    for name in INVARIANTS:
        row(f"violations of {name}", "by_invariant", name)
    wide = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:{wide}}" + "".join(f"{each:>26}" for each in told) for name, told in rows)


def _at(result: dict[str, Any], keys: Sequence[str]) -> str:
    value: Any = result
    for key in keys:
        value = value.get(key, 0)
    return str(value)


def _counted(kind: str, results: Sequence[dict[str, Any]], key: str) -> list[tuple[str, list[str]]]:
    names = sorted({name for each in results for name in each[key]})
    return [(f"{kind} {name}".strip(), [str(each[key].get(name, 0)) for each in results]) for name in names]


def _times(spread: dict[str, float]) -> str:
    return f"p50 {spread['p50']}, max {spread['max']}" if spread.get("n") else "-"


def short_of(results: Sequence[dict[str, Any]]) -> list[str]:
    """Where a run of full length did less than it is to do."""
    found = []
    for each in results:
        goals = {name: goal for name, goal in GOALS[each["lane"]].items() if name != "places"}
        done = {
            "kills": sum(each["kills"].values()),
            "sent": each["inputs"]["attempts"],
            "cold": each["cold_starts"],
            "broken": each["broken"],
            "pauses": each["pauses"],
            "restarts": each["restarts"],
        }
        found += [f"{each['lane']}: {name} {done[name]} of {goal}" for name, goal in goals.items() if done[name] < goal]
    for database in dict.fromkeys(each["database"] for each in results):
        there = [each["failpoints"] for each in results if each["database"] == database]
        killed = {place: sum(each[place]["killed"] for each in there) for place in there[0]}
        found += [f"{database}: {count} of {AT_EACH} at {place}" for place, count in killed.items() if count < AT_EACH]
    kills = sum(sum(each["kills"].values()) for each in results)
    found += [f"kills {kills} of {KILLS}"] if kills < KILLS else []
    checked = sum(each[what]["attempts"] for each in results for what in ("inputs", "announcements"))
    return found + ([f"checked {checked} of {CHECKED}"] if checked < CHECKED else [])


def main(given: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long the trouble lasts")
    parser.add_argument("--lane", choices=(*LANES, "all"), default="all")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--json", type=Path, help="where the figures are written to")
    parser.add_argument("--keep", action="store_true", help="keep the evidence, also of a run without violations")
    asked = parser.parse_args(given)
    lanes = LANES if asked.lane == "all" else (asked.lane,)
    print(f"seed {asked.seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="warroom-crash-"))
    began = time.monotonic()
    results = run(lanes, asked.seconds, asked.seed, folder)
    if asked.json:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps({"wall": round(time.monotonic() - began, 1), "lanes": results}, indent=1))
    print(table(results))
    violations = [f"{each['lane']}: {found}" for each in results for found in each["violations"]]
    for line in violations[:50]:
        print(line)
    if asked.seconds >= SECONDS:
        for line in short_of(results):
            print(f"short of its goal: {line}")
    if violations:
        print(f"{len(violations)} violations. The evidence is kept: {folder}")
        print(f"  python -m tests.crash.check {folder}/LANE/history.jsonl {folder}/LANE/warroom.db")
        return 1
    if asked.keep:
        print(f"The evidence is kept: {folder}")
    else:
        shutil.rmtree(folder)
    print(f"no violation in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
