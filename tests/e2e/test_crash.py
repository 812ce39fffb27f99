"""`kill -9` at the worst moments of a game, and a restart each time: nothing acknowledged is lost, nothing said twice.

The bot is a real process. It is killed when a call to Slack was carried out but not answered, when a press was just
acknowledged, when an event was kept but not handled, when an alert was accepted but not announced, when a check was
under way. Each time it starts again on what its database holds.
"""

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from tests.e2e.town import LAMP, Town, labels
from tests.postgres import postgresql_server, postgresql_url
from warroom.core import events as e
from warroom.core import panelview, runview, views
from warroom.core.effects import BACKCHANNEL, WAR_ROOM, Say
from warroom.core.room import Room
from warroom.core.roomfold import fold
from warroom.demo.alert import payload
from warroom.slack import cards as look
from warroom.store import codec, inbox, outbox, rooms, tables

__all__ = ["postgresql_server", "postgresql_url"]
pytestmark = pytest.mark.timeout(300)  # the bot starts a dozen times, as a process of its own
WAR, BACK, REAL = "exercise-gd-1-blackout", "exercise-gd-1-backchannel", "inc-1-"


@pytest.fixture
async def on_sqlite(tmp_path: Path) -> AsyncIterator[Town]:
    async with Town.open(tmp_path, f"sqlite:///{tmp_path / 'warroom.db'}") as town:
        yield town


@pytest.fixture
async def on_postgresql(tmp_path: Path, postgresql_url: str) -> AsyncIterator[Town]:
    async with Town.open(tmp_path, postgresql_url) as town:
        yield town


# --- the games


async def test_a_game_survives_a_crash_at_every_bad_moment(on_sqlite: Town) -> None:
    """Killed at eight moments of one game and started again each time, it loses nothing and says nothing twice."""
    town = on_sqlite
    await lose_the_answer_to_an_opened_channel(town)
    await lose_the_answer_to_a_message(town, number=2)
    await lose_the_answer_to_a_message(town, number=3)
    await town.start()
    await town.quiet()
    await die_with_an_acknowledged_press_on_its_way(town)
    await die_with_a_message_kept(town)
    await die_with_an_alert_accepted(town)
    await die_during_a_check(town)
    await die_after_the_last_word_of_an_answer(town)
    await walk_to_the_last_step(town)
    await die_while_a_machine_acts(town)
    await nothing_was_lost_or_doubled(town)
    await the_war_room_is_called_real(town)


@pytest.mark.long
async def test_a_game_on_postgresql_survives_crashes(on_postgresql: Town) -> None:
    """On PostgreSQL, too, a killed bot goes on where it was and says everything once."""
    town = on_postgresql
    await lose_the_answer_to_an_opened_channel(town)
    await lose_the_answer_to_a_message(town, number=2)
    await town.start()
    await town.quiet()
    await die_with_an_acknowledged_press_on_its_way(town)
    await die_with_a_message_kept(town)
    await nothing_was_lost_or_doubled(town)


# --- the moments


async def lose_the_answer_to_an_opened_channel(town: Town) -> None:
    """A game was asked for and acknowledged; its first channel is there, and nobody told the bot."""
    await town.start()
    await town.ready()
    opened = town.line.trap("conversations.create")
    operations = town.workspace.channel("operations")
    await town.people["harriet"].say(operations, "/warroom start blackout @ana @ben")
    await town.crash_when(opened)


async def lose_the_answer_to_a_message(town: Town, number: int) -> None:
    """It starts again, and dies when one more message stands in a channel without its knowing."""
    posted = town.line.trap("chat.postMessage", number)
    await town.start()
    await town.crash_when(posted)


async def die_with_an_acknowledged_press_on_its_way(town: Town) -> None:
    """Ana's press is acknowledged; the bot dies while it shows what came of it."""
    war = await town.channel("ana", WAR)
    edited = town.line.trap("chat.update")
    await town.press("ana", war, "Acknowledge")
    await town.crash_when(edited)
    await town.start()
    await town.quiet()
    room = await drill(town)
    assert room.incidents["I1"].acknowledged_by == town.people["ana"].user_id


async def die_with_a_message_kept(town: Town) -> None:
    """Ben says something; the bot has kept the event, asks whom he means, and dies."""
    war = await town.channel("ben", WAR)
    asked = town.line.trap("users.info", applied=False)
    await town.people["ben"].say(war, "It is dark here & I see <nothing>, @carl.")
    async with asyncio.timeout(20):
        await asked.sprung.wait()
    assert len(await town.db.read(inbox.unfinished, datetime.max.replace(tzinfo=UTC))) == 1
    town.workspace.faults.hold_events()  # Slack's own second delivery comes much later
    await town.crash_and_return()
    assert await heard(town) == ["It is dark here & I see <nothing>, @carl."]
    town.workspace.faults.release_events()


async def die_with_an_alert_accepted(town: Town) -> None:
    """Alertmanager is told that its alert was accepted; the bot dies before anybody else hears of it."""
    alert = payload(datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    opened = town.line.trap("conversations.create", applied=False)
    assert (await town.alert(alert))["room"] == "INC-1"
    await town.crash_when(opened)
    await lose_the_answer_to_a_message(town, number=3)
    await town.start()
    await town.quiet()
    assert (await town.alert(alert))["new"] == 0  # Alertmanager's retry
    await town.quiet()
    real = await town.people["ana"].messages(await town.channel("ana", REAL))
    assert len([each for each in real if "DonationErrorsHigh" in each["text"] and "Acknowledge" in labels(each)]) == 2


async def die_during_a_check(town: Town) -> None:
    """A machine is looking when the bot dies; after the restart it looks again, once, and the walk goes on."""
    war = await town.channel("ana", WAR)
    looked = town.line.trap(LAMP)
    await town.press("ana", war, "Start: Lights out")
    await town.crash_when(looked)
    await town.start()
    await town.quiet()
    assert [each.attempt for each in await told(town, e.CheckReported)] == [1]
    room = await drill(town)
    assert room.runs["R1"].at == "fence"


async def die_after_the_last_word_of_an_answer(town: Town) -> None:
    """Answers are acknowledged and the bot dies at once; they count, and a waiting time ends by itself afterwards."""
    war = await town.channel("ana", WAR)
    await town.press("ana", war, "Done")
    await town.crash_and_return()
    await town.press("ana", war, "To the left")
    await town.crash_and_return()
    assert [each.answer for each in await told(town, e.StepDone)][1:3] == ["done", "left"]


async def die_while_a_machine_acts(town: Town) -> None:
    """The bell rings when the bot dies. Afterwards nobody knows whether it rang; it is not rung again by itself."""
    war = await town.channel("ana", WAR)
    await town.press("ana", war, "Approve and run")
    async with asyncio.timeout(20):
        bell = int(await asyncio.to_thread((town.folder / "rings").read_text))
    await town.crash_and_return()
    assert [each.outcome for each in await told(town, e.ActEnded)] == ["unknown"]
    assert (town.folder / "rung").read_text() == "once\n"
    os.kill(bell, signal.SIGKILL)  # it outlived the bot, as whatever a dead process has begun may do
    await town.press("ana", war, "Skip…")
    view = await town.people["ana"].wait_for_view("view_opened")
    assert await town.people["ana"].submit(view, {"reason": "It rang, we heard it"}) == {}
    await town.quiet()
    assert len(await told(town, e.RunFinished)) == 1


async def walk_to_the_last_step(town: Town) -> None:
    war = await town.channel("ana", WAR)
    await town.people["ana"].wait_for_message(
        lambda each: "To the left" in json.dumps(each.get("blocks")) and "Done" in labels(each), channel=war
    )
    await town.press("ana", war, "Done")
    await town.quiet()
    assert (await drill(town)).runs["R1"].at == "bell"


# --- what must be true in the end


async def heard(town: Town) -> list[str]:
    return [each.text for each in await told(town, e.MessageHeard)]


async def nothing_was_lost_or_doubled(town: Town) -> None:
    await town.quiet()
    assert await heard(town) == ["It is dark here & I see <nothing>, @carl."]
    assert len(await told(town, e.IncidentAcknowledged)) == 1
    assert town.starts >= 5, "it was not killed as often as it says"
    names = [each["name"] for each in await town.people["harriet"].channels() if each.get("name")]
    assert sorted(each for each in names if each.startswith("exercise-")) == [BACK, WAR]
    assert len([each for each in names if each.startswith("inc-")]) <= 1
    for row in await town.db.read(rooms.listing, None, mode="all"):
        await town.db.read(rooms.verify, row.id)
        assert await town.db.read(outbox.failures, row.id) == []
        room = fold(await town.db.read(rooms.entries, row.id))
        for place in (WAR_ROOM, BACKCHANNEL):
            if place in room.channels:
                await everything_stands_there_once(town, row.id, room, place)
    operations = await town.people["ana"].messages(town.workspace.channel("operations"))
    announced = [each["text"] for each in operations if each.get("bot_id") and each.get("subtype") != "channel_join"]
    assert len(announced) == len(set(announced)) == len(names) - 3  # one word of each room, whichever there are


def as_written(message: dict[str, Any]) -> str:
    """The text as the bot wrote it: without the brackets that Slack puts around bare addresses."""
    return re.sub(r"<(https?://[^<>|]+)>", r"\1", str(message["text"]))


async def everything_stands_there_once(town: Town, room_id: int, room: Room, place: str) -> None:
    """What was to be said stands in the channel once, in order; the cards show the room as it is; and nothing else."""
    channel = room.channels[place].id
    said = await town.db.read(say_effects, room_id, place)
    shown = await town.db.read(shown_cards, room_id, place)
    stands = {each["ts"]: each for each in await everything_in(town, channel)}
    where = [outcome["ts"] for _, outcome in said]
    assert len(set(where)) == len(where)
    assert shown
    assert all(before < after for before, after in pairwise(where))
    assert set(stands) == {*where, *shown.values()}
    for effect, outcome in said:
        assert look.notice(effect, views.mark(room), room_id, channels(room)).text == as_written(stands[outcome["ts"]])
    for card, ts in shown.items():
        assert drawn(card, room, room_id).text == stands[ts]["text"], f"the card {card} is not up to date"
        assert words(drawn(card, room, room_id).blocks) == words(stands[ts]["blocks"])


async def everything_in(town: Town, channel: str) -> list[dict[str, Any]]:
    """What the bot has said there and in its threads, as the dungeon master sees it."""
    await town.people["harriet"].join(channel)
    found = []
    for message in await town.people["harriet"].messages(channel):
        threads = await town.people["harriet"].messages(channel, thread_ts=message["ts"])
        found += [each for each in threads if each.get("bot_id") and not each.get("subtype")]
    return found


def say_effects(conn: Connection, room_id: int, place: str) -> list[tuple[Say, dict[str, str]]]:
    """Everything that was owed to a channel and is said, in the order in which it was decided on."""
    box = tables.outbox
    owed = select(box).where(box.c.room == room_id, box.c.type == Say.__name__).order_by(box.c.lane, box.c.number)
    rows = [(codec.decode(Say, json.loads(each.body)), each) for each in conn.execute(owed)]
    assert all(each.state == "done" for _, each in rows)
    return [(effect, json.loads(each.outcome)) for effect, each in rows if effect.place == place]


def shown_cards(conn: Connection, room_id: int, place: str) -> dict[str, str]:
    held = tables.cards
    found = conn.execute(select(held).where(held.c.room == room_id, held.c.place == place))
    return {each.card: each.ts for each in found}


def drawn(card: str, room: Room, room_id: int) -> look.Message:
    if card == "status":
        return look.status_card(views.status(room), room_id)
    if card == "panel":
        panel = panelview.panel(room)
        assert panel is not None
        return look.panel_card(panel, room_id)
    run = runview.run(room, card.removeprefix("run:"))
    assert run is not None
    return look.run_card(run, room_id)


def words(value: Any) -> list[str]:
    """Every text in blocks, without the ids that Slack adds."""
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for name in sorted(value) for text in words(value[name]) if not isinstance(value[name], str)]
    return [text for each in value for text in words(each)] if isinstance(value, list | tuple) else []


def channels(room: Room) -> dict[str, str]:
    return {place: channel.id for place, channel in room.channels.items()}


async def the_war_room_is_called_real(town: Town) -> None:
    real = await town.people["ana"].messages(await town.channel("ana", REAL))
    ours = [each["text"] for each in real if each.get("bot_id") and not each.get("subtype")]
    assert ours
    assert all("REAL INCIDENT" in each and "EXERCISE" not in each for each in ours)


async def drill(town: Town) -> Room:
    row = (await town.db.read(rooms.listing, None, mode="drill"))[0]
    return fold(await town.db.read(rooms.entries, row.id))


async def told(town: Town, kind: type[Any]) -> list[Any]:
    """The events of this kind on the drill's timeline."""
    row = (await town.db.read(rooms.listing, None, mode="drill"))[0]
    return [each.event for each in await town.db.read(rooms.entries, row.id) if isinstance(each.event, kind)]
