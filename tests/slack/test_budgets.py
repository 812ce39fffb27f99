"""How often Slack is called: as often as it publishes, counted for all processes together."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from sqlalchemy import text

import warroom.slack.perform
import warroom.slack.sweeping
from tests.slack.test_manifest import called_in
from tests.slack.test_talker import Bench, bench
from warroom.slack.calling import POSTING, Caller, Held
from warroom.slack.limits import PER_MINUTE
from warroom.store.db import Database
from warroom.testing import ManualClock

__all__ = ["bench"]
REFERENCE = Path(__file__).parents[1] / "workspace" / "reference" / "methods.json"
TIERS = {"t1": 1, "t2": 20, "t3": 50, "t4": 100}  # calls a minute (docs.slack.dev, "Rate limits")
CALLS = (warroom.slack.perform, warroom.slack.sweeping)


def test_budgets_are_those_that_slack_publishes() -> None:
    """Each method's budget is its tier in Slack's reference; messages, which have a tier of their own, have more."""
    methods = json.loads(REFERENCE.read_text(encoding="utf-8"))["methods"]
    published = {name: TIERS[methods[name]["tier"]] for name in PER_MINUTE if name != POSTING}
    assert {name: often for name, often in PER_MINUTE.items() if name != POSTING} == published
    assert methods[POSTING]["tier"] == "t5"


def test_every_method_that_is_called_has_a_budget() -> None:
    """Whatever the outbox makes the bot call has a budget, and no budget is without a call."""
    called = set[str]().union(*(called_in(Path(str(each.__file__))) for each in CALLS))
    assert called - {"auth.test"} == set(PER_MINUTE)


async def test_two_processes_share_a_channel(bench: Bench) -> None:
    """What one process has just said in a channel keeps another from speaking there at once; elsewhere it may."""
    await bench.room()
    general, operations = bench.workspace.channel("general"), bench.workspace.channel("operations")
    pace = timedelta(seconds=1)
    one, other = (Caller(bench.client, bench.runtime.db, bench.runtime.wall, pace) for _ in range(2))
    for channel in (general, operations):
        await bench.client.conversations_join(channel=channel)
    await one.call(POSTING, channel=general, text="one")
    with pytest.raises(Held) as held:
        await other.call(POSTING, channel=general, text="two")
    assert timedelta(0) < held.value.after <= pace
    await other.call(POSTING, channel=operations, text="two")


class _Waited(ManualClock):
    """Passes at once when somebody waits, and knows how long that was."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.waits: list[timedelta] = []

    async def wait(self, until: datetime | None, nudge: asyncio.Event) -> None:
        assert until is not None
        self.waits.append(until - self.now())
        self.move_to(until)


async def test_what_follows_waits_for_its_turn(bench: Bench) -> None:
    """Of several calls those behind the first wait a few seconds where they are; for more than that they are put back."""
    await bench.room()
    general = bench.workspace.channel("general")
    await bench.client.conversations_join(channel=general)
    clock, pace = _Waited(bench.runtime.wall.now()), timedelta(seconds=4)
    caller = Caller(bench.client, bench.runtime.db, clock, pace)
    before = len(bench.calls(POSTING))
    for word in ("one", "two", "three"):
        await caller.call_next(POSTING, channel=general, text=word)
    assert clock.waits == [pace, pace]
    assert len(bench.calls(POSTING)) == before + 3
    clock.advance(pace)
    bench.faults.rate_limit(POSTING, retry_after=30)
    for wanted in (SlackApiError, Held):
        with pytest.raises(wanted):
            await caller.call_next(POSTING, channel=general, text="four")
    assert clock.waits == [pace, pace]
    assert len(bench.calls(POSTING)) == before + 4


async def test_a_process_heeds_what_another_was_told(bench: Bench) -> None:
    """When Slack tells one process to keep still, the others do so without being told."""
    room = (await bench.room()).id
    channel = (await bench.runtime.room(room)).channels["war-room"].id
    one, other = (Caller(bench.client, bench.runtime.db, bench.runtime.wall, timedelta(0)) for _ in range(2))
    bench.faults.rate_limit(POSTING, retry_after=30)
    before = len(bench.calls(POSTING))
    with pytest.raises(Exception, match="ratelimited"):
        await one.call(POSTING, channel=channel, text="one")
    with pytest.raises(Held) as held:
        await other.call(POSTING, channel=channel, text="two")
    assert timedelta(seconds=20) < held.value.after <= timedelta(seconds=30)
    assert len(bench.calls(POSTING)) == before + 1


class _Limited(AsyncWebClient):
    """Says that it is too much, and by then the database has lost a table."""

    def __init__(self, db: Database) -> None:
        super().__init__(token="xoxb-none")
        self._db = db

    async def chat_postMessage(self, **_: Any) -> Any:
        await self._db.tx(lambda conn: conn.execute(text("ALTER TABLE budgets RENAME TO elsewhere")).rowcount)
        answer = AsyncSlackResponse(
            client=self,
            http_verb="POST",
            api_url="",
            req_args={},
            data={"ok": False, "error": "ratelimited"},
            headers={"Retry-After": "30"},
            status_code=429,
        )
        raise SlackApiError("no", answer)


async def test_a_rate_limit_that_could_not_be_noted_is_one_all_the_same(bench: Bench) -> None:
    """When the others cannot be told, because the database is in trouble, whoever was told still knows what Slack has said."""
    caller = Caller(_Limited(bench.runtime.db), bench.runtime.db, bench.runtime.wall, timedelta(0))
    with pytest.raises(SlackApiError, match="ratelimited"):
        await caller.call(POSTING, channel="C1", text="one")
