"""The same tests on both databases: `url` names an empty, migrated one, `database` is open on it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import postgresql_server, postgresql_url
from warroom.store import migrate
from warroom.store.db import Database

__all__ = ["postgresql_server", "postgresql_url"]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "warroom.db"
    with Database(f"sqlite:///{path}") as database:
        migrate.upgrade(database)
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "warroom.db")
    return f"sqlite:///{tmp_path / 'warroom.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    name: str = request.getfixturevalue(f"{request.param}_url")
    return name


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with Database(url) as opened:
        yield opened
