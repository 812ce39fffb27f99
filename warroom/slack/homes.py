"""App Home: what is going on, and what can be started."""

import logging

from slack_sdk.web.async_client import AsyncWebClient

from warroom.core.events import Mode
from warroom.core.views import begins
from warroom.slack import cards
from warroom.slack.cards import HomeRoom, HomeScenario, HomeView
from warroom.slack.desk import Desk
from warroom.slack.verdicts import judge

log = logging.getLogger(__name__)


class Homes:
    def __init__(self, client: AsyncWebClient, desk: Desk) -> None:
        self._client, self._desk = client, desk

    async def view(self, workspace: str, person: str) -> HomeView:
        """What this person may know of the open rooms."""
        shown = []
        controls = False
        for row in await self._desk.rooms_shown(workspace, person):
            room = await self._desk.runtime.room(row.id)
            war_room = room.channels.get("war-room")
            controls = controls or person in room.roster.controllers
            shown.append(
                HomeRoom(
                    key=row.key,
                    title=room.title,
                    drill=row.mode == Mode.DRILL.value,
                    state=row.state,
                    channel=war_room.id if war_room else "",
                    begins=begins(room),
                )
            )
        scenarios = tuple(
            HomeScenario(id=each.id, title=each.title, summary=each.summary)
            for each in self._desk.library.scenarios.values()
        )
        return HomeView(rooms=tuple(shown), scenarios=scenarios, controller=controls)

    async def publish(self, workspace: str, person: str) -> None:
        view = cards.home(await self.view(workspace, person))
        try:
            await self._client.views_publish(user_id=person, view=view)
        except Exception as error:
            log.warning("the home of %s could not be shown: %s", person, judge(error).code)
