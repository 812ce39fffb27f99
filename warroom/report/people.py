"""Whose names a report needs."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields

from warroom.core import events as e
from warroom.core.events import Entry, Event
from warroom.core.runs import WARROOM

_MENTION = re.compile(r"<@([A-Za-z0-9_.-]{1,100})[|>]")


def people(entries: Iterable[Entry]) -> set[str]:
    """The ids of everybody who did something, was given a part, or was mentioned. Alert sources are among them."""
    found: set[str] = set()
    for entry in entries:
        found.add(entry.by)
        found.update(_in(entry.event))
    return found - {WARROOM, ""}


def _in(event: Event) -> Iterator[str]:
    match event:
        case e.GamePlanned():
            yield from (*event.controllers, *event.players, *event.observers, *event.evaluators, *event.safety)
            yield from (each for them in event.teams.values() for each in them)
        case e.RoomOpened():
            yield from event.invited
    if isinstance(person := getattr(event, "person", ""), str):
        yield person
    for field in fields(event):
        text = getattr(event, field.name)
        if isinstance(text, str) and "<@" in text:
            yield from _MENTION.findall(text)
