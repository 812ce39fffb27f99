"""Column types that mean the same on both databases."""

import json
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from warroom.store.instants import in_utc, iso

BigId = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up only in a column that says INTEGER


class Instant(TypeDecorator[datetime]):
    """An instant in UTC, to the microsecond. A naive time is refused with ValueError.

    SQLite keeps sortable ISO text of one width, because its own date type drops the zone without a word.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        wide = dialect.name == "postgresql"
        return dialect.type_descriptor(DateTime(timezone=True) if wide else String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        instant = in_utc(value)
        return instant if dialect.name == "postgresql" else iso(instant, "microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(UTC)


class Escaped(TypeDecorator[str]):
    """Any string at all, kept as the inside of an ASCII JSON string.

    PostgreSQL refuses U+0000 and both refuse lone surrogates, but people and alert senders can send either.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else encode_basestring_ascii(value)[1:-1]

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None or "\\" not in value else str(json.loads(f'"{value}"'))
