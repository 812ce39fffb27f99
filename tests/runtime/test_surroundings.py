"""A game is told what is real beside it, by whichever process looks first, and once."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Engine, event, text

from tests.runtime.bench import incident
from tests.runtime.test_fault_rooms import broken
from warroom.core import commands as c
from warroom.core import panelview
from warroom.core.allowed import Allowed, Freeze
from warroom.core.room import Outside
from warroom.runtime.handle import Runtime
from warroom.watching import Surroundings


async def test_a_game_is_told_what_is_real_beside_it(runtime: Runtime) -> None:
    """When an incident opens and when it is over, each once, however often and by however many it is looked at."""
    room = (await broken(runtime)).id
    one, other = Surroundings(runtime, Allowed()), Surroundings(runtime, Allowed())
    await one.look()
    before = (await runtime.room(room)).seq
    real = await incident(runtime)
    for each in (one, other, one):
        await each.look()
    there = await runtime.room(room)
    assert there.outside == Outside(incidents=(real.room.key,))
    assert there.seq == before + 1
    panel = panelview.panel(there)
    assert panel is not None
    assert real.room.key in panel.outside
    await runtime.handle(real.id, c.Resolve(by="ana", incident="I1"), c.CloseRoom(by="ana"))
    await one.look()
    assert (await runtime.room(room)).outside == Outside()


async def test_a_freeze_is_told_too(runtime: Runtime) -> None:
    """The reason of a freeze is what the dungeon master reads."""
    room = (await broken(runtime)).id
    today = f"{runtime.clock.now():%Y-%m-%d}"
    await Surroundings(runtime, Allowed(freezes=(Freeze(first=today, last=today, why="A launch."),))).look()
    assert (await runtime.room(room)).outside == Outside(frozen="A launch.")


@pytest.mark.parametrize("over", [True, False])
async def test_who_does_not_play_is_not_told(runtime: Runtime, over: bool) -> None:
    """A game that is over, and a real incident, are not told of the others; what came out of the game itself is not beside it."""
    room = (await broken(runtime)).id
    real = await incident(runtime)
    if over:
        await runtime.handle(room, c.EndGame(by="harriet", reason=""))
    else:
        await runtime.handle(room, c.RecordRealRoom(key=real.room.key))
    before = [(await runtime.room(each)).seq for each in (room, real.id)]
    await Surroundings(runtime, Allowed()).look()
    assert [(await runtime.room(each)).seq for each in (room, real.id)] == before
    assert (await runtime.room(room)).outside == Outside()


async def test_who_knows_it_all_is_not_read_again(another: Callable[[], Runtime]) -> None:
    """However many games are open, a look at which nothing is new takes two statements; an entry of another process is new."""
    mine, others = another(), another()
    games = [(await broken(mine)).id for _ in range(3)]
    beside = Surroundings(mine, Allowed())
    real = await incident(others)
    for _ in range(2):  # they are told, then found to know it
        await beside.look()
    heard: list[str] = []

    def hear(conn: Connection, cursor: object, statement: str, *_: object) -> None:
        if statement != "BEGIN":
            heard.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    await beside.look()
    event.remove(Engine, "before_cursor_execute", hear)
    assert len(heard) == 2, heard
    await others.handle(real.id, c.Resolve(by="ana", incident="I1"), c.CloseRoom(by="ana"))
    await others.handle(games[0], c.RecordOutside(incidents=(), frozen=""))
    second = await incident(others)
    await others.handle(games[1], c.RecordOutside(incidents=(), frozen=""))
    await beside.look()
    assert {(await mine.room(each)).outside for each in games} == {Outside(incidents=(second.room.key,))}


async def test_a_game_of_another_release_does_not_keep_it_from_the_others(runtime: Runtime) -> None:
    """A game with an entry that this release does not know is passed over, and those after it are told."""
    first, second = (await broken(runtime)).id, (await broken(runtime)).id
    newer = text("UPDATE entries SET type = 'MoodTaken' WHERE room = :room AND seq = 1")

    def of_another_release(conn: Connection) -> None:
        conn.execute(text("DROP TRIGGER entries_refuse_update"))
        conn.execute(newer, {"room": first})

    await runtime.db.tx(of_another_release)
    real = await incident(runtime)
    await Surroundings(Runtime(runtime.db, runtime.clock), Allowed()).look()
    assert (await runtime.room(second)).outside == Outside(incidents=(real.room.key,))
