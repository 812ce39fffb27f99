"""The play of a game: what somebody who sees something real says, what the dungeon master does to the plan, who is what."""

from datetime import timedelta
from typing import TypeVar

import pytest

from tests.games.test_games import table
from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core import events as e
from warroom.core.emergency import calls_no_duff
from warroom.core.game import GameState
from warroom.core.panelview import panel
from warroom.core.readiness import digest
from warroom.core.views import begins, mark, status
from warroom.core.words import plain
from warroom.definitions.loader import read_scenario
from warroom.slack import asks, gamemodals, presses
from warroom.slack.blocks import Block
from warroom.slack.panelcard import panel_card
from warroom.testing import Table

Event = TypeVar("Event", bound=e.Event)
Effect = TypeVar("Effect", bound=f.Effect)


def played(first: str = "start small with ana, ben; observer ola; evaluator eve; safety sam") -> Table:
    here = table()
    here.say(f"harriet: {first}")
    for place in ("war-room", "backchannel"):
        here.say(f"harriet: channel {place}")
    return here


def events(here: Table, kind: type[Event]) -> list[Event]:
    return [each.event for each in here.entries if isinstance(each.event, kind)]


def effects(here: Table, kind: type[Effect]) -> list[Effect]:
    return [each for each in here.effects if isinstance(each, kind)]


# --- something real


@pytest.mark.parametrize(
    "text",
    [
        "NO NO DUFF!",
        "That was not no duff. But this is: NO DUFF, the database burns",
        "ＮＯ ＤＵＦＦ",
        "no no, *no* *duff*",
        "NODUFF",
        "This is real, leave the building",
    ],
)
def test_no_duff_is_heard_however_it_is_said(text: str) -> None:
    """One that is not heard can cost everything: stammered, in wide letters, or beside one that is denied, it counts."""
    assert calls_no_duff(text)


@pytest.mark.parametrize("text", ["This is not a no duff", "It isn’t no duff", "There is no no duff", "Is this real?"])
def test_a_denial_is_no_call(text: str) -> None:
    """Who says that nothing real is happening stops nothing."""
    assert not calls_no_duff(text)


@pytest.mark.parametrize("again", ["says war-room They said no duff, and so it was.", "says backchannel no duff"])
def test_words_about_what_is_known_open_no_second_incident(again: str) -> None:
    """After the game has been ended for it, people talk about the call of NO DUFF; only its button says so in vain."""
    here = played()
    for line in ("ana: real Fire", "real room INC-1", "harriet: end", f"ben: {again}"):
        here.say(line)
    assert len(effects(here, f.OpenRealRoom)) == 1
    (refused,) = here.say("ben: real Fire!")
    assert "INC-1" in refused


def test_a_call_before_the_game_opens_one_incident_and_not_one_for_each_press() -> None:
    """Nothing is played that could be stopped, so the game stays planned; pressed again at once, nothing more is opened."""
    here = played("plan small with ana")
    here.say("ana: real Fire")
    here.say("real room INC-1")
    assert here.say("harriet: real Fire")[0].startswith("! That is known already. The real incident is INC-1.")
    assert here.room.game is not None
    assert here.room.game.state is GameState.PLANNED
    here.wait(timedelta(hours=2))
    here.say("ana: real Another fire, another day")
    assert [each.title for each in effects(here, f.OpenRealRoom)] == ["Fire", "Another fire, another day"]


def test_the_calendar_begins_nothing_while_something_real_was_just_called_in_it() -> None:
    """What was called in a planned game may still be going on; the dungeon master decides, not the clock."""
    here = played("plan small with ana")
    here.say("ana: real Fire")
    here.give(c.BeginAsPlanned(salt="x"))
    (why,) = events(here, e.NotBegun)
    assert "Something real" in why.why
    assert not events(here, e.GameStarted)


@pytest.mark.parametrize("who", ["zoe", "ola"])
def test_whoever_calls_it_is_invited_to_the_real_incident(who: str) -> None:
    """A stranger, or somebody who only watches, knows what is wrong: the real incident cannot do without them."""
    here = played()
    here.say(f"{who}: real The hall is full of smoke")
    (opened,) = effects(here, f.OpenRealRoom)
    assert who in opened.people
    assert len(set(opened.people)) == len(opened.people)


# --- the plan


PARTS = """
scenario: 1
id: parts
title: Three parts
briefing: It is noon.
length: 60m
services: [databases]
injects:
  - {id: early, title: E, at: T+5m, announce: E, incident: {title: E, severity: SEV1, services: [databases]}}
  - {id: early-still, title: ES, after: {inject: early, by: 5m}, announce: ES}
  - {id: contingency, title: C, when: {missed: seen}, announce: C}
  - {id: nudge, title: N, by_hand: true, hint: {about: early, level: nudge, says: N}}
  - {id: pointer, title: P, at: T+25m, hint: {about: early, level: pointer, says: P}}
  - {id: night, title: Night, when: {resolved: early}, move: {says: It is night.}}
  - {id: at-once, title: AO, after: {inject: night}, announce: AO}
  - {id: in-the-night, title: IN, at: T+40m, announce: IN}
  - {id: morning, title: Morning, after: {inject: in-the-night, by: 10m}, move: {says: It is day.}}
  - {id: one, title: One, at: T+55m, announce: One}
  - {id: two, title: Two, at: T+55m, announce: Two}
  - {id: three, title: Three, at: T+55m, announce: Three}
  - {id: by-word, title: BW, by_hand: true, announce: BW}
  - {id: after-it, title: AI, after: {inject: by-word, by: 1m}, announce: AI}
expectations:
  - {id: seen, what: It is seen, after: early, within: 10m, met_by: {acknowledged: early}}
"""


def in_parts() -> Table:
    here = table()
    here.scenarios["parts"] = read_scenario(PARTS, "parts.yaml")
    here.say("harriet: start parts with ana, ben")
    return here


def became(here: Table, *kinds: type[e.InjectPlayed | e.InjectSkipped | e.InjectHeld]) -> list[str]:
    return [each.event.inject for each in here.entries if isinstance(each.event, kinds)]


def test_moving_on_to_a_part_that_waits_for_the_players_skips_what_is_written_before_it() -> None:
    """The next part begins at once; what the clock would still have brought of the one before does not come into it."""
    here = in_parts()
    here.wait(timedelta(minutes=6))
    here.say("harriet: move-on")
    assert became(here, e.InjectSkipped) == ["early-still", "pointer"]
    assert became(here, e.InjectPlayed) == ["early", "night", "at-once"]
    assert here.room.plan is not None
    assert here.room.plan.in_order()[0].id == "in-the-night"


def test_moving_on_takes_the_parts_as_they_are_written() -> None:
    """A part with a time further down is not begun before one that waits for the players; then it is, and the rest with it."""
    here = in_parts()
    here.say("harriet: move-on")
    here.say("harriet: move-on")
    assert became(here, e.InjectPlayed) == ["night", "at-once", "morning"]
    assert "in-the-night" in became(here, e.InjectSkipped)
    here.wait(timedelta(minutes=5))
    assert became(here, e.InjectPlayed)[3:] == ["one", "two", "three"], "they follow the part at the same distance"
    assert here.say("harriet: move-on") == ["! This game has no further part."]


def test_moving_on_leaves_what_the_players_owe_and_what_waits_for_a_word() -> None:
    """A contingency still comes when what was promised is missed, and help with what is still open can be given."""
    here = in_parts()
    here.wait(timedelta(minutes=6))
    here.say("harriet: move-on")
    here.wait(timedelta(minutes=10))
    assert "contingency" in became(here, e.InjectPlayed)
    here.say("harriet: hint early")
    assert became(here, e.InjectPlayed)[-1] == "nudge"


def test_what_is_held_and_given_a_time_comes_at_that_time() -> None:
    """An inject that waits for the dungeon master waits no more once they say when."""
    here = played()
    here.now += timedelta(minutes=20)  # nobody was there to play it
    here.give(c.Tick())
    assert became(here, e.InjectHeld) == ["gone"]
    here.say("harriet: edit gone T+25m")
    here.wait(timedelta(minutes=6))
    assert became(here, e.InjectPlayed) == ["gone"]


def test_a_plan_moved_to_before_now_comes_now() -> None:
    """What the dungeon master has moved to a time that is over is played, and not held as if nobody had been there."""
    here = in_parts()
    here.wait(timedelta(minutes=4))
    here.say("harriet: shift -30m")
    assert became(here, e.InjectHeld) == []
    assert "early" in became(here, e.InjectPlayed)


def test_those_that_come_together_change_places() -> None:
    """Earlier and Later put in order what comes at the same time, one place at a time."""
    here = in_parts()
    for line in ("later one", "later one", "earlier three"):
        here.say(f"harriet: {line}")
    assert here.room.plan is not None
    assert [each for each in here.room.plan.by_clock() if each in ("one", "two", "three")] == ["three", "two", "one"]
    for line in ("earlier two", "later two"):
        here.say(f"harriet: {line}")
    assert [each for each in here.room.plan.by_clock() if each in ("one", "two", "three")] == ["three", "two", "one"]


def test_nothing_is_next_that_follows_what_was_not_played() -> None:
    """The next inject comes by itself; one that follows a word that was never given does not."""
    here = in_parts()
    here.wait(timedelta(minutes=60))
    assert here.say("harriet: play ") == ["! Nothing is left that comes by itself."]


def test_the_ladder_is_climbed_from_its_lowest_rung() -> None:
    """A nudge that waits for a word is given before a pointer that has a time."""
    here = in_parts()
    here.wait(timedelta(minutes=6))
    here.say("harriet: hint early")
    here.say("harriet: hint early")
    assert became(here, e.InjectPlayed)[1:] == ["nudge", "pointer"]


def test_no_help_comes_by_itself_with_what_is_resolved() -> None:
    """A hint whose incident is over is skipped: it would tell the players that they are wrong."""
    here = in_parts()
    here.wait(timedelta(minutes=6))
    here.say("ana: resolve I1")
    here.wait(timedelta(minutes=30))
    assert "pointer" in became(here, e.InjectSkipped)


def test_what_is_for_one_role_alone_is_told_to_nobody_when_nobody_has_it() -> None:
    """The dungeon master plays it by hand while nobody commands: it is refused, not told to everybody, nor offered."""
    here = table()
    whisper = "{id: whisper, title: W, at: T+50m, actor: {who: v, says: Psst, privately_to: commander}}"
    text = PARTS.replace("injects:", f"actors: {{v: {{name: V, title: v}}}}\ninjects:\n  - {whisper}")
    here.scenarios["parts"] = read_scenario(text, "parts.yaml")
    here.say("harriet: start parts with ana, ben")
    assert here.say("harriet: play whisper") == ["! It is for commander alone, and nobody is that, nor has command."]
    shown = panel(here.room)
    assert shown is not None
    (line,) = [each for each in shown.coming if each.id == "whisper"]
    assert [each.do for each in line.asks] == ["skip-inject"]
    here.say("ana: command")
    here.say("harriet: play whisper")
    told = [each.place for each in effects(here, f.Say) if "Psst" in plain(each.body)]
    assert told == ["person:ana", "backchannel"]


@pytest.mark.parametrize("line", ["shift 999999d", "edit gone T+999999d", "sideline ana 999999d away"])
def test_nothing_is_put_where_no_calendar_comes(line: str) -> None:
    """A slip of the finger is refused: with a few of them the room could never be woken again."""
    here = played()
    here.say("ana: consent")
    (refused,) = here.say(f"harriet: {line}")
    assert "more than a week" in refused


def test_the_time_that_the_form_shows_can_be_sent_back() -> None:
    """Whoever edits the words of an inject and leaves its time as it stands there has edited its words alone."""
    here = played()
    form = gamemodals.edit(here.room, mark(here.room), 1, {"inject": "gone"})
    (at,) = [each["element"]["initial_value"] for each in form["blocks"] if each.get("block_id") == "at"]
    here.give(asks.command("edit", {"inject": "gone", "text": "It has left us.", "at": at}, "harriet"))
    assert [each.inject.what.words() for each in events(here, e.InjectEdited)] == ["It has left us."]
    assert events(here, e.InjectRetimed) == []
    here.give(asks.command("edit", {"inject": "gone", "at": "T+00:07:30"}, "harriet"))
    assert [each.at for each in events(here, e.InjectRetimed)] == [timedelta(minutes=7, seconds=30)]


def test_every_inject_of_the_panel_can_be_played_from_it() -> None:
    """Also the first of those that wait for something, when nothing comes by the clock any more."""
    here = in_parts()
    here.wait(timedelta(minutes=4))
    for each in [each.id for each in here.room.plan.in_order()] if here.room.plan else []:
        here.say(f"harriet: skip-inject {each}")
    shown = panel(here.room)
    assert shown is not None
    first = shown.coming[0]
    assert first.id == "contingency"
    pressed = [presses.press(each) for each in buttons(panel_card(shown, 1).blocks)]
    assert {each.do for each in pressed if each.args.get("inject") == first.id} >= {"play", "skip-inject"}


def buttons(blocks: tuple[Block, ...]) -> list[Block]:
    return [each for block in blocks if block["type"] == "actions" for each in block["elements"] if "value" in each]


def test_the_seal_of_predictions_cannot_be_guessed() -> None:
    """Begun from the panel too: the seal that players see is salted, or they could try out what was predicted."""
    here = table()
    here.say("harriet: plan small with ana; evaluator eve")
    here.say("eve: predict gone the page")
    here.give(asks.command("start-game", {}, "harriet"))
    (sealed,) = events(here, e.PredictionsSealed)
    assert len(sealed.salt) >= 32
    assert sealed.digest != digest(here.room.readiness.predictions, "")


# --- people


@pytest.mark.parametrize("who", ["ola", "harriet", "eve", "sam"])
def test_nobody_is_given_a_role_who_cannot_act(who: str) -> None:
    """An observer, an evaluator or the dungeon master as commander would be one who can do nothing."""
    here = played()
    assert here.give(c.TakeRole(by="ana", role="commander", person=who)) == [f"! @{who} does not play in this game."]


def test_a_role_is_not_given_to_somebody_who_is_out() -> None:
    """Who cannot be reached cannot be named; a stranger can, and plays from then on."""
    here = played()
    for line in ("ben: consent", "harriet: sideline ben 10m tunnel"):
        here.say(line)
    assert here.give(c.TakeRole(by="ana", role="scribe", person="ben")) == ["! @ben cannot be reached just now."]
    here.give(c.TakeRole(by="ana", role="scribe", person="zoe"))
    assert "zoe" in here.room.roster.players
    assert f.Invite(place=f.WAR_ROOM, people=("zoe",)) in here.effects


def test_who_becomes_an_evaluator_leaves_role_and_team_and_is_not_out() -> None:
    """Nobody is two things: the commander who goes over to the evaluators has no command any more, and can be reached."""
    here = played()
    for line in ("ana: command", "ana: consent", "harriet: sideline ana 10m tunnel", "harriet: part ana evaluator"):
        here.say(line)
    roster = here.room.roster
    assert (roster.part("ana"), roster.commander, dict(roster.sidelined)) == ("evaluator", "", {})
    here.say("ben: command")
    assert here.room.roster.commander == "ben"


def test_who_is_made_a_player_late_is_told_how_things_stand() -> None:
    """Named by the dungeon master, or come by themselves: late joiners get the same catch-up."""
    here = played()
    here.wait(timedelta(minutes=2))
    here.say("harriet: part zoe player")
    (welcome,) = [each for each in effects(here, f.Say) if each.place == "person:zoe"]
    assert "Database gone" in plain(welcome.body)


def test_an_evaluator_who_comes_late_is_where_it_is_played() -> None:
    """Somebody who is to evaluate is invited where the players are, as those are who evaluate from the start."""
    here = played()
    here.say("harriet: part yan evaluator")
    invited = [each.place for each in effects(here, f.Invite) if "yan" in each.people]
    assert invited == [f.BACKCHANNEL, f.WAR_ROOM]


def test_who_takes_back_their_consent_is_back() -> None:
    """Nobody is kept out who does not agree to it any more."""
    here = played()
    for line in ("ben: consent", "harriet: sideline ben 10m tunnel", "ben: consent no"):
        here.say(line)
    assert dict(here.room.roster.sidelined) == {}
    assert [each.person for each in events(here, e.BackInGame)] == ["ben"]


def test_nobody_is_out_when_the_game_is_over() -> None:
    """The card does not say for ever that somebody cannot be reached."""
    here = played()
    for line in ("ben: consent", "harriet: sideline ben 10m tunnel", "harriet: end"):
        here.say(line)
    assert status(here.room).out == ()


def test_a_game_that_did_not_begin_shows_no_time_any_more() -> None:
    """The time that was said is shown until it has come; of a window only its ends, until more is said."""
    here, day = played("plan small with ana"), timedelta(days=1)
    here.give(c.RemindGame(begins=here.now + day, until=here.now + 2 * day, everybody=True))
    assert begins(here.room) == (here.now + day, here.now + 2 * day)
    for until in (None, here.now + 3 * day):
        here.give(c.RemindGame(begins=here.now + day, until=until))
        assert begins(here.room) == (here.now + day, None)
    here.give(c.BeginAsPlanned(salt="x", late=True))
    assert begins(here.room) is None
