"""A game day from the calendar, in the local workspace: planned in a form, reminded, opened, begun; or not, and why."""

from datetime import datetime, timedelta

from tests.e2e.test_game_day import ANA, BEN, CHIARA, HARRIET, answers, database, game, port, said, stage
from warroom.core.game import GameState
from warroom.demo.stage import Stage
from warroom.store import schedules

__all__ = ["database", "port", "stage"]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


async def scheduled(stage: Stage, scenario: str, begins: datetime, **given: object) -> str:
    """Harriet plans it from the form, in the channel for operations; that channel."""
    operations = stage.company.workspace.channel("operations")
    ids = {name: person.user_id for name, person in stage.people.items()}
    harriet = stage.people[HARRIET]
    await stage.say(HARRIET, operations, "/warroom schedule")
    view = await harriet.wait_for_view("view_opened")
    values = {"scenario": scenario, "at": int(begins.timestamp()), "players": [ids[ANA], ids[BEN]], **given}
    assert await harriet.submit(view, values) == {}
    await stage.settled()
    return operations


async def state(stage: Stage) -> str:
    return (await game(stage)).state


async def test_planned_reminded_begun(stage: Stage) -> None:
    """The channel is reminded a day and an hour before; the backchannel is there in time; it begins at its minute."""
    begins = stage.company.clock.now() + 2 * DAY
    operations = await scheduled(stage, "october-21", begins)
    own = await stage.people[HARRIET].open_dm(stage.company.app.bot_user_id)
    assert "Planned as number 1." in said(await stage.people[HARRIET].messages(own))
    await stage.pass_time(DAY)
    assert await state(stage) == GameState.PLANNED
    back = await stage.channel(HARRIET, "backchannel")
    assert "It begins by itself" in said(await stage.people[HARRIET].messages(back))
    assert said(await stage.people[ANA].messages(operations)).count("A game day comes") == 1
    await stage.pass_time(DAY - timedelta(minutes=1))
    told = said(await stage.people[ANA].messages(operations))
    assert told.count("A game day comes") == 2
    assert "EXERCISE" in told
    assert await state(stage) == GameState.PLANNED
    await stage.pass_time(timedelta(minutes=1))
    assert await state(stage) == GameState.RUNNING
    assert (await game(stage)).game.started_at == begins  # type: ignore[union-attr]
    war = await stage.channel(ANA, "october-21")
    assert "The exercise begins" in said(await stage.people[ANA].messages(war))


async def test_without_go_nothing_begins(stage: Stage, port: int) -> None:
    """Approved, but nobody has said Go: the dungeon master reads why in the backchannel, and nothing is broken."""
    begins = stage.company.clock.now() + 2 * HOUR
    await scheduled(stage, "game-day", begins, surprise="unannounced")
    await stage.pass_time(HOUR)
    own = await stage.people[CHIARA].open_dm(stage.company.app.bot_user_id)
    await stage.press(CHIARA, own, "Approve")
    await stage.pass_time(3 * HOUR)
    assert await state(stage) == GameState.PLANNED
    back = await stage.channel(HARRIET, "backchannel")
    told = said(await stage.people[HARRIET].messages(back))
    assert "It has not begun" in told
    assert "Nobody has said Go for dungeon master yet." in told
    operations = stage.company.workspace.channel("operations")
    assert "game day" not in said(await stage.people[ANA].messages(operations)).lower()
    assert answers(port)


async def test_listed_and_called_off(stage: Stage) -> None:
    """The calendar shows it with its number; who planned it takes it off, and its room is closed."""
    begins = stage.company.clock.now() + 2 * HOUR
    operations = await scheduled(stage, "october-21", begins, repeats="weekly")
    own = await stage.people[HARRIET].open_dm(stage.company.app.bot_user_id)
    await stage.say(HARRIET, own, "calendar")
    await stage.people[HARRIET].wait_for_message(lambda each: "every week" in str(each), channel=own)
    (kept,) = await stage.company.bot.db.read(schedules.listing, None)
    assert (kept.zone, kept.coming.begins) == ("Etc/UTC", begins)
    await stage.say(HARRIET, operations, "/warroom unschedule 1")
    await stage.pass_time(3 * HOUR)
    assert await state(stage) == "closed"
