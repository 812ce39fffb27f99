"""The verifier that an auditor reads and runs without warroom says the same as warroom's own, of good exports and of attacked ones."""

import io
import json
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import many
from tests.exporters.kept import database, exported, keep, summary, written
from tests.exporters.test_json import EDITS, parsed
from tests.report.gameday import gameday
from tests.report.stories import exercise, incident
from warroom.core.chain import canonical
from warroom.core.events import Entry, MessageHeard, TextRedacted
from warroom.core.roomfold import fold
from warroom.errors import BadEntry, VerificationFailed
from warroom.exporters import Profile
from warroom.exporters.verify import verify
from warroom.store import redacting, rooms

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_export.py"
problem: Callable[[Any, str], str] = runpy.run_path(str(SCRIPT))["problem"]
Export = dict[str, Any]
COUNT = len(parsed()["entries"])


def both(export: Export, head: str = "") -> tuple[int | None, int | None]:
    """The entry that the one names and that the other names; 0 when something else is wrong, None when nothing is."""
    try:
        alone = problem(export, head)
    except (KeyError, TypeError, AttributeError) as error:
        alone = f"entry ? {error!r}"
    named = re.match(r"entry (\d+)", alone)
    said = None if not alone else int(named[1]) if named else 0
    try:
        verify(io.StringIO(json.dumps(export)), head or None)
    except BadEntry as bad:
        return said, bad.seq
    except VerificationFailed:
        return said, 0
    return said, None


def redacted() -> Export:
    with database() as opened:
        entries = exercise().entries
        room = opened.tx_sync(keep, entries)
        heard = next(each for each in entries if isinstance(each.event, MessageHeard))

        def remove(conn: Any) -> None:
            redacting.redact(conn, room, heard.seq, "text")
            event = TextRedacted(seq=heard.seq, field="text", reason="a password")
            told = Entry(seq=len(entries) + 1, at=entries[-1].at, by="U1", event=event)
            rooms.append(conn, rooms.lock(conn, room), [told], summary(fold([*entries, told])))

        opened.tx_sync(remove)
        return json.loads(opened.read_sync(written, room, "json"))  # type: ignore[no-any-return]


GOOD: dict[str, Callable[[], Export]] = {
    "for players": parsed,
    "for who directs": lambda: json.loads(exported(exercise().entries, "json", Profile.CONTROLLERS)),
    "a real incident": lambda: json.loads(exported(incident().entries, "json")),
    "while it goes on": lambda: json.loads(exported(gameday().entries[:-6], "json")),
    "redacted": redacted,
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_export_is_good(name: str) -> None:
    """Both find nothing wrong with an export as warroom writes it, and both know the head that was announced."""
    export = GOOD[name]()
    assert both(export) == (None, None)
    assert both(export, export["entries"][-2]["hash"].upper()) == (None, None)
    assert both(export, "0" * 64) == (0, 0)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__.strip("_"))
def test_an_edited_entry(edit: Callable[[Export], None]) -> None:
    """Whatever is changed in an entry, both find it; where its hash is looked at, both name that entry."""
    for place in (0, COUNT // 2, COUNT - 1):
        export = parsed()
        edit(export["entries"][place])
        alone, ours = both(export)
        assert alone in (place + 1, 0)
        assert ours == place + 1


def _removed(entries: list[Export], at: int) -> int:
    del entries[at]
    return at + 1


def _removed_and_numbered(entries: list[Export], at: int) -> int:
    del entries[at]
    for seq, each in enumerate(entries, start=1):
        each["seq"] = seq
    return at + 1


def _exchanged(entries: list[Export], at: int) -> int:
    other = (at + 1) % len(entries)
    entries[at], entries[other] = entries[other], entries[at]
    return min(at, other) + 1


def _exchanged_and_numbered(entries: list[Export], at: int) -> int:
    first = _exchanged(entries, at)
    for seq, each in enumerate(entries, start=1):
        each["seq"] = seq
    return first


def _inserted(entries: list[Export], at: int) -> int:
    entries.insert(at, {**deepcopy(entries[at]), "by": "mallory"})
    for seq, each in enumerate(entries, start=1):
        each["seq"] = seq
    return at + 1


def _truncated(entries: list[Export], at: int) -> int:
    del entries[at:]
    return at + 1


def _hash_swapped(entries: list[Export], at: int) -> int:
    other = (at + 1) % len(entries)
    entries[at]["hash"], entries[other]["hash"] = entries[other]["hash"], entries[at]["hash"]
    return min(at, other) + 1


def _text_replaced(entries: list[Export], at: int) -> int:
    place = next(n for n in range(at, at + len(entries)) if _texts(entries[n % len(entries)])) % len(entries)
    next(iter(_texts(entries[place]).values()))["text"] += "!"
    return place + 1


def _text_silenced(entries: list[Export], at: int) -> int:
    place = next(n for n in range(at, at + len(entries)) if _texts(entries[n % len(entries)])) % len(entries)
    field = next(iter(_texts(entries[place])))
    entries[place]["texts"][field] = {"redacted": True}
    return place + 1


def _texts(entry: Export) -> Export:
    return {field: each for field, each in entry["texts"].items() if "text" in each}


DEEDS = (
    *(_removed, _removed_and_numbered, _exchanged, _exchanged_and_numbered, _inserted),
    *(_truncated, _hash_swapped, _text_replaced, _text_silenced),
)


@settings(deadline=None, max_examples=many(150))
@given(deed=st.sampled_from(DEEDS), at=st.integers(1, COUNT - 1))
def test_any_attack(deed: Callable[[list[Export], int], int], at: int) -> None:
    """A random attack on an export is found by both, and both name the first entry that it spoiled, sealed anew or not."""
    export = parsed()
    spoiled = deed(export["entries"], at)
    assert both(export) == (spoiled, spoiled)
    around = {name: export[name] for name in ("format", "room", "profile", "names", "head", "report")}
    export["seal"] = sha256(canonical(around).encode()).hexdigest()
    assert both(export) == (spoiled, spoiled)


def test_cut_off_with_a_head_that_fits() -> None:
    """An end that is cut off together with its head is found only by the hash that was announced."""
    export = parsed()
    announced = export["head"]
    del export["entries"][-3:]
    export["head"] = export["entries"][-1]["hash"]
    around = {name: export[name] for name in ("format", "room", "profile", "names", "head", "report")}
    export["seal"] = sha256(canonical(around).encode()).hexdigest()
    assert both(export) == (None, None)
    assert both(export, announced) == (0, 0)


def test_the_label_of_another_room() -> None:
    """Warroom's own also sees when a file is labelled as another room than its first entry opens."""
    export = parsed()
    export["room"]["key"] = "GD-99"
    around = {name: export[name] for name in ("format", "room", "profile", "names", "head", "report")}
    export["seal"] = sha256(canonical(around).encode()).hexdigest()
    assert both(export)[1] == 1


def test_without_warroom(tmp_path: Path) -> None:
    """It runs on a Python that has nothing but its standard library, and its exit code says what it found."""
    file = tmp_path / "export.json"
    for spoil, code, word in ((False, 0, "as they were written"), (True, 5, "entry 3 is not as it was written")):
        export = parsed()
        if spoil:
            export["entries"][2]["by"] = "mallory"
        file.write_text(json.dumps(export), encoding="utf-8")
        ran = subprocess.run(
            [sys.executable, "-I", "-S", SCRIPT, file, export["head"]], capture_output=True, text=True, check=False
        )
        assert (ran.returncode, word in ran.stdout) == (code, True), ran
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) < 90
