"""Writes the table of docs/reliability.md from what `make simulate`, `make crashtest` and `python -m tests.planted` have left.

    python -m scripts.reliability [--simulation FILE] [--crash FILE] [--planted FILE]

Each of them writes its figures with `--json`. What was not run is said to be missing; nothing is taken over from before.
"""

import argparse
import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from warroom.runtime.clock import SystemClock

PAGE = Path(__file__).parent.parent / "docs" / "reliability.md"
FIRST, LAST = "<!-- figures: begin -->", "<!-- figures: end -->"
SEVEN = ("attempts", "acknowledged", "ok", "lost", "unexpected", "duplicated", "recovered")  # Jepsen's words
Figures = Mapping[str, Any]


def bound(days: int) -> str:
    """The rule of three: with 95 % confidence the share of what fails is below 3/n when none of n has."""
    return f"{300 / days:.3g} %"


def simulated(found: Figures) -> Iterator[str]:
    failed, deaths, faults = found["failed"], sum(found["deaths"].values()), sum(found["faults"].values())
    sent, said = found["sent"], found["said"]
    yield "### Simulation"
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| game days, first seed {found['seed']} | {found['days']:,} |"
    yield f"| hours in them | {found['hours']:,.0f} |"
    yield f"| wall time; CPU for each day | {found['seconds'] / 60:.0f} min; {found['cpu'] / max(1, found['days']):.2f} s |"
    yield f"| deaths and pauses of processes | {deaths:,} |"
    yield f"| faults of Slack and of the database | {faults:,} |"
    yield f"| entries; calls to Slack | {found['counts']['entries']:,}; {found['counts']['slack calls']:,} |"
    yield f"| timers; the latest was late by | {found['timers']:,}; {found['latest']:.1f} s |"
    yield f"| sent to the bot | {_seven(sent)} |"
    yield f"| said by the bot | {_seven(said)}; {found['given_up']:,} given up and told; {found['twins_swept']:,} twins swept |"
    yield f"| **days that failed** | **{len(failed)}**{': seeds ' + ', '.join(map(str, failed)) if failed else ''} |"
    yield ""
    if not failed:
        yield (
            f"None of {found['days']:,} days failed. With 95 % confidence fewer than {bound(found['days'])} of days like "
            "these fail (3/n). It says nothing of days that are not drawn: of other faults, other scenarios, other sizes."
        )
        yield ""
    yield "| theme | " + " | ".join(_OF_A_THEME) + " |"
    yield "|---|" + "---:|" * len(_OF_A_THEME)
    for theme, counts in found["themes"].items():
        yield f"| {theme} | " + " | ".join(f"{counts.get(name, 0):,}" for name in _OF_A_THEME) + " |"


_OF_A_THEME = ("days", "acts", "entries", "said", "deaths", "faults", "failed")


def _seven(counts: Figures) -> str:
    return ", ".join(f"{value:,} {name}" for name, value in counts.items())


def crashed(found: Figures) -> Iterator[str]:
    lanes: Sequence[Figures] = found["lanes"]
    kills = [sum(each["kills"].values()) for each in lanes]
    failed = [len(each["violations"]) for each in lanes]
    yield "### Crash lanes"
    yield ""
    yield "What the lanes are, and *cold*: [above](#the-crash-lanes)."
    yield ""
    yield "| | " + " | ".join(each["lane"] for each in lanes) + " |"
    yield "|---|" + "---:|" * len(lanes)

    def row(name: str, values: Iterable[object]) -> str:
        return (
            f"| {name} | " + " | ".join(f"{each:,}" if isinstance(each, int) else str(each) for each in values) + " |"
        )

    yield row("seed", (str(each["seed"]) for each in lanes))
    yield row("seconds of trouble", (each["seconds"] for each in lanes))
    yield row("kill -9", kills)
    for kind in dict.fromkeys(kind for each in lanes for kind in each["kills"]):
        yield row(f"of these {kind}", (each["kills"].get(kind, 0) for each in lanes))
    yield row("PostgreSQL crash-restarts", (each["restarts"] for each in lanes))
    yield row("pauses longer than a lease", (each["pauses"] for each in lanes))
    for what in ("inputs", "announcements"):
        yield row(what, (_seven({name: each[what][name] for name in SEVEN}) for each in lanes))
    yield row("kill to ready, seconds", (_spread(each["ready_after"]) for each in lanes))
    yield row("all quiet after, seconds", (each["drained"] for each in lanes))
    yield row("**violations**", (f"**{each}**" for each in failed))
    yield ""
    for database in dict.fromkeys(each["database"] for each in lanes):
        there = [each["failpoints"] for each in lanes if each["database"] == database]
        killed = {place: sum(each[place]["killed"] for each in there) for place in there[0]}
        rarest = min(killed, key=lambda place: killed[place])
        yield f"Of the {len(killed)} failpoints, on {database}, fewest died at `{rarest}`: {killed[rarest]}."
    yield ""
    if not any(failed) and sum(kills):
        yield (
            f"None of {sum(kills):,} kills left anything wrong. With 95 % confidence fewer than {bound(sum(kills))} of kills "
            "like these do (3/n). `kill -9` ends a process, not the machine: what the operating system had taken of it, it "
            "still writes. Whether `fsync` does what it says is not tested here."
        )


def _spread(times: Figures) -> str:
    return f"p50 {times['p50']}, max {times['max']}" if times.get("n") else "-"


def planted(found: Figures) -> Iterator[str]:
    mistakes, controls = found["mistakes"], found["controls"]
    caught = sum(each["found"] for each in mistakes)
    yield "### Planted mistakes"
    yield ""
    yield f"{caught} of {len(mistakes)} were caught, from seed {found['seed']}, in {found['seconds'] / 60:.0f} min."
    yield ""
    yield "| mistake | looked for by | caught by | days until then | seconds |"
    yield "|---|---|---|---:|---:|"
    for each in mistakes:
        by = each["by"] if each["found"] else "**not caught**"
        yield f"| {each['name']} | {each['who']} | {by} | {each['days'] or ''} | {each['seconds']:.0f} |"
    for each in controls:
        by = f"**{each['by']}**" if each["found"] else "nothing is found"
        yield f"| *{each['name']}* | {each['who']} | {by} | {each['days'] or ''} | {each['seconds']:.0f} |"


def machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def table(parts: Mapping[str, Any], now: datetime) -> str:
    """All of it. `parts` are the figures by what made them."""
    lines = [f"warroom {version('warroom')}, {now:%Y-%m-%d}, {machine()}.", ""]
    for name, show in (("simulation", simulated), ("crash", crashed), ("planted", planted)):
        lines += (
            [*show(parts[name]), ""]
            if name in parts
            else [f"The figures of `{name}` are not there: it was not run.", ""]
        )
    return "\n".join(lines).rstrip()


def within(page: str, figures: str) -> str:
    """The page with these figures between the markers."""
    if page.count(FIRST) != 1 or page.count(LAST) != 1:
        raise SystemExit(f"The page must have {FIRST} and {LAST} once each.")
    return re.sub(f"(?s){FIRST}.*{LAST}", lambda _: f"{FIRST}\n{figures}\n{LAST}", page)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.reliability", description=__doc__)
    for name in ("simulation", "crash", "planted"):
        parser.add_argument(f"--{name}", type=Path, default=Path("var") / f"{name}.json")
    given = vars(parser.parse_args(arguments))
    parts = {name: json.loads(path.read_text("utf-8")) for name, path in given.items() if path.exists()}
    PAGE.write_text(within(PAGE.read_text("utf-8"), table(parts, SystemClock().now())), "utf-8")
    missing = [str(path) for path in given.values() if not path.exists()]
    print(f"Wrote {PAGE.name}." + (f" Not there: {', '.join(missing)}." if missing else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
