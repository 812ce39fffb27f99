"""A scenario as a drawing: one SVG file, without scripts, fonts or anything else from elsewhere.

Time runs down. Each inject is a box at its time; what hangs on it stands below it, further in, joined to it on the left.
What follows another inject at a time of its own is joined to it by a line on the right.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from warroom.core.durations import write
from warroom.core.scenario import Scenario
from warroom.definitions.svg import wrapped
from warroom.rehearsal.outline import EXPECT, Item, Outline, outline, reading

_LEFT, _WIDE, _PAD, _INDENT, _GAP, _LANE = 76, 520, 10, 26, 10, 14
_TITLE, _SMALL, _LINE, _ROW, _HEADING = 14, 12, 19, 17, 34
_BOLD = 1.2  # how much wider bold letters are

_STYLE = """\
:root{color-scheme:light dark}
svg{background:#fff;font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
text{fill:#1f2328}.small{fill:#57606a}.at{fill:#57606a;font-variant-numeric:tabular-nums}.part{fill:#57606a;font-weight:600}
.box{fill:#f6f8fa;stroke:#8c959f}.opens{fill:#fdeeee;stroke:#c4453b}.expects{fill:#eaf3ff;stroke:#3b76c4}
.if{fill:#fff8e6;stroke:#b08800}.hint{fill:#e6f4ea;stroke:#3f8f58}.card{fill:#f2ecfb;stroke:#7a5bb5}
.way{fill:none;stroke:#57606a;stroke-width:1.5}.aside{stroke-dasharray:5 4}.tip{fill:#57606a}.rule{stroke:#d0d7de}
@media(prefers-color-scheme:dark){svg{background:#0d1117}text{fill:#e6edf3}.small,.at,.part{fill:#9da7b3}
.box{fill:#161b22;stroke:#6e7681}.opens{fill:#351615;stroke:#e0685e}.expects{fill:#10233d;stroke:#5b94dc}
.if{fill:#2b2410;stroke:#c9a227}.hint{fill:#12291a;stroke:#56a872}.card{fill:#231a38;stroke:#a486dd}
.way{stroke:#9da7b3}.tip{fill:#9da7b3}.rule{stroke:#30363d}}"""


@dataclass(kw_only=True, slots=True)
class _Box:
    """One item, laid out; `parent` is the place of the box that it hangs on."""

    item: Item
    depth: int
    parent: int | None
    title: list[str]
    facts: list[str]
    kind: str
    top: int = 0

    @property
    def left(self) -> int:
        return _LEFT + self.depth * _INDENT

    @property
    def height(self) -> int:
        return 2 * _PAD + len(self.title) * _LINE + len(self.facts) * _ROW - 4


@dataclass(kw_only=True, slots=True)
class _Sheet:
    boxes: list[_Box]
    headings: list[tuple[int, str]]
    bottom: int = 0


def svg(scenario: Scenario) -> str:
    """The drawing, as the text of an SVG file."""
    return "\n".join(_written(scenario, _laid_out(outline(scenario)))) + "\n"


def _laid_out(plan: Outline) -> _Sheet:
    sheet = _Sheet(boxes=[], headings=[])
    for part in plan.parts:
        at = f"{reading(part.at)}  " if part.at is not None else ""
        _put(sheet, f"{at}{part.move.title}" if part.move else "", part.items)
    for heading, items in (("On a condition", plan.waiting), ("By hand", plan.by_hand), ("The deck", plan.deck)):
        if items:
            _put(sheet, heading, items, card=heading == "The deck")
    return sheet


def _put(sheet: _Sheet, heading: str, items: tuple[Item, ...], *, card: bool = False) -> None:
    if heading:
        sheet.headings.append((sheet.bottom + _HEADING - 12, heading))
        sheet.bottom += _HEADING
    for item in items:
        over: list[int] = []  # the places of the boxes above, by depth
        for depth, each in item.everything():
            box = _box(each, depth, over[depth - 1] if depth else None, card=card)
            box.top = sheet.bottom
            over[depth:] = [len(sheet.boxes)]
            sheet.boxes.append(box)
            sheet.bottom += box.height + _GAP


def _box(item: Item, depth: int, parent: int | None, *, card: bool) -> _Box:
    wide = _WIDE - depth * _INDENT - 2 * _PAD
    kind = "" if item.kind == EXPECT else f"{item.kind}: "
    to = f"to {', '.join(item.to)}" if item.to and item.kind != EXPECT else ", ".join(item.to)
    facts = " · ".join(part for part in (item.when, to, *item.facts) if part)
    return _Box(
        item=item,
        depth=depth,
        parent=parent,
        title=wrapped(f"{kind}{item.title}", wide / _TITLE / _BOLD, 2),
        facts=wrapped(facts, wide / _SMALL, 3) if facts else [],
        kind="card" if card else _kind(item),
    )


def _kind(item: Item) -> str:
    if item.kind == EXPECT:
        return "expects"
    if item.contingency or item.when.startswith("when"):
        return "if"
    if item.kind == "hint":
        return "hint"
    return "opens" if any(each.startswith(("opens", "breaks")) for each in item.facts) else "box"


# --- writing


def _written(scenario: Scenario, sheet: _Sheet) -> Iterator[str]:
    follows = _follows(scenario, sheet)
    lanes = _lanes(sheet, follows)
    heading = wrapped(scenario.title, _WIDE / 20 / _BOLD)
    top = 52 + 26 * len(heading)
    wide = _LEFT + _WIDE + 16 + _LANE * (max(lanes.values(), default=-1) + 2)
    high = top + sheet.bottom + 16
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 {-top} {wide + 12} {high}" width="{wide + 12}" '
        f'height="{high}" role="img" aria-labelledby="name about">'
    )
    yield f'<title id="name">{_text(scenario.title)}</title>'
    about = f"The plan of this game: {len(scenario.injects)} injects and {len(scenario.expectations)} expectations."
    yield f'<desc id="about">{_text(about)}</desc>'
    yield f"<style>{_STYLE}</style>"
    for at, line in enumerate(heading):
        yield f'<text x="0" y="{26 * (at + 1) - top}" font-size="20" font-weight="600">{_text(line)}</text>'
    length = f"{write(scenario.length)} · {len(scenario.injects)} injects · {len(scenario.expectations)} expectations"
    yield f'<text class="small" x="0" y="{26 * len(heading) + 20 - top}" font-size="13">{_text(length)}</text>'
    for down, caption in sheet.headings:
        words = _text(wrapped(caption, (_LEFT + _WIDE) / 13 / _BOLD, 1)[0])
        yield f'<text class="part" x="0" y="{down}" font-size="13">{words}</text>'
        yield f'<path class="rule" d="M0 {down + 6}H{_LEFT + _WIDE}"/>'
    for box in sheet.boxes:
        yield from _drawn(box)
        yield from _joined(sheet, box)
    for (one, other), lane in lanes.items():
        yield from _led(sheet.boxes[one], sheet.boxes[other], _LEFT + _WIDE + 18 + _LANE * lane)
    yield "</svg>"


def _drawn(box: _Box) -> Iterator[str]:
    item, wide = box.item, _WIDE - box.depth * _INDENT
    yield f"<g><title>{_text(item.title)}</title>"
    if item.at is not None:
        by = "by " if item.kind == EXPECT else ""
        yield f'<text class="at" x="0" y="{box.top + 25}" font-size="{_SMALL}">{by}{reading(item.at)}</text>'
    yield f'<rect class="{box.kind}" x="{box.left}" y="{box.top}" width="{wide}" height="{box.height}" rx="6"/>'
    down = box.top + _PAD + _TITLE - 1
    for line in box.title:
        yield f'<text x="{box.left + _PAD}" y="{down}" font-size="{_TITLE}" font-weight="600">{_text(line)}</text>'
        down += _LINE
    for line in box.facts:
        yield f'<text class="small" x="{box.left + _PAD}" y="{down - 2}" font-size="{_SMALL}">{_text(line)}</text>'
        down += _ROW
    yield "</g>"


def _joined(sheet: _Sheet, box: _Box) -> Iterator[str]:
    """From what it hangs on, down on the left and in."""
    if box.parent is None:
        return
    over = sheet.boxes[box.parent]
    across, down = over.left + _INDENT // 2, box.top + 20
    aside = "" if box.item.kind == EXPECT else " aside"
    yield f'<path class="way{aside}" d="M{across} {over.top + over.height}V{down}H{box.left - 5}"/>'
    yield f'<path class="tip" d="M{box.left} {down}l-7 -4v8z"/>'


def _follows(scenario: Scenario, sheet: _Sheet) -> list[tuple[int, int]]:
    """The places of boxes of which the second follows the first, and does not stand below it."""
    places = {each.item.id: at for at, each in enumerate(sheet.boxes) if each.item.kind != EXPECT}
    return [
        (places[inject.timing.after], places[inject.id])
        for inject in scenario.injects
        if inject.timing.after in places
        and inject.id in places
        and sheet.boxes[places[inject.id]].parent != places[inject.timing.after]
    ]


def _lanes(sheet: _Sheet, follows: list[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Which lane each of these lines runs in, so that no two touch."""
    lanes: dict[tuple[int, int], int] = {}
    for one, other in sorted(follows, key=lambda each: abs(each[1] - each[0])):
        low, high = sorted((one, other))
        near = {lane for pair, lane in lanes.items() if min(pair) <= high and low <= max(pair)}
        lanes[one, other] = next(lane for lane in range(len(follows) + 1) if lane not in near)
    return lanes


def _led(one: _Box, other: _Box, lane: int) -> Iterator[str]:
    begin, end, right = one.top + one.height - 12, other.top + 20, _LEFT + _WIDE
    turn = 6 if end > begin else -6
    yield (
        f'<path class="way" d="M{right} {begin}H{lane - 6}Q{lane} {begin} {lane} {begin + turn}'
        f'V{end - turn}Q{lane} {end} {lane - 6} {end}H{right + 6}"/>'
    )
    yield f'<path class="tip" d="M{right} {end}l7 -4v8z"/>'


def _text(text: str) -> str:
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return escape(line, quote=True)
