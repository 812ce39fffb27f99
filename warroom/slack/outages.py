"""Saying in a war room that nothing can be kept. Directly: the outbox, which everything else goes through, is not there.

Nothing remembers that it was said either, so it is looked for in the channel: several replicas notice the same trouble, and
one that was started again notices it anew. Two that look at the same moment may both say it.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from warroom.core.effects import WAR_ROOM, Say, Tone
from warroom.core.views import Mark
from warroom.core.words import Time
from warroom.runtime.keeping import Interruption
from warroom.slack import cards
from warroom.slack.verdicts import Verdict, judge
from warroom.store.rooms import Whereabouts

log = logging.getLogger(__name__)

METADATA = "warroom_interrupted"
SEARCHED = 50  # messages back
THE_SAME = timedelta(minutes=1)  # processes notice one trouble at different moments, but not at very different ones


class Outages:
    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def tell(self, room: Whereabouts, now: Interruption) -> bool:
        """Say it, unless it stands there already. True when there is nothing more to do."""
        if not room.channel:
            return True
        try:
            if not await self._said(room.channel, now.since):
                await self._say(room, now)
        except Exception as error:
            judged = judge(error)
            log.warning("%s could not be told that nothing can be kept: %s", room.key, judged.code)
            return judged.verdict in (Verdict.GONE, Verdict.NEVER)
        return True

    async def _say(self, room: Whereabouts, now: Interruption) -> None:
        message = said(room, now)
        await self._client.chat_postMessage(
            channel=room.channel,
            text=message.text,
            blocks=message.blocks,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": METADATA, "event_payload": {"since": now.since.isoformat()}},
        )

    async def _said(self, channel: str, since: datetime) -> bool:
        page = await self._client.conversations_history(channel=channel, limit=SEARCHED, include_all_metadata=True)
        return any(_about(each, since) for each in page["messages"])


def said(room: Whereabouts, now: Interruption) -> cards.Message:
    """What a room is told. In an exercise it says that it is not part of it: a lost database might well be."""
    drill = room.mode == "drill"
    say = Say(
        place=WAR_ROOM,
        tone=Tone.BAD_NEWS,
        title="Nothing can be kept just now",
        body=(
            "Since ",
            Time(now.since),
            f" warroom cannot write anything down. {now.kind.sentence} Buttons and commands do nothing until that is over, "
            "and what you say here may be missing from the timeline. Go on without it, and write down by hand what you do, "
            "with the time. It will be said here when everything is kept again.",
        ),
        real=drill,
    )
    return cards.notice(say, Mark(drill=drill, name=room.title, key=room.key), room.id, {})


def _about(message: dict[str, Any], since: datetime) -> bool:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != METADATA:
        return False
    told = datetime.fromisoformat(metadata["event_payload"]["since"])
    return abs(told - since) < THE_SAME
