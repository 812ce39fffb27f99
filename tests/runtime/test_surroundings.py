"""A game is told what is real beside it, by whichever process looks first, and once."""

import pytest

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
