"""What is said in war rooms, however the bot comes to hear it: as an event, as an event again, or from history.

What is heard is keyed by its place in the chat, not by the delivery that tells of it: the channel and `ts` of a message,
and of an edit or a deletion also what it made of it. So the same words count once whichever way they come. An edit or a
deletion that comes before its message brings the message with it, as it was before; the message itself is then no news.
"""

import contextlib
import hashlib
import re
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from warroom.core import commands as c
from warroom.core.commands import Command
from warroom.core.declaring import dataclass
from warroom.core.effects import BACKCHANNEL
from warroom.core.refusals import Refused
from warroom.runtime.clock import Clock
from warroom.runtime.handle import Runtime
from warroom.slack.mrkdwn import unescape
from warroom.slack.people import People
from warroom.store import cards as cards_kept
from warroom.store import inbox, rooms
from warroom.store.inbox import Delivery

LATE = timedelta(minutes=1)  # what is heard later than this is on the timeline with the time it was said
MENTIONED = re.compile(r"<@([UW][A-Z0-9]+)")

Doc = Mapping[str, Any]
Heard = c.HearMessage | c.HearEdit | c.HearDeletion
Soon = Callable[[Coroutine[Any, Any, None]], object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One thing that was heard: under which key it counts once, and when it was said. `ahead`: by what came after it."""

    key: str
    command: Heard
    at: datetime
    ahead: bool = False


class Hearing:
    """`soon` is where work goes that nothing has to wait for."""

    def __init__(self, runtime: Runtime, people: People, wall: Clock, soon: Soon) -> None:
        self._runtime, self._people, self._wall, self._soon = runtime, people, wall, soon

    async def hear_at_once(self, delivery: Delivery, workspace: str, event: Doc) -> bool:
        """`hear`, and the delivery is finished, in one transaction. False, and nothing is done, when that needs Slack.

        Raises as `Runtime.hear`.
        """
        mentioned = _mentioned(event)
        names = self._people.known(workspace, mentioned)
        if len(names) < len(mentioned) or event.get("files"):
            return False
        said = list(told(event, names))

        def here(place: str) -> Sequence[tuple[str, Command]]:
            return [(each.key, self._dated(each)) for each in said if _is_heard(each, place)]

        heard = await self._runtime.hear(delivery, workspace, str(event["channel"]), here)
        strangers = [each.command.by for each in said if not self._people.met(workspace, each.command.by)]
        if heard and strangers:
            self._soon(self._people.meet(workspace, strangers))
        return True

    async def hear(self, workspace: str, event: Doc, *, late: bool = False, recovered: bool = False) -> None:
        """Put what a message event tells onto the timeline of the room whose channel it is, if it is one."""
        here = await self._runtime.db.read(rooms.by_channel, workspace, str(event.get("channel", "")))
        if here is None:
            return
        room, place = here
        for said in told(event, await self._names(workspace, event)):
            if _is_heard(said, place):
                await self._hear(room, workspace, said, late=late, recovered=recovered)
        await self._keep_files(room, workspace, event, late=late or recovered)

    async def _hear(self, room: int, workspace: str, said: Said, *, late: bool, recovered: bool) -> None:
        known = (said.ahead or recovered) and await self._runtime.db.read(inbox.finished, said.key)
        if known:
            return
        command = self._dated(said, late=late or recovered)
        if recovered and not isinstance(command, c.HearDeletion):
            command = replace(command, recovered=True)
        await self._runtime.handle(room, command, key=said.key)
        self._soon(self._people.meet(workspace, [command.by]))

    def _dated(self, said: Said, *, late: bool = False) -> Heard:
        """With the time it was said, if that is longer ago than it should be."""
        if late or self._wall.now() - said.at > LATE:
            return replace(said.command, occurred_at=said.at)
        return said.command

    async def _keep_files(self, room: int, workspace: str, event: Doc, *, late: bool) -> None:
        """What somebody puts into the thread of a walk's card is evidence for the step it stands at."""
        files, thread = event.get("files") or (), event.get("thread_ts", "")
        if not files or not thread or event.get("bot_id"):
            return
        card = await self._runtime.db.read(cards_kept.at, workspace, str(event["channel"]), thread)
        if card is None or not card.card.startswith("run:"):
            return
        at = said_at(event["ts"])
        for place, file in enumerate(files):
            evidence = c.GiveEvidence(
                by=str(event["user"]),
                occurred_at=at if late or self._wall.now() - at > LATE else None,
                run=card.card.removeprefix("run:"),
                kind="file",
                text=str(file.get("name") or file.get("title") or file["id"]),
                link=str(file.get("permalink") or ""),
            )
            with contextlib.suppress(
                Refused
            ):  # somebody who only watches, or a game that is over: it was heard all the same
                await self._runtime.handle(room, evidence, key=f"file:{event['channel']}:{event['ts']}:{place}")

    async def _names(self, workspace: str, event: Doc) -> dict[str, str]:
        return await self._people.named(workspace, _mentioned(event))


_SPOKEN = ("", "thread_broadcast", "file_share", "me_message")


def _is_heard(said: Said, place: str) -> bool:
    """Of what is said in a backchannel only a call of NO DUFF is heard, and nothing is kept."""
    return place != BACKCHANNEL or isinstance(said.command, c.HearMessage)


def _mentioned(event: Doc) -> list[str]:
    """Each once."""
    texts = (event, event.get("message") or {}, event.get("previous_message") or {})
    return list(dict.fromkeys(MENTIONED.findall(" ".join(str(each.get("text") or "") for each in texts))))


def said_at(ts: str) -> datetime:
    """When a message was said; its id is that time, in seconds."""
    return datetime.fromtimestamp(int(ts.partition(".")[0]), UTC)


def told(event: Doc, names: Mapping[str, str]) -> Iterator[Said]:
    """What a message event tells of people's words, in the order in which it was said."""
    channel, subtype = str(event["channel"]), event.get("subtype") or ""
    previous = event.get("previous_message") or {}
    if subtype == "message_changed":
        message = event["message"]
        if message.get("subtype") == "tombstone":  # a deleted message whose thread stays
            yield from _deleted(channel, previous, str(message["ts"]), event, names)
        elif not message.get("bot_id") and message.get("text") != previous.get("text"):
            yield from _before(channel, previous, names)
            yield _edited(channel, message, str(event.get("event_ts") or event["ts"]), names)
    elif subtype == "message_deleted":
        yield from _deleted(channel, previous, str(event["deleted_ts"]), event, names)
    elif _is_spoken(event):
        yield _said(channel, event, names)
        if event.get("edited"):  # as history shows it
            yield _edited(channel, event, str(event["ts"]), names)


def _is_spoken(message: Doc) -> bool:
    """Whether these are people's words."""
    return bool(message.get("user")) and not message.get("bot_id") and (message.get("subtype") or "") in _SPOKEN


def _said(channel: str, message: Doc, names: Mapping[str, str], *, ahead: bool = False) -> Said:
    ts = str(message["ts"])
    thread = str(message.get("thread_ts") or "")
    command = c.HearMessage(
        by=str(message["user"]),
        channel=channel,
        ts=ts,
        text=unescape(message.get("text") or "", names),
        thread=thread if thread != ts else "",
    )
    return Said(key=f"heard:{channel}:{ts}", command=command, at=said_at(ts), ahead=ahead)


def _before(channel: str, previous: Doc, names: Mapping[str, str]) -> Iterator[Said]:
    """The message as it was first said. What had been edited by then is not what was said first: its own event brings it."""
    if _is_spoken(previous) and not previous.get("edited"):
        yield _said(channel, previous, names, ahead=True)


def _edited(channel: str, message: Doc, at: str, names: Mapping[str, str]) -> Said:
    edited = str((message.get("edited") or {}).get("ts") or at)
    ts, text = str(message["ts"]), message.get("text") or ""
    words = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]  # two edits within a second are two
    command = c.HearEdit(by=str(message.get("user") or ""), ts=ts, text=unescape(text, names), edited=edited)
    return Said(key=f"edited:{channel}:{ts}:{edited}:{words}", command=command, at=said_at(edited))


def _deleted(channel: str, previous: Doc, ts: str, event: Doc, names: Mapping[str, str]) -> Iterator[Said]:
    if previous.get("bot_id") or not previous.get("user"):
        return
    yield from _before(channel, previous, names)
    at = said_at(str(event.get("event_ts") or event["ts"]))
    yield Said(key=f"deleted:{channel}:{ts}", command=c.HearDeletion(by=str(previous["user"]), ts=ts), at=at)
