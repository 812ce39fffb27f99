import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from warroom.runtime.handle import Runtime
from warroom.store import migrate
from warroom.store.db import Database
from warroom.testing import ManualClock


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "warroom.db"
    with Database(f"sqlite:///{path}") as database:
        migrate.upgrade(database)
    return path


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def another(template: Path, tmp_path: Path, clock: ManualClock) -> Iterator[Callable[[], Runtime]]:
    """Runtimes as several processes would have them: one database, nothing else in common."""
    shutil.copy(template, tmp_path / "warroom.db")
    with ExitStack() as stack:

        def open_one() -> Runtime:
            return Runtime(stack.enter_context(Database(f"sqlite:///{tmp_path / 'warroom.db'}")), clock)

        yield open_one


@pytest.fixture
def runtime(another: Callable[[], Runtime]) -> Runtime:
    return another()
