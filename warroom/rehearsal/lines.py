"""Text on lines that are not wider than a terminal."""

import textwrap


def wrapped(text: str, wide: int, first: str = "", rest: str = "", *, keep: bool = False) -> list[str]:
    """A text on lines, none wider than this. With `keep` its blanks stay as they are: columns."""
    lead = rest if len(rest) < wide - 12 else "  "
    lines = textwrap.wrap(
        text if keep else " ".join(text.split()),
        wide,
        initial_indent=first if len(first) < wide - 12 else "  ",
        subsequent_indent=lead,
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=True,
    )
    return lines or [""]
