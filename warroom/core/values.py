"""Values: what a runbook leaves open, asked once in a run and filled into everything after.

A runbook writes a value as `<pod>`, or in whatever spellings its source had: `$NAMESPACE`, `YOUR_BUCKET`. What people
give is text from outside: into a command it goes quoted, so that it stays one word whatever is in it.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from urllib.parse import quote

from warroom.core.declaring import dataclass
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
        if len(given) > LONGEST:
            return f"`{self.name}` must be one line of at most {LONGEST} characters."
        if not given.isprintable():
            return f"`{self.name}` holds a sign that does not print, such as a tab or a new line; write it by hand."
        if given.startswith("-") and not (self.options or self.pattern or _NUMBER.fullmatch(given)):
            return f"`{self.name}` begins with a `-`, which a program would take for an option."
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
        spelled = {spelling: each.name for each in self.values for spelling in each.spellings}
        if not spelled:
            return ()
        held = {spelled[found[0]] for found in _any_of(spelled).finditer("\n".join(texts))}
        return tuple(each.name for each in self.values if each.name in held and each.name not in self.given)

    def text(self, text: str) -> str:
        """As it was given: for texts that people read, and for arguments that no shell sees."""
        return self._put(text, str)

    def marked(self, text: str) -> tuple[str, tuple[str, ...]]:
        """The text with a mark (`\\ue0003\\ue001`) in the place of each spelling, and the values that belong there.

        For texts that are markup: whoever renders them puts the values in afterwards, so that no value is read as markup.
        """
        put: list[str] = []

        def mark(value: str) -> str:
            put.append(value)
            return f"\ue000{len(put) - 1}\ue001"

        return self._put(text, mark), tuple(put)

    def url(self, text: str) -> str:
        """Percent-encoded, so that a value stays one part of the address."""
        return self._put(text, lambda value: quote(value, safe="", errors="replace"))

    def quoted(self, text: str) -> str:
        """Into JSON: inside a string a value stays inside it; elsewhere it becomes a string, or is the number it is."""
        return self._put_by_place(text, _after_json, _into_json)

    def promql(self, text: str) -> str:
        """Into a PromQL query: inside a string a value stays inside it; elsewhere, such as `[<window>]`, it is as it is."""
        return self._put_by_place(text, _after_promql, _into_promql)

    def command(self, command: str) -> str:
        """For a line that somebody will paste into a shell: a value stays one word, whatever is in it.

        Inside quotes the quotes are closed, the quoted value stands alone, and they are opened again. Where that is
        not sure to be right (here-documents, substitutions, a command for a second shell, a quote in a comment), a
        value that needs quoting is not filled in at all. Behind a `$` or a backslash none is.
        """
        unsure = _UNSURE.search(command) is not None

        def word(value: str, spelling: str, place: str) -> str:
            if place.endswith(tuple(_CHANGING)) or (unsure and not _PLAIN.fullmatch(value)):
                return spelling
            return value if _PLAIN.fullmatch(value) else f"{place}{_single_quoted(value)}{place}"

        return self._put_by_place(command, _after_shell, word)

    def _put(self, text: str, escape: Callable[[str], str]) -> str:
        return self._put_by_place(text, lambda text, place: "", lambda value, spelling, place: escape(value))

    def _put_by_place(self, text: str, after: Callable[[str, str], str], word: Callable[[str, str, str], str]) -> str:
        """`after` says in what kind of place one is behind a text that began in another; `word` what stands there."""
        known = {
            spelling: self.given[each.name]
            for each in self.values
            if each.name in self.given
            for spelling in each.spellings
        }
        if not known:
            return text
        pieces, place, last = list[str](), "", 0
        for match in _any_of(known).finditer(text):
            before, last = text[last : match.start()], match.end()
            place = after(before, place)
            filled = word(known[match[0]], match[0], place)
            if filled == match[0]:
                place = after(filled, place)
            pieces += (before, filled)
        return "".join((*pieces, text[last:]))


# Where a value that needs quoting cannot be trusted to stay one word.
_SECOND_SHELL = (
    r"(?<![\w.-])(?:eval|ssh|su|sh|bash|zsh|dash|ksh|ash|fish|watch|xargs|parallel|script|env|trap|alias)(?![\w-])"
    r"|(?<!\S)-\w*[ce](?!\S)|--(?:eval|command|execute)\b"
)
_QUOTE_IN_COMMENT = r"(?:^|[\s;&|()])#[^\n]*['\"\\]"
_UNSURE = re.compile(rf"<<|`|\$\(|\$\{{|\$'|{_SECOND_SHELL}|{_QUOTE_IN_COMMENT}", re.MULTILINE)
_PLAIN = re.compile(r"[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*")  # means itself to every shell, in every place
_CHANGING = "\\$"  # behind these a shell reads what follows in another way
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")


def _any_of(spellings: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(spellings, key=len, reverse=True)  # `$NAMESPACE_ID` before `$NAMESPACE`
    return re.compile("|".join(_spelling(each) for each in longest_first))


def _spelling(text: str) -> str:
    """A spelling that begins or ends as a word does so there: `$POD` is not in `$PODS`, nor `YOUR_POD` in `NOT_YOUR_POD`."""
    before = r"(?<![A-Za-z0-9_])" if re.match(r"\w", text) else ""
    after = r"(?![A-Za-z0-9_])" if re.search(r"\w\Z", text) else ""
    return f"{before}{re.escape(text)}{after}"


def _single_quoted(value: str) -> str:
    return "'" + value.replace("'", "'\"'\"'") + "'"


def _after_shell(text: str, place: str) -> str:
    """Which quote is open after `text`, as a POSIX shell reads it, and the last sign when that changes the next one."""
    at = 1 if place.endswith("\\") else 0
    opened, last = place.rstrip(_CHANGING), ""
    while at < len(text):
        char = text[at]
        last = char if char in _CHANGING and opened != "'" else ""
        if last == "\\" and at + 1 < len(text):
            at, last = at + 1, ""
        elif char in "'\"" and opened in ("", char):
            opened = "" if opened else char
        at += 1
    return opened + last


def _after_json(text: str, place: str) -> str:
    """`"` when a JSON string is open after `text`."""
    for _ in re.findall(r'(?<!\\)(?:\\\\)*"', text):
        place = "" if place else '"'
    return place


def _into_json(value: str, spelling: str, place: str) -> str:
    if place:
        return json.dumps(value, ensure_ascii=False)[1:-1]
    return value if _NUMBER.fullmatch(value) else json.dumps(value, ensure_ascii=False)


def _after_promql(text: str, place: str) -> str:
    """The sign with which a string was begun that is open after `text`: one of three, of which ` knows no escapes."""
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\" and place in ("'", '"'):
            at += 1
        elif char in "'\"`" and place in ("", char):
            place = "" if place else char
        at += 1
    return place


def _into_promql(value: str, spelling: str, place: str) -> str:
    if place == "`":
        return spelling if "`" in value else value
    if place:
        return json.dumps(value, ensure_ascii=False)[1:-1].replace('\\"', '"').replace(place, f"\\{place}")
    return value
