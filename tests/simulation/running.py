"""Many game days, one after another, in a few processes.

Its first line says with which seed it begins, so that a run can be repeated; each day that fails is made as small as it
can be and told with the command that plays it again. It ends with 1 when one has failed.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.reliability.invariants import Seven, Violation
from tests.simulation.database import Store
from tests.simulation.day import Played, library, play
from tests.simulation.plan import Plan, draw, read, written
from tests.simulation.shrinking import shrink
from warroom.failpoints import NAMES

REGRESSIONS = Path(__file__).parent / "regressions.jsonl"
OF_A_THEME = ("days", "acts", "entries", "said", "deaths", "faults", "failed")
BATCH = 10  # days that a worker plays before it says how it went
EVERY = 500  # days between two lines that say how far it is, where nobody watches


@dataclass(kw_only=True)
class Total:
    """What all days together have come to."""

    days: int = 0
    hours: float = 0.0
    crashes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    sent: Seven = field(default_factory=Seven)
    said: Seven = field(default_factory=Seven)
    given_up: int = 0
    twins_swept: int = 0
    told: int = 0  # how many of those that failed somebody was told of
    timers: int = 0
    latest: timedelta = timedelta(0)
    failed: list[tuple[Plan, tuple[Violation, ...]]] = field(default_factory=list)
    themes: dict[str, Counter[str]] = field(default_factory=dict)
    cpu: float = 0.0

    def add(self, played: Played) -> None:
        self.days += 1
        self.hours += played.hours
        self.crashes += played.crashes
        self.faults += played.faults
        self.counts += played.counts
        self.sent, self.said = self.sent + played.verdict.sent, self.said + played.verdict.said
        self.given_up += played.verdict.given_up
        self.twins_swept += played.verdict.twins_swept
        self.timers += played.verdict.timers
        self.latest = max(self.latest, played.verdict.latest)
        if played.failed:
            self.failed.append((played.plan, played.violations))
        self.themes.setdefault(played.plan.theme or "regressions", Counter()).update(
            days=1,
            acts=played.counts["acts"],
            entries=played.counts["entries"],
            said=played.verdict.said.attempts,
            deaths=sum(played.crashes.values()),
            faults=sum(played.faults.values()),
            failed=int(played.failed),
        )

    def join(self, other: "Total") -> None:
        for name in (
            "days",
            "hours",
            "crashes",
            "faults",
            "counts",
            "sent",
            "said",
            "given_up",
            "twins_swept",
            "timers",
            "cpu",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.latest = max(self.latest, other.latest)
        self.failed += other.failed
        for name, counts in other.themes.items():
            self.themes.setdefault(name, Counter()).update(counts)

    def figures(self, seed: int, seconds: float) -> dict[str, Any]:
        """For the published table."""
        return {
            "seed": seed,
            "seconds": round(seconds, 1),
            "cpu": round(self.cpu, 1),
            "days": self.days,
            "hours": round(self.hours, 1),
            "failed": [plan.seed for plan, _ in self.failed],
            "deaths": dict(sorted(self.crashes.items())),
            "faults": dict(sorted(self.faults.items())),
            "sent": asdict(self.sent),
            "said": asdict(self.said),
            "given_up": self.given_up,
            "twins_swept": self.twins_swept,
            "timers": self.timers,
            "latest": self.latest.total_seconds(),
            "counts": {name: self.counts[name] for name in ("acts", "transactions", "slack calls", "entries")},
            "themes": {name: dict(counts) for name, counts in sorted(self.themes.items())},
        }

    def lines(self, seconds: float) -> Iterator[str]:
        yield f"{self.days} game days, {self.hours:.0f} hours in them, in {seconds:.0f} s ({self.days / seconds:.1f} a second; {self.cpu / max(1, self.days):.3f} s of CPU each)"
        yield f"deaths: {sum(self.crashes.values())}"
        for name, times in sorted(self.crashes.items()):
            yield f"  {name}: {times}"
        yield f"faults: {sum(self.faults.values())}"
        for name, times in sorted(self.faults.items()):
            yield f"  {name}: {times}"
        for name in ("acts", "transactions", "statements", "slack calls", "entries", "turns"):
            yield f"{name}: {self.counts[name]}"
        yield f"sent to the bot: {self.sent}"
        yield f"said by the bot: {self.said}; {self.given_up} given up and told; {self.twins_swept} twins swept"
        yield f"timers: {self.timers}, the latest {self.latest.total_seconds():.1f} s late"
        missed = [name for name in NAMES if not self.crashes[name]]
        yield f"places nobody died at: {', '.join(missed) or 'none'}"
        yield f"{'theme':24}" + "".join(f"{name:>9}" for name in OF_A_THEME)
        for theme, counts in sorted(self.themes.items()):
            yield f"{theme:24}" + "".join(f"{counts[name]:9}" for name in OF_A_THEME)
        yield f"days that failed: {len(self.failed)}"


def regressions() -> list[Plan]:
    """The days that have failed once, as they were drawn or shrunk then."""
    return [read(line) for line in REGRESSIONS.read_text("utf-8").splitlines() if line.strip()]


def remember(plan: Plan, what: str) -> None:
    """From now on this day is played first."""
    with REGRESSIONS.open("a", encoding="utf-8") as file:
        file.write(written(plan, what) + "\n")


# --- workers

_store: Store | None = None


def _store_here() -> Store:
    """One of each worker's, used for every day that it plays."""
    global _store
    if _store is None:
        _store = Store()
    return _store


def batch(days: Sequence[int | Plan]) -> Total:
    """Days by their seeds, or as plans."""
    total, began = Total(), time.process_time()
    shelf = _library()
    for day in days:
        total.add(play(draw(day) if isinstance(day, int) else day, _store_here(), shelf))
    total.cpu = time.process_time() - began
    return total


_LIBRARY: list[object] = []


def _library():  # type: ignore[no-untyped-def]
    if not _LIBRARY:
        _LIBRARY.append(library())
    return _LIBRARY[0]


def run(days: Sequence[int | Plan], workers: int, *, progress: bool = False, stop_at: int = 20) -> Total:
    """Plays them all, or until so many have failed. With `progress`, each that fails is named as soon as it has."""
    total = Total()
    batches = [days[place : place + BATCH] for place in range(0, len(days), BATCH)]
    if workers == 1:
        for each in batches:
            total.join(batch(each))
            _progress(total, len(days), shown=progress)
            if len(total.failed) >= stop_at:
                break
        return total
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for done in pool.imap_unordered(batch, batches):
            total.join(done)
            _progress(total, len(days), shown=progress)
            if len(total.failed) >= stop_at:
                pool.terminate()
                break
    return total


def _progress(total: Total, days: int, *, shown: bool) -> None:
    if not shown:
        return
    for plan, violations in total.failed[total.told :]:
        sys.stderr.write(f"\r{plan.seed} has failed: {'; '.join(map(str, violations[:3]))}\n")
    total.told = len(total.failed)
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{total.days} of {days} days, {len(total.failed)} failed ")
    elif total.days % EVERY < BATCH:
        sys.stderr.write(f"{total.days} of {days} days, {len(total.failed)} failed\n")
    sys.stderr.flush()


# --- one day


def smallest(plan: Plan, violations: Sequence[Violation]) -> Plan:
    """Of the plan of a day that failed, what it needs to fail in the same way."""
    wanted = {each.invariant for each in violations}

    def fails(candidate: Plan) -> bool:
        played = play(candidate, _store_here(), _library())
        return bool(wanted & {each.invariant for each in played.violations})

    return shrink(plan, fails)


def trace(plan: Plan, *, small: bool, keep: str) -> int:
    """Prints everything that happens in one day; with `keep`, it is a regression from now on."""
    played = play(plan, _store_here(), _library())
    if small and played.failed:
        plan = smallest(plan, played.violations)
    if keep:
        remember(plan, keep)
    print(plan.told())
    played = play(plan, _store_here(), _library(), print)
    for violation in played.violations:
        print(violation)
    print(f"hash {played.hash}")
    return 1 if played.failed else 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description="Plays many game days by chance.")
    parser.add_argument("--days", type=int, default=10_000)
    parser.add_argument("--seed", type=int, help="the first seed; drawn, and said, when it is not given")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--trace", action="store_true", help="play the day of --seed alone, and say all that happens")
    parser.add_argument("--shrink", action="store_true", help="with --trace: leave out what it does not need to fail")
    parser.add_argument("--keep", metavar="WHAT", default="", help="with --trace: make it a regression; what it was")
    parser.add_argument("--stop-at", type=int, default=20, help="end when so many days have failed")
    parser.add_argument("--json", type=Path, help="write the totals there")
    given = parser.parse_args(arguments)
    seed = given.seed if given.seed is not None else int.from_bytes(os.urandom(4)) % 1_000_000_000
    print(f"The first seed is {seed}: python -m tests.simulation --seed {seed} --days {given.days}", flush=True)
    if given.trace:
        return trace(draw(seed), small=given.shrink, keep=given.keep)
    began = time.monotonic()
    total = run(
        [*regressions(), *range(seed, seed + given.days)],
        given.workers,
        progress=True,
        stop_at=given.stop_at,
    )
    seconds = time.monotonic() - began
    for line in total.lines(seconds):
        print(line)
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(total.figures(seed, seconds), indent=1) + "\n", "utf-8")
    for plan, violations in total.failed[:3]:
        _tell(plan, violations)
    for plan, violations in total.failed[3:]:
        print(f"{plan.seed}: {'; '.join(map(str, violations[:3]))}")
    return 1 if total.failed else 0


def _tell(plan: Plan, violations: Sequence[Violation]) -> None:
    print(f"\nSeed {plan.seed} has failed:")
    for each in violations[:8]:
        print(f"  {each}")
    print("What it needs for that:")
    print(smallest(plan, violations).told())
    print(f"Play it again: python -m tests.simulation --seed {plan.seed} --trace --shrink")
