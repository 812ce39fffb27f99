"""What was said while nobody listened is found in the channels, once, and the timeline says so.

The whole bot against the local workspace, with a wall clock that is moved by hand: events are lost, discarded, or told to
nobody, and afterwards the bot looks.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.content import shipped_library
from tests.postgres import postgresql_server, postgresql_url
from warroom import failpoints
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.effects import BACKCHANNEL, WAR_ROOM
from warroom.core.events import Entry
from warroom.core.game import GameState
from warroom.main import Bot
from warroom.runtime.clock import SystemClock
from warroom.settings import Settings, load
from warroom.slack.backfill import FRESH, GIVE_UP, LATER, MARGIN, SETTLE
from warroom.slack.manifest import manifest
from warroom.store import inbox, rooms
from warroom.testing import ManualClock
from warroom.workspace import InstalledApp, Person, PersonAt, Seed, Workspace
from warroom.workspace.timing import Timing

__all__ = ["postgresql_server", "postgresql_url"]
PEOPLE = ("harriet", "ana", "ben", "carl")
SEED = Seed(people=tuple(Person(name=name) for name in PEOPLE), channels=("general", "operations"))
SOON = SETTLE + FRESH + timedelta(seconds=1)


class Passed:
    """Slack's clock: this machine's, and `more` seconds that a test has let pass."""

    def __init__(self) -> None:
        self.more = 0.0

    def now(self) -> float:
        return time.time() + self.more


class Town:
    """A workspace that stays, and a bot that comes and goes."""

    def __init__(
        self,
        workspace: Workspace,
        app: InstalledApp,
        settings: Settings,
        people: dict[str, PersonAt],
        stack: AsyncExitStack,
        passed: Passed,
    ) -> None:
        self.workspace, self.app, self.settings, self.people = workspace, app, settings, people
        self.clock = ManualClock(SystemClock().now())
        self.ahead = timedelta(0)  # of this machine's clock
        self.passed = passed
        self.stack = stack
        self.bot = Bot(settings, library=shipped_library())

    async def start(self) -> Bot:
        self.clock.move_to(max(SystemClock().now() + self.ahead, self.clock.now()))
        self.bot = bot = Bot(self.settings, library=shipped_library(), clock=self.clock, wall=self.clock)
        self.stack.push_async_callback(bot.stop)
        await bot.start()
        return bot

    async def game(self) -> int:
        """A game that is played, with its channels open."""
        here = self.workspace.channel("operations")
        await self.people["harriet"].say(here, "/warroom start october-21 @ana @ben")
        await self.settled()
        (row,) = await self.bot.db.read(rooms.listing, None, mode="drill")
        return row.id

    async def settled(self) -> None:
        """Everything that was told is handled, everything that is owed is said; the clock moves as far as that takes."""
        async with asyncio.timeout(30):
            await self.workspace.settled()
            settling = asyncio.create_task(self.bot.settled())
            while not settling.done():
                await asyncio.wait({settling}, timeout=0.02)
                self.clock.move_to(max(self.clock.now(), SystemClock().now() + self.ahead))
            await settling

    async def look(self, after: timedelta = SOON) -> None:
        """So much later, when whoever lives has looked for what was missed."""
        self.clock.advance(after)
        await self.bot.take_up()

    async def channel(self, room: int, place: str = WAR_ROOM) -> str:
        return (await self.bot.runtime.room(room)).channels[place].id

    async def entries(self, room: int, *kinds: type[Any]) -> list[Entry]:
        return [each for each in await self.bot.db.read(rooms.entries, room) if isinstance(each.event, kinds)]

    async def heard(self, room: int) -> list[str]:
        return [each.event.text for each in await self.entries(room, e.MessageHeard)]

    async def gaps(self, room: int) -> list[e.GapFilled]:
        return [each.event for each in await self.entries(room, e.GapFilled)]


async def open_town(folder: Path, database: str, stack: AsyncExitStack) -> Town:
    passed = Passed()
    workspace = await stack.enter_async_context(Workspace(seed=SEED, timing=Timing(retries=()), now=passed.now))
    app = await workspace.install(manifest())
    people = {name: await stack.enter_async_context(PersonAt(workspace.url, workspace.person(name))) for name in PEOPLE}
    settings = load(
        {},
        database=database,
        slack_bot_token=app.bot_token,
        slack_app_token=app.app_token,
        slack_api=f"{workspace.url}/api/",
        slack_pace=0.0,
        slack_connections=1,
        web_port=0,
        state=str(folder / "state"),
    )
    return Town(workspace, app, settings, people, stack, passed)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        yield await open_town(tmp_path, f"sqlite:///{tmp_path / 'warroom.db'}", stack)


@pytest.fixture(params=["sqlite", "postgresql"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        file = f"sqlite:///{tmp_path / 'warroom.db'}"
        url = file if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
        yield await open_town(tmp_path, url, stack)


# --- the story


async def test_what_was_said_while_the_bot_was_down_is_found(either: Town) -> None:
    """It stops; people talk, in the channel and in a thread, and edit; Slack drops it all. It starts, and finds it, once."""
    town = either
    await town.start()
    room = await town.game()
    war = await town.channel(room)
    first = await town.people["ana"].say(war, "Before")
    await town.settled()
    await town.bot.stop()
    await town.people["ana"].say(war, "It is dark, @ben")
    await town.people["ben"].say(war, "In a thread", thread_ts=first)
    missed = await town.people["ben"].say(war, "Lihgts out")
    await town.people["ben"].edit(war, missed, "Lights out")
    town.workspace.faults.discard_backlog()
    await town.start()
    await town.look()
    assert sorted(await town.heard(room)) == ["Before", "In a thread", "It is dark, @ben", "Lights out"]
    (gap,) = await town.gaps(room)
    assert (gap.found, gap.unread) == (4, ())  # three messages and an edit
    found = [each for each in await town.entries(room, e.MessageHeard, e.MessageEdited) if each.event.recovered]
    assert len(found) == 4
    assert all(each.occurred_at is not None and each.occurred_at <= each.at for each in found)
    assert [each.event.ts for each in found if isinstance(each.event, e.MessageHeard)] == sorted(
        each.event.ts for each in found if isinstance(each.event, e.MessageHeard)
    )
    await town.bot.missed_since(gap.since)
    await town.look()
    assert await town.gaps(room) == [gap], "it is found once"
    assert len(await town.heard(room)) == 4


async def test_nothing_missed_is_nothing_said(town: Town) -> None:
    """A restart, and an outage in which nobody spoke, leave no entry."""
    await town.start()
    room = await town.game()
    await town.people["ana"].say(await town.channel(room), "Before")
    await town.settled()
    before = await town.bot.db.read(rooms.entries, room)
    await town.bot.stop()
    await town.start()
    await town.look()
    await town.bot.missed_since(town.clock.now() - timedelta(hours=1))
    await town.look()
    assert await town.bot.db.read(rooms.entries, room) == before


async def test_without_an_open_room_nothing_is_noted(town: Town) -> None:
    """There is nothing that could have been missed, and nothing is written."""
    bot = await town.start()
    await bot.missed_since(town.clock.now())
    town.clock.advance(SOON)
    assert await bot.db.read(inbox.due, town.clock.now(), 9) == []


# --- the ways in which something can be missed


async def test_events_that_slack_lost(town: Town) -> None:
    """Slack loses two events while everything stands; whoever knows since when says so, and they are found."""
    bot = await town.start()
    room = await town.game()
    since = town.clock.now()
    town.workspace.faults.lose_events(2)
    for text in ("one", "two"):
        await town.people["ana"].say(await town.channel(room), text)
    await town.people["ana"].say(await town.channel(room), "three")
    await town.settled()
    assert await town.heard(room) == ["three"]
    await bot.missed_since(since)
    await town.look()
    assert sorted(await town.heard(room)) == ["one", "three", "two"]
    assert [each.found for each in await town.gaps(room)] == [2]


async def test_connections_that_were_gone(town: Town) -> None:
    """All connections go and Slack lets nobody in for a while; what it dropped meanwhile is found when they are back."""
    await town.start()
    room = await town.game()
    war = await town.channel(room)
    town.workspace.faults.refuse_handshakes(3)
    town.workspace.faults.close_sockets()
    async with asyncio.timeout(30):
        await town.workspace.wait_for_connections(town.app, 0)
        await town.people["ana"].say(war, "Is anybody there?")
        while not await town.bot.db.read(noted):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
        town.workspace.faults.discard_backlog()
        await town.workspace.wait_for_connections(town.app, 1)
        while not await town.gaps(room):
            await town.look(timedelta(seconds=5))
            await asyncio.sleep(0.1)
    assert await town.heard(room) == ["Is anybody there?"]


def noted(conn):  # type: ignore[no-untyped-def]  # a query
    return conn.exec_driver_sql("SELECT count(*) FROM inbox WHERE key LIKE 'gap:%' AND state = 'kept'").scalar_one()


async def test_a_killed_process_leaves_its_gap_to_the_next(town: Town) -> None:
    """It has noticed that it may have missed something, hears what comes then, and dies: the next one still knows."""
    bot = await town.start()
    room = await town.game()
    war = await town.channel(room)
    since = town.clock.now()
    town.workspace.faults.lose_events()
    await town.people["ana"].say(war, "lost")
    await bot.missed_since(since)
    town.clock.advance(2 * MARGIN)
    await town.people["ana"].say(war, "heard")
    await town.settled()
    await bot.stop()
    await town.start()
    await town.look()
    assert sorted(await town.heard(room)) == ["heard", "lost"]


async def test_what_is_on_its_way_is_not_called_missed(town: Town) -> None:
    """What waits at Slack for a connection comes by itself; no gap is told for it."""
    await town.start()
    room = await town.game()
    war = await town.channel(room)
    await town.bot.stop()
    await town.people["ana"].say(war, "waits")
    await town.start()
    await town.settled()
    await town.look()
    assert await town.heard(room) == ["waits"]
    assert await town.gaps(room) == []


async def test_two_processes_find_it_once(town: Town) -> None:
    """Both were away and both note it: each message counts once, and one entry says so."""
    bot = await town.start()
    room = await town.game()
    war = await town.channel(room)
    since = town.clock.now()
    town.workspace.faults.lose_events(3)
    for text in ("one", "two", "three"):
        await town.people["ben"].say(war, text)
    other = Bot(town.settings, library=shipped_library(), clock=town.clock, wall=town.clock)
    town.stack.push_async_callback(other.stop)
    assert bot.identity is not None
    await other.begin(bot.identity)
    await bot.missed_since(since)
    await other.missed_since(since + timedelta(seconds=1))
    for _ in range(2):  # the other one has only just begun to listen
        town.clock.advance(SOON)
        await asyncio.gather(bot.take_up(), other.take_up())
    assert sorted(await town.heard(room)) == ["one", "three", "two"]
    assert [each.found for each in await town.gaps(room)] == [3]


# --- a channel that no room knows yet


@pytest.mark.parametrize("dies", [False, True])
async def test_what_is_said_before_a_room_knows_its_channel_is_heard(either: Town, dies: bool) -> None:
    """Somebody speaks as soon as the channel is there, before its room knows it, also when the process dies over that."""
    town = either
    await town.start()
    reached, goes_on = asyncio.Event(), asyncio.Event()

    async def hook(name: str) -> None:
        if name == "deliver.performed" and town.workspace.wire.calls("conversations.invite"):
            reached.set()
            await goes_on.wait()

    failpoints.listen(hook)
    try:
        here = town.workspace.channel("operations")
        await town.people["ana"].say(here, "/warroom declare Lights out")
        async with asyncio.timeout(20):
            await reached.wait()
        (war,) = [each for each in await town.people["ana"].channels() if each["name"].startswith("inc-")]
        await town.people["ana"].say(war["id"], "It is dark here")
        await town.people["ana"].say(war["id"], "no duff: and it smells of smoke")
        await town.workspace.settled()
    finally:
        failpoints.listen(None)
    if dies:
        await town.bot.stop()
        await town.start()
    goes_on.set()
    await town.settled()
    (row,) = await town.bot.db.read(rooms.listing, None, mode="real")
    await town.people["ana"].say(war["id"], "Now it is known")
    await town.settled()
    for _ in range(3):
        await town.look()
        await town.settled()
    assert sorted(await town.heard(row.id)) == [
        "It is dark here", "Now it is known", "no duff: and it smells of smoke"
    ]  # fmt: skip
    assert dies or await town.gaps(row.id) == []


# --- the rules are those of what is heard in time


async def test_no_duff_that_was_missed_stops_play(town: Town) -> None:
    """In the war room and in the backchannel, of which nothing else is heard."""
    bot = await town.start()
    room = await town.game()
    since = town.clock.now()
    town.workspace.faults.lose_events(2)
    back = await town.channel(room, BACKCHANNEL)
    await town.people["harriet"].say(back, "The next card is CANARY-SECRET")
    await town.people["harriet"].say(back, "no duff: smoke in the hall")
    await bot.missed_since(since)
    await town.look()
    game = (await bot.runtime.room(room)).game
    assert game is not None
    assert game.state is GameState.HALTED
    assert await town.heard(room) == []
    assert "CANARY-SECRET" not in str(await bot.db.read(rooms.entries, room))


async def test_a_game_that_is_paused_does_not_age_by_it(town: Town) -> None:
    """What was said is found while play is paused; the room's clock stands where it stood."""
    bot = await town.start()
    room = await town.game()
    await bot.runtime.handle(room, c.PauseGame(by=town.people["harriet"].user_id, reason="lunch"))
    before = await bot.runtime.room(room)
    since = town.clock.now()
    town.workspace.faults.lose_events()
    await town.people["ana"].say(await town.channel(room), "Where do we eat?")
    await bot.missed_since(since)
    await town.look()
    after = await bot.runtime.room(room)
    assert await town.heard(room) == ["Where do we eat?"]
    assert after.clock == before.clock
    assert replace(after, seq=before.seq, at=before.at) == before


@pytest.mark.parametrize("down", [timedelta(0), timedelta(hours=2)])
async def test_a_clock_that_was_ahead_hides_nothing(town: Town, down: timedelta) -> None:
    """It hears with a clock that is an hour ahead, and stops; what is said then is found with the right clock, soon or late."""
    town.ahead = timedelta(hours=1)
    await town.start()
    room = await town.game()
    war = await town.channel(room)
    await town.people["ana"].say(war, "heard")
    await town.settled()
    await town.bot.stop()
    await town.people["ana"].say(war, "missed")
    town.workspace.faults.discard_backlog()
    town.passed.more = down.total_seconds()
    town.ahead, town.clock = down, ManualClock(SystemClock().now() + down)
    await town.start()
    await town.look()
    assert await town.heard(room) == ["heard", "missed"]


async def test_a_clock_that_stays_ahead_hides_nothing(town: Town) -> None:
    """It has heard no message yet by which the clocks could be compared: Slack's answers tell how far ours is ahead."""
    town.ahead = timedelta(hours=1)
    await town.start()
    room = await town.game()
    war = await town.channel(room)
    await town.bot.missed_since(town.clock.now())
    town.workspace.faults.lose_events(1)
    await town.people["ana"].say(war, "missed")
    await town.look()
    assert await town.heard(room) == ["missed"]


async def test_what_was_said_in_the_moment_before_it_listened_is_found(town: Town) -> None:
    """Only what is said while it listens is on its way; so a gap is read when it has listened for a while."""
    bot = await town.start()
    room = await town.game()
    town.workspace.faults.lose_events()
    await town.people["ana"].say(await town.channel(room), "lost")
    await bot.missed_since(town.clock.now())
    assert bot._backfill is not None
    bot._backfill._heard_from = None  # as if its connections stood since just now
    town.clock.advance(SETTLE)
    await bot.take_up()
    assert await town.gaps(room) == []
    await town.look(FRESH + FRESH)
    assert await town.heard(room) == ["lost"]


# --- when it cannot be read


async def test_slack_is_asked_again_until_it_answers(town: Town) -> None:
    """Rate limits, errors and lost answers put it off; in the end what was said is found, once."""
    bot = await town.start()
    room = await town.game()
    since = town.clock.now()
    town.workspace.faults.lose_events()
    await town.people["ana"].say(await town.channel(room), "lost")
    faults = town.workspace.faults
    faults.rate_limit("conversations.history", retry_after=7)
    faults.error("conversations.history", "internal_error")
    faults.drop("conversations.history", applied=True)
    faults.html("conversations.history")
    await bot.missed_since(since)
    for _ in range(8):
        await town.look(LATER)
    assert await town.heard(room) == ["lost"]
    assert [each.found for each in await town.gaps(room)] == [1]


async def test_a_channel_that_cannot_be_read_is_named(town: Town) -> None:
    """Slack refuses it for good: a person is told where to look, once; the other channels are read."""
    bot = await town.start()
    room = await town.game()
    for _ in range(2):
        town.workspace.faults.error("conversations.history", "not_in_channel")
        await bot.missed_since(town.clock.now())
        await town.look()
    (gap,) = await town.gaps(room)
    assert (gap.found, len(gap.unread), gap.reason) == (0, 1, "not_in_channel")


async def test_when_slack_does_not_answer_for_hours_that_is_said(town: Town) -> None:
    """It is tried for hours; then it is said that the channels could not be read, and why, for each room once."""
    bot = await town.start()
    room = await town.game()
    town.workspace.faults.status("conversations.history", 503, times=1_000)
    await bot.missed_since(town.clock.now())
    await town.look()
    assert await town.gaps(room) == []
    await town.look(GIVE_UP)
    await town.look(GIVE_UP)
    (gap,) = await town.gaps(room)
    assert set(gap.unread) == {WAR_ROOM, BACKCHANNEL}
    assert "503" in gap.reason


async def test_much_that_was_said_is_read_page_by_page(town: Town) -> None:
    """More than fits on a page: all of it is found, oldest first."""
    bot = await town.start()
    room = await town.game()
    war = await town.channel(room)
    since = town.clock.now()
    town.workspace.faults.lose_events(250)
    for number in range(250):
        await town.people["ana"].say(war, f"{number}")
    await bot.missed_since(since)
    await town.look()
    assert await town.heard(room) == [f"{number}" for number in range(250)]
    assert [each.found for each in await town.gaps(room)] == [250]
