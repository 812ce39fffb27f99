"""An independent look at whether an import lost anything: every word of the source must be in the runbook.

It knows nothing of how the import works. Both sides are taken apart into words, and counted: a word that stands three
times in the source must stand three times in the runbook's texts. What is no word of the author's is taken away from
the source first: the numbers of lists, tags of HTML, prompts, the names of reference links, fences.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator

from warroom.core.runbook import Runbook
from warroom.core.steps.choose import Choose

_WORD = re.compile(r"[^\W_]+(?:[-'’./_:@][^\W_]+)*")
_TAG = re.compile(
    r"</?(?:a|b|br|p|div|span|details|summary|ul|ol|li|table|thead|tbody|tr|td|th|h[1-6]|pre|code|strong|em|i|u|img|input|label|hr|html|body|head|"
    r"sup|sub|center|font|blockquote|kbd|iframe|ac:[\w-]+|ri:[\w-]+)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_FRONT_KEYS = re.compile(
    r"^(?:title|name|owner|owners|team|services?|failure_modes?|alertname|alerts?)\s*[:=]\s*(?P<rest>.*)$",
    re.IGNORECASE,
)


def words(text: str) -> Counter[str]:
    """The words of a text and how often each stands there."""
    return Counter(found.casefold() for found in _WORD.findall(text.replace("`", "")))


def of_source(source: str) -> Counter[str]:
    """The words that its author wrote."""
    lines = source.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return words("\n".join(_lines(lines)))


def _lines(lines: list[str]) -> Iterator[str]:
    heading = next((_letters(line) for line in lines if re.match(r"#+ ", line)), "")
    front = (
        next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "+++")), 0)
        if lines[0].rstrip() in ("---", "+++")
        else 0
    )
    said = set[str]()
    for at, line in enumerate(lines):
        if found := re.match(r"#{1,6}\s+(.*)", line):
            if found[1] in said:
                continue  # two sections of one name are one phase
            said.add(found[1])
        if at < front:
            found = _FRONT_KEYS.match(line)
            if found and heading and _letters(found["rest"]) == heading:
                continue  # the same name, written with blanks
            line = re.sub(r"^\s*-\s+", "", found["rest"] if found else line)
        line = re.sub(r"^(\s*(?:>\s?)*)(?:(?:[-*+]|\d{1,9}[.)])\s+)+", r"\1", line)  # marks of lists
        line = re.sub(r"^(\s*)\[[ xX]\]\s", r"\1", line)
        line = re.sub(
            r"^\s*(?:\$|#|%|>|PS[^>]*>|(?:sh|bash)-[\d.]+[$#]|\(?\[?[\w.-]+@[^$#]*[$#]) (?=\S)", "", line
        )  # prompts
        line = re.sub(r"^(\s*(?:```+|~~~+)).*", r"\1", line)  # what a block of code is written in
        line = re.sub(
            r"^(#+\s+)(?:playbook|runbook|alert name):", r"\1", line, flags=re.IGNORECASE
        )  # what kind of page it is
        line = re.sub(r"\]\[[^\[\]]*\]", "]", line)  # the name of a reference link is in the list of addresses
        line = re.sub(r"\s*\{#[\w.-]+\}\s*$", "", line)
        yield html.unescape(_TAG.sub(_addresses, line))


def _letters(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


def _addresses(tag: re.Match[str]) -> str:
    """Of a tag, where it leads and what it says for a picture."""
    return " ".join(["", *re.findall(r"(?:href|src|alt)=[\"']([^\"']*)", tag[0]), ""])


def of_runbook(runbook: Runbook) -> Counter[str]:
    """The words of everything in it that people can read."""
    return words("\n".join(_texts(runbook)))


def _texts(runbook: Runbook) -> Iterator[str]:
    yield from (runbook.title, runbook.summary, runbook.owner, *runbook.services, *runbook.failure_modes)
    yield from (name for names in runbook.matches.values() for name in names)
    for part in runbook.context:
        yield from (part.title, part.text)
    for left in runbook.leftovers:
        yield left.text
    yield from dict.fromkeys(step.phase for step in runbook.steps)
    for step in runbook.steps:
        yield from (step.label, step.what.words())
        if isinstance(step.what, Choose):
            yield from (option.label for option in step.what.options)
        for code in step.code:
            yield from (code.language, code.text, code.output)


def lost(source: str, runbooks: list[Runbook]) -> list[str]:
    """The words of the source that are not in the runbooks as often as the author wrote them."""
    there: Counter[str] = sum((of_runbook(each) for each in runbooks), Counter())
    return sorted((of_source(source) - there).elements())
