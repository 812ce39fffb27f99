"""Incident facts: a file that says of one incident what happened when, and nothing that is not known."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from warroom.definitions.exchange import incident, times
from warroom.definitions.exchange.brought import Brought, Given, NotBrought, Notes
from warroom.definitions.exchange.documents import line
from warroom.definitions.exchange.incident import Kind, Moment, Past
from warroom.definitions.exchange.roles import Roles, known
from warroom.definitions.problems import shown

_SCHEMA = "incident-facts/"
_KINDS = {
    "alert": Kind.ALERT,
    "report": Kind.TOLD,
    "inject": Kind.DECLARED,
    "status": Kind.UPDATE,
    "recovery": Kind.RESOLVED,
}


def recognises(document: Any) -> bool:
    """Whether this is such a file."""
    return isinstance(document, dict) and line(document.get("schema")).startswith(_SCHEMA)


def bring(document: Mapping[str, Any], path: Path, given: Given) -> Brought:
    """The skeleton of a scenario. Raises NotBrought for an event without words or with a time that cannot be read."""
    events = document.get("events")
    if not isinstance(events, list) or not events:
        raise NotBrought(f"{path}: `events` is missing; without it nothing happened.")
    notes = Notes()
    found = [_moment(event, at, path) for at, event in enumerate(events, start=1)]
    suggested = list(_suggested(document, found, notes))
    moments = _recovered([*found, *suggested])
    past = Past(
        title=line(document.get("title")) or path.stem,
        source=str(path),
        moments=tuple(sorted(moments, key=_when)),
        services=_words(document.get("services")),
        failure_modes=_words(document.get("failure_modes")),
        background=line(document.get("outcome", {}).get("result") if isinstance(document.get("outcome"), dict) else ""),
    )
    for each in _words(document.get("not_verified")):
        notes.warning("", f"the source does not verify: {each}")
    return incident.scenario(past, Roles(people=known(given.people)), notes, id=given.id, title=given.title)


def _words(found: Any) -> tuple[str, ...]:
    return tuple(said for each in found if (said := line(each))) if isinstance(found, list) else ()


def _moment(event: Any, at: int, path: Path) -> Moment:
    said = line(event.get("what")) if isinstance(event, dict) else ""
    if not said:
        raise NotBrought(f"{path}: event {at} says nothing in `what`.")
    return Moment(
        at=_at(event.get("t"), at, path),
        kind=_KINDS.get(line(event.get("kind")), Kind.NOTE),
        text=said,
        who=line(event.get("actor")),
        incident=str(at) if event.get("kind") == "inject" else "",
    )


def _at(written: Any, at: int, path: Path) -> timedelta | None:
    said = line(written)
    if not said:
        return None
    found = times.elapsed(said.lstrip("-"))
    if found is None:
        raise NotBrought(f"{path}: event {at} has `t: {shown(said)}`; write hours, minutes and seconds, `+00:12:00`.")
    return -found if said.startswith("-") else found


def _when(moment: Moment) -> tuple[bool, timedelta]:
    """What has no time comes first, in its order: it is known that it was earlier in the day, or not when at all."""
    return moment.at is not None, moment.at or timedelta(0)


def _recovered(moments: list[Moment]) -> list[Moment]:
    """Of several recoveries only the last is the end; the first is when it stopped hurting."""
    places = [at for at, each in enumerate(moments) if each.kind is Kind.RESOLVED]
    return [
        replace(each, kind=Kind.MITIGATED) if at in places and at != places[-1] else each
        for at, each in enumerate(moments)
    ]


def _suggested(document: Mapping[str, Any], found: list[Moment], notes: Notes) -> Iterator[Moment]:
    """Offsets that somebody made up for a drill, where history has none. They then stand for the untimed injects."""
    use = document.get("game_use")
    suggested = use.get("injects_suggested") if isinstance(use, dict) else None
    if not isinstance(suggested, list):
        return
    notes.made("", "offsets of injects, which `injects_suggested` gives; they are not historical")
    for at, each in enumerate(found):
        if each.at is None and each.kind is Kind.DECLARED:
            found[at] = replace(each, kind=Kind.NOTE)
    for at, one in enumerate(suggested):
        said, when = (line(one.get("say")), times.elapsed(line(one.get("t")))) if isinstance(one, dict) else ("", None)
        if said and when is not None:
            yield Moment(at=when, kind=Kind.DECLARED, text=f"{said[:1].upper()}{said[1:]}", incident=f"suggested {at}")
        else:
            notes.left(f"injects_suggested[{at}]", "one without a time or without words")
