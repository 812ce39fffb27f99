"""Who the ids are: names are looked up once, kept, and used when the timeline is read."""

import asyncio
import logging
from collections.abc import Iterable
from zoneinfo import available_timezones

from slack_sdk.web.async_client import AsyncWebClient

from warroom.runtime.clock import Clock
from warroom.slack.mrkdwn import USER
from warroom.slack.verdicts import judge
from warroom.store import people
from warroom.store.db import Database

log = logging.getLogger(__name__)

PATIENCE = 10.0  # seconds that a report waits for names
MANY = 30  # a channel with more members is an audience, not a team


class People:
    """Names of people of one workspace. An id that cannot be resolved stays an id; nothing waits for a name."""

    def __init__(self, client: AsyncWebClient, db: Database, wall: Clock) -> None:
        self._client, self._db, self._wall = client, db, wall
        self._known: dict[tuple[str, str], str] = {}
        self._asked: dict[tuple[str, str], asyncio.Task[None]] = {}  # whom Slack is being asked for

    def met(self, workspace: str, person: str) -> bool:
        """Whether this person's name is kept, as far as this process knows without asking."""
        return not person or (workspace, person) in self._known

    def known(self, workspace: str, persons: Iterable[str]) -> dict[str, str]:
        """Names by id, of those whom this process has met."""
        return {each: self._known[workspace, each] for each in persons if (workspace, each) in self._known}

    async def meet(self, workspace: str, persons: Iterable[str]) -> None:
        """Make sure that the names of these people are kept."""
        strangers = [each for each in persons if not self.met(workspace, each)]
        if not strangers:
            return
        kept = await self._db.read(people.names, workspace, strangers)
        self._known |= {(workspace, each): name for each, name in kept.items()}
        asking = [self._ask(workspace, each) for each in strangers if not self.met(workspace, each)]
        if asking:
            await asyncio.wait(asking)
        for each in asking:
            each.result()

    async def meet_at_last(self, workspace: str, persons: Iterable[str]) -> None:
        """The same, as well as it goes in a few seconds. What is no person's id, such as a source of alerts, is left out."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self.meet(workspace, [each for each in persons if USER.fullmatch(each)])
        except Exception as error:
            log.warning("not everybody's name is known: %s", judge(error).code)

    def _ask(self, workspace: str, person: str) -> asyncio.Task[None]:
        """One question for everybody who waits for this name."""
        who = (workspace, person)
        if who not in self._asked:
            asked = self._asked[who] = asyncio.create_task(self._look_up(workspace, person))
            asked.add_done_callback(lambda task: self._answered(who, task))
        return self._asked[who]

    def _answered(self, who: tuple[str, str], task: asyncio.Task[None]) -> None:
        del self._asked[who]
        if not task.cancelled() and (error := task.exception()):  # which whoever still waits is told
            log.info("the name of %s could not be kept: %s", who[1], error)

    async def _look_up(self, workspace: str, person: str) -> None:
        try:
            user = (await self._client.users_info(user=person))["user"]
        except Exception as error:
            log.warning("no name for %s: %s", person, judge(error).code)
            return
        profile = user.get("profile") or {}
        names = (user.get("real_name"), profile.get("real_name"), profile.get("display_name"), user.get("name"))
        name = next((each for each in names if each), person)
        is_bot, zone = bool(user.get("is_bot")), str(user.get("tz") or "")
        await self._db.tx(people.remember, workspace, person, str(name), at=self._wall.now(), is_bot=is_bot, tz=zone)
        self._known[workspace, person] = str(name)

    async def humans(self, channel: str, workspace: str) -> tuple[str, ...] | None:
        """The members of a channel who are people; None when there are too many to call them all, or none are shown."""
        try:
            page = await self._client.conversations_members(channel=channel, limit=MANY + 1)
        except Exception as error:
            log.info("the members of %s are not shown: %s", channel, judge(error).code)
            return None
        members: list[str] = page["members"]
        if len(members) > MANY:
            return None
        await self.meet(workspace, members)
        bots = await self._db.read(people.bots, workspace, members)
        return tuple(each for each in members if each not in bots)

    async def zone(self, workspace: str, person: str) -> str:
        """The IANA zone of this person's clock; UTC when it is not known, or no zone of that name is."""
        await self.meet(workspace, [person])
        said = await self._db.read(people.zone, workspace, person)
        return said if said in available_timezones() else "UTC"

    async def named(self, workspace: str, persons: Iterable[str]) -> dict[str, str]:
        """Names by id; who has none stays out."""
        ids = list(dict.fromkeys(persons))
        await self.meet(workspace, ids)
        return self.known(workspace, ids)
