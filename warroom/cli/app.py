"""`warroom`: every command, what it takes and how it ends.

Results go to stdout, everything else to stderr; `--json` where a program reads. Errors are sentences, and the exit code
says which kind (warroom.cli.exits).
"""

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warroom import __version__
from warroom.cli import deliveries, keeping, runbooks, scenarios
from warroom.cli.exits import Exit
from warroom.cli.helping import PlainGroup
from warroom.errors import InTheWay, NotFound, SettingsError, SlackUnusable, VerificationFailed, WarroomError

if TYPE_CHECKING:
    from warroom.settings import Settings

app = typer.Typer(
    name="warroom",
    no_args_is_help=True,
    add_completion=False,
    cls=PlainGroup,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The chat room where a team practises disasters and survives real ones.\n\nBegin with `warroom demo`.",
)
slack = typer.Typer(
    cls=PlainGroup, no_args_is_help=True, help="The Slack app: its manifest, and whether its tokens will do."
)
bring = typer.Typer(
    cls=PlainGroup,
    no_args_is_help=True,
    help="What people already have: runbooks and scenarios of other programs become warroom's.",
)

AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on stdout.")]


def main() -> None:
    """Run the command line; every error this project knows ends in a sentence and an exit code."""
    try:
        app()
    except VerificationFailed as error:
        _end(str(error), Exit.UNVERIFIED)
    except NotFound as error:
        _end(str(error), Exit.NOT_FOUND)
    except InTheWay as error:
        _end(str(error), Exit.IN_THE_WAY)
    except SettingsError as error:
        _end(f"The settings do not add up:\n{error}", Exit.SETTINGS)
    except SlackUnusable as error:
        _end(str(error), Exit.UNREACHABLE)
    except WarroomError as error:
        _end(str(error), Exit.SETTINGS)
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)


def _end(sentence: str, code: Exit) -> None:
    print(f"warroom: {sentence}", file=sys.stderr)
    sys.exit(code)


def _settings(**given: object) -> "Settings":
    from warroom import settings

    return settings.load(os.environ, **given)


@app.command()
def demo(
    autoplay: Annotated[bool, typer.Option("--autoplay", help="Let scripted responders play the whole story.")] = False,
    speed: Annotated[
        str, typer.Option(help="How fast the clock runs: a number, or `max` to jump to what is next.")
    ] = "1",
    out: Annotated[
        Path | None, typer.Option(help="Where --autoplay leaves the exports; ./warroom-demo when absent.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="Where the demo keeps its databases, to go on after a stop.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what an earlier demo left there.")] = False,
    port: Annotated[int, typer.Option(help="The page's port; 0 lets the system choose.")] = 8765,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """A game day on this machine: no Slack account, one address to open."""
    from warroom.demo.run import Options, run

    run(Options(autoplay=autoplay, speed=speed, out=out, state=state, fresh=fresh, port=port, browser=not no_browser))


@app.command()
def serve() -> None:
    """Run the bot against Slack, with the tokens from the environment."""
    import asyncio
    import gc

    gc.disable()  # a start makes little that is garbage, and looking for it takes a tenth of the time; `run` enables it
    from warroom.main import serve as run

    asyncio.run(run(_settings()))


@app.command()
def export(
    room: Annotated[str, typer.Argument(help="The room, such as GD-1 or INC-7.")],
    out: Annotated[Path, typer.Option(help="The folder the files are written to.")] = Path(),
    format: Annotated[str, typer.Option(help="`markdown`, `json`, `chaostoolkit`, or `all`: the first two.")] = "all",
    hidden: Annotated[bool, typer.Option("--hidden", help="Include the dungeon master's hidden notes (JSON).")] = False,
    database: Annotated[str | None, typer.Option(help="The database; WARROOM_DATABASE when absent.")] = None,
) -> None:
    """Write a room's timeline and after-action report to files."""
    from warroom.cli.exporting import export_room

    for path in export_room(_settings(database=database), room, out, format, hidden=hidden):
        print(path)


@app.command()
def verify(
    what: Annotated[str, typer.Argument(metavar="FILE|ROOM", help="A JSON export, or a room such as GD-1.")],
    head: Annotated[
        str | None, typer.Option(help="A hash it must have, as the room announced it or the report printed it.")
    ] = None,
    database: Annotated[
        str | None, typer.Option(help="For a room: the database; WARROOM_DATABASE when absent.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a timeline's hash chain: an export's, without any database, or a room's. Names the first bad entry.

    With `--head` it also says whether the timeline ends in what was announced.
    """
    from warroom.cli.verifying import verify_export, verify_room

    file = Path(what)
    is_room = not file.exists() and re.fullmatch(r"(gd|inc)-\d+|\d+", what, re.IGNORECASE)
    verdict = verify_room(_settings(database=database), what, head) if is_room else verify_export(file, head)
    if as_json:
        print(json.dumps(verdict.document))
        return
    for line in verdict.lines:
        print(line)


@app.command()
def rooms(
    mode: Annotated[str, typer.Option(help="`drill`, `real` or `all`.")] = "all",
    as_json: AsJson = False,
    database: Annotated[str | None, typer.Option(help="The database; WARROOM_DATABASE when absent.")] = None,
) -> None:
    """List the rooms of a database."""
    from warroom.cli.exporting import list_rooms

    rows = list_rooms(_settings(database=database), mode)
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        print(f"{row['key']:<8} {row['mode']:<6} {row['state']:<8} {row['opened_at'][:16]}  {row['title']}")
    if not rows:
        print("No rooms.", file=sys.stderr)


@app.command()
def calendar(
    as_json: AsJson = False,
    database: Annotated[str | None, typer.Option(help="The database; WARROOM_DATABASE when absent.")] = None,
) -> None:
    """List the game days that are planned, unannounced ones included."""
    from warroom.cli.planned import list_planned

    rows = list_planned(_settings(database=database))
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        print(f"{row['number']:<4} {row['starts'][:16]}  {row['repeats']:<12} {row['surprise']:<12} {row['scenario']}")
    if not rows:
        print("Nothing is planned.", file=sys.stderr)


@app.command()
def lint(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; the shipped runbooks when absent.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Also ask for what is good to have.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check runbooks, scenarios and catalogues: every problem at once, with file and line."""
    from warroom.definitions.library import shipped
    from warroom.definitions.lint import lint as check

    wanted = paths or [shipped()]
    for path in wanted:
        if not path.exists():
            raise NotFound(f"There is no {path}.")
    problems = check(wanted, strict=strict)
    if as_json:
        shown = [
            {
                "file": str(p.file),
                "line": p.line,
                "column": p.column,
                "level": p.level,
                "sentence": p.sentence,
                "suggestion": p.suggestion,
            }
            for p in problems
        ]
        print(json.dumps(shown, indent=2))
    else:
        for problem in problems:
            print(problem)
        print(_lint_summary(problems), file=sys.stderr)
    if any(problem.level == "error" for problem in problems):
        sys.exit(Exit.FINDINGS)


def _lint_summary(problems: "tuple[object, ...]") -> str:
    return f"{len(problems)} found." if problems else "Nothing to complain about."


@app.command()
def schema(
    kind: Annotated[str, typer.Argument(help="`runbook`, `scenario`, `catalogue` or `allowed`.")],
) -> None:
    """Print the JSON Schema of a kind of file, for editors."""
    from warroom.definitions.schema import schema as draw

    if kind not in ("runbook", "scenario", "catalogue", "allowed"):
        raise NotFound(f"There is no schema for {kind!r}; there is one for runbook, scenario, catalogue and allowed.")
    print(json.dumps(draw(kind), indent=2))


@app.command()
def workspace(
    port: Annotated[int, typer.Option(help="Its port; 0 lets the system choose.")] = 8421,
    state: Annotated[Path | None, typer.Option(help="A file to keep its state in; in memory when absent.")] = None,
    seed: Annotated[Path | None, typer.Option(help="A YAML file with people and channels.")] = None,
    manifest: Annotated[
        list[Path] | None, typer.Option(help="The manifest of an app to install; may be given again.")
    ] = None,
    rate_limits: Annotated[bool, typer.Option("--rate-limits", help="Answer 429 as Slack does.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Addresses and tokens as one line of JSON.")] = False,
) -> None:
    """The local workspace alone: a Slack-compatible server for trying any Slack app. It is not Slack."""
    from warroom.workspace.__main__ import main as run

    run(
        [
            f"--port={port}",
            *([f"--state={state}"] if state else []),
            *([f"--seed={seed}"] if seed else []),
            *(f"--manifest={path}" for path in manifest or ()),
            *(["--rate-limits"] if rate_limits else []),
            *(["--json"] if as_json else []),
        ]
    )


@app.command()
def migrate(
    database: Annotated[str | None, typer.Option(help="The database; WARROOM_DATABASE when absent.")] = None,
    grant: Annotated[
        str | None,
        typer.Option(
            help="A PostgreSQL role that is to serve: it gets what that needs, and cannot change the timeline."
        ),
    ] = None,
) -> None:
    """Bring a database up to this version's schema. `serve` and `demo` do it by themselves."""
    from warroom.store import grants
    from warroom.store import migrate as migrations
    from warroom.store.db import Database

    with Database(_settings(database=database).database) as db:
        migrations.upgrade(db)
        print(f"The schema is at {migrations.current(db)}.")
        if grant is not None:
            db.tx_sync(grants.grant, grant)
            print(f"{grant} may serve: it adds to the timeline, and cannot change it.")


@slack.command("manifest")
def slack_manifest(
    url: Annotated[
        str,
        typer.Option(help="Where Slack reaches warroom over HTTP: https://…/slack/events. Socket Mode when absent."),
    ] = "",
) -> None:
    """Print the app manifest: paste it at api.slack.com under "create an app from a manifest"."""
    from warroom.slack.manifest import manifest

    print(json.dumps(manifest(url), indent=2))


@slack.command("check")
def slack_check() -> None:
    """Ask Slack whether the tokens in the environment will do."""
    import asyncio

    from warroom.main import check_slack

    print(asyncio.run(check_slack(_settings())))


@slack.command("validate")
def slack_validate(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; the shipped scenarios and runbooks when absent.")
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Ask Slack itself: no token, nothing is posted; the texts are sent to it.")
    ] = False,
    url: Annotated[str, typer.Option(help="With --live: where `blocks.validate` is found.")] = "https://slack.com/api/",
    as_json: AsJson = False,
) -> None:
    """Check every message, modal and home the bot can show, before Slack refuses one.

    Every scenario is played and every runbook walked, as written and with long and hostile texts in it.
    """
    from warroom.cli.validating import validate_anywhere

    for path in paths or ():
        if not path.exists():
            raise NotFound(f"There is no {path}.")
    verdict = validate_anywhere(paths or (), live=live, url=url)
    if as_json:
        print(json.dumps(verdict.doc(), indent=2))
    else:
        for line in verdict.lines():
            print(line)
        print(verdict.summary(), file=sys.stderr)
    if verdict.problems:
        sys.exit(Exit.FINDINGS)


@bring.command("runbook")
def import_runbook(
    paths: Annotated[list[Path], typer.Argument(help="Markdown files, or folders of them.")],
    out: Annotated[Path, typer.Option(help="The folder the YAML files are written to.")],
    owner: Annotated[
        str | None, typer.Option(help="The team that keeps them true; what a page says when absent.")
    ] = None,
    service: Annotated[list[str] | None, typer.Option(help="A service they are for; may be given again.")] = None,
    source_base: Annotated[
        str | None, typer.Option(help="The folder's address on the web: relative links are completed with it.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be written.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over files that were edited by hand.")] = False,
    as_json: AsJson = False,
) -> None:
    """Turn runbooks written in Markdown into warroom's own, one YAML file each.

    Prints the files written; what to look at goes to stderr, with file and line. Nothing becomes executable, and what
    could not be placed is listed. A later import keeps the names of steps, and does not write over what was edited.
    """
    from warroom.cli.importing import import_runbooks
    from warroom.definitions.importing import Options

    options = Options(
        out=out,
        owner=owner or "",
        services=tuple(service or ()),
        base=source_base or "",
        dry_run=dry_run,
        force=force,
    )
    sys.exit(import_runbooks(paths, options, as_json=as_json))


def version() -> None:
    """Print the version."""
    print(__version__)


bring.command("scenario")(scenarios.bring_in)
app.command()(runbooks.fmt)
app.command()(keeping.backup)
app.command()(keeping.restore)
app.command()(keeping.redact)
app.command()(keeping.prune)
app.add_typer(runbooks.group, name="runbook")
app.add_typer(scenarios.group, name="scenario")
app.add_typer(bring, name="import")
app.add_typer(deliveries.group, name="deliveries")
app.add_typer(slack, name="slack")
app.command()(version)
