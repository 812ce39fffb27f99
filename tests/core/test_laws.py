"""The laws of a room, checked by random people pressing random things at random times."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.core.laws import WatchedTable
from tests.examples import many
from tests.games.test_games import table
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core import panelview, runview, views
from warroom.core.deciding import decide
from warroom.core.effects import Ask
from warroom.core.game import GameState
from warroom.core.refusals import Refused
from warroom.core.room import Room
from warroom.core.roomfold import fold
from warroom.core.runs import RunState
from warroom.slack import asks

PEOPLE = st.sampled_from(["harriet", "ana", "ben", "mika", "carl"])
INCIDENTS = st.sampled_from(["I1", "I2", "I9"])
RUNS = st.sampled_from(["R1", "R2", "R9"])
STEPS = st.sampled_from(["really", "fence", "which", "settle", "alive", "nothing"])
INJECTS = st.sampled_from(["gone", "hurry", "worse", "nudge", "nothing", ""])
WAITS = st.sampled_from([1, 20, 59, 60, 61, 150, 300, 1801, 7200]).map(lambda seconds: timedelta(seconds=seconds))


def buttons(room: Room) -> Iterator[tuple[str, Ask]]:
    """Every button of every card, and who may press it."""
    status = views.status(room)
    shown = [status, *status.incidents, *(run.current for name in room.runs if (run := runview.run(room, name)))]
    yield from (("ana", ask) for each in shown if each is not None for ask in each.asks)
    panel = panelview.panel(room)
    if panel is not None:
        yield from (("harriet", ask) for each in (panel, *panel.coming, *panel.by_hand) for ask in each.asks)


class AnyGame(RuleBasedStateMachine):
    """A game in which nobody knows what they are doing."""

    @initialize(at_once=st.booleans())
    def opened(self, at_once: bool) -> None:
        self.table = table(WatchedTable)
        self.table.say("harriet: plan small with ana, ben")
        if at_once:
            self.table.say("harriet: go")

    def give(self, command: c.Command) -> None:
        before = self.table.room
        lines = self.table.give(command)
        if lines and lines[0].startswith("! "):
            assert self.table.room is before, "a refused command changed the room"

    # --- what people do

    @rule(by=PEOPLE, what=st.sampled_from([c.StartGame, c.PauseGame, c.ResumeGame, c.CloseRoom]))
    def simple(self, by: str, what: type[c.Command]) -> None:
        self.give(what(by=by))

    @rule(by=PEOPLE, sure=st.integers(0, 9))
    def end(self, by: str, sure: int) -> None:
        if sure == 0:
            self.give(c.EndGame(by=by))

    @rule(by=PEOPLE, incident=INCIDENTS, what=st.sampled_from([c.Acknowledge, c.Mitigate, c.Resolve]))
    def incident(self, by: str, incident: str, what: type[Any]) -> None:
        self.give(what(by=by, incident=incident))

    @rule(by=PEOPLE, incident=INCIDENTS)
    def reopen(self, by: str, incident: str) -> None:
        self.give(c.Reopen(by=by, incident=incident, reason="again"))

    @rule(by=PEOPLE, role=st.sampled_from(["commander", "scribe"]), instead=st.sampled_from([None, "", "ana"]))
    def role(self, by: str, role: str, instead: str | None) -> None:
        self.give(c.TakeRole(by=by, role=role, instead_of=instead))

    @rule(by=PEOPLE, incident=INCIDENTS)
    def walk(self, by: str, incident: str) -> None:
        self.give(c.StartRun(by=by, incident=incident, runbook=self.table.runbooks["short"], digest="d"))

    @rule(by=PEOPLE, run=RUNS, step=STEPS, answer=st.sampled_from(["done", "good", "bad"]), leg=st.integers(0, 6))
    def answer(self, by: str, run: str, step: str, answer: str, leg: int) -> None:
        self.give(c.AnswerStep(by=by, run=run, step=step, answer=answer, leg=leg or None))

    @rule(by=PEOPLE, run=RUNS, step=STEPS)
    def take(self, by: str, run: str, step: str) -> None:
        self.give(c.TakeStep(by=by, run=run, step=step))

    @rule(by=PEOPLE, run=RUNS, step=STEPS, why=st.sampled_from(["", "because"]))
    def skip(self, by: str, run: str, step: str, why: str) -> None:
        self.give(c.SkipStep(by=by, run=run, step=step, reason=why))

    @rule(by=PEOPLE, run=RUNS, step=STEPS)
    def look_again(self, by: str, run: str, step: str) -> None:
        self.give(c.LookAgain(by=by, run=run, step=step))

    @rule(by=PEOPLE, inject=INJECTS, what=st.sampled_from([c.PlayInject, c.SkipInject]))
    def inject(self, by: str, inject: str, what: type[Any]) -> None:
        self.give(what(by=by, inject=inject))

    @rule(by=PEOPLE)
    def hint(self, by: str) -> None:
        self.give(c.GiveHint(by=by, about="gone"))

    @rule(by=PEOPLE, run=RUNS, why=st.sampled_from(["", "enough"]))
    def abandon(self, by: str, run: str, why: str) -> None:
        self.give(c.AbandonRun(by=by, run=run, reason=why))

    @rule(data=st.data())
    def press_what_a_card_offers(self, data: st.DataObject) -> None:
        """A button that is shown is accepted: players' cards from a player, the panel from the dungeon master."""
        offered = list(buttons(self.table.room))
        if not offered:
            return
        by, ask = data.draw(st.sampled_from(offered))
        said = {"reason": "because", "text": "hello", "actor": "vendor", **dict(ask.args)}
        if ask.do in ("walk", "export") or (ask.do == "end" and data.draw(st.integers(0, 5))):
            return
        lines = self.table.give(asks.command(ask.do, said, by))
        assert not lines or not lines[0].startswith("! "), f"{by} pressed {ask.label}: {lines}"

    # --- what the world answers, sometimes late, sometimes twice

    @rule(run=RUNS, step=STEPS, attempt=st.integers(1, 3), holds=st.booleans())
    def finding(self, run: str, step: str, attempt: int, holds: bool) -> None:
        self.give(c.RecordCheck(run=run, step=step, attempt=attempt, holds=holds, detail="seen"))

    @rule(fault=st.sampled_from(["F1", "F2"]), injected=st.booleans())
    def injected(self, fault: str, injected: bool) -> None:
        self.give(c.RecordFault(fault=fault, injected=injected))

    @rule(fault=st.sampled_from(["F1", "F2"]), undone=st.booleans())
    def rolled_back(self, fault: str, undone: bool) -> None:
        self.give(c.RecordRollback(fault=fault, undone=undone))

    # --- time

    @rule(length=WAITS)
    def wait(self, length: timedelta) -> None:
        self.table.wait(length)

    @rule(length=WAITS)
    def away(self, length: timedelta) -> None:
        """Time passes while no process is running; then one wakes."""
        self.table.now += length
        self.give(c.Tick())

    @precondition(lambda self: self.table.room.game and self.table.room.game.state is GameState.PAUSED)
    @rule(length=WAITS)
    def break_(self, length: timedelta) -> None:
        before = self.table.room.clock.reading(self.table.now)
        told = len(self.table.entries)
        self.table.wait(length)
        assert self.table.room.clock.reading(self.table.now) == before, "a paused game aged"
        new = self.table.entries[told:]
        assert all(isinstance(each.event, e.RollbackAsked) for each in new), f"a paused game moved: {new}"

    # --- the laws; most of them are watched at the table (laws.py)

    @invariant()
    def the_fold_is_the_room(self) -> None:
        assert fold(self.table.entries) == self.table.room

    @invariant()
    def a_step_is_left_as_often_as_it_is_entered(self) -> None:
        entered, left = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for each in self.table.entries:
            match each.event:
                case e.StepEntered(run=run, step=step):
                    assert entered[run, step] == left[run, step], "entered before it was left"
                    entered[run, step] += 1
                case e.StepDone(run=run, step=step) | e.StepSkipped(run=run, step=step):
                    left[run, step] += 1
                    assert left[run, step] <= entered[run, step], "completed twice"
        for run in self.table.room.runs.values():
            here = sum(entered[run.id, step.id] - left[run.id, step.id] for step in run.runbook.steps)
            assert here <= 1
            assert here == 1 or run.state is not RunState.WALKING


AnyGame.TestCase.settings = settings(max_examples=many(40), stateful_step_count=60, deadline=None)
TestAnyGame = AnyGame.TestCase


def test_an_empty_room_refuses_everything_but_being_opened() -> None:
    """A command for a room that is not there is refused with a sentence."""
    for command in (c.Tick(), c.TakeNote(by="ana", text="x"), c.EndGame(by="ana")):
        with pytest.raises(Refused, match="There is no such room"):
            decide(Room(), command, table().now)
