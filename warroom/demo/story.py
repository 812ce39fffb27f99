"""The whole story of October 21, as a script: who says and presses what, and when on the game's clock.

Harriet directs. Ana has the databases, Ben the platform and command, Chiara the network; Mika watches. They do most
things well, some late, one not at all, so that the report has something to say.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal

from warroom.demo.alert import payload
from warroom.demo.cast import DATABASES as ANA
from warroom.demo.cast import DUNGEON_MASTER as HARRIET
from warroom.demo.cast import NETWORK as CHIARA
from warroom.demo.cast import OBSERVER as MIKA
from warroom.demo.cast import OPERATIONS
from warroom.demo.cast import PLATFORM as BEN
from warroom.demo.company import Company
from warroom.demo.stage import Stage, Tell, everybody
from warroom.exporters import File, export
from warroom.store import rooms

THE_DATABASES = "The databases are gone"


async def play(company: Company, out: Path, tell: Tell) -> Sequence[Path]:
    """Play it to the end; returns the files of the reports."""
    async with everybody(company) as people:
        stage = Stage(company, people, tell)
        await october_21(stage)
        return await hand_out(stage, out)


async def october_21(stage: Stage) -> None:
    """An hour in which one thing after another is taken away, and in the middle of it something real."""
    await _begin(stage)
    war, back = await stage.channel(ANA, "exercise-"), await stage.channel(HARRIET, "backchannel")
    await _the_databases(stage, war, back)
    await _the_east(stage, war, back)
    await _the_caches(stage, war)
    await _the_network(stage, war, back)
    await _the_end(stage, war, back)


async def _begin(stage: Stage) -> None:
    operations = await stage.channel(HARRIET, OPERATIONS)
    company = stage.company.workspace
    await stage.say(HARRIET, operations, "/warroom start")
    await stage.submit(
        HARRIET,
        {
            "scenario": "october-21",
            "players": [company.person(name) for name in (ANA, BEN, CHIARA)],
            "observers": [company.person(MIKA)],
        },
    )
    stage.room = await _newest(stage, "drill")


async def _the_databases(stage: Stage, war: str, back: str) -> None:
    await stage.until(1)
    await stage.press(ANA, war, "Acknowledge", on=THE_DATABASES)
    await stage.press(BEN, war, "Acknowledge", on=THE_DATABASES)  # Ana was first: Ben alone is told so
    await stage.until(2)
    await stage.press(BEN, war, "Take command", on=THE_DATABASES)
    await stage.press(ANA, war, "Start: Database lost - promote the replica")
    await stage.say(ANA, war, "No answer from db-east, ssh hangs too. I follow the runbook.")
    await stage.press(CHIARA, war, "I have it", on="Say that saving is broken")
    await stage.until(4.5)
    await stage.say(CHIARA, war, "Status page says: saving does not work since six, next word in 15 minutes.")
    await stage.press(CHIARA, war, "Done", on="Say that saving is broken")
    await stage.press(ANA, war, "I have it", on="Fence the old primary")
    await stage.until(9)
    await stage.press(HARRIET, back, "Hint: Databases lost")


async def _the_east(stage: Stage, war: str, back: str) -> None:
    await stage.until(10.5)
    await stage.press(BEN, war, "Acknowledge", on="The East Coast servers are gone")
    await stage.press(BEN, war, "Start: Region lost - fail over to the West")
    await stage.until(13.5)  # by now the fencing is overdue, and everybody can see it
    await stage.press(ANA, war, "Done", on="Fence the old primary")
    await stage.press(CHIARA, war, "Done", on="Say what is going on")
    await stage.press(BEN, war, "Bearable, promote")
    await _something_real(stage)
    await stage.until(16)
    await stage.press(ANA, war, "Done", on="Promote the replica")
    await stage.press(BEN, war, "Go West")
    await _a_break(stage, back)
    await stage.until(19)
    await stage.press(ANA, war, "Done", on="Point the applications at the West")
    await stage.until(20)
    await stage.press(ANA, war, "Yes, writes work")
    why = "The vendor rebuilds the replica; we follow it up after the game."
    await stage.fill(ANA, war, "Skip…", {"reason": why}, on="Get a replica again")
    await stage.fill(ANA, war, "Resolved", {"note": "The West takes writes."}, on="Database lost - promote the replica")
    await stage.press(BEN, war, "Done", on="Make the West big enough")
    await stage.until(21)
    await stage.press(ANA, war, "Yes, it is in the West")


async def _the_caches(stage: Stage, war: str) -> None:
    await stage.press(ANA, war, "Acknowledge", on="The memcache clusters are gone")
    await stage.press(ANA, war, "Start: Cache cluster lost - protect the database, then warm up")
    await stage.until(24)
    await stage.press(BEN, war, "Done", on="Drain the East and move the traffic")
    await stage.press(ANA, war, "Done", on="Shield the database")
    await stage.until(25)
    await stage.press(ANA, war, "It copes")
    await stage.until(27.5)
    await stage.press(ANA, war, "Done", on="Use the cache in the West")
    await stage.until(28.5)
    await stage.press(BEN, war, "Yes, it carries")
    await stage.fill(BEN, war, "Resolved", {"note": "Served from the West."}, on="Region lost - fail over to the West")
    await stage.until(30)
    await stage.press(ANA, war, "Done", on="Warm it up")
    text = "Saving works, from the West. Pages are slow while the caches fill. Next update in 15 minutes."
    await stage.fill(BEN, war, "Post an update", {"text": text})
    await stage.until(34)
    await stage.press(ANA, war, "Good, open up")


async def _the_network(stage: Stage, war: str, back: str) -> None:
    await stage.until(34.5)  # too late: it was to be acknowledged within five minutes
    await stage.press(CHIARA, war, "Acknowledge", on="There is packet loss at the provider")
    await stage.press(CHIARA, war, "Start: Packet loss at the provider")
    says = {"actor": "manager", "text": "I am not an engineer, but is this the same problem as before, or a new one?"}
    await stage.fill(HARRIET, back, "Speak as…", says)
    await stage.until(36)
    await stage.press(HARRIET, back, "Next inject now")  # they are quick: the sign-in goes two minutes early
    await stage.until(38)
    await stage.press(ANA, war, "Done", on="Open up in steps")
    await stage.fill(ANA, war, "Resolved", {"note": "Hit rate is back."}, on="Cache cluster lost")
    await stage.press(BEN, war, "Acknowledge", on="the sign-in service that narwhal relies on is down")
    await stage.press(BEN, war, "Start: A third party we depend on is down")
    await stage.until(39.5)
    await stage.press(CHIARA, war, "Done", on="Measure it, both ways")
    await stage.until(40.5)
    await stage.press(CHIARA, war, "The provider's")
    await stage.until(42.5)
    await stage.press(CHIARA, war, "Done", on="Open a case with evidence")
    await stage.press(BEN, war, "Done", on="Stop waiting for them")
    await stage.until(46)
    await stage.press(CHIARA, war, "Done", on="Make it hurt less")


async def _the_end(stage: Stage, war: str, back: str) -> None:
    await stage.until(49.5)
    await stage.press(CHIARA, war, "We can live with it")
    await stage.say(BEN, war, "Dana, the lists print: reading works, and whoever is signed in stays in.")
    await stage.until(50.5)
    await stage.say(BEN, war, "/warroom note Plan B for the field offices was never sent; we talked about it.")
    await stage.fill(HARRIET, back, "End the game…", {"reason": "the lists are printed"})
    await stage.say(ANA, war, "/warroom export")


async def _a_break(stage: Stage, back: str) -> None:
    """Ten minutes in which nothing ages."""
    await stage.press(HARRIET, back, "Pause")
    await stage.pass_time(timedelta(minutes=10))
    await stage.press(HARRIET, back, "Resume")


async def _something_real(stage: Stage) -> None:
    """While they play, a real alert: its own room, called by its own name, and over a few minutes later."""
    began = stage.company.clock.now()
    await stage.post_alert(payload(began))
    await stage.post_alert(payload(began))  # Alertmanager's retry: byte for byte the same, and nothing happens
    room = await stage.channel(CHIARA, "inc-")
    await stage.press(CHIARA, room, "Acknowledge", on="DonationErrorsHigh")
    await stage.press(CHIARA, room, "Take command")
    await stage.say(CHIARA, room, "Not the game: the payment provider throttles us. I have asked them for more.")
    await stage.pass_time(timedelta(minutes=1))
    await stage.post_alert(payload(began, resolved_at=stage.company.clock.now()))
    await stage.fill(CHIARA, room, "Resolved", {"note": "The provider raised our limit."})


async def _newest(stage: Stage, mode: Literal["drill", "real"]) -> int:
    rows = await stage.company.bot.db.read(rooms.listing, None, mode=mode)
    return max(row.id for row in rows)


async def hand_out(stage: Stage, out: Path) -> Sequence[Path]:
    """The exports of every room, as `warroom export` writes them."""
    db = stage.company.bot.db
    files = [each for row in await db.read(rooms.listing, None, mode="all") for each in await db.read(export, row.id)]
    return await asyncio.to_thread(_write, out, files)


def _write(out: Path, files: Sequence[File]) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    for each in files:
        (out / each.name).write_bytes(each.content)
    return [out / each.name for each in files]
