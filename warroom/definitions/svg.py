"""A runbook as a drawing: one SVG file, without scripts, fonts or anything else from elsewhere.

Steps stand below one another in the order of the file, as people read them, and every step is a layer of its own. Ways
that lead further on than to the next step run down on the right, ways that lead back run up on the left; all that lead
to the same step share one line. What picks a way is written in its step, beside where the line begins, so that no label
can lie on another, however many steps there are.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from warroom.core import durations
from warroom.core.runbook import Runbook, Step
from warroom.core.steps.kind import END
from warroom.core.steps.parallel import Parallel
from warroom.definitions.ways import Way, Why, drawn, explored

_WIDE, _PAD, _INDENT, _GAP, _LANE = 400, 12, 28, 26, 14
_TITLE, _SMALL = 15, 12  # font sizes
_LINE, _ROW = 20, 18  # heights of a line of the title, and of a line below it
_MOST_INDENTED = 4
_BOLD = 1.2  # how much wider bold letters are

_STYLE = """\
:root{color-scheme:light dark}
svg{background:#fff;font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
text{fill:#1f2328}.small{fill:#57606a}.danger{fill:#b42318}.phase{fill:#57606a;font-weight:600}
.box{fill:#f6f8fa;stroke:#8c959f}.asks{fill:#fff8e6;stroke:#b08800}.looks{fill:#eaf3ff;stroke:#3b76c4}
.acts{fill:#fdeeee;stroke:#c4453b}.walks{fill:#f2ecfb;stroke:#7a5bb5}.end{fill:#e6f4ea;stroke:#3f8f58}
.way{fill:none;stroke:#57606a;stroke-width:1.5}.aside{stroke-dasharray:5 4}.tip{fill:#57606a}.rule{stroke:#d0d7de}
@media(prefers-color-scheme:dark){svg{background:#0d1117}text{fill:#e6edf3}.small,.phase{fill:#9da7b3}
.danger{fill:#ff9b8f}.box{fill:#161b22;stroke:#6e7681}.asks{fill:#2b2410;stroke:#c9a227}
.looks{fill:#10233d;stroke:#5b94dc}.acts{fill:#351615;stroke:#e0685e}.walks{fill:#231a38;stroke:#a486dd}
.end{fill:#12291a;stroke:#56a872}.way{stroke:#9da7b3}.tip{fill:#9da7b3}.rule{stroke:#30363d}}"""
_CLASSES = {"choose": "asks", "ask": "asks", "confirm": "asks", "check": "looks", "act": "acts", "runbook": "walks"}
_ASIDE = (Why.FAILED, Why.LATE, Why.LIMIT)


@dataclass(kw_only=True, slots=True)
class _Node:
    """One step, laid out. `rows` are the ways that need a line, with how far down in the box each begins."""

    place: int
    step: Step
    depth: int
    title: list[str]
    rows: list[tuple[Way, int]]
    height: int
    top: int = 0

    @property
    def left(self) -> int:
        return self.depth * _INDENT


@dataclass(kw_only=True, slots=True)
class _Sheet:
    """The whole drawing. `x` of nodes begins at 0; lanes of ways lead left and right of that."""

    runbook: Runbook
    nodes: list[_Node]
    captions: dict[str, list[str]] = field(default_factory=dict)
    ways: tuple[Way, ...] = ()
    end: int = 0
    bottom: int = 0
    back: Mapping[str, int] = field(default_factory=dict)
    forth: Mapping[str, int] = field(default_factory=dict)

    def place(self, step: str) -> int:
        """The row of a step; one more than the last for the end."""
        return next((node.place for node in self.nodes if node.step.id == step), len(self.nodes))

    def entry(self, step: str) -> int:
        """How far down the lines that lead to this step end."""
        row = self.place(step)
        return self.end + 14 if row == len(self.nodes) else self.nodes[row].top + 16


def svg(runbook: Runbook) -> str:
    """The drawing, as the text of an SVG file."""
    return "\n".join(_written(_laid_out(runbook))) + "\n"


# --- layout


def _laid_out(runbook: Runbook) -> _Sheet:
    found = drawn(runbook)
    depths = _depths(runbook)
    sheet = _Sheet(runbook=runbook, nodes=[], ways=found, captions=_captions(runbook))
    for place, step in enumerate(runbook.steps):
        depth = depths.get(step.id, 0)
        below = runbook.steps[place + 1].id if place + 1 < len(runbook.steps) else END
        ways = [way for way in found if way.source == step.id and (way.target != below or way.label)]
        sheet.nodes.append(_node(place, step, depth, ways))
    _stack(sheet)
    sheet.forth = _lanes(sheet, forward=True)
    sheet.back = _lanes(sheet, forward=False)
    return sheet


def _depths(runbook: Runbook) -> dict[str, int]:
    """How many parallel steps each step lies in."""
    parallel = {step.id: runbook.stops(step) for step in runbook.steps if isinstance(step.what, Parallel)}
    depths: dict[str, int] = {}
    for place in explored(runbook):
        inside = sum(1 for stops in parallel.values() if stops and stops <= place.stops)
        depths[place.step] = min(depths.get(place.step, _MOST_INDENTED), inside)
    return depths


def _captions(runbook: Runbook) -> dict[str, list[str]]:
    """What stands above a step: the phase that begins there, and the branch."""
    captions: dict[str, list[str]] = {step.id: [] for step in runbook.steps}
    before = ""
    for step in runbook.steps:
        if step.phase and step.phase != before:
            captions[step.id].append(step.phase)
        before = step.phase
    for way in drawn(runbook):
        if way.why is Why.BRANCH and way.target in captions:
            captions[way.target].append(f"∥ {way.label}")
    return captions


def _node(place: int, step: Step, depth: int, ways: Sequence[Way]) -> _Node:
    title = wrapped(f"{place + 1}. {step.title}", (_WIDE - depth * _INDENT - 2 * _PAD) / _TITLE / _BOLD)
    under = _PAD + len(title) * _LINE + _ROW * len(_facts(step))
    rows = [(way, under + at * _ROW + _ROW // 2) for at, way in enumerate(ways)]
    return _Node(
        place=place,
        step=step,
        depth=depth,
        title=title,
        rows=rows,
        height=under + len(rows) * _ROW + _PAD // 2,
    )


def _facts(step: Step) -> list[tuple[str, str]]:
    """The small lines below the title, each with its class."""
    expected = durations.write(step.expected) if step.expected else ""
    facts = [("small", " · ".join(part for part in (step.what.word, step.who, expected) if part))]
    if step.danger:
        facts.append(("danger", f"⚠ {step.danger}"))
    return facts


def _stack(sheet: _Sheet) -> None:
    """Give every node its place from the top."""
    at = 0
    for node in sheet.nodes:
        at += len(sheet.captions[node.step.id]) * _ROW
        node.top = at
        at += node.height + _GAP
    sheet.end = at
    sheet.bottom = at + 28


def _lanes(sheet: _Sheet, *, forward: bool) -> dict[str, int]:
    """Which lane the ways to each step run in: as near as they can without touching those to another."""
    spans: dict[str, tuple[int, int]] = {}
    for node in sheet.nodes:
        for way, down in node.rows:
            if _runs(sheet, node, way, forward=forward):
                begin, end = sorted((node.top + down, sheet.entry(way.target)))
                low, high = spans.get(way.target, (begin, end))
                spans[way.target] = (min(low, begin), max(high, end))
    lanes: dict[str, int] = {}
    for target, (low, high) in sorted(spans.items(), key=lambda each: (each[1][1] - each[1][0], each[0])):
        near = {lane for other, lane in lanes.items() if spans[other][0] <= high + 4 and low - 4 <= spans[other][1]}
        lanes[target] = next(lane for lane in range(len(spans) + 1) if lane not in near)
    return lanes


def _runs(sheet: _Sheet, node: _Node, way: Way, *, forward: bool) -> bool:
    """Whether this way runs on that side; one to the next step needs no lane."""
    row = sheet.place(way.target)
    return row > node.place + 1 if forward else row <= node.place


# --- writing


def _written(sheet: _Sheet) -> Iterator[str]:
    left = 16 + _LANE * (max(sheet.back.values(), default=-1) + 2)
    right = _WIDE + 16 + _LANE * (max(sheet.forth.values(), default=-1) + 2)
    heading = wrapped(sheet.runbook.title, _WIDE / 20 / _BOLD)
    top = 20 + 26 * len(heading)
    box = f"{-left} {-top} {left + right} {top + sheet.bottom + 16}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{left + right}" '
        f'height="{top + sheet.bottom + 16}" role="img" aria-labelledby="name about">'
    )
    yield f'<title id="name">{_text(sheet.runbook.title)}</title>'
    yield f'<desc id="about">{_text(f"The {len(sheet.nodes)} steps of this runbook, and where each leads.")}</desc>'
    yield f"<style>{_STYLE}</style>"
    for at, line in enumerate(heading):
        yield f'<text x="0" y="{26 * (at + 1) - top}" font-size="20" font-weight="600">{_text(line)}</text>'
    for node in sheet.nodes:
        yield from _captioned(sheet, node)
        yield from _drawn(sheet, node)
    for node in sheet.nodes:
        yield from _led(sheet, node)
    if any(way.target == END for way in sheet.ways):
        yield f'<g><title>end</title><rect class="end" x="0" y="{sheet.end}" width="64" height="28" rx="14"/>'
        yield f'<text x="32" y="{sheet.end + 19}" font-size="{_SMALL + 1}" text-anchor="middle">end</text></g>'
    yield "</svg>"


def _captioned(sheet: _Sheet, node: _Node) -> Iterator[str]:
    captions = sheet.captions[node.step.id]
    beside = (
        max(node.left, sheet.nodes[node.place - 1].left if node.place else 0) + 24
    )  # clear of the way that comes down
    for at, caption in enumerate(captions):
        down = node.top - 6 - (len(captions) - 1 - at) * _ROW
        words = _text(_cut(caption, _WIDE / _SMALL))
        yield f'<text class="phase" x="{beside}" y="{down}" font-size="{_SMALL}">{words}</text>'


def _drawn(sheet: _Sheet, node: _Node) -> Iterator[str]:
    kind = _CLASSES.get(node.step.what.word, "box")
    wide = _WIDE - node.left
    yield f"<g><title>{_text(f'{node.place + 1}. {node.step.title}')}</title>"
    yield f'<rect class="{kind}" x="{node.left}" y="{node.top}" width="{wide}" height="{node.height}" rx="6"/>'
    down = node.top + _PAD + _TITLE - 2
    for line in node.title:
        yield f'<text x="{node.left + _PAD}" y="{down}" font-size="{_TITLE}" font-weight="600">{_text(line)}</text>'
        down += _LINE
    for kind, fact in _facts(node.step):
        words = _text(_cut(fact, (wide - 2 * _PAD) / _SMALL))
        yield f'<text class="{kind}" x="{node.left + _PAD}" y="{down - 3}" font-size="{_SMALL}">{words}</text>'
        down += _ROW
    for way, at in node.rows:
        yield _row(sheet, node, way, node.top + at)
    yield "</g>"


def _row(sheet: _Sheet, node: _Node, way: Way, down: int) -> str:
    """The line of a way inside its step: to the right when it leads on, to the left when it leads back."""
    row = sheet.place(way.target)
    where = "end" if row == len(sheet.nodes) else str(row + 1)
    label = _cut(way.label, (_WIDE - node.left - 90) / _SMALL)
    if row <= node.place:
        at, anchor, words = node.left + _PAD, "start", f"{where} ← {label}"
    elif row == node.place + 1:
        at, anchor, words = _WIDE - _PAD, "end", f"{label} ↓"
    else:
        at, anchor, words = _WIDE - _PAD, "end", f"{label} → {where}"
    return f'<text x="{at}" y="{down + 4}" font-size="{_SMALL}" text-anchor="{anchor}">{_text(words.strip())}</text>'


def _led(sheet: _Sheet, node: _Node) -> Iterator[str]:
    """The lines of a step's ways."""
    for way in (way for way in sheet.ways if way.source == node.step.id):
        if sheet.place(way.target) == node.place + 1:
            yield from _down(sheet, node, way)
    for way, at in node.rows:
        row, down = sheet.place(way.target), node.top + at
        aside = " aside" if way.why in _ASIDE else ""
        if row > node.place + 1:
            lane = _WIDE + 18 + _LANE * sheet.forth[way.target]
            yield from _round(_WIDE, down, lane, sheet.entry(way.target), _inward(sheet, row), aside)
        elif row <= node.place:
            lane = -18 - _LANE * sheet.back[way.target]
            yield from _round(node.left, down, lane, sheet.entry(way.target), sheet.nodes[row].left, aside)


def _inward(sheet: _Sheet, row: int) -> int:
    return 64 if row == len(sheet.nodes) else _WIDE


def _down(sheet: _Sheet, node: _Node, way: Way) -> Iterator[str]:
    """Straight to the next step, from the lower edge."""
    row = sheet.place(way.target)
    there = sheet.end if row == len(sheet.nodes) else sheet.nodes[row].top
    begin = node.top + node.height
    depth = node.depth if row == len(sheet.nodes) else max(node.depth, sheet.nodes[row].depth)
    across = depth * _INDENT + 12
    aside = " aside" if way.why in _ASIDE else ""
    yield f'<path class="way{aside}" d="M{across} {begin}V{there - 6}"/>'
    yield f'<path class="tip" d="M{across} {there}l-4 -7h8z"/>'


def _round(begin: int, down: int, lane: int, there: int, end: int, aside: str) -> Iterator[str]:
    """Out to a lane, along it, and back in to where the way leads."""
    out = 1 if lane > begin else -1
    turn = 6 if there > down else -6
    inward = end + 6 * out
    yield (
        f'<path class="way{aside}" d="M{begin} {down}H{lane - 6 * out}Q{lane} {down} {lane} {down + turn}'
        f'V{there - turn}Q{lane} {there} {lane - 6 * out} {there}H{inward}"/>'
    )
    yield f'<path class="tip" d="M{end} {there}l{7 * out} -4v8z"/>'


# --- text


def wrapped(text: str, most: float, lines: int = 3) -> list[str]:
    """The text on lines that are at most so many ems wide; what does not fit into `lines` of them is cut."""
    made = [""]
    for word in _clean(text).split():
        for piece in _pieces(word, most):
            longer = f"{made[-1]} {piece}".strip()
            if width(longer) <= most:
                made[-1] = longer
            else:
                made.append(piece)
    made = [line for line in made if line] or [""]
    return made if len(made) <= lines else [*made[: lines - 1], _cut(" ".join(made[lines - 1 :]), most)]


def _pieces(word: str, most: float) -> Iterable[str]:
    """A word that is longer than a line, in pieces that are not."""
    while width(word) > most:
        size = max(1, next(at for at in range(1, len(word) + 1) if width(word[:at]) > most) - 1)
        yield word[:size]
        word = word[size:]
    yield word


def _cut(text: str, most: float) -> str:
    line = _clean(text)
    if width(line) <= most:
        return line
    size = next(at for at in range(1, len(line) + 1) if width(line[:at]) > most - 1) - 1
    return line[:size].rstrip() + "…"


def width(text: str) -> float:
    """About how wide a text is, in ems, whatever font it is shown in."""
    return sum(_wide(each) for each in text)


def _wide(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WF":
        return 1.05
    if unicodedata.combining(char):
        return 0
    if char in "ilj.,:;'|!()[] ft":
        return 0.33
    return 0.9 if char in "mwMW@%" else 0.68 if char.isupper() else 0.57


def _clean(text: str) -> str:
    """On one line, and nothing that XML does not allow."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _text(text: str) -> str:
    return escape(_clean(text), quote=True)
