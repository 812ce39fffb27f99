"""`python -m bench.cost [--quick] [--json FILE] [--only NAME]`: measures what the bot costs, and writes it down.

The table and the plots go into docs/performance.md, between its marks, and docs/images/; `--dry` leaves both alone.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from bench.cost import actions, doors, footing, many, presses, rooms, storms
from bench.cost.figures import Measured
from bench.cost.places import Place, opened
from bench.cost.writing import machine, table, write

FIGURES: dict[str, Callable[[Place], Measured]] = {
    "doors": doors.measure,
    "presses": presses.measure,
    "actions": actions.measure,
    "rooms": rooms.measure,
    "storms": storms.measure,
    "footing": footing.measure,
    "many": many.measure,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds: to see that it runs")
    parser.add_argument("--only", choices=FIGURES, action="append", help="only these figures; may be given again")
    parser.add_argument("--json", type=Path, help="also write everything that was measured to this file")
    parser.add_argument("--dry", action="store_true", help="leave the documentation alone")
    asked = parser.parse_args()
    found: dict[str, Measured] = {}
    with opened(quick=asked.quick) as place:
        for name in asked.only or FIGURES:
            began = time.monotonic()
            found[name] = FIGURES[name](place)
            print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
            for each in found[name].figures:
                print(f"  {'  MISSED ' if each.holds is False else ''}{each.name}: {each.result}", file=sys.stderr)
    print(table([each for one in found.values() for each in one.figures]))
    if asked.json:
        doc = {"machine": machine(), "quick": asked.quick, "found": {name: asdict(one) for name, one in found.items()}}
        asked.json.write_text(json.dumps(doc, indent=1) + "\n", encoding="utf-8")
    if not asked.dry:
        write(found, quick=asked.quick)
    return 0


if __name__ == "__main__":
    sys.exit(main())
