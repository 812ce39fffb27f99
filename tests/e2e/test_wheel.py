"""The wheel, spun in a channel of the local workspace."""

from datetime import timedelta

from tests.e2e.test_game_day import database, game, port, said, stage
from warroom.core.game import GameState
from warroom.core.wheel import PRIMARY
from warroom.demo.stage import Stage
from warroom.store import rooms

__all__ = ["database", "port", "stage"]


async def test_half_an_hour_with_no_preparation(stage: Stage) -> None:
    """One word: somebody directs, somebody is paged, something is wrong at once, the chief asks, and it ends by itself."""
    general = stage.company.workspace.channel("general")
    await stage.say("mika", general, "/warroom wheel")
    room = await game(stage)
    by_id = {person.user_id: name for name, person in stage.people.items()}
    (director,) = (by_id[each] for each in room.roster.controllers)
    assert director == "ana"  # the first by name, where nobody has directed yet
    assert room.state == GameState.RUNNING
    assert (len(room.incidents), len(room.roster.players)) == (1, 2)
    assert room.roster.roles[PRIMARY] == room.roster.players[0]
    back = await stage.channel(director, "backchannel")
    assert room.plan is not None
    assert room.plan.scenario.hidden_notes.startswith("From the deck of")
    assert "From the deck of" in str(await stage.people[director].messages(back))
    war = await stage.channel(by_id[room.roster.players[0]], "wheel")
    await stage.pass_time(timedelta(minutes=11))
    assert "What is broken, since when" in said(await stage.people[director].messages(war))
    await stage.pass_time(timedelta(minutes=20))
    assert (await game(stage)).state == GameState.ENDED


async def test_the_next_time_somebody_else(stage: Stage) -> None:
    """Spun again, the next by name directs; with people named, one of those."""
    general = stage.company.workspace.channel("general")
    directors = []
    ids = {name: person.user_id for name, person in stage.people.items()}
    by_id = {id: name for name, id in ids.items()}
    for words in ("", "", " @ana @ben"):
        await stage.say("mika", general, f"/warroom wheel{words}")
        rows = await stage.company.bot.db.read(rooms.listing, None, mode="drill")
        newest = await stage.company.bot.runtime.room(rows[0].id)
        directors.append(by_id[newest.roster.controllers[0]])
        await stage.pass_time(timedelta(minutes=31))
    assert directors == ["ana", "ben", "mika"]
