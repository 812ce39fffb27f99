"""`warroom runbook …` and `warroom fmt`: look at runbooks, write them in one way, and make them better after use.

What a command needs is imported when it runs, so that `warroom --help` stays quick.
"""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warroom.cli.exits import Exit
from warroom.cli.helping import PlainGroup
from warroom.errors import NotFound, SettingsError

if TYPE_CHECKING:
    from warroom.settings import Settings

group = typer.Typer(
    cls=PlainGroup,
    no_args_is_help=True,
    help="Runbooks: look at them, and make them better with what happened when they were walked.",
)

AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on stdout.")]
Named = Annotated[str, typer.Argument(help="A file, or the id of a runbook.")]
Ids = Annotated[list[str] | None, typer.Argument(help="The ids of runbooks; all of them when absent.")]
Folder = Annotated[
    Path | None,
    typer.Option("--runbooks", help="The folder of runbooks; WARROOM_RUNBOOKS or the shipped one when absent."),
]
Stored = Annotated[str | None, typer.Option(help="The database; WARROOM_DATABASE when absent.")]
InRoom = Annotated[str, typer.Option("--room", help="Only what happened in this room, such as GD-1.")]
InMode = Annotated[str, typer.Option("--mode", help="`drill`, `real` or `all`.")]
Open = Annotated[bool, typer.Option("--open", help="Rooms that still go on as well.")]
Anonymous = Annotated[bool, typer.Option("--anonymous", help="Name nobody.")]


def _settings(**given: object) -> "Settings":
    from warroom import settings

    return settings.load(os.environ, **given)


@group.command("list")
def list_runbooks(runbooks: Folder = None, as_json: AsJson = False) -> None:
    """List the runbooks: id, title, owner, and how many steps of which kinds."""
    from warroom.cli import reading, showing

    rows = [showing.row(book) for book in reading.books(reading.folder(_settings(), runbooks)).values()]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    showing.say(showing.listed(rows, showing.columns()))
    if not rows:
        print("No runbooks.", file=sys.stderr)


@group.command()
def show(runbook: Named, runbooks: Folder = None, as_json: AsJson = False) -> None:
    """Show a runbook: its steps in order, who does them, how long they take, and where they lead.

    With `--json`: the definition, as `warroom schema runbook` describes it.
    """
    from warroom.cli import reading, showing

    book = reading.one(_settings(), runbook, runbooks)
    if as_json:
        print(json.dumps(showing.document(book), indent=2))
        return
    showing.say(showing.shown(book.runbook, showing.columns()))


@group.command()
def graph(
    runbook: Named,
    format: Annotated[str, typer.Option(help="`mermaid` or `svg`.")] = "mermaid",
    out: Annotated[Path | None, typer.Option(help="The file to write; stdout when absent.")] = None,
    runbooks: Folder = None,
) -> None:
    """Draw a runbook: as a Mermaid flowchart for a wiki, or as an SVG file."""
    from warroom.cli import reading
    from warroom.definitions.graph import mermaid
    from warroom.definitions.svg import svg

    draw = {"mermaid": mermaid, "svg": svg}.get(format)
    if draw is None:
        raise SettingsError(f"--format: {format!r} is neither `mermaid` nor `svg`.")
    _put(draw(reading.one(_settings(), runbook, runbooks).runbook), out)


@group.command()
def findings(
    ids: Ids = None,
    room: InRoom = "",
    mode: InMode = "all",
    going_on: Open = False,
    anonymous: Anonymous = False,
    as_json: AsJson = False,
    database: Stored = None,
) -> None:
    """Say what the walks of runbooks have shown, with the evidence, the worst first. Reads rooms that are closed.

    With `--json` a list of `weight` (broken, lost, misleading, late or vague), `kind`, `sentence`, `runbook`, `step`,
    `where`, `rooms` and `count`.
    """
    from warroom.cli import improving, reading, showing
    from warroom.report.lessons import lessons

    used = reading.used(_settings(database=database), room=room, mode=mode, going_on=going_on, names=not anonymous)
    found = [each for each in lessons(used) if not ids or each.runbook in ids]
    if as_json:
        print(json.dumps(improving.as_json(found), indent=2))
        return
    showing.say(improving.told(found, showing.columns()))
    walks = sum(len(book.walks) for name, book in used.books.items() if not ids or name in ids)
    print(f"{'Nothing found' if not found else f'{len(found)} found'}, in {walks} walks.", file=sys.stderr)


@group.command()
def patch(
    ids: Ids = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; stdout when absent.")] = None,
    room: InRoom = "",
    mode: InMode = "all",
    going_on: Open = False,
    anonymous: Anonymous = False,
    runbooks: Folder = None,
    database: Stored = None,
) -> None:
    """Write what the walks of runbooks have shown as a diff of their files, for `git apply` or `patch -p1` in the folder.

    How long steps took, what people said of them, what was done beside them, and a draft of what had no runbook.
    """
    from warroom.cli import improving, reading

    settings = _settings(database=database)
    known = reading.books(reading.folder(settings, runbooks))
    used = reading.used(settings, room=room, mode=mode, going_on=going_on, names=not anonymous)
    made = improving.patch(reading.asked_for(known, ids or ()), known, used, drafts=not ids)
    for sentence in made.left:
        print(sentence, file=sys.stderr)
    if not made.text:
        print("Nothing to change.", file=sys.stderr)
        return
    _put(made.text, out)


@group.command()
def draft(
    room: Annotated[str, typer.Argument(help="The room, such as INC-7.")],
    run: Annotated[str, typer.Argument(help="The walk without a runbook in it, such as R1.")],
    out: Annotated[Path | None, typer.Option(help="The file to write; stdout when absent.")] = None,
    going_on: Open = False,
    database: Stored = None,
) -> None:
    """Write what was done where no runbook fitted as the draft of one."""
    from warroom.cli import improving, reading

    used = reading.used(_settings(database=database), room=room, going_on=going_on)
    _put(improving.draft_of(used, room, run), out)


@group.command()
def stale(
    days: Annotated[int, typer.Option(help="How many days ago it may have been walked.", min=1)] = 90,
    runbooks: Folder = None,
    as_json: AsJson = False,
    database: Stored = None,
) -> None:
    """List when each runbook was walked and changed last, the stalest first. Ends with 1 when one is stale, for CI.

    Stale is what was never walked, has changed since it was, or was not walked for so many days. With `--json` a list of
    `runbook`, `owner`, `walked_in_drill`, `walked_in_reality`, `changed`, `stale` and `why`.
    """
    from warroom.cli import improving, reading, showing
    from warroom.runtime.clock import SystemClock

    settings = _settings(database=database)
    known = reading.books(reading.folder(settings, runbooks))
    rows = improving.stale(known, reading.used(settings, going_on=True), SystemClock().now(), days)
    if as_json:
        print(json.dumps(improving.stale_json(rows), indent=2))
    else:
        showing.say(improving.stale_lines(rows, showing.columns()))
    if any(row.why for row in rows):
        sys.exit(Exit.FINDINGS)


def _put(text: str, out: Path | None) -> None:
    """To the file, whole or not at all; to stdout, byte by byte, when there is none."""
    if out is None:
        sys.stdout.buffer.write(text.encode())
        return
    if not out.parent.is_dir():
        raise NotFound(f"There is no folder {out.parent}.")
    if out.is_dir():
        raise NotFound(f"{out} is a folder; name the file in it.")
    part = out.with_name(f"{out.name}.part")
    part.write_bytes(text.encode())
    part.replace(out)
    print(out)


def fmt(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of them.")],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; end with 1 when something would be written.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; show what would be.")] = False,
) -> None:
    """Write runbooks, scenarios and catalogues in one way. They say the same as before, and keep every comment.

    Prints the files that were, or would be, written.
    """
    from warroom.cli.formatting import format_files

    for path in paths:
        if not path.exists():
            raise NotFound(f"There is no {path}.")
    sys.exit(format_files(paths, check=check, diff=diff))
