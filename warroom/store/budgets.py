"""How often something may be done, counted for all processes together.

One instant says it all: `free_at` is when everything that was taken so far will have been given back (the theoretical
arrival time of the generic cell rate algorithm, ITU-T I.371). Whoever takes moves it on by one interval; who would move it
further ahead than a burst allows has to wait.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, select

from warroom.core.declaring import dataclass
from warroom.store.prepared import Prepared, given
from warroom.store.tables import budgets

NOTHING = timedelta(0)
FARTHEST = timedelta(minutes=11)  # the longest hold is ten; what lies further ahead was written by a wrong clock


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
    free = _free(conn, workspace, wanted, now)
    wait = max((free[each.name] - now - each.ahead for each in wanted), default=NOTHING)
    if wait > NOTHING:
        return wait
    taken = {each.name: free[each.name] + each.interval for each in wanted if each.interval}
    if taken:
        _SET.many(conn, [{"workspace": workspace, "name": name, "free_at": taken[name]} for name in sorted(taken)])
    return NOTHING


def hold(conn: Connection, workspace: str, budget: Budget, until: datetime, now: datetime) -> None:
    """Nobody takes any of it before `until`: somebody who knows better has said so. Nor before it was said already."""
    held = _free(conn, workspace, [budget], now)[budget.name]
    _SET.run(conn, workspace=workspace, name=budget.name, free_at=max(held, until + budget.ahead))


def _free(conn: Connection, workspace: str, wanted: Sequence[Budget], now: datetime) -> dict[str, datetime]:
    """When each is free, held until the transaction ends; in one order, so that no two wait for one another."""
    names = {f"name_{i}": each.name for i, each in enumerate(wanted)}
    found = {each.name: each.free_at for each in _held(len(names)).all(conn, workspace=workspace, **names)}
    return {each.name: _sensible(found.get(each.name, now), each, now) for each in wanted}


def _sensible(free_at: datetime, budget: Budget, now: datetime) -> datetime:
    return now if free_at > now + budget.ahead + FARTHEST else max(free_at, now)


@cache
def _held(count: int) -> Prepared:
    these = budgets.c.name.in_([bindparam(f"name_{i}", type_=budgets.c.name.type) for i in range(count)])
    here = select(budgets.c.name, budgets.c.free_at).where(budgets.c.workspace == bindparam("workspace"), these)
    return Prepared(here.order_by(budgets.c.name).with_for_update())


def _setting(insert: Any) -> Any:
    new = insert(budgets).values(given("workspace", "name", "free_at"))
    return new.on_conflict_do_update(index_elements=["workspace", "name"], set_={"free_at": new.excluded.free_at})


_SET = Prepared(_setting)
