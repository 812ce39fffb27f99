"""How often something may be done, counted for all processes together.

One instant says it all: `free_at` is when everything that was taken so far will have been given back (the theoretical
arrival time of the generic cell rate algorithm, ITU-T I.371). Whoever takes moves it on by one interval; who would move it
further ahead than a burst allows has to wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, select

from warroom.store.db import insert
from warroom.store.tables import budgets

NOTHING = timedelta(0)
FARTHEST = timedelta(minutes=10)  # Slack asks for less; what lies further ahead was written by a clock that was wrong


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """So many at once (`burst`), and one more each `interval`."""

    name: str
    interval: timedelta
    burst: int = 1

    @property
    def ahead(self) -> timedelta:
        """How far ahead of now `free_at` may lie when one more is taken."""
        return self.interval * (self.burst - 1)


def take(conn: Connection, workspace: str, wanted: Sequence[Budget], now: datetime) -> timedelta:
    """Take one of each, or none: then how long to wait before trying again. Nothing when it may be done now."""
    free = {each.name: _free_at(conn, workspace, each, now) for each in sorted(wanted, key=lambda x: x.name)}
    wait = max((free[each.name] - now - each.ahead for each in wanted), default=NOTHING)
    if wait > NOTHING:
        return wait
    for each in wanted:
        if each.interval:
            _set(conn, workspace, each.name, free[each.name] + each.interval)
    return NOTHING


def hold(conn: Connection, workspace: str, budget: Budget, until: datetime) -> None:
    """Nobody takes any of it before `until`: somebody who knows better has said so."""
    _set(conn, workspace, budget.name, until + budget.ahead)


def _free_at(conn: Connection, workspace: str, budget: Budget, now: datetime) -> datetime:
    here = and_(budgets.c.workspace == workspace, budgets.c.name == budget.name)
    found = conn.execute(select(budgets.c.free_at).where(here).with_for_update()).scalar_one_or_none()
    return now if found is None or found > now + budget.ahead + FARTHEST else max(found, now)


def _set(conn: Connection, workspace: str, name: str, free_at: datetime) -> None:
    put = insert(conn, budgets).values(workspace=workspace, name=name, free_at=free_at)
    conn.execute(put.on_conflict_do_update(index_elements=["workspace", "name"], set_={"free_at": free_at}))
