"""`warroom verify`: what is said of a timeline that verifies. One that does not is an error, with its sentence."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from warroom.cli.exporting import found, opened
from warroom.errors import NotFound
from warroom.exporters.verify import verify
from warroom.settings import Settings
from warroom.store import rooms


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    document: dict[str, Any]
    lines: tuple[str, ...]


def verify_export(file: Path, head: str | None) -> Verdict:
    """Raises VerificationFailed and NotFound."""
    if not file.is_file():
        raise NotFound(f"There is no file {file}.")
    checked = verify(file, head)
    lines = [f"{file}: {checked.entries} entries, every one as it was written. Head {checked.head}"]
    if checked.withheld or checked.redacted:
        lines.append(f"Texts that are not in this file: {checked.withheld} withheld, {checked.redacted} redacted.")
    if checked.unread:
        lines.append(
            f"{checked.unread} entries are sealed until the game is over; only their place in the chain was checked."
        )
    lines += _announced(checked.announced, checked.entries)
    return Verdict(document={"ok": True, **asdict(checked)}, lines=tuple(lines))


def verify_room(settings: Settings, key: str, head: str | None) -> Verdict:
    """Raises VerificationFailed and NotFound."""
    with opened(settings) as db:
        row = db.read_sync(found, settings.database, key)
        checked = db.read_sync(rooms.verify, row.id, head)
    lines = [f"{row.key}: {checked.entries} entries, every one as it was written. Head {checked.head}"]
    if checked.redacted:
        lines.append(f"Texts that were removed: {checked.redacted}; entries of their own say so.")
    lines += _announced(checked.announced, checked.entries)
    return Verdict(document={"ok": True, "room": row.key, **asdict(checked)}, lines=tuple(lines))


def _announced(at: int | None, entries: int) -> Iterator[str]:
    if at is None:
        return
    if at == entries:
        yield "It ends in what was announced."
    else:
        later = f"entry {entries} was" if entries == at + 1 else f"entries {at + 1} to {entries} were"
        yield f"What was announced is entry {at}, and all before it is as it was then; {later} added later."
