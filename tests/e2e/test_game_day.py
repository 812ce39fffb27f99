"""Whole game days in the local workspace: by buttons and words, with something real that is taken away and given back."""

import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from tests.content import shipped_library
from tests.faults.test_postgresql import Database
from tests.ports import free_port
from tests.postgres import Server, postgresql_server
from warroom.core import events as e
from warroom.core.allowed import Allowed, AllowedCommand
from warroom.core.breakable import Breakable, Breakables, Process
from warroom.core.faults import FaultState
from warroom.core.game import GameState
from warroom.core.probes import Probe, Tcp
from warroom.core.room import Room
from warroom.definitions.loader import read_runbook, read_scenario
from warroom.demo.cast import DATABASES, DUNGEON_MASTER, NETWORK, PLATFORM
from warroom.demo.company import Company
from warroom.demo.stage import Stage, everybody
from warroom.store import rooms
from warroom.testing import ManualClock

__all__ = ["postgresql_server"]

HARRIET, ANA, BEN, CHIARA = DUNGEON_MASTER, DATABASES, PLATFORM, NETWORK
HERE = Path(__file__).parent
SERVER = HERE.parent / "faults" / "server.py"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def database(port: int, tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """Something real that answers on a port; its command line."""
    argv = (sys.executable, "-I", "-S", str(SERVER), str(port), str(tmp_path / "started"))
    started = subprocess.Popen(argv, cwd="/")
    yield argv
    for each in psutil.process_iter(["cmdline"]):
        if each.info["cmdline"] == list(argv):
            each.kill()
    started.wait()


@asynccontextmanager
async def staged(
    folder: Path, how: Process, healthy: Probe, looks: tuple[str, ...], address: str = ""
) -> AsyncIterator[Stage]:
    """A company whose operator lets one real thing be broken; Chiara owns it."""
    library = shipped_library()
    scenario = read_scenario((HERE / "game_day.yaml").read_text(encoding="utf-8"), "game_day.yaml")
    runbook = read_runbook(RUNBOOK.format(argv=list(looks)), "really-there.yaml")
    library = replace(
        library,
        scenarios={**library.scenarios, scenario.id: scenario},
        runbooks={**library.runbooks, runbook.id: runbook},
    )

    def allowed(people: dict[str, str]) -> Allowed:
        entry = Breakable(target="shop/database", how=how, modes=("kill",), owners=(people[CHIARA],), healthy=healthy)
        commands = (AllowedCommand(argv=("/bin/true",), checks=True), AllowedCommand(argv=looks, checks=True))
        return Allowed(commands=commands, breakable=Breakables(entries=(entry,)))

    addresses = frozenset({address} if address else set())
    opened = Company.open(folder, ManualClock(), in_haste=True, library=library, allowed=allowed, addresses=addresses)
    async with opened as company, everybody(company) as people:
        yield Stage(company, people, lambda line: None)


@pytest.fixture
async def stage(tmp_path: Path, port: int, database: tuple[str, ...]) -> AsyncIterator[Stage]:
    healthy = Tcp(target=f"127.0.0.1:{port}", within=timedelta(seconds=1))
    async with staged(tmp_path, Process(argv=database), healthy, ("/bin/true",), f"127.0.0.1:{port}") as stage:
        yield stage


RUNBOOK = """
runbook: 1
id: really-there
title: Is the database really there?
owner: data
steps:
  - id: look
    title: Does it answer?
    check:
      command:
        argv: {argv}
"""


def answers(port: int) -> bool:
    with socket.socket() as there:
        there.settimeout(1)
        return there.connect_ex(("127.0.0.1", port)) == 0


async def game(stage: Stage) -> Room:
    (row,) = await stage.company.bot.db.read(rooms.listing, None, mode="drill")
    return await stage.company.bot.runtime.room(row.id)


async def events(stage: Stage, kind: type[e.Event]) -> list[e.Event]:
    (row,) = await stage.company.bot.db.read(rooms.listing, None, mode="drill")
    return [
        each.event for each in await stage.company.bot.db.read(rooms.entries, row.id) if isinstance(each.event, kind)
    ]


async def planned(stage: Stage) -> str:
    """Harriet plans the game from the form, with Ben as the data team's, and everything is settled; the backchannel."""
    operations = stage.company.workspace.channel("operations")
    ids = {name: person.user_id for name, person in stage.people.items()}
    harriet = stage.people[HARRIET]
    await stage.say(HARRIET, operations, "/warroom start")
    view = await harriet.wait_for_view("view_opened")
    given = {
        "scenario": "game-day",
        "players": [ids[ANA], ids[BEN]],
        "evaluators": [ids[CHIARA]],
        "begin": "later",
    }
    assert await harriet.submit(view, given) == {}
    await stage.settled()
    back = await stage.channel(HARRIET, "backchannel")
    await stage.press(HARRIET, back, "Start the game")  # too early: it says why
    assert (await game(stage)).state == GameState.PLANNED
    own = await stage.people[CHIARA].open_dm(stage.company.app.bot_user_id)
    await stage.press(CHIARA, own, "Approve")
    await stage.fill(
        CHIARA, back, "Predict…", {"inject": "gone", "detects": "the customers", "alert": "none", "restored": "10m"}
    )
    await stage.press(HARRIET, back, "Preflight")
    assert (await game(stage)).readiness.preflight.ready
    await stage.press(HARRIET, back, "Go: dungeon master")
    return back


def said(messages: list[dict[str, object]]) -> str:
    return "\n".join(str(each.get("text", "")) for each in messages)


async def test_something_real_is_taken_away_and_given_back(stage: Stage, port: int) -> None:
    """Approved, looked at, gone; a team sees it in its own channel; resolved, and whole again, seen to be."""
    back = await planned(stage)
    await stage.press(HARRIET, back, "Start the game")
    war, operations = await stage.channel(ANA, "the-real-thing"), stage.company.workspace.channel("operations")
    assert "Some of it is really broken" in said(await stage.people[BEN].messages(operations))
    assert "Its seal" not in said(await stage.people[ANA].messages(war))
    await stage.say(BEN, war, "/warroom team data")
    await stage.press(ANA, war, "Take command")
    await stage.pass_time(timedelta(minutes=6))
    assert not answers(port)
    team = await stage.channel(BEN, "team-data")
    assert "The database does not answer" in said(await stage.people[BEN].messages(team))
    assert "does not answer" not in said(await stage.people[ANA].messages(war))
    await stage.press(BEN, team, "Acknowledge")
    await stage.pass_time(timedelta(minutes=3))
    own = await stage.people[ANA].open_dm(stage.company.app.bot_user_id)
    assert "We see it too." in said(await stage.people[ANA].messages(own))
    assert "We see it too." not in said(await stage.people[BEN].messages(war))
    await stage.fill(BEN, team, "Resolved", {"note": "It came back."})
    assert answers(port)
    assert [each.state for each in (await game(stage)).faults.values()] == [FaultState.ROLLED_BACK]
    await stage.fill(CHIARA, back, "Rate…", {"rating": "P", "note": "One voice."})
    await stage.press(CHIARA, back, "Done")
    await stage.fill(HARRIET, back, "End the game…", {"reason": ""})
    assert "All clear" in said(await stage.people[BEN].messages(operations))


async def test_no_duff_stops_it_everywhere(stage: Stage, port: int) -> None:
    """Said in passing in a team's channel: play stops, what was broken is whole, a real incident is open, with everybody."""
    back = await planned(stage)
    await stage.press(HARRIET, back, "Start the game")
    war = await stage.channel(ANA, "the-real-thing")
    await stage.say(BEN, war, "/warroom team data")
    await stage.pass_time(timedelta(minutes=6))
    assert not answers(port)
    team = await stage.channel(BEN, "team-data")
    await stage.say(BEN, team, "No duff, there is smoke in the hall!")
    await stage.people[BEN].wait_for_message(lambda message: "play has stopped" in str(message["text"]), channel=team)
    await stage.settled()
    room = await game(stage)
    assert room.game is not None
    assert room.game.state is GameState.HALTED
    assert answers(port)
    real = await stage.channel(ANA, "inc-1-")
    assert "smoke in the hall" in said(await stage.people[ANA].messages(real))
    for channel in (war, team, back, stage.company.workspace.channel("operations")):
        messages = await stage.people[HARRIET].messages(channel)
        banner = next(
            each for each in messages if "NO DUFF" in str(each["text"]) and "play has stopped" in str(each["text"])
        )
        assert "EXERCISE" not in str(banner["text"]).partition("\n")[0]
    (row,) = await stage.company.bot.db.read(rooms.listing, None, mode="real")
    incident = await stage.company.bot.runtime.room(row.id)
    assert "The exercise had broken shop/database" in str(
        [each.event for each in await stage.company.bot.db.read(rooms.entries, row.id)]
    )
    assert incident.drill is False
    # nothing real is broken while it is open, and play goes on only when everything is healthy
    await stage.press(HARRIET, back, "Preflight")
    assert (await game(stage)).readiness.preflight.ready
    await stage.press(HARRIET, back, "Resume play")
    assert (await game(stage)).state == GameState.RUNNING


async def test_a_real_postgresql_is_taken_away_and_given_back(postgresql_server: Server, tmp_path: Path) -> None:
    """The check of a runbook sees it go, and sees it come back when the incident is resolved."""
    base = Database(postgresql_server)
    async with staged(tmp_path / "company", base.how, base.probe, base.probe.argv) as stage:
        back = await planned(stage)
        await stage.press(HARRIET, back, "Start the game")
        war = await stage.channel(ANA, "the-real-thing")
        await stage.say(BEN, war, "/warroom team data")
        await stage.pass_time(timedelta(minutes=6))
        assert [each.state for each in (await game(stage)).faults.values()] == [FaultState.ACTIVE]
        team = await stage.channel(BEN, "team-data")
        await stage.press(BEN, team, "Acknowledge")
        await stage.say(BEN, team, "/warroom walk really-there")
        await stage.settled()
        (run,) = (await game(stage)).runs.values()
        assert "no response" in run.of("look").finding
        await stage.fill(BEN, team, "Resolved", {"note": "Somebody has started it again."})
        assert [each.state for each in (await game(stage)).faults.values()] == [FaultState.ROLLED_BACK]
        assert (await base.see()).holds


async def test_the_panel_over_any_channel(stage: Stage) -> None:
    """`/warroom panel` shows the panel as a modal to who directs, drawn anew after each press in it; to nobody else."""
    back = await planned(stage)
    harriet = stage.people[HARRIET]
    await stage.say(HARRIET, back, "/warroom panel")
    view = await harriet.wait_for_view("view_opened")
    assert "The database is killed" in str(view)
    await harriet.press_in_view(view, "Start the game")
    drawn = await harriet.wait_for_view("view_updated")
    await stage.settled()
    assert (await game(stage)).state == GameState.RUNNING
    assert "Next inject now" in str(drawn)
    war = await stage.channel(ANA, "the-real-thing")
    await stage.say(ANA, war, "/warroom panel")
    told = await stage.people[ANA].wait_for(lambda event: "Only the dungeon master" in str(event))
    assert told
    assert not await stage.people[ANA].views()


async def test_the_backchannel_is_not_kept(stage: Stage) -> None:
    """What directors say among themselves, and how they change it, is on no timeline; a call of NO DUFF there is heard."""
    back = await planned(stage)
    await stage.press(HARRIET, back, "Start the game")
    harriet = stage.people[HARRIET]
    ts = await harriet.say(back, "Now the heron lands.")
    await harriet.edit(back, ts, "Now the heron lands in the reeds.")
    gone = await harriet.say(back, "The heron again.")
    await harriet.delete(back, gone)
    await harriet.say(back, "No duff: my office is on fire")
    await harriet.wait_for_message(lambda message: "play has stopped" in str(message["text"]), channel=back)
    await stage.settled()
    (row,) = await stage.company.bot.db.read(rooms.listing, None, mode="drill")
    assert "heron" not in str(await stage.company.bot.db.read(rooms.entries, row.id))


async def test_something_real_is_said_from_anywhere(stage: Stage) -> None:
    """Who is in no channel of the game says it where they are, and the only game that is played is stopped."""
    back = await planned(stage)
    general = stage.company.workspace.channel("general")
    await stage.say(BEN, general, "/warroom real the office is on fire")
    told = await stage.people[BEN].wait_for(lambda event: "No game is being played" in str(event))
    assert "declare" in str(told)
    await stage.press(HARRIET, back, "Start the game")
    await stage.say(BEN, general, "/warroom real the office is on fire")
    assert (await game(stage)).state == GameState.HALTED


async def test_the_panel_is_offered_where_no_form_can_be_opened(stage: Stage) -> None:
    """In a direct message there is nothing that could open a modal; a button is offered, and opens it."""
    await planned(stage)
    harriet = stage.people[HARRIET]
    own = await harriet.open_dm(stage.company.app.bot_user_id)
    await harriet.say(own, "panel")
    offer = await harriet.wait_for_message(lambda message: "Open the panel" in str(message), channel=own)
    await harriet.press(offer, "Open the panel")
    assert "The database is killed" in str(await harriet.wait_for_view("view_opened"))
