"""Changes of a runbook's text at the places they are about, so that every other byte of the file stays as it is.

    rewritten(text, file, changes) -> the new text, and in words what could not be changed

Each change is made by itself, and what came of it is read again: it must be the runbook as it was but for this change.
Where it is not, the change is left out and named, and the text is as it was before it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from warroom.core.declaring import dataclass
from warroom.core.runbook import Runbook, Step
from warroom.core.steps.check import HOLDS, Check
from warroom.core.steps.choose import Choose
from warroom.core.steps.confirm import DECLINED, Confirm
from warroom.core.steps.do import Do
from warroom.core.steps.kind import END
from warroom.core.steps.parallel import Parallel
from warroom.core.steps.wait import Wait
from warroom.definitions.formatting import item
from warroom.definitions.loader import read
from warroom.definitions.problems import DefinitionError, Problem, shown
from warroom.definitions.spans import Node, planted
from warroom.definitions.tree import Page, kind_of

_LONG = 300  # of somebody's words in a comment
_NAME = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class SetExpected:
    """How long the step should take. `overdue` is moved along where it would be no later than that."""

    step: str
    length: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class AddRemark:
    """A comment above the step."""

    step: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AddStep:
    """A `do` that follows `after`, where that was answered with `answer`; None when nobody knows how it was."""

    after: str
    title: str
    text: str = ""
    answer: str | None = None
    remark: str = ""


Change = SetExpected | AddRemark | AddStep


@dataclass(frozen=True, slots=True)
class _Edit:
    """Put `text` in the place of what stands between two indices of the page."""

    begin: int
    end: int
    text: str


class _CannotPlace(Exception):
    """The change has no place in this text; its words say why."""


def rewritten(text: str, file: str, changes: Iterable[Change]) -> tuple[str, tuple[str, ...]]:
    """The text with these changes, and a sentence for each that could not be made.

    What is there already is not written again. Raises DefinitionError for a text that is not a sound runbook.
    """
    _sound(text, file)
    left: list[str] = []
    for change in _in_order(changes):
        try:
            text = _changed(text, file, change)
        except _CannotPlace as error:
            left.append(f"{file}: {error}")
    return text, tuple(left)


def _in_order(changes: Iterable[Change]) -> Iterator[Change]:
    """Lengths, then remarks, then steps, the last first: what is put below a step stays in the order in which it was done."""
    every = list(changes)
    yield from (each for each in every if isinstance(each, SetExpected))
    yield from (each for each in every if isinstance(each, AddRemark))
    yield from (each for each in reversed(every) if isinstance(each, AddStep))


def _sound(text: str, file: str) -> Runbook:
    source = read(text, file)
    if source.problems or not isinstance(source.value, Runbook):
        raise DefinitionError(source.problems or [Problem(file, 1, 1, "this is not a runbook")])
    return source.value


def _changed(text: str, file: str, change: Change) -> str:
    sheet = _Sheet(text, file)
    match change:
        case SetExpected():
            edits, wanted = _expected(sheet, change)
        case AddRemark():
            edits, wanted = _remark(sheet, change.step, change.text), sheet.runbook
        case AddStep():
            edits, wanted = _step(sheet, change)
    after = sheet.with_edits(edits)
    source = read(after, file)
    if source.problems or source.value != wanted:
        raise _CannotPlace(
            f"{_named(change)} has no place in a file that is written like this; run `warroom fmt` on it"
        )
    return after


def _named(change: Change) -> str:
    match change:
        case SetExpected(step=step):
            return f"the measured time of step {step!r}"
        case AddRemark(step=step):
            return f"a remark on step {step!r}"
        case AddStep(title=title):
            return f"the new step {shown(title)!r}"


class _Sheet:
    """A text with its tree, and what it says. Indices are of the page, in which a line ends in one character."""

    def __init__(self, text: str, file: str) -> None:
        self.raw, self.runbook = text, _sound(text, file)
        self.page = Page(text, file).text
        root, _ = planted(self.page)
        steps = next(entry.value for entry in root.items if entry.name == "steps")
        if steps.flow:
            raise _CannotPlace("its steps stand in brackets; run `warroom fmt` on it first")
        self.nodes = {step.id: entry.value for step, entry in zip(self.runbook.steps, steps.items, strict=True)}

    def step(self, name: str) -> Step:
        found = self.runbook.step(name)
        if found is None:
            raise _CannotPlace(f"there is no step {name!r} any more")
        return found

    def with_edits(self, edits: Sequence[_Edit]) -> str:
        """The raw text with these edits, its own kind of line ends in them."""
        ends = "\r\n" if "\r\n" in self.raw else "\r" if "\r" in self.raw and "\n" not in self.raw else "\n"
        offsets = list(_offsets(self.raw))
        after = self.raw
        for edit in sorted(edits, key=lambda each: each.begin, reverse=True):
            written = edit.text.replace("\n", ends)
            after = after[: offsets[edit.begin]] + written + after[offsets[edit.end] :]
        return after

    def line(self, at: int) -> tuple[int, int]:
        """Where the line of an index begins and ends, its end of line left out."""
        end = self.page.find("\n", at)
        return self.page.rfind("\n", 0, at) + 1, len(self.page) if end < 0 else end

    def dash(self, step: str) -> tuple[int, int]:
        """The beginning of the line that a step's dash stands on, and the dash's column."""
        at, _ = self.line(self.nodes[step].first)
        before = self.page[at : self.nodes[step].first]
        while "-" not in before.partition("#")[0]:
            at, end = self.line(at - 1)
            before = self.page[at:end]
        return at, before.index("-")


def _offsets(raw: str) -> Iterator[int]:
    """Where each character of the page stands in the text as it is in the file."""
    at = 1 if raw.startswith("\ufeff") else 0
    while at < len(raw):
        yield at
        at += 2 if raw.startswith("\r\n", at) else 1
    yield len(raw)


def _value(node: Node, *path: str) -> Node | None:
    """The value at these keys below a mapping."""
    for name in path:
        found = next((entry.value for entry in node.items if entry.name == name), None)
        if found is None:
            return None
        node = found
    return node


# --- how long it takes


def _expected(sheet: _Sheet, change: SetExpected) -> tuple[list[_Edit], Runbook]:
    step = sheet.step(change.step)
    if isinstance(step.what, Wait):
        raise _CannotPlace(f"step {step.id!r} waits as long as it says")
    overdue = step.overdue if step.overdue is None or step.overdue > change.length else 2 * change.length
    edits = _set(sheet, step.id, "expected", change.length)
    if overdue != step.overdue and overdue is not None:
        edits += _set(sheet, step.id, "overdue", overdue)
    return edits, _with(sheet.runbook, replace(step, expected=change.length, overdue=overdue))


def _with(runbook: Runbook, step: Step) -> Runbook:
    return replace(runbook, steps=tuple(step if each.id == step.id else each for each in runbook.steps))


def _set(sheet: _Sheet, step: str, key: str, length: timedelta) -> list[_Edit]:
    there = _value(sheet.nodes[step], key)
    if there is None:
        return _put(sheet, step, key, length_written(length))
    return [_Edit(there.begin, there.end, length_written(length))]


def _put(sheet: _Sheet, step: str, key: str, written: str) -> list[_Edit]:
    """A key that the step does not have yet, below one that stands on a line of its own."""
    node = sheet.nodes[step]
    if node.flow:
        first = node.items[0].value
        return [_Edit(first.end, first.end, f", {key}: {written}")]
    for beside in ("who", "title", "id"):
        place = next((entry for entry in node.items if entry.name == beside), None)
        if place and place.value.kind != "block" and sheet.line(place.begin) == sheet.line(place.value.end):
            begin, end = sheet.line(place.begin)
            indent = " " * (place.begin - begin)
            return [_Edit(end, end, f"\n{indent}{key}: {written}")]
    raise _CannotPlace(f"there is no place for `{key}` in step {step!r}; run `warroom fmt` on it first")


def length_written(length: timedelta) -> str:
    """A length as definitions write it: `90s`, `5m`, `1h 30m`."""
    seconds = int(length.total_seconds())
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    if not hours and rest:
        return f"{seconds}s"
    parts = (f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{rest}s" if rest else "")
    return " ".join(part for part in parts if part) or "0s"


# --- what was said


def _remark(sheet: _Sheet, step: str, text: str) -> list[_Edit]:
    sheet.step(step)
    comment = _comment(text)
    at, column = sheet.dash(step)
    if any(line.strip() == comment for line in sheet.page.split("\n")):
        return []
    return [_Edit(at, at, f"{' ' * column}{comment}\n")]


def _comment(text: str) -> str:
    """As a comment of one line: whatever is in it, YAML reads nothing else."""
    return f"# {shown(text, _LONG)}"


# --- what was done beside the plan


def _step(sheet: _Sheet, change: AddStep) -> tuple[list[_Edit], Runbook]:
    before, runbook = sheet.step(change.after), sheet.runbook
    title = shown(change.title, 150)
    if any(_plain(each.title) == _plain(title) for each in runbook.steps):
        return [], runbook
    way = _way(before, change.answer)
    if way is None:
        told = f"{change.remark} {title}" if change.remark else f"done beside the plan: {title}"
        return _remark(sheet, before.id, told), runbook
    key, target = way
    new = Step(
        id=_new_name(title, runbook),
        title=title,
        what=Do(text=_printable(change.text) or title),
        who=before.who,
        next=target,
    )
    edits = _inserted(sheet, before, new, change.remark)
    if target and key != "next" and not before.next:  # who falls through it, or skips it, still comes to the step below
        below = runbook.below(before.id) or END
        edits += _put(sheet, before.id, "next", _name(below))
        before = replace(before, next=below)
    if target:
        there = _value(sheet.nodes[before.id], key) if key else _goto(sheet, before, change.answer)
        if there is None:
            raise _CannotPlace(f"the way on from step {before.id!r} was not found")
        edits.append(_Edit(there.begin, there.end, _name(new.id)))
        before = _redirected(before, key, change.answer, new.id)
    steps = [each for old in runbook.steps for each in ((before, new) if old.id == before.id else (old,))]
    return edits, replace(runbook, steps=tuple(steps))


def _way(step: Step, answer: str | None) -> tuple[str, str] | None:
    """The key that says where the step leads on, and where; no target where it leads to the step below.

    None where a step that follows would change more than this one way: the branches of a parallel step end there.
    """
    match step.what:
        case Parallel():
            return None
        case Choose(options=options):
            gotos = {option.word: option.goto for option in options}
            if gotos.get(answer or ""):
                return "", gotos[answer or ""]
            if answer not in gotos and all(gotos.values()):
                return None
        case Check(holds=holds, fails=fails):
            goto = (holds if answer == HOLDS else fails) if answer else ""
            if goto:
                return "holds" if answer == HOLDS else "fails", goto
            if not answer and holds:
                return None
        case Confirm(declined=declined) if answer == DECLINED and declined:
            return "declined", declined
    return "next", step.next


def _goto(sheet: _Sheet, step: Step, answer: str | None) -> Node | None:
    """Where a step's answer says which step it leads to."""
    answers = _value(sheet.nodes[step.id], "answers")
    for entry in answers.items if answers else ():
        word = _value(entry.value, "answer")
        if word is not None and word.text == answer:
            return _value(entry.value, "goto")
    return None


def _redirected(step: Step, key: str, answer: str | None, goto: str) -> Step:
    if key == "next":
        return replace(step, next=goto)
    match step.what:
        case Choose(options=options):
            told = tuple(replace(each, goto=goto) if each.word == answer else each for each in options)
            return replace(step, what=replace(step.what, options=told))
        case Check() if key == "holds":
            return replace(step, what=replace(step.what, holds=goto))
        case Check():
            return replace(step, what=replace(step.what, fails=goto))
        case Confirm():
            return replace(step, what=replace(step.what, declined=goto))
    return step


def _inserted(sheet: _Sheet, before: Step, new: Step, remark: str) -> list[_Edit]:
    """The new step's lines, below the step before it."""
    assert isinstance(new.what, Do)
    _, column = sheet.dash(before.id)
    indent = " " * column
    entries = {"id": new.id, "title": new.title, "do": new.what.text, "who": new.who, "next": new.next}
    lines = item({key: value for key, value in entries.items() if value}, indent)
    comment = [f"{indent}{_comment(remark)}"] if remark else []
    node = sheet.nodes[before.id]
    _, end = sheet.line(node.end - 1 if node.end and sheet.page[node.end - 1] == "\n" else node.end)
    return [_Edit(end, end, "\n" + "\n".join(("", *comment, *lines)))]


def _name(name: str) -> str:
    """A step's name as a value: in quotes where YAML would make something else of it, as of `no`."""
    return name if kind_of(name) == "str" else f'"{name}"'


def _new_name(title: str, runbook: Runbook) -> str:
    taken = {END, *(step.id for step in runbook.steps)}
    return free_name(title, taken, "step")


def free_name(title: str, taken: Iterable[str], otherwise: str) -> str:
    """A name made from the words of a title that nothing else has."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    name = words[0][:_NAME] if words else otherwise
    for word in words[1:]:
        if len(name) + 1 + len(word) > _NAME:
            break
        name = f"{name}-{word}"
    there, free, count = set(taken), name, 2
    while free in there:
        free, count = f"{name}-{count}", count + 1
    return free


def _plain(title: str) -> str:
    return " ".join(title.lower().split())


def _printable(text: str) -> str:
    """Somebody's words as the reader takes them: without what cannot be printed."""
    return "\n".join(
        "".join(each if each.isprintable() else " " for each in line).rstrip() for line in text.split("\n")
    ).strip()
