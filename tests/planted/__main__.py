"""Plants each mistake in a copy of the product, and says what has caught it, by which invariant, and how soon.

Simulated days look for those that a day can show, in the theme that has most of what they need; a crash lane for those
that need real processes; tests for the rest. A day that fails counts only by the invariants that are named for the
mistake, and only if the product as it is does not violate the same on the same day; a lane likewise. The controls are
the product without a mistake: nothing may be found in it. Ends with 1 when a mistake is missed, does not fit any more,
or a control fails.
"""

import argparse
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.crash.__main__ import configuration
from tests.planted.bugs import BUGS, Bug

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS, ALONE = ("warroom", "tests", "migrations"), ("runbooks", "pyproject.toml")
WITHIN = 60.0  # seconds of the processor's time until a day must have failed
CONTROLLED = 40.0  # the same, of days without a mistake
LANE = 30.0  # seconds of trouble in a lane; it then has to come to rest, which takes a minute at most
PATIENCE = 600.0  # seconds after which something hangs
SIMULATE, CRASHTEST = "simulate", "crashtest"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """`by` are the invariants; `days` is how many were played until then, 0 when no days are; `seconds` are those of the
    processor for days, of the wall otherwise. `trouble`: why it could not be looked for.
    """

    name: str
    found: bool
    by: str = ""
    days: int = 0
    seconds: float = 0.0
    who: str = ""
    seed: int = 0
    said: str = ""
    trouble: str = ""


def plant(bug: Bug, folder: Path) -> None:
    """The product in this folder, with the mistake in it. Raises ValueError if it does not fit any more.

    What has no mistake in it is a link, which is a hundred times faster than a copy.
    """
    edited = {Path(edit.file) for edit in bug.edits}
    _link(Path(), folder, edited | {Path(name) / "any" for name in PARTS})
    for edit in bug.edits:
        path = folder / edit.file
        text = path.read_text("utf-8")
        if text.count(edit.old) != 1:
            raise ValueError(f"{edit.file} has {text.count(edit.old)} places like {edit.old[:60]!r}")
        path.unlink(missing_ok=True)  # or the product itself would be changed
        path.write_text(text.replace(edit.old, edit.new), "utf-8")


def _link(here: Path, folder: Path, edited: Collection[Path]) -> None:
    """What is in this directory: those with something that is edited are made, everything else is linked."""
    for each in (ROOT / here).iterdir():
        name = here / each.name
        if any(name in file.parents for file in edited):
            (folder / name).mkdir()
            _link(name, folder, edited)
        elif (here.parts or name.name in ALONE) and each.name != "__pycache__":
            (folder / name).symlink_to(each)


class Clean:
    """The product as it is: what fails there on the same day, or in the same lane, was not the mistake."""

    def __init__(self, seed: int) -> None:
        self._seed, self._lock = seed, threading.Lock()
        self._player: Player | None = None
        self._days: dict[int, frozenset[str]] = {}
        self._lanes: dict[str, Future[dict[str, Any]]] = {}

    def day(self, seed: int) -> frozenset[str]:
        """The invariants that this day violates without a mistake."""
        with self._lock:
            if seed not in self._days:
                self._player = self._player or Player(ROOT, "asked")
                found = self._player.say(str(seed))
                self._days[seed] = frozenset(name for name, _ in found["violations"])
            return self._days[seed]

    def lane(self, name: str) -> dict[str, Any]:
        """The figures of this lane without a mistake, in which it runs once."""
        with self._lock:
            first = name not in self._lanes
            judged = self._lanes.setdefault(name, Future())
        if first:
            try:
                with tempfile.TemporaryDirectory() as folder:
                    judged.set_result(_lane(ROOT, Path(folder), name, self._seed))
            except BaseException as error:
                judged.set_exception(error)
                raise
        return judged.result()

    def close(self) -> None:
        if self._player is not None:
            self._player.__exit__()


def look_for(bug: Bug, clean: Clean, *, within: float, seed: int) -> Found:
    """Looks until it is found, or its time is over."""
    began, found = time.monotonic(), Found(name=bug.name, found=False, who=bug.by)
    try:
        with tempfile.TemporaryDirectory() as folder:
            plant(bug, Path(folder))
            if bug.tests:
                found = _by_tests(bug, found, Path(folder))
            elif bug.lane:
                found = _by_lane(bug, found, Path(folder), seed, clean)
            else:
                found = _by_days(bug, found, Path(folder), within, seed, clean)
    except (ValueError, RuntimeError) as error:
        found = replace(found, trouble=str(error))
    return found if found.seconds else replace(found, seconds=round(time.monotonic() - began, 1))


def _by_days(bug: Bug, found: Found, folder: Path, within: float, seed: int, clean: Clean) -> Found:
    others = set[str]()
    with Player(folder, "days", str(seed), str(within), bug.theme) as hunt:
        day = hunt.answer()
        while day["violations"]:
            violated = {name for name, _ in day["violations"]} - clean.day(day["seed"])
            if shown := violated & set(bug.caught):
                said = next(each for name, each in day["violations"] if name in shown)
                found = replace(found, found=True, by=_in_order(shown), seed=day["seed"], said=said)
                break
            others |= violated
            day = hunt.say("go on")
    said = found.said or (f"violated besides: {_in_order(others)}" if others else "")
    return replace(found, days=day["days"], seconds=day["seconds"], said=said)


def _by_lane(bug: Bug, found: Found, folder: Path, seed: int, clean: Clean) -> Found:
    without = clean.lane(bug.lane)  # first: two that run at once would each have half of the trouble
    began = time.monotonic()
    judged = _lane(folder, folder, bug.lane, seed, bug.trouble)
    shown = set(judged["by_invariant"]) & set(bug.caught) - set(without["by_invariant"])
    said = next((each for each in judged["violations"] if each.partition(" ")[0] in shown), "")
    seconds = round(time.monotonic() - began, 1)
    return replace(found, found=bool(shown), by=_in_order(shown), seconds=seconds, seed=seed, said=said)


def _lane(
    tree: Path, folder: Path, lane: str, seed: int, trouble: Mapping[str, float] = MappingProxyType({})
) -> dict[str, Any]:
    said = _run(tree, "-m", "tests.crash.lane", json.dumps({**configuration(lane, LANE, seed, folder), **trouble}))
    result = folder / f"{lane}.json"
    if not result.exists():
        raise RuntimeError(f"the lane has ended before it could be judged: {said[-2000:]}")
    judged: dict[str, Any] = json.loads(result.read_text("utf-8"))
    return judged


def _by_tests(bug: Bug, found: Found, folder: Path) -> Found:
    said = _run(folder, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", bug.tests)
    failed = re.search(r"^FAILED (\S+)", said, re.MULTILINE)
    if failed is None and " passed" not in said:
        raise RuntimeError(said[-2000:])
    return replace(
        found, found=failed is not None, by=failed[1].rpartition("::")[2].partition("[")[0] if failed else ""
    )


# --- without a mistake


def control_days(seed: int) -> Found:
    """Days of every theme, from where the mistakes are looked for."""
    violated, said = set[str](), ""
    with Player(ROOT, "days", str(seed), str(CONTROLLED)) as hunt:
        day = hunt.answer()
        while day["violations"]:
            violated |= {name for name, _ in day["violations"]}
            said = said or f"seed {day['seed']}: {day['violations'][0][1]}"
            day = hunt.say("go on")
    return Found(
        name="no mistake", found=bool(violated), by=_in_order(violated), days=day["days"], seconds=day["seconds"],
        who=SIMULATE, seed=seed, said=said,
    )  # fmt: skip


def control_lane(lane: str, clean: Clean, seed: int) -> Found:
    began = time.monotonic()
    judged = clean.lane(lane)
    return Found(
        name="no mistake", found=bool(judged["violations"]), by=_in_order(judged["by_invariant"]), seed=seed,
        seconds=round(time.monotonic() - began, 1), who=f"{CRASHTEST}, {lane}", said=next(iter(judged["violations"]), ""),
    )  # fmt: skip


# --- processes


class Player:
    """Plays days in this folder, and is asked and answers by lines."""

    def __init__(self, folder: Path, *command: str) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  closed with it
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.planted.hunt", *command], cwd=folder, env=_environment(folder),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True, start_new_session=True,
        )  # fmt: skip

    def say(self, line: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """Raises RuntimeError when it has ended, or hangs."""
        assert self._process.stdout is not None
        hangs = threading.Timer(PATIENCE, self._process.kill)
        hangs.start()
        try:
            line = self._process.stdout.readline()
        finally:
            hangs.cancel()
        if not line:
            self._errors.seek(0)
            raise RuntimeError(f"the days have ended: {self._errors.read()[-2000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> "Player":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._errors.close()


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(folder)}


def _run(folder: Path, *command: str) -> str:
    """What it said. What has not ended in its time is ended, with all that it has started."""
    running = subprocess.Popen(
        [sys.executable, *command], cwd=folder, env=_environment(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    )  # fmt: skip
    try:
        return running.communicate(timeout=PATIENCE)[0]
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        return running.communicate()[0] + "\nit did not end"


# --- the table


def chosen(names: Sequence[str]) -> list[Bug]:
    return [bug for bug in BUGS if not names or any(name in bug.name or name in bug.by for name in names)]


def _in_order(invariants: Collection[str]) -> str:
    return " ".join(sorted(invariants, key=lambda name: (name[:1] != "I", len(name), name)))


HEADER = f"{'mistake':64} {'looked for by':28} {'caught by':24} {'after':>8}"


def line(found: Found, *, control: bool = False) -> str:
    by = found.by if found.found else "nothing found" if control else found.trouble[:60] or "NOT CAUGHT"
    after = f"{found.days:4} days" if found.days else ""
    return f"{found.name:64} {found.who:28} {by[:24]:24} {after:>9} {found.seconds:6.1f} s"


def summary(done: Sequence[Found], controls: Sequence[Found], seconds: float) -> str:
    parts = []
    for name in (SIMULATE, CRASHTEST, "tests"):
        of_it = [each for each in done if each.who.startswith(name)]
        if of_it:
            parts.append(f"{sum(each.found for each in of_it)} of {len(of_it)} by {name}")
    bad = sum(each.found for each in controls)
    clean = (
        f"; {bad} of {len(controls)} controls failed" if bad else "; nothing where there is none" if controls else ""
    )
    caught = sum(each.found for each in done)
    return f"{caught} of {len(done)} mistakes caught ({', '.join(parts)}){clean}, in {seconds:.0f} s"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__)
    parser.add_argument("names", nargs="*", help="those whose name, or whose finder's, has one of these words in it")
    parser.add_argument("--within", type=float, default=WITHIN, help="seconds of the processor's time for each")
    parser.add_argument("--seed", type=int, help="the first day's; drawn, and said, when it is not given")
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--no-control", action="store_true", help="do not look in the product as it is")
    parser.add_argument("--say", action="store_true", help="of each, what was violated first")
    parser.add_argument("--json", type=Path, help="write the table there as well")
    given = parser.parse_args(arguments)
    bugs, began = chosen(given.names), time.monotonic()
    seed = given.seed if given.seed is not None else secrets.randbelow(1_000_000_000)
    print(f"{len(bugs)} mistakes, {given.at_once} at a time, from seed {seed}\n{HEADER}", flush=True)
    done, controls, clean = list[Found](), list[Found](), Clean(seed)
    try:
        with ThreadPoolExecutor(given.at_once) as pool:
            lanes = [] if given.no_control else dict.fromkeys(bug.lane for bug in bugs if bug.lane)
            first = [pool.submit(control_lane, lane, clean, seed) for lane in lanes]
            if not given.no_control and any(bug.by == SIMULATE for bug in bugs):
                first.append(pool.submit(control_days, seed))
            rest = [pool.submit(look_for, bug, clean, within=given.within, seed=seed) for bug in bugs]
            for each in as_completed([*first, *rest]):
                found = each.result()
                (controls if each in first else done).append(found)
                print(line(found, control=each in first), flush=True)
                if given.say and (found.said or found.trouble):
                    print(f"    {found.seed}: {found.said or found.trouble}", flush=True)
    finally:
        clean.close()
    seconds = time.monotonic() - began
    for each in [each for each in done if each.trouble]:
        print(f"{each.name}: {each.trouble}")
    print(summary(done, controls, seconds))
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        kept = {"seed": seed, "seconds": round(seconds, 1), "mistakes": [asdict(each) for each in done]}
        kept |= {"controls": [asdict(each) for each in controls]}
        given.json.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    return 0 if all(each.found for each in done) and not any(each.found for each in controls) else 1


if __name__ == "__main__":
    sys.exit(main())
