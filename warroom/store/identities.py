"""Who the bot is, remembered by the digest of its token, so that a start does not need Slack."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from warroom.store.db import insert
from warroom.store.tables import identities


def remember(conn: Connection, token: str, who: Mapping[str, str], at: datetime) -> None:
    """Slack has said just now that the bearer of this token is this one."""
    values = {"body": json.dumps(dict(who), sort_keys=True), "seen_at": at}
    added = insert(conn, identities).values(token=_digest(token), **values)
    conn.execute(added.on_conflict_do_update(index_elements=["token"], set_=values))


def known(conn: Connection, token: str) -> dict[str, str] | None:
    """What Slack said last of the bearer of this token."""
    found = conn.execute(select(identities.c.body).where(identities.c.token == _digest(token))).scalar_one_or_none()
    return None if found is None else {str(name): str(each) for name, each in json.loads(found).items()}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
