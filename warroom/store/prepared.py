"""Statements that are made once, and run often.

SQLAlchemy puts a statement together anew whenever the function that holds it runs, and then looks up its text by all that it
consists of: three hundred microseconds, for what SQLite does in five. So what runs for every command, every message and
every look stands at the top of its module, with a `bindparam` wherever a value goes:

    _LOCKED = Prepared(select(rooms).where(rooms.c.id == bindparam("room")).with_for_update())
    ...
    found = _LOCKED.first(conn, room=room_id)

It is compiled when it first meets a database. Then its text goes straight to the driver, within the transaction of the
connection; values go there and come back as the types of their columns say. Errors are SQLAlchemy's, and whoever listens
to `before_cursor_execute` hears it. What runs seldom is better written where it is used.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter, methodcaller
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import BindParameter, Connection, Delete, Insert, Select, Update, bindparam
from sqlalchemy.engine.interfaces import DBAPICursor, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import NullType, TypeEngine

from warroom.core.declaring import dataclass
from warroom.store.db import announce, insert

T = TypeVar("T")
Statement: TypeAlias = Select[Any] | Insert | Update | Delete
Change: TypeAlias = Callable[[Any], Any]  # of one value, on its way to the database or back
Values: TypeAlias = Mapping[str, Any]

_all: Callable[[DBAPICursor], Sequence[Any]] = methodcaller("fetchall")
_first: Callable[[DBAPICursor], Any] = methodcaller("fetchone")
_count: Callable[[DBAPICursor], int] = attrgetter("rowcount")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Text:
    """What one driver is given, and how the values get there and back."""

    text: str
    blank: Any  # a list or a dict, as the driver wants it, with the values that stand in the statement itself
    there: tuple[tuple[Any, str, Change | None], ...]  # where in `blank` a value goes, by the name it is given under
    row: type[Any]
    back: tuple[tuple[int, Change], ...]

    def values(self, known: Values) -> Any:
        """As the driver wants them. Raises KeyError for one that is missing."""
        filled = self.blank.copy()
        for place, name, change in self.there:
            filled[place] = known[name] if change is None else change(known[name])
        return filled

    def read(self, raw: Sequence[Any]) -> Any:
        """A row with its columns' names, as SQLAlchemy gives it."""
        values = list(raw)
        for place, change in self.back:
            values[place] = change(values[place])
        return self.row._make(values)


def given(*names: str) -> dict[str, BindParameter[Any]]:
    """For `.values(...)`: each of these columns gets the value that is given under its name."""
    return {name: bindparam(name) for name in names}


class Prepared:
    """One statement. Instead of it, a function may be given that makes it with the `insert` of the database, which knows
    `on_conflict_do_...`."""

    def __init__(self, statement: Statement | Callable[[partial[Any]], Statement]) -> None:
        self._statement = statement
        self._texts: dict[str, _Text] = {}

    def all(self, conn: Connection, /, **values: Any) -> list[Any]:
        """The rows that it finds."""
        text = self._for(conn)
        return [text.read(each) for each in _run(conn, text, values, _all)]

    def first(self, conn: Connection, /, **values: Any) -> Any:
        """The first row that it finds; None when there is none."""
        text = self._for(conn)
        found = _run(conn, text, values, _first)
        return None if found is None else text.read(found)

    def scalar(self, conn: Connection, /, **values: Any) -> Any:
        """The first column of the first row; None when there is none."""
        found = self.first(conn, **values)
        return None if found is None else found[0]

    def change(self, conn: Connection, /, **values: Any) -> int:
        """How many rows it has changed. It is not told of an INSERT: the drivers do not agree about that."""
        return _run(conn, self._for(conn), values, _count)

    def run(self, conn: Connection, /, **values: Any) -> None:
        """When nobody wants to know."""
        _run(conn, self._for(conn), values, _count)

    def many(self, conn: Connection, rows: Iterable[Values], /) -> None:
        """Once for each of these, in order."""
        text = self._for(conn)
        _run(conn, text, rows, _count, many=True)

    def _for(self, conn: Connection) -> _Text:
        return self._texts.get(conn.dialect.name) or self._compiled(conn)

    def _compiled(self, conn: Connection) -> _Text:
        made = self._statement(partial(insert, conn)) if callable(self._statement) else self._statement
        text = self._texts[conn.dialect.name] = _compile(made, conn.dialect)
        return text


def _compile(statement: Statement, dialect: Dialect) -> _Text:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    if compiled.post_compile_params:
        raise TypeError("A list has no length yet: write `in_([bindparam(...), ...])`, once for each length.")
    places = (
        list(enumerate(compiled.positiontup or ()))
        if compiled.positional
        else [(name, name) for name in compiled.binds]
    )
    blank: Any = [None] * len(places) if compiled.positional else {}
    there: list[tuple[Any, str, Change | None]] = []
    for place, name in places:
        bind = compiled.binds[name]
        if isinstance(bind.type, NullType):
            raise TypeError(f"{name}: no column says of what type this is; give the bindparam its type_")
        change = _type(bind.type, dialect).bind_processor(dialect)
        if bind.required:
            there.append((place, name, change))
        else:
            blank[place] = bind.value if change is None else change(bind.value)
    columns = statement.exported_columns.items()
    ways_back = [_type(column.type, dialect).result_processor(dialect, None) for _, column in columns]
    return _Text(
        text=compiled.string,
        blank=blank,
        there=tuple(there),
        row=namedtuple("Row", [str(name) for name, _ in columns]),
        back=tuple((place, way) for place, way in enumerate(ways_back) if way is not None),
    )


def _type(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return type_.dialect_impl(dialect)


def _run(conn: Connection, text: _Text, values: Any, take: Callable[[DBAPICursor], T], *, many: bool = False) -> T:
    try:
        sent = [text.values(each) for each in values] if many else text.values(values)
        cursor = conn.connection.cursor()
        try:
            announce(conn, cursor, text.text, sent, many=many)
            (cursor.executemany if many else cursor.execute)(text.text, sent)
            return take(cursor)
        finally:
            cursor.close()
    except Exception as error:
        raise _told(conn, text, error) from error


def _told(conn: Connection, text: _Text, error: Exception) -> BaseException:
    """The error as SQLAlchemy would raise it, without the values. A connection that broke is not used again."""
    driver = conn.dialect.loaded_dbapi
    there = None if conn.invalidated else conn.connection
    broken = there is not None and isinstance(error, driver.Error) and conn.dialect.is_disconnect(error, there, None)
    if broken:
        conn.invalidate(error)
    return DBAPIError.instance(
        text.text,
        None,
        error,
        driver.Error,
        hide_parameters=True,
        connection_invalidated=broken,
        dialect=conn.dialect,
    )
