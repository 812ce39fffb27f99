"""Definitions as they were: runbooks and scenarios by the hash of their text, so that an old room can show its own."""

import hashlib

from sqlalchemy import Connection, select

from warroom.store.db import insert
from warroom.store.tables import sources


def keep(conn: Connection, kind: str, name: str, text: str) -> str:
    """Keep a definition; its digest (sha256 of the text, hex). Safe to do twice."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    added = insert(conn, sources).values(digest=digest, kind=kind, name=name, text=text)
    conn.execute(added.on_conflict_do_nothing(index_elements=["digest"]))
    return digest


def text(conn: Connection, digest: str) -> str | None:
    """The text that has this digest, if it was kept."""
    return conn.execute(select(sources.c.text).where(sources.c.digest == digest)).scalar_one_or_none()
