"""Every kind of step, walked in the local workspace by people who press what they see: the shipped runbook `bad-deploy`."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.content import shipped_library
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.breakable import Breakable, Pretended
from warroom.core.room import Room
from warroom.core.runs import RunState
from warroom.demo.cast import DATABASES, DUNGEON_MASTER, NETWORK, PLATFORM
from warroom.demo.company import Company
from warroom.demo.stage import Stage, everybody
from warroom.exporters import export
from warroom.faults import Order
from warroom.faults.pretend import Pretend
from warroom.store import rooms
from warroom.testing import ManualClock

HARRIET, ANA, BEN, CHIARA = DUNGEON_MASTER, DATABASES, PLATFORM, NETWORK


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with (
        Company.open(tmp_path, ManualClock(), in_haste=True, library=shipped_library()) as company,
        everybody(company) as people,
    ):
        yield Stage(company, people, lambda line: None)


async def war_room(stage: Stage) -> str:
    """Ana declares an incident, Ben takes command, and the runbook is walked; the channel of the war room."""
    operations = stage.company.workspace.channel("operations")
    await stage.say(ANA, operations, "/warroom declare Errors since the last deploy")
    channel = await stage.channel(ANA, "inc-1-")
    for who in (BEN, CHIARA):
        await stage.people[who].join(channel)
    await stage.press(BEN, channel, "Take command")
    await stage.say(ANA, channel, "/warroom walk bad-deploy")
    return channel


async def card(stage: Stage, who: str, channel: str, on: str) -> dict[str, Any]:
    """The newest message that shows this text."""
    for message in reversed(await stage.people[who].messages(channel)):
        if on in json.dumps(message.get("blocks", []), ensure_ascii=False):
            return message
    raise AssertionError(f"{who} sees nothing with {on!r}")


async def from_menu(stage: Stage, who: str, channel: str, on: str, label: str, values: dict[str, Any]) -> None:
    """Choose something from the menu of a card, and answer what is asked then."""
    message = await card(stage, who, channel, on)
    menu = next(
        element["action_id"]
        for block in message["blocks"]
        for element in block.get("elements", ())
        if element.get("type") == "overflow"
    )
    await stage.people[who].press(message, menu, label)
    await stage.submit(who, values)


async def room(stage: Stage) -> Room:
    (row,) = await stage.company.bot.db.read(rooms.listing, None, mode="real")
    return await stage.company.bot.runtime.room(row.id)


async def told(stage: Stage, kind: type[Any]) -> list[Any]:
    (row,) = await stage.company.bot.db.read(rooms.listing, None, mode="real")
    return [
        each.event for each in await stage.company.bot.db.read(rooms.entries, row.id) if isinstance(each.event, kind)
    ]


async def test_a_walk_through_every_kind_of_step(stage: Stage) -> None:
    """Asked, announced, chosen, confirmed, at the same time, by a machine, with evidence, looked at, waited: all by pressing."""
    channel = await war_room(stage)
    person = stage.people[ANA]
    # ask: a wrong answer is refused in the form itself
    await person.press(await stage.message(ANA, channel, "Answer…"), "Answer…")
    form = await person.wait_for_view("view_opened")
    errors = await person.submit(form, {"value-service": "Not A Service", "value-release": "2012-10-20.4"})
    assert "does not look right" in json.dumps(errors)
    assert await person.submit(form, {"value-service": "web", "value-release": "2012-10-20.4"}) == {}
    # announce: said in the channel where the incident was announced
    await stage.settled()
    await stage.pass_time(timedelta(seconds=2))
    said = await person.messages(stage.company.workspace.channel("operations"))
    assert any("We go back to 2012-10-20.4" in each["text"] for each in said)
    # take, give back, give to somebody
    await stage.press(ANA, channel, "I have it")
    await stage.press(ANA, channel, "Give it back")
    chiara = stage.people[CHIARA].user_id
    await from_menu(
        stage, ANA, channel, "Can web go back?", "Give it to somebody …", {"what": "step", "person": chiara}
    )
    assert (await room(stage)).runs["R1"].of("reversible").taken_by == chiara
    # choose, then confirm by two
    await stage.press(CHIARA, channel, "Something stored has changed")
    await stage.press(ANA, channel, "I confirm")
    await stage.press(BEN, channel, "I confirm")
    # parallel: one branch is an act that is not on the allow-list, so a person does it, with evidence
    await stage.press(BEN, channel, "Approve and run")
    assert [each.outcome for each in await told(stage, e.ActEnded)] == ["refused"]
    await stage.fill(ANA, channel, "Done…", {"evidence": "web-1 to web-4 run 2012-10-20.4"})
    await stage.press(CHIARA, channel, "Done", on="Tell support and the status page")
    await stage.settled()
    # a picture in the thread of a card is evidence
    thread = (await card(stage, CHIARA, channel, "Watch it"))["ts"]
    await stage.people[CHIARA].upload(channel, ("errors.png", b"a picture"), text="Look", thread_ts=thread)
    # check, then wait; meanwhile somebody says what they think, and what else they did
    await stage.settled()
    await from_menu(
        stage, BEN, channel, "Watch it", "Worked, wrong, unclear, missing …",
        {"step": "roll-back", "verdict": "missing", "comment": "It does not say who may approve."},
    )  # fmt: skip
    await from_menu(
        stage, BEN, channel, "Watch it", "Add evidence, or what else was done …",
        {"kind": "beside", "text": "Switched off debug logging\nIt filled the disk."},
    )  # fmt: skip
    await from_menu(stage, BEN, channel, "Watch it", "Pause or stop …", {"how": "pause", "reason": "A call"})
    await stage.press(ANA, channel, "Resume")
    await stage.pass_time(timedelta(minutes=6))
    walk = (await room(stage)).runs["R1"]
    assert walk.state is RunState.FINISHED
    assert walk.beside[0].title == "Switched off debug logging"
    assert {type(each) for each in await told(stage, e.StepFlagged)} == {e.StepFlagged}
    evidence = [(each.kind, each.text, each.step) for each in await told(stage, e.EvidenceGiven)]
    assert evidence == [
        ("text", "web-1 to web-4 run 2012-10-20.4", "by-hand"),
        ("file", "errors.png", "settle"),
    ]


async def test_a_check_that_never_holds_leads_to_another_runbook(stage: Stage) -> None:
    """A check is looked at until its time is over; a loop ends at its counter; and another runbook is walked as a step."""
    east = Breakable(target="web/east", how=Pretended(), modes=("down",))
    order = Order(fault="web", entry=east, mode="down", deadline=stage.company.clock.now() + timedelta(hours=1))
    await Pretend(stage.company.stand_in.control).inject(order)
    channel = await war_room(stage)
    await stage.fill(ANA, channel, "Answer…", {"value-service": "web", "value-release": "7"})
    await stage.pass_time(timedelta(seconds=2))
    await stage.press(ANA, channel, "Something stored has changed")
    await stage.fill(ANA, channel, "No…", {"reason": "The schema has changed"})
    for _ in range(2):
        await stage.press(ANA, channel, "Done", on="Switch the new feature off")
        await stage.pass_time(timedelta(minutes=6))
    runs = (await room(stage)).runs
    assert [each.runbook.id for each in runs.values()] == ["bad-deploy", "cache-lost"]
    assert runs["R1"].at == "cache"
    reports = [each for each in await told(stage, e.CheckReported) if each.step == "better"]
    assert len([each for each in reports if each.again]) > 10
    assert [each.again for each in reports].count(False) == 2


async def test_no_runbook_fits(stage: Stage) -> None:
    """The room says that there is none, and one is written while it is done."""
    operations = stage.company.workspace.channel("operations")
    await stage.say(ANA, operations, "/warroom declare Xyzzy")
    channel = await stage.channel(ANA, "inc-1-")
    await stage.press(ANA, channel, "Write it while you do it")
    await stage.fill(ANA, channel, "What is done next…", {"title": "Restart the frobnicator", "text": "Twice."})
    await stage.pass_time(timedelta(minutes=3))
    await stage.press(ANA, channel, "Done")
    await stage.fill(ANA, channel, "What is done next…", {"title": "Look whether it turns"})
    await stage.press(ANA, channel, "Done")
    await stage.press(ANA, channel, "Finished")
    walk = (await room(stage)).runs["R1"]
    assert walk.state is RunState.FINISHED
    assert [step.title for step in walk.runbook.steps] == ["Restart the frobnicator", "Look whether it turns"]


async def test_the_report_has_the_names_of_players_who_did_nothing(stage: Stage) -> None:
    """Whoever was named as a player stands in the report by name, also when they never pressed anything."""
    operations = stage.company.workspace.channel("operations")
    await stage.say(HARRIET, operations, "/warroom start october-21 @ana @ben @chiara")
    await stage.company.bot.settled()
    (row,) = await stage.company.bot.db.read(rooms.listing, None, mode="drill")
    await stage.company.bot.runtime.handle(row.id, c.EndGame(by=stage.people[HARRIET].user_id))
    files = await stage.company.bot.db.read(export, row.id)
    report = next(each.content.decode() for each in files if each.name.endswith(".md"))
    assert "Ana Lindqvist, Ben Okafor and Chiara Rossi" in report
