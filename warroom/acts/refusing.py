"""What is said when the allow-list does not allow an act: which setting it is, and the lines that would allow it."""

import re

from warroom.core.actions import Action, RunCommand
from warroom.core.allowed import CHECK, SETTING, Allowed


def refusal(action: Action, allowed: Allowed) -> str:
    """A sentence, and lines for the file. Whoever adds them decides what else the patterns should match."""
    only = isinstance(action, RunCommand) and allowed.command(action.argv, CHECK) is not None
    why = "is on the allow-list for checks only" if only else "is not on the allow-list"
    return (
        f"This {why}, so nothing was done. If it may be done, the operator adds this to the file that {SETTING} names:"
        f"\n{_lines(action)}"
    )


def _lines(action: Action) -> str:
    if isinstance(action, RunCommand):
        patterns = ", ".join(map(_quoted, action.argv))
        return f"commands:\n  - argv: [{patterns}]\n    acts: true"
    return f"urls:\n  - methods: [{action.method}]\n    url: {_quoted(action.url)}"


def _quoted(text: str) -> str:
    """A pattern for exactly this text, as YAML writes a string in which nothing is special."""
    pattern = "".join(_pattern(sign) for sign in text)
    return "'" + pattern.replace("'", "''") + "'"


def _pattern(sign: str) -> str:
    if sign.isprintable():
        return re.escape(sign)
    number = ord(sign)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x1_0000 else f"\\U{number:08x}"
