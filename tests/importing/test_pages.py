"""Whole pages, in shapes and languages that people write in, and what each becomes.

`WARROOM_REWRITE=1` writes what comes out now into `golden/`. Commit a rewrite only when you understand the difference
and want it.
"""

import os
from pathlib import Path

import pytest

from tests.importing.words import lost
from warroom.core.steps.do import Do
from warroom.definitions.importing import Options, Outcome, bring, convert
from warroom.definitions.lint import lint

HERE = Path(__file__).parent
PAGES, GOLDEN = HERE / "pages", HERE / "golden"
REWRITE = os.environ.get("WARROOM_REWRITE") == "1"


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """All pages, imported once."""
    out = tmp_path_factory.mktemp("runbooks")
    here = Path.cwd()
    try:
        os.chdir(HERE)  # the source of a runbook is called as it was given
        return out, bring([Path("pages")], Options(out=out))
    finally:
        os.chdir(here)


def test_each_page_becomes_what_its_golden_file_says(brought: tuple[Path, Outcome]) -> None:
    """The same pages give the same runbooks, byte for byte."""
    out, _ = brought
    now = {file.name: file.read_text(encoding="utf-8") for file in sorted(out.iterdir())}
    if REWRITE:
        GOLDEN.mkdir(exist_ok=True)
        for old in GOLDEN.glob("*.yaml"):
            old.unlink()
        for name, text in now.items():
            (GOLDEN / name).write_text(text, encoding="utf-8")
    assert now == {file.name: file.read_text(encoding="utf-8") for file in sorted(GOLDEN.glob("*.yaml"))}


def test_the_report_says_what_to_look_at(brought: tuple[Path, Outcome]) -> None:
    """Values, dangers, proposals, links and leftovers are reported with file and line."""
    _, outcome = brought
    now = "".join(f"{line}\n" for report in outcome.reports for line in report.lines())
    if REWRITE:
        (GOLDEN / "report.txt").write_text(now, encoding="utf-8")
    assert now == (GOLDEN / "report.txt").read_text(encoding="utf-8")


def test_what_was_imported_lints_without_errors(brought: tuple[Path, Outcome]) -> None:
    """Nothing that an import writes is an error to lint."""
    out, outcome = brought
    assert outcome.well
    assert [str(problem) for problem in lint([out]) if problem.level == "error"] == []


@pytest.mark.parametrize("page", sorted(PAGES.rglob("*.md")), ids=lambda path: path.stem)
def test_no_word_is_lost(page: Path) -> None:
    """Every word of a page is in its runbooks, as often as it was written."""
    source = source_of(page)
    made = [runbook for runbook, _ in convert(source, page.name)]
    for mark in _MARKS.get(page.name, ()):
        assert mark in source
        source = source.replace(mark, " ")
    assert lost(source, made) == []


# What is no word of the author's, but says what a piece of the page is.
_MARKS = {
    "table.md": ("| Command |",),
    "cache.adoc.md": ("[source,bash]", "link:"),
    "wiki.md": ('<ac:parameter ac:name="language">bash</ac:parameter>', "<![CDATA["),
}


def source_of(page: Path) -> str:
    return page.read_bytes().decode()


@pytest.mark.parametrize("page", sorted(PAGES.rglob("*.md")), ids=lambda path: path.stem)
def test_nothing_is_executable(page: Path) -> None:
    """An import makes steps for people only: no check, no act, no command to run."""
    kinds = {step.what.word for runbook, _ in convert(source_of(page), page.name) for step in runbook.steps}
    assert kinds <= {"do", "choose", "runbook"}
    commands = [
        step.what.commands for r, _ in convert(source_of(page)) for step in r.steps if isinstance(step.what, Do)
    ]
    assert not any(commands)
