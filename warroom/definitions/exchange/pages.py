"""An incident report in Markdown: what stands below its heading `Timeline`, entry by entry."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from warroom.definitions.exchange import incident, times
from warroom.definitions.exchange.brought import Brought, Given, NotBrought, Notes
from warroom.definitions.exchange.documents import clean, text
from warroom.definitions.exchange.incident import Kind, Moment, Past
from warroom.definitions.exchange.roles import Roles, known, likely

ENDINGS = (".md", ".markdown")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
_FENCE = re.compile(r"\s*(```|~~~)")
_TIMELINE = re.compile(r"timeline|chronology|sequence of events", re.IGNORECASE)
_TIME = r"\d{1,2}:\d{2}(?::\d{2})?\s*(?:[ap]\.?m?\.?\b)?"
_DATE = r"\d{4}-\d\d-\d\d|[A-Z][a-z]{2,8}\.? \d{1,2},? \d{4}|\d{1,2} [A-Z][a-z]{2,8}\.? \d{4}"
_STAMP = rf"(?:(?P<date>{_DATE})(?:[T ,]+(?:(?:ca|approx)\.?|~)?\s*|$))?(?:~|ca\.?\s*)?(?P<time>{_TIME})?"
_STAMPED = re.compile(
    rf"{_STAMP}(?:\s*(?:-|–|—|to|until)\s*~?{_TIME})?(?:\s*\(?(?:UTC|GMT|[A-Z]{{2,4}}T)\)?)?(?:\s*[-–—:|]+\s*|\s+|$)(?P<rest>.*)"
)
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)]|\|)\s+")
_DATES = ("%Y-%m-%d", "%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y")
_ALERT = re.compile(r"\b(?:alert(?:s|ed)?|paged|pager|alarm)\b", re.IGNORECASE)
_TOLD = re.compile(r"\b(?:users?|customers?)\b[^.]*\breport", re.IGNORECASE)
_OVER = re.compile(
    r"\b(?:resolved|recover(?:s|ed)|back to (?:normal|working)|restored|incident ends|service resumes|fully usable|goes away|works again)\b",
    re.IGNORECASE,
)
_DAY = timedelta(days=1)


def bring(path: Path, given: Given) -> Brought:
    """The skeleton of a scenario. Names that are found are left out, beside those that are given.

    Raises NotBrought when there is no timeline with times in it.
    """
    said = text(path)
    lines = said.split("\n")
    entries = list(_entries(_section(lines, path)))
    if not entries:
        raise NotBrought(
            f"{path}: below `Timeline` no entry has a time; begin each with one, such as `### 14:05` or `- 14:05 The site is slow`."
        )
    notes = Notes()
    names = dict.fromkeys((*given.people, *likely(clean(said))))
    if found := [name for name in names if name not in given.people]:
        notes.warning("", f"taken for people, and replaced: {', '.join(found)}", aside=True)
    notes.warning(
        "", "a report has no list of people; read the result for names, and give those that are left with --person"
    )
    past = Past(title=_title(lines) or path.stem, source=str(path), moments=tuple(_moments(entries)))
    return incident.scenario(past, Roles(people=known(names)), notes, id=given.id, title=given.title)


def _headings(lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Where each heading stands, its level and its words; none in code."""
    fence = ""
    for at, line in enumerate(lines):
        if opened := _FENCE.match(line):
            fence = "" if fence == opened[1] else fence or opened[1]
        elif not fence and (found := _HEADING.match(line)):
            yield at, len(found[1]), found[2]


def _title(lines: Sequence[str]) -> str:
    """The first heading, without the date before it."""
    first = next((words for _, level, words in _headings(lines) if level == 1), "")
    return re.sub(rf"^(?:{_DATE})[\s,:–-]*", "", first).strip()


def _section(lines: Sequence[str], path: Path) -> list[str]:
    headings = list(_headings(lines))
    for number, (at, level, words) in enumerate(headings):
        if _TIMELINE.search(words):
            end = next((there for there, other, _ in headings[number + 1 :] if other <= level), len(lines))
            return list(lines[at + 1 : end])
    raise NotBrought(f"{path}: there is no heading `Timeline` in it; write one above the entries.")


def _entries(lines: Sequence[str]) -> Iterator[tuple[datetime | None, timedelta | None, str]]:
    """Each entry: its date and its time of day as far as they are written, and its words."""
    stamped = {at for at, _, words in _headings(lines) if _stamp(words)}
    below = bool(stamped)  # where headings are times, a time within an entry is part of it
    found: tuple[datetime | None, timedelta | None] | None = None
    words, fence = list[str](), ""
    for at, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark:
            fence = "" if fence == mark[1] else fence or mark[1]
        heading = _HEADING.match(line) if not fence else None
        item = (
            heading[2]
            if heading
            else ""
            if below or fence
            else _ITEM.sub("", line, count=1)
            if _ITEM.match(line)
            else line
        )
        begun = _stamp(item.replace("**", "")) if item and (at in stamped or not below) else None
        if begun:
            if found:
                yield (*found, _joined(words))
            found, words = begun[:2], [begun[2]]
        elif fence or mark:
            words += ["(code, see the report)"] if mark and fence else []
        elif not heading:
            words.append(line.strip(" |"))
    if found:
        yield (*found, _joined(words))


def _joined(words: Sequence[str]) -> str:
    """Paragraphs as lines, and no picture, frame or rule between them."""
    said = "\n".join(each for each in words if not re.match(r"<iframe|!\[|-{3,}$", each))
    return re.sub(r"\n{2,}", "\n", re.sub(r"(?<!\n)\n(?![\n*+-])", " ", said)).strip()


def _stamp(words: str) -> tuple[datetime | None, timedelta | None, str] | None:
    """The date and time at the beginning of some words, and the rest; None when there is neither."""
    found = _STAMPED.match(words.strip())
    if not found or not (found["date"] or found["time"]):
        return None
    clock = times.clock(re.sub(r"\s+", "", found["time"])) if found["time"] else None
    if found["time"] and clock is None and (bare := re.match(r"\d{1,2}:\d{2}", found["time"])):
        clock = times.clock(bare[0])  # `17:14pm`
    return _date(found["date"]), clock[1] if clock else None, found["rest"].strip(" |")


def _date(said: str | None) -> datetime | None:
    for form in _DATES if said else ():
        try:
            return datetime.strptime(said.replace(",", "").replace(".", ""), form)  # type: ignore[union-attr]  # noqa: DTZ007
        except ValueError:
            continue
    return None


def _moments(entries: Sequence[tuple[datetime | None, timedelta | None, str]]) -> Iterator[Moment]:
    """Offsets from the first entry. A time that is earlier than the one before it is on the next day."""
    day, last, begins = timedelta(0), timedelta(0), None
    first_day = next((date for date, _, _ in entries if date), None)
    over = [at for at, (_, _, said) in enumerate(entries) if _OVER.search(said)]
    for at, (date, clock, said) in enumerate(entries):
        if date and first_day:
            day = date - first_day
        here = day + (clock if clock is not None else timedelta(0))
        while clock is not None and date is None and begins is not None and here < last:
            day, here = day + _DAY, here + _DAY
        begins, last = here if begins is None else begins, here
        moment = Moment(at=here - begins, kind=_kind(said, at), text=said)
        yield replace(moment, kind=Kind.RESOLVED) if over and at == over[-1] and at else moment


def _kind(said: str, at: int) -> Kind:
    if at == 0:
        return Kind.DECLARED
    first = said.partition(".")[0]
    return Kind.ALERT if _ALERT.search(first) else Kind.TOLD if _TOLD.search(first) else Kind.NOTE
