"""Murphy in a room: what he is told of it, when he plays by himself, and what of that is kept."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import many
from tests.games.test_games import table
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core import panelview
from warroom.core.effects import BACKCHANNEL, Say
from warroom.core.murphy import Proposal
from warroom.core.room import FIRST_LOOK, LOOK_AGAIN
from warroom.core.roomfold import fold
from warroom.core.situating import draw
from warroom.definitions.loader import read_scenario
from warroom.testing import Table

MINUTE = timedelta(minutes=1)
QUIET = """
scenario: 1
id: quiet
title: A quiet day
briefing: You run a shop.
length: 180m
actors:
  boss: {name: Rita, title: chief executive}
teams:
  data: {title: Data}
injects:
  - {id: begin, title: It begins, at: T+1m, announce: Good morning.}
  - {id: noon, title: Noon, at: T+60m, announce: It is noon.}
deck:
  - id: cache
    title: The cache is cold
    difficulty: 5
    announce: The cache is empty.
    incident: {title: Cache cold, services: [cache], failure_modes: [cold]}
  - id: search
    title: Search is slow
    difficulty: 2
    announce: Search is slow.
    incident: {title: Search slow, services: [search], failure_modes: [slow]}
  - id: mail
    title: Mail waits
    difficulty: 6
    announce: Mail waits.
    incident: {title: Mail waits, services: [mail], failure_modes: [backlog]}
  - id: quietly
    title: The boss calls the commander
    ambient: true
    difficulty: 1
    actor: {who: boss, says: "How is it going?", privately_to: commander}
murphy: {mode: %s, budget: 20, most_open: 2}
"""


def playing(mode: str, *lines: str) -> Table:
    """A game with nothing in its plan but the morning and noon, and Murphy."""
    here = table()
    here.scenarios["quiet"] = read_scenario(QUIET % mode, "quiet.yaml")
    for line in ("harriet: start quiet with ana, ben; team data ana", *lines):
        here.say(line)
    assert here.room.live
    return here


def draws(here: Table) -> list[Proposal]:
    return [each.event.proposal for each in here.entries if isinstance(each.event, e.MurphyDrew)]


def reason(proposal: Proposal) -> tuple[object, ...]:
    """Why he drew nothing, as a reader would tell the reasons apart."""
    return (bool(proposal.held), *((proposal.gate.phase, proposal.gate.absent) if proposal.held else ()))


@pytest.mark.parametrize("mode", ["autopilot", "sealed"])
def test_nothing_is_kept_while_nothing_is_new(mode: str) -> None:
    """Two hours in which nobody comes: each draw that is kept holds a card, or says another reason than the one before."""
    here = playing(mode)
    here.wait(120 * MINUTE)
    kept = draws(here)
    assert len(kept) < 10
    for before, after in pairwise(kept):
        assert before.chosen or after.chosen or reason(before) != reason(after)


@pytest.mark.parametrize("mode", ["autopilot", "sealed"])
def test_murphy_waits_while_something_is_real(mode: str) -> None:
    """While a real incident is open beside the game he plays nothing by himself; when it is over he goes on."""
    here = playing(mode)
    here.give(c.RecordOutside(incidents=("INC-7",), frozen=""))
    here.wait(60 * MINUTE)
    assert not [each for each in draws(here) if each.chosen]
    here.give(c.RecordOutside(incidents=(), frozen=""))
    here.say("ana: acknowledge I1")
    here.wait(30 * MINUTE)
    assert [each for each in draws(here) if each.chosen]


def looks(here: Table, until: timedelta) -> Iterator[timedelta]:
    """Every reading, until then, at which he could look."""
    at = FIRST_LOOK
    while at <= until:
        if at > here.room.clock.reading(here.now):
            yield at
        at += LOOK_AGAIN


DOINGS = st.lists(
    st.tuples(
        st.integers(1, 25),
        st.sampled_from(
            [
                "ana: resolve I1",
                "ana: resolve I2",
                "ben: acknowledge I1",
                "ana: acknowledge I2",
                "ben: command",
                "ana: note hm",
                "harriet: veto cache",
                "harriet: pause",
                "harriet: resume",
                "harriet: forward",
                "harriet: murphy propose",
                "harriet: murphy autopilot",
                "harriet: murphy",
            ]
        ),
    ),
    max_size=12,
)


@settings(max_examples=many(60), deadline=None)
@given(doings=DOINGS, mode=st.sampled_from(["autopilot", "sealed"]))
def test_nothing_is_missed(doings: list[tuple[int, str]], mode: str) -> None:
    """Whatever people do: each two minutes in which a look would have drawn a card, he has looked, and drawn that."""
    here = playing(mode)
    for minutes, line in [*doings, (30, "ana: note end")]:
        until = here.room.clock.reading(here.now) + minutes * MINUTE
        end = here.now + minutes * MINUTE
        for at in list(looks(here, until)):
            when = here.room.clock.when(at)
            if when is None or not here.room.live:
                break
            here.wait(when - here.now - timedelta(seconds=1))
            room = here.room
            assert room.plan is not None
            assert room.murphy is not None
            would = draw(room, room.plan, room.murphy, when, asked=False)
            before = len(draws(here))
            here.wait(timedelta(seconds=1))
            made = draws(here)[before:]
            if room.murphy.mode in ("autopilot", "sealed") and would.chosen:
                assert [each.chosen for each in made][:1] == [would.chosen]
            else:
                assert not [each for each in made if each.chosen and each.mode in ("autopilot", "sealed")]
        here.wait(max(timedelta(0), end - here.now))
        here.say(line)
    assert fold(here.entries) == here.room, "the timeline tells all of it, and is read without drawing"


def test_the_plan_comes_first() -> None:
    """What the plan has coming within two minutes is waited for, and then he keeps his distance from it."""
    here = playing("autopilot")
    here.wait(timedelta(minutes=57, seconds=30))
    for name in ("I1", "I2"):
        here.say(f"ana: resolve {name}")
    before = len(draws(here))
    here.wait(timedelta(minutes=2, seconds=20))
    assert not [each for each in draws(here)[before:] if each.chosen]


def test_what_he_may_not_play_is_said() -> None:
    """A card that the room would hold back is among the rejected, with the room's reason."""
    here = playing("propose")
    here.wait(10 * MINUTE)
    here.say("harriet: murphy")
    (rejected,) = (each for each in draws(here)[-1].rejected if each.card == "quietly")
    assert (rejected.rule, rejected.why) == (
        "not ready",
        "It is for commander alone, and nobody is that, nor has command.",
    )
    here.say("ben: command")
    here.say("harriet: murphy")
    assert "quietly" not in [each.card for each in draws(here)[-1].rejected]


def asks(here: Table) -> set[str]:
    panel = panelview.panel(here.room)
    assert panel is not None
    return {each.do for each in (*panel.asks, *panel.more)}


def test_sealed_he_answers_nobody() -> None:
    """Sealed, he cannot be asked what comes, and no button offers it; asked all the same, nothing is drawn."""
    here = playing("sealed")
    assert "murphy" not in asks(here)
    assert here.say("harriet: murphy") == [
        "! Murphy is sealed: he plays by himself, and tells nobody why before the end."
    ]
    assert draws(here) == []
    assert "murphy" in asks(playing("autopilot"))


def test_sealed_in_the_midst_of_it() -> None:
    """Set to sealed while it runs, the fingerprint of his seed is told then, as it is at the start."""
    here = playing("propose")
    here.say("harriet: murphy sealed")
    assert here.room.murphy is not None
    (said,) = [each for each in here.effects if isinstance(each, Say) and here.room.murphy.sealed in str(each.body)]
    assert said.place == BACKCHANNEL


def test_on_autopilot_the_dungeon_master_may_still_ask() -> None:
    """Asked on autopilot he offers what the dungeon master may play; it is not played until that is wanted."""
    here = playing("autopilot")
    here.wait(2 * MINUTE)
    here.say("harriet: murphy")
    (proposal,) = draws(here)
    assert proposal.chosen
    assert not here.room.incidents
    told = [each for each in here.effects if isinstance(each, Say) and each.title == "Murphy"]
    assert [ask.do for ask in told[-1].asks][:1] == ["take-proposed"]
    here.give(c.TakeProposed(by="harriet", turn=proposal.turn))
    assert len(here.room.incidents) == 1


def test_too_easy_again() -> None:
    """Offered once when it is easy, and not again while nothing new came; after that once more."""
    here = playing("propose")
    here.say("harriet: mishap search")
    here.say("ana: resolve I1")
    here.wait(40 * MINUTE)
    assert len(draws(here)) == 1
    here.say("harriet: improvise incident Pipe: A pipe burst")
    here.say("ana: resolve I2")
    here.wait(15 * MINUTE)
    assert len(draws(here)) == 2
    here.say("harriet: improvise incident Again: It burst again")
    here.wait(40 * MINUTE)
    assert len(draws(here)) == 2
