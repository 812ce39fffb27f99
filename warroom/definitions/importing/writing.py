"""A runbook as YAML that people will edit: block texts, a blank line between steps, proposals as comments.

Every text is read back as it is written, and falls back to a quoted one where YAML would change it.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from warroom.core.runbook import Code, Runbook, Step
from warroom.core.steps.choose import Choose
from warroom.core.steps.do import Do
from warroom.core.steps.runbook import SubRunbook
from warroom.core.values import Value
from warroom.definitions.importing.proposals import Proposal
from warroom.definitions.importing.slugs import short_hash
from warroom.definitions.importing.titles import plain, shortened

_WIDE = 110
_PLAIN = re.compile(r"[A-Za-z0-9(\u00c0-\U0010ffff](?:[^\n\t:#\x85\u2028\u2029\ufeff]|:(?=[^\s])|#)*")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Lines = Iterator[str]


def write(runbook: Runbook, proposals: Mapping[str, Sequence[tuple[int, Proposal]]]) -> str:
    """The YAML. `proposals` are those of each step, with the line of the source that suggests them."""
    return "\n".join(_runbook(runbook, proposals)) + "\n"


def _runbook(runbook: Runbook, proposals: Mapping[str, Sequence[tuple[int, Proposal]]]) -> Lines:
    yield "runbook: 1"
    yield from field("id", runbook.id)
    yield from field("title", runbook.title)
    for key in ("summary", "owner"):
        if text := getattr(runbook, key):
            yield from field(key, text)
    yield from _words("services", runbook.services)
    yield from _words("failure_modes", runbook.failure_modes)
    if runbook.matches:
        yield "matches:"
        for label, words in runbook.matches.items():
            yield from _indented(_words(label, words))
    if runbook.source:
        yield from field("source", runbook.source)
    yield from _parts("context", [list(_pairs(title=each.title, text=each.text)) for each in runbook.context])
    yield from _parts("values", [list(_value(value)) for value in runbook.values])
    yield from ("", "steps:")
    for place, step in enumerate(runbook.steps):
        if place:
            yield ""
        for line, proposal in proposals.get(step.id, ()):
            yield from _indented(_proposed(step, line, proposal))
        yield from _item(list(_step(step)))
    yield from _parts("leftovers", [[f"line: {left.line}", *field("text", left.text)] for left in runbook.leftovers])


def _parts(key: str, parts: Sequence[list[str]]) -> Lines:
    if parts:
        yield from ("", f"{key}:")
        for lines in parts:
            yield from _item(lines)


def _pairs(**texts: str) -> Lines:
    for key, text in texts.items():
        yield from field(key, text)


def _value(value: Value) -> Lines:
    yield f"value: {value.name}"
    if value.question:
        yield from field("question", value.question)
    yield from _words("options", value.options)
    yield from _words("spelled", value.spelled)
    if value.label:
        yield from field("label", value.label)


def _step(step: Step) -> Lines:
    yield f"id: {step.id}"
    yield from field("title", step.title)
    if step.phase:
        yield from field("phase", step.phase)
    if step.label:
        yield from field("label", step.label)
    yield from _what(step)
    if step.code:
        yield "code:"
        for code in step.code:
            yield from _item(list(_code(code)))
    if step.danger:
        yield from field("danger", step.danger)
    yield from _words("defines", step.defines)
    if step.next:
        yield f"next: {step.next}"


def _what(step: Step) -> Lines:
    match step.what:
        case Do(text=text):
            yield from field("do", text)
        case SubRunbook(runbook=runbook, text=text):
            yield f"runbook: {runbook}"
            if text:
                yield from field("about", text)
        case Choose(question=question, options=options):
            yield from field("choose", question)
            yield "answers:"
            for option in options:
                lines = [f"answer: {_scalar(option.word)}", *field("label", option.label)]
                yield from _item([*lines, *([f"goto: {option.goto}"] if option.goto else [])])
        case other:
            raise TypeError(f"an import writes no step of the kind `{other.word}`")


def _code(code: Code) -> Lines:
    yield from field("text", code.text)
    if code.language:
        yield from field("language", code.language)
    if code.output:
        yield from field("output", code.output)


def _proposed(step: Step, line: int, proposal: Proposal) -> Lines:
    """A step that a person may take in: the same lines without `# `."""
    says = shortened(plain(proposal.says), 500)
    yield f"# Proposed by line {line}, {_comment(shortened(says, 90))}"
    tail = short_hash(f"{step.id}\n{proposal.says}")
    if proposal.kind == "timer":
        yield "# To let a timer run before this step, remove the `# ` of these lines."
        made = [
            f"id: wait-{proposal.length}-{tail}",
            f"title: Wait {proposal.length}",
            f"wait: {proposal.length}",
            *field("because", says),
        ]
    else:
        yield "# To make the escalation a step of its own before this one, remove the `# ` of these lines."
        made = [f"id: escalate-{tail}", "title: Escalate", *field("do", says), "who: commander"]
    if step.phase:
        made.insert(2, "\n".join(field("phase", step.phase)))
    yield from (f"# {each}" for each in "\n".join(_item(made, "- ")).split("\n"))


def _comment(text: str) -> str:
    return f"“{text}”"


def _words(key: str, words: Sequence[str]) -> Lines:
    if not words:
        return
    written = [_scalar(word, flow=True) for word in words]
    line = f"{key}: [{', '.join(written)}]"
    if len(line) <= _WIDE:
        yield line
        return
    yield f"{key}:"
    for word in words:
        yield f"  - {_scalar(word)}"


def _item(lines: Sequence[str], mark: str = "  - ") -> Lines:
    rest = " " * len(mark)
    for place, line in enumerate("\n".join(lines).split("\n")):
        yield (mark if place == 0 else rest if line else "") + line


def _indented(lines: Iterator[str]) -> Lines:
    for line in lines:
        yield f"  {line}" if line else ""


# --- texts


def field(key: str, text: str) -> list[str]:
    """A key and its text, in the plainest form that is read back as the same text."""
    for form in (_bare, _in_quotes, _folded, _literal):
        lines = form(key, text)
        if lines and _read("\n".join(lines) + "\n", key) == text:
            return lines
    return [f"{key}: {_quoted(text)}"]


def _read(lines: str, key: str) -> object:
    try:
        found: Any = yaml.load(lines, Loader=_LOADER)  # noqa: S506 (a safe loader)
    except yaml.YAMLError:
        return None
    return found.get(key) if isinstance(found, dict) else None


def _bare(key: str, text: str) -> list[str]:
    return [f"{key}: {text}"] if len(text) <= _WIDE and _looks_bare(text) else []


def _in_quotes(key: str, text: str) -> list[str]:
    return [f"{key}: {_quoted(text)}"] if len(text) <= _WIDE and "\n" not in text else []


def _folded(key: str, text: str) -> list[str]:
    """A long text without breaks of its own, broken where it is read as one blank."""
    if "\n" in text or text != text.strip() or "  " in text or "\t" in text:
        return []
    lines = textwrap.wrap(text, _WIDE, break_long_words=False, break_on_hyphens=False)
    return [f"{key}: >-", *(f"  {line}" for line in lines)] if len(lines) > 1 else []


def _literal(key: str, text: str) -> list[str]:
    """A text with its own breaks. Says how far it is indented when it begins with a blank."""
    if not text.strip() or re.search("[\x85\u2028\u2029\ufeff]", text):
        return []
    indicator = "2" if text[:1] in " \n" else ""
    return [f"{key}: |{indicator}-", *(f"  {line}" if line else "" for line in text.split("\n"))]


def _scalar(text: str, *, flow: bool = False) -> str:
    """A short text, in quotes unless YAML reads it as the same text without."""
    if flow and re.search(r"[,\[\]{}]", text):
        return _quoted(text)
    return text if _looks_bare(text) and _read(f"k: {text}\n", "k") == text else _quoted(text)


def _looks_bare(text: str) -> bool:
    """Whether a text may do without quotes; YAML can still read it as a number, a date or nothing."""
    plain = _PLAIN.fullmatch(text) is not None
    return plain and text == text.rstrip() and " #" not in text and not text.endswith(":")


def _quoted(text: str) -> str:
    written = yaml.dump(text, default_style='"', allow_unicode=True, width=10**9)
    return written.removesuffix("\n").removesuffix("\n...")
