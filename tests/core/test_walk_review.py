"""What a second reading of the walks found, each as the law that was broken."""

from datetime import timedelta

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core import runview
from warroom.core.actions import RunCommand
from warroom.core.probes import Tcp
from warroom.core.runbook import AtMost, Late, Runbook, Step, within
from warroom.core.runs import StepState
from warroom.core.steps.act import Act
from warroom.core.steps.announce import Announce
from warroom.core.steps.check import Check
from warroom.core.steps.confirm import Confirm
from warroom.core.steps.do import Do
from warroom.core.steps.kind import END
from warroom.core.steps.runbook import SubRunbook
from warroom.core.values import Value
from warroom.slack import cards
from warroom.testing import Table

POD = (Value(name="pod"),)
MINUTE = timedelta(minutes=1)


def run(word: str) -> RunCommand:
    return RunCommand(argv=(word, "<pod>"))


def walking(*steps: Step, others: tuple[Runbook, ...] = (), values: tuple[Value, ...] = POD) -> Table:
    """A real incident in which these steps are walked."""
    book = Runbook(id="book", title="Book", steps=steps, values=values)
    table = Table((), (book, *others))
    for line in ("ana: declare It burns", "ana: acknowledge I1"):
        table.say(line)
    inner = {each.id: each for each in within(book, table.runbooks)}
    table.give(c.StartRun(by="ana", incident="I1", runbook=book, digest="d", others=inner))
    return table


def told(table: Table, kind: type[e.Event]) -> list[e.Event]:
    return [each.event for each in table.entries if isinstance(each.event, kind)]


def refused(lines: list[str]) -> bool:
    return bool(lines) and lines[0].startswith("! ")


def acted(table: Table, number: int = 1, outcome: str = "done") -> None:
    table.say(f"act R1/{number} begins")
    table.say(f"act R1/{number} ends {outcome}: {outcome}")


def test_an_undo_takes_back_what_ran_and_not_what_the_values_are_now() -> None:
    """The undo has the values the act ran with, and is exactly what its button showed."""
    act = Step(id="act", title="Act", what=Act(action=run("do"), undo=run("undo")))
    table = walking(act, Step(id="look", title="Look", what=Do(text="Look.")))
    table.say("ana: give R1 pod=web-1")
    table.say("ana: approve R1/act")
    acted(table)
    table.say("ana: fail R1/look it is worse")
    table.say("ana: give R1 pod=db-1")
    view = runview.run(table.room, "R1")
    (undo,) = [ask for ask in view.undo if ask.do == "undo"] if view else []
    assert refused(table.give(c.UndoAct(by="ana", run="R1", act=1, shown="something else")))
    assert not refused(table.give(c.UndoAct(by="ana", run="R1", act=1, shown=dict(undo.args)["shown"])))
    (_, taken_back) = told(table, e.ActAsked)
    assert isinstance(taken_back, e.ActAsked)
    assert taken_back.action.shown == "undo web-1"


def test_what_runs_can_be_cancelled_whatever_the_state_of_the_walk() -> None:
    """Paused, or stopped: a program that runs has a button that stops it, or is stopped."""
    table = walking(Step(id="act", title="Act", what=Act(action=RunCommand(argv=("do",)))), values=())
    table.say("ana: approve R1/act")
    table.say("act R1/1 begins")
    table.say("ana: pause-run R1 a call")
    view = runview.run(table.room, "R1")
    assert view is not None
    assert [ask.do for ask in view.undo] == ["cancel-act"]
    table.say("ana: abandon R1 enough")
    assert len(told(table, e.ActCancelled)) == 1


def test_a_value_is_never_markup() -> None:
    """What somebody, or an alert, gives as a value stands in the text as it is: no link, no mention."""
    table = walking(
        Step(id="look", title="Look", what=Do(text="Look at [logs](https://logs.example.org/<pod>) of <pod>."))
    )
    table.give(c.GiveValues(by="ana", run="R1", values={"pod": "[x](https://evil.example/) <!channel>"}))
    view = runview.run(table.room, "R1")
    assert view is not None
    text = str(cards.run_card(view, 1).blocks)
    assert "<https://evil.example" not in text
    assert "<!channel>" not in text
    assert "<https://logs.example.org/%5Bx%5D" in text


def test_nobody_confirms_what_somebody_has_denied() -> None:
    """After a no, or a failure, a press on an older card does not carry the walk on."""
    sure = Step(id="sure", title="Sure?", what=Confirm(text="It is so.", people=2))
    table = walking(sure, Step(id="promote", title="Promote", what=Do(text="Promote.")))
    table.say("ana: confirmed R1/sure")
    table.say("ben: declined R1/sure")
    assert refused(table.say("cleo: confirmed R1/sure"))
    assert table.room.runs["R1"].at == "sure"


def test_what_is_given_counts_in_the_parts_and_in_the_whole() -> None:
    """A value given for a walk sets what waits in its parts going, and one asked for in a part is known to the whole."""
    look = Step(id="look", title="Look", what=Check(text="", probe=Tcp(target="<pod>:1")))
    part = Runbook(id="part", title="Part", steps=(look,), values=POD)
    whole = Step(id="part", title="Part", what=SubRunbook(runbook="part"))
    table = walking(whole, Step(id="after", title="After <pod>", what=Do(text="<pod>")), others=(part,))
    table.say("ana: give R1 pod=web-1")
    assert [each.run for each in told(table, e.CheckStarted) if isinstance(each, e.CheckStarted)] == ["R2"]
    other = walking(whole, Step(id="after", title="After", what=Do(text="<pod>")), others=(part,))
    other.say("ana: give R2 pod=web-1")
    assert other.room.runs["R1"].given == {"pod": "web-1"}


def test_a_paused_walk_does_not_go_on_and_loses_no_time() -> None:
    """What ends while a walk is paused is kept; the walk goes on from it when it is resumed, and time counts from then."""
    act = Step(id="act", title="Act", what=Act(action=RunCommand(argv=("do",)), within=60 * MINUTE))
    table = walking(act, Step(id="next", title="Next", what=Do(text="."), expected=5 * MINUTE), values=())
    table.say("ana: approve R1/act")
    table.say("act R1/1 begins")
    table.say("ana: pause-run R1 a call")
    table.say("+5m")
    table.say("act R1/1 ends done: done")
    assert table.room.runs["R1"].at == "act"
    table.say("+10m")
    table.say("ana: resume-run R1")
    assert table.room.runs["R1"].at == "next"
    assert table.room.runs["R1"].overdue_at() == 20 * MINUTE


def test_what_is_unknown_is_for_people_even_where_the_runbook_has_a_way() -> None:
    """`failed` leads on from a failure; from what nobody knows it does not."""
    act = Step(id="act", title="Act", what=Act(action=RunCommand(argv=("do",))), failed="said")
    said = Step(id="said", title="Said", what=Announce(text="It did not happen."))
    for outcome, at in (("failed", "said"), ("unknown", "act")):
        table = walking(act, said, values=())
        table.say("ana: approve R1/act")
        acted(table, outcome=outcome)
        assert table.room.runs["R1"].at == at


def test_what_was_unknown_becomes_known_when_its_worker_is_alive() -> None:
    """A worker that was taken for dead and comes back is believed; another is not."""
    table = walking(Step(id="act", title="Act", what=Act(action=RunCommand(argv=("do",)))), values=())
    table.say("ana: approve R1/act")
    table.say("act R1/1 begins")
    table.say("+5m")
    assert table.room.runs["R1"].acts[1].outcome == "unknown"
    table.give(c.RecordActEnded(run="R1", act=1, outcome="done", detail="It ended.", worker="somebody else"))
    assert table.room.runs["R1"].acts[1].outcome == "unknown"
    table.give(c.RecordActEnded(run="R1", act=1, outcome="done", detail="It ended.", worker="worker"))
    assert table.room.runs["R1"].acts[1].outcome == "done"
    assert table.room.runs["R1"].of("act").state is StepState.FAILED


def test_counters_count_whatever_leads_there() -> None:
    """A way that a failure, or being late, leads to is counted like any other."""
    once = AtMost(times=1, then=END)
    for beside in ({"failed": "a"}, {"late": Late(goto="a"), "expected": MINUTE}):
        table = walking(Step(id="a", title="A", what=Do(text="."), at_most=once, **beside), values=())  # type: ignore[arg-type]
        table.say("ana: fail R1/a it cannot be done")
        table.say("+1h")
        assert table.room.runs["R1"].path == ("a",)


def test_reminders_keep_their_distance_after_nobody_was_there() -> None:
    """After hours without a process one reminder is said, and people have time before the next."""
    late = Late(after=15 * MINUTE, goto="b")
    first = Step(id="a", title="A", what=Do(text="."), expected=5 * MINUTE, late=late)
    table = walking(first, Step(id="b", title="B", what=Do(text=".")), values=())
    table.now += timedelta(hours=3)
    table.give(c.Tick())
    assert table.room.runs["R1"].of("a").reminders == 1
    table.say("+4m")
    assert table.room.runs["R1"].of("a").reminders == 1
    table.say("+12m")
    assert table.room.runs["R1"].at == "b"


def test_every_confirmation_may_bring_its_evidence() -> None:
    """What the first of two people shows is kept, and the second need not show it again."""
    sure = Step(id="sure", title="Sure?", what=Confirm(text="It is so."), evidence_needed=True)
    table = walking(sure, values=())
    assert refused(table.say("ana: confirmed R1/sure"))
    table.give(c.AnswerStep(by="ana", run="R1", step="sure", answer="confirmed", evidence="the graph"))
    table.say("ben: confirmed R1/sure")
    assert len(told(table, e.RunFinished)) == 1
    assert [each.text for each in told(table, e.EvidenceGiven) if isinstance(each, e.EvidenceGiven)] == ["the graph"]
