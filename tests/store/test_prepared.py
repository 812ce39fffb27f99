"""Statements that are made once say what SQLAlchemy would have said, on both databases."""

from datetime import datetime

import hypothesis
import pytest
from sqlalchemy import Connection, Engine, bindparam, event, func, select, text, update
from sqlalchemy.exc import DBAPIError, StatementError

from tests.store import values
from tests.store.building import NOON, SECOND, same_database
from warroom.store import people
from warroom.store.db import Database
from warroom.store.prepared import Prepared, given
from warroom.store.tables import people as table

ADD = Prepared(table.insert().values(given("workspace", "person", "name", "is_bot", "tz", "updated_at")))
BY_ID = select(table).where(table.c.person == bindparam("person"))


def ana(name: str = "Ana", at: datetime = NOON) -> dict[str, object]:
    return {"workspace": "T1", "person": "U1", "name": name, "is_bot": False, "tz": "", "updated_at": at}


@same_database
@hypothesis.given(name=values.STRINGS, at=values.INSTANTS)
def test_the_same_as_sqlalchemy(database: Database, name: str, at: datetime) -> None:
    """What is written and read is the same as SQLAlchemy would write and read: strings, instants, truths, nothing."""

    def through(conn: Connection) -> None:
        conn.execute(table.delete())
        ADD.many(conn, [ana(name, at)])
        (plain,) = conn.execute(BY_ID, {"person": "U1"}).all()
        assert Prepared(BY_ID).first(conn, person="U1")._asdict() == plain._asdict()
        assert Prepared(BY_ID).all(conn, person="U1") == [tuple(plain)]
        assert (plain.name, plain.updated_at, plain.is_bot) == (name, at, False)

    database.tx_sync(through)


def test_what_is_found(database: Database) -> None:
    """All rows, the first, or its first column; nothing is an empty list, or None."""

    def look(conn: Connection) -> None:
        assert (Prepared(BY_ID).all(conn, person="U9"), Prepared(BY_ID).first(conn, person="U9")) == ([], None)
        assert Prepared(select(func.max(table.c.updated_at))).scalar(conn) is None
        ADD.many(conn, [ana(at=NOON), ana(at=NOON + SECOND) | {"person": "U2"}])
        assert Prepared(select(func.max(table.c.updated_at))).scalar(conn) == NOON + SECOND
        assert Prepared(BY_ID).scalar(conn, person="U9") is None

    database.tx_sync(look)


def test_how_many_were_changed(database: Database) -> None:
    """A change says how many rows it met; values that stand in the statement pass through their types as well."""
    named = update(table).where(table.c.person == bindparam("person")).values(name="\x00\ud800", tz=bindparam("tz"))
    statement = Prepared(named)

    def change(conn: Connection) -> tuple[int, int]:
        ADD.many(conn, [ana()])
        return statement.change(conn, person="U1", tz="UTC"), statement.change(conn, person="U9", tz="UTC")

    assert database.tx_sync(change) == (1, 0)
    assert database.read_sync(people.names, "T1", ["U1"]) == {"U1": "\x00\ud800"}


def test_errors(database: Database) -> None:
    """An error is SQLAlchemy's, without the values, which may be anybody's words; and the transaction is undone."""

    def twice(conn: Connection) -> None:
        ADD.many(conn, [ana("a secret"), ana("a secret")])

    with pytest.raises(DBAPIError, match=r"(?i)unique") as raised:
        database.tx_sync(twice)
    assert "a secret" not in str(raised.value)
    with pytest.raises(StatementError, match="no time zone"):
        database.tx_sync(lambda conn: ADD.many(conn, [ana(at=datetime(2026, 3, 1))]))  # noqa: DTZ001 (what is tested)
    assert database.read_sync(lambda conn: conn.execute(select(table)).all()) == []


def test_a_value_that_is_missing(database: Database) -> None:
    """A value that was forgotten is an error, not a NULL."""
    with pytest.raises(StatementError, match="tz"):
        database.tx_sync(lambda conn: ADD.many(conn, [{k: v for k, v in ana().items() if k != "tz"}]))


def test_what_cannot_be_prepared(database: Database) -> None:
    """A value of no known type is refused, and so is a list whose length would change the text."""

    def untyped(conn: Connection) -> None:
        Prepared(select(table).limit(1).where(bindparam("one") == bindparam("two"))).all(conn, one=1, two=1)

    def of_any_length(conn: Connection) -> None:
        Prepared(select(table).where(table.c.person.in_(bindparam("people", expanding=True)))).all(conn, people=["U1"])

    with pytest.raises(TypeError, match="type_"):
        database.read_sync(untyped)
    with pytest.raises(TypeError, match="length"):
        database.read_sync(of_any_length)


def test_listeners_hear_it(url: str) -> None:
    """Whoever listens to what is executed hears of it, and of the transaction's beginning on SQLite."""
    heard: list[str] = []

    def note(conn: Connection, cursor: object, statement: str, *_: object) -> None:
        heard.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with Database(url) as database:
            database.tx_sync(lambda conn: ADD.many(conn, [ana()]))
            assert ("BEGIN IMMEDIATE" in heard) == (database.dialect == "sqlite")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert heard[-1].startswith("INSERT INTO people")


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_connection_that_broke_is_used_no_more(database: Database) -> None:
    """What is cut in the middle is tried again on another connection, and the first error is what is judged."""
    tries: list[bool] = []

    def cut_once(conn: Connection) -> int:
        tries.append(True)
        if len(tries) == 1:
            mine = conn.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with Database(database.url.render_as_string(hide_password=False)) as other:
                other.tx_sync(lambda there: there.execute(text(f"SELECT pg_terminate_backend({mine})")))
        ADD.many(conn, [ana()])
        return len(tries)

    assert database.tx_sync(cut_once) == 2
    assert database.trouble is None
