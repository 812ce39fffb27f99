"""What an exporter is given, and what it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import TextIO

from sqlalchemy import Connection

from warroom.core.events import Entry
from warroom.errors import NotFound
from warroom.report.people import people as people_of
from warroom.store import people, rooms
from warroom.store.rooms import RoomRow, StoredEntry


class Profile(StrEnum):
    """For whom an export is. Players get nothing that is hidden from them."""

    PLAYERS = "players"
    CONTROLLERS = "controllers"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One room to be exported. `stored` begins the timeline anew each time; only a part of it is in memory at once."""

    row: RoomRow
    names: Mapping[str, str]
    profile: Profile
    stored: Callable[[], Iterator[StoredEntry]]

    def entries(self) -> Iterator[Entry]:
        return map(rooms.read, self.stored())


@dataclass(frozen=True, kw_only=True, slots=True)
class Exporter:
    """A format. `write` writes the whole of a source; `title` says what the file is.

    One that is written `on_request` is not of use for every room, and only made when it is named.
    """

    name: str
    suffix: str
    title: str
    write: Callable[[Source, TextIO], None]
    on_request: bool = False


def source(conn: Connection, room_id: int, profile: Profile) -> Source:
    """The room as it is now: what is appended later is not in it. Use it within the transaction. Raises NotFound."""
    row = rooms.find(conn, None, str(room_id))
    if row is None:
        raise NotFound(f"There is no room {room_id}.")

    def stored() -> Iterator[StoredEntry]:
        return takewhile(lambda each: each.seq <= row.seq, rooms.stored(conn, row.id))

    return Source(row=row, names=_names(conn, row, map(rooms.read, stored())), profile=profile, stored=stored)


def _names(conn: Connection, row: RoomRow, entries: Iterable[Entry]) -> Mapping[str, str]:
    return people.names(conn, row.workspace, people_of(entries))
