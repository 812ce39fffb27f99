"""Reads in the channels what was said while nobody listened.

Slack drops events when it cannot deliver them for long, and now and then for no reason of ours. So whenever the bot may
have missed something, that is noted in the inbox as a gap (`store/gaps.py`) before anything else is heard, and whichever
process lives then reads the open rooms' channels from when something was last surely heard. What was heard already is
known by its key; the rest is heard as if it had come as an event, with the time it was said. One entry for each room says
what was found, or that it could not be read, so that a person can look.

A channel that was made just now is nobody's until its room knows it, and who is in it may speak before. So it is noted
before the room is told, and then read from its beginning, once.

When something was last heard is known from the newest event in the inbox: no clock has to be written while nothing goes on.
"""

import itertools
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from warroom.core import commands as c
from warroom.failpoints import reached
from warroom.runtime.handle import Runtime
from warroom.runtime.intake import NotYet
from warroom.slack.calling import Held
from warroom.slack.hearing import Hearing
from warroom.slack.verdicts import Verdict, judge
from warroom.store import cards, gaps, inbox, rooms
from warroom.store.gaps import Gap
from warroom.store.inbox import Delivery
from warroom.store.rooms import RoomRow

log = logging.getLogger(__name__)

MARGIN = timedelta(minutes=2)  # events may come out of order, and two clocks may differ
SETTLE = timedelta(seconds=3)  # what waits at Slack comes by itself as soon as it can; it need not be looked for
FRESH = timedelta(seconds=2)  # what was said just now is on its way; what seems to be later was timed by a better clock
LATER = timedelta(seconds=30)  # until the next try, when Slack does not say how long
GIVE_UP = timedelta(hours=6)  # then it is said that the channel could not be read
UNKNOWN = timedelta(seconds=5)  # until the next look whether a channel has become a room's
PAGE, PAGES = 200, 50
BEGINNING = datetime.fromtimestamp(0, UTC)

Told = TypeVar("Told")
Message = Mapping[str, Any]
Call = Callable[..., Awaitable[Message]]  # a method of the Web API and its arguments
Page = Callable[[Mapping[str, str]], Awaitable[Message]]  # given the cursor of the one before


class Unreadable(Exception):
    """This channel cannot be read, or not to the end; for good, or `for_now`."""

    def __init__(self, reason: str, *, for_now: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.for_now = reason, for_now


class Backfill:
    """`call` asks Slack, within what it allows, and waits a little for its turn; `behind` how far its clock is behind ours;
    `listening` says whether anything is heard now."""

    def __init__(
        self,
        runtime: Runtime,
        hearing: Hearing,
        call: Call,
        behind: Callable[[], Awaitable[timedelta]],
        listening: Callable[[], Awaitable[bool]],
        *,
        workspace: str,
    ) -> None:
        self._runtime, self._hearing, self._call, self._listening = runtime, hearing, call, listening
        self._behind = behind
        self._workspace = workspace
        self._heard_from: datetime | None = None  # since when something is surely heard
        self._db, self._wall = runtime.db, runtime.wall

    # --- noticing

    async def started(self) -> None:
        """This process begins to listen: whatever was said since something was last heard may have been missed."""
        await self._db.tx(_note_start, self._workspace, self._wall.now())

    async def missed(self, since: datetime, ready: timedelta = SETTLE) -> None:
        """Since then something may have been missed: Slack was away, or had too much to tell, or the database was away."""
        now = self._wall.now()
        await self._db.tx(_note, self._workspace, since, now, now + ready)

    def listens(self) -> None:
        """From now on, unless it did before, this process hears what is said."""
        self._heard_from = self._heard_from or self._wall.now()

    # --- filling

    async def take(self, delivery: Delivery) -> None:
        """Fill a gap that was noted. Raises NotYet as long as it cannot be done."""
        gap = gaps.read(delivery)
        await self._must_hear()
        ahead = await self._ahead_of_slack()
        until = self._wall.now() - FRESH
        for row in await self._db.read(rooms.listing, self._workspace, mode="all", open_only=True):
            await self._fill(row, gap, until, ahead)

    async def _must_hear(self) -> None:
        """What was said just now counts as on its way, so we must have listened already when it was said."""
        if not await self._listening():
            self._heard_from = None
            raise NotYet("nothing is heard from Slack yet", LATER)
        self.listens()
        if self._heard_from is not None and self._wall.now() - self._heard_from < FRESH:
            raise NotYet("it is only now that Slack is heard", FRESH)

    async def opened(self, delivery: Delivery) -> None:
        """Hear what was said in a new channel before its room knew it. Raises NotYet as long as it cannot be done.

        We speak there only when the room knows it: what was said before our first words may have been missed.
        """
        opened = gaps.read_opened(delivery)
        channel, room = opened.channel, await self._runtime.room(opened.room)
        if opened.place in room.unopened or not room.open:
            return
        if opened.place not in room.channels:
            raise NotYet(f"{channel} is not known to its room yet", UNKNOWN)
        try:
            said, _ = await self._said(opened.room, channel, BEGINNING)
        except Unreadable as error:
            log.warning("what was said in %s before its room knew it could not be read: %s", channel, error)
            return
        for message in itertools.takewhile(lambda each: not _is_ours(each), said):
            event = {**message, "type": "message", "channel": channel}
            await self._hearing.hear(self._workspace, event, late=True)

    async def _ahead_of_slack(self) -> timedelta:
        """How far our clock is ahead: messages are timed by Slack, so they are looked for from that much earlier."""
        behind = await _asked(self._behind())
        return behind if behind > MARGIN else timedelta(0)

    async def _fill(self, row: RoomRow, gap: Gap, until: datetime, ahead: timedelta) -> None:
        room, unread = row.id, dict[str, Unreadable]()
        since = gap.since - MARGIN if gap.since > gaps.EVER else BEGINNING  # a channel is not older than its room
        for place, channel in (await self._runtime.room(room)).channels.items():
            try:
                await self._read(room, channel.id, max(since - ahead, BEGINNING), until)
            except Unreadable as error:
                unread[place] = error
            except NotYet as not_yet:
                if self._wall.now() - gap.noted < GIVE_UP:
                    raise
                unread[place] = Unreadable(str(not_yet), for_now=True)
        await reached("gap.read")
        found = (await self._runtime.room(room)).recovered
        if found or unread:
            reason = ", ".join(dict.fromkeys(map(str, unread.values())))
            told_since = max(since, min(row.opened_at, until))
            told = c.RecordGap(since=told_since, until=until, unread=tuple(unread), reason=reason)
            for_good = not found and not any(each.for_now for each in unread.values())
            # What can never be read is said once, not at every start.
            key = f"gap:{room}:{','.join(unread)}:{reason}" if for_good else None
            await self._runtime.handle(room, told, key=key)

    async def _read(self, room: int, channel: str, since: datetime, until: datetime) -> None:
        """Hear what was said there in this time, oldest first."""
        said, whole = await self._said(room, channel, since)
        for message in said:
            if max(_at(message["ts"]), _at((message.get("edited") or {}).get("ts") or "0")) < since:
                continue
            if not until < _at(message["ts"]) <= until + 2 * FRESH:
                event = {**message, "type": "message", "channel": channel}
                await self._hearing.hear(self._workspace, event, recovered=True)
        if not whole:
            raise Unreadable(f"more than {PAGE * PAGES:,} messages; the rest is not here", for_now=True)

    async def _said(self, room: int, channel: str, since: datetime) -> tuple[list[Message], bool]:
        """What stands there since then, oldest first, also in threads, and some of what is older; whether it is whole."""

        def history(cursor: Mapping[str, str]) -> Awaitable[Message]:
            return self._call("conversations.history", channel=channel, limit=PAGE, **cursor)

        top, whole = await self._pages(history, back_to=since)
        shown = await self._db.read(cards.in_channel, room, channel)
        active = [str(each["ts"]) for each in top if _at(each.get("latest_reply") or "0") >= since]
        threads = dict.fromkeys([*active, *(set(shown) - {str(each["ts"]) for each in top})])
        found = {str(each["ts"]): each for each in top}
        for thread in threads:
            replies, all_of_it = await self._thread(channel, thread, since)
            whole = whole and all_of_it
            found |= {str(each["ts"]): each for each in replies}
        return sorted(found.values(), key=lambda each: _at(each["ts"])), whole

    async def _thread(self, channel: str, thread: str, since: datetime) -> tuple[list[Message], bool]:
        def replies(cursor: Mapping[str, str]) -> Awaitable[Message]:
            return self._call(
                "conversations.replies", channel=channel, ts=thread, oldest=_ts(since), limit=PAGE, **cursor
            )

        return await self._pages(replies)

    async def _pages(self, page: Page, back_to: datetime | None = None) -> tuple[list[Message], bool]:
        """Page after page; where the newest comes first, until one reaches back beyond this instant: with its older
        messages, for they may have been answered since. And whether that is all there is.
        """
        found: list[Message] = []
        cursor: dict[str, str] = {}
        for _ in range(PAGES):
            try:
                answer = await _asked(page(cursor))
            except Unreadable as unreadable:
                if unreadable.reason == "thread_not_found":
                    return found, True
                raise
            found += answer.get("messages") or []
            following = (answer.get("response_metadata") or {}).get("next_cursor")
            if not following or (back_to is not None and found and _at(found[-1]["ts"]) < back_to):
                return found, True
            cursor = {"cursor": following}
        return found, False


async def _asked(answer: Awaitable[Told]) -> Told:
    """What Slack answers. Raises NotYet where it will later, and Unreadable where it never will."""
    try:
        return await answer
    except Held as held:
        raise NotYet(str(held), held.after) from held
    except Exception as error:
        judged = judge(error)
        if judged.verdict in (Verdict.LATER, Verdict.UNKNOWN):
            raise NotYet(f"Slack answers {judged.code}", judged.after or LATER) from error
        raise Unreadable(judged.code) from error


def _note_start(conn: Connection, workspace: str, now: datetime) -> None:
    _note(conn, workspace, _last_heard(conn, now), now, now + SETTLE)


def _last_heard(conn: Connection, now: datetime) -> datetime:
    """By our clock; by Slack's if ours was ahead of it when it was last compared with what somebody said."""
    last, newest = inbox.last_heard(conn, now) or gaps.EVER, inbox.newest_said(conn)
    if newest is None:
        return last
    by_us, by_slack = newest[0], _at(newest[1])
    return min(last, by_slack) if by_us - by_slack > MARGIN else last


def _note(conn: Connection, workspace: str, since: datetime, now: datetime, ready: datetime) -> None:
    """Without an open room there is nothing that could have been missed, and nothing is written."""
    if rooms.listing(conn, workspace, mode="all", open_only=True):
        gaps.note(conn, workspace, since, now, ready)


def _is_ours(message: Message) -> bool:
    """Whether the bot has said this; that it came in is no word."""
    return bool(message.get("bot_id")) and not message.get("subtype")


def _at(ts: str) -> datetime:
    whole, _, rest = str(ts).partition(".")
    return datetime.fromtimestamp(int(whole), UTC) + timedelta(microseconds=int(f"{rest:0<6}"[:6]))


def _ts(at: datetime) -> str:
    return f"{at.timestamp():.6f}"
