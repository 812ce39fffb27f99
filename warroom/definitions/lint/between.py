"""What lint says about runbooks together: titles used twice, runbooks that are not there, values that nobody gives.

A value that one runbook asks for counts in the runbooks that it walks, so values are judged with what walks what.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass

from warroom.core.declaring import dataclass
from warroom.core.runbook import Runbook, Step, within
from warroom.core.values import Value
from warroom.definitions.lint.remark import Remark, Remarks
from warroom.definitions.loader import Source
from warroom.definitions.reader import near

# A value in a text: `<pod>`. Not a here-document, and not part of a word.
_OPEN = re.compile(r"(?<![<\w])<([a-z][a-z0-9]*(?:-[a-z0-9]+)*)>")
# What stands in angle brackets in texts and is no value: what programs print, and HTML.
_NO_VALUE = frozenset(
    [
        "none",
        "nil",
        "null",
        "unknown",
        "empty",
        "unset",
        "pending",
        "no-value",
        "a",
        "b",
        "br",
        "code",
        "div",
        "em",
        "hr",
        "i",
        "img",
        "kbd",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "td",
        "th",
        "tr",
        "u",
        "ul",
        "details",
        "summary",
    ]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shelf:
    """The sound runbooks of a run of lint. `whole` says that what is not among them is nowhere."""

    runbooks: Mapping[str, Runbook]
    whole: bool


def remarks(sources: Sequence[Source], *, whole: bool) -> Remarks:
    """Every remark on what these files say of each other; `whole` when they are all there are."""
    books = [(source, source.value) for source in sources if isinstance(source.value, Runbook)]
    shelf = _Shelf(runbooks={runbook.id: runbook for _, runbook in books}, whole=whole)
    yield from _titles(books)
    for source, runbook in books:
        yield from _walked(source, runbook, shelf)
        yield from _values(source, runbook, shelf)


def _titles(books: Iterable[tuple[Source, Runbook]]) -> Remarks:
    seen: dict[str, Source] = {}
    for source, runbook in books:
        first = seen.setdefault(" ".join(runbook.title.lower().split()), source)
        if first is not source:
            sentence = f"the runbook in {first.file} has the same title"
            suggestion = "say what is different about them; people choose by the title"
            yield Remark(fields=source.fields, key="title", sentence=sentence, suggestion=suggestion)


# --- runbooks that walk runbooks


def _walked(source: Source, runbook: Runbook, shelf: _Shelf) -> Remarks:
    for step, part in zip(runbook.steps, source.fields.parts("steps"), strict=True):
        for name in step.what.starts():
            if name not in shelf.runbooks and name != runbook.id:
                if shelf.whole:
                    sentence = f"step {step.id!r} walks the runbook {name!r}, which is not there"
                    suggestion = near(name, shelf.runbooks) or "write its id as its own file has it"
                    yield Remark(fields=part, key="runbook", level="error", sentence=sentence, suggestion=suggestion)
            elif way := _way_back(name, runbook.id, shelf.runbooks):
                shown = " → ".join(repr(each) for each in (runbook.id, *way))
                sentence = f"step {step.id!r} leads back to its own runbook: {shown}"
                suggestion = "say in words that the other is to be walked, or leave it out"
                yield Remark(fields=part, key="runbook", level="error", sentence=sentence, suggestion=suggestion)


def _way_back(start: str, goal: str, runbooks: Mapping[str, Runbook]) -> tuple[str, ...]:
    """The runbooks on the shortest way from `start` to `goal`, both included; empty when there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    for way in ways:  # grows while it is gone through: the nearest first
        if way[-1] == goal:
            return way
        for name in _starts(runbooks.get(way[-1])):
            if name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return ()


def _starts(runbook: Runbook | None) -> Iterator[str]:
    for step in runbook.steps if runbook else ():
        yield from step.what.starts()


# --- values


def _values(source: Source, runbook: Runbook, shelf: _Shelf) -> Remarks:
    below = within(runbook, shelf.runbooks)
    elsewhere = [text for each in below for text in texts_of(each)]
    unseen = any(name not in shelf.runbooks for each in (runbook, *below) for name in _starts(each))
    asked = dict(zip((value.name for value in runbook.values), source.fields.parts("values"), strict=True))
    used = "\n".join((*texts_of(runbook), *elsewhere))
    for value in runbook.values:
        if not unseen and not _spelled(value, used):
            sentence = f"the value {value.name!r} is asked for and never used"
            suggestion = f"write {value.spellings[0]!r} where it belongs, or delete it"
            yield Remark(fields=asked[value.name], key="value", sentence=sentence, suggestion=suggestion)
    if shelf.whole or not _is_walked(runbook, shelf):
        yield from _undefined(source, runbook, shelf)


def _is_walked(runbook: Runbook, shelf: _Shelf) -> bool:
    return any(runbook.id in _starts(each) for each in shelf.runbooks.values())


def _undefined(source: Source, runbook: Runbook, shelf: _Shelf) -> Remarks:
    above = [each for each in shelf.runbooks.values() if runbook in within(each, shelf.runbooks)]
    known = {value.name for each in (runbook, *above) for value in each.all_values()}
    spelled = {each.strip("<>") for book in (runbook, *above) for value in book.all_values() for each in value.spelled}
    left = {name for step in runbook.steps for name in step.defines}
    told = known | spelled | left | _NO_VALUE
    for step, part in zip(runbook.steps, source.fields.parts("steps"), strict=True):
        for name in dict.fromkeys(name for text in _filled(step) for name in _OPEN.findall(text)):
            if name not in told:
                told.add(name)
                sentence = f"step {step.id!r} writes `<{name}>`, but no value of that name is asked for"
                suggestion = near(name, known) or f"add it to `values:` of the runbook, as `- value: {name}`"
                yield Remark(fields=part, sentence=sentence, suggestion=suggestion)


def _filled(step: Step) -> Iterator[str]:
    """The texts of a step that values are filled into, without what its commands print."""
    yield from (step.title, step.danger, step.evidence, *step.what.texts())
    yield from (code.text for code in step.code)


def _spelled(value: Value, texts: str) -> bool:
    return any(spelling in texts for spelling in value.spellings)


def texts_of(runbook: Runbook) -> Iterator[str]:
    """Every text of a runbook, wherever it stands, apart from the values that it asks for."""
    return _strings((runbook.summary, runbook.title, runbook.context, runbook.steps))


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Value():
            return
        case Mapping():
            yield from _strings(tuple(value.values()))
        case tuple():
            for each in value:
                yield from _strings(each)
        case _ if is_dataclass(value):
            for field in fields(value):
                yield from _strings(getattr(value, field.name))
