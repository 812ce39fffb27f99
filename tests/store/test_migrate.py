"""The schema: one in the code, one in the migrations, and they are the same."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from tests.postgres import Server
from warroom.store import migrate, steps
from warroom.store.db import Database
from warroom.store.errors import StoreUnusable
from warroom.store.tables import metadata


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new 100%' / 'warroom.db'}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    name = server.empty()
    yield server.url(name)
    server.drop(name)


both = pytest.mark.parametrize("empty_url", ["sqlite", "postgresql"], indirect=True)


def test_head() -> None:
    """The revision that this release says it works with is the last of its migrations."""
    assert steps.names()[0] == migrate.HEAD


def test_a_start_that_has_nothing_to_do_imports_no_alembic(sqlite_url: str) -> None:
    """A database that is at this release's schema is found to be so without what would change it, or PostgreSQL's dialect."""
    start = (
        "import sys\nfrom warroom.store import migrate\nfrom warroom.store.db import Database\n"
        f"with Database({sqlite_url!r}) as there: migrate.upgrade(there)\n"
        "print(sorted(name for name in sys.modules if name in ('alembic', 'sqlalchemy.dialects.postgresql')))"
    )
    assert subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_same_schema(database: Database) -> None:
    """The migrations make exactly the tables, columns and indexes that the code uses."""

    def differences(conn: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata))

    assert database.read_sync(differences) == []


def test_partial_indexes(database: Database) -> None:
    """The indexes that cover only some rows do so in a migrated database, which alembic does not compare."""

    def partial(conn: Connection) -> set[str]:
        where = f"{conn.dialect.name}_where"
        indexes = [index for table in metadata.tables for index in inspect(conn).get_indexes(table)]
        return {str(index["name"]) for index in indexes if where in index.get("dialect_options", {})}

    assert database.read_sync(partial) == {
        "ix_rooms_open_correlation",
        "ix_lanes_ready_at",
        "ix_inbox_unfinished",
        "ix_outbox_sweep_at",
    }


@both
def test_upgrade(empty_url: str) -> None:
    """An empty database is brought to this release's schema, and doing it again changes nothing."""
    with Database(empty_url) as database:
        assert migrate.current(database) is None
        migrate.upgrade(database)
        migrate.upgrade(database)
        assert migrate.current(database) == migrate.HEAD


def test_upgrade_in_memory() -> None:
    """A database in memory can be migrated like any other."""
    with Database("sqlite://") as database:
        migrate.upgrade(database)
        assert migrate.current(database) == migrate.HEAD


@both
def test_upgrades_at_once(empty_url: str) -> None:
    """Replicas that start together all find the schema in place, and one of them has made it."""

    def start(_: int) -> str | None:
        with Database(empty_url) as database:
            migrate.upgrade(database)
            return migrate.current(database)

    with ThreadPoolExecutor(4) as replicas:
        assert list(replicas.map(start, range(4))) == [migrate.HEAD] * 4


@both
def test_from_the_future(empty_url: str) -> None:
    """A database that a newer release has used is refused in a sentence that says so, and is left alone."""
    with Database(empty_url) as database:
        migrate.upgrade(database)
        database.tx_sync(lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '9999'")))
        with pytest.raises(StoreUnusable, match=r"schema 9999.*newer warroom"):
            migrate.upgrade(database)
        assert migrate.current(database) == "9999"


@both
def test_half_a_change(empty_url: str) -> None:
    """A schema change that fails half-way leaves nothing behind."""

    def change(conn: Connection) -> None:
        conn.execute(text("CREATE TABLE half (id integer)"))
        raise ArithmeticError

    with Database(empty_url) as database:
        with pytest.raises(ArithmeticError):
            database.change_schema(change)
        assert not database.read_sync(lambda conn: inspect(conn).has_table("half"))


def test_rebuilt_parent(sqlite_url: str) -> None:
    """Rebuilding a table on SQLite keeps the rows that refer to it, and is refused if they would refer to nothing."""

    def family(conn: Connection) -> None:
        conn.execute(text("CREATE TABLE parent (id integer PRIMARY KEY)"))
        conn.execute(text("CREATE TABLE child (parent integer REFERENCES parent(id))"))
        conn.execute(text("INSERT INTO parent VALUES (1)"))
        conn.execute(text("INSERT INTO child VALUES (1)"))

    def rebuild(conn: Connection, *, keep: bool) -> None:
        conn.execute(text("CREATE TABLE again (id integer PRIMARY KEY, name text)"))
        if keep:
            conn.execute(text("INSERT INTO again SELECT id, '' FROM parent"))
        conn.execute(text("DROP TABLE parent"))
        conn.execute(text("ALTER TABLE again RENAME TO parent"))

    with Database(sqlite_url) as database:
        database.tx_sync(family)
        with pytest.raises(StoreUnusable, match="refer to nothing"):
            database.change_schema(lambda conn: rebuild(conn, keep=False))
        database.change_schema(lambda conn: rebuild(conn, keep=True))
        assert database.read_sync(lambda conn: conn.execute(text("SELECT parent FROM child")).all()) == [(1,)]
        assert database.tx_sync(lambda conn: conn.execute(text("PRAGMA foreign_keys")).scalar_one()) == 1
