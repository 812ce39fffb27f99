"""The calendar is played once, whoever looks at it, and whenever a process ends in the middle."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.content import shipped_library
from tests.runtime.bench import running, until
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.calendar import WINDOW
from warroom.core.game import GameState
from warroom.core.refusals import NotNow, NotYours, Unknown
from warroom.core.room import Room
from warroom.definitions.library import Library
from warroom.errors import NotFound
from warroom.runtime.handle import Runtime
from warroom.scheduling import Scheduler
from warroom.slack.calendars import Calendars
from warroom.slack.desk import Desk, Whereabouts
from warroom.store import rooms, schedules
from warroom.store.schedules import People, Schedule, Wish
from warroom.testing import ManualClock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HARRIET, ANA, BEN = "U0HARRIET", "U0ANA", "U0BEN"
OUTBOX = "SELECT body FROM outbox WHERE type = 'Say' ORDER BY created_at, lane, number"


@pytest.fixture(scope="module")
def library() -> Library:
    return shipped_library()


class Office:
    """One process, with its calendar."""

    def __init__(self, runtime: Runtime, library: Library) -> None:
        self.runtime, self.desk = runtime, Desk(runtime, library)
        self.calendars, self.told = Calendars(self.desk), list[tuple[str, str]]()
        self.scheduler = Scheduler(runtime, self.desk, self.tell)

    async def tell(self, person: str, sentence: str) -> None:
        self.told.append((person, sentence))

    async def due(self) -> list[Schedule]:
        return await self.runtime.db.read(schedules.due, self.runtime.clock.now(), 10)

    async def look(self) -> None:
        """Do all that is due, and what that makes due."""
        while waiting := await self.due():
            for each in waiting:
                await self.scheduler.tend(each)

    async def rooms(self) -> list[Room]:
        rows = await self.runtime.db.read(rooms.listing, "T1", mode="drill")
        return [await self.runtime.room(row.id) for row in reversed(rows)]

    async def events(self, kind: type[e.Event]) -> list[e.Entry]:
        rows = await self.runtime.db.read(rooms.listing, "T1", mode="drill")
        entries = [await self.runtime.db.read(rooms.entries, row.id) for row in reversed(rows)]
        return [each for timeline in entries for each in timeline if isinstance(each.event, kind)]


@pytest.fixture
def office(another: Callable[[], Runtime], library: Library) -> Office:
    return Office(another(), library)


def wish(at: datetime, **changes: object) -> Wish:
    plain = Wish(
        workspace="T1",
        planned_by=HARRIET,
        scenario="october-21",
        people=People(directors=(HARRIET,), players=(ANA, BEN)),
        first_at=at,
        zone="UTC",
        channel="C1",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields of the class


async def test_opened_reminded_begun(office: Office, clock: ManualClock) -> None:
    """A day before it is opened and said, an hour before it is said again, at its time it begins; then it is over."""
    begins = clock.now() + 3 * DAY
    await office.calendars.plan(wish(begins))
    await office.look()
    assert await office.rooms() == []
    clock.move_to(begins - DAY)
    await office.look()
    (room,) = await office.rooms()
    assert (room.state, room.origin, room.roster.controllers) == (GameState.PLANNED, "C1", (HARRIET,))
    clock.move_to(begins - HOUR)
    await office.look()
    clock.move_to(begins - timedelta(milliseconds=1))
    await office.look()
    assert (await office.rooms())[0].state == GameState.PLANNED
    clock.move_to(begins)
    await office.look()
    (room,) = await office.rooms()
    assert room.state == GameState.RUNNING
    reminded = await office.events(e.GameReminded)
    assert [(each.at, each.event) for each in reminded] == [
        (begins - DAY, e.GameReminded(begins=begins, everybody=True)),
        (begins - HOUR, e.GameReminded(begins=begins, everybody=True)),
    ]
    assert await office.runtime.db.read(schedules.listing, "T1") == []


async def test_every_week_another_directs(office: Office, clock: ManualClock) -> None:
    """Week after week a room of its own, directed in turn; who does not direct plays."""
    begins = clock.now() + 2 * DAY
    people = People(directors=(HARRIET, ANA), players=(BEN,))
    await office.calendars.plan(wish(begins, repeats="weekly", people=people))
    for week in range(3):
        clock.move_to(begins + week * timedelta(weeks=1))
        await office.look()
    assert [each.roster.controllers for each in await office.rooms()] == [(HARRIET,), (ANA,), (HARRIET,)]
    assert [each.roster.players for each in await office.rooms()] == [(BEN, ANA), (BEN, HARRIET), (BEN, ANA)]


async def test_of_several_processes_each_thing_is_done_once(
    another: Callable[[], Runtime], library: Library, clock: ManualClock
) -> None:
    """Three replicas watch the same calendar: one room, two reminders, one start."""
    offices = [Office(another(), library) for _ in range(3)]
    begins = clock.now() + 2 * DAY
    await offices[0].calendars.plan(wish(begins))
    for at in (begins - DAY, begins - HOUR, begins):
        clock.move_to(at)
        waiting = await offices[0].due()
        await asyncio.gather(*(each.scheduler.tend(there) for each in offices for there in waiting))
    assert len(await offices[0].rooms()) == 1
    assert len(await offices[0].events(e.GameReminded)) == 2
    assert len(await offices[0].events(e.GameStarted)) == 1


async def test_a_process_that_ends_in_the_middle(office: Office, clock: ManualClock) -> None:
    """What was done and not noted is not done again: each row is looked after twice, as it was read the first time."""
    begins = clock.now() + 2 * DAY
    await office.calendars.plan(wish(begins, repeats="weekly"))
    for at in (begins - DAY, begins - HOUR, begins):
        clock.move_to(at)
        (there,) = await office.due()
        await office.scheduler.tend(there)
        await office.scheduler.tend(there)
        await office.look()
    assert len(await office.rooms()) == 1
    assert len(await office.events(e.GameReminded)) == 2
    assert len(await office.events(e.GameStarted)) == 1


async def test_the_loop_does_it_by_itself(office: Office, clock: ManualClock) -> None:
    """Nobody has to ask: the loop looks when something is to be done."""
    begins = clock.now() + 2 * DAY
    await office.calendars.plan(wish(begins))

    async def begun() -> bool:
        return len(await office.events(e.GameStarted)) == 1

    async def opened() -> bool:
        return len(await office.events(e.GamePlanned)) == 1

    async with running(office.scheduler.run()):
        clock.move_to(begins - DAY)
        await until(opened, office.runtime)
        clock.move_to(begins)
        await until(begun, office.runtime)


async def test_only_the_window_is_told(office: Office, clock: ManualClock) -> None:
    """In a window of hours the players hear of the window a day and an hour before it, and the director of the time."""
    begins = clock.now() + 3 * DAY
    window = timedelta(hours=104)
    await office.calendars.plan(wish(begins, surprise=WINDOW, window=window, seed="tide"))
    (there,) = await office.runtime.db.read(schedules.listing, "T1")
    for minutes in range(0, 8 * 24 * 60, 10):
        clock.move_to(begins - 2 * DAY + timedelta(minutes=minutes))
        await office.look()
    (started,) = await office.events(e.GameStarted)
    assert begins < there.coming.starts < begins + window
    assert timedelta(0) <= started.at - there.coming.starts < timedelta(minutes=10)
    reminded = [each.event for each in await office.events(e.GameReminded)]
    told = e.GameReminded(begins=begins, until=begins + window, everybody=True)
    own = e.GameReminded(begins=there.coming.starts)
    assert reminded == [told, told, own, own]
    said = await office.runtime.db.read(lambda conn: "".join(conn.exec_driver_sql(OUTBOX).scalars()))
    assert said.count("some time between") == 2


async def test_unannounced_only_who_directs_it_knows(office: Office, clock: ManualClock) -> None:
    """Nothing is said outside the backchannel, and neither the calendar nor the list of rooms shows it to a player."""
    begins = clock.now() + 2 * DAY
    await office.calendars.plan(wish(begins, surprise="unannounced"))
    clock.move_to(begins - HOUR)
    await office.look()
    (room,) = await office.rooms()
    assert room.state == GameState.PLANNED
    lanes = await office.runtime.db.read(
        lambda conn: set(conn.exec_driver_sql("SELECT lane FROM outbox WHERE type = 'Say'").scalars())
    )
    assert {each.rpartition("talk:")[2] for each in lanes} == {"backchannel"}
    player, director = (Whereabouts(workspace="T1", person=each) for each in (ANA, HARRIET))
    assert "October 21" in await office.calendars.listing(director)
    assert await office.calendars.listing(player) == "Nothing is planned. `schedule` plans a game day."
    assert await office.desk.rooms_shown("T1", ANA) == []
    assert [row.key for row in await office.desk.rooms_shown("T1", HARRIET)] == [room.key]
    with pytest.raises(NotFound, match="There is no room"):
        await office.desk.room_meant(player, room.key)
    assert await office.desk.room_meant(director, room.key)


async def test_called_off(office: Office, clock: ManualClock) -> None:
    """Only who planned it or directs it can; its room is closed, and it never begins."""
    begins = clock.now() + 2 * DAY
    await office.calendars.plan(wish(begins, people=People(directors=(BEN,), players=(ANA,))))
    clock.move_to(begins - DAY)
    await office.look()
    at = {each: Whereabouts(workspace="T1", person=each) for each in (HARRIET, ANA, BEN)}
    with pytest.raises(NotYours):
        await office.calendars.call_off(at[ANA], "1")
    with pytest.raises(Unknown):
        await office.calendars.call_off(at[HARRIET], "2")
    await office.calendars.call_off(at[HARRIET], "#1")
    with pytest.raises(NotNow):
        await office.calendars.call_off(at[BEN], "1")
    clock.move_to(begins)
    await office.look()
    (room,) = await office.rooms()
    assert (room.state, await office.events(e.GameStarted)) == ("closed", [])


async def test_called_off_in_the_last_moment(office: Office, clock: ManualClock) -> None:
    """Somebody calls it off just after a replica has read that it is to be opened and begun: nothing begins."""
    begins = clock.now() + 2 * DAY
    await office.calendars.plan(wish(begins))
    clock.move_to(begins)
    (there,) = await office.due()
    await office.calendars.call_off(Whereabouts(workspace="T1", person=HARRIET), "1")
    await office.scheduler.tend(there)
    await office.look()
    assert await office.events(e.GameStarted) == []
    assert [each.state for each in await office.rooms()] == ["closed"]


async def test_nothing_begins_while_something_is_real(office: Office, clock: ManualClock) -> None:
    """A real incident is open when the time comes: it does not begin by itself, and who directs it reads why."""
    begins = clock.now() + 2 * DAY
    await office.calendars.plan(wish(begins))
    clock.move_to(begins - HOUR)
    await office.look()
    real = await office.desk.declare(Whereabouts(workspace="T1", person=ANA), "The shop is down")
    clock.move_to(begins)
    await office.look()
    (held,) = await office.events(e.NotBegun)
    assert held.event == e.NotBegun(why=f"Something real is open: {real.room.key}. Nothing begins by itself meanwhile.")
    assert await office.events(e.GameStarted) == []


async def test_who_began_last_directed_last(office: Office, clock: ManualClock) -> None:
    """A game that was planned first and begun last is the last one, for the rotation of who directs."""
    begins = clock.now() + 2 * DAY
    await office.calendars.plan(wish(begins))
    clock.move_to(begins - HOUR)
    await office.look()
    await office.desk.start_game(Whereabouts(workspace="T1", person=BEN), "october-21", (ANA,))
    clock.move_to(begins)
    await office.look()
    assert await office.runtime.db.read(rooms.directors, "T1") == [BEN, HARRIET]


async def test_what_is_closed_by_hand_does_not_begin(office: Office, clock: ManualClock) -> None:
    """A game whose room was closed before its time stays closed; next week's comes all the same."""
    begins = clock.now() + 2 * DAY
    await office.calendars.plan(wish(begins, repeats="weekly"))
    clock.move_to(begins - DAY)
    await office.look()
    (row,) = await office.runtime.db.read(rooms.listing, "T1", mode="drill")
    await office.runtime.handle(row.id, c.CloseRoom(by=HARRIET))
    for at in (begins, begins + timedelta(weeks=1)):
        clock.move_to(at)
        await office.look()
    assert [each.state for each in await office.rooms()] == ["closed", GameState.RUNNING]


async def test_long_after_its_time_nothing_begins_by_itself(office: Office, clock: ManualClock) -> None:
    """The bot was away: what was open for it stays planned, and who directs it is told; what was not, is missed."""
    begins = clock.now() + 2 * DAY
    await office.calendars.plan(wish(begins, repeats="weekly"))
    clock.move_to(begins - DAY)
    await office.look()
    clock.move_to(begins + 2 * HOUR)
    await office.look()
    (room,) = await office.rooms()
    (held,) = await office.events(e.NotBegun)
    assert (room.state, "not running" in held.event.why) == (GameState.PLANNED, True)  # type: ignore[attr-defined]
    clock.move_to(begins + timedelta(weeks=1) + 2 * HOUR)
    await office.look()
    assert len(await office.rooms()) == 1
    ((person, sentence),) = office.told
    assert (person, "not running" in sentence) == (HARRIET, True)
    (there,) = await office.runtime.db.read(schedules.listing, "T1")
    assert (there.coming.number, there.directed) == (2, (HARRIET,))


async def test_a_scenario_that_is_gone(office: Office, clock: ManualClock) -> None:
    """What cannot be opened is said, to who would direct it and on the calendar; nothing else is kept waiting by it."""
    begins = clock.now() + 2 * DAY
    await office.calendars.plan(wish(begins, repeats="weekly"))
    empty = Office(office.runtime, replace(office.desk.library, scenarios={}))
    clock.move_to(begins - DAY)
    await empty.look()
    assert [person for person, _ in empty.told] == [HARRIET]
    shown = await empty.calendars.listing(Whereabouts(workspace="T1", person=HARRIET))
    assert "was not opened: There is no scenario" in shown


async def test_what_cannot_be_planned(office: Office, clock: ManualClock) -> None:
    """A time that is over, a scenario that is not there, nobody to play: each is refused with a sentence."""
    begins = clock.now() + DAY
    wrong = (
        wish(clock.now()),
        wish(begins, scenario="nothing"),
        wish(begins, environment="the moon"),
        wish(begins, repeats="daily"),
        wish(begins, people=People(directors=(HARRIET,), players=(HARRIET,))),
    )
    for each in wrong:
        with pytest.raises((NotNow, Unknown)):
            await office.calendars.plan(each)
    assert await office.runtime.db.read(schedules.listing, "T1") == []
