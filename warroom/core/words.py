"""What the bot says, as a sequence of plain strings and references.

A string is only ever text: whoever renders it escapes it. People, times, channels and emphasis are values of their own,
so nothing that came from an alert, a scenario or a responder can turn into a mention, a link or a page to the company.
"""

from collections.abc import Iterable
from datetime import datetime

from warroom.core.declaring import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A mention of somebody, by the chat's own id."""

    id: str


@dataclass(frozen=True, slots=True)
class Time:
    """An instant, shown in each reader's own zone; with its `day` where it may be another than today."""

    at: datetime
    day: bool = False


@dataclass(frozen=True, slots=True)
class Bold:
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Several lines as they are, such as a program's output: a block of code."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """An address that somebody gave; shown under the name of its host."""

    url: str


@dataclass(frozen=True, slots=True)
class Place:
    """A link to one of the room's own channels, by the room's name for it (`war-room`, `backchannel`)."""

    name: str


@dataclass(frozen=True, slots=True)
class HashOf:
    """The hash of an entry of the room's timeline, which only whoever keeps it can know."""

    seq: int


Word = str | Person | Time | Bold | Code | Lines | Link | Place | HashOf
Words = tuple[Word, ...]


def named(those: Iterable[str]) -> Words:
    """Their names, one after another."""
    return tuple(word for each in those for word in (", ", Person(each)))[1:]


def plain(words: Words) -> str:
    """The same without references: for logs and tests. Times are in UTC."""
    return "".join(_plain(word) for word in words)


def _plain(word: Word) -> str:
    match word:
        case str():
            return word
        case Person(id=person):
            return f"@{person}"
        case Time(at=at):
            return f"{at:%H:%M:%S}Z"
        case Bold(text=text) | Code(text=text) | Lines(text=text):
            return text
        case Link(url=url):
            return url
        case Place(name=name):
            return f"#{name}"
        case HashOf(seq=seq):
            return f"(the hash of entry {seq})"
