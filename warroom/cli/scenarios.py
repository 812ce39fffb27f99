"""`warroom scenario …` and `warroom import scenario`: scenarios in and out of what others write.

What a command needs is imported when it runs, so that `warroom --help` stays quick.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warroom.cli import rehearsing
from warroom.cli.helping import PlainGroup

if TYPE_CHECKING:
    from warroom.settings import Settings

group = typer.Typer(
    cls=PlainGroup,
    no_args_is_help=True,
    help="Scenarios: looked at, drawn, rehearsed; out to a planner's spreadsheet, and in from what really happened.",
)
rehearsing.register(group)

AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on stdout.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="The file to write; stdout when absent.")]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there already.")]
Id = Annotated[str, typer.Option("--id", help="The scenario's id; made from the title or the file's name when absent.")]
Title = Annotated[str, typer.Option("--title", help="The scenario's title; the source's own when absent.")]
Stored = Annotated[str | None, typer.Option(help="The database; WARROOM_DATABASE when absent.")]


def _settings(**given: object) -> "Settings":
    from warroom import settings

    return settings.load(os.environ, **given)


def bring_in(
    path: Annotated[Path, typer.Argument(help="The file: CSV, XLSX, JSON, YAML, or OpenAEV's ZIP.")],
    output: Output = None,
    format: Annotated[
        str, typer.Option(help="`msel`, `chaostoolkit`, `openaev`, `t3sf` or `wheel`; found out when absent.")
    ] = "",
    id: Id = "",
    title: Title = "",
    column: Annotated[
        list[str] | None,
        typer.Option(help="Which heading stands for a column of ours: `from=Originator`. May be given again."),
    ] = None,
    start: Annotated[
        str, typer.Option(help="The time of day at which the game starts, for lists with times of day.")
    ] = "",
    service: Annotated[
        list[str] | None, typer.Option(help="The service that fails, for lists that do not say. May be given again.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Turn what a planner or another program has written into a scenario.

    A list of events in CSV or XLSX, an experiment of the Chaos Toolkit, or the JSON of OpenAEV, T3SF or the Wheel of
    Misfortune. Nothing is run. What could not be carried over or was made up is listed, and stands in the file as comments.
    """
    from warroom.cli import exchanging
    from warroom.definitions.exchange import Given

    given = Given(
        id=_slug(id),
        title=title,
        columns=exchanging.columns(column or ()),
        start=start,
        services=tuple(service or ()),
        machine=exchanging.this_machine(),
    )
    sys.exit(exchanging.bring_in(path, given, format, exchanging.Out(file=output, force=force, as_json=as_json)))


@group.command("export")
def export_scenario(
    scenario: Annotated[str, typer.Argument(help="A file, or the id of a scenario.")],
    output: Output = None,
    format: Annotated[str, typer.Option(help="`csv` or `xlsx`; by the file's name when absent.")] = "",
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write a scenario as a master scenario events list with HSEEP's ten columns.

    What ten columns cannot hold is listed on stderr.
    """
    from warroom.cli import exchanging

    sys.exit(
        exchanging.export(_settings(), scenario, format, exchanging.Out(file=output, force=force, as_json=as_json))
    )


@group.command("from-incident")
def from_incident(
    incident: Annotated[
        str,
        typer.Argument(help="A closed room such as INC-7, its JSON export, incident facts, or a report in Markdown."),
    ],
    output: Output = None,
    id: Id = "",
    title: Title = "",
    person: Annotated[
        list[str] | None,
        typer.Option(help="A name that must not be in it, beside those that are known or found. May be given again."),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
    database: Stored = None,
) -> None:
    """Make the skeleton of a scenario from what really happened, at the same offsets, with roles in place of names.

    Alerts and incidents become injects, what people did becomes hidden notes, and how long it really took becomes what is
    expected.
    """
    from warroom.cli import exchanging
    from warroom.definitions.exchange import Given

    out = exchanging.Out(file=output, force=force, as_json=as_json)
    given = Given(id=_slug(id), title=title, people=tuple(person or ()))
    sys.exit(exchanging.from_incident(_settings(database=database), incident, given, out))


def _slug(id: str) -> str:
    """The id as it was given; an error for one that no definition may have."""
    import re

    from warroom.errors import SettingsError

    if id and not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", id):
        raise SettingsError(f"--id {id}: an id is lowercase letters, digits and hyphens, such as `friday-release`.")
    return id
