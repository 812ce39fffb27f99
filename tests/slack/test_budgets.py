"""How often Slack is called: as often as it publishes, counted for all processes together."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

import warroom.slack.perform
import warroom.slack.sweeping
from tests.slack.test_manifest import called_in
from tests.slack.test_talker import Bench, bench
from warroom.slack.calling import POSTING, Caller, Held
from warroom.slack.limits import PER_MINUTE

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
