"""YAML text as a tree of nodes that know where they stand, built within a budget.

PyYAML's parser reports what it sees event by event, before anything is built; this module builds the tree from those
events and counts as it goes. A file that is too long, too deep or too large is refused before it costs anything, and
what lets a small file grow large (anchors and aliases) is refused altogether. Nothing here becomes a Python value: a
scalar keeps the text that was written and the name of the type YAML would have made of it, so that the reader of the
fields can tell `yes` from `"yes"` instead of guessing.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import field
from functools import lru_cache

import yaml
from yaml.reader import Reader
from yaml.resolver import Resolver

from warroom.core.declaring import dataclass
from warroom.definitions.problems import Level, Problem, shown
from warroom.definitions.syntax import explain

MOST_BYTES = 256 * 1024
MOST_DEPTH = 30
MOST_NODES = 20_000
MOST_PROBLEMS = 100  # nobody reads more at once, and each costs a search for a suggestion

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = Reader.NON_PRINTABLE  # what PyYAML would refuse without a place; making it again would take 8 ms
_INDENTED_BY_TAB = re.compile(r"^ *\t[ \t]*(?=\S)", re.MULTILINE)
_PREFIX = "tag:yaml.org,2002:"
_RESOLVER = Resolver()


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as written. `type` is what YAML makes of it: str, int, float, bool, null, timestamp, merge or value.

    `comment` is what follows on the same line from a `#` on: YAML drops it, which is not always what was meant.
    """

    text: str
    at: int
    type: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple["Node", ...]
    at: int


@dataclass(frozen=True, slots=True)
class Key:
    """`refused` says that a problem was noted for the key itself, so that it is not called unknown as well."""

    name: str
    at: int
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: tuple[tuple[Key, "Node"], ...]
    at: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Stands where something was refused: whoever reads it need not complain again."""

    at: int


Node = Scalar | Sequence | Mapping | Refused


class Page:
    """The text of one file, and the problems noted against it."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self.file = file
        self.problems: list[Problem] = []
        self._breaks = [found.end() for found in re.finditer("\n", self.text)]

    @property
    def full(self) -> bool:
        return len(self.problems) >= MOST_PROBLEMS

    def place(self, at: int) -> tuple[int, int]:
        """Line and column, both from 1, of an index into the text."""
        line = bisect_right(self._breaks, at)
        return line + 1, at - (self._breaks[line - 1] if line else 0) + 1

    def note(self, at: int, sentence: str, suggestion: str = "", level: Level = "error") -> None:
        """Note a problem at an index into the text; after MOST_PROBLEMS no more are kept."""
        if not self.full:
            self.problems.append(Problem(self.file, *self.place(at), sentence, suggestion, level))

    def rest_of_line(self, at: int) -> str:
        end = self.text.find("\n", at)
        return self.text[at : end if end >= 0 else None]


@dataclass(slots=True)
class Tree:
    """What a text holds. `root` is None for an empty text and for one that could not be read.

    `looked_at` is how many nodes were visited: the cost of reading.
    """

    page: Page
    root: Node | None = None
    looked_at: int = 0


def grow(text: str, file: str) -> Tree:
    """The tree of `text`; every problem is on `Tree.page`. Never raises because of what the text holds."""
    page = Page(text, file)
    if len(page.text) > MOST_BYTES or len(page.text.encode(errors="surrogatepass")) > MOST_BYTES:
        page.note(0, f"the file is larger than {MOST_BYTES // 1024} KiB", "split it")
        return Tree(page)
    if found := _UNPRINTABLE.search(page.text):
        page.note(
            found.start(), f"there is a character here that cannot be printed (U+{ord(found[0]):04X})", "remove it"
        )
        return Tree(page)
    return _Gardener(page).tree()


class _TooLarge(Exception):
    """The budget is spent; the problem has been noted."""


@dataclass(slots=True)
class _Gardener:
    """Builds one tree. Recursion is as deep as the file, which is at most MOST_DEPTH."""

    page: Page
    nodes: int = 0
    blocks: list[tuple[int, int]] = field(default_factory=list)
    events: Iterator[yaml.Event] = field(init=False)

    def tree(self) -> Tree:
        self.events = yaml.parse(self.page.text, Loader=_PARSER)
        root: Node | None = None
        try:
            root = self._document()
        except yaml.YAMLError as error:
            self._unreadable(error)
        except _TooLarge:
            pass  # noted where it was seen
        else:
            self._tabs(len(self.page.text))
        return Tree(self.page, root, self.nodes)

    def _document(self) -> Node | None:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self.page.note(_start(event), "a second document starts here (`---`)", "make it a file of its own")
                    return root
                root = self._node(next(self.events), 1)
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        at = _start(event)
        self._count(at, depth)
        if isinstance(event, yaml.AliasEvent):
            self.page.note(
                at, f"`*{shown(event.anchor or '')}` is an alias; definitions do not use them", "write the value out"
            )
            return Refused(at)
        assert isinstance(event, yaml.NodeEvent), f"YAML parsed to {event}, which opens no node"
        refused = self._decorated(event)
        node = self._undecorated(event, depth)
        return Refused(at) if refused else node

    def _undecorated(self, event: yaml.NodeEvent, depth: int) -> Node:
        match event:
            case yaml.ScalarEvent():
                return self._scalar(event)
            case yaml.SequenceStartEvent():
                return Sequence(tuple(self._items(depth)), _start(event))
        return self._mapping(_start(event), depth)

    def _count(self, at: int, depth: int) -> None:
        self.nodes += 1
        if depth > MOST_DEPTH:
            self.page.note(at, f"this is nested more than {MOST_DEPTH} deep")
            raise _TooLarge
        if self.nodes > MOST_NODES:
            self.page.note(at, f"the file holds more than {MOST_NODES:,} values", "split it")
            raise _TooLarge

    def _decorated(self, event: yaml.NodeEvent) -> bool:
        """Note an anchor or a tag; whether the value is of no use because of it."""
        at = _start(event)
        if event.anchor:
            name = shown(event.anchor)
            self.page.note(at, f"`&{name}` is an anchor; definitions do not use them", "remove it")
        tag = getattr(event, "tag", None)
        if tag:
            sentence = "a value that begins with `!` is a YAML tag; definitions do not use them"
            self.page.note(at, sentence, "put the text in quotes")
        return bool(tag)

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        at, end = _start(event), event.end_mark.index if event.end_mark else len(self.page.text)
        if event.style in ("|", ">"):
            self.blocks.append((at, end))
        plain = event.implicit[0] and not event.tag
        tag = _resolve(event.value) if plain else _PREFIX + "str"
        after = self.page.rest_of_line(end).lstrip() if plain else ""
        return Scalar(event.value, at, tag.removeprefix(_PREFIX), after if after.startswith("#") else "")

    def _mapping(self, at: int, depth: int) -> Node:
        before = len(self.page.problems)
        entries = tuple(self._entries(depth))
        return Mapping(entries, at) if entries or len(self.page.problems) == before else Refused(at)

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _entries(self, depth: int) -> Iterator[tuple[Key, Node]]:
        seen: dict[str, int] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            written = self._node(event, depth + 1)
            value = self._node(next(self.events), depth + 1)
            key = self._key(written)
            if key is None:
                continue
            if key.name in seen:
                line, _ = self.page.place(seen[key.name])
                self.page.note(key.at, f"`{shown(key.name)}` is given twice; the first is on line {line}", "keep one")
                continue
            seen[key.name] = key.at
            yield key, value

    def _key(self, node: Node) -> Key | None:
        match node:
            case Scalar(type="str"):
                return Key(node.text, node.at)
            case Scalar(type="merge"):
                self.page.note(node.at, "`<<` is a merge key; definitions do not use them", "write the keys out")
                return None
            case Scalar():
                name = shown(node.text)
                self.page.note(
                    node.at,
                    f"YAML reads the key `{name}` as {meaning(node)}, not as a word",
                    f'write `"{name}":` if the word is meant',
                )
                return Key(node.text, node.at, refused=True)
            case Refused():
                return None
        self.page.note(node.at, "a key must be a word", 'put a placeholder such as `"{{ name }}"` in quotes')
        return None

    def _unreadable(self, error: yaml.YAMLError) -> None:
        index, sentence, suggestion = explain(error, self.page.text)
        before = len(self.page.problems)
        self._tabs(index + 1)
        if len(self.page.problems) == before:  # otherwise a tab is the reason, and has been named
            self.page.note(index, sentence, suggestion)

    def _tabs(self, end: int) -> None:
        """YAML lets some tabs pass and folds the line into the one before; nobody means that."""
        for found in _INDENTED_BY_TAB.finditer(self.page.text, 0, end):
            tab = self.page.text.index("\t", found.start())
            if self.page.full:
                return
            if not self._in_block(tab):
                self.page.note(tab, "there is a tab here", "indent with spaces")

    def _in_block(self, at: int) -> bool:
        """Whether the index lies in a text behind `|` or `>`, where a tab is the author's own."""
        before = bisect_right(self.blocks, (at, len(self.page.text)))
        return before > 0 and at < self.blocks[before - 1][1]


def _start(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark else 0


@lru_cache(maxsize=4096)  # most of what is written are keys, again and again
def _resolve(text: str) -> str:
    """The tag YAML 1.1 gives a plain text."""
    tag: str = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]  # not in the stubs
    return tag


def kind_of(text: str) -> str:
    """What YAML makes of a plain text: `str`, `int`, `bool` and so on."""
    return _resolve(text).removeprefix(_PREFIX)


def meaning(scalar: Scalar) -> str:
    """What YAML makes of a plain scalar, in words: `the number 630`, `true`, `a date`."""
    match scalar.type:
        case "int":
            return f"the number {_number(scalar.text)}"
        case "float":
            return "a number"
        case "bool":
            return "true" if scalar.text.lower() in ("yes", "true", "on") else "false"
        case "null":
            return "nothing"
        case "timestamp":
            return "a date"
    return "a sign of its own"


def _number(text: str) -> str:
    """The whole number that YAML 1.1 makes of `text`, where saying so helps: `10:30` is 630 (base sixty)."""
    if ":" not in text or len(text) > 20:
        return shown(text)
    total = 0
    for part in text.replace("_", "").lstrip("+-").split(":"):
        total = total * 60 + int(part)
    return str(total)
