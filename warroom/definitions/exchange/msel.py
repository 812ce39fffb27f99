"""A master scenario events list (HSEEP's MSEL) becomes a scenario: a row an inject, an expected action an expectation.

What each column becomes is in docs/exchange.md. A list says nothing of incidents, runbooks and checks, so expectations are
judged by an evaluator. Columns that are not ours are kept in the hidden notes of their row.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import timedelta
from pathlib import Path

from warroom.core import durations
from warroom.core.breakable import MODES
from warroom.core.declaring import dataclass
from warroom.core.injects import AlertInject, Announce, InjectKind, Move, Sideline, Silent, Speak
from warroom.core.scenario import Actor, Expectation, FaultSpec, Inject, Scenario, Team, planned
from warroom.core.when import CONDITIONS, EXPECTATION, FAULT, INCIDENT, INJECT, Condition, Conditions, Several, Timing
from warroom.definitions.exchange import columns, sheets, times
from warroom.definitions.exchange.brought import Brought, Given, NotBrought, Notes
from warroom.definitions.exchange.columns import Heading
from warroom.definitions.exchange.documents import clean, line, shortened
from warroom.definitions.exchange.sheets import Row, Table
from warroom.definitions.importing.slugs import Names, slug
from warroom.definitions.problems import shown
from warroom.definitions.reader import LONGEST

USUAL = timedelta(minutes=15)  # for an expected response without a deadline
_NO_HEADING = "Without a heading"
MET_BY = "Met by: "  # how the notes of an expected action begin when a machine tells that it was done
ALWAYS = ("update_posted", "commander_named", "all_resolved")
_SHORTEST = timedelta(hours=1)
_BY_HAND = ("by hand", "as needed", "as required", "on demand", "tbd", "controller discretion")
_EVERYBODY = ("all", "everybody", "everyone", "all players", "all teams")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_BREAK = re.compile(r"break (?P<target>.+): (?P<mode>\w+) with (?P<driver>\w+) for (?P<lasts>[\w ]+)")
_SIDELINE = re.compile(r"sideline (?P<role>.+) for (?P<lasts>[\w ]+)", re.DOTALL)
_MOVE = re.compile(r"move(?: to (?P<story>\d{4}-\d\d-\d\d \d\d:\d\d))?")
_AFTER = re.compile(r"(?:(?P<by>.*?)\s+)?after\s+(?P<event>\S.*)", re.IGNORECASE)
_PRIVATELY = re.compile(r"(?P<role>.+) \(privately\)")


@dataclass(frozen=True, slots=True)
class _Line:
    """One row: what it says under our names, and under headings that are not ours."""

    number: int
    id: str
    type: str
    says: Mapping[str, str]
    more: tuple[tuple[str, str], ...]

    @property
    def where(self) -> str:
        return f"row {self.number}"

    def get(self, name: str) -> str:
        return self.says.get(name, "")


def bring(path: Path, given: Given) -> Brought:
    """The scenario that a CSV or XLSX file describes.

    Raises NotBrought with a sentence for every row that cannot be understood.
    """
    return bring_table(sheets.read(path, _are_headings(given)), path, given)


def bring_table(table: Table, path: Path, given: Given) -> Brought:
    """The same of a table that was read already."""
    notes = Notes()
    for name in table.unread:
        notes.left("", f"the sheet `{shown(name)}`; only the first that holds anything is read")
    for cell in table.unknown:
        notes.left(
            f"cell {cell}",
            "a formula without its value; save the workbook once in a spreadsheet program, and import it again",
        )
    at, headings = _headings(table, given, path)
    for row in table.rows[:at]:
        notes.left(f"row {row.line}", shown(" ".join(filter(None, row.cells))))
    if strange := [heading.words for heading in headings if not heading.name and heading.words]:
        notes.made(
            "", f"what stands below {', '.join(f'`{shown(each, 40)}`' for each in strange)} is kept in the notes"
        )
    lines = tuple(_lines(table.rows[at + 1 :], headings, notes))
    if not lines:
        raise NotBrought(f"{path}: below the headings in row {table.rows[at].line} there is nothing.")
    return _List(path, given, notes, lines).brought()


def _are_headings(given: Given) -> sheets.IsHeadings:
    """Whether a row is one of headings: those that whoever imports has named, or some that are known."""
    wanted = {columns.plain(each) for each in given.columns.values()}

    def are(cells: Sequence[str]) -> bool:
        named = bool(wanted) and wanted <= {columns.plain(cell) for cell in cells}
        return named or columns.looks_like_headings(cells)

    return are


def _headings(table: Table, given: Given, path: Path) -> tuple[int, tuple[Heading, ...]]:
    are, rows = _are_headings(given), table.rows
    for at, row in enumerate(rows[: sheets.HEADINGS_WITHIN]):
        if are(row.cells):
            found = columns.mapped(row.cells, given.columns, str(path), row.line)
            if {heading.name for heading in found} & {"message", "title", "expected"}:
                return at, found
    first = ", ".join(f"`{shown(cell, 30)}`" for cell in rows[0].cells if cell.strip())
    others = (
        f" Only the first sheet that holds anything is read; there is also {', '.join(table.unread)}."
        if table.unread
        else ""
    )
    raise NotBrought(
        f"{path}:{rows[0].line}: no row of headings was found; the first row holds {first}. Write HSEEP's headings, such as "
        "`Designated Scenario Time` and `Message`, or say which is which with --column message=… and --column time=…."
        f"{others}"
    )


def _lines(rows: tuple[Row, ...], headings: tuple[Heading, ...], notes: Notes) -> Iterator[_Line]:
    names = {"expectation": Names(), "inject": Names()}
    for row in rows:
        cells = {heading: row.cells[heading.place] for heading in headings if heading.place < len(row.cells)}
        says = _with_its_date(
            {heading.name: clean(cell) for heading, cell in cells.items() if heading.name and clean(cell)}, headings
        )
        more = [
            (heading.words or _NO_HEADING, clean(cell))
            for heading, cell in cells.items()
            if not heading.name and clean(cell)
        ]
        more += [("Date", says["story"])] if "story" in says else []
        if over := [cell for cell in row.cells[len(headings) :] if cell.strip()]:
            more.append((_NO_HEADING, clean("; ".join(over))))
        type_ = _type(says.get("type", ""))
        if not says.keys() - {"number", "type"} and not more:
            notes.left(f"row {row.line}", f"a row with nothing to say but `{shown(' '.join(says.values()))}`")
            continue
        kind = "expectation" if type_ == "expected" else "inject"
        wanted = identifier(says.get("number", "")) or slug(_headline(says), "event", 32)
        id_ = names[kind].give(wanted, str(row.line))
        if id_ != wanted:
            notes.made(
                f"row {row.line}",
                f"two rows are numbered `{shown(says.get('number', wanted))}`; this one became `{id_}`",
            )
        yield _Line(row.line, id_, type_, says, tuple(more))


def _with_its_date(says: dict[str, str], headings: Sequence[Heading]) -> dict[str, str]:
    """A time of day with the date that stands in a column of its own. T3SF's `Date` is one of the story, whatever it says."""
    words = {heading.name: columns.plain(heading.words) for heading in headings if heading.name}
    day, at = line(says.get("story", "")), times.clock(line(says.get("time", "")))
    if words.get("story") != "date" or words.get("time") == "real time" or at is None or at[0] is not None:
        return says
    if times.date(day) is None:
        return says
    return {**{name: said for name, said in says.items() if name != "story"}, "time": f"{day} {line(says['time'])}"}


def _headline(says: Mapping[str, str]) -> str:
    return next((says[name] for name in ("title", "message", "expected", "notes", "from") if says.get(name)), "event")


def _type(text: str) -> str:
    said = text.lower()
    return "contingency" if "conting" in said else "expected" if "expect" in said else "inject"


def identifier(number: str) -> str:
    """The name of an event's number: `12` is `event-12`, `#12` is `12`; a name is itself. Empty when it is no number."""
    said = line(number)
    if said.isascii() and said.isdigit():
        return f"event-{said}"
    if said.startswith("#") and said[1:].isascii() and said[1:].isdigit():
        return said[1:]
    return said if _SLUG.fullmatch(said) else slug(said, "event", 32) if said else ""


def number(identifier: str) -> str:
    """The inverse of `identifier`."""
    tail = identifier.removeprefix("event-")
    if tail != identifier and tail.isdigit():
        return tail
    return f"#{identifier}" if identifier.isdigit() else identifier


@dataclass(slots=True)
class _List:
    """One list being read. Mistakes are gathered, so that one pass tells all of them."""

    path: Path
    given: Given
    notes: Notes
    lines: tuple[_Line, ...]
    wrong: set[tuple[int, str]] = field(default_factory=set)
    actors: dict[str, Actor] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    objectives: list[str] = field(default_factory=list)
    expectations: list[Expectation] = field(default_factory=list)
    names: tuple[Names, Names] = field(default_factory=lambda: (Names(), Names()))
    known: dict[str, set[str]] = field(default_factory=dict)
    responses: dict[str, str] = field(default_factory=dict)
    start: times.Start | None = None
    before: timedelta | None = None

    def brought(self) -> Brought:
        if self.given.start:
            self.start = times.start(self.given.start)
            if self.start is None:
                raise NotBrought(
                    f"--start {self.given.start}: this is no time of day; write `09:00`, or `2026-05-04 09:00`."
                )
        told = [each for each in self.lines if each.type != "expected" and self._what(each)[0]]
        self.known = {
            INJECT: {each.id for each in told},
            FAULT: {each.id for each in told if self._what(each)[1]},
            EXPECTATION: {each.id for each in self.lines if each.type == "expected" and _expects(each)},
        }
        names = Names(self.known[EXPECTATION])
        self.responses = {each.id: names.give(f"{each.id}-response", each.id) for each in told if each.get("expected")}
        self.known[EXPECTATION] |= set(self.responses.values())
        injects, last, expected = list[Inject](), "", ""
        for each in self.lines:
            if each.type == "expected":
                self._expect(each, last)
                expected = each.id
                continue
            inject = self._inject(each, expected)
            if inject is None:
                continue
            injects.append(inject)
            last = each.id
            if each.get("expected"):
                self._response(each)
                expected = self.responses[each.id]
        if self.wrong:
            raise NotBrought("\n".join(said for _, said in sorted(self.wrong)))
        return Brought(scenario=self._scenario(injects), notes=self.notes.all)

    def _scenario(self, injects: list[Inject]) -> Scenario:
        if not injects:
            raise NotBrought(f"{self.path}: no row is an inject; there is nothing to play.")
        title = self.given.title or line(self.path.stem.replace("_", " ").replace("-", " "))
        self.notes.made("", "the briefing; write what the players are told at the start")
        scenario = Scenario(
            id=self.given.id or slug(self.path.stem, "scenario"),
            title=title,
            briefing=f"This is an exercise: {title}. Treat what you hear here as true, and say aloud what you do.",
            injects=tuple(injects),
            actors=self.actors,
            teams=self.teams,
            objectives=tuple(self.objectives),
            expectations=tuple(self.expectations),
            length=length_of(injects, self.expectations),
        )
        if scenario.length != _SHORTEST:
            self.notes.made("", f"the game's length, {durations.write(scenario.length)}, from the last event")
        return scenario

    def _bad(self, each: _Line, sentence: str) -> None:
        self.wrong.add((each.number, f"{self.path}:{each.number}: {sentence}"))

    # --- when

    def _timing(self, each: _Line, expected: str) -> Timing:
        said = line(each.get("time"))
        if said.lower() in _BY_HAND:
            return Timing()
        if said.lower().startswith("when "):
            return self._condition(each, said[5:])
        found = _AFTER.fullmatch(said)
        if found:
            after = self._after(each, said, found["by"] or "M+0", found["event"])
            return Timing(after=after[0], by=after[1]) if after else Timing()
        at = self._at(each, said) if said else None
        if each.type == "contingency" and expected:
            if said:
                self.notes.left(each.where, f"the time `{shown(said)}`; it comes as soon as {expected!r} is missed")
            return Timing(when=Condition(word="missed", ref=expected))
        if each.type == "contingency":
            time = f", and its time `{shown(said)}`" if said else ""
            self.notes.left(
                each.where,
                f"what it is a contingency for (no expected action stands above it){time}; it is played by hand",
            )
            return Timing()
        if at is None:
            if not said:
                self.notes.made(each.where, "it has no time, and is played by hand")
            return Timing()
        return Timing(at=at)

    def _after(self, each: _Line, said: str, by: str, event: str) -> tuple[str, timedelta] | None:
        """An event of this list, and how long after it; None after noting that the text names none."""
        length, name = times.offset(by), identifier(event)
        if length is None or length < timedelta(0) or name not in self.known[INJECT]:
            self._bad(each, f"`{shown(said)}` names no event of this list and a time after it; write `M+4 after 12`.")
            return None
        return (name, length) if self._is_within_a_year(each, said, length) else None

    def _is_within_a_year(self, each: _Line, said: str, length: timedelta) -> bool:
        if length > LONGEST:
            self._bad(each, f"`{shown(said)}` is more than a year; nothing in a game waits longer.")
        return length <= LONGEST

    def _at(self, each: _Line, said: str) -> timedelta | None:
        """The place on the game's clock; None after noting that the text names none."""
        found = times.offset(said)
        if found is None:
            found = self._by_the_clock(each, said)
        if found is None:
            self._bad(
                each,
                f"`{shown(said)}` is no time; write it like `D+2 H+3 M+45`, `09:05` (with --start), `M+4 after 12`, or `by hand`.",
            )
            return None
        if found < timedelta(0):
            self.notes.left(
                each.where, f"that it comes before the start, at {times.written(found)}; it is played at T+0m"
            )
            return timedelta(0)
        return found if self._is_within_a_year(each, said, found) else None

    def _by_the_clock(self, each: _Line, said: str) -> timedelta | None:
        clock = times.clock(said)
        if clock is None:
            return None
        day, at = clock
        if self.start is None:
            self.start = times.Start(at, day)
            self.notes.made(
                each.where,
                f"the game starts at `{shown(said)}`, the first time of day there is; --start says otherwise",
            )
        if day is not None and self.start.day is None:
            self.start = times.Start(self.start.clock, day)
        self.before = times.after(self.start, day, at, self.before)
        return self.before

    def _condition(self, each: _Line, said: str) -> Timing:
        conditions = self._conditions(said)
        if conditions is None:
            self._bad(each, f"`when {shown(said)}` is no condition that can be read; write it like `when missed: 12`.")
            return Timing()
        return Timing(when=conditions)

    def _conditions(self, said: str) -> Conditions | None:
        """One condition or several, as a cell says them; None when it says something else."""
        word, parts = ("any", said.split(" or ")) if " or " in said else ("all", said.split(" and "))
        found = [self._one(part) for part in parts]
        good = tuple(one for one in found if one)
        if len(good) < len(found):
            return None
        return good[0] if len(good) == 1 else Several(word=word, parts=good)

    def _one(self, said: str) -> Condition | None:
        word, _, rest = said.partition(":")
        word, rest = word.strip().replace(" ", "_"), rest.strip()
        if word not in CONDITIONS or word == "said" or CONDITIONS[word][0] == INCIDENT:
            return None
        if word in ALWAYS:
            return Condition(word=word, ref="yes")
        names = CONDITIONS[word][0]
        ref = identifier(rest) if names in (INJECT, FAULT, EXPECTATION) else rest
        if not ref or ref not in self.known.get(names, {ref}):
            return None
        return step(word, names, ref)

    # --- what

    def _inject(self, each: _Line, expected: str) -> Inject | None:
        timing = self._timing(each, expected)
        what, fault = self._what(each)
        if what is None:
            return None
        objective, title = clean(each.get("objective")), line(each.get("title")) or shortened(each.get("message"))
        if objective and not each.get("expected"):
            self._objective(objective)
            self.notes.left(each.where, "which inject the objective belongs to; it is among the objectives")
        self._unknown_type(each)
        return Inject(
            id=each.id,
            title=title or shortened(getattr(what, "name", "")) or each.id,
            timing=timing,
            what=what,
            fault=fault,
            notes=self._notes(each),
            to=() if isinstance(what, (Speak, Sideline)) and self._role(each) else self._to(each),
        )

    def _unknown_type(self, each: _Line) -> None:
        said = line(each.get("type"))
        if said and each.type == "inject" and said.lower() not in ("inject", "event", "injects"):
            self.notes.left(each.where, f"the type `{shown(said)}`; it counts as an inject")

    def _what(self, each: _Line) -> tuple[InjectKind | None, FaultSpec | None]:
        mode, said = line(each.get("mode")), each.get("message")
        word = mode.lower().split(" ")[0] if mode else ""
        match word:
            case "fault":
                return self._silent(each, said)
            case "alert":
                name = line(each.get("from")) or line(each.get("title")) or shortened(said)
                if name:
                    return AlertInject(name=name, summary=said, over=mode.lower() == "alert over"), None
        said = said or each.get("title")
        if not said:
            self.notes.left(each.where, "the whole row: it says nothing that could be told to the players")
            return None, None
        if found := _SIDELINE.fullmatch(mode):
            lasts = durations.read(found["lasts"])
            if lasts is None:
                self._bad(
                    each, f"`{shown(mode)}` says no length of time; write `sideline {shown(found['role'])} for 15m`."
                )
            elif self._is_within_a_year(each, mode, lasts):
                return Sideline(role=found["role"], lasts=lasts, text=said), None
        if found := _MOVE.fullmatch(mode):
            return Move(text=said, story=found["story"] or ""), None
        name = line(each.get("from"))
        return (Speak(actor=self._actor(name), text=said, role=self._role(each)) if name else Announce(text=said)), None

    def _silent(self, each: _Line, said: str) -> tuple[Silent | None, FaultSpec | None]:
        found = _BREAK.fullmatch(line(said))
        lasts = durations.read(found["lasts"]) if found else None
        if found and lasts is not None and lasts <= LONGEST and found["mode"] in MODES.get(found["driver"], ()):
            return Silent(), FaultSpec(target=found["target"], mode=found["mode"], driver=found["driver"], lasts=lasts)
        self.notes.left(
            each.where,
            "the whole row: its mode is `fault`, and to announce it would give it away; write its message as "
            "`break web/east: down with pretend for 30m`",
        )
        return None, None

    def _actor(self, name: str) -> str:
        there = next((id_ for id_, actor in self.actors.items() if actor.name == name), "")
        if not there:
            there = self.names[0].give(slug(name, "actor", 32), name)
            self.actors[there] = Actor(name=name)
        return there

    def _role(self, each: _Line) -> str:
        found = _PRIVATELY.fullmatch(line(each.get("to")))
        return found["role"] if found else ""

    def _to(self, each: _Line) -> tuple[str, ...]:
        said = line(each.get("to"))
        parts = said.split(";") if ";" in said else said.split(",")
        found = dict[str, None]()
        for title in filter(None, map(str.strip, parts)):
            if title.lower() in _EVERYBODY:
                continue
            there = next((id_ for id_, team in self.teams.items() if team.title == title), "")
            if not there:
                there = self.names[1].give(slug(title, "team", 32), title)
                self.teams[there] = Team(title=title)
            found[there] = None
        return tuple(found)

    def _notes(self, each: _Line) -> str:
        more = list(each.more)
        mode = line(each.get("mode"))
        if mode and not _ours(mode):
            more.insert(0, ("Inject mode", mode))
        kept = "\n".join(f"{heading}: {text}" for heading, text in more)
        return "\n\n".join(filter(None, (each.get("notes"), kept)))

    # --- what is expected

    def _objective(self, text: str) -> int:
        if not text:
            return 0
        if text not in self.objectives:
            self.objectives.append(text)
        return self.objectives.index(text) + 1

    def _response(self, each: _Line) -> None:
        what = each.get("expected")
        within = self._within(each)
        if within is None:
            self.notes.made(each.where, f"the time for the expected response, {durations.write(USUAL)}")
        self.expectations.append(
            Expectation(
                id=self.responses[each.id],
                what=what,
                after=each.id,
                within=USUAL if within is None else within,
                judged=what,
                objective=self._objective(clean(each.get("objective"))),
            )
        )

    def _within(self, each: _Line) -> timedelta | None:
        said = line(each.get("within"))
        read = durations.read(said) if said else None
        found = times.offset(said) if said and read is None else read
        if said and (found is None or found < timedelta(0)):
            self._bad(each, f"`{shown(said)}` is no length of time; write it like `15m`.")
        return found if found is not None and self._is_within_a_year(each, said, found) else None

    def _expect(self, each: _Line, last: str) -> None:
        what = _expects(each)
        if not what:
            self.notes.left(each.where, "the whole row: it does not say what is expected")
            return
        if each.get("expected") and each.get("message"):
            self.notes.left(each.where, f"the message of an expected action: {shown(each.get('message'))}")
        after, within = self._deadline(each, last)
        notes = self._notes(each)
        met_by = self._conditions(notes.removeprefix(MET_BY)) if notes.startswith(MET_BY) else None
        self.expectations.append(
            Expectation(
                id=each.id,
                what=what,
                after=after,
                within=within,
                met_by=met_by,
                judged="" if met_by else notes or what,
                owner=line(each.get("to")),
                objective=self._objective(clean(each.get("objective"))),
            )
        )

    def _deadline(self, each: _Line, last: str) -> tuple[str, timedelta]:
        """Which inject starts the time, and how long there is."""
        said = line(each.get("time"))
        if found := _AFTER.fullmatch(said):
            return self._after(each, said, found["by"] or "", found["event"]) or ("", USUAL)
        if said:
            return "", self._at(each, said) or timedelta(0)
        self.notes.made(each.where, f"the deadline: {durations.write(USUAL)} after {last or 'the start'}")
        return last, USUAL


def _expects(each: _Line) -> str:
    return each.get("expected") or each.get("message") or each.get("title")


def step(word: str, names: str, ref: str) -> Condition | None:
    """A condition whose name may end with a further word behind a slash."""
    if word == "answered":
        parts = ref.rsplit("/", 1)
        return Condition(word=word, ref=parts[0], also=parts[1]) if ref.count("/") == 2 and all(parts) else None
    if names == "step" and ref.count("/") != 1:
        return None
    return Condition(word=word, ref=ref)


def _ours(mode: str) -> bool:
    """Whether the mode is one of our own words, and said by the kind of the inject."""
    return mode in ("announce", "actor", "alert", "alert over", "fault") or any(
        each.fullmatch(mode) for each in (_SIDELINE, _MOVE)
    )


def length_of(injects: list[Inject], expectations: list[Expectation]) -> timedelta:
    """An hour, or as long as the last event and what is expected after it take, rounded up to five minutes."""
    due = planned(injects)
    ends = [*due.values(), *(each.within + due.get(each.after, timedelta(0)) for each in expectations)]
    five = timedelta(minutes=5)
    longest = max(ends, default=timedelta(0))
    return min(LONGEST, max(_SHORTEST, -(-longest // five) * five))
