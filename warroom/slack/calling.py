"""One call of Slack's Web API, within what Slack allows, counted for all processes together.

Slack publishes how often each method may be called (docs.slack.dev, "Rate limits": tiers per method and workspace, and
about one message a second in each channel). That is kept to before Slack has to say so; when it says so all the same
(429), every process leaves the method alone until then. Right before a call it is asked whether what is being done is
still ours to do.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from warroom.failpoints import reached
from warroom.runtime.clock import Clock
from warroom.runtime.leases import must_hold
from warroom.slack.limits import PER_MINUTE
from warroom.slack.verdicts import instant, judge
from warroom.store import budgets
from warroom.store.budgets import NOTHING, Budget
from warroom.store.db import Database

log = logging.getLogger(__name__)

POSTING = "chat.postMessage"
ONE_MINUTE = timedelta(minutes=1)
BRIEF = timedelta(seconds=5)  # so long a call waits for its turn in all; longer, and what else is to be done goes first


class Held(Exception):
    """The method is to be left alone for a while; nothing was called."""

    def __init__(self, method: str, after: timedelta) -> None:
        super().__init__(f"{method} is rate limited")
        self.after = after


class Caller:
    """`pace` is the time between two messages in one channel; without one, only what Slack says itself is kept to."""

    def __init__(self, client: AsyncWebClient, db: Database, wall: Clock, pace: timedelta) -> None:
        self._client, self._db, self._wall, self._pace = client, db, wall, pace
        self.workspace = ""
        self._behind: timedelta | None = None  # how far Slack's clock was behind ours when it last told its time

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """What Slack answers. Raises Held, LeaseLost, and what the SDK raises."""
        wanted = self._budgets(method, str(arguments.get("channel", "")))
        wait = await self._db.tx(budgets.take, self.workspace, wanted, self._wall.now())
        if wait > NOTHING:
            raise Held(method, wait)
        must_hold(self._wall.now())
        await reached("slack.calling")
        try:
            response = await getattr(self._client, method.replace(".", "_"))(**arguments)
        except Exception as error:
            judged = judge(error)
            if judged.after is not None:
                await self._hold(wanted[0], judged.after)
            raise
        await reached("slack.called")
        self._compare(response.headers)
        data = response.data
        return data if isinstance(data, dict) else {}

    async def call_next(self, method: str, **arguments: Any) -> dict[str, Any]:
        """The same for one of several calls of a method, behind the first: it waits here until it may be made, if that is soon.

        If it were put back, all would begin with the first call again, which would take what has become free, each time.
        """
        at_last = self._wall.now() + BRIEF
        while True:
            try:
                return await self.call(method, **arguments)
            except Held as held:
                until = self._wall.now() + held.after
                if until > at_last:
                    raise
                await self._wall.wait(until, asyncio.Event())

    async def _hold(self, budget: Budget, after: timedelta) -> None:
        """Does not raise: what Slack has answered is worth more than that the others hear of it."""
        now = self._wall.now()
        try:
            await self._db.tx(budgets.hold, self.workspace, budget, now + after, now)
        except Exception:
            log.exception("the other processes could not be told to leave %s alone for %s", budget.name, after)

    def slack_now(self) -> datetime:
        """What Slack's clock shows, to a second or two, as its last answer said; ours may be wrong."""
        return self._wall.now() - (self._behind or NOTHING)

    async def slack_behind(self) -> timedelta:
        """How far Slack's clock is behind ours; asks if Slack has not answered yet. Raises as `call` does."""
        if self._behind is None:
            await self.call("auth.test")
        return self._behind or NOTHING

    def _compare(self, headers: Mapping[str, str]) -> None:
        if told := instant(headers.get("Date")):
            self._behind = self._wall.now() - told

    def _budgets(self, method: str, channel: str) -> list[Budget]:
        """The method's own first; then, for a message, the channel's."""
        if not self._pace or method not in PER_MINUTE:
            return [Budget(name=method, interval=NOTHING)]
        often = PER_MINUTE[method]
        whole = Budget(name=method, interval=ONE_MINUTE / often, burst=often)
        return [whole, Budget(name=f"{method} {channel}", interval=self._pace)] if method == POSTING else [whole]
