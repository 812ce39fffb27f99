"""Help that is read without being drawn: plain text, whole sentences, in half the time that frames take.

Help is what somebody asks for who does not know what to type, perhaps at three in the morning: it comes at once.
"""

from typing import Any

import typer
from typer.core import TyperGroup

LENGTH = 1000  # characters: no first sentence of a command is as long


class PlainGroup(TyperGroup):
    """A group whose help tells each command's first sentence whole, on as many lines as that takes."""

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override] # typer's own click
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, each.get_short_help_str(LENGTH)) for name, each in found if each is not None and not each.hidden]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)
