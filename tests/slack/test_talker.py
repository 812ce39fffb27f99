"""What is said in Slack is said once, whatever Slack does: the talker against the local workspace, with faults on demand.

The wall clock runs tenfold here, so that a pause of a second takes a tenth of one.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.runtime.bench import delivering, events, incident, note, owe, say, until
from warroom import failpoints
from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core.events import ChannelOpened, ChannelRefused, DeliveryFailed
from warroom.core.room import Room
from warroom.runtime.clock import SystemClock
from warroom.runtime.deliver import Done, Result
from warroom.runtime.handle import Handled, Runtime
from warroom.slack.calling import Caller
from warroom.slack.manifest import manifest
from warroom.slack.perform import Talker
from warroom.store import cards, migrate, outbox, rooms
from warroom.store.budgets import NOTHING
from warroom.store.db import Database
from warroom.store.outbox import Claimed
from warroom.workspace import Exchange, Person, PersonAt, Seed, Workspace

Doc = dict[str, Any]
SPEED = 10
SEED = Seed(people=(Person(name="ana"), Person(name="ben")), channels=("general", "operations"))


class Bench:
    """A workspace, a room's database, and whoever says in the one what is owed in the other."""

    def __init__(self, workspace: Workspace, client: AsyncWebClient, runtime: Runtime, ana: PersonAt) -> None:
        self.workspace, self.client, self.runtime, self.ana = workspace, client, runtime, ana
        self.faults = workspace.faults

    async def room(self, title: str = "Lights out", **given: Any) -> Handled:
        opened = await incident(self.runtime, title, responders=(self.ana.user_id,), **given)
        await self.settled()
        return opened

    async def say(self, room: int, *titles: str) -> None:
        await owe(self.runtime, room, *(say(title) for title in titles))

    async def settled(self) -> None:
        async with asyncio.timeout(20):
            await self.runtime.settled()

    async def said(self, part: str = "inc-1-") -> list[Doc]:
        """What the bot has said in the war room, as Ana sees it."""
        (channel,) = [each["id"] for each in await self.ana.channels() if part in (each.get("name") or "")]
        return [each for each in await self.ana.messages(channel) if each.get("bot_id") and not each.get("subtype")]

    async def times_said(self, title: str) -> int:
        return len([each for each in await self.said() if title in each["text"]])

    def calls(self, method: str) -> list[Exchange]:
        return self.workspace.wire.calls(method)

    def calls_about(self, method: str, text: str) -> list[Exchange]:
        return [each for each in self.calls(method) if isinstance(each.request, dict) and text in str(each.request)]


@dataclass(frozen=True)
class Terms:
    """A bench is on other terms where a test says so: `@pytest.mark.parametrize("bench", [Terms(...)], indirect=True)`."""

    pace: timedelta = NOTHING  # between two messages of a channel; without one, only what Slack says itself is kept to
    off: timedelta = NOTHING  # by which the bot's clock is ahead of Slack's


@pytest.fixture
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    terms: Terms = getattr(request, "param", Terms())
    async with AsyncExitStack() as stack:
        workspace = await stack.enter_async_context(Workspace(seed=SEED))
        app = await workspace.install(manifest())
        client = AsyncWebClient(token=app.bot_token, base_url=workspace.api_url, retry_handlers=[], timeout=5)
        db = stack.enter_context(Database(f"sqlite:///{tmp_path / 'warroom.db'}"))
        await asyncio.to_thread(migrate.upgrade, db)
        wall = SystemClock(SPEED, wall=lambda: time.time() + terms.off.total_seconds())
        runtime = Runtime(db, wall)
        ana = await stack.enter_async_context(PersonAt(workspace.url, workspace.person("ana")))
        caller = Caller(client, db, wall, terms.pace)
        performers = Talker(caller, db, wall, terms.pace).performers()
        await stack.enter_async_context(delivering(runtime, performers))
        await stack.enter_async_context(delivering(runtime, {f.FindRunbooks: _found_nothing}, "act"))
        yield Bench(workspace, client, runtime, ana)


async def _found_nothing(claimed: Claimed, room: Room) -> Result:
    assert isinstance(claimed.effect, f.FindRunbooks)
    return Done(commands=(c.RecordOffers(incident=claimed.effect.incident, offers=()),))


# --- messages


async def test_a_rate_limit_is_obeyed(bench: Bench) -> None:
    """After a 429 the method is left alone until Slack wants it again, in every channel; then everything is said, once."""
    room = (await bench.room()).id
    other = (await incident(bench.runtime, "Another one", responders=(bench.ana.user_id,))).id
    await bench.settled()
    bench.faults.rate_limit("chat.postMessage", retry_after=5)
    before = len(bench.calls("chat.postMessage"))
    await bench.say(room, "one", "two")
    await until(lambda: _was_limited(bench), bench.runtime)
    await bench.say(other, "three")
    await bench.settled()
    limited, *after = bench.calls("chat.postMessage")[before:]
    assert [limited.status, *(each.status for each in after)] == [429, 200, 200, 200]
    assert after[0].at - limited.at >= 5 / SPEED - 0.01, "it was asked again before its time"
    titles = [each["text"] for each in await bench.said()]
    assert [each.rpartition("\n")[2] for each in titles[-2:]] == ["one", "two"]


async def _was_limited(bench: Bench) -> bool:
    return bench.calls("chat.postMessage")[-1].status == 429


async def test_what_was_said_but_not_answered_is_not_said_again(bench: Bench) -> None:
    """When the connection breaks after Slack has posted a message, it is found by its mark and not posted twice."""
    room = (await bench.room()).id
    bench.faults.drop("chat.postMessage", applied=True)
    await bench.say(room, "only once", "after it")
    await bench.settled()
    assert await bench.times_said("only once") == 1
    assert await bench.times_said("after it") == 1
    assert len(bench.calls("conversations.history")) == 1


@pytest.mark.parametrize("hours", [-30, -1, 1, 2, 30])
async def test_a_wrong_clock_says_nothing_twice(bench: Bench, hours: int) -> None:
    """A message that was owed by a process whose clock was hours ahead, or behind, is found where Slack's clock has put it."""
    room = (await bench.room()).id
    bench.faults.drop("chat.postMessage", applied=True)
    then = bench.runtime.wall.now() + timedelta(hours=hours)
    await bench.runtime.db.tx(outbox.put, room, [say("only once"), say("after it")], then)
    bench.runtime.nudge()
    await bench.settled()
    assert await bench.times_said("only once") == 1
    assert await bench.times_said("after it") == 1


async def test_only_what_is_newer_is_read(bench: Bench) -> None:
    """It is looked for behind what the lane said last, not in the whole channel; where nothing was said, in all of it."""
    room = (await bench.room()).id
    await bench.say(room, "before")
    await bench.settled()
    (before,) = [each["ts"] for each in await bench.said() if "before" in each["text"]]
    bench.faults.drop("chat.postMessage", applied=True)
    await bench.say(room, "only once")
    await bench.settled()
    bench.faults.drop("chat.postMessage", applied=True)
    await owe(bench.runtime, room, say("only once to Ana", f.PERSON + bench.ana.user_id))
    await bench.settled()
    first, second = bench.calls("conversations.history")
    assert isinstance(first.request, dict)
    assert isinstance(second.request, dict)
    assert first.request["oldest"] == before
    assert "oldest" not in second.request
    assert len(bench.calls_about("chat.postMessage", "only once to Ana")) == 1


async def test_a_card_whose_post_was_not_noted_stands_once(bench: Bench) -> None:
    """Killed when Slack has the card and nothing here says where it stands: the next process finds it, and edits it."""
    killed = asyncio.Event()

    async def hook(name: str) -> None:
        if name == "slack.called" and bench.calls_about("chat.postMessage", "warroom_outbox") and not killed.is_set():
            killed.set()
            raise asyncio.CancelledError  # nothing that is under way goes on, as after `kill -9`

    failpoints.listen(hook)
    try:
        opened = await incident(bench.runtime, "Lights out", responders=(bench.ana.user_id,))
        async with asyncio.timeout(20):
            await killed.wait()
    finally:
        failpoints.listen(None)
    (posted,) = bench.calls_about("chat.postMessage", "warroom_outbox")
    await bench.runtime.db.tx(outbox.reclaim, bench.runtime.wall.now())
    bench.runtime.nudge()
    await bench.settled()
    kept = await bench.runtime.db.read(cards.get, opened.id, "status", f.WAR_ROOM)
    assert kept is not None
    assert isinstance(posted.response, dict)
    assert (kept.channel, kept.ts) == (posted.response["channel"], posted.response["ts"])
    ids = [str(each.metadata) for each in bench.workspace.office.state.messages(kept.channel) if each.metadata]
    assert len(ids) == len(set(ids)), "something stands twice"


@pytest.mark.parametrize("wrong", ["dropped", "HTTP 503", "a web page", "internal_error"])
async def test_what_was_not_said_is_said_once(bench: Bench, wrong: str) -> None:
    """When Slack fails without having posted a message, it is posted after all, once, and before what comes after it."""
    room = (await bench.room()).id
    match wrong:
        case "dropped":
            bench.faults.drop("chat.postMessage", applied=False)
        case "HTTP 503":
            bench.faults.status("chat.postMessage", 503)
        case "a web page":
            bench.faults.html("chat.postMessage")
        case _:
            bench.faults.error("chat.postMessage", wrong)
    await bench.say(room, "first", "second")
    await bench.settled()
    said = [each["text"].rpartition("\n")[2] for each in await bench.said()]
    assert said[-2:] == ["first", "second"]
    assert await bench.times_said("first") == 1


async def test_refused_blocks_are_said_as_plain_text(bench: Bench) -> None:
    """When Slack will not have the blocks, the news still gets out, with its mark, as text."""
    room = (await bench.room()).id
    bench.faults.error("chat.postMessage", "invalid_blocks")
    await bench.say(room, "extra, extra")
    await bench.settled()
    message = (await bench.said())[-1]
    assert "extra, extra" in message["text"]
    assert "REAL INCIDENT" in message["text"]
    assert "blocks" not in bench.calls_about("chat.postMessage", "extra, extra")[-1].request


async def test_what_slack_will_never_take_is_on_the_timeline(bench: Bench) -> None:
    """In an archived channel nothing more can be said: the timeline says so, and nothing waits for ever."""
    room = (await bench.room()).id
    channel = (await bench.runtime.room(room)).channels[f.WAR_ROOM].id
    await bench.ana.tell("archive", channel=channel)
    await bench.say(room, "too late")
    await bench.settled()
    (failed,) = await events(bench.runtime, room, DeliveryFailed)
    assert "too late" in failed.what
    assert failed.reason in ("is_archived", "not_in_channel", "channel_not_found")


async def test_a_message_that_hangs_holds_up_only_its_channel(bench: Bench) -> None:
    """While Slack does not answer for one channel, the other channels are told their news."""
    first = (await bench.room()).id
    second = (await incident(bench.runtime, "Another one", responders=(bench.ana.user_id,))).id
    await bench.settled()
    bench.faults.hang("chat.postMessage")
    await bench.say(first, "news of the first")
    await bench.say(second, "news of the second")
    heard = await bench.ana.wait_for_message(lambda each: "news of the" in each["text"])
    held_up = "first" if "second" in heard["text"] else "second"
    assert not [each for each in bench.ana.heard("message") if f"news of the {held_up}" in each["message"]["text"]]
    bench.faults.release_hanging()
    await bench.settled()
    for part, news in (("inc-1-", "first"), ("inc-2-", "second")):
        said = [each["text"].rpartition("\n")[2] for each in await bench.said(part)]
        assert [each for each in said if each.startswith("news")] == [f"news of the {news}"]


# --- channels


async def test_a_taken_name_gets_a_number(bench: Bench) -> None:
    """When somebody has a channel of the name already, the war room gets the next name like it, and uses it."""
    await bench.ana.create("inc-1-lights-out")
    room = (await bench.room()).id
    (opened,) = await events(bench.runtime, room, ChannelOpened)
    assert opened.name == "inc-1-lights-out-2"
    assert await bench.said("inc-1-lights-out-2")


async def test_a_channel_that_was_made_but_not_answered_is_used(bench: Bench) -> None:
    """When the connection breaks after the channel was made, it is found again and no second one is made."""
    bench.faults.drop("conversations.create", applied=True)
    room = (await bench.room()).id
    names = [each["name"] for each in await bench.ana.channels() if (each.get("name") or "").startswith("inc-")]
    assert names == ["inc-1-lights-out"]
    assert [each.name for each in await events(bench.runtime, room, ChannelOpened)] == names


@pytest.mark.parametrize("bench", [Terms(pace=timedelta(milliseconds=10))], indirect=True)
async def test_taken_names_are_passed_when_little_is_allowed(bench: Bench) -> None:
    """After a 429 one channel may be made every three seconds: what is left is spent on the next name, not on the first again."""
    for name in ("inc-1-lights-out", "inc-1-lights-out-2"):
        await bench.ana.create(name)
    bench.faults.rate_limit("conversations.create", retry_after=1)
    room = (await bench.room()).id
    assert [each.name for each in await events(bench.runtime, room, ChannelOpened)] == ["inc-1-lights-out-3"]
    assert len(bench.calls("conversations.create")) == 4


@pytest.mark.parametrize("bench", [Terms(off=timedelta(hours=hours)) for hours in (-30, -1, 1, 30)], indirect=True)
async def test_a_wrong_clock_makes_no_channel_twice(bench: Bench) -> None:
    """What Slack has just made is new by Slack's clock, whatever ours shows."""
    bench.faults.drop("conversations.create", applied=True)
    room = (await bench.room()).id
    assert [each.name for each in await events(bench.runtime, room, ChannelOpened)] == ["inc-1-lights-out"]


async def test_a_channel_that_slack_refuses_does_not_stop_the_room(bench: Bench) -> None:
    """When no channel may be opened the timeline says why, what was to be said there is given up, the room goes on."""
    bench.faults.error("conversations.create", "restricted_action", times=9)
    room = (await bench.room(origin=bench.workspace.channel("operations"))).id
    (refused,) = await events(bench.runtime, room, ChannelRefused)
    assert refused.reason == "restricted_action"
    assert await events(bench.runtime, room, DeliveryFailed) == [], "one entry says it, not one for every message"
    assert "Lights out" in (await bench.said("operations"))[-1]["text"], "where it was asked for, it is announced"
    assert (await bench.runtime.handle(room, note("we talk elsewhere"))).entries
    await bench.settled()


async def test_an_effect_of_several_calls_goes_on_where_it_was_stopped(bench: Bench) -> None:
    """What Slack has done already is not asked of it again, or what it allows would be spent before the last call."""
    bench.faults.rate_limit("conversations.invite", times=2, retry_after=1)
    await bench.room()
    made = ("conversations.create", "conversations.setTopic", "conversations.setPurpose", "conversations.invite")
    assert [len(bench.calls(method)) for method in made] == [1, 1, 1, 3]


async def test_who_cannot_be_invited_keeps_nobody_out(bench: Bench) -> None:
    """When one of those who are called cannot be invited, the others are."""
    room = (await incident(bench.runtime, "Lights out", responders=("U000GONE", bench.ana.user_id))).id
    await bench.settled()
    assert await bench.said(), "Ana is in the war room"
    assert await events(bench.runtime, room, DeliveryFailed) == []


# --- cards


async def test_a_card_that_was_deleted_is_shown_anew(bench: Bench) -> None:
    """When somebody has deleted the status card, the next change posts it again and pins it."""
    room = (await bench.room()).id
    (card,) = [each for each in await bench.said() if each.get("pinned_to")]
    await bench.client.chat_delete(channel=card["channel"], ts=card["ts"])
    await bench.runtime.handle(room, c.Acknowledge(by=bench.ana.user_id, incident="I1"))
    await bench.settled()
    (anew,) = [each for each in await bench.said() if each.get("pinned_to")]
    assert anew["ts"] != card["ts"]
    assert bench.ana.user_id in str(anew["blocks"])


async def test_a_card_is_edited_in_place_and_only_when_it_looks_different(bench: Bench) -> None:
    """However much happens there is one status card, and showing it again as it is costs no call."""
    room = (await bench.room()).id
    for number in range(3):
        await bench.runtime.handle(room, c.PostStatus(by=bench.ana.user_id, text=f"update {number}"))
    await bench.settled()
    (card,) = [each for each in await bench.said() if each.get("pinned_to")]
    assert "update 2" in str(card["blocks"])
    before = len(bench.calls("chat.update"))
    await owe(bench.runtime, room, f.ShowCard(place=f.WAR_ROOM, card="status", pin=True))
    await bench.settled()
    assert len(bench.calls("chat.update")) == before


async def test_a_card_whose_blocks_are_refused_is_shown_as_text(bench: Bench) -> None:
    """When Slack will not have the new blocks of a card, it shows the news as text instead of what was true before."""
    room = (await bench.room()).id
    bench.faults.error("chat.update", "invalid_blocks")
    await bench.runtime.handle(room, c.TakeRole(by=bench.ana.user_id, role="commander"))
    await bench.settled()
    (card,) = [each for each in await bench.said() if each.get("pinned_to")]
    assert f"commander <@{bench.ana.user_id}>" in card["text"]
    assert "nobody yet" not in str(card.get("blocks")), "the old blocks are still there"


async def test_a_card_whose_first_post_was_not_answered_is_not_posted_twice(bench: Bench) -> None:
    """When the connection breaks after the status card was posted, it is found, pinned, and edited from then on."""
    bench.faults.drop("chat.postMessage", applied=True)
    await bench.room()
    cards = [each for each in await bench.said() if "no incident open" in each["text"] or "1 open" in each["text"]]
    assert len(cards) == 1
    assert cards[0].get("pinned_to")


async def test_the_chain_is_whole_after_all_that(bench: Bench) -> None:
    """Whatever Slack did, the timeline verifies and nothing is owed any more."""
    for method in ("conversations.create", "chat.postMessage", "chat.update", "pins.add", "conversations.invite"):
        bench.faults.drop(method, applied=True)
        bench.faults.status(method, 500)
    room = (await bench.room()).id
    await bench.say(room, "the end")
    await bench.settled()
    await bench.runtime.db.read(rooms.verify, room)
    assert await bench.runtime.db.read(outbox.pending) == 0
    assert await bench.runtime.db.read(outbox.failures) == []
    assert await bench.times_said("the end") == 1
