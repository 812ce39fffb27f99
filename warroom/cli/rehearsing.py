"""`warroom scenario show`, `graph` and `simulate`: a game day on paper, and played without anybody."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warroom.cli.exits import Exit
from warroom.errors import NotFound, SettingsError

if TYPE_CHECKING:
    from warroom.core.scenario import Scenario
    from warroom.definitions.library import Library

AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on stdout.")]
Named = Annotated[str, typer.Argument(help="A file, or the id of a scenario.")]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--runbooks", help="The folder of runbooks and scenarios; WARROOM_RUNBOOKS or the shipped one when absent."
    ),
]


def register(group: typer.Typer) -> None:
    """Add these commands to `warroom scenario`."""
    group.command()(show)
    group.command()(graph)
    group.command()(simulate)


def show(scenario: Named, runbooks: Folder = None, as_json: AsJson = False) -> None:
    """Show a scenario as a plan: what comes when, for whom, what it opens and breaks, and what is expected by when.

    It shows what is hidden from players. With `--json`: `parts` (one for each move), what comes on a condition, by hand,
    and the deck; each item with `at` in seconds, and `under` what it hangs.
    """
    from warroom.cli import showing
    from warroom.rehearsal import planned

    found, _ = _read(scenario, runbooks)
    if as_json:
        print(json.dumps(planned.document(found), indent=2))
        return
    showing.say(planned.shown(found, showing.columns()))


def graph(
    scenario: Named,
    format: Annotated[str, typer.Option(help="`mermaid` or `svg`.")] = "mermaid",
    out: Annotated[Path | None, typer.Option(help="The file to write; stdout when absent.")] = None,
    runbooks: Folder = None,
) -> None:
    """Draw a scenario: what triggers what, and what is expected. As a Mermaid flowchart, or as an SVG file."""
    from warroom.cli.runbooks import _put
    from warroom.rehearsal.mermaid import mermaid
    from warroom.rehearsal.picture import svg

    formats: dict[str, Callable[[Scenario], str]] = {"mermaid": mermaid, "svg": svg}
    draw = formats.get(format)
    if draw is None:
        raise SettingsError(f"--format: {format!r} is neither `mermaid` nor `svg`.")
    _put(draw(_read(scenario, runbooks)[0]), out)


def simulate(
    scenario: Named,
    players: Annotated[str, typer.Option(help="`perfect`, `steady`, `slow`, `absent` or `random`.")] = "perfect",
    seed: Annotated[int, typer.Option(help="What random players draw from.")] = 0,
    environment: Annotated[str, typer.Option(help="Where it is played; the first there is when absent.")] = "",
    transcript: Annotated[
        bool, typer.Option("--transcript", help="Everything that is done and said, as well.")
    ] = False,
    runbooks: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Play a whole game without anybody, in no time, and say what came of it.

    Ends with 1 when even a perfect team would not meet something the scenario expects, whoever plays here. What only a
    team that is faster than its runbooks would meet is said on stderr.
    """
    from warroom.cli import showing
    from warroom.rehearsal import simulate as play
    from warroom.rehearsal import telling

    found, library = _read(scenario, runbooks)
    game = play(found, library, players, seed, environment)
    summary, verdict = telling.summary(game), telling.verdict(found, library, environment)
    if as_json:
        document = {**summary.document(), "impossible": [each.id for each in verdict.impossible]}
        document["tight"] = [each.id for each in verdict.tight]
        if transcript:
            document["transcript"] = list(telling.transcript(game, 10_000))
        print(json.dumps(document, indent=2))
    else:
        wide = showing.columns()
        if transcript:
            showing.say((*telling.transcript(game, wide), ""))
        showing.say(telling.summed_up(summary, wide))
    for line in verdict.lines(showing.columns()):
        print(line, file=sys.stderr)
    if verdict.impossible:
        sys.exit(Exit.FINDINGS)


def _read(named: str, given: Path | None) -> "tuple[Scenario, Library]":
    """The scenario that is meant by a file's path, or by its id, and the runbooks that its players have."""
    from warroom import settings
    from warroom.cli import reading
    from warroom.core.scenario import Scenario
    from warroom.definitions.library import load_library
    from warroom.definitions.loader import called
    from warroom.definitions.problems import DefinitionError
    from warroom.definitions.reader import near
    from warroom.definitions.sources import gather

    library = load_library([reading.folder(settings.load(os.environ), given)])
    file = Path(named)
    if file.is_file():
        (only,) = gather([file])
        if not only.problems and not isinstance(only.value, Scenario):
            only.fields.complain("", f"this is not a scenario, but {called(only.fields.first())}")
        if only.problems or not isinstance(only.value, Scenario):
            raise DefinitionError(only.problems)
        return only.value, library
    if file.suffix or os.sep in named:
        raise NotFound(f"There is no file {named}.")
    if named not in library.scenarios:
        hint = near(named, library.scenarios)
        hint = f" {hint[0].upper()}{hint[1:]}" if hint else f" There is: {', '.join(library.scenarios) or 'none'}."
        raise NotFound(f"There is no scenario {named!r}.{hint}")
    return library.scenarios[named], library
