"""Brings a database to the schema of this release. The steps are in `migrations/`, which a wheel carries with it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

import warroom
from warroom.store.db import Database
from warroom.store.errors import StoreUnusable

NOT_ALLOWED = "42501"  # PostgreSQL's code for what a role may not do
LOCK = 0x77617272  # "warr"; any number that is ours alone in this PostgreSQL database


def upgrade(database: Database) -> None:
    """Run every missing step in one transaction, or none. Processes that start together wait for one another.

    Raises StoreUnusable if the database was written by a newer release.
    """
    database.change_schema(_upgrade)


def current(database: Database) -> str | None:
    """The revision the database is at; None when it is empty."""
    return database.read_sync(_current)


def head() -> str:
    """The revision this release works with."""
    return str(_scripts().get_current_head())


def _upgrade(conn: Connection) -> None:
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    here = _current(conn)
    if here == head():
        return
    if here is not None and here not in {step.revision for step in _scripts().walk_revisions()}:
        raise StoreUnusable(
            f"The database is at schema {here}, and this release of warroom knows only up to {head()}. "
            "A newer warroom has used it: start that one, or restore a backup from before."
        )
    config = _config()
    config.attributes["connection"] = conn
    try:
        command.upgrade(config, "head")
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != NOT_ALLOWED:
            raise
        raise StoreUnusable(
            f"The schema is at {here or 'nothing'}, this release needs {head()}, and the role that warroom uses may not "
            "change it. Run `warroom migrate --grant ROLE` once, as the role that owns the tables."
        ) from error


def _current(conn: Connection) -> str | None:
    return MigrationContext.configure(conn).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    return config


def _folder() -> Path:
    package = Path(warroom.__file__).parent
    in_wheel = package / "_migrations"
    return in_wheel if in_wheel.is_dir() else package.parent / "migrations"
