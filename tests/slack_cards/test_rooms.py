"""Real rooms, played: every message, card, home and modal is one that Slack takes, marked, and gives nothing away."""

import ast
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import warroom.slack
from tests.slack_cards import rooms
from tests.slack_cards.oracles import check_home, check_message, check_modal, published, strings
from tests.slack_cards.rooms import CHANNELS, LIBRARY
from tests.slack_cards.test_hostile import check_marked
from warroom.core import panelview, runview, views
from warroom.core.room import Room
from warroom.slack import cards, gamemodals, modals
from warroom.slack.cards import Message
from warroom.slack.mrkdwn import escape
from warroom.testing import Table

ROOM = 7
MOMENTS: dict[str, Sequence[str]] = {
    "planned": rooms.PLANNED,
    "started": rooms.STARTED,
    "walking": rooms.WALKING,
    "stuck": rooms.STUCK,
    "branched": rooms.BRANCHED,
    "paused": rooms.PAUSED,
    "finished": rooms.FINISHED,
    "ended": rooms.ENDED,
}


def tables() -> Iterator[Table]:
    yield from (rooms.table(lines) for lines in MOMENTS.values())
    yield rooms.real_incident()
    yield rooms.real_incident(alerts=120)


def for_players(made: Table) -> Iterator[Message]:
    """Everything the war room gets to see, as it is now."""
    room, mark = made.room, views.mark(made.room)
    yield cards.status_card(views.status(room), ROOM)
    yield from (cards.run_card(view, ROOM) for name in room.runs if (view := runview.run(room, name)))
    yield from (cards.notice(say, mark, ROOM, CHANNELS) for say in rooms.said(made) if say.place != "backchannel")


def everything(made: Table) -> Iterator[Message]:
    yield from for_players(made)
    mark = views.mark(made.room)
    yield from (cards.notice(say, mark, ROOM, CHANNELS) for say in rooms.said(made) if say.place == "backchannel")
    if view := panelview.panel(made.room):
        yield cards.panel_card(view, ROOM)


def room_modals(room: Room) -> list[modals.View]:
    said = {"incident": "I1", "run": "R1", "step": "fence", "leg": "3", "inject": "east-lost"}
    said["expectation"] = "commander-named"
    walks = {"answer-with", "values", "flag", "add", "give-to", "halt"}  # of a walk, which a room need not have
    asked = [
        do for do in modals.FOR_ROOM if (room.runs or do not in walks) and (room.plan or do not in gamemodals.FOR_GAME)
    ]
    return [modals.for_room(do, room, ROOM, said) for do in asked]


def opening_modals() -> list[modals.View]:
    services = [(each.id, each.title) for each in LIBRARY.catalogue.services.values()]
    return [
        modals.start_game(list(LIBRARY.scenarios.values()), "october-21", ("U1", "U2"), origin="C1"),
        modals.declare(services, origin="C1"),
    ]


HOME = cards.HomeView(
    rooms=(cards.HomeRoom(key="GD-1", title="October 21", drill=True, state="running", channel="C0WAR"),),
    scenarios=tuple(
        cards.HomeScenario(id=each.id, title=each.title, summary=each.summary) for each in LIBRARY.scenarios.values()
    ),
    controller=True,
)


# --- what Slack takes


def test_every_message_of_a_game_and_of_an_incident_is_one_that_slack_takes() -> None:
    """Cards and news at every moment stay within the limits."""
    for made in tables():
        for message in everything(made):
            check_message(message)


def test_every_block_of_a_message_has_slacks_published_shape() -> None:
    """Cards and news pass the schema made from @slack/types."""
    seen = {
        json.dumps(block, sort_keys=True) for made in tables() for each in everything(made) for block in each.blocks
    }
    for block in seen:
        assert published(json.loads(block), "KnownBlock") == []


def test_every_modal_and_the_home_have_slacks_published_shape_and_stay_within_limits() -> None:
    """Views pass the schema made from @slack/types and the limits it does not know."""
    for view in [*room_modals(rooms.table(rooms.STUCK).room), *opening_modals()]:
        check_modal(view)
        assert published(view, "ModalView") == []
    check_home(cards.home(HOME))
    assert published(cards.home(HOME), "HomeView") == []


# --- the mark


def test_every_message_says_first_whether_it_is_an_exercise() -> None:
    """The mark opens the text and the blocks of whatever is said or shown."""
    for made in tables():
        for message in everything(made):
            check_marked(message, views.mark(made.room))


def test_every_modal_of_a_room_says_first_whether_it_is_an_exercise() -> None:
    """The mark opens the blocks of a modal."""
    for made in (rooms.table(rooms.STUCK), rooms.real_incident()):
        word = "EXERCISE" if made.room.drill else "REAL INCIDENT"
        for view in room_modals(made.room):
            assert word in json.dumps(view["blocks"][0], ensure_ascii=False)


def test_messages_are_made_in_one_place_only() -> None:
    """Nobody builds a Message but the function that marks it (and the one for answers about no room)."""
    makers = set()
    for file in Path(warroom.slack.__file__).parent.glob("*.py"):
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                calls = (each.func for each in ast.walk(function) if isinstance(each, ast.Call))
                makers |= {
                    (file.name, function.name) for call in calls if ast.unparse(call).split(".")[-1] == "Message"
                }
    assert makers == {("blocks.py", "marked"), ("blocks.py", "private")}


# --- what is hidden


@pytest.mark.parametrize("moment", MOMENTS)
def test_nothing_hidden_is_ever_shown_to_players(moment: str) -> None:
    """No hidden note, coming inject or expectation of the scenario is in anything the war room sees."""
    made = rooms.table(MOMENTS[moment])
    shown = "\n".join(text for message in for_players(made) for text in strings([message.text, message.blocks]))
    for secret in hidden(made):
        assert escape(secret) not in shown


def hidden(made: Table) -> list[str]:
    """Every line of the scenario that players must not know at this moment."""
    assert made.room.plan is not None
    plan, scenario = made.room.plan, made.room.plan.scenario
    notes = [
        scenario.hidden_notes,
        *(each.notes for each in scenario.injects),
        *(each.what for each in scenario.expectations),
    ]
    coming = [each.what.words() for each in plan.coming()]
    return [line.strip() for text in (*notes, *coming) for line in text.split("\n") if len(line.strip()) > 20]


def test_the_panel_does_show_what_is_hidden() -> None:
    """The panel is where hidden notes are for: otherwise the test above would prove nothing."""
    view = panelview.panel(rooms.table(rooms.STUCK).room)
    assert view is not None
    shown = "\n".join(strings(cards.panel_card(view, ROOM).blocks))
    assert "the heron stands in the western reeds" in shown


# --- too many of everything


def status_of(incidents: int, alerts: int) -> views.StatusView:
    view = views.status(rooms.real_incident(alerts).room)
    one = view.incidents[0]
    return replace(view, incidents=tuple(replace(one, id=f"I{at}") for at in range(incidents)))


def test_a_status_card_with_forty_incidents_and_a_hundred_alerts_says_how_many_more() -> None:
    """What does not fit is counted, and the buttons are still there."""
    card = cards.status_card(status_of(40, 100), ROOM)
    check_message(card)
    shown = "\n".join(strings(card.blocks))
    assert "… and 28 more, 28 of them open" in shown
    assert "99 firing, 1 resolved" in shown
    assert "… and 94 more" in shown
    assert "warroom:update" in json.dumps(card.blocks[-1])


def test_every_inject_of_a_long_game_can_be_played_from_the_panel() -> None:
    """Forty coming injects and forty by hand: each has a button or is in the menu."""
    view = panelview.panel(rooms.table(rooms.STARTED).room)
    assert view is not None
    view = replace(view, coming=_copies(view.coming[0], "c"), by_hand=_copies(view.by_hand[0], "h"))
    card = cards.panel_card(view, ROOM)
    check_message(card)
    values = [json.loads(text) for text in strings(card.blocks) if text.startswith('{"r":')]
    reachable = {each["inject"] for each in values if "inject" in each}
    later = {f"{kind}{at}" for kind in "ch" for at in range(40)} - {"c0"}  # the next one has the panel's own button
    assert later <= reachable


def _copies(line: panelview.InjectLine, kind: str) -> tuple[panelview.InjectLine, ...]:
    def copy(name: str) -> panelview.InjectLine:
        asks = tuple(replace(ask, args=(("inject", name),)) for ask in line.asks)
        return replace(line, id=name, title=f"{line.title} {name}", notes="n" * 400, text="t" * 900, asks=asks)

    return tuple(copy(f"{kind}{at}") for at in range(40))


def test_a_step_as_long_as_slack_allows_keeps_its_buttons_and_commands() -> None:
    """A very long text is cut; what must be pressed and copied stays."""
    view = runview.run(rooms.table(rooms.STUCK).room, "R1")
    assert view is not None
    assert view.current is not None
    many = tuple(replace(view.path[0], title=f"{'long ' * 20}{at}") for at in range(90))
    view = replace(view, path=many, current=replace(view.current, text="a long line\n" * 2_000))
    card = cards.run_card(view, ROOM)
    check_message(card)
    shown = json.dumps(card.blocks)
    assert "pg_isready -h db-east -t 3" in shown
    assert "warroom:answer" in shown
    over = cards.run_card(replace(view, current=None, state="finished"), ROOM)
    check_message(over)
