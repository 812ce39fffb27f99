"""Who is who: the names behind the chat's ids, as last seen."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, select

from warroom.store.db import insert
from warroom.store.tables import people


def remember(
    conn: Connection, workspace: str, person: str, name: str, *, at: datetime, is_bot: bool = False, tz: str = ""
) -> None:
    """What is known of a person from now on. `tz` is an IANA name."""
    values = {"name": name, "is_bot": is_bot, "tz": tz, "updated_at": at}
    added = insert(conn, people).values(workspace=workspace, person=person, **values)
    conn.execute(added.on_conflict_do_update(index_elements=["workspace", "person"], set_=values))


def names(conn: Connection, workspace: str, ids: Collection[str]) -> dict[str, str]:
    """The names of those who are known; the others are left out."""
    wanted = and_(people.c.workspace == workspace, people.c.person.in_(ids))
    return {each.person: each.name for each in conn.execute(select(people.c.person, people.c.name).where(wanted))}


def bots(conn: Connection, workspace: str, ids: Collection[str]) -> set[str]:
    """Those of these who are known to be bots."""
    wanted = and_(people.c.workspace == workspace, people.c.person.in_(ids), people.c.is_bot.is_(True))
    return set(conn.execute(select(people.c.person).where(wanted)).scalars())


def zone(conn: Connection, workspace: str, person: str) -> str:
    """The IANA name of this person's zone; empty when it is not known."""
    here = and_(people.c.workspace == workspace, people.c.person == person)
    return conn.execute(select(people.c.tz).where(here)).scalar_one_or_none() or ""
