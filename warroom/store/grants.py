"""What the role that serves may do on PostgreSQL, and nothing else: the timeline it can add to, and never change.

Triggers refuse changes of the timeline to everybody, but whoever owns the tables can drop them. A role that owns nothing
and was given this cannot: the server itself refuses it UPDATE and DELETE of entries. Of a text it may change the words, since
it removes them when asked; what it put there without the trigger, verification would find.
"""

from typing import Final

from sqlalchemy import Connection, text

from warroom.store.errors import StoreUnusable

_ALL, _ADD = "SELECT, INSERT, UPDATE", "SELECT, INSERT"
# A test holds this together with the tables there are.
MAY: Final = {
    "entries": _ADD,
    "texts": f"{_ADD}, UPDATE (text)",  # redaction empties a text; the trigger lets nothing else be put there
    "sources": _ADD,
    "counters": _ALL,
    "rooms": _ALL,
    "lanes": _ALL,
    "outbox": _ALL,
    "inbox": _ALL,
    "cards": _ALL,
    "channels": _ALL,
    "people": _ALL,
    "schedules": _ALL,
    "budgets": _ALL,
    "identities": f"{_ALL}, DELETE",  # what a probe wrote it takes away again
    "alembic_version": "SELECT",
}
COUNTING = ("rooms", "schedules")  # tables whose ids the database counts


def grant(conn: Connection, role: str) -> None:
    """Take everything from the role that it has in this database, then give it what serving needs.

    Raises StoreUnusable if there is no such role, if it may do anything anyway, or if this is not PostgreSQL.
    """
    _must_be_grantable(conn, role)
    name = conn.dialect.identifier_preparer.quote_identifier(role)
    schema, database = conn.execute(text("SELECT current_schema(), current_database()")).one()
    quoted = conn.dialect.identifier_preparer.quote_identifier
    for statement in (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {quoted(schema)} FROM {name}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {quoted(schema)} FROM {name}",
        f"REVOKE ALL ON SCHEMA {quoted(schema)} FROM {name}",
        f"GRANT CONNECT ON DATABASE {quoted(database)} TO {name}",
        f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {name}",
        *(f"GRANT {what} ON {quoted(table)} TO {name}" for table, what in MAY.items()),
        *(f"GRANT USAGE ON SEQUENCE {quoted(f'{table}_id_seq')} TO {name}" for table in COUNTING),
    ):
        conn.exec_driver_sql(statement)


def _must_be_grantable(conn: Connection, role: str) -> None:
    if conn.dialect.name != "postgresql":
        raise StoreUnusable("SQLite has no roles: whoever can write to the file can do anything with it.")
    found = conn.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = :role"), {"role": role}).one_or_none()
    if found is None:
        raise StoreUnusable(f"There is no role {role!r}. Make it first: CREATE ROLE {role} LOGIN PASSWORD '…'.")
    owns = text(
        "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
        "AND pg_has_role(:role, relowner, 'MEMBER')"
    )
    if found.rolsuper or conn.execute(owns, {"role": role}).scalar_one():
        raise StoreUnusable(
            f"The role {role!r} is a superuser or owns the tables, so nothing can be kept from it. Grant to another one, and "
            "migrate as this one."
        )
