"""Runbooks for people at a terminal, however narrow."""

import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import yaml

from warroom.cli.reading import Book
from warroom.core import durations
from warroom.core.actions import Action
from warroom.core.runbook import Runbook, Step
from warroom.core.steps.act import Act
from warroom.core.steps.ask import Ask
from warroom.core.steps.check import Check
from warroom.core.steps.confirm import Confirm
from warroom.core.steps.do import Do
from warroom.core.steps.kind import END
from warroom.core.steps.wait import Wait
from warroom.core.values import Value
from warroom.definitions.ways import Way, Why, drawn

_NARROW, _USUAL = 40, 80
# Control characters, other line breaks, half characters, and what turns the direction of writing round.
_MOVES = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_KEPT = "\xa0"  # a space at which no line is broken


def columns() -> int:
    """How wide the terminal is; what goes to a file or a pipe is as wide as an ordinary one."""
    return max(_NARROW, shutil.get_terminal_size((_USUAL, 24)).columns)


def say(lines: Iterable[str]) -> None:
    """Print lines. What would move the cursor or change colours is not let through to the terminal, whoever wrote it."""
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        plain = _MOVES.sub("\ufffd", line)
        print(plain.encode(encoding, "replace").decode(encoding))


# --- a list


def row(book: Book) -> dict[str, Any]:
    """A line of the list, for programs."""
    runbook = book.runbook
    kinds: dict[str, int] = {}
    for step in runbook.steps:
        kinds[step.what.word] = kinds.get(step.what.word, 0) + 1
    return {
        "id": runbook.id,
        "title": runbook.title,
        "owner": runbook.owner,
        "services": list(runbook.services),
        "steps": len(runbook.steps),
        "kinds": kinds,
        "file": book.path,
    }


def listed(rows: Sequence[dict[str, Any]], wide: int) -> Iterator[str]:
    """Two lines for each runbook: its id and title, and what is in it."""
    for each in rows:
        yield from wrapped(f"{each['id']}  {each['title']}", wide, "", "  ")
        kinds = ", ".join(f"{count} {kind}" for kind, count in each["kinds"].items())
        steps = "1 step" if each["steps"] == 1 else f"{each['steps']} steps"
        yield from wrapped(f"{each['owner'] or 'nobody owns it'} · {steps}: {kinds}", wide, "  ", "  ")


# --- one runbook


def document(book: Book) -> Any:
    """The definition as its JSON Schema describes it."""
    return yaml.safe_load(book.file.read_text(encoding="utf-8-sig"))


def shown(runbook: Runbook, wide: int) -> Iterator[str]:
    """The whole runbook, its steps in order."""
    yield from wrapped(runbook.title, wide)
    yield from _about(runbook, wide)
    if runbook.summary:
        yield from ("", *wrapped(runbook.summary, wide))
    for each in runbook.context:
        yield from ("", *wrapped(each.title, wide), *wrapped(each.text, wide, "  ", "  "))
    if runbook.values:
        yield from ("", "Asks for")
        for value in runbook.values:
            yield from wrapped(_value(value), wide, "  ", "    ")
    names = {step.id: number for number, step in enumerate(runbook.steps, start=1)}
    every = drawn(runbook)
    phase = ""
    for step in runbook.steps:
        if step.phase and step.phase != phase:
            yield from ("", *wrapped(f"-- {step.phase} --", wide))
        phase = step.phase
        yield from ("", *_step(runbook, step, names, [way for way in every if way.source == step.id], wide))
    if runbook.leftovers:
        yield from ("", *wrapped(f"{len(runbook.leftovers)} pieces of its source could not be placed.", wide))


def _about(runbook: Runbook, wide: int) -> Iterator[str]:
    alerts = [f"{name}={value}" for name, values in runbook.matches.items() for value in values]
    facts = {
        "id": runbook.id,
        "owner": runbook.owner or "nobody",
        "for": ", ".join((*runbook.services, *runbook.failure_modes)),
        "alerts": ", ".join(alerts),
        "source": runbook.source,
    }
    for name, fact in facts.items():
        if fact:
            yield from wrapped(fact, wide, f"{name:<7} ", " " * 8)


def _value(value: Value) -> str:
    example = f" (such as {value.example})" if value.example else ""
    options = f" One of {', '.join(value.options)}." if value.options else ""
    return f"{value.spellings[0]}  {value.question or value.name}{example}{options}"


def _step(runbook: Runbook, step: Step, names: dict[str, int], ways: Sequence[Way], wide: int) -> Iterator[str]:
    indent = "    "
    yield from wrapped(step.title, wide, f"{names[step.id]:>2}. ", indent)
    facts = wrapped(" · ".join(fact.replace(" ", _KEPT) for fact in _facts(step)), wide, indent, indent)
    yield from (line.replace(_KEPT, " ") for line in facts)
    if step.danger:
        yield from wrapped(f"! {step.danger}", wide, indent, f"{indent}  ")
    for line in _words(step):
        yield from wrapped(line, wide, indent, indent)
    if isinstance(step.what, Do):
        yield from (f"{indent}$ {line}" for command in step.what.commands for line in command.split("\n"))
    for code in step.code:
        yield from (f"{indent}| {line}" for line in code.text.split("\n"))
    if step.evidence:
        needed = "Must be kept" if step.evidence_needed else "To be kept"
        yield from wrapped(f"{needed}: {step.evidence}", wide, indent, f"{indent}  ")
    yield from _ways(runbook, step, names, ways, wide)


def _facts(step: Step) -> Iterator[str]:
    yield step.what.word
    yield step.who or "the commander"
    if step.expected:
        yield f"takes {durations.write(step.expected)}"
    if step.overdue:
        yield f"overdue after {durations.write(step.overdue)}"
    if step.relies_on:
        yield f"relies on {', '.join(step.relies_on)}"


def _words(step: Step) -> Iterator[str]:
    """What is to be read, and what a machine will do."""
    if text := step.what.words():
        yield text
    match step.what:
        case Check(probe=probe, until=until):
            yield f"Looks at: {probe.shown}"
            if until:
                yield f"Again every {durations.write(until.every)}, for {durations.write(until.at_most)}."
        case Act() as act:
            yield f"Does: {_action(act.action)}"
            yield f"Undo: {_action(act.undo)}" if act.undo else "Cannot be undone."
            people = f"{act.approvals} people" if act.approvals > 1 else "one person"
            yield f"Approved by {people}{f' of: {listed_words(act.approved_by)}' if act.approved_by else ''}."
        case Ask(values=values):
            yield from (_value(value) for value in values)
        case Wait(length=length):
            yield f"Waits {durations.write(length)}."
        case Confirm(people=people, roles=roles):
            yield f"{people} people confirm it{f', of: {listed_words(roles)}' if roles else ''}."


def listed_words(words: Iterable[str]) -> str:
    return ", ".join(words)


def _action(action: Action) -> str:
    return " ".join(action.shown.split())


def _ways(runbook: Runbook, step: Step, names: dict[str, int], ways: Sequence[Way], wide: int) -> Iterator[str]:
    """Where it leads, where that is not simply the next step."""
    below = runbook.below(step.id) or END
    for way in ways:
        if way.label or way.target != below:
            where = (
                "the end" if way.target == END else f"{names[way.target]}. {runbook.steps[names[way.target] - 1].title}"
            )
            label = f"{way.label}, at the same time" if way.why is Why.BRANCH else way.label or "then"
            yield from wrapped(f"{label} → {where}", wide, "    ", "      ")


def wrapped(text: str, wide: int, first: str = "", rest: str = "") -> list[str]:
    """A text of any number of lines, none wider than this."""
    lines: list[str] = []
    for part in text.split("\n"):
        lead = rest if lines else first
        lines += textwrap.wrap(part, wide, initial_indent=lead, subsequent_indent=rest, break_on_hyphens=False) or [""]
    return lines
