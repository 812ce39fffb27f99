"""The Wheel of Misfortune's list of incidents becomes a deck: what the dungeon master, or Murphy, may draw from."""

import re
from pathlib import Path
from typing import Any

from warroom.core.injects import Announce
from warroom.core.scenario import Breakage, Inject, Mishap, MurphyRules, Scenario
from warroom.core.scenario.deck import HARDEST
from warroom.core.when import Timing
from warroom.definitions.exchange.brought import Brought, Given, NotBrought, Notes
from warroom.definitions.exchange.documents import clean, line, shortened
from warroom.definitions.importing.slugs import Names, slug
from warroom.definitions.problems import shown

_UNNAMED = "unnamed"
_MOST = 500
_WORDS = {"easy": 3, "medium": 5, "hard": 8}
_KNOWN = {"ID", "id", "title", "scenario", "difficulty", "inkstory"}


def recognises(document: Any) -> bool:
    """Whether this could be meant as such a list: objects that have a scenario in words."""
    return isinstance(document, list) and bool(document) and isinstance(document[0], dict) and "scenario" in document[0]


def bring(document: Any, path: Path, given: Given) -> Brought:
    """A scenario with a deck and nothing else. Raises NotBrought when there is no incident in it."""
    if not isinstance(document, list):
        raise NotBrought(f"{path}: this is no list of incidents; the wheel's begins with `[`.")
    if len(document) > _MOST:
        raise NotBrought(f"{path}: there are more than {_MOST} incidents; part the list.")
    notes, names = Notes(), Names()
    deck = [card for at, each in enumerate(document, start=1) if (card := _card(each, at, given, names, notes))]
    if not deck:
        raise NotBrought(f"{path}: no incident of this list has a text in `scenario`.")
    if not given.services:
        notes.made("deck", f"the service of every incident, `{_UNNAMED}`; name them, or say --service")
    notes.made("deck", "how every incident fails, `unknown`; runbooks are found by it")
    notes.made("", "the briefing")
    title = given.title or "Wheel of misfortune"
    scenario = Scenario(
        id=given.id or slug(path.name.partition(".")[0], "wheel"),
        title=title,
        briefing="This is an exercise. Something has gone wrong, as the wheel will say. Talk it through aloud, step by step.",
        injects=(),
        deck=tuple(deck),
        murphy=MurphyRules(),
    )
    return Brought(scenario=scenario, notes=notes.all)


def _card(each: Any, at: int, given: Given, names: Names, notes: Notes) -> Mishap | None:
    where = f"incident {at}"
    said = clean(each.get("scenario")) if isinstance(each, dict) else ""
    if not said:
        notes.left(where, "the whole of it: it has no text in `scenario`")
        return None
    if story := line(each.get("inkstory")):
        notes.left(where, f"its story `{shown(story)}`, a program in Ink")
    for key in sorted(map(str, set(each) - _KNOWN)):
        notes.left(where, f"`{shown(key)}`: {shown(line(each[key]))}")
    title = line(each.get("title"))
    if not title or re.fullmatch(r"incident \d+", title, re.IGNORECASE):
        title = shortened(said)
    incident = Breakage(
        title=title, severity="SEV2", services=given.services or (_UNNAMED,), failure_modes=("unknown",)
    )
    id_ = names.give(slug(title, "incident"), said)
    inject = Inject(id=id_, title=title, timing=Timing(), what=Announce(text=said), incident=incident)
    return Mishap(inject=inject, difficulty=_difficulty(each.get("difficulty"), where, notes))


def _difficulty(value: Any, where: str, notes: Notes) -> int:
    said = line(value).lower()
    if not said:
        return 5
    found = _WORDS.get(said, int(said) if said.isascii() and said.isdigit() and len(said) < 4 else 0)
    if not 1 <= found <= HARDEST:
        notes.left(where, f"its difficulty, `{shown(said)}`; ours goes from 1 to {HARDEST}")
        return 5
    return found
