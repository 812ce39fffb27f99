"""Anybody's words as Markdown that shows exactly those words: no heading, table, link, markup or HTML comes of them.

Everything that means something in CommonMark or in GitHub's tables is escaped; `<`, `>` and `&` as entities, because
some renderers let a backslash and then the tag through. Characters that cannot be seen are taken out: they could turn
the text around them.
"""

import re
import unicodedata

_MARKUP = re.compile(r"[\\`*_{}\[\]#|~$^]|(?<=!)(?=\[)")
_AT_START = re.compile(r"^(?:[-+=:!]|\d{1,9}(?=[.)]))")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Direction marks, joiners that join nothing, tags; not U+200C and U+200D, which Persian and emoji need.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def inline(text: str, longest: int = 0) -> str:
    """One line of Markdown; cut after `longest` characters, if that is given."""
    plain = " ".join("".join(_visible(each) for each in text).split())
    if longest and len(plain) > longest:
        plain = plain[:longest].rstrip() + " … (shortened here; the JSON export has all of it)"
    marked = _MARKUP.sub(lambda found: "\\" + found[0], plain.translate(_ENTITIES))
    return _AT_START.sub(_first, marked)


def _visible(character: str) -> str:
    if _UNSEEN.match(character):
        return ""
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cs":
            return "\ufffd"
        case _:
            return character


def _first(found: re.Match[str]) -> str:
    """What would begin a list, a rule or a heading at the start of a line."""
    return found[0] + "\\" if found[0].isdigit() else "\\" + found[0]
