"""One call of Slack's Web API, within what Slack allows, counted for all processes together.

Slack publishes how often each method may be called (docs.slack.dev, "Rate limits": tiers per method and workspace, and
about one message a second in each channel). That is kept to before Slack has to say so; when it says so all the same
(429), every process leaves the method alone until then. Right before a call it is asked whether what is being done is
still ours to do.
"""

from datetime import timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from warroom.failpoints import reached
from warroom.runtime.clock import Clock
from warroom.runtime.leases import must_hold
from warroom.slack.limits import PER_MINUTE
from warroom.slack.verdicts import judge
from warroom.store import budgets
from warroom.store.budgets import NOTHING, Budget
from warroom.store.db import Database

POSTING = "chat.postMessage"
ONE_MINUTE = timedelta(minutes=1)


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
                await self._db.tx(budgets.hold, self.workspace, wanted[0], self._wall.now() + judged.after)
            raise
        await reached("slack.called")
        data = response.data
        return data if isinstance(data, dict) else {}

    def _budgets(self, method: str, channel: str) -> list[Budget]:
        """The method's own first; then, for a message, the channel's."""
        if not self._pace or method not in PER_MINUTE:
            return [Budget(name=method, interval=NOTHING)]
        often = PER_MINUTE[method]
        whole = Budget(name=method, interval=ONE_MINUTE / often, burst=often)
        return [whole, Budget(name=f"{method} {channel}", interval=self._pace)] if method == POSTING else [whole]
