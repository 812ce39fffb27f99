"""Brings a database to the schema of this release. The steps are in `migrations/`, which a wheel carries with it.

Nearly every start finds that there is nothing to do. What takes steps is therefore imported only when there are some: it
is a tenth of all that a start would import.
"""

import logging
from typing import Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from warroom.store.copying import copy, file_of, must_be_sound, name, part_of, quiet, reading
from warroom.store.db import Database
from warroom.store.errors import StoreUnusable
from warroom.store.trouble import is_not_allowed

_log = logging.getLogger(__name__)
HEAD: Final = "0003"  # the revision this release works with, the last of `migrations/`
LOCK = 0x77617272  # "warr"; any number that is ours alone in this PostgreSQL database


def upgrade(database: Database) -> None:
    """Run every missing step in one transaction, or none. Processes that start together wait for one another.

    Before that, an SQLite database with anything in it is copied: `FILE.before-REVISION.backup`. Raises StoreUnusable if
    the database was written by a newer release, or the copy cannot be made.
    """
    here = database.tx_sync(revision)  # by the connection that will write: a second one would be in its way
    if here == HEAD:
        return
    if here is not None and known(here):
        _copy_first(database, here)
    database.change_schema(_upgrade)


def current(database: Database) -> str | None:
    """The revision the database is at; None when it is empty."""
    return database.read_sync(revision)


def revision(conn: Connection) -> str | None:
    """The revision of the database that this connection leads to; None when it has none."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    name: str | None = conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return name


def known(name: str) -> bool:
    """Whether this release knows how to go on from that revision."""
    from warroom.store import steps

    return name in steps.names()


def _copy_first(database: Database, here: str) -> None:
    """Only SQLite's own check is made of it: an old room that does not verify must not keep the bot from starting."""
    file = file_of(database.url)
    if file is None:
        return
    target = file.with_name(f"{file.name}.before-{HEAD}.backup")
    with part_of(target) as part:
        copy(file, part, quiet)
        with reading(part) as conn:
            rooms = conn.exec_driver_sql("SELECT count(*) FROM rooms").scalar_one()
            if not rooms or revision(conn) != here:  # nothing to lose, or another process was quicker
                return
            must_be_sound(conn, file)
        name(part, target)
    _log.warning("the schema goes from %s to %s; the database as it was is kept as %s", here, HEAD, target)


def _upgrade(conn: Connection) -> None:
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    here = revision(conn)
    if here == HEAD:
        return
    if here is not None and not known(here):
        raise StoreUnusable(
            f"The database is at schema {here}, and this release of warroom knows only up to {HEAD}. "
            "A newer warroom has used it: start that one, or restore a backup from before."
        )
    from warroom.store import steps

    try:
        steps.take(conn)
    except DBAPIError as error:
        if not is_not_allowed(error):
            raise
        raise StoreUnusable(
            f"The schema is at {here or 'nothing'}, this release needs {HEAD}, and the role that warroom uses may not "
            "change it. Run `warroom migrate --grant ROLE` once, as the role that owns the tables."
        ) from error
