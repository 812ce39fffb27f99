"""From the blocks of a section to steps.

What is a step: an item of a numbered list or a task list, a bullet or a paragraph that begins like something to do, a
paragraph that a block of code follows, a row of a table of actions. Everything else belongs to the step before it, or,
where there is none, to the one that follows.
"""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from warroom.core.runbook import Code
from warroom.definitions.importing import commands
from warroom.definitions.importing.blocks import (
    Aside,
    Block,
    CodeBlock,
    Definitions,
    Item,
    Items,
    Paragraph,
    Table,
)
from warroom.definitions.importing.sections import Sort
from warroom.definitions.importing.words import bare, is_command, starts_as_step, starts_with_condition

_OUTPUT = re.compile(
    r"(?:example|sample|expected|typical|the)? ?(?:output|result|response)\b[^.\n]{0,60}:$|(?:beispiel)?ausgabe\b[^.\n]{0,40}:$|"
    r"(?:exemple de )?sortie\b[^.\n]{0,40}:$|(?:ejemplo de )?salida\b[^.\n]{0,40}:$|(?:saída|output)\b[^.\n]{0,40}:$|"
    r"(?:出力例?|実行結果|输出|输出示例)\s*[:：]$|.{0,60}\b(?:you should see|should look like|looks like this|returns)\b[^.\n]{0,60}:$",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"(?:for |an? |some )?(?:examples?|e\.g\.|instance)[^.\n]{0,40}[:：]|(?:zum )?beispiele?[^.\n]{0,40}:|z\.\s?b\.:|"
    r"(?:par )?exemples?[^.\n]{0,40}:|(?:por )?ejemplos?[^.\n]{0,40}:|(?:por )?exemplos?[^.\n]{0,40}:|例\s*[:：]|例えば[:：、]?|例如[:：]?",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:note|notes|n\.b\.|nb|warning|tip|important|caution|attention|info|hint|hinweis|achtung|wichtig|warnung|remarque|nota|atención|"
    r"importante|aviso|cuidado|avertissement|attenzione|注意|注|重要|警告|备注|補足|참고|주의)\b\W*[:：!]",
    re.IGNORECASE,
)
_ACTION = re.compile(
    r"^(?:steps?|actions?|tasks?|what to do|to do|todo|activity|activities|procedure|instructions?|checks?|response|remediation|fix|"
    r"resolution|aktion|schritt|maßnahme|aufgabe|tätigkeit|vorgehen|étape|action à mener|tâche|acción|paso|tarea|ação|passo|tarefa|"
    r"azione|passo|действие|шаг|手順|作業|作業内容|操作|操作内容|対応|対応内容|アクション|步骤|处理步骤|内容|작업|단계|조치)\b",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"^(?:commands?|cmd|befehle?|commandes?|comandos?|comandi?|команда|コマンド|命令|명령)\b", re.IGNORECASE
)
_COUNT = re.compile(r"\W*\d{1,3}(?:\.\d+)*\W*")
_HEADING_LIKE = re.compile(r"(?:\*\*|__)[^*\n]{1,80}(?:\*\*|__)\s*:?\s*|[^\n]{1,60}[:：]\s*", re.DOTALL)
_BOLD_LINE = re.compile(r"(\*\*|__)[^*_\n]{1,100}\1\s*[:：]?\s*")


@dataclass(slots=True, eq=False)
class Place:
    """Where a walk goes on: before the step that will stand at `at`."""

    at: int = -1


@dataclass(slots=True, eq=False)
class Draft:
    """A step in the making. `lead` is what its title is made from, where `title` does not say it; `own` where its own text begins behind a lead-in.

    `ways` are the alternatives of a choice, each with the place where it begins; `after` where this step goes on.
    """

    line: int
    lead: str
    title: str = ""
    phase: str = ""
    texts: list[str] = field(default_factory=list)
    code: list[Code] = field(default_factory=list)
    number: str = ""
    label: str = ""
    own: int = 0
    ways: list[tuple[str, Place]] = field(default_factory=list)
    after: Place | None = None
    lines: list[tuple[int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n\n".join(each for each in self.texts if each.strip())

    def add(self, block: Block) -> None:
        """Take a block in: code and tables beside the text, everything else into it."""
        match block:
            case CodeBlock():
                self.code.append(commands.block(block.text, block.language))
            case Table():
                self.code.append(Code(text=block.raw, language="markdown"))
            case Items():
                self._say(block.line, _listed(block, self.code))
            case _:
                self._say(block.line, block.raw)

    def add_output(self, block: CodeBlock) -> bool:
        """Take a block as what the command before it brings; False when there is no such command."""
        if not self.code or self.code[-1].output or self.code[-1].language == "markdown":
            return False
        last = self.code[-1]
        if (
            block.language.lower() not in commands.SHELL | {"output", "json", "yaml", "log"}
            or commands.block(block.text, block.language).output
        ):
            return False
        self.code[-1] = Code(text=last.text, language=last.language, output=block.text)
        return True

    def _say(self, line: int, text: str) -> None:
        self.texts.append(text)
        self.lines.append((line, text))


@dataclass(slots=True)
class Walked:
    """What a section's body came to. `ahead` are the blocks before any step, when there is none to take them."""

    drafts: list[Draft] = field(default_factory=list)
    ahead: list[Block] = field(default_factory=list)


def walk(body: Sequence[Block], sort: Sort, phase: str, title: str) -> Walked:
    """The steps of a section. `title` stands in where a block of code has no words of its own."""
    shown = [block for block in body if not isinstance(block, Aside | Definitions)]
    return _Walk(shown, sort, phase, title).walked()


def as_one(body: Sequence[Block], phase: str, title: str) -> Draft:
    """All of a section as one step. Its title is the section's when `title` is given, otherwise its first words."""
    shown = [block for block in body if not isinstance(block, Aside | Definitions)]
    first = next((block.raw for block in shown if isinstance(block, Paragraph | Items)), "")
    draft = Draft(line=shown[0].line if shown else 1, lead=first or phase, title=title, phase=phase)
    for block in shown:
        draft.add(block)
    if not draft.text:
        draft.texts.append(title or phase)
    return draft


class _Walk:
    def __init__(self, body: Sequence[Block], sort: Sort, phase: str, title: str) -> None:
        self.body, self.sort, self.phase, self.title = body, sort, phase, title
        self.between = _between_numbers(body)
        self.drafts: list[Draft] = []
        self.ahead: list[Block] = []
        self.output_next = False

    def walked(self) -> Walked:
        for place, block in enumerate(self.body):
            following = self.body[place + 1] if place + 1 < len(self.body) else None
            self._take(place, block, following)
        if self.drafts:
            for block in self.ahead:
                self.drafts[-1].add(block)
            self.ahead = []
        return Walked(self.drafts, self.ahead)

    def _take(self, place: int, block: Block, following: Block | None) -> None:
        match block:
            case _ if place in self.between and self.drafts:
                self._attach(block)
            case Paragraph():
                self._paragraph(block, following)
            case Items() if self._makes_steps(block):
                self._items(block, self.phase)
            case Table() if columns := _action_columns(block):
                self._rows(block, *columns)
            case CodeBlock() if not self.drafts or self.ahead:
                self._begin(block.line, self._words_before(), blocks=(block,))
            case _:
                self._attach(block)

    def _words_before(self) -> str:
        """What a block of code is called that no step leads to: what stands before it, or the section's title."""
        said = [block.raw for block in self.ahead if isinstance(block, Paragraph) and not _NOTE.match(bare(block.raw))]
        return said[-1] if said else self.title

    def _paragraph(self, block: Paragraph, following: Block | None) -> None:
        text, caption = block.raw, block.raw.rstrip().endswith((":", "：", ":**", ":*"))
        if isinstance(following, CodeBlock) and self.drafts and not self.ahead and _OUTPUT.fullmatch(_unmarked(text)):
            self.output_next = True
            self._attach(block, forget=False)
        elif _NOTE.match(bare(text)) or (self.drafts and not self.ahead and _EXAMPLE.fullmatch(_unmarked(text))):
            self._attach(block)
        elif isinstance(following, Items) and self._makes_steps(following) and (caption or not starts_as_step(text)):
            self._lead_in(block, caption)
        elif _BOLD_LINE.fullmatch(text.strip()) and following is not None and not starts_as_step(text):
            self.ahead.append(block)
        elif starts_as_step(text) or isinstance(following, CodeBlock) or self._leads_to(caption, following):
            self._begin(block.line, text, blocks=(block,))
        else:
            self._attach(block)

    def _lead_in(self, block: Paragraph, caption: bool) -> None:
        """A paragraph before steps belongs to them when it says so; otherwise to the step before it."""
        if caption or not self.drafts:
            self.ahead.append(block)
        else:
            self._attach(block)

    def _leads_to(self, caption: bool, following: Block | None) -> bool:
        return caption and isinstance(following, Items | Table) and self.sort is not Sort.OPEN

    def _begin(self, line: int, lead: str, *, blocks: Sequence[Block] = (), phase: str = "") -> Draft:
        draft = Draft(line=line, lead=lead, phase=phase or self.phase)
        for block in self.ahead:
            draft.add(block)
        self.ahead = []
        draft.own = len(draft.texts)
        for block in blocks:
            draft.add(block)
        if not draft.text:
            draft.texts.append(self.title or lead)
        self.drafts.append(draft)
        return draft

    def _attach(self, block: Block, *, forget: bool = True) -> None:
        output, self.output_next = self.output_next, self.output_next and not forget
        if not self.drafts or (self.ahead and not isinstance(block, CodeBlock)):
            self.ahead.append(block)
        elif not (output and isinstance(block, CodeBlock) and self.drafts[-1].add_output(block)):
            self.drafts[-1].add(block)

    # --- lists

    def _makes_steps(self, block: Items) -> bool:
        """Whether a list is one of steps: numbered, or half of its bullets are something to do."""
        if block.ordered:
            return True
        steps = sum(self._is_step(item) for item in block.items)
        return steps * 2 >= len(block.items)

    def _is_step(self, item: Item) -> bool:
        lead = _lead(item)
        if item.task or starts_as_step(lead) or any(isinstance(block, CodeBlock) for block in item.blocks):
            return True
        if self._opens(item):
            return True
        return self.sort is Sort.LOOK and lead.rstrip().endswith(("?", "？"))

    def _opens(self, item: Item) -> bool:
        """Whether an item is only a heading for the steps within it."""
        if len(item.blocks) != 2 or not isinstance(item.blocks[0], Paragraph) or not isinstance(item.blocks[1], Items):
            return False
        lead, inner = item.blocks[0].raw.strip(), item.blocks[1]
        if starts_with_condition(lead) or not self._makes_steps(inner):
            return False
        if not inner.ordered and not all(self._is_step(each) for each in inner.items):
            return False
        plain = bare(lead).rstrip("*_ ")
        return (
            len(plain) <= 60
            and "\n" not in plain
            and (bool(_HEADING_LIKE.fullmatch(lead)) or item.task or not is_command(lead))
            and not (is_command(lead) and not lead.startswith(("**", "__")))
        )

    def _items(self, block: Items, phase: str) -> None:
        steps = sum(self._is_step(item) for item in block.items)
        mostly = self.sort is not Sort.OPEN and steps * 3 >= len(block.items) * 2  # then its other items are as well
        all_of_them = block.ordered or mostly
        for item, number in zip(block.items, _numbers(block), strict=True):
            inner_phase = " › ".join(each for each in (phase, _plain(_lead(item))) if each)
            if self._opens(item) and all(draft.phase != inner_phase for draft in self.drafts):
                _, inner = item.blocks
                assert isinstance(inner, Items)
                self._items(inner, inner_phase)
            elif not item.blocks:
                continue
            elif all_of_them or self._is_step(item):
                draft = self._begin(item.line, _lead(item), blocks=item.blocks, phase=phase)
                draft.number = number
            else:
                self._attach(Paragraph(line=item.line, raw=item.raw))

    # --- tables

    def _rows(self, table: Table, action: int, number: int | None) -> None:
        for line, cells in table.rows:
            if any(cell.strip() for cell in cells):
                self._row(table.header, line, cells, action, number)

    def _row(self, header: Sequence[str], line: int, cells: Sequence[str], action: int, number: int | None) -> None:
        texts, code = list[str](), list[Code]()
        several = len([cell for at, cell in enumerate(cells) if cell.strip() and at != number]) > 1
        for at, cell in enumerate(cells):
            words, name = _broken(cell), header[at].strip() if at < len(header) else ""
            if not words.strip() or at == number:
                continue
            if _COMMAND.match(name) and at != action:
                code.append(commands.block(words.strip().strip("`"), ""))
            else:
                texts.append(f"**{name}:** {words}" if several and name else words)
        draft = self._begin(line, _broken(cells[action]) or " ".join(cells))
        draft.texts[draft.own :] = ["\n".join(texts)]
        draft.lines.append((line, draft.texts[-1]))
        draft.code += code
        if number is not None:
            counted = header[number].strip() if re.search(r"\w", header[number]) else ""
            draft.label = f"{counted} {cells[number].strip()}".strip()


def _action_columns(table: Table) -> tuple[int, int | None] | None:
    """The column that says what to do, and the one that counts; None when this is no table of steps."""
    if not table.rows or len(table.header) < 2:
        return None
    number = next((at for at in range(len(table.header)) if _counts(table, at)), None)
    named = [at for at, name in enumerate(table.header) if _ACTION.match(bare(name)) and at != number]
    likely = [at for at in named if _share(table, at) >= 0.5] or (named if number is not None else [])
    if likely:
        return max(likely, key=lambda at: (_share(table, at), -at)), number
    if number is not None:
        best = max((at for at in range(len(table.header)) if at != number), key=lambda at: (_share(table, at), -at))
        return (best, number) if _share(table, best) >= 0.5 else None
    return None


def _counts(table: Table, at: int) -> bool:
    cells = [cells[at] for _, cells in table.rows if at < len(cells)]
    return bool(cells) and all(_COUNT.fullmatch(cell) for cell in cells) and at == 0


def _share(table: Table, at: int) -> float:
    """How many of the column's cells begin like something to do."""
    cells = [cells[at] for _, cells in table.rows if at < len(cells) and cells[at].strip()]
    return sum(starts_as_step(cell) for cell in cells) / len(cells) if cells else 0.0


def _unmarked(text: str) -> str:
    """The words of a caption, without emphasis."""
    return re.sub(r"[*_`]", "", bare(text)).strip()


def _broken(cell: str) -> str:
    return re.sub(r"\s*<br\s*/?>\s*", "\n", cell, flags=re.IGNORECASE)


def _between_numbers(body: Sequence[Block]) -> frozenset[int]:
    """Where the blocks stand that interrupt a numbered list which goes on behind them, at the next number."""
    inside = set[int]()
    lists = [(place, block) for place, block in enumerate(body) if isinstance(block, Items) and block.ordered]
    for (place, block), (until, following) in pairwise(lists):
        last, first = block.items[-1].number, following.items[0].number
        if first and last and int(first) > 1 and 0 < int(first) - int(last) <= 2:
            inside.update(range(place + 1, until))
    return frozenset(inside)


def _numbers(block: Items) -> list[str]:
    """What its items are called: as written, or counted where all are written the same."""
    written = [item.number for item in block.items]
    if len(set(written)) > 1 or not written[0]:
        return written
    return [str(int(written[0]) + place) for place in range(len(written))]


def _lead(item: Item) -> str:
    """The words an item begins with."""
    return next((block.raw for block in item.blocks if not isinstance(block, CodeBlock)), "")


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\*\*|__|`", "", text).split()).rstrip(":：").strip()


def _listed(block: Items, code: list[Code]) -> str:
    """A list as text. Code within it goes to the code of the step."""
    if not any(isinstance(each, CodeBlock | Table) for each in _within(block)):
        return textwrap.dedent(block.raw)
    return "\n".join(_indented(item, code) for item in block.items)


def _within(block: Items) -> list[Block]:
    found = list[Block]()
    for item in block.items:
        for each in item.blocks:
            found += _within(each) if isinstance(each, Items) else [each]
    return found


def _indented(item: Item, code: list[Code]) -> str:
    mark = f"{item.number}. " if item.number else "- [ ] " if item.task else "- "
    texts = list[str]()
    for block in item.blocks:
        match block:
            case CodeBlock():
                code.append(commands.block(block.text, block.language))
            case Table():
                code.append(Code(text=block.raw, language="markdown"))
            case Items():
                texts.append(_listed(block, code))
            case _:
                texts.append(block.raw)
    pad = " " * (2 if not item.number else len(mark))
    lines = "\n".join(texts).split("\n")
    return "\n".join([mark + lines[0], *(pad + line if line else "" for line in lines[1:])])
