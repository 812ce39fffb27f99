"""One page of Markdown becomes one runbook: context, steps in their phases, and whatever could not be placed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field, replace

from warroom.core.declaring import dataclass
from warroom.core.runbook import Context, Leftover, Runbook, Step
from warroom.core.steps.choose import Choose
from warroom.core.steps.do import Do
from warroom.core.steps.kind import END, Answer
from warroom.core.steps.runbook import SubRunbook
from warroom.definitions.importing import again, commands, placeholders, proposals, titles
from warroom.definitions.importing.blocks import Aside, Block, CodeBlock, Definitions, Items, Paragraph, Quote, Table
from warroom.definitions.importing.files import NotImported
from warroom.definitions.importing.frontmatter import FrontMatter
from warroom.definitions.importing.links import Links
from warroom.definitions.importing.proposals import Proposal
from warroom.definitions.importing.sections import Section, Sort, comes_afterwards, in_order, sort_of, unnumbered
from warroom.definitions.importing.slugs import Names, slug
from warroom.definitions.importing.stepping import Draft, Place, as_one, walk
from warroom.definitions.importing.words import heading_commands, starts_as_step, starts_with_condition

READ = "Read it, and say so when you have"
_MOST_WAYS = 12  # buttons beside one another; more are no choice
_LONG_SUMMARY = 600
_MOST_STEPS = 1000  # a page with more is no runbook
_LONG_READ = 2500  # characters that one step's card can show
_LONG_LEAD_IN = 1000
_BETWEEN = " › "
_OUTCOMES = (
    Answer(word="done", label="Done"),
    Answer(word="not-the-case", label="Not the case"),
    Answer(word="cannot-tell", label="Cannot tell"),
)
_SAYS_NUMBER = re.compile(
    r"\b(?:steps?|step no\.?|schritte?n?|étapes?|pasos?|passos?|passi|passo)\s*#?\d|(?:手順|ステップ|步骤|단계)\s*\d|第\s*\d+\s*步",
    re.IGNORECASE,
)
_OWNER = re.compile(
    r"^[^\w\n]{0,20}(?:owners?|owned by|owning team|team|maintainers?|maintained by|verantwortlich|zuständig|responsables?|propietario|"
    r"équipe|equipo|担当|担当チーム|负责人)(?:\*\*|__)?\s*(?:\*\*|__)?[:：|](?:\*\*|__)?\s*(?P<who>[^|\n]{2,80}?)\s*(?:\||$)(?![^\n]*\n\s*\|?\s*:?--)",
    re.IGNORECASE | re.MULTILINE,
)
_ALERT = re.compile(r"(?:[A-Z][a-z0-9]+|[a-z]{2,}(?=[A-Z])|[A-Z]{2,}[a-z]*)(?:[A-Z][A-Za-z0-9]*)+")


@dataclass(frozen=True, slots=True)
class Page:
    """What is to become a runbook. `name` is its place below the folder given, `source` how the file is called there."""

    id: str
    title: str
    name: str
    source: str
    root: Section
    front: FrontMatter = field(default_factory=FrontMatter)
    alerts: tuple[str, ...] = ()
    above: str = ""  # the headings that this part of a page stood below


@dataclass(frozen=True, slots=True)
class Given:
    """What whoever imports says about all runbooks."""

    owner: str = ""
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A runbook, and what its importer should look at. `lines` says where in the source each step begins."""

    page: Page
    runbook: Runbook
    lines: dict[str, int]
    proposals: tuple[tuple[str, int, Proposal], ...] = ()
    links: tuple[tuple[int, str], ...] = ()
    read_only: bool = False


@dataclass(slots=True)
class _Part:
    """Something to know. `sure` when its title says so; otherwise only because it holds no steps."""

    title: str
    text: str
    line: int
    sure: bool = True


def alert_name(text: str) -> str:
    """The text as the name of an alert, when it looks like one: `KubePodNotReady`. Empty otherwise."""
    word = text.strip().strip("`\"'*_")
    return word if _ALERT.fullmatch(word) and len(word) >= 6 else ""


def make(page: Page, given: Given, links: Links, before: Runbook | None = None) -> Made:
    """The runbook of a page. `before` is what an earlier import made of it: its steps keep their names.

    Raises NotImported when the page is too much for a runbook.
    """
    assembly = _Assembly(page)
    assembly.assemble()
    if len(assembly.drafts) > _MOST_STEPS:
        raise NotImported(f"{page.source}: the runbook would have more than {_MOST_STEPS} steps; split it.")
    return _Finish(page, given, links, assembly).made(before)


class _Assembly:
    """Goes through the sections, and collects drafts of steps, things to know, and leftovers."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.drafts: list[Draft] = []
        self.parts: list[_Part] = []
        self.left: list[Leftover] = []
        self.addresses: list[Block] = []
        self.ahead: list[Block] = []
        self.read_only = False

    def assemble(self) -> None:
        root = self.page.root
        self._asides(root.body)
        for section in root.inner:
            self.section(section, (), Sort.OPEN)
        self._keep_ahead("")
        self._beginning(root.body)
        if not self.drafts:
            self._only_to_read()
        if self.addresses:
            text = "\n".join(block.raw for block in self.addresses)
            self.parts.append(_Part("Links", text, self.addresses[0].line))

    def _beginning(self, body: Sequence[Block]) -> None:
        """What stands before the first heading: steps where they cannot be mistaken, otherwise a summary."""
        shown = _shown(body)
        listed = any(
            isinstance(b, CodeBlock) or (isinstance(b, Items) and (b.ordered or b.items[0].task)) for b in shown
        )
        if shown and (listed or not self.drafts):
            before = _before_steps(shown)
            walked = walk(shown[before:], Sort.OPEN, "", self.page.title)
            if walked.drafts:
                if before:
                    self.parts.insert(0, _Part("", _raw(shown[:before]), shown[0].line))
                moved = _moved(self.drafts, len(walked.drafts))
                self.drafts = walked.drafts + moved
                return
        if shown:
            self.parts.insert(0, _Part("", _raw(shown), shown[0].line, sure=bool(self.drafts)))

    def section(self, section: Section, path: tuple[str, ...], above: Sort, nested: bool = False) -> None:
        """Take a section in. `nested` says that it is one of several ways; choices within it would not end where it ends."""
        sort = sort_of(section.title, above)
        path = (*path, section.title)
        before = len(self.drafts), len(self.parts)
        self._asides(section.body)
        if sort is Sort.KNOW:
            self._know(section.body, path, sure=True)
            self._inner(section.inner, path, sort, nested)
        else:
            ways = () if nested or sort is not Sort.ACT else _ways(section.inner)
            if ways and all(isinstance(block, Paragraph | Quote) for block in _shown(section.body)):
                self._ahead(_shown(section.body), path)
            else:
                self._steps(section, path, sort)
            if ways:
                self._choice(section, ways, path, sort)
            else:
                self._inner(section.inner, path, sort, nested)
        if (len(self.drafts), len(self.parts)) == before and not self._took(section):
            self.left.append(Leftover(line=section.line, text=section.raw))

    def _took(self, section: Section) -> bool:
        """Whether the section's words wait for the next step."""
        return any(block in self.ahead for block in section.body)

    def _inner(self, sections: Sequence[Section], path: tuple[str, ...], sort: Sort, nested: bool) -> None:
        for each in sections:
            self.section(each, path, sort, nested)

    def _steps(self, section: Section, path: tuple[str, ...], sort: Sort) -> None:
        phase = _BETWEEN.join(path)
        shown = _shown(section.body)
        walked = walk(section.body, sort, phase, section.title)
        if walked.drafts:
            if sort is Sort.DO and len(walked.drafts) == 1 and heading_commands(section.title):
                walked.drafts[0].title = unnumbered(section.title)
            self._take(walked.drafts)
        elif not shown and not section.inner and sort is Sort.DO and heading_commands(section.title):
            self._take([Draft(line=section.line, lead=section.title, phase=phase, texts=[section.title])])
        elif not shown:
            return
        elif sort is Sort.OPEN:
            self._know(shown, path, sure=False)
        elif any(sort_of(each.title, sort) is not Sort.KNOW for each in section.inner):
            self._ahead(shown, path)
        else:
            self._take([as_one(shown, phase, unnumbered(section.title) if sort is Sort.DO else "")])

    def _ahead(self, shown: Sequence[Block], path: tuple[str, ...]) -> None:
        """Words before the sections within: said with their first step, unless they are too many."""
        self._keep_ahead(path[-1])
        if not shown:
            return
        if len(_raw(shown)) > _LONG_LEAD_IN:
            self._know(shown, path, sure=False)
        else:
            self.ahead = [*self.ahead, *shown]

    def _keep_ahead(self, title: str) -> None:
        if self.ahead:
            self.parts.append(_Part(title, _raw(self.ahead), self.ahead[0].line, sure=False))
            self.ahead = []

    def _take(self, drafts: Sequence[Draft]) -> None:
        if self.ahead and drafts:
            first = drafts[0]
            own, lines, code = list(first.texts), list(first.lines), list(first.code)
            first.texts, first.lines, first.code = [], [], []
            for block in self.ahead:
                first.add(block)
            first.own += len(first.texts)
            first.texts += own
            first.lines += lines
            first.code += code
            self.ahead = []
        self.drafts += drafts

    def _choice(self, section: Section, ways: Sequence[Section], path: tuple[str, ...], sort: Sort) -> None:
        """Sections within a mitigation are alternatives: a choice, and each goes on behind all of them."""
        question = Draft(line=section.line, lead="", phase=_BETWEEN.join(path))
        question.title = f"{section.title}: which of these fits?"
        question.texts = ["Which of these fits?"]
        self._take([question])
        behind = Place()
        later = [each for each in section.inner if each not in ways]
        for way in ways:
            place = Place(len(self.drafts))
            self.section(way, path, sort, nested=True)
            if len(self.drafts) == place.at:
                continue  # nothing to do in it; what it says is context
            question.ways.append((way.title, place))
            self.drafts[-1].after = behind
        self._keep_ahead(section.title)
        behind.at = len(self.drafts)
        question.ways.append(("None of these", behind))
        self._inner(later, path, sort, nested=True)

    def _know(self, body: Sequence[Block], path: tuple[str, ...], *, sure: bool) -> None:
        if shown := _shown(body):
            self.parts.append(_Part(_BETWEEN.join(path), _raw(shown), shown[0].line, sure))

    def _asides(self, body: Iterable[Block]) -> None:
        for block in body:
            if isinstance(block, Aside):
                self.left.append(Leftover(line=block.line, text=block.raw))
            elif isinstance(block, Definitions):
                self.addresses.append(block)

    def _only_to_read(self) -> None:
        """A page without steps is one step: to read it."""
        self.read_only = True
        unsure = [part for part in self.parts if not part.sure]
        text = "\n\n".join(f"**{part.title}**\n\n{part.text}" if part.title else part.text for part in unsure)
        if 0 < len(text) <= _LONG_READ:
            self.parts = [part for part in self.parts if part.sure]
        else:
            text = f"{READ}."
        self.drafts.append(Draft(line=unsure[0].line if unsure else 1, lead=READ, texts=[text]))


def _before_steps(shown: Sequence[Block]) -> int:
    """How many blocks at the beginning of a page are neither a step nor lead to one."""
    for place, block in enumerate(shown):
        following = shown[place + 1] if place + 1 < len(shown) else None
        talk = isinstance(block, Paragraph | Quote) and not isinstance(following, CodeBlock)
        if not talk or starts_as_step(block.raw) or block.raw.rstrip().endswith((":", "：")):
            return place
    return 0


def _ways(inner: Sequence[Section]) -> tuple[Section, ...]:
    """The sections that are alternatives to one another; none when they follow one another."""
    said = [each for each in inner if each.body or each.inner]  # a bare heading is no way to go
    acting = [each for each in said if sort_of(each.title, Sort.ACT) is not Sort.KNOW]
    ways = tuple(each for each in acting if not comes_afterwards(each.title))
    if not 2 <= len(ways) <= _MOST_WAYS or in_order([each.title for each in acting]):
        return ()
    return ways


def _moved(drafts: list[Draft], by: int) -> list[Draft]:
    """The drafts when `by` steps are put before them."""
    places = {place for draft in drafts for _, place in draft.ways} | {draft.after for draft in drafts if draft.after}
    for place in places:
        place.at += by
    return drafts


def _shown(body: Iterable[Block]) -> list[Block]:
    return [block for block in body if not isinstance(block, Aside | Definitions)]


def _raw(blocks: Iterable[Block]) -> str:
    return "\n\n".join(block.raw for block in blocks)


class _Finish:
    """Makes the runbook from what was collected: names, links, values, dangers."""

    def __init__(self, page: Page, given: Given, links: Links, assembly: _Assembly) -> None:
        self.page, self.given, self.links, self.assembly = page, given, links, assembly
        self.drafts = assembly.drafts
        self.numbered = bool(_SAYS_NUMBER.search("\n".join(draft.text for draft in self.drafts)))

    def made(self, before: Runbook | None) -> Made:
        steps = [self._step(draft) for draft in self.drafts]
        wanted = [again.Wanted(step.title, step.phase, _holds(step)) for step in steps]
        ids = again.names(wanted, before)
        steps = [self._joined(place, step, ids) for place, step in enumerate(steps)]
        summary, context = self._context()
        defined = {
            name
            for step in steps
            for code in step.code
            for name in commands.defined(code.text, code.language, loops=True)
        }
        runbook = Runbook(
            id=self.page.id,
            title=self.page.title,
            steps=tuple(steps),
            summary=summary,
            owner=self._owner(),
            services=tuple(dict.fromkeys((*self.given.services, *self.page.front.services))),
            failure_modes=self.page.front.failure_modes,
            matches={"alertname": self.page.alerts} if self.page.alerts else {},
            context=context,
            values=placeholders.values(_pieces(steps), defined),
            source=self.page.source,
            leftovers=tuple(sorted(self.assembly.left, key=lambda left: left.line)),
        )
        return Made(
            page=self.page,
            runbook=runbook,
            lines={name: draft.line for name, draft in zip(ids, self.drafts, strict=True)},
            proposals=tuple(self._proposals(ids)),
            links=tuple(self._unresolved()),
            read_only=self.assembly.read_only,
        )

    def _step(self, draft: Draft) -> Step:
        own = "\n\n".join(draft.texts[draft.own :]).strip() or draft.text
        otherwise = draft.phase.rsplit(_BETWEEN, 1)[-1] or self.page.title
        title = titles.shortened(draft.title) or titles.title_of(draft.lead, otherwise)
        names = dict.fromkeys(name for code in draft.code for name in commands.defined(code.text, code.language))
        risky = [code.text for code in draft.code if code.language not in _NOT_RUN]
        return Step(
            id="",
            title=title,
            what=self._what(draft, own),
            phase=draft.phase,
            label=draft.label or (draft.number if self.numbered else ""),
            code=tuple(draft.code),
            danger=commands.danger([*risky, *commands.spans(draft.text)]),
            defines=tuple(names),
        )

    def _what(self, draft: Draft, own: str) -> Do | Choose | SubRunbook:
        leads = "" if draft.code or draft.ways else self.links.only(own)
        if leads and leads != self.page.id:
            return SubRunbook(runbook=leads, text=self.links.rewritten(draft.text, resolved=True))
        text = self.links.rewritten(draft.text)
        if draft.ways:
            return Choose(question=text, options=())
        if starts_with_condition(own):
            return Choose(question=text, options=_OUTCOMES)
        return Do(text=text)

    def _joined(self, place: int, step: Step, ids: Sequence[str]) -> Step:
        """The step with its name, and with the names of those it leads to."""
        draft, what = self.drafts[place], step.what
        if draft.ways:
            words = Names()
            options = tuple(
                Answer(word=words.give(slug(title, "way"), title), label=titles.shortened(title), goto=_at(to, ids))
                for title, to in draft.ways
            )
            what = Choose(question=what.words(), options=options)
        onward = _at(draft.after, ids) if draft.after and draft.after.at != place + 1 else ""
        return replace(step, id=ids[place], what=what, next="" if onward == END and place + 1 == len(ids) else onward)

    def _context(self) -> tuple[str, tuple[Context, ...]]:
        """The summary, and what else there is to know."""
        parts, summary = list(self.assembly.parts), ""
        if parts and not parts[0].title:
            first = parts[0]
            if len(first.text) <= _LONG_SUMMARY and not re.search(
                r"^\s*(?:[-*+|]|```|\d+[.)])", first.text, re.MULTILINE
            ):
                summary = self.links.rewritten(first.text)
                parts = parts[1:]
        context = [Context(title=part.title or "Introduction", text=self.links.rewritten(part.text)) for part in parts]
        if self.page.above:
            context.insert(0, Context(title="Part of", text=self.page.above))
        if self.page.front.rest:
            context.append(Context(title="Front matter", text=self.page.front.rest))
        if self.page.front.title and _folded(self.page.front.title) != _folded(self.page.title):
            context.append(Context(title="Also called", text=self.page.front.title))
        return summary, tuple(context)

    def _owner(self) -> str:
        if self.given.owner or self.page.front.owner:
            return self.given.owner or self.page.front.owner
        beginning = [
            *self.page.root.body,
            *(b for each in self.page.root.inner for b in each.body if isinstance(b, Table)),
        ]
        said = "\n".join(block.raw for block in beginning if isinstance(block, Paragraph | Items | Quote | Table))
        found = _OWNER.search(said)
        who = titles.plain(found["who"]).strip(" .|") if found else ""
        return who if who and len(who.split()) <= 5 and not re.search(r"TODO|TBD|<|^\W*$", who) else ""

    def _proposals(self, ids: Sequence[str]) -> Iterator[tuple[str, int, Proposal]]:
        for name, draft in zip(ids, self.drafts, strict=True):
            for proposal in proposals.found_in(draft.text):
                yield name, _line_in(draft, proposal.says), proposal

    def _unresolved(self) -> Iterator[tuple[int, str]]:
        pieces = [piece for draft in self.drafts for piece in (draft.lines or [(draft.line, draft.text)])]
        pieces += [(part.line, part.text) for part in self.assembly.parts]
        for link in self.links.unresolved:
            yield next((_line_of(line, text, link.text) for line, text in pieces if link.text in text), 1), link.target


_NOT_RUN = frozenset(
    ("yaml", "yml", "json", "promql", "markdown", "xml", "html", "toml", "ini", "diff", "logql", "css", "log")
)


def _line_in(draft: Draft, says: str) -> int:
    first = says.split()[0]
    for line, text in draft.lines:
        if says in " ".join(text.split()):
            return _line_of(line, text, _start_of(text, says) or first)
    return draft.line


def _start_of(text: str, says: str) -> str:
    """As much of the words as stands in the text on one line."""
    return next((each for each in (says, " ".join(says.split()[:6]), " ".join(says.split()[:3])) if each in text), "")


def _line_of(line: int, text: str, part: str) -> int:
    return line + text.count("\n", 0, max(0, text.find(part)))


def _at(place: Place, ids: Sequence[str]) -> str:
    return ids[place.at] if place.at < len(ids) else END


def _holds(step: Step) -> str:
    return "\n".join((step.what.words(), *(code.text for code in step.code)))


def _pieces(steps: Iterable[Step]) -> Iterator[placeholders.Piece]:
    for step in steps:
        yield placeholders.Piece(step.what.words())
        for code in step.code:
            if code.language != "markdown":
                yield placeholders.Piece(code.text, code.language)
            else:
                yield placeholders.Piece(code.text)


def _folded(title: str) -> str:
    return re.sub(r"\W+", "", title).casefold()
