"""The play of a game as people live it in the chat: who hears NO DUFF and where, and what players are not shown."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.content import shipped_library
from warroom.core.game import GameState
from warroom.core.room import Room
from warroom.demo.cast import DATABASES, DUNGEON_MASTER, NETWORK, OBSERVER, PLATFORM
from warroom.demo.company import Company
from warroom.demo.stage import Stage, everybody
from warroom.slack.slash import WORDS
from warroom.store import rooms
from warroom.testing import ManualClock

HARRIET, ANA, BEN, CHIARA, MIKA = DUNGEON_MASTER, DATABASES, PLATFORM, NETWORK, OBSERVER


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with (
        Company.open(tmp_path, ManualClock(), in_haste=True, library=shipped_library()) as company,
        everybody(company) as people,
    ):
        yield Stage(company, people, lambda line: None)


async def room(stage: Stage, key: str) -> Room:
    (row,) = [each for each in await stage.company.bot.db.read(rooms.listing, None, mode="all") if each.key == key]
    return await stage.company.bot.runtime.room(row.id)


async def states(stage: Stage) -> dict[str, str]:
    return {each.key: each.state for each in await stage.company.bot.db.read(rooms.listing, None, mode="all")}


async def asks(stage: Stage, who: str, text: str, channel: str = "general") -> None:
    await stage.say(who, stage.company.workspace.channel(channel), f"/warroom {text}")


async def told(stage: Stage, who: str, text: str, channel: str = "general") -> str:
    """What this person alone is answered."""
    await asks(stage, who, text, channel)
    answer = await stage.people[who].wait_for_message(lambda each: bool(each.get("is_ephemeral")))
    return str(answer["text"])


# --- NO DUFF


@pytest.mark.parametrize("words", ["NO DUFF, there is smoke", "This is real: there is smoke", "no-duff"])
async def test_no_duff_is_heard_in_a_conversation_with_the_bot(stage: Stage, words: str) -> None:
    """Whoever is out reads there how play is stopped; said there in the same words, it stops."""
    await asks(stage, HARRIET, f"start october-21 @{ANA} @{BEN}")
    own = await stage.people[ANA].open_dm(stage.company.app.bot_user_id)
    await stage.say(ANA, own, words)
    await stage.people[ANA].wait_for_message(lambda each: "Play has stopped" in str(each["text"]), channel=own)
    assert (await states(stage))["GD-1"] == GameState.HALTED


async def test_no_duff_is_heard_as_a_command_and_from_a_stranger(stage: Stage) -> None:
    """Somebody who is in no game says the bare words to the bot in any channel, and is invited to the real incident."""
    await asks(stage, HARRIET, f"start october-21 @{ANA} @{BEN}")
    await asks(stage, MIKA, "NO DUFF the hall is full of smoke")
    await stage.settled()
    assert await states(stage) == {"GD-1": GameState.HALTED, "INC-1": "open"}
    real = await stage.channel(MIKA, "inc-1")
    assert stage.people[MIKA].user_id in await members(stage, real)


async def members(stage: Stage, channel: str) -> list[str]:
    found = await stage.company.bot.client.conversations_members(channel=channel)
    return list(found["members"])


async def test_a_word_that_speaks_of_no_duff_is_that_word(stage: Stage) -> None:
    """A note in which the words stand is a note."""
    await asks(stage, HARRIET, f"start october-21 @{ANA} @{BEN}")
    await asks(stage, HARRIET, "observe Nobody thought of saying no duff.")
    assert (await states(stage))["GD-1"] == GameState.RUNNING


async def test_the_game_that_is_played_is_stopped_and_not_one_that_is_planned(stage: Stage) -> None:
    """Whoever plays in one game and prepares another means the one that is played."""
    await asks(stage, ANA, f"plan october-21 @{CHIARA}")
    await asks(stage, HARRIET, f"start october-21 @{ANA} @{BEN}")
    await asks(stage, ANA, "real Smoke!")
    assert await states(stage) == {"GD-1": GameState.PLANNED, "GD-2": GameState.HALTED, "INC-1": "open"}


async def test_of_several_games_ones_own_is_stopped(stage: Stage) -> None:
    """From any channel: a player means the game they play in; a stranger is asked to say which."""
    await asks(stage, HARRIET, f"start october-21 @{ANA}")
    await asks(stage, CHIARA, f"start october-21 @{BEN}")
    assert "Several games are being played" in await told(stage, MIKA, "real Smoke!")
    await asks(stage, BEN, "real Smoke!")
    assert await states(stage) == {"GD-1": GameState.RUNNING, "GD-2": GameState.HALTED, "INC-1": "open"}


async def test_no_duff_from_the_channel_of_a_real_incident_stops_the_game(stage: Stage) -> None:
    """A real incident is open already, and the game goes on: whoever works there can stop it from there."""
    await asks(stage, HARRIET, f"start october-21 @{ANA} @{BEN}")
    await asks(stage, MIKA, "declare The lift is stuck")
    real = await stage.channel(MIKA, "inc-1")
    await stage.say(MIKA, real, "/warroom real Stop playing, we need you all")
    assert (await states(stage))["GD-1"] == GameState.HALTED


# --- what players are not shown


async def scheduled(stage: Stage, **given: object) -> datetime:
    """Harriet puts a game day onto the calendar, in two hours; its backchannel opens at once."""
    begins = stage.company.clock.now() + timedelta(hours=2)
    await asks(stage, HARRIET, "schedule", "operations")
    view = await stage.people[HARRIET].wait_for_view("view_opened")
    ids = [stage.people[each].user_id for each in (ANA, BEN)]
    values = {"scenario": "october-21", "at": int(begins.timestamp()), "players": ids, **given}
    assert await stage.people[HARRIET].submit(view, values) == {}
    await stage.pass_time(timedelta(minutes=1))
    return begins


async def test_of_a_game_that_nobody_was_told_of_nothing_is_said(stage: Stage) -> None:
    """Not in the list, and not when its key is guessed: it is as if there were none."""
    await scheduled(stage, surprise="unannounced")
    guessed = await told(stage, ANA, "status GD-1")
    assert guessed == (await told(stage, ANA, "status GD-7")).replace("GD-7", "GD-1")
    assert "no room" in await told(stage, ANA, "export GD-1")
    assert "GD-1" in await told(stage, HARRIET, "status GD-1")


async def test_the_report_of_a_game_that_goes_on_is_handed_over_in_the_backchannel(stage: Stage) -> None:
    """Wherever the dungeon master asks for it: in the war room it would give the plan away."""
    await asks(stage, HARRIET, "start october-21 @ana @ben")
    war, back = await stage.channel(ANA, "october-21"), await stage.channel(HARRIET, "backchannel")
    await stage.say(HARRIET, war, "/warroom export")
    await stage.people[HARRIET].wait_for_message(lambda each: bool(each.get("files")), channel=back)
    assert [each for each in await stage.people[ANA].messages(war) if each.get("files")] == []


async def test_a_planned_game_shows_when_it_begins(stage: Stage) -> None:
    """On the panel, and on the Home of whoever may know of it."""
    begins = int((await scheduled(stage)).timestamp())
    back = await stage.channel(HARRIET, "backchannel")
    assert f"Begins by itself*\\n<!date^{begins}^" in json.dumps(await stage.people[HARRIET].messages(back))
    for who in (HARRIET, ANA):
        assert f"begins <!date^{begins}^" in await home(stage, who)


async def test_a_game_in_a_window_shows_its_time_to_nobody_who_plays(stage: Stage) -> None:
    """The Home of a player does not know the game, whatever that of the dungeon master shows."""
    await scheduled(stage, surprise="window", window="4")
    assert ", begins <!date" in await home(stage, HARRIET)
    assert "GD-1" not in await home(stage, ANA)


async def home(stage: Stage, who: str) -> str:
    """The Home as this person sees it when it has been drawn."""
    await stage.people[who].home(stage.company.app.app_id)
    drawn = await stage.people[who].wait_for(lambda each: each["type"] == "home")
    return json.dumps(drawn["view"], ensure_ascii=False)


async def test_what_one_person_alone_is_told_of_a_game_says_that_it_is_one(stage: Stage) -> None:
    """An answer or a refusal carries the mark, too, for it may name what fails. What is about something real does not."""
    await asks(stage, HARRIET, "start october-21 @ana @ben")
    war = await stage.channel(ANA, "october-21")
    await stage.say(ANA, war, "/warroom command")
    await stage.say(ANA, war, "/warroom command")
    await stage.people[ANA].wait_for_message(lambda each: _alone(each, "EXERCISE · October 21 · GD-1", "is commander"))
    await stage.people[ANA].wait_for_message(
        lambda each: _alone(each, "EXERCISE · October 21 · GD-1", "You have command")
    )
    opening = next(each for each in await stage.people[ANA].messages(war) if "How we play" in str(each))
    for _ in range(2):
        await stage.people[ANA].press(opening, "I agree to that")
    await stage.people[ANA].wait_for_message(lambda each: _alone(each, "EXERCISE · October 21 · GD-1", "said already"))
    for _ in range(2):
        await stage.say(ANA, war, "/warroom real Smoke!")
    known = await stage.people[ANA].wait_for_message(lambda each: _alone(each, "That is known already"))
    assert "EXERCISE" not in str(known)


def _alone(message: dict[str, object], *parts: str) -> bool:
    return bool(message.get("is_ephemeral")) and all(each in str(message["text"]) for each in parts)


async def test_the_list_of_words_is_whole(stage: Stage) -> None:
    """What can be asked for is a long list, and is told to its end as an answer to a command and to a mention."""
    await asks(stage, HARRIET, f"start october-21 @{ANA}")
    war = await stage.channel(ANA, "october-21")
    answered = await told(stage, ANA, "help")
    await stage.say(ANA, war, "@warroom help")
    shown = await stage.people[ANA].wait_for_message(lambda each: _alone(each, "EXERCISE", "can ask for"))
    for text in (answered, json.dumps(shown["blocks"], ensure_ascii=False)):
        assert [word for word, each in WORDS.items() if each.means not in text] == []
