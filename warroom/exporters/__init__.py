"""What comes out of warroom. One file each, listed by hand.

    export(conn, room) -> files                      the usual formats, in memory, to hand over in the chat
    write(conn, room, exporter, out)                 one format, to a file, entry by entry

The players' profile is the rule; only the dungeon master may be given what is hidden.
"""

from collections.abc import Iterator, Sequence
from io import StringIO
from typing import TextIO

from sqlalchemy import Connection

from warroom.core.declaring import dataclass
from warroom.core.events import Mode
from warroom.exporters import chaostoolkit, jsonfile, markdown
from warroom.exporters.source import Exporter, Profile, Source, Tell, source
from warroom.report.people import people

__all__ = ["EXPORTERS", "USUAL", "Exporter", "File", "Profile", "Tell", "export", "file_name", "unnamed", "write"]

EXPORTERS: dict[str, Exporter] = {
    each.name: each for each in (markdown.EXPORTER, jsonfile.EXPORTER, chaostoolkit.EXPORTER)
}
USUAL = tuple(each for each in EXPORTERS.values() if not each.on_request)


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """One exported file. Name and title carry the mark of an exercise."""

    name: str
    title: str
    content: bytes


def export(
    conn: Connection,
    room: int,
    *,
    profile: Profile = Profile.PLAYERS,
    exporters: Sequence[Exporter] = USUAL,
) -> tuple[File, ...]:
    """The room's files. Raises NotFound."""
    return tuple(_files(source(conn, room, profile), exporters))


def unnamed(conn: Connection, room: int) -> set[str]:
    """The ids of whoever the room's files name, and whose name is not kept. Raises NotFound."""
    here = source(conn, room, Profile.CONTROLLERS)
    return people(here.entries()) - set(here.names)


def write(
    conn: Connection,
    room: int,
    exporter: Exporter,
    out: TextIO,
    *,
    profile: Profile = Profile.PLAYERS,
    tell: Tell | None = None,
) -> None:
    """Write one format of the room to `out`; `tell` is told which share has been done. Raises NotFound."""
    exporter.write(source(conn, room, profile, tell=tell, readings=exporter.readings), out)


def file_name(key: str, mode: str, exporter: Exporter) -> str:
    """What a file of this room is called: `exercise-gd-1.md`, `inc-7.json`."""
    return f"{'exercise-' if mode == Mode.DRILL else ''}{key.lower()}{exporter.suffix}"


def _files(room: Source, exporters: Sequence[Exporter]) -> Iterator[File]:
    row = room.row
    mark = "EXERCISE " if row.mode == Mode.DRILL else ""
    for each in exporters:
        out = StringIO()
        each.write(room, out)
        yield File(
            name=file_name(row.key, row.mode, each),
            title=f"{mark}{row.key}: {each.title}",
            content=out.getvalue().encode("utf-8"),
        )
