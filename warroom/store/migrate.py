"""Brings a database to the schema of this release. The steps are in `migrations/`, which a wheel carries with it."""

import logging
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

import warroom
from warroom.store.copying import copy, file_of, must_be_sound, name, part_of, quiet, reading
from warroom.store.db import Database
from warroom.store.errors import StoreUnusable

_log = logging.getLogger(__name__)
NOT_ALLOWED = "42501"  # PostgreSQL's code for what a role may not do
LOCK = 0x77617272  # "warr"; any number that is ours alone in this PostgreSQL database


def upgrade(database: Database) -> None:
    """Run every missing step in one transaction, or none. Processes that start together wait for one another.

    Before that, an SQLite database with anything in it is copied: `FILE.before-REVISION.backup`. Raises StoreUnusable if
    the database was written by a newer release, or the copy cannot be made.
    """
    here = database.tx_sync(revision)  # by the connection that will write: a second one would be in its way
    if here is not None and here != head() and known(here):
        _copy_first(database, here)
    database.change_schema(_upgrade)


def current(database: Database) -> str | None:
    """The revision the database is at; None when it is empty."""
    return database.read_sync(revision)


def revision(conn: Connection) -> str | None:
    """The revision of the database that this connection leads to; None when it has none."""
    return MigrationContext.configure(conn).get_current_revision()


def known(name: str) -> bool:
    """Whether this release knows how to go on from that revision."""
    return name in {step.revision for step in _scripts().walk_revisions()}


@cache
def head() -> str:
    """The revision this release works with."""
    return str(_scripts().get_current_head())


def _copy_first(database: Database, here: str) -> None:
    """Only SQLite's own check is made of it: an old room that does not verify must not keep the bot from starting."""
    file = file_of(database.url)
    if file is None:
        return
    target = file.with_name(f"{file.name}.before-{head()}.backup")
    with part_of(target) as part:
        copy(file, part, quiet)
        with reading(part) as conn:
            rooms = conn.exec_driver_sql("SELECT count(*) FROM rooms").scalar_one()
            if not rooms or revision(conn) != here:  # nothing to lose, or another process was quicker
                return
            must_be_sound(conn, file)
        name(part, target)
    _log.warning("the schema goes from %s to %s; the database as it was is kept as %s", here, head(), target)


def _upgrade(conn: Connection) -> None:
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    here = revision(conn)
    if here == head():
        return
    if here is not None and not known(here):
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
