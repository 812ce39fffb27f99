"""What an exporter is given, and what it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import takewhile
from typing import TextIO

from sqlalchemy import Connection

from warroom.core.declaring import dataclass
from warroom.core.events import Entry
from warroom.errors import NotFound
from warroom.report.people import people as people_of
from warroom.store import people, rooms
from warroom.store.rooms import RoomRow, StoredEntry

Tell = Callable[[float], None]  # is told which share has been done
TOLD = 1_000  # entries between two times that it is told


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

    One that is written `on_request` is not of use for every room, and only made when it is named. `readings` is how often
    the timeline is read for it, beginning with the people's names; progress is told by it.
    """

    name: str
    suffix: str
    title: str
    write: Callable[[Source, TextIO], None]
    on_request: bool = False
    readings: int = 3


def source(conn: Connection, room_id: int, profile: Profile, *, tell: Tell | None = None, readings: int = 1) -> Source:
    """The room as it is now: what is appended later is not in it. Use it within the transaction. Raises NotFound.

    `tell` is told now and then which share of so many readings has been done.
    """
    row = rooms.find(conn, None, str(room_id))
    if row is None:
        raise NotFound(f"There is no room {room_id}.")

    read = 0

    def stored() -> Iterator[StoredEntry]:
        nonlocal read
        for each in takewhile(lambda each: each.seq <= row.seq, rooms.stored(conn, row.id)):
            yield each
            read += 1
            if tell is not None and read % TOLD == 0:
                tell(read / (row.seq * readings))

    return Source(row=row, names=_names(conn, row, map(rooms.read, stored())), profile=profile, stored=stored)


def _names(conn: Connection, row: RoomRow, entries: Iterable[Entry]) -> Mapping[str, str]:
    return people.names(conn, row.workspace, people_of(entries))
