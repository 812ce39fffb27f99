"""Records what crosses the wire of every workspace that the tests start, and checks it when all of them have run.

The workers of pytest-xdist and the processes that tests start inherit the folder's name from the environment; the process that
started them reads what they left there. A violation makes the run fail, whichever test caused it.
"""

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

import tests.examples  # noqa: F401  # names the profiles
from warroom.workspace.recording import VARIABLE

from .conformance.check import Verdict, check_folder

gc.disable()  # until everything is collected, which is kept
settings.load_profile("quick")  # unless --hypothesis-profile says otherwise

_FOLDER = pytest.StashKey[Path]()
_VERDICT = pytest.StashKey[Verdict]()
_WHOLE = pytest.StashKey[bool]()


# What takes longest begins first, so that no worker is left with it at the end. Files and folders, by their paths.
_LONGEST = (
    "e2e/test_crash.py", "page/", "crash/test_sample.py", "e2e/test_story.py", "e2e/test_secrecy.py",
    "slack/test_validate.py", "slack/test_start.py", "slack/test_backfill.py", "e2e/", "clients/", "store/", "core/", "slack", "docs/",
)  # fmt: skip

# What one worker runs, because it shares something dear: a browser and its tabs, the evening that is played once.
_TOGETHER = {"tests/page/": "page", "tests/e2e/test_story.py": "evening", "tests/e2e/test_secrecy.py": "evening"}


class _Scheduling(LoadFileScheduling):
    """A file at a time to each worker, and what belongs together to one."""

    def _split_scope(self, nodeid: str) -> str:
        shared = next((name for start, name in _TOGETHER.items() if nodeid.startswith(start)), None)
        return shared or super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Scheduling:
    return _Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of files only: within a file nothing changes, and every worker must come to the same order."""
    here = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        place = item.path.relative_to(here).as_posix()
        return next((at for at, each in enumerate(_LONGEST) if place.startswith(each)), len(_LONGEST))

    items.sort(key=rank)


def pytest_collection_finish() -> None:
    """What collecting has made stays until the end: the collector of garbage, which would look through it ever again, leaves it."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(5_000, 20, 50)


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _is_whole(config: pytest.Config) -> bool:
    """Whether every test was asked for."""
    narrowed = any(getattr(config.option, name, None) for name in ("keyword", "markexpr", "deselect", "lf", "ignore"))
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not narrowed


def pytest_configure(config: pytest.Config) -> None:
    if not _is_worker(config):
        given = os.environ.get(VARIABLE)
        config.stash[_FOLDER] = Path(tempfile.mkdtemp(prefix="recorded-", dir=given or None))
        os.environ[VARIABLE] = str(config.stash[_FOLDER])


@pytest.hookimpl(trylast=True)  # after pytest-xdist has waited for its workers
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if _is_worker(config):
        return
    verdict = config.stash[_VERDICT] = check_folder(config.stash[_FOLDER])
    config.stash[_WHOLE] = _is_whole(config) and session.exitstatus == pytest.ExitCode.OK
    if verdict.violations and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    verdict = config.stash.get(_VERDICT, None)
    if verdict is None or not verdict.summary():
        return
    terminalreporter.section("conformance", red=bool(verdict.violations), bold=True)
    for line in verdict.details():
        terminalreporter.write_line(line, red=True)
    if verdict.violations:
        terminalreporter.write_line(f"The recordings are kept in {config.stash[_FOLDER]}")
    if config.stash[_WHOLE]:
        for entry in verdict.unused:
            terminalreporter.write_line(f"allowed and not needed any more: {entry.rule}: {entry.where}: {entry.what}")
    terminalreporter.write_line(verdict.summary())


def pytest_unconfigure(config: pytest.Config) -> None:
    verdict = config.stash.get(_VERDICT, None)
    if not _is_worker(config) and not (verdict and verdict.violations):
        shutil.rmtree(config.stash.get(_FOLDER, Path()), ignore_errors=True)
