"""`warroom deliveries`: what is still to be said and done, what was given up, and giving up taken back."""

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warroom.cli.helping import PlainGroup
from warroom.errors import NotFound

if TYPE_CHECKING:
    from warroom.settings import Settings
    from warroom.store.deadletters import Letter

group = typer.Typer(
    cls=PlainGroup, help="What waits to be said and done, and what was given up. Without a word: the list."
)

AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on stdout.")]
Stored = Annotated[str | None, typer.Option(help="The database; WARROOM_DATABASE when absent.")]
InRoom = Annotated[str | None, typer.Option("--room", help="Only of this room, such as GD-1.")]
_SHOWN = 10  # characters of an id; enough to tell one from another


@dataclass(frozen=True, kw_only=True, slots=True)
class Deliveries:
    waiting: "Sequence[Letter]"
    given_up: "Sequence[Letter]"


@group.callback(invoke_without_command=True)
def deliveries(context: typer.Context) -> None:
    """What waits to be said and done, and what was given up. Without a word: the list."""
    if context.invoked_subcommand is None:
        list_deliveries()


@group.command("list")
def list_deliveries(room: InRoom = None, database: Stored = None, as_json: AsJson = False) -> None:
    """List what waits and since when, and what was given up and why, room by room."""
    found = _found(_settings(database), room)
    if as_json:
        shown = {"waiting": found.waiting, "given_up": found.given_up}
        print(json.dumps({name: [_document(each) for each in letters] for name, letters in shown.items()}, indent=2))
        return
    for line in _listed(found, shutil.get_terminal_size().columns):
        print(line)
    if not found.waiting and not found.given_up:
        print("Nothing waits, and nothing was given up.", file=sys.stderr)


@group.command()
def replay(
    ids: Annotated[list[str] | None, typer.Argument(help="Their ids, or how they begin.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Whatever was given up.")] = False,
    room: InRoom = None,
    database: Stored = None,
    as_json: AsJson = False,
) -> None:
    """Owe again what was given up: each at the end of its queue, in order, once. The timeline says so.

    What acted (an act, a check, a fault) is not replayed. A running bot says it at once.
    """
    import asyncio

    if bool(ids) == everything:
        raise NotFound("Say which: their ids, or --all.")
    settings = _settings(database)
    letters = _found(settings, room).given_up
    chosen = letters if everything else [_meant(each, letters) for each in dict.fromkeys(ids or ())]
    done, left = asyncio.run(_replay(settings, chosen))
    if as_json:
        print(json.dumps({"replayed": [each.id for each in done], "left": left}))
        return
    for each in done:
        print(f"{each.room}: {each.what} is owed again.")
    for sentence in left.values():
        print(f"warroom: {sentence}", file=sys.stderr)
    if not done and not left:
        print("Nothing was given up.", file=sys.stderr)


def _settings(database: str | None) -> "Settings":
    from warroom import settings

    return settings.load(os.environ, database=database)


def _found(settings: "Settings", key: str | None) -> Deliveries:
    from warroom.cli.exporting import found, opened
    from warroom.store import deadletters

    with opened(settings) as db:
        room = db.read_sync(found, settings.database, key).id if key else None
        return Deliveries(
            waiting=db.read_sync(deadletters.waiting, room), given_up=db.read_sync(deadletters.given_up, room)
        )


def _meant(given: str, letters: "Sequence[Letter]") -> "Letter":
    there = [each for each in letters if each.id.startswith(given.strip().lower())]
    if len(there) != 1:
        what = "Several deliveries begin" if there else "Nothing that was given up begins"
        raise NotFound(f"{what} with {given!r}. `warroom deliveries list` shows what there is.")
    return there[0]


async def _replay(settings: "Settings", chosen: "Sequence[Letter]") -> "tuple[list[Letter], dict[str, str]]":
    """What was replayed, and why the rest was not."""
    from warroom.cli.exporting import opened
    from warroom.core.refusals import Refused
    from warroom.runtime.clock import SystemClock
    from warroom.runtime.handle import Runtime

    done, left = [], dict[str, str]()
    with opened(settings) as db:
        runtime = Runtime(db, SystemClock())
        for each in chosen:
            try:
                await runtime.replay(each.room_id, [each])
            except Refused as refused:
                left[each.id] = str(refused)
            else:
                done.append(each)
    return done, left


def _document(letter: "Letter") -> dict[str, Any]:
    return {
        "id": letter.id,
        "room": letter.room,
        "what": letter.what,
        "lane": letter.lane,
        "since": letter.since.isoformat(),
        "attempts": letter.attempts,
        "reason": letter.reason,
    }


def _listed(found: Deliveries, columns: int) -> Iterator[str]:
    for said, letters in (("waits", found.waiting), ("given up", found.given_up)):
        for room, several in groupby(letters, key=lambda each: each.room):
            yield f"{room}, {said}:"
            for each in several:
                tried = f", tried {each.attempts} times" if each.attempts else ""
                why = f": {each.reason}" if each.reason else ""
                line = f"{each.id[:_SHOWN]} {each.what}, since {each.since:%Y-%m-%d %H:%M} UTC{tried}{why}"
                yield from textwrap.wrap(
                    line, max(columns, 30), initial_indent="  ", subsequent_indent=" " * (_SHOWN + 3)
                )
