"""The YAML reader behind core.reading.Fields: every question answered, every mistake noted with its line.

Asking never raises. A field that is missing or wrong is noted and a stand-in of the right type comes back, so one pass
over a file finds all there is to find. What the author wrote and nobody asked for is noted by `finish`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches

from warroom.core import durations
from warroom.definitions import tree
from warroom.definitions.problems import shown
from warroom.definitions.tree import Key, Node, Page, Scalar

LONGEST = timedelta(days=366)  # nothing in a game or an incident waits longer; also keeps sums of lengths in range
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # what is left of Unicode's Cc and Cs
_CHANNEL = re.compile(r"#[^\s#]")
_NOTHING = timedelta(0)
_LONG = 400  # core's sentences may quote whatever was written
_SHORT = 60  # a longer text is no name, and comparing it with names would cost more than it tells


def near(word: str, known: Iterable[str]) -> str:
    """`did you mean ...?` when a known word is close; otherwise empty."""
    found = get_close_matches(word.lower(), list(known), n=1, cutoff=0.6) if len(word) <= _SHORT else []
    return f"did you mean `{found[0]}`?" if found else ""


@dataclass(slots=True)
class MappingFields:
    """One mapping of a file. `quiet` stands in for a mapping that was refused: it answers and notes nothing."""

    page: Page
    at: int = 0
    entries: dict[str, tuple[Key, Node]] = field(default_factory=dict)
    quiet: bool = False
    _asked: set[str] = field(default_factory=set)
    _excused: set[str] = field(default_factory=set)
    _unclear: bool = False
    _inner: dict[str, tuple["MappingFields", ...]] = field(default_factory=dict)

    @classmethod
    def over(cls, page: Page, node: tree.Mapping) -> "MappingFields":
        return cls(page, node.at, {key.name: (key, value) for key, value in node.entries})

    # The questions of core.reading.Fields; `help` is for the schema and is not used here.

    def has(self, key: str) -> bool:
        return key in self.entries

    def keys(self) -> tuple[str, ...]:
        self._asked.update(self.entries)
        return tuple(self.entries)

    def text(self, key: str, *, default: str | None = None, help: str = "") -> str:
        node = self._ask(key, required=default is None, help=help)
        text = self._string(key, node) if node else None
        if text is not None and not text.strip() and default is None:
            self.note(node, f"`{key}` is empty", help and f"write: {help}")
        return default or "" if text is None else text

    def word(self, key: str, among: tuple[str, ...], *, default: str | None = None, help: str = "") -> str:
        node = self._ask(key, required=default is None, help=help)
        text = self._string(key, node) if node else None
        if text in among:
            return text
        if text is not None:
            self.note(node, f"`{key}` is `{shown(text)}`, but must be one of {_listed(among)}", near(text, among))
        return default or among[0]

    def slug(self, key: str, *, default: str | None = None, help: str = "") -> str:
        node = self._ask(key, required=default is None, help=help)
        text = self._string(key, node) if node else None
        if text is None:
            return default or ""
        if not _SLUG.fullmatch(text):
            self._not_a_slug(node, f"`{key}`", text)
        return text

    def whole(self, key: str, *, default: int | None = None, least: int = 0, help: str = "") -> int:
        node = self._ask(key, required=default is None, help=help)
        if not isinstance(node, Scalar):
            self._wants(key, node, "a whole number")
            return least if default is None else default
        if node.type != "int" or not re.fullmatch(r"\d{1,9}", node.text, re.ASCII):
            self.note(
                node, f"`{key}` wants a whole number, not `{shown(node.text)}`", "write digits only, without quotes"
            )
        elif int(node.text) < least:
            self.note(node, f"`{key}` is {node.text}, but must be at least {least}")
        else:
            return int(node.text)
        return least if default is None else default

    def flag(self, key: str, *, default: bool = False, help: str = "") -> bool:
        node = self._ask(key)
        if not isinstance(node, Scalar):
            self._wants(key, node, "true or false")
            return default
        if node.type != "bool":
            self.note(
                node, f"`{key}` wants true or false, not `{shown(node.text)}`", "write `true` or `false` without quotes"
            )
            return default
        return tree.meaning(node) == "true"

    def length(self, key: str, *, default: timedelta | None = None, help: str = "") -> timedelta:
        node = self._ask(key, required=default is None, help=help)
        found = self._length(key, node) if node else None
        return found if found is not None else default or _NOTHING

    def maybe_length(self, key: str, *, help: str = "") -> timedelta | None:
        node = self._ask(key)
        return self._length(key, node) if node else None

    def offset(self, key: str, *, help: str = "") -> timedelta:
        node = self._ask(key, required=True, help=help)
        if not isinstance(node, Scalar):
            self._wants(key, node, "a place on the game's clock")
            return _NOTHING
        found = durations.read(node.text[2:]) if node.type == "str" and node.text.startswith("T+") else None
        if found is not None and found <= LONGEST:
            return found
        became = f" (YAML reads it as {tree.meaning(node)})" if node.type != "str" else ""
        self.note(
            node,
            f"`{key}: {shown(node.text)}` is not a place on the game's clock{became}",
            "write how long after the start, with a unit: `T+10m`, `T+1h 30m`",
        )
        return _NOTHING

    def words(self, key: str, *, help: str = "") -> tuple[str, ...]:
        node = self._ask(key)
        match node:
            case None:
                return ()
            case tree.Sequence(items=items):
                found = [self._string(key, item) for item in items]
                return tuple(word for word in found if word is not None)
            case Scalar():
                word = self._string(key, node)
                return () if word is None else (word,)
        self._wants(key, node, "a list of texts")
        return ()

    def pairs(self, key: str, *, help: str = "") -> Mapping[str, str]:
        node = self._ask(key)
        if not isinstance(node, tree.Mapping):
            self._wants(key, node, "a name and a text on each line")
            return {}
        found = {name.name: self._string(name.name, value) for name, value in node.entries}
        return {name: text for name, text in found.items() if text is not None}

    def part(self, key: str, *, help: str = "") -> "MappingFields | None":
        node = self._ask(key)
        if node is None:
            return None
        if key not in self._inner:
            self._inner[key] = (self._within(key, node),)
        return self._inner[key][0]

    def parts(self, key: str, *, required: bool = False, help: str = "") -> tuple["MappingFields", ...]:
        if key in self._inner:
            return self._inner[key]
        node = self._ask(key, required=required, help=help)
        if not isinstance(node, tree.Sequence):
            self._wants(key, node, "a list, each item beginning with `- `")
            return ()
        if required and not node.items:
            self.note(node, f"`{key}` is empty", help and f"write: {help}")
        self._inner[key] = tuple(self._within(key, item) for item in node.items)
        return self._inner[key]

    def named(self, key: str, *, help: str = "") -> tuple[tuple[str, "MappingFields"], ...]:
        node = self._ask(key)
        if not isinstance(node, tree.Mapping):
            self._wants(key, node, "names, each with keys of its own")
            return ()
        if key not in self._inner:
            self._inner[key] = tuple(self._within(name.name, value) for name, value in node.entries)
            for name, _ in node.entries:
                if not name.refused and not _SLUG.fullmatch(name.name):
                    self._not_a_slug(name, f"the name in `{key}`", name.name)
        names = (name.name for name, _ in node.entries)
        return tuple(zip(names, self._inner[key], strict=True))

    def kind(self, among: tuple[str, ...], *, beside: tuple[str, ...] = ()) -> str:
        present = tuple(key for key in among if key in self.entries)
        if len(present) > 1:
            present = tuple(key for key in present if key not in beside) or present[:1]
        if len(present) == 1:
            return present[0]
        self._unclear = True
        if present:
            self._asked.update(present)
            self._say(
                self.entries[present[1]][0].at, f"{_listed(present, 'and')} stand side by side", "keep one of them"
            )
            return present[0]
        self._excused.add(among[0])
        self._say(self.at, f"exactly one of {_listed(among)} is needed here, and there is none", self._typo(among))
        return among[0]

    def problem(self, key: str, sentence: str) -> None:
        self._say(self.place(key), sentence)

    # What only the loader asks.

    def place(self, key: str = "") -> int:
        """Where a key stands, or the mapping when there is no such key."""
        return self.entries[key][0].at if key in self.entries else self.at

    def first(self) -> str:
        return next(iter(self.entries), "")

    def complain(self, key: str, sentence: str, suggestion: str = "") -> None:
        """A problem at this key, with what to write instead."""
        self._say(self.place(key), sentence, suggestion)

    def finish(self) -> None:
        """Note every key that nobody asked for, here and below."""
        for name, (key, _) in self.entries.items():
            if name not in self._asked and not key.refused:
                self._unknown(key)
        for inner in self._inner.values():
            for each in inner:
                each.finish()

    def note(self, node: Node | Key | None, sentence: str, suggestion: str = "") -> None:
        self._say(node.at if node else self.at, sentence, suggestion)

    def _say(self, at: int, sentence: str, suggestion: str = "") -> None:
        if not self.quiet and not self.page.full:
            self.page.note(at, shown(sentence, _LONG), shown(suggestion, _LONG))

    def _ask(self, key: str, *, required: bool = False, help: str = "") -> Node | None:
        self._asked.add(key)
        if key in self.entries:
            return self.entries[key][1]
        if required and key not in self._excused:
            self._say(self.at, f"`{key}` is missing", help and f"add `{key}:` - {help}")
        return None

    def _string(self, key: str, node: Node) -> str | None:
        """The text of a value, or None after noting why it is none."""
        if not isinstance(node, Scalar):
            self._wants(key, node, "a text")
            return None
        if node.type != "str":
            self._not_a_text(key, node)
            return None
        if _CHANNEL.match(node.comment):
            self._say(
                node.at,
                f"`{shown(node.comment, 30)}` is cut off from `{key}`: after a space, `#` begins a comment",
                "put the text in quotes, or write a space after `#` if a comment is meant",
            )
        return self._printable(key, node)

    def _printable(self, key: str, node: Scalar) -> str:
        if found := _UNPRINTABLE.search(node.text):
            odd = found[0]
            self.note(node, f"`{key}` holds a character that cannot be printed (U+{ord(odd):04X})", "remove it")
            return node.text.replace(odd, "")
        return node.text.rstrip("\n")

    def _not_a_text(self, key: str, node: Scalar) -> None:
        if node.type != "null":
            became, text = tree.meaning(node), shown(node.text)
            self.note(
                node, f"`{key}` wants a text, but YAML reads `{text}` as {became}", f'write it in quotes: `"{text}"`'
            )
        elif node.comment:
            cut = shown(node.comment, 30)
            self.note(node, f"`{key}` has no value: `#` begins a comment", f'write it in quotes: `"{cut}"`')
        else:
            self.note(node, f"`{key}` has no value", "write one, or remove the key")

    def _length(self, key: str, node: Node) -> timedelta | None:
        if not isinstance(node, Scalar):
            self._wants(key, node, "a length of time such as `5m`")
            return None
        found = durations.read(node.text) if node.type == "str" else None
        if found is not None and found <= LONGEST:
            return found
        if found is not None:
            self.note(node, f"`{key}: {shown(node.text)}` is longer than a year")
        elif node.text.isdecimal():
            self.note(
                node,
                f"`{key}: {shown(node.text)}` has no unit",
                f"write `{shown(node.text)}m` or `{shown(node.text)}s`",
            )
        else:
            became = f" (YAML reads it as {tree.meaning(node)})" if node.type != "str" else ""
            self.note(
                node,
                f"`{key}: {shown(node.text)}` is not a length of time{became}",
                "write it like `90s`, `5m` or `1h 30m`",
            )
        return None

    def _within(self, key: str, node: Node) -> "MappingFields":
        if isinstance(node, tree.Mapping):
            inner = MappingFields.over(self.page, node)
            inner.quiet = self.quiet
            return inner
        self._wants(key, node, "keys of its own, indented below it")
        return MappingFields(self.page, node.at, quiet=True)

    def _wants(self, key: str, node: Node | None, what: str) -> None:
        match node:
            case None | tree.Refused():
                return  # absent, or complained about already
            case Scalar(type="null") if node.comment:
                got = "nothing: `#` begins a comment"
            case Scalar(type="null"):
                got = "nothing"
            case Scalar():
                got = f"`{shown(node.text)}`"
            case tree.Sequence():
                got = "a list"
            case tree.Mapping() if not node.entries or all(_placeholder(value) for _, value in node.entries):
                got = "a mapping: `{` begins one, and a text that begins with `{` wants quotes"
            case tree.Mapping():
                got = "a mapping"
        self.note(node, f"`{key}` wants {what}, but this is {got}")

    def _not_a_slug(self, node: Node | Key | None, what: str, text: str) -> None:
        better = "-".join(re.findall(r"[a-z0-9]+", text[:_SHORT].lower()))
        self.note(
            node,
            f"{what} is `{shown(text)}`, but a name is lowercase letters, digits and hyphens",
            better and f"write `{better}`",
        )

    def _unknown(self, key: Key) -> None:
        guess = near(key.name, self._asked)
        if guess or not self._unclear:  # where the kind is unclear, who knows which keys belong
            known = f"known here: {_listed(sorted(self._asked), 'and')}"
            self._say(key.at, f"nothing here is called `{shown(key.name)}`", guess or known)

    def _typo(self, among: tuple[str, ...]) -> str:
        guesses = (near(name, among) for name in self.entries if name not in self._asked)
        return next((guess for guess in guesses if guess), "")


def _placeholder(node: Node) -> bool:
    return isinstance(node, Scalar) and node.type == "null"


def _listed(words: Iterable[str], last: str = "or") -> str:
    *most, final = [f"`{word}`" for word in words] or [""]
    return f"{', '.join(most)} {last} {final}" if most else final
