"""Texts from outside, made plain: nothing invisible, nothing that turns the line round, no endless length.

Markup stays as it is written. Whoever shows a text escapes it for the place where it is shown.
"""

import unicodedata
from urllib.parse import urlsplit

_LONGEST_LINK = 2_000
_SLACK = 4  # how much more is read than is kept, because some of it vanishes


def line(text: str, longest: int = 300) -> str:
    """One line."""
    return _clip(" ".join(_visible(text[: longest * _SLACK]).split()), longest)


def paragraph(text: str, longest: int = 2_000) -> str:
    """Lines and tabs are kept."""
    return _clip(_visible(text[: longest * _SLACK].replace("\r\n", "\n")).strip(), longest)


def link(text: str) -> str:
    """The address, if it is one that a browser may be sent to; empty otherwise."""
    if len(text) > _LONGEST_LINK or any(each.isspace() or not each.isprintable() for each in text):
        return ""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and host else ""


def _visible(text: str) -> str:
    return text if text.isascii() and text.isprintable() else "".join(_shown(each) for each in text)


def _shown(character: str) -> str:
    match unicodedata.category(character):
        case "Cc":
            return character if character in "\n\t" else " "
        case "Cf":  # zero width, right-to-left overrides, tags
            return ""
        case "Cs":  # half of a pair, as `\ud800` in JSON: no encoding takes it
            return "\N{REPLACEMENT CHARACTER}"
        case "Zl" | "Zp":
            return "\n"
        case _:
            return character


def _clip(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
