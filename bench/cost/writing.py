"""Writes what was measured into docs/performance.md, between its marks, and draws the plot beside it."""

import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import psutil

from bench.cost.figures import Bars, Figure, Measured

ROOT = Path(__file__).parents[2]
PAGE, PLOT = ROOT / "docs" / "performance.md", ROOT / "docs" / "images" / "performance.svg"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
MARKS = {True: "met", False: "**missed**", None: "–"}
LINE, GAP, NAME, WIDE = 20, 34, 190, 330  # of the plot, in pixels


def machine() -> dict[str, str]:
    """What the figures were taken on."""
    return {
        "when": datetime.now(UTC).strftime("%Y-%m-%d"),  # noqa: TID251 - a date on a report, not a time in a room
        "processors": str(psutil.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GB",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load": f"{psutil.getloadavg()[0]:.1f}",
    }


def write(found: Mapping[str, Measured], *, quick: bool) -> None:
    here = PAGE.read_text(encoding="utf-8")
    before, rest = here.split(BEGIN)
    _, after = rest.split(END)
    text = page(found, quick=quick)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    if bars := [each for one in found.values() for each in one.bars]:
        PLOT.write_text(plot(bars), encoding="utf-8")


def page(found: Mapping[str, Measured], *, quick: bool) -> str:
    """All that stands between the marks."""
    on = machine()
    rounds = "a quick run: its figures say that everything runs, and little else" if quick else "medians, least to most"
    lines = [
        f"Measured {on['when']} with Python {on['python']} on {on['processors']} processors and {on['memory']} of memory "
        f"({on['system']}), load {on['load']} at the end; {rounds}.",
        "",
        table([each for one in found.values() for each in one.figures]),
        "",
        "![What it costs, drawn](images/performance.svg)",
    ]
    for one in found.values():
        for title, text in one.tables.items():
            lines += ["", f"### {title}", "", text]
    return "\n".join(lines)


def table(figures: Iterable[Figure]) -> str:
    lines = ["| figure | target | result | | |", "|---|---|---|---|---|"]
    group = ""
    for each in figures:
        if each.group != group:
            group = each.group
            lines.append(f"| **{group}** | | | | |")
        lines.append(f"| {each.name} | {each.target} | {each.result} | {MARKS[each.holds]} | {each.says} |")
    return "\n".join(lines)


def plot(several: Iterable[Bars]) -> str:
    """Bars under one another, light and dark as the reader's page is."""
    drawn, top = list[str](), 0
    for bars in several:
        drawn.append(f'<text x="0" y="{top + 16}" class="title">{escape(bars.title)}, {escape(bars.unit)}</text>')
        top += 28
        most = max(value for _, value in bars.rows) or 1.0
        alone = not any(name.startswith("warroom") for name, _ in bars.rows)  # no floor beside it
        for name, value in bars.rows:
            wide = max(1.0, WIDE * value / most)
            ours = ' class="ours"' if alone or name.startswith("warroom") else ""
            drawn.append(f'<text x="{NAME - 8}" y="{top + 14}" text-anchor="end">{escape(name)}</text>')
            drawn.append(f'<rect{ours} x="{NAME}" y="{top + 3}" width="{wide:.0f}" height="{LINE - 6}" rx="2"/>')
            drawn.append(f'<text x="{NAME + wide + 6:.0f}" y="{top + 14}">{_number(value)}</text>')
            top += LINE
        top += GAP - LINE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -8 {NAME + WIDE + 80} {top + 8}" role="img">\n'
        "<title>What it costs</title>\n"
        "<style>:root{color-scheme:light dark}svg{background:#fff;"
        'font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}\n'
        "text{fill:#1f2328}.title{font-weight:600;font-size:14px}rect{fill:#8c959f}.ours{fill:#3b76c4}\n"
        "@media(prefers-color-scheme:dark){svg{background:#0d1117}text{fill:#e6edf3}rect{fill:#6e7681}.ours{fill:#5b94dc}}"
        "</style>\n" + "\n".join(drawn) + "\n</svg>\n"
    )


def _number(value: float) -> str:
    """Three digits and more are enough: 0.585, 12.3, 2,977."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
