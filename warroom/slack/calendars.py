"""Planning game days: onto the calendar, off it, and what is on it.

Of a game day that is not announced, only who planned or directs it is told here; of one that has a window, others are told
the window. What is planned is played by `warroom.scheduling`.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from warroom.core import commands as c
from warroom.core.calendar import REPEATS, UNANNOUNCED, WINDOW, Occurrence, drawn
from warroom.core.game import GameState
from warroom.core.refusals import NotNow, NotYours, Unknown
from warroom.slack.desk import Desk, Whereabouts
from warroom.slack.mrkdwn import escape_line, moment, person
from warroom.store import inbox, rooms, schedules
from warroom.store.schedules import People, Schedule, Wish

_DEFAULT_WINDOW = timedelta(hours=4)


def first_of(wish: Wish) -> Occurrence:
    """The first game day of what is planned."""
    return Occurrence(number=0, begins=wish.first_at, starts=drawn(wish.first_at, wish.window, wish.seed, 0))


def wished(given: Mapping[str, Any], where: Whereabouts, zone: str) -> Wish:
    """What the form asks for. Raises NotNow for what cannot be planned like that."""
    if not str(given.get("at", "")).isdigit():
        raise NotNow("Say when it begins.")
    surprise = str(given.get("surprise", "") or "announced")
    hours = str(given.get("window", "") or "")
    window = timedelta(hours=int(hours)) if hours else _DEFAULT_WINDOW
    return Wish(
        workspace=where.workspace,
        planned_by=where.person,
        scenario=str(given.get("scenario", "")),
        people=People(
            directors=tuple(given.get("directors", ())) or (where.person,),
            players=tuple(given.get("players", ())),
            evaluators=tuple(given.get("evaluators", ())),
            safety=tuple(given.get("safety", ())),
        ),
        first_at=datetime.fromtimestamp(int(given["at"]), UTC),
        zone=zone,
        channel=where.channel,
        environment=str(given.get("environment", "")),
        surprise=surprise,
        repeats=str(given.get("repeats", "") or "once"),
        window=window if surprise == WINDOW else timedelta(0),
        seed=secrets.token_hex(16),
    )


class Calendars:
    def __init__(self, desk: Desk) -> None:
        self._desk, self._runtime = desk, desk.runtime

    async def plan(self, wish: Wish, key: str = "") -> str:
        """Put it onto the calendar, once for the same `key`; the sentence that says so. Raises Refused with why not."""
        scenario, now = self._desk.scenario(wish.scenario), self._runtime.clock.now()
        if wish.first_at <= now:
            raise NotNow("That is over already. Choose a time to come.")
        if wish.repeats not in REPEATS:
            raise Unknown(f"{wish.repeats!r} is no way to repeat it; use {', '.join(REPEATS)}.")
        if wish.environment and wish.environment not in scenario.environments:
            there = ", ".join(scenario.environments) or "none: it is played anywhere"
            raise Unknown(f"{scenario.title} has no environment {wish.environment!r}; it has {there}.")
        if not wish.environment and len(scenario.environments) > 1:
            raise NotNow(f"Say where: {', '.join(scenario.environments)}.")
        if len({*wish.people.players, *wish.people.directors}) < 2:
            raise NotNow("A game needs players: name at least one person besides who directs it.")
        number = await self._runtime.db.tx(_add_once, wish, key, now)
        self._runtime.nudge()
        return f"Planned as number {number}. The backchannel opens a day before; `calendar` lists what is planned."

    async def listing(self, where: Whereabouts) -> str:
        """What this person may know of the calendar, as mrkdwn."""
        there = await self._runtime.db.read(schedules.listing, where.workspace)
        lines = [self._line(each, where.person) for each in there if _may_know(each, where.person)]
        return "\n".join(lines) if lines else "Nothing is planned. `schedule` plans a game day."

    def _line(self, each: Schedule, asker: str) -> str:
        scenario = self._desk.library.scenarios.get(each.scenario)
        title = escape_line(scenario.title if scenario else each.scenario)
        when = moment(each.coming.starts)
        if each.surprise == WINDOW:
            last = each.coming.begins + each.window
            inside = f" (it begins {when})" if _prepares(each, asker) else ""
            when = f"some time between {moment(each.coming.begins)} and {moment(last)}{inside}"
        often = f", {REPEATS[each.repeats]}" if each.repeats != "once" else ""
        told = ", unannounced" if each.surprise == UNANNOUNCED else ""
        trouble = f". The last one was not opened: {escape_line(each.trouble)}" if each.trouble else ""
        return f"• *{each.id}* {title}: {when}{often}{told}. Planned by {person(each.planned_by)}{trouble}"

    async def call_off(self, where: Whereabouts, number: str) -> str:
        """Take it off the calendar; what is open for it and has not begun is closed."""
        asked = number.strip().removeprefix("#")
        there = None
        if asked.isascii() and asked.isdigit() and len(asked) < 10:
            there = await self._runtime.db.read(schedules.get, where.workspace, int(asked))
        if there is None or not _may_know(there, where.person):
            raise Unknown("There is no such number on the calendar; `calendar` lists what is planned.")
        if not _prepares(there, where.person):
            raise NotYours("Only who planned it, or directs it, can take it off the calendar.")
        if not await self._runtime.db.tx(schedules.end, there.id, self._runtime.clock.now()):
            raise NotNow("It is not on the calendar any more.")
        await self.close_planned(there, where.person)
        return "It is off the calendar."

    async def close_planned(self, there: Schedule, by: str) -> None:
        """Close the room of a game that was called off, if it is open and has not begun."""
        row = await self._runtime.db.read(rooms.by_correlation, there.workspace, there.name)
        if row is not None and row.state == GameState.PLANNED:
            note = c.TakeNote(by=by, text="It was taken off the calendar.")
            await self._runtime.handle(row.id, note, c.CloseRoom(), key=f"{there.name}:off")


def _prepares(each: Schedule, asker: str) -> bool:
    return asker in (each.planned_by, *each.people.directors)


def _may_know(each: Schedule, asker: str) -> bool:
    prepares = _prepares(each, asker) or asker in (*each.people.evaluators, *each.people.safety)
    return prepares or each.surprise != UNANNOUNCED


def coming_after(each: Schedule, coming: tuple[int, datetime] | None) -> Occurrence | None:
    """The game day of this number and beginning, with where in its window it starts."""
    if coming is None:
        return None
    number, begins = coming
    return Occurrence(number=number, begins=begins, starts=drawn(begins, each.window, each.seed, number))


def _add_once(conn: Connection, wish: Wish, key: str, now: datetime) -> int:
    if key and not inbox.first_time(conn, key, now):
        raise NotNow("That was asked for already.")
    return schedules.add(conn, wish, first_of(wish), at=now)
