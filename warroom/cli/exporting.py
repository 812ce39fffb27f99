"""`warroom export` and `warroom rooms`: reading a database from the command line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Connection

from warroom.errors import NotFound, SettingsError
from warroom.exporters import EXPORTERS, USUAL, Profile, Tell, file_name, write
from warroom.settings import Settings
from warroom.store import migrate, rooms
from warroom.store.db import Database
from warroom.store.rooms import RoomRow

Mode = Literal["drill", "real", "all"]


def export_room(settings: Settings, key: str, out: Path, format: str, *, hidden: bool) -> list[Path]:
    """Write the files of a room's report; their paths. Raises NotFound with what there is."""
    if format not in ("all", *EXPORTERS):
        raise SettingsError(f"--format: {format!r} is neither `all` nor one of {', '.join(EXPORTERS)}.")
    wanted = USUAL if format == "all" else (EXPORTERS[format],)
    profile = Profile.CONTROLLERS if hidden else Profile.PLAYERS
    out.mkdir(parents=True, exist_ok=True)
    with opened(settings) as db:
        row = db.read_sync(found, settings.database, key)
        written = [out / file_name(row.key, row.mode, each) for each in wanted]
        for path, exporter in zip(written, wanted, strict=True):
            part = path.with_suffix(path.suffix + ".part")  # a file that is there is whole
            try:
                with part.open("w", encoding="utf-8", newline="\n") as text, _progress(path.name) as tell:
                    db.read_sync(write, row.id, exporter, text, profile=profile, tell=tell)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
    return written


@contextmanager
def _progress(name: str) -> Iterator[Tell]:
    """A bar on stderr while a file is being written, where somebody sees it; nothing is left of it."""
    unseen = not sys.stderr.isatty()
    with Progress(console=Console(stderr=True), transient=True, disable=unseen) as bar:
        task = bar.add_task(name, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def found(conn: Connection, database: str, key: str) -> RoomRow:
    """The room. Raises NotFound with what there is."""
    row = rooms.find(conn, None, key)
    if row is None:
        there = ", ".join(each.key for each in rooms.listing(conn, None, mode="all")) or "none yet"
        raise NotFound(f"There is no room {key!r} in {database}; there is: {there}.")
    return row


def list_rooms(settings: Settings, mode: str) -> list[dict[str, Any]]:
    wanted: dict[str, Mode] = {"drill": "drill", "real": "real", "all": "all"}
    if mode not in wanted:
        raise SettingsError(f"--mode: {mode!r} is neither `drill`, `real` nor `all`.")
    with opened(settings) as db:
        there = db.read_sync(rooms.listing, None, mode=wanted[mode])
    return [
        {
            "key": row.key,
            "mode": row.mode,
            "state": row.state,
            "title": row.title,
            "opened_at": row.opened_at.isoformat(),
            "entries": row.seq,
        }
        for row in there
    ]


def opened(settings: Settings) -> Database:
    """The database, at this version's schema; NotFound when there is none yet."""
    if settings.database.startswith("sqlite:///") and not Path(settings.database.removeprefix("sqlite:///")).exists():
        raise NotFound(f"There is no database {settings.database}. Set WARROOM_DATABASE, or give --database.")
    db = Database(settings.database)
    migrate.upgrade(db)
    return db
