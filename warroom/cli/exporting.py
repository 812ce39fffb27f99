"""`warroom export` and `warroom rooms`: reading a database from the command line."""

from pathlib import Path
from typing import Any, Literal, get_args

from warroom.errors import NotFound, SettingsError
from warroom.exporters import export
from warroom.settings import Settings
from warroom.store import migrate, rooms
from warroom.store.db import Database

Mode = Literal["drill", "real", "all"]


def export_room(settings: Settings, key: str, out: Path, format: str, *, hidden: bool) -> list[Path]:
    """Write the files of a room's report; their paths. Raises NotFound with what there is."""
    with opened(settings) as db:
        row = db.read_sync(rooms.find, None, key)
        if row is None:
            there = ", ".join(each.key for each in db.read_sync(rooms.listing, None, mode="all")) or "none yet"
            raise NotFound(f"There is no room {key!r} in {settings.database}; there is: {there}.")
        files = [
            each for each in db.read_sync(export, row.id, hidden=hidden) if format in ("all", each.format)
        ]
    if not files:
        raise SettingsError(f"--format: {format!r} is neither `markdown`, `json` nor `all`.")
    out.mkdir(parents=True, exist_ok=True)
    written = [out / each.name for each in files]
    for path, each in zip(written, files, strict=True):
        path.write_bytes(each.content)
    return written


def list_rooms(settings: Settings, mode: str) -> list[dict[str, Any]]:
    if mode not in get_args(Mode):
        raise SettingsError(f"--mode: {mode!r} is neither `drill`, `real` nor `all`.")
    with opened(settings) as db:
        found = db.read_sync(rooms.listing, None, mode=mode)
    return [
        {
            "key": row.key,
            "mode": row.mode,
            "state": row.state,
            "title": row.title,
            "opened_at": row.opened_at.isoformat(),
            "entries": row.seq,
        }
        for row in found
    ]


def opened(settings: Settings) -> Database:
    """The database, at this version's schema; NotFound when there is none yet."""
    if settings.database.startswith("sqlite:///") and not Path(settings.database.removeprefix("sqlite:///")).exists():
        raise NotFound(f"There is no database {settings.database}. Set WARROOM_DATABASE, or give --database.")
    db = Database(settings.database)
    migrate.upgrade(db)
    return db
