"""Handing the report over in the channel: two files, for people and for programs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from slack_sdk.web.async_client import AsyncWebClient

from warroom.core.declaring import dataclass
from warroom.slack import cards
from warroom.slack.desk import Desk, Whereabouts, report_place
from warroom.slack.verdicts import judge

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """One file of a report."""

    name: str
    title: str
    content: bytes


class Reports:
    """`export` makes the files of a room; it is given from outside, so that this module knows no format."""

    def __init__(
        self, client: AsyncWebClient, desk: Desk, export: Callable[[int], Awaitable[Sequence[Exported]]]
    ) -> None:
        self._client, self._desk, self._export = client, desk, export
        self._under_way: set[asyncio.Task[None]] = set()

    async def send(self, room: int, where: Whereabouts) -> None:
        """Raises Refused when this person may not have it yet. The files follow as soon as they are ready."""
        channel = report_place(await self._desk.runtime.room(room), where)
        task = asyncio.create_task(self._send(room, replace(where, channel=channel)))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _send(self, room: int, where: Whereabouts) -> None:
        try:
            files = await self._export(room)
            await self._client.files_upload_v2(
                channel=where.channel,
                file_uploads=[{"filename": each.name, "title": each.title, "content": each.content} for each in files],
                initial_comment=cards.report_comment((await self._desk.runtime.room(room)).key, where.person),
            )
        except Exception as error:
            code = judge(error).code
            log.warning("the report of room %s could not be handed over: %s", room, code)
            text = f"The report could not be handed over here ({code}). On the server, `warroom export` writes it."
            await self._tell(where, text)

    async def _tell(self, where: Whereabouts, text: str) -> None:
        try:
            await self._client.chat_postEphemeral(channel=where.channel, user=where.person, text=text)
        except Exception as error:  # Slack is away: nobody can be told, and the report can be asked for again
            log.warning("%s could not be told: %s", where.person, judge(error).code)

    async def finish(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)
