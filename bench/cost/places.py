"""Where figures are taken: databases with rooms in them, and processes of our own."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import Connection, update

from tests.postgres import Server, programs
from warroom.core import commands as c
from warroom.core.events import Entry, Event, MessageHeard, NoteTaken
from warroom.core.room import Room
from warroom.runtime.clock import SystemClock
from warroom.runtime.handle import Runtime, summary
from warroom.store import migrate, rooms
from warroom.store.db import Database
from warroom.store.tables import lanes, outbox

# As an operator's PostgreSQL: every commit is on the disk when it is answered.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "listen_addresses": "''", "max_connections": "100"}
WORKSPACE = "T1"


@dataclass(frozen=True, kw_only=True)
class Place:
    """`quick` takes fewer rounds and shorter ones: to see that everything runs, not to be quoted."""

    folder: Path
    server: Server | None
    quick: bool

    @property
    def rounds(self) -> int:
        return 2 if self.quick else 5

    @property
    def seconds(self) -> float:
        return 1.0 if self.quick else 4.0

    def sqlite(self, name: str) -> str:
        """The URL of a new, migrated database in a file."""
        path = self.folder / f"{name}.db"
        for each in self.folder.glob(f"{name}.db*"):
            each.unlink()
        url = f"sqlite:///{path}"
        with Database(url) as db:
            migrate.upgrade(db)
        return url

    def postgresql(self) -> str:
        """The URL of a new, migrated database of a durable server."""
        assert self.server is not None
        return self.server.url(self.server.new())

    def databases(self, name: str) -> Iterator[tuple[str, str]]:
        """A new database of each kind there is: what it is called, and its URL."""
        yield "SQLite", self.sqlite(name)
        if self.server is not None:
            yield "PostgreSQL", self.postgresql()


@contextmanager
def opened(*, quick: bool) -> Iterator[Place]:
    """A folder on the disk that holds the checkout: a folder in memory would make every commit free."""
    root = Path(__file__).parents[2] / "var"
    root.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=root))
    there = programs()
    server = None
    if there is not None:
        server = Server(there, Path(tempfile.mkdtemp(prefix="warroom-pg-", dir="/tmp")), DURABLE)
        server.start()
    try:
        yield Place(folder=folder, server=server, quick=quick)
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder)


def open_rooms(url: str, number: int) -> list[int]:
    """So many open incidents, each with its channel `C<number of the room>`, and nothing owed to anybody."""

    async def made() -> list[int]:
        with Database(url) as db:
            runtime = Runtime(db, SystemClock())
            opened = list(await asyncio.gather(*(_open(runtime) for _ in range(number))))
            await db.tx(settle)
            return opened

    return asyncio.run(made())


async def _open(runtime: Runtime) -> int:
    def make(key: str) -> Sequence[c.Command]:
        return [c.OpenIncident(by="U1", key=key, workspace=WORKSPACE, title="It is dark")]

    room = (await runtime.open(make, workspace=WORKSPACE, kind="incident", mode="real")).id
    await runtime.handle(room, c.RecordChannel(place="war-room", channel=f"C{room}", name=f"inc-{room}"))
    return room


def settle(conn: Connection) -> None:
    """Nothing is owed to anybody any more."""
    conn.execute(update(lanes).values(done_number=lanes.c.last_number))
    conn.execute(update(outbox).values(state="done"))


def lengthen(url: str, room: int, to: int) -> None:
    """Until the room has so many entries; a thousand in one transaction."""
    with Database(url) as db:
        state = asyncio.run(_folded(db, room))
        at = state.seq
        while at < to:
            at = db.tx_sync(_lengthen, room, min(to, at + 1000), summary(state))


async def _folded(db: Database, room: int) -> Room:
    return await Runtime(db, SystemClock()).room(room)


def _lengthen(conn: Connection, room: int, to: int, shown: rooms.Summary) -> int:
    row = rooms.lock(conn, room)
    now = SystemClock().now()
    added = [Entry(seq=seq, at=now, by=f"U{seq % 30}", event=_said(room, seq)) for seq in range(row.seq + 1, to + 1)]
    rooms.append(conn, row, added, shown)
    return to


def _said(room: int, seq: int) -> Event:
    """What fills a war room: people talk, and now and then somebody takes a note."""
    if seq % 10 == 0:
        return NoteTaken(text=f"Note {seq}: the queue is still growing.")
    return MessageHeard(channel=f"C{room}", ts=f"1700000000.{seq:06d}", text=f"Number {seq}: I still see errors.")


def python(*arguments: str, **environment: str) -> tuple[list[str], dict[str, str]]:
    """How a process of our own is started: the command, and its environment."""
    kept = {name: each for name, each in os.environ.items() if not name.startswith(("WARROOM_", "SLACK_"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # warm means: compiled files are there
    return [sys.executable, *arguments], kept | environment


def memory(pid: int) -> float:
    """What a process holds in memory now, in MB."""
    return psutil.Process(pid).memory_info().rss / 2**20


def processor(pid: int) -> float:
    """How many seconds of a processor it has used."""
    spent = psutil.Process(pid).cpu_times()
    return spent.user + spent.system
