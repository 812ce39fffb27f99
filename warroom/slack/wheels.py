"""Spinning the wheel: a tabletop of half an hour, at once, with whoever is there."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from warroom.core import commands as c
from warroom.core import wheel
from warroom.core.commands import Command
from warroom.core.events import Mode
from warroom.core.murphy import Graph
from warroom.core.refusals import NotNow
from warroom.runtime.handle import Handled
from warroom.slack.desk import GAME_DAY, Desk, Whereabouts
from warroom.slack.people import People
from warroom.store import rooms


async def spin(
    desk: Desk, people: People, where: Whereabouts, named: Sequence[str], key: str | None = None
) -> tuple[Handled, wheel.Cast]:
    """Begin a game with these people, or with those in the channel. Raises NotNow with what is missing."""
    there = await _table(people, where, named)
    names = await people.named(where.workspace, there)
    directed = await desk.runtime.db.read(rooms.directors, where.workspace)
    seed, history = secrets.token_hex(16), await desk.history(where.workspace)
    cast = wheel.cast(there, directed, names, seed)
    library, now = desk.library, desk.runtime.clock.now()
    plan = wheel.spin(library.scenarios.values(), Graph.of(library.catalogue), history, seed, now)
    if plan is None:
        raise NotNow("There is nothing to draw from: no scenario has a `deck` with a mishap in words or alerts.")
    at = replace(where, person=cast.director)
    opened = await desk.opening(at, plan, cast.players, seed=seed, history=history)
    begin = c.StartGame(by=cast.director, salt=secrets.token_hex(16))
    roles = zip((wheel.PRIMARY, wheel.SECONDARY), cast.players, strict=False)
    taken = [c.TakeRole(by=person, role=role) for role, person in roles]

    def make(name: str) -> Sequence[Command]:
        return [replace(opened, key=name), begin, *taken]

    handled = await desk.runtime.open(make, workspace=where.workspace, kind=GAME_DAY, mode=Mode.DRILL.value, key=key)
    return handled, cast


async def _table(people: People, where: Whereabouts, named: Sequence[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys((where.person, *named))) if named else None
    if not named:
        found = await people.humans(where.channel, where.workspace)
    if found is None:
        raise NotNow("I cannot see who is here, or there are too many. Name some: `wheel @ana @ben`.")
    if len(found) < 2:
        raise NotNow("The wheel needs two people at least: one directs, one answers. Name somebody: `wheel @ana`.")
    return found
