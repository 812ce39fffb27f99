"""Scheduled messages: they come when the workspace's clock says so, once, and not at all where they could not be posted."""

from pathlib import Path
from typing import Any

from .bench import Bench, StartBench
from .situations import START, Clock, Stage, set_the_stage

SOON = int(START) + 60


async def _schedule(stage: Stage, **more: Any) -> str:
    arguments = {"channel": "$room", "text": "It is time", "post_at": SOON} | more
    reply = await stage.call("chat.scheduleMessage", arguments)
    assert reply["ok"], reply
    return str(reply["scheduled_message_id"])


async def _texts(bench: Bench, room: str) -> list[str]:
    history = (await bench.client.conversations_history(channel=room))["messages"]
    return [m["text"] for m in history if "subtype" not in m]


async def _waiting(stage: Stage) -> list[str]:
    listed = await stage.call("chat.scheduledMessages.list", {})
    return [str(message["id"]) for message in listed["scheduled_messages"]]


async def test_a_scheduled_message_comes_when_its_time_has_come(start_bench: StartBench) -> None:
    """It is listed until then, posted once when the clock reaches it, and is an ordinary message of the app."""
    stage = await set_the_stage(start_bench)
    late, early = await _schedule(stage, post_at=SOON + 60, text="late"), await _schedule(stage, text="early")
    assert await _waiting(stage) == [early, late]
    stage.clock.at = SOON - 1
    assert stage.bench.workspace.post_scheduled() == []
    stage.clock.at = SOON
    assert len(stage.bench.workspace.post_scheduled()) == 1
    assert await _waiting(stage) == [late]
    stage.clock.at = SOON + 3600
    stage.bench.workspace.post_scheduled()
    assert stage.bench.workspace.post_scheduled() == []
    assert await _texts(stage.bench, await stage.fill("$room")) == ["late", "early"]
    history = (await stage.bench.client.conversations_history(channel=await stage.fill("$room")))["messages"]
    assert history[0]["bot_id"] == stage.bot_id


async def test_what_was_deleted_does_not_come(start_bench: StartBench) -> None:
    """A scheduled message that was deleted is never posted, and cannot be deleted twice."""
    stage = await set_the_stage(start_bench)
    await stage.fill("$scheduled")
    deleted = {"channel": "$room", "scheduled_message_id": "$scheduled"}
    assert (await stage.call("chat.deleteScheduledMessage", deleted))["ok"]
    again = await stage.call("chat.deleteScheduledMessage", deleted)
    assert again["error"] == "invalid_scheduled_message_id"
    stage.clock.at = SOON + 1
    assert stage.bench.workspace.post_scheduled() == []


async def test_with_metadata_it_is_accepted_and_never_comes(start_bench: StartBench) -> None:
    """As at Slack, a message scheduled with metadata is accepted, and is not there when its time has passed."""
    stage = await set_the_stage(start_bench)
    metadata = {"event_type": "outbox", "event_payload": {"id": "1"}}
    id_ = await _schedule(stage, metadata=metadata)
    assert await _waiting(stage) == [id_]
    stage.clock.at = SOON + 1
    assert stage.bench.workspace.post_scheduled() == []
    assert await _waiting(stage) == []
    assert await _texts(stage.bench, await stage.fill("$room")) == []


async def test_it_can_be_a_reply_for_all_to_see(start_bench: StartBench) -> None:
    """With thread_ts and reply_broadcast it comes as a reply that the channel sees."""
    stage = await set_the_stage(start_bench)
    await _schedule(stage, thread_ts="$posted", reply_broadcast=True)
    stage.clock.at = SOON + 1
    (ts,) = stage.bench.workspace.post_scheduled()
    thread = await stage.call("conversations.replies", {"channel": "$room", "ts": "$posted"})
    assert [(m["ts"], m["subtype"]) for m in thread["messages"][1:]] == [(ts, "thread_broadcast")]


async def test_in_an_archived_channel_it_does_not_come(start_bench: StartBench) -> None:
    """What can no longer be posted is dropped, and the others come."""
    stage = await set_the_stage(start_bench)
    await _schedule(stage)
    await _schedule(stage, channel="$quiet", text="still here")
    assert (await stage.call("conversations.archive", {"channel": "$room"}))["ok"]
    stage.clock.at = SOON + 1
    assert len(stage.bench.workspace.post_scheduled()) == 1
    assert await _texts(stage.bench, await stage.fill("$quiet")) == ["still here"]


async def test_what_is_overdue_after_a_restart_comes_at_once(start_bench: StartBench, tmp_path: Path) -> None:
    """A message whose time passed while the workspace was stopped is there when it has started again."""
    clock = Clock()
    bench = await start_bench(state=tmp_path / "workspace.db", now=clock)
    room = await bench.room()
    reply = await bench.call("chat.scheduleMessage", channel=room, text="late", post_at=SOON)
    assert reply["ok"], reply
    await bench.workspace.stop()
    clock.at = SOON + 3600
    again = await start_bench(state=tmp_path / "workspace.db", now=clock)
    assert await _texts(again, room) == ["late"]
