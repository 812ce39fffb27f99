"""What the commands about runbooks read: files, and the rooms of a database."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from warroom.cli.exporting import Mode, opened
from warroom.core.events import Entry
from warroom.core.events import Mode as Which
from warroom.core.runbook import Runbook
from warroom.definitions.library import shipped
from warroom.definitions.loader import Source
from warroom.definitions.problems import DefinitionError
from warroom.definitions.reader import near
from warroom.definitions.sources import gather
from warroom.errors import NotFound, SettingsError
from warroom.exporters.source import Profile, source
from warroom.report.usage import RoomInfo, Usage, usage
from warroom.settings import Settings
from warroom.store import rooms
from warroom.store.rooms import RoomRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """One runbook with its file. `path` is as the diff names it: from the folder's root, with `/`."""

    runbook: Runbook
    file: Path
    path: str
    digest: str


def folder(settings: Settings, given: Path | None) -> Path:
    """The folder of runbooks that is meant: the one given, that of the settings, or the shipped one."""
    if given is None and len(settings.runbooks) > 1:
        raise SettingsError("WARROOM_RUNBOOKS names several folders; say which one is meant with --runbooks.")
    found = given or (Path(settings.runbooks[0]) if settings.runbooks else shipped())
    if not found.is_dir():
        raise NotFound(f"There is no folder {found}.")
    return found


def books(root: Path) -> dict[str, Book]:
    """Every runbook below a folder by its id. Raises DefinitionError with the problems of all that cannot be read."""
    sources = [each for each in gather([root]) if each.value is None or isinstance(each.value, Runbook)]
    if problems := [problem for each in sources for problem in each.problems]:
        raise DefinitionError(problems)
    found = [_book(each, root) for each in sources]
    return {book.runbook.id: book for book in found}


def _book(each: Source, root: Path) -> Book:
    if each.problems or not isinstance(each.value, Runbook):
        raise DefinitionError(each.problems)
    file = Path(each.file)
    return Book(runbook=each.value, file=file, path=file.relative_to(root).as_posix(), digest=each.digest)


def one(settings: Settings, named: str, given: Path | None) -> Book:
    """The runbook that is meant by a file's path, or by its id."""
    file = Path(named)
    if file.is_file():
        (only,) = gather([file])
        if not only.problems and not isinstance(only.value, Runbook):
            only.fields.complain("", f"this is not a runbook, but a {only.fields.first()}")
        return _book(only, file.parent)
    if file.suffix or os.sep in named:
        raise NotFound(f"There is no file {named}.")
    root = folder(settings, given)
    known = books(root)
    if named not in known:
        hint = near(named, known)
        hint = f" {hint[0].upper()}{hint[1:]}" if hint else f" There is: {', '.join(known) or 'none'}."
        raise NotFound(f"There is no runbook {named!r} in {root}.{hint}")
    return known[named]


def asked_for(known: dict[str, Book], ids: Sequence[str]) -> dict[str, Book]:
    """Those of the runbooks that were named, or all. Raises NotFound for one that is not there."""
    for name in ids:
        if name not in known:
            raise NotFound(f"There is no runbook {name!r}. {near(name, known)}".strip())
    return {name: book for name, book in known.items() if not ids or name in ids}


# --- rooms


def used(settings: Settings, *, room: str = "", mode: str = "all", going_on: bool = False, names: bool = True) -> Usage:
    """What became of runbooks in the rooms of the database, those that still go on left out unless wanted."""
    wanted: dict[str, Mode] = {"drill": "drill", "real": "real", "all": "all"}
    if mode not in wanted:
        raise SettingsError(f"--mode: {mode!r} is neither `drill`, `real` nor `all`.")
    with opened(settings) as db:
        return db.read_sync(_usage, room, wanted[mode], going_on, names)


def _usage(conn: Connection, room: str, mode: Mode, going_on: bool, names: bool) -> Usage:
    rows = [_room(conn, room, going_on)] if room else reversed(rooms.listing(conn, None, mode=mode))
    chosen = [row for row in rows if going_on or not row.open]
    return usage((info, entries) for info, entries in _each(conn, chosen, names))


def _each(conn: Connection, rows: Sequence[RoomRow], names: bool) -> Iterator[tuple[RoomInfo, Iterator[Entry]]]:
    for row in rows:
        kept = source(conn, row.id, Profile.PLAYERS)
        yield RoomInfo(key=row.key, mode=Which(row.mode), names=kept.names if names else {}), kept.entries()


def _room(conn: Connection, key: str, going_on: bool) -> RoomRow:
    row = rooms.find(conn, None, key)
    if row is None:
        there = ", ".join(each.key for each in rooms.listing(conn, None, mode="all")) or "none yet"
        raise NotFound(f"There is no room {key!r}; there is: {there}.")
    if row.open and not going_on:
        raise NotFound(f"{row.key} still goes on. Close it first, or add --open.")
    return row
