"""Redaction as people ask for it: who may, what every process then remembers, and what is said about it."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, select

from tests.runtime.bench import game, incident, note
from warroom.core import commands as c
from warroom.core.events import NoteTaken, TextRedacted
from warroom.core.refusals import NotYours, Unknown
from warroom.core.roomfold import fold
from warroom.core.texts import REMOVED
from warroom.errors import NotFound
from warroom.report.account import Account
from warroom.report.after_action import report
from warroom.runtime.handle import Runtime
from warroom.store import redacting, rooms
from warroom.store.tables import outbox

Another = Callable[[], Runtime]
SECRET = "CANARY-hunter2"


async def seq_of(runtime: Runtime, room: int, wanted: type) -> int:
    entries = await runtime.db.read(rooms.entries, room)
    return next(each.seq for each in entries if isinstance(each.event, wanted))


async def test_gone_from_what_every_process_remembers(another: Another) -> None:
    """After one process removed the title of a room, no process has it in the room it remembers, and the list has it not."""
    one, other = another(), another()
    room = (await incident(one, title=f"{SECRET} is dark")).id
    assert SECRET in repr(await other.room(room))
    done = await one.redact(room, c.Redact(by="ana", seq=1, field="title", reason="a password", operator=True))
    assert [(each.room, each.seq, each.field) for each in done.elsewhere] == [("INC-1", 2, "title")]
    done = await one.redact(room, c.Redact(by="ana", seq=2, field="title", reason="a password", operator=True))
    assert (done.gone, done.elsewhere) == (True, ())
    assert SECRET not in repr(done.handled.room)
    for runtime in (one, other):
        assert SECRET not in repr(await runtime.room(room))
        assert await runtime.room(room) == fold(await runtime.db.read(rooms.entries, room))
    [row] = await one.db.read(rooms.listing, None, mode="all")
    assert row.title == REMOVED
    await one.db.read(rooms.verify, room)


async def test_it_is_on_the_timeline_and_cards_are_shown_again(runtime: Runtime) -> None:
    """Who removed what, and why, is an entry; what looks different now is shown again."""
    room = (await incident(runtime, title=SECRET)).id
    await runtime.handle(room, c.TakeRole(by="ana", role="commander"))
    done = await runtime.redact(room, c.Redact(by="ana", seq=1, field="title", reason="a password"))
    assert [each.event for each in done.handled.entries] == [TextRedacted(seq=1, field="title", reason="a password")]
    assert done.handled.entries[0].by == "ana"
    await runtime.redact(room, c.Redact(by="ana", seq=2, field="title", reason="a password"))
    bodies = await runtime.db.read(waiting)
    assert "ShowCard" in {kind for kind, _ in bodies}
    assert not any(SECRET in body for _, body in bodies)


def waiting(conn: Connection) -> list[tuple[str, str]]:
    return [(each.type, each.body) for each in conn.execute(select(outbox))]


async def test_who_may(runtime: Runtime) -> None:
    """In a real incident the commander may, in a game the dungeon master; nobody else, and a refusal removes nothing."""
    real, drill = (await incident(runtime)).id, (await game(runtime)).id
    for room, who in ((real, "ben"), (drill, "ben")):
        await runtime.handle(room, note(SECRET, by="ana"))
        seq = await seq_of(runtime, room, NoteTaken)
        with pytest.raises(NotYours):
            await runtime.redact(room, c.Redact(by=who, seq=seq, field="text", reason="x"))
        assert SECRET in repr(await runtime.db.read(rooms.entries, room))
    await runtime.handle(real, c.TakeRole(by="ben", role="commander"))
    for room, who in ((real, "ben"), (drill, "harriet")):
        await runtime.redact(room, c.Redact(by=who, seq=await seq_of(runtime, room, NoteTaken), field="text"))
        assert SECRET not in repr(await runtime.db.read(rooms.entries, room))


@pytest.mark.parametrize(("seq", "field", "error"), [(99, "text", Unknown), (0, "text", Unknown), (1, "key", NotFound)])
async def test_what_is_not_there(runtime: Runtime, seq: int, field: str, error: type[Exception]) -> None:
    """Where there is no such text nothing happens, and no entry says that something did."""
    room = await incident(runtime)
    with pytest.raises(error):
        await runtime.redact(room.id, c.Redact(seq=seq, field=field, operator=True))
    assert (await runtime.room(room.id)).seq == room.room.seq


async def test_asked_twice(runtime: Runtime) -> None:
    """The same delivery twice removes once; another one is told that it was removed before."""
    room = (await incident(runtime, title=SECRET)).id
    command = c.Redact(seq=1, field="title", operator=True)
    await runtime.redact(room, command, key="command:1")
    assert (await runtime.redact(room, command, key="command:1")).handled.repeated
    with pytest.raises(NotFound, match="before"):
        await runtime.redact(room, command, key="command:2")


async def test_a_closed_room(runtime: Runtime) -> None:
    """What should not have been typed is mostly found afterwards: a closed room can be redacted as well."""
    room = (await incident(runtime, title=SECRET)).id
    await runtime.handle(room, c.TakeRole(by="ana", role="commander"))
    await runtime.handle(room, c.Acknowledge(by="ana", incident="I1"), c.Resolve(by="ana", incident="I1", note=""))
    await runtime.handle(room, c.CloseRoom(by="ana"))
    for seq in (1, 2):
        await runtime.redact(room, c.Redact(by="ana", seq=seq, field="title"))
    assert SECRET not in repr(await runtime.room(room))
    assert not (await runtime.room(room)).open


async def test_every_typed_text_of_a_game_can_go(runtime: Runtime) -> None:
    """Whichever text of a game is removed, the room can still be made of its timeline, and reported on."""
    opened = await game(runtime)
    room = opened.id
    await runtime.handle(
        room, note(SECRET), c.PostStatus(by="ana", text=SECRET), c.TakeRole(by="ana", role="commander")
    )
    await runtime.handle(room, c.EndGame(by="harriet", reason=SECRET))
    texts = [
        (entry.seq, each.field)
        for entry in await runtime.db.read(rooms.entries, room)
        for each in await runtime.db.read(redacting.typed, room, entry.seq)
    ]
    assert len(texts) >= 4
    for seq, field in texts:
        await runtime.redact(room, c.Redact(seq=seq, field=field, operator=True))
        await runtime.db.read(rooms.verify, room)
        account = Account({})
        for entry in await runtime.db.read(rooms.entries, room):
            account.add(entry)
        assert report(account)
    assert SECRET not in repr(await runtime.room(room))
