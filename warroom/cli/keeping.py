"""`warroom backup`, `restore`, `redact` and `prune`: what is done to the database as a whole, or for good.

What a command needs is imported when it runs, so that `warroom --help` stays quick.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warroom.errors import InTheWay, WarroomError

if TYPE_CHECKING:
    from sqlalchemy import URL

    from warroom.settings import Settings
    from warroom.store.backup import Copied

AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on stdout.")]
Stored = Annotated[str | None, typer.Option(help="The database; WARROOM_DATABASE when absent.")]
Sure = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
_SILENT = 1.0  # seconds after which somebody wonders; then they are told every so often how far it is
_EVERY = 0.5
_AS_OWNER = (
    "Type it as the role that owns the tables, at the server that takes writes: put that role's name into the address if "
    "another stands there. The role that serves is refused."
)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    database: Stored = None,
    as_json: AsJson = False,
) -> None:
    """Copy the database to a file, while the bot runs, and check the copy: every timeline in it.

    For SQLite. For PostgreSQL it says what to type.
    """
    from warroom.store.backup import back_up, command_for_postgresql

    url = _url(database)
    if url.get_backend_name() != "sqlite":
        raise WarroomError(
            f"A PostgreSQL database is backed up with: {command_for_postgresql(url, file, back=False)}\n{_AS_OWNER} "
            "Nobody has looked at such a file: restore it somewhere, and let `warroom verify` look at its rooms."
        )
    found = back_up(url, file, force=force, told=_Progress())
    if as_json:
        print(json.dumps(_copied(found) | {"bytes": file.stat().st_size}))
        return
    print(f"{file}: {_counted(found)}, every one as it was written. Schema {found.revision}.")


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    database: Stored = None,
    sure: Sure = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the database, while no bot runs. What was there is kept beside it.

    For SQLite. For PostgreSQL it says what to type.
    """
    from warroom.runtime.clock import SystemClock
    from warroom.store.backup import command_for_postgresql
    from warroom.store.backup import restore as put_back

    url = _url(database)
    if url.get_backend_name() != "sqlite":
        raise WarroomError(
            f"A PostgreSQL database is put back, while no bot runs, with: {command_for_postgresql(url, file, back=True)}\n"
            f"{_AS_OWNER} Then let `warroom verify` look at its rooms."
        )
    must_be_sure(f"Put {file} in the place of {url.database}? What is there now is kept beside it.", sure)
    found = put_back(url, file, SystemClock().now(), told=_Progress())
    if as_json:
        print(json.dumps(_copied(found.copied) | {"before": str(found.before) if found.before else None}))
        return
    print(f"{url.database} is now what {file} was: {_counted(found.copied)}.")
    if found.before:
        print(f"What was there before is kept as {found.before}.")


def redact(
    room: Annotated[str, typer.Argument(help="The room, such as GD-1 or INC-7.")],
    entry: Annotated[int, typer.Argument(help="The number of the entry.")],
    field: Annotated[str | None, typer.Argument(help="Which of its texts; needed when it has several.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the timeline. It stays there.")] = "",
    by: Annotated[str, typer.Option(help="Who asked for it, as the timeline shall say: a person's id.")] = "warroom",
    database: Stored = None,
    sure: Sure = False,
    as_json: AsJson = False,
) -> None:
    """Remove a text that somebody typed from a timeline, for good. The chain still verifies, and an entry says so.

    It goes from the database, its files, and everything made of it from now on; what is not reached is said at the end.
    """
    import asyncio

    from warroom.cli import removing

    settings = _loaded(database)
    there = removing.chosen(settings, room, entry, field)
    must_be_sure(f"Remove {there.described}? It cannot be brought back.", sure)
    found = asyncio.run(removing.remove(settings, there, by=by, reason=reason))
    if as_json:
        print(json.dumps(removing.document(there, found)))
        return
    for line in removing.told(settings, there, found):
        print(line)


def prune(
    older_than: Annotated[
        str, typer.Option(help="How long a room has been closed, and a delivery over: `90d`.")
    ] = "90d",
    database: Stored = None,
    sure: Annotated[bool, typer.Option("--yes", help="Do it; without this it only says what it would do.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take out what was delivered long ago, in rooms that are closed. Timelines are never pruned.

    The bot may run. On SQLite the file does not get smaller; what becomes free in it is used again.
    """
    from warroom.cli.pruning import prune as take_out

    found = take_out(_loaded(database), older_than, really=sure)
    if as_json:
        print(json.dumps({"deliveries": found.deliveries, "keys": found.keys, "pruned": sure}))
        return
    what = f"{_several(found.deliveries, 'delivery', 'deliveries')} and {_several(found.keys, 'key')} of what came in"
    print(f"Taken out: {what}." if sure else f"This would take out {what}. With --yes it does. No timeline is touched.")


def must_be_sure(question: str, sure: bool) -> None:
    """Ask, unless the answer was given. Whoever cannot be asked has to say it beforehand."""
    if sure:
        return
    if not sys.stdin.isatty():
        raise InTheWay(f"{question} Nobody is here to answer; say --yes if you mean it.")
    if not typer.confirm(question, err=True):
        raise InTheWay("Nothing was changed.")


def _url(database: str | None) -> "URL":
    from warroom.store.addresses import read_url

    return read_url(_loaded(database).database)


def _loaded(database: str | None) -> "Settings":
    from warroom import settings

    return settings.load(os.environ, database=database)


def _copied(found: "Copied") -> dict[str, Any]:
    return {"file": str(found.file), "rooms": found.rooms, "entries": found.entries, "schema": found.revision}


def _counted(found: "Copied") -> str:
    return f"{_several(found.rooms, 'room')} with {_several(found.entries, 'entry', 'entries')}"


def _several(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


class _Progress:
    """Says on stderr how far it is, where somebody looks and it takes long."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _SILENT

    def __call__(self, what: str, done: int, of: int) -> None:
        if not sys.stderr.isatty() or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _EVERY
        print(f"\r{what}: {100 * done // max(of, 1)} %\x1b[K", end="\r", file=sys.stderr, flush=True)
