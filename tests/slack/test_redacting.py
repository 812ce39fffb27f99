"""A password in the war room, and how its commander gets it out again, as people live it in the chat."""

from pathlib import Path

from tests.runtime.bench import until
from tests.slack.test_play import ANA, BEN, HARRIET, asks, room, stage
from warroom.core.events import MessageHeard
from warroom.demo.stage import Stage
from warroom.store import redacting, rooms

__all__ = ["stage"]
SECRET = "CANARY-hunter2"


async def answered(stage: Stage, who: str, channel: str, text: str) -> str:
    """What this person alone is answered in this channel."""
    before = {each["ts"] for each in await stage.people[who].messages(channel)}
    await stage.say(who, channel, f"/warroom {text}")
    answer = await stage.people[who].wait_for_message(
        lambda each: bool(each.get("is_ephemeral")) and each["ts"] not in before, channel=channel
    )
    return str(answer["text"])


async def heard(stage: Stage, key: str) -> int:
    """The entry that holds the secret, as soon as there is one."""
    found: list[int] = []

    async def there() -> bool:
        db = stage.company.bot.db
        (row,) = [each for each in await db.read(rooms.listing, None, mode="all") if each.key == key]
        said = [each for each in await db.read(rooms.entries, row.id) if isinstance(each.event, MessageHeard)]
        found[:] = [each.seq for each in said if SECRET in each.event.text]  # type: ignore[attr-defined]
        return bool(found)

    await until(there, stage.company.bot.runtime)
    return found[0]


async def test_a_password_in_the_war_room(stage: Stage, tmp_path: Path) -> None:
    """Somebody types a password; a bystander may not remove it, the commander is asked why first, then it is gone from all."""
    await asks(stage, HARRIET, "declare it is dark")
    war_room = await stage.channel(HARRIET, "inc-1")
    await stage.people[HARRIET].invite(war_room, stage.people[ANA].user_id)
    await stage.say(HARRIET, war_room, f"the password is {SECRET}")
    await stage.say(HARRIET, war_room, "/warroom command")
    await stage.settled()
    seq = await heard(stage, "INC-1")
    assert "Only commander may redact" in await answered(stage, ANA, war_room, f"redact {seq} because I want to")
    assert "Nothing has been removed yet" in await answered(stage, HARRIET, war_room, f"redact {seq}")
    assert "Say which entry" in await answered(stage, HARRIET, war_room, "redact that because of this")
    assert "has no text" in await answered(stage, HARRIET, war_room, "redact 9999 because it is late")
    said = await answered(stage, HARRIET, war_room, f"redact {seq} because it is a password")
    assert f"Removed from entry {seq} of INC-1" in said
    await stage.settled()
    assert SECRET not in repr(await room(stage, "INC-1"))
    [told] = [each for each in await stage.people[HARRIET].messages(war_room) if "has removed a text" in each["text"]]
    assert f"entry {seq} of the timeline: it is a password" in told["text"]
    database = Path(str(stage.company.bot.db.url.database))
    files = [each for each in database.parent.glob(f"{database.name}*") if SECRET.encode() in each.read_bytes()]
    assert files == []
    assert (await stage.company.bot.db.read(redacting.elsewhere, SECRET)) == []


async def test_in_a_game(stage: Stage) -> None:
    """In a game it is the dungeon master's to do, also when the game is over, and not the players'."""
    await asks(stage, HARRIET, f"start october-21 @{ANA} @{BEN}")
    await stage.settled()
    war_room = await stage.channel(ANA, "-october-21")
    await stage.say(ANA, war_room, f"the password is {SECRET}")
    await stage.settled()
    seq = await heard(stage, "GD-1")
    assert "Removed" not in await answered(stage, ANA, war_room, f"redact {seq} because it is mine")
    await stage.say(HARRIET, war_room, "/warroom end")
    assert "Removed" in await answered(stage, HARRIET, war_room, f"redact {seq} because it is a password")
    assert SECRET not in repr(await room(stage, "GD-1"))
