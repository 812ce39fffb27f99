"""Many game days, one after another, in a few processes.

Its first line says with which seed it begins, so that a run can be repeated; each day that fails is made as small as it
can be and told with the command that plays it again. It ends with 1 when one has failed.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tests.reliability.invariants import Seven, Violation
from tests.simulation.database import Store
from tests.simulation.day import Played, library, play
from tests.simulation.plan import Plan, draw
from tests.simulation.shrinking import shrink
from warroom.failpoints import NAMES

REGRESSIONS = Path(__file__).parent / "regressions.txt"
BATCH = 10  # days that a worker plays before it says how it went


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
    timers: int = 0
    latest: timedelta = timedelta(0)
    failed: list[tuple[int, tuple[Violation, ...]]] = field(default_factory=list)
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
            self.failed.append((played.plan.seed, played.violations))

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
        yield f"days that failed: {len(self.failed)}"


def regressions() -> list[int]:
    lines = REGRESSIONS.read_text("utf-8").splitlines()
    return [int(line.split()[0]) for line in lines if line.strip() and not line.startswith("#")]


# --- workers

_store: Store | None = None


def _store_here() -> Store:
    """One of each worker's, used for every day that it plays."""
    global _store
    if _store is None:
        _store = Store()
    return _store


def batch(seeds: Sequence[int]) -> Total:
    total, began = Total(), time.process_time()
    shelf = _library()
    for seed in seeds:
        total.add(play(draw(seed), _store_here(), shelf))
    total.cpu = time.process_time() - began
    return total


_LIBRARY: list[object] = []


def _library():  # type: ignore[no-untyped-def]
    if not _LIBRARY:
        _LIBRARY.append(library())
    return _LIBRARY[0]


def run(seeds: Sequence[int], workers: int, *, progress: bool = False, stop_at: int = 20) -> Total:
    """Plays them all, or until so many have failed."""
    total = Total()
    batches = [seeds[place : place + BATCH] for place in range(0, len(seeds), BATCH)]
    if workers == 1:
        for each in batches:
            total.join(batch(each))
            _progress(total, len(seeds), shown=progress)
            if len(total.failed) >= stop_at:
                break
        return total
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for done in pool.imap_unordered(batch, batches):
            total.join(done)
            _progress(total, len(seeds), shown=progress)
            if len(total.failed) >= stop_at:
                pool.terminate()
                break
    return total


def _progress(total: Total, days: int, *, shown: bool) -> None:
    if shown:
        sys.stderr.write(f"\r{total.days} of {days} days, {len(total.failed)} failed ")
        sys.stderr.flush()


# --- one day


def smallest(seed: int, violations: Sequence[Violation]) -> Plan:
    """Of the plan of a day that failed, what it needs to fail in the same way."""
    wanted = {each.invariant for each in violations}

    def fails(plan: Plan) -> bool:
        played = play(plan, _store_here(), _library())
        return bool(wanted & {each.invariant for each in played.violations})

    return shrink(draw(seed), fails)


def trace(seed: int, *, small: bool) -> int:
    """Prints everything that happens in one day."""
    plan = draw(seed)
    played = play(plan, _store_here(), _library())
    if small and played.failed:
        plan = smallest(seed, played.violations)
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
    parser.add_argument("--stop-at", type=int, default=20, help="end when so many days have failed")
    given = parser.parse_args(arguments)
    seed = given.seed if given.seed is not None else int.from_bytes(os.urandom(4)) % 1_000_000_000
    print(f"The first seed is {seed}: python -m tests.simulation --seed {seed} --days {given.days}", flush=True)
    if given.trace:
        return trace(seed, small=given.shrink)
    began = time.monotonic()
    seeds = [*regressions(), *range(seed, seed + given.days)]
    total = run(seeds, given.workers, progress=sys.stderr.isatty(), stop_at=given.stop_at)
    for line in total.lines(time.monotonic() - began):
        print(line)
    for failed, violations in total.failed[:3]:
        _tell(failed, violations)
    for failed, violations in total.failed[3:]:
        print(f"{failed}: {'; '.join(map(str, violations[:3]))}")
    return 1 if total.failed else 0


def _tell(seed: int, violations: Sequence[Violation]) -> None:
    print(f"\nSeed {seed} has failed:")
    for each in violations[:8]:
        print(f"  {each}")
    print("What it needs for that:")
    print(smallest(seed, violations).told())
    print(f"Play it again: python -m tests.simulation --seed {seed} --trace --shrink")
