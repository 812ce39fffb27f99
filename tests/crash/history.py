"""What was sent, acknowledged, killed and broken, as JSON lines: with the database it is the evidence of a run."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class History:
    """Every line has `what`, and `at`: the time of day, in seconds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: Counter[str] = Counter()
        self._file = path.open("w", encoding="utf-8", buffering=1 << 16)

    def write(self, what: str, **fields: Any) -> None:
        self.counts[what] += 1
        self._file.write(json.dumps({"what": what, "at": round(time.time(), 4), **fields}) + "\n")

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a history, in order. A line that was cut short by the end of everything is left out."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                yield json.loads(line)
