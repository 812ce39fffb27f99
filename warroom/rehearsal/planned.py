"""A plan for people at a terminal, however narrow, and for programs."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from warroom.core import durations
from warroom.core.scenario import Scenario
from warroom.rehearsal.lines import wrapped
from warroom.rehearsal.outline import EXPECT, Item, Outline, outline, reading

_TIME, _KIND = 9, 9  # columns


def document(scenario: Scenario) -> dict[str, Any]:
    """The plan for programs. Times are seconds on the game's clock; `under` is the id of what an item hangs on."""
    plan = outline(scenario)
    parts = [
        {
            "move": part.move.id if part.move else None,
            "title": part.move.title if part.move else None,
            "at": _seconds(part.at),
            "items": list(_flat(part.items)),
        }
        for part in plan.parts
    ]
    return {
        "id": scenario.id,
        "title": scenario.title,
        "length": scenario.length.total_seconds(),
        "parts": parts,
        "on_a_condition": list(_flat(plan.waiting)),
        "by_hand": list(_flat(plan.by_hand)),
        "deck": list(_flat(plan.deck)),
    }


def _flat(items: tuple[Item, ...]) -> Iterator[dict[str, Any]]:
    for each in (one for item in items for _, one in item.everything()):
        yield {
            "id": each.id,
            "kind": each.kind,
            "title": each.title,
            "at": _seconds(each.at),
            "when": each.when,
            "to": list(each.to),
            "facts": list(each.facts),
            "contingency": each.contingency,
            "under": each.under or None,
        }


def _seconds(at: timedelta | None) -> float | None:
    return None if at is None else at.total_seconds()


def shown(scenario: Scenario, wide: int) -> Iterator[str]:
    """The plan in lines that are no wider than this."""
    plan = outline(scenario)
    yield from wrapped(scenario.title, wide)
    yield from wrapped(_about(plan), wide)
    if scenario.summary:
        yield from ("", *wrapped(scenario.summary, wide))
    for number, objective in enumerate(scenario.objectives, start=1):
        yield from wrapped(f"{number}. {objective}", wide, "  ", "     ")
    for part in plan.parts:
        if part.move is not None:
            at = f"{reading(part.at)}  " if part.at is not None else ""
            yield from ("", *wrapped(f"-- {at}{part.move.title} --", wide))
        else:
            yield ""
        yield from _all(part.items, wide)
    for heading, items in (
        ("On a condition", plan.waiting),
        ("By hand", plan.by_hand),
        ("The deck", plan.deck),
    ):
        if items:
            yield from ("", *wrapped(f"-- {heading} --", wide), *_all(items, wide))
    yield from _ends(scenario, wide)


def _about(plan: Outline) -> str:
    scenario = plan.scenario
    counts = (
        (len(scenario.injects), "inject"),
        (len(scenario.expectations), "expectation"),
        (len(scenario.teams), "team"),
        (len(scenario.deck), "card"),
    )
    several = [f"{count} {what}{'' if count == 1 else 's'}" for count, what in counts if count]
    return " · ".join((scenario.id, durations.write(scenario.length), *several))


def _all(items: tuple[Item, ...], wide: int) -> Iterator[str]:
    for item in items:
        for depth, each in item.everything():
            yield from _line(each, depth, wide)


def _line(item: Item, depth: int, wide: int) -> Iterator[str]:
    """When, what, its title; below it what there is to know, and to whom it goes."""
    by = "by " if item.kind == EXPECT else ""
    when = f"{by}{reading(item.at)}" if item.at is not None else ""
    indent = "  " * depth
    lead = f"{when:<{_TIME}} {indent}{item.kind:<{_KIND}} "
    rest = " " * (_TIME + 1) + indent + "  "
    yield from wrapped(f"{lead}{item.title}", wide, "", rest, keep=True)
    to = f"to {', '.join(item.to)}" if item.to and item.kind != EXPECT else ", ".join(item.to)
    facts = [part for part in (item.when, to, *item.facts) if part]
    if facts:
        yield from wrapped(" · ".join(facts), wide, rest, rest)


def _ends(scenario: Scenario, wide: int) -> Iterator[str]:
    if not scenario.endings:
        return
    yield from ("", *wrapped("-- The end --", wide))
    for each in scenario.endings:
        how = "by itself" if each.by_itself else "the dungeon master is told"
        what = f"when {each.when.shown}" if each.when else "in time"
        at = reading(each.at) if each.at is not None else ""
        yield from wrapped(f"{at:<{_TIME}} {what}: {how}", wide, "", " " * (_TIME + 1), keep=True)
