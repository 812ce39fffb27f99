"""Small pieces of English: names, quotations, lists, counts, and people's words without the chat's own notation."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from warroom.core.runs import WARROOM

Names = Mapping[str, str]  # a person's id in the chat -> the name people know

# The chat delivers mentions, channels and links as <...>, and escapes three characters (Slack, "Formatting text").
_REFERENCE = re.compile(r"<([@#!]?)([^<>|]{1,500})(?:\|([^<>]{0,500}))?>")
_ESCAPED = re.compile(r"&(lt|gt|amp);")
_CHARACTER = {"lt": "<", "gt": ">", "amp": "&"}
_CLOSED = re.compile(r"[.!?…:][”’)]?$")


def name(names: Names, who: str) -> str:
    """What people call this person, machine or alert source; the id when nobody knows better."""
    return "warroom" if who == WARROOM else names.get(who) or who


def spoken(text: str, names: Names) -> str:
    """Somebody's words on one line, with mentions as names and links as addresses."""
    plain = _REFERENCE.sub(lambda found: _reference(found, names), text)
    return " ".join(_ESCAPED.sub(lambda found: _CHARACTER[found[1]], plain).split())


def _reference(found: re.Match[str], names: Names) -> str:
    sign, what, label = found[1], found[2], found[3] or ""
    if sign == "@":
        return "@" + (names.get(what) or label or what)
    if sign == "#":
        return "#" + (label or what)
    if sign == "!":
        return label or "@" + what.partition("^")[0]
    if ":" not in what:
        return found[0]  # somebody typed angle brackets
    address = what.removeprefix("mailto:")
    return f"{label} ({address})" if label and label != address else address


def quoted(text: str) -> str:
    return f"“{text}”"


def sentence(text: str) -> str:
    """The same with a full stop, unless it ends in a mark of its own."""
    return text if _CLOSED.search(text) else text + "."


def lowered(text: str) -> str:
    """To go on in the middle of a sentence; abbreviations and names in capitals stay."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def also(*parts: str) -> str:
    """Sentences one after another; empty ones are left out."""
    return " ".join(part for part in parts if part)


def listed(items: Iterable[str]) -> str:
    """`Ana`, `Ana and Bo`, `Ana, Bo and Cy`."""
    *most, last = list(items) or [""]
    return f"{', '.join(most)} and {last}" if most else last


_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def number(count: int) -> str:
    return _SMALL[count] if 0 <= count < len(_SMALL) else f"{count:,}"


def many(count: int, one: str, more: str = "") -> str:
    """`one inject`, `two injects`, `no injects`."""
    return f"{number(count)} {one if count == 1 else more or one + 's'}"


def ordinal(count: int) -> str:
    """`1st`, `22nd`, `13th`."""
    ending = "th" if 10 < count % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def day(at: datetime) -> str:
    """`Sunday, 21 October 2012`, in UTC."""
    here = at.astimezone(UTC)
    return f"{_DAYS[here.weekday()]}, {here.day} {_MONTHS[here.month - 1]} {here.year}"


def date(at: datetime) -> str:
    """`21 October`, in UTC."""
    here = at.astimezone(UTC)
    return f"{here.day} {_MONTHS[here.month - 1]}"


def hour(at: datetime) -> str:
    """`14:03`, in UTC."""
    return f"{at.astimezone(UTC):%H:%M}"


# Spelled out, because strftime answers in the language of the machine.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
