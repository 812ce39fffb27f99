"""Instants as they are kept. Apart from the column types, so that what reads and writes values needs no database."""

from datetime import UTC, datetime


def in_utc(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise ValueError(f"{value.isoformat()} has no time zone, so it names no instant")
    return value.astimezone(UTC)


def iso(value: datetime, precision: str) -> str:
    """`value`, which is in UTC, as ISO text with a Z."""
    return value.replace(tzinfo=None).isoformat(timespec=precision) + "Z"
