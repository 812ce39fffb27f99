"""`warroom runbook findings`, `patch`, `draft` and `stale`: what the rooms of a database say of runbooks."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from warroom.cli.changed import changed
from warroom.cli.reading import Book
from warroom.cli.showing import wrapped
from warroom.core.runbook import Runbook
from warroom.core.steps.wait import Wait
from warroom.definitions.diffs import unified
from warroom.definitions.formatting import document
from warroom.definitions.patching import (
    AddRemark,
    AddStep,
    Change,
    SetExpected,
    free_name,
    length_written,
    rewritten,
)
from warroom.definitions.problems import shown
from warroom.errors import NotFound
from warroom.report.freshness import CHANGED, NEVER, OLD, Fresh, Text, freshness
from warroom.report.lessons import Lesson, Weight
from warroom.report.usage import Blank, BookUsage, StepUsage, Usage, rounded

_HEADINGS = {
    Weight.BROKEN: "Could not be done",
    Weight.LOST: "No runbook",
    Weight.MISLEADING: "Done otherwise, or objected to",
    Weight.LATE: "Took longer than it says",
    Weight.VAGUE: "Could be better",
}
_STATES = {NEVER: "never", CHANGED: "changed", OLD: "old", "": "fresh"}
_QUOTED_OF = re.compile(r"what was done in (\S+), walk (\S+)")


# --- findings


def told(lessons: Iterable[Lesson], wide: int) -> Iterator[str]:
    """The findings under headings, the worst first."""
    for number, (weight, group) in enumerate(groupby(lessons, key=lambda each: each.weight)):
        yield from ([""] if number else [])
        yield _HEADINGS[weight]
        for lesson in group:
            yield from wrapped(str(lesson), wide, "- ", "  ")


def as_json(lessons: Iterable[Lesson]) -> list[dict[str, Any]]:
    """The findings for programs; `weight` is a word."""
    return [{**asdict(each), "weight": each.weight.name.lower(), "rooms": list(each.rooms)} for each in lessons]


# --- a patch


@dataclass(frozen=True, kw_only=True, slots=True)
class Patch:
    """`text` is the diff, empty when there is nothing to change; `left` are the changes that had no place, in words."""

    text: str
    left: tuple[str, ...] = ()


def patch(books: dict[str, Book], known: dict[str, Book], usage: Usage, *, drafts: bool) -> Patch:
    """What the evidence supports, as a diff of these files. `known` are all runbooks there are; new ones are told apart."""
    pieces, left = list[str](), list[str]()
    for name, book in books.items():
        used = usage.books.get(name)
        text = _text(book)
        changes = list(_changes(book.runbook, used)) if used else []
        after, unplaced = rewritten(text, book.path, changes) if changes else (text, ())
        pieces.append(unified(book.path, text, after))
        left += unplaced
    if drafts:
        pieces += _new(known, usage.blanks)
    return Patch(text="".join(pieces), left=tuple(left))


def _text(book: Book) -> str:
    """The file with its own line ends."""
    with book.file.open(encoding="utf-8", newline="") as opened:
        return opened.read()


def _changes(runbook: Runbook, used: BookUsage) -> Iterator[Change]:
    for step in runbook.steps:
        seen = used.steps.get(step.id)
        if seen is None:
            continue
        if (length := seen.better(step.expected)) is not None and not isinstance(step.what, Wait):
            yield SetExpected(step=step.id, length=length)
        yield from _said(seen)
        for each in seen.beside:
            remark = f"Done beside the plan in {each.room} on {_day(each.at)}; check whether it belongs here:"
            yield AddStep(after=step.id, title=each.title, text=each.text, answer=each.answer, remark=remark)


def _said(step: StepUsage) -> Iterator[Change]:
    for said in step.said:
        if said.verdict != "worked":
            who = f" by {said.who}" if said.who else ""
            words = f": “{said.comment}”" if said.comment else ""
            what = {"missing": "something is missing"}.get(said.verdict, said.verdict)
            yield AddRemark(step=step.id, text=f"{what}, said{who} in {said.room} on {_day(said.at)}{words}")


def _day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def _new(known: dict[str, Book], blanks: Iterable[Blank]) -> Iterator[str]:
    """A new file for each walk without a runbook that has not become one yet."""
    taken, paths = set(known), {book.path for book in known.values()}
    done = {found.groups() for book in known.values() if (found := _QUOTED_OF.search(book.runbook.source))}
    for blank in blanks:
        if blank.steps and (blank.walk.room, blank.walk.run) not in done:
            name = _draft_name(blank, taken | {path.removesuffix(".yaml") for path in paths})
            taken.add(name)
            yield unified(f"{name}.yaml", None, draft(blank, name))


# --- a draft


def draft_of(usage: Usage, room: str, run: str) -> str:
    """The draft of what was done in this walk. Raises NotFound where there is no such walk, or nothing was done in it."""
    there = [blank for blank in usage.blanks if blank.walk.room.lower() == room.lower()]
    found = next((blank for blank in there if blank.walk.run.lower() == run.lower()), None)
    if found is None:
        runs = ", ".join(blank.walk.run for blank in there) or "none"
        raise NotFound(f"In {room} nothing called {run!r} was walked without a runbook; there is: {runs}.")
    if not found.steps:
        raise NotFound(f"In {room} nothing was done in {run}, so there is nothing to write down.")
    return draft(found, _draft_name(found, ()))


def _draft_name(blank: Blank, taken: Iterable[str]) -> str:
    return free_name(blank.title or blank.incident, taken, "draft")


def draft(blank: Blank, name: str) -> str:
    """A runbook made of what was done, for a person to finish."""
    where, day = f"what was done in {blank.walk.room}, walk {blank.walk.run}", _day(blank.walk.at)
    alert = blank.labels.get("alertname")
    taken = {"end"}
    steps = [_draft_step(blank, number, taken) for number in range(len(blank.steps))]
    runbook: dict[str, object] = {
        "runbook": 1,
        "id": name,
        "title": shown(blank.title or blank.incident or name, 150),
        **({"services": list(blank.services)} if blank.services else {}),
        **({"failure_modes": list(blank.failure_modes)} if blank.failure_modes else {}),
        **({"matches": {"alertname": [shown(alert)]}} if alert else {}),
        "source": where,
        "steps": steps,
    }
    head = f"# A draft, written from {where}, on {day}. Give it an owner, and say who does each step.\n"
    return head + document(runbook)


def _draft_step(blank: Blank, number: int, taken: set[str]) -> dict[str, object]:
    step = blank.steps[number]
    name = free_name(step.title, taken, f"step-{number + 1}")
    taken.add(name)
    expected = {"expected": length_written(rounded(step.took))} if step.took is not None and blank.walk.real else {}
    text = "\n".join(shown(line, 2_000) for line in step.text.split("\n") if line.strip())
    return {"id": name, "title": shown(step.title, 150), "do": text or shown(step.title, 150), **expected}


# --- what is stale


def stale(books: dict[str, Book], usage: Usage, now: datetime, days: int) -> tuple[Fresh, ...]:
    """Each of these runbooks, the stalest first."""
    texts = [
        Text(runbook=name, owner=book.runbook.owner, digest=book.digest, changed=changed(book.file))
        for name, book in books.items()
    ]
    walks = {name: book.walks for name, book in usage.books.items()}
    return freshness(texts, walks, now, timedelta(days=days))


def stale_lines(rows: Sequence[Fresh], wide: int) -> Iterator[str]:
    """A table where it fits into the terminal, and otherwise a few words for each."""
    name = min(max((len(each.runbook) for each in rows), default=8), 26)
    owner = wide - name - 3 * 12 - 11
    if owner < 8:
        for each in rows:
            yield from wrapped(f"{each.runbook}: {each.why or 'fresh'}", wide, "", "  ")
            yield from wrapped(
                f"drill {_date(each.drill)}, real {_date(each.real)}, changed {_date(each.changed)}", wide, "  ", "  "
            )
        return
    yield f"{'runbook':<{name}}  {'drill':<10}  {'real':<10}  {'changed':<10}  {'state':<7}  owner"
    for each in rows:
        dates = "  ".join(f"{_date(at):<10}" for at in (each.drill, each.real, each.changed))
        who = each.owner if len(each.owner) <= owner else each.owner[: owner - 1] + "…"
        shown_name = each.runbook if len(each.runbook) <= name else each.runbook[: name - 1] + "…"
        yield f"{shown_name:<{name}}  {dates}  {_STATES[each.why]:<7}  {who}".rstrip()


def _date(at: datetime | None) -> str:
    return "never" if at is None else _day(at)


def stale_json(rows: Iterable[Fresh]) -> list[dict[str, Any]]:
    """The same for programs; times in UTC, null for never."""
    return [
        {
            "runbook": each.runbook,
            "owner": each.owner,
            "walked_in_drill": each.drill and each.drill.isoformat(),
            "walked_in_reality": each.real and each.real.isoformat(),
            "changed": each.changed.isoformat(),
            "stale": bool(each.why),
            "why": each.why,
        }
        for each in rows
    ]
