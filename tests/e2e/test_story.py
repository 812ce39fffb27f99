"""The story as people live it: drill and real side by side, who is told what, and what a pause does.

The first part looks at an evening that was played (tests.e2e.evening); the second plays a few minutes of its own.
"""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.content import shipped_library
from tests.e2e.evening import Doc, Evening, caught_up, strings
from warroom.core import events as e
from warroom.core.room import Room
from warroom.core.rules.game import EXERCISE
from warroom.demo.cast import DATABASES as ANA
from warroom.demo.cast import DUNGEON_MASTER as HARRIET
from warroom.demo.cast import OBSERVER as MIKA
from warroom.demo.cast import OPERATIONS, RESPONDERS, SEED
from warroom.demo.cast import PLATFORM as BEN
from warroom.demo.company import Company
from warroom.demo.stage import Stage, everybody
from warroom.slack.manifest import METHODS
from warroom.store import rooms
from warroom.testing import ManualClock

BACK, WAR = "exercise-gd-1-backchannel", "exercise-gd-1-october-21"
LOST = "The databases are gone"


# --- the evening


def shown_in(evening: Evening, part: str) -> Iterator[Doc]:
    """Every version of every message of the bot that anybody was shown in the channel of this name."""
    (channel,) = [each for name, each in evening.channels.items() if part in name]
    for each in evening.by(HARRIET, *RESPONDERS, MIKA):
        if each.what in ("message", "message_changed") and each.shown["channel"] == channel:
            message: Doc = each.shown["message"]
            if message.get("bot_id") and not message.get("subtype") and not message.get("is_ephemeral"):
                yield message


@pytest.mark.parametrize("channel", [WAR, BACK])
def test_every_message_of_the_drill_says_that_it_is_one(evening: Evening, channel: str) -> None:
    """Every version of every message in the drill's channels says EXERCISE, in the text and in what is shown."""
    versions = list(shown_in(evening, channel))
    assert len(versions) > 20
    for message in versions:
        assert "EXERCISE" in message["text"], message["text"]
        assert "EXERCISE" in json.dumps(message["blocks"]), message["text"]
        assert "REAL INCIDENT" not in message["text"]


def test_the_real_incident_is_never_called_an_exercise(evening: Evening) -> None:
    """Every message of the real incident's room says REAL INCIDENT, in text and blocks, and none says EXERCISE."""
    versions = list(shown_in(evening, "inc-1-"))
    assert len(versions) > 5
    for message in versions:
        assert "REAL INCIDENT" in message["text"]
        assert "REAL INCIDENT" in json.dumps(message["blocks"])
        assert "EXERCISE" not in json.dumps(message)


def test_both_rooms_are_announced_where_everybody_is(evening: Evening) -> None:
    """In the operations channel the drill is announced as one, and the real incident as real, each with its mark."""
    said = [each["text"] for each in shown_in(evening, OPERATIONS)]
    assert any("EXERCISE" in each and "A game day begins" in each for each in said)
    assert any("EXERCISE" in each and "All clear" in each for each in said)
    assert any("REAL INCIDENT" in each for each in said)
    assert all(("EXERCISE" in each) != ("REAL INCIDENT" in each) for each in said)


def test_a_repeated_alert_changes_nothing(evening: Evening) -> None:
    """An alert that is delivered twice opens one room and is one entry; its end is another, and there is nothing else."""
    kinds = [type(each.event) for each in evening.real]
    assert kinds.count(e.RoomOpened) == 1
    assert kinds.count(e.AlertFired) == 1
    assert kinds.count(e.AlertResolved) == 1
    assert len([name for name in evening.channels if name.startswith("inc-")]) == 1
    there = [each.event for each in evening.drill if isinstance(each.event, e.AlertFired | e.AlertResolved)]
    assert [each for each in there if each.source != EXERCISE] == []  # what the game itself has monitoring say


def test_a_press_that_comes_too_late_is_told_to_whoever_pressed(evening: Evening) -> None:
    """Ben acknowledges what Ana has acknowledged: he alone is told so, by name, and the timeline knows of one."""
    whispers = {
        (each.who, each.shown["message"]["text"])
        for each in evening.by(*(person.name for person in SEED.people))
        if each.what == "message" and each.shown["message"].get("is_ephemeral")
    }
    told = [(who, text) for who, text in whispers if "has acknowledged" in text]
    assert len(told) == 1
    assert told[0][0] == BEN
    assert f"<@{evening.people[ANA]}>" in told[0][1]
    acknowledged = [each for each in evening.drill if isinstance(each.event, e.IncidentAcknowledged)]
    assert [each.by for each in acknowledged if each.event == e.IncidentAcknowledged(incident="I1")] == [
        evening.people[ANA]
    ]


def test_every_button_that_a_card_shows_would_be_accepted(evening: Evening) -> None:
    """At every moment of the game, whichever button of the cards was pressed: it would have done what it says."""
    assert evening.refused == []
    shown = {"acknowledge", "command", "walk", "answer", "take", "skip", "mitigate", "resolve", "reopen", "update"}
    assert shown | {"note", "play", "skip-inject", "speak", "hint", "pause", "resume", "end", "export", "close"} <= set(
        evening.pressable
    )


def test_the_bot_calls_only_what_it_says(evening: Evening) -> None:
    """Every method that was called in a whole evening is in the list that the scopes are made from."""
    assert {each.method for each in evening.wire if each.kind == "call"} <= set(METHODS)


def test_slack_refused_nothing(evening: Evening) -> None:
    """Of all the calls of a whole evening, Slack refused none."""
    answers = [each for each in evening.wire if each.kind == "call"]
    refused = [(each.method, each.response) for each in answers if not (each.response or {}).get("ok")]
    assert refused == []


def test_nobody_is_paged_by_what_somebody_wrote(evening: Evening) -> None:
    """Nothing that the bot said in a whole evening calls a whole channel."""
    texts = [text for each in evening.wire if each.kind == "call" for text in strings(each.request)]
    assert len(texts) > 1000
    assert not [text for text in texts if any(call in text for call in ("<!channel", "<!here", "<!everyone"))]


# --- a few minutes


class Minutes(Stage):
    """A game that has just begun."""

    war: str
    back: str

    async def begin(self) -> None:
        operations = await self.channel(HARRIET, OPERATIONS)
        await self.say(HARRIET, operations, "/warroom start")
        players = [self.people[each].user_id for each in RESPONDERS]
        people = {"players": players, "observers": [self.people[MIKA].user_id]}
        await self.submit(HARRIET, {"scenario": "october-21", **people})
        self.room = (await self.company.bot.db.read(rooms.listing, None, mode="drill"))[0].id
        self.war, self.back = await self.channel(ANA, WAR), await self.channel(HARRIET, BACK)

    async def now(self) -> Room:
        return await self.company.bot.runtime.room(self.room)

    async def whispers(self, who: str) -> list[str]:
        """What this person was told so far that nobody else sees."""
        await caught_up(self.company, self.people)
        heard = self.people[who].heard("message")
        return [each["message"]["text"] for each in heard if each["message"].get("is_ephemeral")]

    async def whisper(self, who: str) -> str:
        """The next thing this person is told alone; it comes after the press is acknowledged."""
        message = await self.people[who].wait_for_message(lambda each: bool(each.get("is_ephemeral")))
        return str(message["text"])

    async def happened(self, kind: type[e.Event]) -> list[Any]:
        entries = await self.company.bot.db.read(rooms.entries, self.room)
        return [each.event for each in entries if isinstance(each.event, kind)]


@pytest.fixture
async def minutes(tmp_path: Path) -> AsyncIterator[Minutes]:
    async with (
        Company.open(tmp_path, ManualClock(), in_haste=True, library=shipped_library()) as company,
        everybody(company) as people,
    ):
        stage = Minutes(company, people, lambda line: None)
        await stage.begin()
        yield stage


async def test_an_hours_pause_changes_no_deadline(minutes: Minutes) -> None:
    """While a game is paused nothing happens and nothing ages: everything comes an hour later, to the millisecond."""
    await minutes.until(3)
    reading, wake = await minutes.clock(), (await minutes.now()).wake_at()
    assert wake is not None
    await minutes.press(HARRIET, minutes.back, "Pause")
    entries = (await minutes.now()).seq
    await minutes.pass_time(timedelta(hours=1))
    assert (await minutes.now()).seq == entries
    await minutes.press(HARRIET, minutes.back, "Resume")
    assert await minutes.clock() == reading
    assert (await minutes.now()).wake_at() == wake + timedelta(hours=1)
    await minutes.press(ANA, minutes.war, "Acknowledge", on=LOST)
    assert await minutes.happened(e.ExpectationMissed) == []
    assert [each.late for each in await minutes.happened(e.ExpectationMet)] == [False]


async def test_whoever_watches_is_not_let_in_the_way(minutes: Minutes) -> None:
    """An observer's press changes nothing, and the observer alone is told why."""
    entries = (await minutes.now()).seq
    await minutes.press(MIKA, minutes.war, "Acknowledge", on=LOST)
    assert (await minutes.now()).seq == entries
    assert "observer" in await minutes.whisper(MIKA)
    assert len(await minutes.whispers(MIKA)) == 1
    assert await minutes.whispers(ANA) == []


async def test_the_report_comes_after_the_end(minutes: Minutes) -> None:
    """While the game goes on a player who asks for the report is told to wait; afterwards it is handed over."""
    await minutes.say(ANA, minutes.war, "/warroom export")
    assert "after the end" in await minutes.whisper(ANA)
    assert minutes.company.workspace.wire.calls("files.getUploadURLExternal") == []
    await minutes.fill(HARRIET, minutes.back, "End the game…", {"reason": "enough"})
    await minutes.say(ANA, minutes.war, "/warroom export")
    shared = await minutes.people[BEN].wait_for_message(lambda each: bool(each.get("files")))
    assert sorted(each["name"] for each in shared["files"]) == ["exercise-gd-1.json", "exercise-gd-1.md"]


async def test_a_walk_can_be_stopped_and_a_role_left(minutes: Minutes) -> None:
    """Whoever says why may stop the only walk; who has a role may leave it; both are said in the war room."""
    war = minutes.war
    await minutes.say(ANA, war, "/warroom stop it is over")
    assert "No runbook is being walked" in await minutes.whisper(ANA)
    await minutes.press(ANA, war, "Start: Database lost - promote the replica")
    await minutes.say(ANA, war, "/warroom stop")
    assert "Say it in words" in await minutes.whisper(ANA)
    await minutes.say(ANA, war, "/warroom stop we restore instead")
    await minutes.say(ANA, war, "/warroom command")
    await minutes.say(ANA, war, "/warroom leave commander")
    room = await minutes.now()
    assert room.runs["R1"].reason == "we restore instead"
    assert room.roster.roles == {}


async def test_only_the_dungeon_master_directs(minutes: Minutes) -> None:
    """A player who uses the dungeon master's words changes nothing and is told whose they are."""
    entries = (await minutes.now()).seq
    for words in ("pause", "resume", "next", "skip", "end", "say manager: hello"):
        await minutes.say(ANA, minutes.war, f"/warroom {words}")
        assert "Only the dungeon master" in await minutes.whisper(ANA), words
    assert (await minutes.now()).seq == entries


async def test_buttons_do_what_they_say(minutes: Minutes) -> None:
    """Every kind of button of a game, pressed by whom it is meant for, does what it says, and nobody is told no."""
    war, back = minutes.war, minutes.back
    await minutes.press(BEN, war, "Take command", on=LOST)
    await minutes.press(ANA, war, "Acknowledge", on=LOST)
    await minutes.press(ANA, war, "Start: Database lost - promote the replica")
    await minutes.press(ANA, war, "I have it")
    await minutes.press(ANA, war, "Done")
    await minutes.fill(ANA, war, "Skip…", {"reason": "It is off already."})
    await minutes.fill(ANA, war, "Note", {"text": "The replica answers."})
    await minutes.fill(BEN, war, "Post an update", {"text": "We are at it."})
    await minutes.press(ANA, war, "Mitigated")
    await minutes.fill(ANA, war, "Resolved", {"note": "Done."})
    await minutes.fill(ANA, war, "Reopen", {"reason": "It is back."})
    await minutes.press(HARRIET, back, "Hint: Databases lost")
    await minutes.press(HARRIET, back, "Next inject now")
    await minutes.fill(HARRIET, back, "Skip next…", {"reason": "They have enough."})
    await minutes.fill(HARRIET, back, "Speak as…", {"actor": "manager", "text": "Well?"})
    await minutes.press(HARRIET, back, "Pause")
    await minutes.press(HARRIET, back, "Resume")
    await minutes.fill(HARRIET, back, "End the game…", {})
    await minutes.press(HARRIET, back, "Export the report")
    await minutes.people[HARRIET].wait_for_message(lambda each: bool(each.get("files")))
    kinds = (e.StepTaken, e.StepSkipped, e.NoteTaken, e.StatusPosted, e.IncidentMitigated, e.IncidentReopened)
    for kind in (*kinds, e.InjectSkipped, e.ActorSpoke, e.GamePaused, e.GameResumed, e.GameEnded):
        assert len(await minutes.happened(kind)) == 1, kind.__name__
    assert [await minutes.whispers(who) for who in (HARRIET, *RESPONDERS)] == [[], [], [], []]
