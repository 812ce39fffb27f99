"""Meeting Slack: who the bot is, and whether Slack can be worked with.

Slack is asked at every start. When it is away, who the bot is is known from last time; when it was never met, there is
nothing to do but to ask until it answers. A token that Slack refuses is no absence, and ends a start.
"""

import asyncio
import logging
from dataclasses import asdict

from slack_sdk.web.async_client import AsyncWebClient

from warroom.errors import SlackAway, SlackUnusable
from warroom.runtime.clock import Clock
from warroom.settings import Settings
from warroom.slack import manifest, preflight
from warroom.slack.preflight import Identity
from warroom.store import identities
from warroom.store.db import Database

log = logging.getLogger(__name__)

ASK_AGAIN = (1.0, 60.0)  # seconds between two tries to reach Slack: at first, and at most


class Meeting:
    """`away` is why Slack cannot be worked with now; empty when it can."""

    def __init__(self, client: AsyncWebClient, db: Database, wall: Clock, settings: Settings) -> None:
        self._client, self._db, self._wall = client, db, wall
        self._token = settings.slack_bot_token.get_secret_value()
        self._app_token = settings.slack_app_token.get_secret_value()
        self.away = ""

    async def who(self) -> Identity:
        """Who the bot is: as Slack says, or has said; as soon as it does, if it never has. Raises SlackUnusable."""
        try:
            return await self._ask()
        except SlackAway as away:
            self.away = str(away)
        known = await self._db.read(identities.known, self._token)
        if known is not None:
            log.warning("%s Starting all the same as %s; Slack is tried again.", self.away, known["user"])
            return Identity(**known)
        return await self._ask_until_met()

    async def back(self) -> None:
        """Returns when Slack can be worked with. A token that it refuses then is a trouble, but no reason to end."""
        while self.away:
            try:
                identity = await self._ask_until_met()
            except SlackUnusable as error:
                self.away = str(error)
                log.error("Slack is back, and: %s", error)
                await asyncio.sleep(ASK_AGAIN[1])
            else:
                log.info("Slack is back: %s in %s", identity.user, identity.workspace_name)

    async def _ask(self) -> Identity:
        identity = await preflight.check(self._client, self._app_token, manifest.scopes())
        await self._db.tx(identities.remember, self._token, asdict(identity), self._wall.now())
        self.away = ""
        return identity

    async def _ask_until_met(self) -> Identity:
        wait, longest = ASK_AGAIN
        while True:
            log.warning("%s Trying again in %.0f s.", self.away, wait)
            await asyncio.sleep(wait)
            try:
                return await self._ask()
            except SlackAway as away:
                self.away = str(away)
            wait = min(wait * 2, longest)
