"""Values: what a runbook leaves open, asked once in a run and filled into everything after.

A runbook writes a value as `<pod>`, or in whatever spellings its source had: `$NAMESPACE`, `YOUR_BUCKET`. What people
give is text from outside: into a command it goes quoted, so that it stays one word whatever is in it.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from warroom.core.reading import Fields

LONGEST = 500  # characters of a value


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """`spelled` are the ways the runbook writes it; `label` the alert label that gives it, its own name when empty."""

    name: str
    question: str = ""
    example: str = ""
    options: tuple[str, ...] = ()
    pattern: str = ""
    spelled: tuple[str, ...] = ()
    label: str = ""

    @property
    def spellings(self) -> tuple[str, ...]:
        return self.spelled or (f"<{self.name}>",)

    def wrong(self, given: str) -> str:
        """Why this cannot be the value, in a sentence; empty when it can."""
        if not given.strip():
            return f"`{self.name}` is empty."
        if len(given) > LONGEST or "\n" in given:
            return f"`{self.name}` must be one line of at most {LONGEST} characters."
        if self.options and given not in self.options:
            return f"`{self.name}` must be one of {', '.join(self.options)}."
        if self.pattern and not re.fullmatch(self.pattern, given):
            return f"`{self.name}` does not look right: {given!r} does not match {self.pattern}."
        return ""

    @classmethod
    def parse(cls, fields: Fields) -> "Value":
        pattern = fields.text("pattern", default="", help="A regular expression that the whole value must match.")
        try:
            re.compile(pattern)
        except re.error as error:
            fields.problem("pattern", f"`pattern` is not a regular expression: {error}")
            pattern = ""
        return cls(
            name=fields.slug("value", help="The value's name; texts and commands write it as `<name>`."),
            question=fields.text("question", default="", help="How people are asked for it."),
            example=fields.text("example", default="", help="What one looks like."),
            options=fields.words("options", help="What can be chosen; anything when absent."),
            pattern=pattern,
            spelled=fields.words("spelled", help="How the texts write it, where that is not `<name>`."),
            label=fields.text("label", default="", help="The alert label that gives it; its own name when absent."),
        )


@dataclass(frozen=True, slots=True)
class Filling:
    """The values of a run, and what has been given for them so far: puts the one in the place of the other."""

    values: tuple[Value, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)

    def open_in(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The names of values that these texts hold and nobody has given yet."""
        whole = "\n".join(texts)
        left = (each for each in self.values if each.name not in self.given)
        return tuple(each.name for each in left if any(spelling in whole for spelling in each.spellings))

    def text(self, text: str) -> str:
        """As it was given: for texts that people read, and for arguments that no shell sees."""
        return self._put(text, str)

    def url(self, text: str) -> str:
        """Percent-encoded, so that a value stays one part of the address."""
        return self._put(text, lambda value: quote(value, safe=""))

    def quoted(self, text: str) -> str:
        """For the inside of a string in JSON or PromQL."""
        return self._put(text, lambda value: json.dumps(value, ensure_ascii=False)[1:-1])

    def command(self, command: str) -> str:
        """For a line that somebody will paste into a shell: a value stays one word, whatever is in it.

        Inside quotes the quotes are closed, the quoted value stands alone, and they are opened again. Where that is
        not sure to be right (here-documents, substitutions), a value that needs quoting is not filled in at all.
        """
        found = self._found()
        if found is None:
            return command
        pattern, known = found
        pieces, open_quote, last = list[str](), "", 0
        for match in pattern.finditer(command):
            before = command[last : match.start()]
            pieces.append(before)
            open_quote = _quote_after(before, open_quote)
            value, last = known[match[0]], match.end()
            word = shlex.quote(value)
            if word == value:
                pieces.append(value)
            elif _UNSURE.search(command):
                pieces.append(match[0])
            else:
                pieces.append(f"{open_quote}{word}{open_quote}")
        return "".join((*pieces, command[last:]))

    def _put(self, text: str, escape: Callable[[str], str]) -> str:
        found = self._found()
        return found[0].sub(lambda match: escape(found[1][match[0]]), text) if found else text

    def _found(self) -> tuple[re.Pattern[str], dict[str, str]] | None:
        known = {
            spelling: self.given[each.name]
            for each in self.values
            if each.name in self.given
            for spelling in each.spellings
        }
        if not known:
            return None
        longest_first = sorted(known, key=len, reverse=True)  # `$NAMESPACE_ID` before `$NAMESPACE`
        return re.compile("|".join(_spelling(each) for each in longest_first)), known


_UNSURE = re.compile(r"<<|`|\$\(|\$\{|\$'")


def _spelling(text: str) -> str:
    """A spelling that ends in a word ends there: `$POD` is not the beginning of `$PODS`."""
    return re.escape(text) + (r"(?!\w)" if text[-1:].isalnum() or text.endswith("_") else "")


def _quote_after(text: str, opened: str) -> str:
    """Which quote is open after `text`, as a POSIX shell reads it."""
    place = 0
    while place < len(text):
        char = text[place]
        if char == "\\" and opened != "'":
            place += 1
        elif char in "'\"" and opened in ("", char):
            opened = "" if opened else char
        place += 1
    return opened
