"""The runbooks that people really have: hundreds of public ones, each imported, each looked at.

`make test` has time for every fifth; `make test-long` takes all.
"""

import time
from collections import Counter
from pathlib import Path

import pytest

from tests.importing.words import lost
from warroom.definitions.importing import Options, Outcome, bring, convert
from warroom.definitions.importing.again import State
from warroom.definitions.lint import lint

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "runbooks"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of runbooks is not on this machine")


Brought = tuple[Outcome, float]


@pytest.fixture(scope="module", params=[5, pytest.param(1, marks=pytest.mark.long)], ids=["some", "all"])
def pages(request: pytest.FixtureRequest) -> list[Path]:
    return sorted(CORPUS.rglob("*.md"))[:: request.param]


@pytest.fixture(scope="module")
def out(pages: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runbooks")


@pytest.fixture(scope="module")
def brought(pages: list[Path], out: Path) -> Brought:
    """All of them, imported once, and how long that took in seconds."""
    start = time.perf_counter()
    outcome = bring(pages, Options(out=out))
    return outcome, time.perf_counter() - start


def test_nearly_all_yield_steps(pages: list[Path], brought: Brought, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the files at least 95 in 100 become runbooks with steps, and none is refused."""
    outcome, seconds = brought
    files = len(pages)
    with_steps = len({_file(report.source) for report in outcome.reports if not report.read_only})
    kinds = Counter(remark.kind for report in outcome.reports for remark in report.remarks)
    with capsys.disabled():
        print(
            f"\ncorpus: {files} files became {len(outcome.reports)} runbooks with {sum(r.steps for r in outcome.reports)} steps "
            f"in {seconds:.1f} s; {with_steps} files ({with_steps / files:.1%}) yield steps; "
            + ", ".join(f"{kinds[kind]} {kind}s" for kind in sorted(kinds))
        )
    assert outcome.well
    assert with_steps >= 0.95 * files


def _file(source: str) -> str:
    head, _, tail = source.rpartition(":")
    return head if tail.isdigit() else source


def test_it_is_quick_enough_to_wait_for(brought: Brought) -> None:
    """All of them take less than half a minute."""
    assert brought[1] < 30


def test_all_of_them_load_and_lint(brought: Brought, out: Path) -> None:
    """What was written can be read again, and lint calls nothing in it an error."""
    assert len(list(out.glob("*.yaml"))) == len(brought[0].reports)
    assert [str(problem) for problem in lint([out]) if problem.level == "error"] == []


def test_no_word_is_lost(pages: list[Path]) -> None:
    """Every word of every file is in its runbooks, as often as its author wrote it."""
    without = {}
    for page in pages:
        source = page.read_text(encoding="utf-8")
        if words := lost(source, [runbook for runbook, _ in convert(source, page.name)]):
            without[page.name] = words
    assert without == {}


def test_importing_again_changes_nothing(pages: list[Path], brought: Brought, out: Path) -> None:
    """The same sources give the same files, byte for byte, and every step keeps its name."""
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    again = bring(pages, Options(out=out))
    assert {report.state for report in again.reports} == {State.SAME}
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before
