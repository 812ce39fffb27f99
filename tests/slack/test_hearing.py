"""What is said is heard once, whichever way it comes and in whatever order."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.bench import events, game
from tests.runtime.conftest import another, clock, runtime, template
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.effects import BACKCHANNEL, WAR_ROOM
from warroom.core.events import Entry, Event
from warroom.core.game import GameState
from warroom.core.refusals import Refused
from warroom.runtime.handle import Runtime
from warroom.slack.hearing import LATE, Hearing, told
from warroom.slack.people import People
from warroom.store import inbox, rooms
from warroom.store.inbox import Delivery
from warroom.testing import ManualClock

__all__ = ["another", "clock", "runtime", "template"]
Doc = dict[str, Any]
CHANNEL, ANA = "C1", "U1"


# --- what Slack sends about one message


def ts(at: datetime, second: int) -> str:
    return f"{int(at.timestamp()) + second}.000100"


def message(at: datetime, text: str, *, edited: int | None = None) -> Doc:
    doc: Doc = {"type": "message", "user": ANA, "ts": ts(at, 0), "text": text}
    return doc | ({"edited": {"user": ANA, "ts": ts(at, edited)}} if edited is not None else {})


def said(at: datetime, text: str) -> Doc:
    return {**message(at, text), "channel": CHANNEL, "event_ts": ts(at, 0)}


def edit(at: datetime, second: int, before: Doc, after: str) -> Doc:
    doc = {"type": "message", "subtype": "message_changed", "channel": CHANNEL, "ts": ts(at, second)}
    changed = message(at, after, edited=second)
    return {**doc, "event_ts": ts(at, second), "message": changed, "previous_message": before}


def deletion(at: datetime, second: int, before: Doc) -> Doc:
    doc = {"type": "message", "subtype": "message_deleted", "channel": CHANNEL, "ts": ts(at, second)}
    return {**doc, "event_ts": ts(at, second), "deleted_ts": ts(at, 0), "previous_message": before}


def story(at: datetime, texts: Sequence[str], *, deleted: bool) -> list[Doc]:
    """A message, its edits one after another, and perhaps its end."""
    found, before = [said(at, texts[0])], message(at, texts[0])
    for second, text in enumerate(texts[1:], start=1):
        found.append(edit(at, second, before, text))
        before = message(at, text, edited=second)
    return [*found, deletion(at, len(texts), before)] if deleted else found


# --- what a reader of the timeline knows in the end


def state(entries: Iterable[Event]) -> dict[str, tuple[str, bool]]:
    """What each message says now, and whether it is gone: the edit that was made last counts."""
    texts: dict[str, tuple[str, str]] = {}
    gone = set()
    for event in entries:
        match event:
            case e.MessageHeard(ts=key, text=text):
                texts.setdefault(key, ("", text))
            case e.MessageEdited(ts=key, text=text, edited=edited):
                texts[key] = max(texts.get(key, ("", "")), (edited, text))
            case e.MessageDeleted(ts=key):
                gone.add(key)
    return {key: (text, key in gone) for key, (_, text) in texts.items()}


class Place:
    """A running game with a war room and a backchannel, and ears in it."""

    def __init__(self, runtime: Runtime, clock: ManualClock, room: int) -> None:
        self.runtime, self.clock, self.room = runtime, clock, room
        people = People(None, runtime.db, clock)  # type: ignore[arg-type]  # nobody is asked who somebody is
        self.hearing = Hearing(runtime, people, clock, lambda work: work.close())

    async def hear(self, *told: Doc, **more: bool) -> None:
        for each in told:
            await self.hearing.hear("T1", each, **more)

    async def entries(self) -> list[Entry]:
        found = await self.runtime.db.read(rooms.entries, self.room)
        return [each for each in found if isinstance(each.event, e.MessageHeard | e.MessageEdited | e.MessageDeleted)]

    async def state(self) -> Mapping[str, tuple[str, bool]]:
        return state(each.event for each in await self.entries())


@pytest.fixture
async def place(runtime: Runtime, clock: ManualClock) -> Place:
    return await running(runtime, clock, CHANNEL)


async def running(runtime: Runtime, clock: ManualClock, channel: str) -> Place:
    room = (await game(runtime)).id
    await runtime.handle(room, c.RecordChannel(place=WAR_ROOM, channel=channel, name="war"))
    await runtime.handle(room, c.RecordChannel(place=BACKCHANNEL, channel=f"{channel}B", name="back"))
    return Place(runtime, clock, room)


# --- once


async def test_the_same_message_counts_once_however_it_comes(place: Place) -> None:
    """As an event, again under another id, and from history: one entry."""
    told = said(place.clock.now(), "Lights out")
    await place.hear(told, told)
    await place.hear({**message(place.clock.now(), "Lights out"), "channel": CHANNEL}, recovered=True)
    assert [each.event for each in await place.entries()] == [
        e.MessageHeard(channel=CHANNEL, ts=told["ts"], text="Lights out")
    ]


async def test_an_edit_counts_once_however_it_comes(place: Place) -> None:
    """As an event twice, and as history shows it: one entry, with the chat's own time of the edit."""
    at = place.clock.now()
    first, changed = story(at, ["Lihgts out", "Lights out"], deleted=False)
    await place.hear(first, changed, changed)
    await place.hear({**message(at, "Lights out", edited=1), "channel": CHANNEL}, recovered=True)
    assert [type(each.event) for each in await place.entries()] == [e.MessageHeard, e.MessageEdited]
    assert (await place.entries())[1].event == e.MessageEdited(ts=ts(at, 0), text="Lights out", edited=ts(at, 1))


async def test_a_message_that_was_missed_and_edited_is_found_with_its_edit(place: Place) -> None:
    """History shows what it says now: that is heard, and that it was edited; an event that comes after that is no news."""
    at = place.clock.now()
    await place.hear({**message(at, "Lights out", edited=1), "channel": CHANNEL}, recovered=True)
    found = await place.entries()
    assert [type(each.event) for each in found] == [e.MessageHeard, e.MessageEdited]
    assert [each.occurred_at for each in found] == [at, at + timedelta(seconds=1)]
    await place.hear(*story(at, ["Lihgts out", "Lights out"], deleted=False))
    assert await place.entries() == found


# --- in any order


TEXTS = st.lists(st.sampled_from(["fire", "smoke", "No duff", "all well", "hm"]), min_size=1, max_size=4, unique=True)


def ways() -> st.SearchStrategy[tuple[list[str], bool, list[int]]]:
    """A message's life, and an order in which its parts come, each at least once."""

    def orders(life: tuple[list[str], bool]) -> st.SearchStrategy[tuple[list[str], bool, list[int]]]:
        texts, deleted = life
        count = len(texts) + deleted
        more = st.lists(st.integers(0, count - 1), max_size=3)
        order = st.tuples(more, st.permutations(range(count))).map(lambda both: [*both[1], *both[0]])
        return order.map(lambda order: (texts, deleted, order))

    return st.tuples(TEXTS, st.booleans()).flatmap(orders)


@given(ways())
def test_any_order_tells_the_same(way: tuple[list[str], bool, list[int]]) -> None:
    """Whatever comes first or twice: each thing is told once, and what the message says in the end is the same."""
    texts, deleted, order = way
    at = datetime(2012, 10, 21, 9, tzinfo=UTC)
    parts = story(at, texts, deleted=deleted)
    heard, seen = list[Event](), set[str]()
    for each in [parts[index] for index in order]:
        for one in told(each, {}):
            if one.key not in seen:
                seen.add(one.key)
                heard.append(_as_event(one.command))
    assert state(heard) == {ts(at, 0): (texts[-1], deleted)}
    assert len([each for each in heard if isinstance(each, e.MessageHeard)]) == 1
    assert [each.text for each in heard if isinstance(each, e.MessageHeard)] == [texts[0]]


def _as_event(command: object) -> Event:
    match command:
        case c.HearMessage():
            return e.MessageHeard(channel=command.channel, ts=command.ts, text=command.text)
        case c.HearEdit():
            return e.MessageEdited(ts=command.ts, text=command.text, edited=command.edited)
        case c.HearDeletion():
            return e.MessageDeleted(ts=command.ts)
    raise AssertionError(command)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1, 0)])
async def test_a_life_in_any_order(place: Place, order: tuple[int, ...]) -> None:
    """Said, edited and deleted: the timeline says all three, once, whichever came first."""
    at = place.clock.now()
    parts = story(at, ["Lihgts out", "Lights out"], deleted=True)
    await place.hear(*(parts[index] for index in order))
    assert await place.state() == {ts(at, 0): ("Lights out", True)}
    assert len(await place.entries()) == 3


async def test_no_duff_is_heard_of_what_an_edit_brings(place: Place) -> None:
    """An edit comes first, and takes the words back: they were said, and play stops."""
    at = place.clock.now()
    await place.hear(edit(at, 1, message(at, "No duff, smoke here"), "never mind"))
    game = (await place.runtime.room(place.room)).game
    assert game is not None
    assert game.state is GameState.HALTED


# --- late


async def test_what_is_heard_late_has_the_time_it_was_said(place: Place) -> None:
    """What comes within a minute has no other time; what comes later has, and what a process has kept and left."""
    at = place.clock.now()
    await place.hear(said(at, "soon"))
    place.clock.advance(LATE + timedelta(seconds=2))
    await place.hear(said(at + timedelta(seconds=1), "late"))
    await place.hear(said(place.clock.now(), "left"), late=True)
    assert [each.occurred_at for each in await place.entries()] == [
        None,
        at + timedelta(seconds=1),
        place.clock.now(),
    ]


# --- the backchannel


async def test_of_the_backchannel_nothing_is_kept_but_a_call(place: Place) -> None:
    """Words, edits and deletions there are not heard, in time or afterwards; NO DUFF is."""
    at = place.clock.now()
    for each in story(at, ["secret", "more secret"], deleted=True):
        await place.hear({**each, "channel": f"{CHANNEL}B"})
        await place.hear({**each, "channel": f"{CHANNEL}B"}, recovered=True)
    assert await place.entries() == []
    later = at + timedelta(seconds=30)
    await place.hear({**said(later, "no duff"), "channel": f"{CHANNEL}B"}, recovered=True)
    assert await place.entries() == []
    assert [each.place for each in await events(place.runtime, place.room, e.EmergencyCalled)] == [BACKCHANNEL]


# --- in one transaction with its delivery


def delivered(place: Place, number: int) -> Delivery:
    return Delivery(key=f"event:{number}", received_at=place.clock.now(), payload="")


async def test_heard_at_once_is_heard_and_finished(place: Place) -> None:
    """The message and its event are kept together; the same event, the same message in another event, and history add nothing."""
    told = said(place.clock.now(), "Lights out")
    for number in (1, 1, 2):
        assert await place.hearing.hear_at_once(delivered(place, number), "T1", told)
    await place.hear({**message(place.clock.now(), "Lights out"), "channel": CHANNEL}, recovered=True)
    assert [each.event for each in await place.entries()] == [
        e.MessageHeard(channel=CHANNEL, ts=told["ts"], text="Lights out")
    ]
    assert [await place.runtime.db.read(inbox.finished, f"event:{number}") for number in (1, 2)] == [True, True]


@pytest.mark.parametrize("deleted", [False, True])
async def test_at_once_and_one_after_another_come_to_the_same(place: Place, clock: ManualClock, deleted: bool) -> None:
    """A message, its edits and its end, heard at once in any order, or each after it was kept: the same is known of it."""
    told = story(clock.now(), ["Lihgts out", "Lights out", "Lights out!"], deleted=deleted)
    for number, each in enumerate(reversed(told)):
        assert await place.hearing.hear_at_once(delivered(place, number), "T1", each)
    other = await running(place.runtime, clock, "C2")
    await other.hear(*({**each, "channel": "C2"} for each in reversed(told)))
    assert await place.state() == await other.state()


async def test_what_is_said_elsewhere_is_finished_and_on_no_timeline(place: Place) -> None:
    """In a channel of no room, and in a backchannel: the event counts as taken, and nothing was heard."""
    told = said(place.clock.now(), "Lights out")
    for number, channel in enumerate(("C9", f"{CHANNEL}B")):
        assert await place.hearing.hear_at_once(delivered(place, number), "T1", {**told, "channel": channel})
        assert await place.runtime.db.read(inbox.finished, f"event:{number}")
    assert await place.entries() == []


@pytest.mark.parametrize("more", [{"text": "It is dark, <@U7>"}, {"files": [{"id": "F1"}]}])
async def test_what_needs_slack_is_not_heard_at_once(place: Place, more: Doc) -> None:
    """Somebody whom nobody has met, and files: nothing is kept, so that the event is kept first."""
    told = said(place.clock.now(), "Lights out") | more
    assert not await place.hearing.hear_at_once(delivered(place, 1), "T1", told)
    assert await place.entries() == []
    assert not await place.runtime.db.read(inbox.finished, "event:1")


async def test_what_is_refused_at_once_keeps_nothing(place: Place) -> None:
    """When a room will not have it, the event is not finished either: it has to be kept by whoever asked."""

    def told(place: str) -> Sequence[tuple[str, c.Command]]:
        return [("heard:1", c.TakeNote(by=ANA, text="Dark")), ("heard:2", c.TakeRole(by="", role="no such role"))]

    with pytest.raises(Refused):
        await place.runtime.hear(delivered(place, 1), "T1", CHANNEL, told)
    assert await events(place.runtime, place.room, e.NoteTaken) == []
    assert not await place.runtime.db.read(inbox.finished, "event:1")
    assert not await place.runtime.db.read(inbox.finished, "heard:1")
