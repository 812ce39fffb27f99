"""Performing what rooms say: channels, messages, cards.

Each performer is called with the effect as it was kept and the room as it is now, possibly more than once for the same
effect. Posting has no idempotency key at Slack, so every message carries the effect's id in its metadata, and after an
attempt whose outcome nobody knows the channel is searched for that id before anything is sent again. The SDK's own
retries are off.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import field
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core import evaluationview, panelview, runview, views
from warroom.core.chain import canonical
from warroom.core.declaring import dataclass
from warroom.core.room import Room
from warroom.core.words import Place
from warroom.runtime.clock import Clock
from warroom.runtime.deliver import Done, Later, Never, Performer, Result
from warroom.slack import cards as look
from warroom.slack.calling import Caller, Held
from warroom.slack.cards import Message
from warroom.slack.heads import with_hashes
from warroom.slack.limits import PLAIN_TEXT_FALLBACK, channel_name, topic
from warroom.slack.verdicts import Judged, Verdict, judge
from warroom.store import cards, gaps, outbox
from warroom.store.cards import Card
from warroom.store.db import Database
from warroom.store.outbox import Claimed

log = logging.getLogger(__name__)

METADATA = "warroom_outbox"  # the event_type under which our effect ids travel
LISTED = 999  # channels or replies in one page, the most there may be: many pages would exhaust the rate limit
PAGES = 5  # read at most when it is looked whether a message stands in a channel, the newest first
FRESH = 1200  # seconds; a channel of ours that is older was not made by an attempt whose answer was lost
HEARD = timedelta(seconds=3)  # after which whatever was said in a channel before its room knew it is in its history
NOT_THERE = ("message_not_found", "cant_update_message", "edit_window_closed")  # what an edit is answered
# The first wait for a channel that is mentioned, and the longest: it is longer each time.
NOT_YET = (timedelta(milliseconds=250), timedelta(seconds=5))


@dataclass(slots=True)
class _Progress:
    """How far an effect of several calls has come in this process: its channel, and what came of which call."""

    made: tuple[str, str] | None = None  # id and name; spares a search for it
    taken: int = 0  # so many names like the wanted one belong to others
    came: dict[str, Judged | None] = field(default_factory=dict)


class Talker:
    """Performs everything that happens in Slack channels."""

    def __init__(self, caller: Caller, db: Database, wall: Clock, pace: timedelta) -> None:
        self._caller, self._call, self._call_next, self._db = caller, caller.call, caller.call_next, db
        self._wall, self._pace = wall, pace
        self._progress = defaultdict[str, _Progress](_Progress)  # by effect that is not done yet
        self._me = ""

    def performers(self) -> dict[type[f.Effect], Performer]:
        return {
            f.OpenChannel: self._guarded(self._open_channel),
            f.Invite: self._guarded(self._invite),
            f.SetTopic: self._guarded(self._set_topic),
            f.Say: self._guarded(self._say),
            f.ShowCard: self._guarded(self._show_card),
        }

    def _guarded(self, perform: Callable[[Claimed, Room, Any], Awaitable[Result]]) -> Performer:
        """What every performer does with a call that failed."""

        async def guarded(claimed: Claimed, room: Room) -> Result:
            result = await tried(claimed, room)
            if not isinstance(result, Later):
                self._progress.pop(claimed.effect_id, None)
            return result

        async def tried(claimed: Claimed, room: Room) -> Result:
            try:
                return await perform(claimed, room, claimed.effect)
            except Held as held:
                return Later(reason=str(held), after=held.after, clean=_is_alone(claimed.effect))
            except NowhereToTalk as nowhere:
                return Never(reason=str(nowhere), commands=())
            except Exception as error:
                judged = judge(error)
                clean = judged.verdict is Verdict.LATER and _is_alone(claimed.effect)
                if judged.verdict in (Verdict.LATER, Verdict.UNKNOWN):
                    return Later(reason=judged.code, after=judged.after, clean=clean)
                return Never(reason=judged.code)

        return guarded

    async def _attempt(self, method: str, **arguments: Any) -> Judged | None:
        """A call whose failure may not matter: what came of it, None when it went well."""
        try:
            await self._call(method, **arguments)
        except Held:
            raise
        except Exception as error:
            judged = judge(error)
            if judged.verdict in (Verdict.LATER, Verdict.UNKNOWN):
                raise
            return judged
        return None

    async def _attempt_once(self, method: str, claimed: Claimed, **arguments: Any) -> Judged | None:
        """The same for one of several calls of an effect. When the effect is taken up again, it goes on behind this one.

        Or what Slack allows in a while would be spent on the first calls again and again, and the last never come.
        """
        came = self._progress[claimed.effect_id].came
        call = f"{method} {canonical(arguments)}"
        if call not in came:
            came[call] = await self._attempt(method, **arguments)
        return came[call]

    # --- channels

    async def _open_channel(self, claimed: Claimed, room: Room, effect: f.OpenChannel) -> Result:
        known = room.channels.get(effect.place)
        progress = self._progress[claimed.effect_id]
        made = (known.id, known.name) if known else progress.made
        channel, name = progress.made = made or await self._created(effect, progress, unsure=claimed.unsure)
        await self._attempt_once("conversations.setTopic", claimed, channel=channel, topic=topic(effect.topic))
        await self._attempt_once("conversations.setPurpose", claimed, channel=channel, purpose=topic(effect.purpose))
        await self._invite_all(claimed, channel, effect.invite)
        if not known:
            now = self._wall.now()
            opened = gaps.Opened(channel=channel, room=claimed.room_id, place=effect.place)
            await self._db.tx(gaps.note_opened, opened, now, now + HEARD)
        return Done(
            outcome={"channel": channel},
            commands=(c.RecordChannel(place=effect.place, channel=channel, name=name),),
        )

    async def _created(self, effect: f.OpenChannel, progress: _Progress, *, unsure: bool) -> tuple[str, str]:
        """A channel of this name or the next free one; after an attempt nobody knows the outcome of, ours if it is there."""
        while progress.taken < 99:
            name = channel_name(effect.name, progress.taken + 1)
            try:
                made = (await self._call("conversations.create", name=name, is_private=effect.private))["channel"]
            except Held:
                raise
            except Exception as error:
                if judge(error).code != "name_taken":
                    raise
            else:
                return made["id"], made["name"]
            if unsure and (ours := await self._ours(name)):
                return ours, name
            progress.taken += 1
        raise LookupError(f"every name like {effect.name} is taken")

    async def _ours(self, name: str) -> str:
        """The channel of this name, if we made it. Only asked after an attempt with an unknown outcome."""
        me, cursor = await self._own_id(), ""
        while True:
            page = await self._call_next(
                "conversations.list",
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=LISTED,
                cursor=cursor,
            )
            for channel in page["channels"]:
                fresh = self._caller.slack_now().timestamp() - channel.get("created", 0) < FRESH
                if channel["name"] == name and channel.get("creator") == me and fresh:
                    return str(channel["id"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return ""

    async def _own_id(self) -> str:
        if not self._me:
            self._me = str((await self._call("auth.test"))["user_id"])
        return self._me

    async def _invite_all(self, claimed: Claimed, channel: str, people: Sequence[str]) -> None:
        """Everybody who can be invited; one who cannot does not keep the others out."""
        if not people:
            return
        for start in range(0, len(people), 100):
            some = people[start : start + 100]
            judged = await self._attempt_once("conversations.invite", claimed, channel=channel, users=",".join(some))
            if judged is not None and len(some) > 1:  # one who is there already keeps the others out as well
                for person in some:
                    await self._attempt_once("conversations.invite", claimed, channel=channel, users=person)

    async def _invite(self, claimed: Claimed, room: Room, effect: f.Invite) -> Result:
        await self._invite_all(claimed, _channel(room, effect.place), effect.people)
        return Done()

    async def _set_topic(self, claimed: Claimed, room: Room, effect: f.SetTopic) -> Result:
        await self._attempt("conversations.setTopic", channel=_channel(room, effect.place), topic=topic(effect.topic))
        return Done()

    # --- messages

    async def _say(self, claimed: Claimed, room: Room, effect: f.Say) -> Result:
        mentioned = {word.name for word in effect.body if isinstance(word, Place)}
        if mentioned - room.channels.keys() - room.unopened:
            wait, longest = NOT_YET
            after = min(wait * claimed.attempts, longest)
            return Later(reason="a channel it mentions is not open yet", after=after, clean=True)
        channel, thread = await self._channel_of(room, effect.place), await self._thread(claimed.room_id, effect)
        if effect.place in (f.ORIGIN, f.OPERATIONS):
            await self._attempt("conversations.join", channel=channel)
        found = await self._sent_before(claimed, channel, thread)
        if found is None:
            message, together = _worded(await with_hashes(self._db, claimed), room)
            found = Found(ts=await self._post(claimed, channel, message, thread, together), together=together)
        return Done(outcome={"channel": channel, "ts": found.ts}, pace=self._pace, together=found.together)

    async def _channel_of(self, room: Room, place: str) -> str:
        """The channel of this place; of a person, their conversation with the bot."""
        if not place.startswith(f.PERSON):
            return _channel(room, place)
        person = place.removeprefix(f.PERSON)
        return str((await self._call("conversations.open", users=person))["channel"]["id"])

    async def _thread(self, room: int, effect: f.Say) -> str:
        if not effect.under:
            return ""
        card = await self._db.read(cards.get, room, effect.under, effect.place)
        return card.ts if card else ""

    async def _sent_before(self, claimed: Claimed, channel: str, thread: str) -> "Found | None":
        """This message, if an earlier attempt brought it there after all. Not asked when none can have."""
        if not claimed.unsure:
            return None
        after = await self._db.read(outbox.stands_before, claimed.lane, claimed.number, channel)
        standing = await standing_there(self._caller, channel, thread, after, claimed.effect_id)
        if not standing:
            return None
        log.info("%s had been said already", claimed.effect_id)
        return standing[0]

    async def _post(self, claimed: Claimed, channel: str, message: Message, thread: str = "", together: int = 0) -> str:
        payload = {"id": claimed.effect_id} | ({"count": together + 1} if together else {})
        arguments: dict[str, Any] = {
            "channel": channel,
            "text": message.text,
            "blocks": message.blocks,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": METADATA, "event_payload": payload},
        }
        if thread:
            arguments["thread_ts"] = thread
        if message.username:
            arguments |= {"username": message.username, "icon_emoji": message.icon or ":bust_in_silhouette:"}
        try:
            return str((await self._call("chat.postMessage", **arguments))["ts"])
        except Held:
            raise
        except Exception as error:
            if judge(error).verdict is not Verdict.PLAIN:
                raise
            log.error("Slack refused the blocks of %s; saying it as plain text", claimed.effect_id)
            arguments.pop("blocks")
            arguments["text"] = message.text[:PLAIN_TEXT_FALLBACK]
            return str((await self._call("chat.postMessage", **arguments))["ts"])

    # --- cards

    async def _show_card(self, claimed: Claimed, room: Room, effect: f.ShowCard) -> Result:
        message = draw_card(effect.card, room, claimed.room_id, effect.place)
        if message is None:
            return Done()
        channel = _channel(room, effect.place)
        digest = hashlib.sha256(canonical([message.text, message.blocks]).encode()).hexdigest()
        shown = await self._db.read(cards.get, claimed.room_id, effect.card, effect.place)
        if shown is not None and shown.digest == digest and shown.pinned >= effect.pin:
            return Done(outcome={"channel": shown.channel, "ts": shown.ts})
        ts = await self._edited(shown.channel, shown.ts, message) if shown else ""
        if not ts and (found := await self._sent_before(claimed, channel, "")):
            ts = await self._edited(channel, found.ts, message)  # it shows the room as it was then
        if not ts:
            ts = await self._post(claimed, channel, message)
        await self._remember(claimed, effect, channel, ts, digest, pinned=bool(shown and shown.pinned))
        if effect.pin and not (shown and shown.pinned and shown.ts == ts):
            await self._attempt("pins.add", channel=channel, timestamp=ts)
            await self._remember(claimed, effect, channel, ts, digest, pinned=True)
        return Done(outcome={"channel": channel, "ts": ts}, pace=self._pace)

    async def _edited(self, channel: str, ts: str, message: Message) -> str:
        """The ts of the card if it could be edited in place; empty when it is gone and must be posted anew.

        Raises what Slack refuses for another reason: there a new message would be refused as well, or stand beside it.
        """
        try:
            await self._call("chat.update", channel=channel, ts=ts, text=message.text, blocks=message.blocks)
        except Held:
            raise
        except Exception as error:
            judged = judge(error)
            if judged.code in NOT_THERE:
                return ""
            if judged.verdict is not Verdict.PLAIN:
                raise
            log.error("Slack refused the blocks of the card %s in %s; showing it as plain text", ts, channel)
            said = message.text[:PLAIN_TEXT_FALLBACK]  # empty blocks, or those that were there would stay
            await self._call("chat.update", channel=channel, ts=ts, text=said, blocks=[])
        return ts

    async def _remember(
        self, claimed: Claimed, effect: f.ShowCard, channel: str, ts: str, digest: str, *, pinned: bool
    ) -> None:
        await self._db.tx(
            remember,
            claimed,
            Card(
                room_id=claimed.room_id,
                card=effect.card,
                place=effect.place,
                channel=channel,
                ts=ts,
                digest=digest,
                pinned=pinned,
            ),
        )


def remember(conn: Connection, claimed: Claimed, card: Card) -> None:
    """Unless the lane is somebody else's by now, who has shown the card, too: then ours is the twin."""
    if outbox.is_held(conn, claimed):
        cards.remember(conn, card)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A message of ours in a channel, and how many others it stands for besides its own."""

    ts: str
    together: int = 0


async def standing_there(caller: Caller, channel: str, thread: str, after: str, effect_id: str) -> list[Found]:
    """Where this message stands, oldest first: once as it should, or not at all, or more than once.

    `after` is the `ts` of a message that is known to be older, so that only Slack's clock counts: ours may be wrong, or
    may have been when the message was owed. Without one, the newest `PAGES` pages are read.
    """
    where = {"channel": channel, "limit": LISTED, "include_all_metadata": True} | ({"oldest": after} if after else {})
    found, cursor = list[Found](), ""
    for _ in range(PAGES):
        if thread:
            page = await caller.call_next("conversations.replies", **where, ts=thread, cursor=cursor)
        else:
            page = await caller.call_next("conversations.history", **where, cursor=cursor)
        found += [each for message in page["messages"] if (each := _found(message, effect_id))]
        cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            break
    return sorted(found, key=lambda each: each.ts)


def _found(message: dict[str, Any], effect_id: str) -> Found | None:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    if payload.get("id") != effect_id:
        return None
    return Found(ts=str(message["ts"]), together=int(payload.get("count", 1)) - 1)


def _is_alone(effect: f.Effect) -> bool:
    """Whether a call that was refused leaves nothing behind that was done before it and is not recorded."""
    return not isinstance(effect, f.OpenChannel)


def _worded(claimed: Claimed, room: Room) -> tuple[Message, int]:
    """The message, and how many of those behind it are in it."""
    mark, links, effect = views.mark(room), _links(room), claimed.effect
    assert isinstance(effect, f.Say)
    if claimed.behind and claimed.created_at is not None:
        waited = [(claimed.created_at, effect), *((each.since, each.say) for each in claimed.behind)]
        message, told = look.digest(waited, mark, links)
        return message, told - 1
    return look.notice(effect, mark, claimed.room_id, links), 0


class NowhereToTalk(Exception):
    """The channel was never opened, and will not be. The timeline says so once; not again for every message."""


def draw_card(card: str, room: Room, room_id: int, place: str = f.WAR_ROOM) -> Message | None:
    """The card as the room is now; the panel and the evaluators' sheet are the only ones that show what is hidden."""
    if card == "status":
        return look.status_card(views.status(room, place), room_id)
    if card == "evaluation":
        sheet = evaluationview.evaluation(room)
        return look.evaluation_card(sheet, room_id) if sheet else None
    if card == "panel":
        panel = panelview.panel(room)
        return look.panel_card(panel, room_id) if panel else None
    run = runview.run(room, card.removeprefix("run:"))
    return look.run_card(run, room_id) if run else None


def _channel(room: Room, place: str) -> str:
    """The channel of this place. Opening it comes first in its lane: if it is not there now, it will never be."""
    if place == f.ORIGIN:
        return room.origin
    if place == f.OPERATIONS and room.game is not None:
        return room.game.operations
    there = room.channels.get(place)
    if there is None:
        raise NowhereToTalk(f"{room.key} has no {place}")
    return there.id


def _links(room: Room) -> dict[str, str]:
    return {place: channel.id for place, channel in room.channels.items()}
