"""`warroom fmt`: files in one way of writing."""

import sys
from collections.abc import Sequence
from pathlib import Path

from warroom.cli.exits import Exit
from warroom.definitions.diffs import unified
from warroom.definitions.formatting import formatted
from warroom.definitions.problems import DefinitionError
from warroom.definitions.sources import files, text_of


def format_files(paths: Sequence[Path], *, check: bool, diff: bool) -> Exit:
    """Format these files and folders; how it ended. What cannot be formatted is told, and does not stop the rest."""
    broken = different = False
    for file in files(paths):
        try:
            before = text_of(file)
            after = formatted(before, str(file))
        except DefinitionError as error:
            print(error, file=sys.stderr)
            broken = True
            continue
        if after == before:
            continue
        different = True
        if diff:
            sys.stdout.buffer.write(unified(file.as_posix().lstrip("/"), before, after).encode())
        else:
            print(file)
        if not (check or diff):
            file.write_bytes(after.encode())
    if broken:
        return Exit.SETTINGS
    return Exit.FINDINGS if different and check else Exit.OK
