"""Every door keeps what comes in before it acknowledges it, and what comes twice counts once.

At the place where something has just been kept (`failpoints`) the test looks: the database has it, Slack has heard nothing.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from tests.slack.test_backfill import Town, open_town
from warroom import failpoints
from warroom.core import events as e
from warroom.store import inbox, rooms, schedules
from warroom.store.inbox import LEASE
from warroom.store.tables import inbox as table


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        town = await open_town(tmp_path, f"sqlite:///{tmp_path / 'warroom.db'}", stack)
        await town.start()
        yield town


class Watch:
    """Looks at a place, the first time that it is reached."""

    def __init__(self, place: str, look: Callable[[], Awaitable[bool]]) -> None:
        self._place, self._look, self.seen = place, look, list[bool]()

    async def hook(self, name: str) -> None:
        if name == self._place and not self.seen:
            self.seen.append(await self._look())


@pytest.fixture
def watching() -> AsyncIterator[Callable[[str, Callable[[], Awaitable[bool]]], Watch]]:
    def watch(place: str, look: Callable[[], Awaitable[bool]]) -> Watch:
        made = Watch(place, look)
        failpoints.listen(made.hook)
        return made

    yield watch
    failpoints.listen(None)


STRANGER = "It is dark, @carl"  # whom nobody has met: this needs Slack, so it is kept before it is carried out


def acknowledged(town: Town) -> int:
    return len(town.workspace.wire.payloads("ack"))


def kept(conn: Connection) -> int:
    found = conn.execute(select(table.c.key).where(table.c.state == "kept", table.c.key.like("event:%")))
    return len(found.all())


async def test_what_is_said_is_on_the_timeline_before_it_is_acknowledged(
    town: Town, watching: Callable[..., Watch]
) -> None:
    """When it is heard and its event finished, in one transaction, Slack has not been told."""
    room = await town.game()
    war, before = await town.channel(room), acknowledged(town)

    async def look() -> bool:
        heard = await town.heard(room) == ["It is dark"]
        return heard and await town.bot.db.read(kept) == 0 and acknowledged(town) == before

    watch = watching("event.heard", look)
    await town.people["ana"].say(war, "It is dark")
    await town.settled()
    assert watch.seen == [True]
    assert acknowledged(town) > before


async def test_what_is_heard_and_not_acknowledged_comes_again_and_counts_once(town: Town) -> None:
    """A process that cannot tell Slack what it has kept is told once more, and has heard it once."""
    room, failing = await town.game(), [True]

    async def hook(name: str) -> None:
        if name == "event.heard" and failing:
            failing.clear()
            raise OSError("the wire is cut")

    failpoints.listen(hook)
    try:
        await town.people["ana"].say(await town.channel(room), "It is dark")
        async with asyncio.timeout(20):
            await town.workspace.settled()
    finally:
        failpoints.listen(None)
    await town.settled()
    assert failing == []
    assert await town.heard(room) == ["It is dark"]


async def test_what_cannot_be_carried_out_at_once_is_kept_first(town: Town) -> None:
    """Whatever is wrong with the one transaction, nothing of it is there, and the event is kept and carried out after that."""
    room, filled = await town.game(), [0]
    await town.settled()

    def fail(name: str) -> None:
        if name == "tx.filled" and threading.current_thread().name.startswith("store-write"):
            filled[0] += 1
            if filled[0] == 1:
                raise ArithmeticError("no")

    said: list[str] = []

    async def hook(name: str) -> None:
        said.append(name)

    before = acknowledged(town)
    failpoints.listen(hook, fail)
    try:
        await town.people["ana"].say(await town.channel(room), "It is dark")
        async with asyncio.timeout(20):
            await town.workspace.settled()
    finally:
        failpoints.listen(None)
    await town.settled()
    assert "event.kept" in said
    assert "event.heard" not in said
    assert acknowledged(town) == before + 1
    assert await town.heard(room) == ["It is dark"]


async def test_an_event_is_kept_before_it_is_acknowledged(town: Town, watching: Callable[..., Watch]) -> None:
    """When it is in the inbox, and nowhere else yet, Slack has not been told."""
    room = await town.game()
    war, before = await town.channel(room), acknowledged(town)

    async def look() -> bool:
        return await town.bot.db.read(kept) == 1 and acknowledged(town) == before

    watch = watching("event.kept", look)
    await town.people["ana"].say(war, STRANGER)
    await town.settled()
    assert watch.seen == [True]
    assert acknowledged(town) > before


async def test_a_command_is_carried_out_before_it_is_acknowledged(town: Town, watching: Callable[..., Watch]) -> None:
    """When the room is open, whoever asked for it has not been told."""
    before = acknowledged(town)

    async def look() -> bool:
        return len(await town.bot.db.read(rooms.listing, None, mode="real")) == 1 and acknowledged(town) == before

    watch = watching("command.carried_out", look)
    await town.people["ana"].say(town.workspace.channel("general"), "/warroom declare The lift is stuck")
    assert watch.seen == [True]


async def test_a_press_is_carried_out_before_it_is_acknowledged(town: Town, watching: Callable[..., Watch]) -> None:
    """When it is on the timeline, the button still turns."""
    room = await town.game()
    opening = next(
        each for each in await town.people["ana"].messages(await town.channel(room)) if "How we play" in str(each)
    )
    before = acknowledged(town)

    async def look() -> bool:
        return len(await town.entries(room, e.ConsentGiven)) == 1 and acknowledged(town) == before

    watch = watching("press.carried_out", look)
    await town.people["ana"].press(opening, "I agree to that")
    assert watch.seen == [True]


async def test_a_form_is_carried_out_before_it_is_acknowledged(town: Town, watching: Callable[..., Watch]) -> None:
    """When the game day is planned, the form still stands."""
    await town.people["ana"].say(town.workspace.channel("general"), "/warroom declare")
    view = await town.people["ana"].wait_for_view("view_opened")
    await town.workspace.settled()
    before = acknowledged(town)

    async def look() -> bool:
        return len(await town.bot.db.read(rooms.listing, None, mode="real")) == 1 and acknowledged(town) == before

    watch = watching("form.carried_out", look)
    assert await town.people["ana"].submit(view, {"title": "The lift is stuck"}) == {}
    assert watch.seen == [True]


async def test_a_form_that_comes_again_with_other_words_is_refused(town: Town) -> None:
    """It stays open when our answer is lost. The same words count once; others are neither lost nor carried out as well."""
    await town.people["ana"].say(town.workspace.channel("general"), "/warroom declare")
    view = await town.people["ana"].wait_for_view("view_opened")
    assert await town.people["ana"].submit(view, {"title": "The lift is stuck"}) == {}
    asked = [each.request for each in town.workspace.wire.payloads("ask") if each.method == "interactive"][-1]
    assert town.bot._requests is not None
    again = await town.bot._requests.take(asked, "v0=1")
    assert (again.status, again.body) == (200, "")
    other = json.loads(json.dumps(asked).replace("The lift is stuck", "The lift is stuck on the third floor"))
    refused = await town.bot._requests.take(other, "v0=2")
    assert "This was done already" in str(refused.body)
    assert len(await town.bot.db.read(rooms.listing, None, mode="real")) == 1


async def test_an_event_whose_handling_fails_is_acknowledged_and_tried_again(town: Town) -> None:
    """It is kept, which is all that Slack has to know; seconds later it is handled, once."""
    room = await town.game()
    failing = [True]

    async def hook(name: str) -> None:
        if name == "event.taken" and failing:
            failing.clear()
            raise OSError("the disk is on fire")

    failpoints.listen(hook)
    try:
        before = acknowledged(town)
        await town.people["ana"].say(await town.channel(room), STRANGER)
        async with asyncio.timeout(20):
            await town.workspace.settled()
        assert acknowledged(town) == before + 1
        assert len(await town.bot.db.read(inbox.unfinished, town.clock.now() + LEASE)) == 1
        await town.look()
    finally:
        failpoints.listen(None)
    assert await town.bot.db.read(inbox.unfinished, town.clock.now() + LEASE) == []
    assert [each[:10] for each in await town.heard(room)] == ["It is dark"]


async def test_a_slow_event_is_acknowledged_in_time(town: Town) -> None:
    """Slack is answered within its three seconds although the handling takes longer; it is not delivered again."""
    room = await town.game()
    over = asyncio.Event()

    async def hook(name: str) -> None:
        if name == "event.taken":
            await over.wait()

    failpoints.listen(hook)
    try:
        before = acknowledged(town)
        await town.people["ana"].say(await town.channel(room), STRANGER)
        async with asyncio.timeout(20):
            await town.workspace.settled()
        assert acknowledged(town) == before + 1
        assert len(await town.bot.db.read(inbox.unfinished, town.clock.now() + LEASE)) == 1
        over.set()
        await town.settled()
    finally:
        over.set()
        failpoints.listen(None)
    assert [each[:10] for each in await town.heard(room)] == ["It is dark"]


async def test_a_game_day_that_is_planned_twice_stands_there_once(town: Town) -> None:
    """The same form, delivered twice, plans one game day."""
    here = town.workspace.channel("operations")
    await town.people["harriet"].say(here, "/warroom schedule")
    view = await town.people["harriet"].wait_for_view("view_opened")
    begins = int(town.clock.now().timestamp()) + 7200
    players = [town.people[each].user_id for each in ("ana", "ben")]
    values = {"scenario": "october-21", "at": begins, "players": players}
    assert await town.people["harriet"].submit(view, values) == {}
    asked = [each.request for each in town.workspace.wire.payloads("ask") if each.method == "interactive"][-1]
    assert town.bot._requests is not None
    assert (await town.bot._requests.take(asked, "v0=1")).status == 200
    assert len(await town.bot.db.read(schedules.listing, None)) == 1
