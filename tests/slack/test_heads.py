"""When a room closes, its war room is told how many entries it has and the hash of the last one: a witness outside."""

import re

import pytest

from tests.slack.test_talker import Bench, bench
from warroom.core import commands as c
from warroom.errors import VerificationFailed
from warroom.store import rooms

__all__ = ["bench"]


async def closed(bench: Bench, *after: c.Command) -> int:
    """A real incident that was resolved and closed."""
    room = (await bench.room()).id
    by = bench.ana.user_id
    await bench.runtime.handle(room, c.Resolve(by=by, incident="I1", note=""), c.CloseRoom(by=by), *after)
    await bench.settled()
    return room


async def announced(bench: Bench) -> tuple[int, str]:
    """What the war room was told: the number of entries and the hash of the last one."""
    [text] = [each["text"] for each in await bench.said() if "This room is closed" in each["text"]]
    found = re.search(r"It has (\d+) entries, and the hash of the last one is `([0-9a-f]{64})`", text)
    assert found, text
    return int(found[1]), found[2]


async def test_the_head_is_announced(bench: Bench) -> None:
    """What is announced is the hash of the entry that was the last one when the room closed; verification knows it."""
    room = await closed(bench)
    entries, head = await announced(bench)
    assert head == await bench.runtime.db.read(rooms.hash_of, room, entries)
    assert (await bench.runtime.db.read(rooms.verify, room, head)).announced == entries
    with pytest.raises(VerificationFailed, match="no entry has the hash"):
        await bench.runtime.db.read(rooms.verify, room, "f" * 64)


async def test_said_late_it_is_the_same(bench: Bench) -> None:
    """A message that gets out only after the timeline went on still names the entry that was the last one at the close."""
    bench.faults.drop("chat.postMessage", applied=False)
    room = await closed(bench, c.TakeNote(by="ana", text="one more"))
    entries, head = await announced(bench)
    row = await bench.runtime.db.read(rooms.find, None, str(room))
    assert row is not None
    assert row.seq > entries
    assert head == await bench.runtime.db.read(rooms.hash_of, room, entries) != row.head_hash
    assert (await bench.runtime.db.read(rooms.verify, room, head)).announced == entries
