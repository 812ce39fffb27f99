"""Pages: a file is one runbook, or holds many, an alert under each heading. Which, its structure says."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from warroom.core.declaring import dataclass
from warroom.definitions.importing import admonitions, asciidoc, frontmatter, html
from warroom.definitions.importing.blocks import Aside, Block, Definitions, Heading, lines_of, read
from warroom.definitions.importing.blocks import Line as Line
from warroom.definitions.importing.files import Written
from warroom.definitions.importing.frontmatter import FrontMatter
from warroom.definitions.importing.page import Page, alert_name
from warroom.definitions.importing.sections import Section, is_usual, plain_title, tree
from warroom.definitions.importing.slugs import Names, parted, slug

_LEAST_ALERTS = 3
_ALERT_HEADING = re.compile(r"alert(?:[ _-]?name)?\s*[:：-]\s*[\"'“`]?(?P<name>[^\"'”`]+?)[\"'”`]?$", re.IGNORECASE)
_INDEX_NAMES = frozenset(("readme", "index", "_index", "runbook", "playbook"))


@dataclass(frozen=True, slots=True)
class Text:
    """A file as blocks. `definitions` is the whole text, for the addresses that links name."""

    written: Written
    front: FrontMatter
    blocks: tuple[Block, ...]


def parsed(written: Written) -> Text:
    """The blocks of a file, whichever of the three ways it is written in."""
    lines = written.text.split("\n")
    front = frontmatter.read(lines)
    body = [line for line in lines_of(written.text) if line.number > front.ends]
    text = "\n".join(line.text for line in body)
    pairs = [(line.number, line.text) for line in body]
    if html.is_page(text):
        return Text(written, front, read([Line(*pair) for pair in html.to_markdown(pairs)], markup=False))
    if asciidoc.is_page(text):
        return Text(written, front, read([Line(*pair) for pair in asciidoc.to_markdown(pairs)]))
    return Text(written, front, read([Line(*pair) for pair in admonitions.to_markdown(pairs)]))


def pages(texts: Sequence[Text]) -> Iterator[tuple[Text, Page]]:
    """Every page of these files, each with a name of its own."""
    names = Names()
    for text in texts:
        for page in _pages(text):
            name = page.id if page.id not in names.taken else slug(f"{_folder(text)} {page.id}", "runbook", 80)
            yield text, replace(page, id=names.give(name, f"{text.written.file.name} {page.title}"))


def _folder(text: Text) -> str:
    parts = text.written.file.name.split("/")
    return parts[-2] if len(parts) > 1 else ""


def _pages(text: Text) -> Iterator[Page]:
    root = tree(text.blocks)
    level = _alert_level(root)
    if level:
        yield from _many(text, root, level)
    else:
        yield _one(text, root)


# --- one


def _one(text: Text, root: Section) -> Page:
    file = text.written.file
    stem = file.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    title, root = _titled(root)
    title = title or text.front.title or _from_name(stem if stem.lower() not in _INDEX_NAMES else _folder(text) or stem)
    called = file.path.resolve().parent.name if stem.lower() in ("readme", "index", "_index") else stem
    alert = alert_name(title) or alert_name(_upper(stem.rsplit("__", 1)[-1]))
    alerts = tuple(dict.fromkeys((*text.front.alerts, *([alert] if alert else []))))
    return Page(
        id=slug(parted(called), "runbook", 80),
        title=title,
        name=file.name,
        source=file.given,
        root=root,
        front=text.front,
        alerts=alerts,
    )


def _upper(stem: str) -> str:
    """The stem when it begins with a capital: `gatherLogs` is a page that helps, and no alert."""
    return stem if stem[:1].isupper() else ""


def _titled(root: Section) -> tuple[str, Section]:
    """The page's title and the page below it; no title when no heading stands above all others."""
    if not root.inner:
        return "", root
    first = root.inner[0]
    levels = [each.level for each in root.all() if each is not root and each is not first]
    alone = all(level > first.level for level in levels)
    usual = is_usual(first.title) and (first.level > 1 or not first.inner)
    if alone and not usual:
        below = Section(line=first.line, body=[*root.body, *first.body], inner=[*first.inner, *root.inner[1:]])
        return _unmarked(first.title), below
    if first.level == 1 and not usual and not first.inner:  # sections of the same level follow the title
        below = Section(line=first.line, body=[*root.body, *first.body], inner=root.inner[1:])
        return _unmarked(first.title), below
    return "", root


def _unmarked(title: str) -> str:
    """The words of a title; what only says that this is a runbook is no part of what has happened."""
    short = re.sub(r"^(?:alert(?:[ _-]?name)?|runbook|playbook)\s*[:：]\s*(?=\S)", "", title, flags=re.IGNORECASE)
    return short.strip("\"'“”` ") or title


def _from_name(stem: str) -> str:
    last = stem.rsplit("__", 1)[-1]
    return last if alert_name(last) else " ".join(re.split(r"[-_\s]+", last)).strip().capitalize() or stem


# --- many


def _alert_of(title: str) -> str:
    """The alert that a heading names; empty when it names none."""
    words = plain_title(title)
    found = _ALERT_HEADING.match(words)
    return found["name"].strip() if found else alert_name(words)


def _alert_level(root: Section) -> int:
    """The level of the headings that are alerts, when most of its headings are; 0 when the page is one runbook."""
    sections = [each for each in root.all() if each is not root]
    for level in range(1, 7):
        here = [each for each in sections if each.level == level]
        alerts = [each for each in here if _alert_of(each.title)]
        if len(alerts) >= _LEAST_ALERTS and len(alerts) * 5 >= len(here) * 3:
            return level
    return 0


def _many(text: Text, root: Section, level: int) -> Iterator[Page]:
    """A page for each alert, and one for what is said about none of them."""
    file = text.written.file
    rest = _without_alerts(root, level)
    if _says_something(rest):
        page = _one(text, rest)
        yield replace(page, alerts=text.front.alerts)
    for section, path in _alerts(root, level, ()):
        name = _alert_of(section.title)
        yield Page(
            id=slug(parted(name), "runbook", 80),
            title=name,
            name=file.name,
            source=f"{file.given}:{section.line}",
            root=Section(line=section.line, body=section.body, inner=section.inner),
            front=replace(text.front, rest="", title="", alerts=()),
            alerts=(name,) if alert_name(name) else (),
            above=" › ".join(path),
        )


def _alerts(section: Section, level: int, path: tuple[str, ...]) -> Iterator[tuple[Section, tuple[str, ...]]]:
    for each in section.inner:
        if each.level == level and _alert_of(each.title):
            yield each, path
        else:
            yield from _alerts(each, level, (*path, each.title))


def _without_alerts(section: Section, level: int) -> Section:
    inner = [_without_alerts(e, level) for e in section.inner if not (e.level == level and _alert_of(e.title))]
    kept = [each for each in inner if each.body or each.inner]
    return replace(section, inner=kept, body=list(section.body))


def _says_something(section: Section) -> bool:
    return any(
        not isinstance(b, Heading) for each in section.all() for b in each.body if not isinstance(b, Definitions)
    ) or any(isinstance(b, Aside) for b in section.body)
