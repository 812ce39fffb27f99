"""JSON Schemas (draft 7) of the formats, for editors, drawn from the questions that each `parse` asks.

A recorder answers as a file would, with stand-ins, and writes down what it was asked. Where a definition has kinds, the
parse is run once for every way the kinds can be combined; comparing the runs tells which keys always belong and which
belong to one kind only. So there is no second description of the formats that could disagree with the first.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from datetime import timedelta
from typing import Any

from warroom.core import durations
from warroom.core.allowed import Allowed
from warroom.core.catalogue import Catalogue
from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.runbook import Runbook
from warroom.core.scenario import Scenario

Schema = dict[str, Any]  # JSON, as the schema language has it

_ANY = "*"  # stands for a key of the author's own
_SLUG = "^[a-z0-9]+(-[a-z0-9]+)*$"
_LENGTH = r"^(?=.*\d)(\d{1,6} ?d)? ?(\d{1,6} ?h)? ?(\d{1,6} ?m(in)?)? ?(\d{1,6} ?s)?$"
_TITLES = {
    "runbook": "A runbook",
    "scenario": "A scenario",
    "catalogue": "The service catalogue",
    "allowed": "The operator's allow-list",
}
_PARSES: dict[str, Callable[[Fields], object]] = {
    "runbook": Runbook.parse,
    "scenario": Scenario.parse,
    "catalogue": Catalogue.parse,
    "allowed": Allowed.parse,
}


def schema(kind: str) -> Schema:
    """The JSON Schema of `runbook`, `scenario`, `catalogue` or `allowed`; KeyError for anything else."""
    drawn = _mapping(_explore(_PARSES[kind]), "")
    title = _TITLES[kind]
    version = {"const": 1, "description": f"The version of the format; makes the file {title[0].lower()}{title[1:]}."}
    drawn["properties"] = {kind: version, **drawn["properties"]}
    drawn["required"] = [kind, *drawn["required"]]
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": title, **drawn}


def questions(kind: str) -> tuple["Question", ...]:
    """Every field of a kind of definition, once for each place it has."""
    found = {(each.path, each.key): each for visit in _explore(_PARSES[kind]).visits for each in visit.asked.values()}
    return tuple(found[place] for place in sorted(found))


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One field as it was asked for. `path` is where its mapping lies; `inner` is where its own mappings lie."""

    path: str
    key: str
    says: Mapping[str, Any]
    required: bool
    help: str
    shape: str = ""
    inner: str = ""


@dataclass(slots=True)
class _Visit:
    """What one run asked of one mapping, and which kinds it was given there."""

    path: str
    chosen: dict[tuple[str, ...], str] = field(default_factory=dict)
    beside: set[str] = field(default_factory=set)
    asked: dict[str, Question] = field(default_factory=dict)


Point = tuple[str, tuple[str, ...]]  # a place where a kind is chosen: the mapping's path, and the kinds


@dataclass(slots=True)
class _Run:
    """One parse. At `path`, `script` says which kind to answer at the first, second, ... question for a kind.

    Elsewhere `fixed` says it, and the first kind is answered where it says nothing.
    """

    path: str = ""
    script: tuple[int, ...] = ()
    fixed: Mapping[Point, int] = field(default_factory=dict)
    absent: tuple[str, str] | None = None
    choices: list[tuple[int, int]] = field(default_factory=list)
    chosen: dict[Point, int] = field(default_factory=dict)
    visits: dict[str, _Visit] = field(default_factory=dict)
    complained: set[tuple[str, str]] = field(default_factory=set)

    def visit(self, path: str) -> _Visit:
        return self.visits.setdefault(path, _Visit(path))

    def choose(self, path: str, among: tuple[str, ...]) -> str:
        choice = self.fixed.get((path, among), 0)
        if path == self.path:
            turn = len(self.choices)
            choice = self.script[turn] if turn < len(self.script) else 0
            self.choices.append((choice, len(among)))
        self.chosen[path, among] = choice
        return among[choice]

    def following(self) -> tuple[int, ...] | None:
        """The script of the next run; None when every combination at this path has been seen."""
        left = list(self.choices)
        while left and left[-1][0] + 1 == left[-1][1]:
            left.pop()
        if not left:
            return None
        *before, (choice, _) = left
        return (*(each for each, _ in before), choice + 1)


@dataclass(slots=True)
class _Explored:
    visits: list[_Visit] = field(default_factory=list)
    needed: set[tuple[str, str]] = field(default_factory=set)
    tried: set[tuple[str, str]] = field(default_factory=set)


def _explore(parse: Callable[[Fields], object]) -> _Explored:
    """Run `parse` once for every combination of kinds within a mapping, with one combination of all others.

    What is chosen in one mapping has no influence on another beyond whether that is there at all. Each part that can be
    there or not is left out once.
    """
    found = _Explored()
    coming: list[tuple[str, Mapping[Point, int]]] = [("", {})]
    known, explored = {""}, set[str]()
    while coming:
        path, fixed = coming.pop()
        script: tuple[int, ...] | None = ()
        while script is not None:
            run = _Run(path, script, fixed)
            parse(_Recorder(run))
            found.visits.extend(visit for visit in run.visits.values() if visit.path not in explored)
            _leave_out(parse, found, run)
            for new in dict.fromkeys(place for place, _ in run.chosen if place not in known):
                known.add(new)
                coming.append((new, dict(run.chosen)))
            script = run.following()
        explored.add(path)
    return found


def _leave_out(parse: Callable[[Fields], object], found: _Explored, run: _Run) -> None:
    """Which of this run's parts are missed when they are not there."""
    parts = {(each.path, each.key) for each in _asked(run) if each.shape == "part"}
    for place in parts - found.tried:
        without = _Run(run.path, run.script, run.fixed, absent=place)
        parse(_Recorder(without))
        found.needed |= without.complained & {place}
    found.tried |= parts


def _asked(run: _Run) -> Iterator[Question]:
    for visit in run.visits.values():
        yield from visit.asked.values()


@dataclass(frozen=True, slots=True)
class _Recorder:
    """A mapping that has whatever it is asked for, and remembers that it was asked."""

    run: _Run
    path: str = ""

    def has(self, key: str) -> bool:
        return True

    def keys(self) -> tuple[str, ...]:
        return (_ANY,)

    def text(self, key: str, *, default: str | None = None, help: str = "") -> str:
        least = {"minLength": 1} if default is None else _default(default)
        self._ask(key, {"type": "string", **least}, default is None, help)
        return default or "text"

    def word(self, key: str, among: tuple[str, ...], *, default: str | None = None, help: str = "") -> str:
        self._ask(key, {"enum": list(among), **_default(default)}, default is None, help)
        return default or among[0]

    def slug(self, key: str, *, default: str | None = None, help: str = "") -> str:
        self._ask(key, {"type": "string", "pattern": _SLUG}, default is None, help)
        return default or "name"

    def whole(self, key: str, *, default: int | None = None, least: int = 0, help: str = "") -> int:
        self._ask(key, {"type": "integer", "minimum": least, **_default(default)}, default is None, help)
        return least if default is None else default

    def flag(self, key: str, *, default: bool = False, help: str = "") -> bool:
        self._ask(key, {"type": "boolean"}, False, help)
        return True

    def length(self, key: str, *, default: timedelta | None = None, help: str = "") -> timedelta:
        usual = None if default is None else durations.write(default)
        self._ask(key, {"type": "string", "pattern": _LENGTH, **_default(usual)}, default is None, help)
        return default or timedelta(minutes=1)

    def maybe_length(self, key: str, *, help: str = "") -> timedelta | None:
        self._ask(key, {"type": "string", "pattern": _LENGTH}, False, help)
        return None

    def offset(self, key: str, *, help: str = "") -> timedelta:
        self._ask(key, {"type": "string", "pattern": _LENGTH.replace("^", r"^T\+", 1)}, True, help)
        return timedelta(0)

    def words(self, key: str, *, help: str = "") -> tuple[str, ...]:
        several = {"type": "array", "items": {"type": "string"}}
        self._ask(key, {"anyOf": [several, {"type": "string"}]}, False, help)
        return ()

    def pairs(self, key: str, *, help: str = "") -> Mapping[str, str]:
        self._ask(key, {"type": "object", "additionalProperties": {"type": "string"}}, False, help)
        return {}

    def part(self, key: str, *, help: str = "") -> "_Recorder | None":
        inner = self._inner(key, "part", False, help)
        return None if self.run.absent == (self.path, key) else inner

    def parts(self, key: str, *, required: bool = False, help: str = "") -> tuple["_Recorder", ...]:
        return (self._inner(key, "parts", required, help),)

    def named(self, key: str, *, help: str = "") -> tuple[tuple[str, "_Recorder"], ...]:
        return ((_ANY, self._inner(key, "named", False, help)),)

    def kind(self, among: tuple[str, ...], *, beside: tuple[str, ...] = ()) -> str:
        visit = self.run.visit(self.path)
        visit.beside |= set(beside)
        if among not in visit.chosen:
            visit.chosen[among] = self.run.choose(self.path, among)
        return visit.chosen[among]

    def problem(self, key: str, sentence: str) -> None:
        self.run.complained.add((self.path, key))

    def _inner(self, key: str, shape: str, required: bool, help: str) -> "_Recorder":
        inner = f"{self.path}/{key}"
        self._ask(key, {}, required, help, shape, inner)
        return _Recorder(self.run, inner)

    def _ask(self, key: str, says: Schema, required: bool, help: str, shape: str = "", inner: str = "") -> None:
        asked = self.run.visit(self.path).asked
        question = Question(path=self.path, key=key, says=says, required=required, help=help, shape=shape, inner=inner)
        asked.setdefault(key, question)


def _default(value: object) -> Schema:
    return {"default": value} if value not in (None, "") else {}


def _mapping(explored: _Explored, path: str) -> Schema:
    """The schema of the mappings at one path, from all visits there."""
    visits = [visit for visit in explored.visits if visit.path == path]
    asked: dict[str, Question] = {}
    for visit in visits:
        asked |= visit.asked
    drawn = {key: _property(explored, question) for key, question in asked.items()}
    always = set.intersection(*(set(visit.asked) for visit in visits))
    required = [key for key in asked if key in always and _required(explored, asked[key])]
    schema: Schema = {"type": "object", "properties": drawn, "required": required}
    schema["additionalProperties"] = drawn.pop(_ANY, False)
    kinds = [_kinds(explored, among, visits, asked, always) for among in dict.fromkeys(_points(visits))]
    if kinds:
        schema["allOf"] = [{"oneOf": branches} for branches in kinds]
    return schema


def _points(visits: list[_Visit]) -> Iterator[tuple[str, ...]]:
    for visit in visits:
        yield from visit.chosen


def _kinds(
    explored: _Explored,
    among: tuple[str, ...],
    visits: list[_Visit],
    asked: Mapping[str, Question],
    always: set[str],
) -> list[Schema]:
    """One branch for each kind: the keys it must have, and the other kinds' keys, which it must not."""
    own: dict[str, set[str]] = {}
    for word in among:
        there = [set(visit.asked) for visit in visits if visit.chosen.get(among) == word]
        own[word] = (set.intersection(*there) - always) | {word}
    beside = set.union(*(visit.beside for visit in visits)) & set(among)
    alone = not beside and all(keys == {word} for word, keys in own.items())  # then two match two branches, so none
    every = set[str]() if alone else set.union(*own.values()) - beside
    return [
        _branch(explored, word, [key for key in asked if key in own[word]], every - own[word], asked) for word in among
    ]


def _branch(explored: _Explored, word: str, own: list[str], others: set[str], asked: Mapping[str, Question]) -> Schema:
    required = [key for key in own if key == word or _required(explored, asked[key])]
    forbidden = {"properties": dict.fromkeys(sorted(others), False)} if others else {}
    return {"required": required, **forbidden}


def _required(explored: _Explored, question: Question) -> bool:
    return question.required or (question.path, question.key) in explored.needed


def _property(explored: _Explored, question: Question) -> Schema:
    described = {"description": question.help} if question.help else {}
    match question.shape:
        case "part":
            return {**described, **_mapping(explored, question.inner)}
        case "parts":
            least = {"minItems": 1} if question.required else {}
            return {**described, "type": "array", **least, "items": _mapping(explored, question.inner)}
        case "named":
            names = {"propertyNames": {"pattern": _SLUG}}
            return {**described, "type": "object", **names, "additionalProperties": _mapping(explored, question.inner)}
    return {**described, **question.says}
