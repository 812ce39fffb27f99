"""A game day played by random people doing random things, in a scenario that holds everything there is.

The laws it keeps are in `laws.py`, and watched at the table.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.core.laws import WatchedTable
from tests.core.test_laws import AnyGame
from tests.examples import many
from warroom.core import commands as c
from warroom.core import evaluationview, panelview, views
from warroom.core.effects import Ask, OpenRealRoom
from warroom.core.game import GameState
from warroom.core.readiness import Finding
from warroom.core.room import Room
from warroom.slack import asks

CAST = "harriet: plan whole with ana, ben; evaluator eve; safety sam; observer ola; team data dora; team front fritz; in staging"
PEOPLE = st.sampled_from(["harriet", "ana", "ben", "eve", "sam", "ola", "dora", "fritz", "olga", "zoe"])
INJECTS = st.sampled_from(["slow", "gone", "page-down", "whisper", "night", "flight", "told-them", "nudge", "nothing"])
EXPECTATIONS = st.sampled_from(["led", "told", "calm", "nothing"])
LENGTHS = st.sampled_from([-20, -1, 0, 1, 5, 90]).map(lambda minutes: timedelta(minutes=minutes))
WORDS = st.sampled_from(
    ["no duff", "Promote the West!", "the status page", "lunch", "this is real", "CANARY typed by a player"]
)
NOT_EVERYBODY = ("start-game", "go", "no-go", "export", "walk", "part", "consent", "sideline")


def offered(room: Room) -> Iterator[tuple[str, Ask]]:
    """Every button of every card, and somebody who may press it."""
    player = next((each for each in room.roster.players if each not in room.roster.sidelined), "")
    if player:
        status = views.status(room)
        for shown in (status, *status.incidents):
            yield from ((player, ask) for ask in (*shown.asks, *getattr(shown, "more", ())))
    panel, sheet = panelview.panel(room), evaluationview.evaluation(room)
    director = room.roster.controllers[0]
    if panel is not None:
        for line in (panel, *panel.coming, *panel.by_hand, *panel.deck):
            yield from ((director, ask) for ask in (*line.asks, *getattr(line, "more", ())))
        if panel.readiness:
            yield from ((director, ask) for ask in panel.readiness.asks)
    if sheet is not None:
        for line_ in (sheet, *sheet.lines):
            yield from ((director, ask) for ask in line_.asks)


class AnyGameDay(AnyGame):
    """A game day in which nobody knows what they are doing, and some of it is really broken."""

    @initialize(at_once=st.booleans(), approved=st.booleans(), mode=st.sampled_from(["", "autopilot", "sealed", "off"]))
    def opened(self, at_once: bool, approved: bool, mode: str = "") -> None:
        from tests.games.test_games import table

        self.table, self.presses = table(WatchedTable), 0
        for line in (
            CAST,
            "harriet: channel backchannel",
            *(["olga: approve-fault redis/primary"] if approved else []),
        ):
            self.table.say(line)
        if mode:
            self.table.say(f"harriet: murphy {mode}")
        if at_once:
            for line in (
                "harriet: preflight",
                "preflight green",
                "harriet: say-go dungeon master",
                "ben: say-go support",
            ):
                self.table.say(line)
            self.table.say("harriet: go")
            self.table.say("ana: channel war-room")

    # --- what people do

    @rule(by=PEOPLE, inject=INJECTS, words=st.sampled_from(["", "Other words."]), at=st.sampled_from([None, 0, 7, 40]))
    def edit(self, by: str, inject: str, words: str, at: int | None) -> None:
        when = None if at is None else timedelta(minutes=at)
        self.give(c.EditInject(by=by, inject=inject, text=words, at=when))

    @rule(by=PEOPLE, inject=INJECTS, later=st.booleans())
    def swap(self, by: str, inject: str, later: bool) -> None:
        self.give(c.SwapInject(by=by, inject=inject, later=later))

    @rule(by=PEOPLE, length=LENGTHS)
    def shift(self, by: str, length: timedelta) -> None:
        self.give(c.ShiftPlan(by=by, by_length=length))

    @rule(by=PEOPLE, what=st.sampled_from([c.ForwardPlan, c.MoveOn, c.AskPreflight, c.AskMurphy]))
    def direct(self, by: str, what: type[Any]) -> None:
        self.give(what(by=by))

    @rule(by=PEOPLE, title=st.sampled_from(["", "Fire"]), actor=st.sampled_from(["", "vendor", "nobody"]))
    def improvise(self, by: str, title: str, actor: str) -> None:
        self.give(c.Improvise(by=by, text="Something else.", title=title, actor=actor))

    @rule(by=PEOPLE, mishap=st.sampled_from(["cache-cold", "boss-asks", "nothing"]), veto=st.booleans())
    def mishap(self, by: str, mishap: str, veto: bool) -> None:
        self.give(c.VetoMishap(by=by, mishap=mishap) if veto else c.PlayMishap(by=by, mishap=mishap))

    @rule(by=PEOPLE, agrees=st.booleans())
    def consent(self, by: str, agrees: bool) -> None:
        self.give(c.Consent(by=by, agrees=agrees))

    @rule(by=PEOPLE, person=PEOPLE, minutes=st.sampled_from([0, 5, 30]))
    def sideline(self, by: str, person: str, minutes: int) -> None:
        self.give(c.SidelinePerson(by=by, person=person, lasts=timedelta(minutes=minutes), why="A tunnel."))

    @rule(
        by=PEOPLE,
        person=PEOPLE,
        part=st.sampled_from(["controller", "evaluator", "safety", "observer", "player", "king"]),
    )
    def part(self, by: str, person: str, part: str) -> None:
        self.give(c.GivePart(by=by, person=person, part=part))

    @rule(by=PEOPLE, team=st.sampled_from(["data", "front", "moon"]))
    def team(self, by: str, team: str) -> None:
        self.give(c.JoinTeam(by=by, team=team))

    @rule(by=PEOPLE, withdraw=st.booleans())
    def approve(self, by: str, withdraw: bool) -> None:
        target = "redis/primary"
        self.give(c.WithdrawApproval(by=by, target=target) if withdraw else c.ApproveFault(by=by, target=target))

    @rule(by=PEOPLE, role=st.sampled_from(["dungeon master", "support", "king"]), go=st.booleans())
    def go(self, by: str, role: str, go: bool) -> None:
        self.give(c.SayGo(by=by, role=role, go=go, reason="because"))

    @rule(by=PEOPLE, expectation=EXPECTATIONS, rating=st.sampled_from(["P", "U", "X"]))
    def rate(self, by: str, expectation: str, rating: str) -> None:
        self.give(c.RateExpectation(by=by, expectation=expectation, rating=rating))

    @rule(by=PEOPLE, expectation=EXPECTATIONS, met=st.booleans())
    def judge(self, by: str, expectation: str, met: bool) -> None:
        self.give(c.JudgeExpectation(by=by, expectation=expectation, met=met))

    @rule(by=PEOPLE, place=st.sampled_from(["war-room", "backchannel", "team:data"]), text=WORDS)
    def say(self, by: str, place: str, text: str) -> None:
        self.give(c.HearMessage(by=by, channel=f"C-{place}", ts=str(len(self.table.entries)), text=text))

    @rule(by=PEOPLE, sure=st.integers(0, 5))
    def shout(self, by: str, sure: int) -> None:
        if sure == 0:
            self.give(c.CallEmergency(by=by, words="real"))
            after = self.table.room.game
            assert after is not None
            assert after.state not in (GameState.RUNNING, GameState.PAUSED), "whoever shouts stops it"

    @rule(data=st.data())
    def press_what_a_card_offers(self, data: st.DataObject) -> None:
        """A button that is shown is accepted from whom it is shown to."""
        room = self.table.room
        buttons = [each for each in offered(room) if each[1].do not in NOT_EVERYBODY]
        if not buttons:
            return
        by, ask = data.draw(st.sampled_from(buttons))
        if ask.do in ("end", "emergency", "close") and data.draw(st.integers(0, 5)):
            return
        self.presses += 1
        said = {
            "reason": "because",
            "text": f"hello {self.presses}",
            "actor": "vendor",
            "length": "3m",
            "rating": "S",
            "detects": "a graph",
            **dict(ask.args),
        }
        lines = self.table.give(asks.command(ask.do, said, by))
        assert not lines or not lines[0].startswith("! "), f"{by} pressed {ask.label}: {lines}"

    # --- what the world answers

    @rule(holds=st.booleans())
    def watched(self, holds: bool) -> None:
        self.give(c.RecordStop(stop="errors", holds=holds, detail="seen"))

    @rule(ready=st.booleans())
    def looked(self, ready: bool) -> None:
        there = self.table.room.readiness.preflight
        finding = Finding(what="the systems", holds=ready)
        self.give(c.RecordPreflight(attempt=there.attempt if there else 1, findings=(finding,)))

    @precondition(lambda self: self.table.room.game and self.table.room.game.real_rooms == ())
    @rule()
    def a_real_room(self) -> None:
        if any(isinstance(each, OpenRealRoom) for each in self.table.effects):
            self.give(c.RecordRealRoom(key="INC-7"))


AnyGameDay.TestCase.settings = settings(max_examples=many(25), stateful_step_count=60, deadline=None)
TestAnyGameDay = AnyGameDay.TestCase
