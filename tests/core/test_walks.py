"""The laws of walking, checked on random runbooks of all kinds of steps by random people pressing random things.

No step is done twice, none is entered before it may be, and none is left without a way on.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.examples import many
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core import runview, views
from warroom.core.actions import CallUrl, RunCommand
from warroom.core.deciding import decide
from warroom.core.effects import Ask, RunAct, RunCheck
from warroom.core.probes import Tcp
from warroom.core.room import Room
from warroom.core.roomfold import fold
from warroom.core.runbook import AtMost, Late, Runbook, Step, within
from warroom.core.runs import ActState, RunState, StepState
from warroom.core.steps.act import Act
from warroom.core.steps.announce import Announce
from warroom.core.steps.ask import Ask as AskStep
from warroom.core.steps.check import Check, Until
from warroom.core.steps.choose import Choose
from warroom.core.steps.confirm import Confirm
from warroom.core.steps.do import Do
from warroom.core.steps.kind import END, Answer
from warroom.core.steps.parallel import Branch, Parallel
from warroom.core.steps.runbook import SubRunbook
from warroom.core.steps.wait import Wait
from warroom.core.values import Value
from warroom.slack import asks
from warroom.testing import Table

NAMES = [f"s{at}" for at in range(6)]
PEOPLE = st.sampled_from(["ana", "ben", "cleo"])
TEXT = st.sampled_from(["Look.", "Look at <pod>.", "Ask <ns>.", "<pod> in <ns>"])
ROLES = st.sampled_from([(), (), ("commander",), ("comms", "commander")])
MINUTES = st.integers(1, 5).map(lambda each: timedelta(minutes=each))
VALUES = tuple(Value(name=name) for name in ("pod", "ns"))
ARGUMENT = st.sampled_from(["all", "all", "<pod>"])
COMMAND = ARGUMENT.map(lambda text: RunCommand(argv=("run", text)))
URL = ARGUMENT.map(lambda text: CallUrl(method="POST", url="https://x.example.org/", body=text))
ACTION = st.one_of(COMMAND, URL)


@st.composite
def kinds(draw: st.DrawFn, names: list[str], goto_: st.SearchStrategy[str]) -> Any:
    goto = draw(goto_)
    acts = st.builds(
        Act,
        action=ACTION,
        approvals=st.integers(1, 2),
        approved_by=ROLES,
        undo=st.one_of(st.none(), ACTION),
    )
    return draw(
        st.one_of(
            acts,
            st.builds(Do, text=TEXT),
            acts,
            st.builds(Choose, question=TEXT, options=st.just((Answer(word="yes", goto=goto), Answer(word="no")))),
            st.builds(
                Check,
                text=st.just(""),
                probe=TEXT.map(lambda text: Tcp(target=f"{text}:1")),
                holds=goto_,
                fails=st.one_of(st.none(), goto_.map(lambda each: each or None)),
                until=st.one_of(st.none(), st.just(Until(every=timedelta(seconds=30), at_most=timedelta(minutes=2)))),
            ),
            st.builds(AskStep, values=st.sampled_from([VALUES, VALUES[:1]])),
            st.builds(Wait, length=MINUTES),
            st.builds(Confirm, text=TEXT, people=st.integers(1, 2), roles=ROLES, declined=goto_),
            st.builds(Announce, text=TEXT, where=st.sampled_from(["war-room", "operations"])),
            st.builds(SubRunbook, runbook=st.sampled_from(["a", "b", "none"])),
            st.builds(
                Parallel,
                branches=st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True).map(
                    lambda firsts: tuple(Branch(first=first, title=first) for first in firsts)
                ),
                needs=st.sampled_from(["all", "any"]),
            ),
        )
    )


@st.composite
def runbooks(draw: st.DrawFn, name: str) -> Runbook:
    steps = []
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    goto = st.sampled_from(["", "", "", END, *names])
    for at in names:
        what = draw(kinds(names, goto))
        steps.append(
            Step(
                id=at,
                title=f"{at} <pod>",
                what=what,
                next=draw(goto) or (END if isinstance(what, Parallel) else ""),
                failed=draw(goto),
                expected=draw(st.one_of(st.none(), MINUTES)),
                late=draw(st.one_of(st.none(), st.builds(Late, goto=goto, say=TEXT))),
                at_most=draw(
                    st.one_of(
                        st.none(), st.builds(AtMost, times=st.integers(1, 2), then=goto.map(lambda each: each or END))
                    )
                ),
                evidence_needed=draw(st.integers(0, 5)) == 0,
                danger=draw(st.sampled_from(["", "it deletes"])),
            )
        )
    return Runbook(id=name, title=name, steps=tuple(steps), values=draw(st.sampled_from([VALUES, ()])))


def buttons(room: Room, *, of_steps: bool) -> Iterator[Ask]:
    """What the cards offer: of the steps to do now, or everything else."""
    for name in room.runs:
        view = runview.run(room, name)
        assert view is not None
        here = view.current.asks if view.current else ()
        yield from here if of_steps else (*view.undo, *view.asks, *view.more)


class AnyWalk(RuleBasedStateMachine):
    """One incident, three runbooks that may walk one another, three people in a hurry."""

    @initialize(first=runbooks("a"), second=runbooks("b"), third=runbooks("c"), by=PEOPLE)
    def opened(self, first: Runbook, second: Runbook, third: Runbook, by: str) -> None:
        self.table = Table((), (first, second, third))
        self.table.say("ana: declare It burns")
        self.table.give(c.TakeRole(by="ana", role="commander"))
        self.start(by, "c")

    def give(self, command: c.Command) -> list[str]:
        before = self.table.room
        lines = self.table.give(command)
        if lines and lines[0].startswith("! "):
            assert self.table.room is before, "a refused command changed the room"
        return lines

    @rule(by=PEOPLE, name=st.sampled_from(["a", "b", "c"]))
    def start(self, by: str, name: str) -> None:
        runbook = self.table.runbooks[name]
        others = {each.id: each for each in within(runbook, self.table.runbooks)}
        if len(self.table.room.runs) < 12:
            self.give(c.StartRun(by=by, incident="I1", runbook=runbook, digest=name, others=others))

    @rule(by=PEOPLE)
    def start_blank(self, by: str) -> None:
        if len(self.table.room.runs) < 12:
            self.give(c.StartBlankRun(by=by, incident="I1"))

    @rule(data=st.data(), by=PEOPLE, times=st.integers(1, 4))
    def press_steps(self, data: st.DataObject, by: str, times: int) -> None:
        for _ in range(times):
            self._press(data, by, [ask for ask in buttons(self.table.room, of_steps=True) if ask.do != "skip"])

    @rule(data=st.data(), by=PEOPLE)
    def press_skip(self, data: st.DataObject, by: str) -> None:
        self._press(data, by, [ask for ask in buttons(self.table.room, of_steps=True) if ask.do == "skip"])

    @rule(data=st.data(), by=PEOPLE, rarely=st.integers(0, 9))
    def press_more(self, data: st.DataObject, by: str, rarely: int) -> None:
        offered = buttons(self.table.room, of_steps=False)
        self._press(data, by, [ask for ask in offered if ask.do != "halt" or rarely == 9])

    def _press(self, data: st.DataObject, by: str, offered: list[Ask]) -> None:
        """Whatever a card offers is accepted, from somebody whose part it is."""
        if not offered:
            return
        ask = data.draw(st.sampled_from(offered))
        run = self.table.room.runs[dict(ask.args)["run"]]
        said = {
            "reason": "because",
            "title": "Something",
            "text": "what we did",
            "evidence": "seen",
            "comment": "",
            "verdict": "unclear",
            "kind": data.draw(st.sampled_from(["evidence", "beside"])),
            "how": "stop" if run.paused is not None else data.draw(st.sampled_from(["pause", "stop"])),
            "what": "walk" if run.current is None else data.draw(st.sampled_from(["walk", "step"])),
            "person": data.draw(st.sampled_from(["dora", "emil"])),
            "step": run.at or (run.path[-1] if run.path else ""),
            **{f"value-{each.name}": f"x{len(self.table.entries)}" for each in run.values},
            **dict(ask.args),
        }
        if ask.do == "give-to" and run.paused is not None:
            said["what"] = "walk"
        if ask.do == "values" and "leg" not in dict(ask.args):
            said["step"] = ""
        presser = self._who_may(run.id, by) if ask.do in ("answer", "answer-with", "decline", "approve", "undo") else by
        lines = self.give(asks.command(ask.do, said, presser))
        happened = lines and lines[0].startswith("! ")
        too_late = happened and any(word in lines[0] for word in ("somebody else as well", "already", "theirs"))
        assert not happened or too_late, f"{presser} pressed {ask.label}: {lines[0]}"

    def _who_may(self, run: str, by: str) -> str:
        """Somebody whose word counts: the commander, where roles are wanted."""
        walk = self.table.room.runs[run]
        view = runview.run(self.table.room, run)
        wanted = view.current.signing.roles if view and view.current and view.current.signing else ()
        undone = any(isinstance(step.what, Act) and step.what.approved_by for step in walk.runbook.steps)
        return self.table.room.roster.commander if wanted or undone else by

    @rule(by=PEOPLE, run=st.integers(1, 8), step=st.sampled_from(NAMES), data=st.data())
    def anything(self, by: str, run: int, step: str, data: st.DataObject) -> None:
        """Presses on cards that are old, and things nobody offered: refused, or harmless."""
        make: Callable[..., c.Command] = data.draw(
            st.sampled_from([c.TakeStep, c.ReturnStep, c.RetryStep, c.LookAgain, c.ApproveAct])
        )
        self.give(make(by=by, run=f"R{run}", step=step, leg=data.draw(st.sampled_from([None, 1, 2, 3]))))
        self.give(
            c.AnswerStep(
                by=by, run=f"R{run}", step=step, answer=data.draw(st.sampled_from(["done", "yes", "confirmed"]))
            )
        )

    @rule(by=PEOPLE, role=st.sampled_from(["commander", "comms"]))
    def role(self, by: str, role: str) -> None:
        self.give(c.TakeRole(by=by, role=role))

    @rule(holds=st.booleans(), late=st.booleans())
    def found(self, holds: bool, late: bool) -> None:
        """What machines found, the newest first or one that nobody waits for any more."""
        looks = [each for each in self.table.effects if isinstance(each, RunCheck)]
        if looks:
            look = looks[0] if late else looks[-1]
            self.give(c.RecordCheck(run=look.run, step=look.step, attempt=look.attempt, holds=holds, detail="seen"))

    @rule(outcome=st.sampled_from(["done", "failed", "cancelled", "unknown"]))
    def worked_as_it_should(self, outcome: str) -> None:
        for act in [each for each in self.table.effects if isinstance(each, RunAct)]:
            self.give(c.RecordActBegun(run=act.run, act=act.act, worker="w1"))
            self.give(c.RecordActEnded(run=act.run, act=act.act, outcome=outcome, detail=outcome))

    @rule(outcome=st.sampled_from(["done", "failed", "unknown", "pretended", "refused"]), data=st.data())
    def worked(self, outcome: str, data: st.DataObject) -> None:
        """What workers tell, in any order, and more than once."""
        acts = [each for each in self.table.effects if isinstance(each, RunAct)]
        if not acts:
            return
        act = data.draw(st.sampled_from(acts))
        worker = data.draw(st.sampled_from(["w1", "w2"]))
        told = data.draw(
            st.sampled_from(
                [
                    c.RecordActBegun(run=act.run, act=act.act, worker=worker),
                    c.RecordActOutput(run=act.run, act=act.act, text="working"),
                    c.RecordActEnded(run=act.run, act=act.act, outcome=outcome, detail=outcome, worker=worker),
                ]
            )
        )
        self.give(told)

    @rule(length=st.sampled_from([1, 20, 61, 150, 301, 3601]).map(lambda seconds: timedelta(seconds=seconds)))
    def wait(self, length: timedelta) -> None:
        self.table.wait(length)

    @rule(sure=st.integers(0, 19))
    def resolve(self, sure: int) -> None:
        if sure == 19:
            self.give(c.Resolve(by="ana", incident="I1"))
            self.give(c.Reopen(by="ana", incident="I1", reason="again"))

    # --- the laws

    @invariant()
    def the_fold_is_the_room(self) -> None:
        assert fold(self.table.entries) == self.table.room

    @invariant()
    def a_tick_at_wake_at_moves_it(self) -> None:
        wake = self.table.room.wake_at()
        if wake is not None:
            woken = decide(self.table.room, c.Tick(), max(wake, self.table.now)).room.wake_at()
            assert woken is None or woken > wake

    @invariant()
    def a_step_is_done_once_and_entered_when_it_may_be(self) -> None:
        at: dict[str, str] = {}
        books: dict[str, Runbook] = {}
        written: defaultdict[str, set[str]] = defaultdict(set)
        for each in self.table.entries:
            match each.event:
                case e.RunStarted(run=run, runbook=runbook):
                    books[run] = runbook
                case e.StepWritten(run=run, step=step, done=False):
                    written[run].add(step)
                case e.StepEntered(run=run, step=step):
                    before = at.get(run, "")
                    assert not before.startswith("@"), "entered before the step before it was left"
                    left = before.lstrip("!")
                    assert step in written[run] or not left or step in _may_follow(books[run], left), (left, step)
                    at[run] = f"@{step}"
                case e.StepDone(run=run, step=step):
                    assert at[run] == f"@{step}", "done twice, after it had failed, or without having been entered"
                    at[run] = step
                case e.StepSkipped(run=run, step=step):
                    assert at[run] in (f"@{step}", f"!{step}"), "skipped when it was over"
                    at[run] = step
                case e.StepFailed(run=run, step=step):
                    assert at[run] == f"@{step}", "failed twice, or without having been entered"
                    at[run] = f"!{step}"
                case e.RunFinished(run=run):
                    assert not at.get(run, "").startswith("@"), "finished with a step to do"

    @invariant()
    def a_walk_has_a_way_on(self) -> None:
        room = self.table.room
        for walk in room.runs.values():
            view = runview.run(room, walk.id)
            assert view is not None
            stoppable = [act for act in walk.acts.values() if act.state in (ActState.ASKED, ActState.RUNNING)]
            assert len(stoppable) == len([ask for ask in view.undo if ask.do == "cancel-act"])
            if not walk.walking:
                assert view.current is None
                continue
            here = view.current
            by_people = view.asks or view.undo or (here is not None and here.asks)
            by_itself = here is not None and (here.looking or here.ends_at or here.looks_at)
            under_way = here is not None and here.act is not None and here.act.state == "cancelling"
            assert by_people or by_itself or under_way, (walk.at, here)

    @invariant()
    def an_act_runs_at_most_once(self) -> None:
        told = Counter(
            (type(each.event).__name__, each.event.run, each.event.act)
            for each in self.table.entries
            if isinstance(each.event, e.ActAsked | e.ActBegun)
            or (isinstance(each.event, e.ActEnded) and each.event.outcome != "unknown")
        )
        assert all(count == 1 for count in told.values()), told
        for walk in self.table.room.runs.values():
            running = [each for each in walk.acts.values() if not each.undo and each.state is not ActState.ENDED]
            assert len(running) <= 1 or not walk.walking, "two acts of one walk at the same time"

    @invariant()
    def parts_end_with_what_they_are_part_of(self) -> None:
        for part in self.table.room.runs.values():
            if part.walking and part.parent is not None:
                whole = self.table.room.runs[part.parent.run]
                assert whole.state is RunState.WALKING
                assert (whole.at, whole.leg) == (part.parent.step, part.parent.leg)
                assert whole.of(whole.at).state in (StepState.READY, StepState.ACTIVE, StepState.FAILED)

    @invariant()
    def every_step_that_is_shown_can_be_drawn(self) -> None:
        views.status(self.table.room)


def _may_follow(runbook: Runbook, step: str) -> set[str]:
    """Every step that can come after this one, by the runbook's text alone."""
    here = runbook.step(step)
    assert here is not None
    near = {step, *here.targets(), runbook.below(step) or ""}
    limits = {each.at_most.then for each in runbook.steps if each.at_most}
    return near | limits


AnyWalk.TestCase.settings = settings(max_examples=many(25), stateful_step_count=40, deadline=None)
TestAnyWalk = AnyWalk.TestCase


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_many_more_walks() -> None:
    """The same laws, for a quarter of an hour's worth of walks."""
    run_state_machine_as_test(AnyWalk, settings=settings(max_examples=1_500, stateful_step_count=60, deadline=None))
