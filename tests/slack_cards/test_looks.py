"""How cards and modals read, kept as text. `WARROOM_REWRITE=1` writes what comes out now into the files.

Commit a rewrite only when you understand the difference and want it.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.games import test_games as games
from tests.slack_cards import rooms
from tests.slack_cards.drawing import drawn, drawn_view
from tests.slack_cards.rooms import CHANNELS
from warroom.core import commands as c
from warroom.core import panelview, runview, views
from warroom.core.room import Room
from warroom.definitions.loader import read_runbook, read_scenario
from warroom.slack import cards, modals
from warroom.testing import Table

HERE = Path(__file__).parent
REWRITE = os.environ.get("WARROOM_REWRITE") == "1"
ROOM = 12

STARTED = ["UHARRIET: start quiet-evening with UANA, UBEN"]
LATE = [*STARTED, "+1m", "UANA: acknowledge I1", "UANA: walk I1 cold-cache", "+1m", "UANA: take R1/shield", "+2m"]
ROUND = [*LATE, "UANA: done R1/shield", "+1m", "UBEN: cold R1/warm", "+30s", "UBEN: skip R1/fill it fills itself"]
WAITING = [*ROUND, "+20s", "UBEN: warm R1/warm"]
PAUSED = [*ROUND, "UHARRIET: pause A real call came in"]
ROLLED_BACK = [
    "UANA: give R1/service service=web",
    "UBEN: approve R1/roll-back",
    "act R1/1 begins",
    "act R1/1 says: deployment.apps/web rolled back",
    "act R1/1 ends done: It ended with 0 after 3 s.",
]
FLAG_FAILS = ["act R1/2 begins", "act R1/2 ends failed: flags.example.org answered 503."]
GIVEN_UP = ["check R1/up fails: web.example.org answered 503"]
OVER = [*WAITING, "+4m", "UANA: resolve I1", "UHARRIET: end"]


def table(lines: Sequence[str]) -> Table:
    scenario = read_scenario((HERE / "evening.scenario.yaml").read_text(encoding="utf-8"), "evening.scenario.yaml")
    runbook = read_runbook((HERE / "evening.runbook.yaml").read_text(encoding="utf-8"), "evening.runbook.yaml")
    made = Table([scenario], [runbook])
    for line in lines:
        refused = [each for each in made.say(line) if each.startswith("!")]
        assert not refused, f"{line}: {refused}"
        if line == STARTED[0]:
            made.give(c.RecordChannel(place="war-room", channel=CHANNELS["war-room"], name="exercise-gd-1"))
            made.give(rooms.offers("I1"))
    return made


def status(lines: Sequence[str]) -> str:
    return drawn(cards.status_card(views.status(table(lines).room), ROOM))


def panel(lines: Sequence[str]) -> str:
    view = panelview.panel(table(lines).room)
    assert view is not None
    return drawn(cards.panel_card(view, ROOM))


def run(lines: Sequence[str]) -> str:
    view = runview.run(table(lines).room, "R1")
    assert view is not None
    return drawn(cards.run_card(view, ROOM))


def kind(name: str, *lines: str, card: str = "R1") -> str:
    """The card of a walk through one of the runbooks of tests/games/kinds, after these lines."""
    made = games.table()
    for line in ("UANA: declare It burns", "UANA: acknowledge I1", "UBEN: command", f"UANA: walk I1 {name}", *lines):
        refused = [each for each in made.say(line) if each.startswith("!")]
        assert not refused, f"{line}: {refused}"
    view = runview.run(made.room, card)
    assert view is not None
    return drawn(cards.run_card(view, ROOM))


def blank(*lines: str) -> str:
    made = games.table()
    for line in ("UANA: declare It burns", "UANA: acknowledge I1", "UANA: blank I1 The queue stands still", *lines):
        made.say(line)
    view = runview.run(made.room, "R1")
    assert view is not None
    return drawn(cards.run_card(view, ROOM))


def said(made: Table) -> str:
    mark = views.mark(made.room)
    return "\n".join(drawn(cards.notice(each, mark, ROOM, CHANNELS)) for each in rooms.said(made))


def home() -> str:
    view = cards.HomeView(
        rooms=(
            cards.HomeRoom(key="GD-1", title="A quiet evening", drill=True, state="running", channel="C0WAR"),
            cards.HomeRoom(key="INC-7", title="Checkout is down", drill=False, state="open"),
        ),
        scenarios=(cards.HomeScenario(id="quiet-evening", title="A quiet evening", summary="The cache is lost."),),
        controller=True,
    )
    return drawn_view(cards.home(view))


def all_modals(room: Room) -> str:
    said = {"incident": "I1", "run": "R1", "step": "shield", "leg": "1", "inject": "boss-asks", "answer": "done"}
    said["expectation"] = "seen"
    asked = [modals.for_room(do, room, ROOM, said) for do in modals.FOR_ROOM]
    opening = [
        modals.start_game([room.plan.scenario] if room.plan else [], "quiet-evening", ("UANA", "UBEN"), origin="C1"),
        modals.declare([("cache", "Cache"), ("web", "")], origin="C1"),
    ]
    return "\n".join(drawn_view(each) for each in (*opening, *asked))


LOOKS: dict[str, Callable[[], str]] = {
    "status-running": lambda: status(LATE),
    "status-paused": lambda: status(PAUSED),
    "status-over": lambda: status(OVER),
    "status-real": lambda: drawn(cards.status_card(views.status(rooms.real_incident(9).room), ROOM)),
    "run-first-step": lambda: run(LATE[:4]),
    "run-overdue": lambda: run(LATE),
    "run-second-round": lambda: run(ROUND),
    "run-waiting": lambda: run(WAITING),
    "run-paused": lambda: run(PAUSED),
    "run-over": lambda: run(OVER),
    "kind-do": lambda: kind("do", "UANA: give R1 host=db-1 path=/var", "UCLEO: take R1/look"),
    "kind-do-failed": lambda: kind("act", *ROLLED_BACK, "UANA: approve R1/flag", "UBEN: approve R1/flag", *FLAG_FAILS),
    "kind-choose": lambda: kind("choose", "UANA: primary R1/where"),
    "kind-check": lambda: kind(
        "check", "UANA: give R1 host=web.example.org", *GIVEN_UP, "check R1/wait-for-it fails: refused"
    ),
    "kind-check-open": lambda: kind("check"),
    "kind-ask": lambda: kind("ask"),
    "kind-wait": lambda: kind("wait"),
    "kind-wait-paused": lambda: kind("wait", "UANA: pause-run R1 We look at something else first"),
    "kind-confirm": lambda: kind("confirm", "UBEN: confirmed R1/sure"),
    "kind-act": lambda: kind("act", *ROLLED_BACK[:1]),
    "kind-act-running": lambda: kind("act", *ROLLED_BACK[:4]),
    "kind-announce": lambda: kind("announce"),
    "kind-runbook": lambda: kind("runbook"),
    "kind-parallel": lambda: kind("parallel", "UBEN: done R3/stop-writes", "UANA: done R2/tell"),
    "kind-branch": lambda: kind("parallel", card="R2"),
    "blank": blank,
    "blank-on-the-way": lambda: blank(
        "UANA: write R1 Restart the consumer", "+2m", "UANA: done R1/r1-1", "UBEN: beside R1 Told them"
    ),
    "panel-planned": lambda: panel(["UHARRIET: plan quiet-evening with UANA"]),
    "panel-running": lambda: panel(LATE),
    "panel-over": lambda: panel(OVER),
    "said-in-a-game": lambda: said(table([*OVER[:4], "+11m", "UHARRIET: end"])),
    "said-in-life": lambda: said(rooms.real_incident()),
    "home": home,
    "modals": lambda: all_modals(table(LATE).room),
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_card_reads_as_the_kept_file_says(name: str) -> None:
    """The same room gives the same card, word for word."""
    file, now = HERE / "golden" / f"{name}.txt", LOOKS[name]()
    if REWRITE:
        file.write_text(now, encoding="utf-8")
    assert now == file.read_text(encoding="utf-8")


def test_no_kept_file_is_left_over() -> None:
    """Every kept file belongs to a card that is still drawn."""
    assert {each.stem for each in (HERE / "golden").glob("*.txt")} == set(LOOKS)
