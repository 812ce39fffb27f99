"""A PostgreSQL for tests: a server of our own in a temporary folder, and an empty, migrated database for each test.

A database is emptied and used again: creating one takes PostgreSQL longer than most tests take. One whose tables, constraints
or triggers a test has changed is thrown away.

A `conftest.py` that wants them imports `postgresql_server` and `postgresql_url`. Without PostgreSQL installed the tests
are skipped, except with CI=true, where that would hide half of what is promised.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from warroom.store import migrate
from warroom.store.db import Database

TEMPLATE = "warroom_template"
# Tests lose nothing worth syncing; the rest keeps a hundred small databases quick.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "''",
    "shared_buffers": "16MB",
}


# What a test can have changed about a migrated database, but for what its tables hold.
SHAPE = """
SELECT string_agg(what, E'\\n' ORDER BY what) FROM (
    SELECT concat_ws(' ', relname, relkind) FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', attrelid::regclass, attname, atttypid, attnotnull) FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND attnum > 0
    UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT version_num FROM alembic_version
) AS shape (what)
"""
EMPTY = """
DO $$
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;  -- a trigger keeps entries from being removed
    EXECUTE (SELECT format('TRUNCATE %s RESTART IDENTITY', string_agg(oid::regclass::text, ', ')) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version');
END $$
"""


class Server:
    """A PostgreSQL server that answers on a socket in its own folder. It will not run as root, so root lends it a user."""

    def __init__(self, programs: Path, folder: Path, settings: Mapping[str, str] = SETTINGS) -> None:
        self.programs, self.folder, self._settings = programs, folder, settings
        self._numbers = count(1)
        self._free: list[str] = []
        self._as_user: dict[str, Any] = (
            {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        )
        self._user = "postgres" if self._as_user else pwd.getpwuid(os.geteuid()).pw_name

    def start(self) -> None:
        if self._as_user:
            shutil.chown(self.folder, "postgres", "postgres")
        data = str(self.folder / "data")
        self._run(
            "initdb",
            "--no-sync",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            f"--username={self._user}",
            "-D",
            data,
        )
        self._start()
        self._make_template()

    def _start(self) -> None:
        settings = " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        options = f"-k {self.folder} {settings}"
        data = str(self.folder / "data")
        self._run("pg_ctl", "start", "--wait", "-D", data, "-l", str(self.folder / "log"), "-o", options)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "--wait", "-m", "fast", "-D", str(self.folder / "data"))
        shutil.rmtree(self.folder)

    def restart(self, how: str) -> None:
        """With `immediate` as in a crash: nothing is finished, and it recovers as it starts."""
        self._run("pg_ctl", "stop", "--wait", "-m", how, "-D", str(self.folder / "data"))
        self._start()

    def url(self, name: str) -> str:
        return f"postgresql://{self._user}@/{name}?host={self.folder}"

    def new(self) -> str:
        """The name of a database that is migrated and empty."""
        if self._free:
            return self._free.pop()
        name = f"test_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return name

    def empty(self) -> str:
        """The name of a new database with nothing in it."""
        name = f"test_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name}")
        return name

    def give_back(self, name: str) -> None:
        """Empties a database for the next test, or drops it if it is not as it was."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            as_ever = connection.execute(SHAPE).fetchone() == self._shape
            if as_ever:
                connection.execute(EMPTY)
        if as_ever:
            self._free.append(name)
        else:
            self.drop(name)

    def drop(self, name: str) -> None:
        self.sql(f"DROP DATABASE {name} WITH (FORCE)")

    def sql(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)

    def _make_template(self) -> None:
        self.sql(f"CREATE DATABASE {TEMPLATE}")
        with Database(self.url(TEMPLATE)) as database:
            migrate.upgrade(database)
        with psycopg.connect(self.url(TEMPLATE), autocommit=True) as connection:
            self._shape = connection.execute(SHAPE).fetchone()

    def _run(self, program: str, *arguments: str) -> None:
        # Not through pipes: the server inherits them and would keep them open.
        command = [str(self.programs / program), *arguments]
        with (self.folder / "setup.log").open("a") as log:
            done = subprocess.run(command, check=False, cwd="/", stdout=log, stderr=log, **self._as_user)
        if done.returncode:
            raise RuntimeError("\n".join(each.read_text() for each in self.folder.glob("*log")))


def programs() -> Path | None:
    """The newest installed PostgreSQL; Debian does not put its server on the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: int(each.parent.parent.name))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    installed = programs()
    if installed is None:
        missing = "PostgreSQL is not installed (no initdb in /usr/lib/postgresql/*/bin or on the PATH)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    server = Server(installed, Path(tempfile.mkdtemp(prefix="warroom-pg-", dir="/tmp")))  # short: socket paths are
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postgresql_url(postgresql_server: Server) -> Iterator[str]:
    """The URL of an empty, migrated database."""
    name = postgresql_server.new()
    yield postgresql_server.url(name)
    postgresql_server.give_back(name)
