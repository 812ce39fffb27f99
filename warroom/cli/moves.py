"""What people, machines and workers would do next in a walk, one way or another: for playing it without any of them."""

from collections.abc import Iterator, Sequence

from warroom.core import commands as c
from warroom.core.room import Room
from warroom.core.runbook import Step
from warroom.core.runs import VERDICTS, Run
from warroom.core.steps.act import Act
from warroom.core.steps.ask import Ask
from warroom.core.steps.confirm import CONFIRMED, DECLINED, Confirm
from warroom.core.values import LONGEST, Value

_KINDS = ("text", "link", "file")


def next_moves(room: Room, run: Run, people: Sequence[str], turn: int, said: str) -> Iterator[c.Command]:
    """Commands for the step that this walk stands at. `turn` picks among the ways; `said` is what people type."""
    step, by = run.current, people[turn % len(people)]
    here = (run.id, step.id if step else "")
    if run.paused is not None:
        yield c.ResumeRun(by=by, run=run.id)
    if step is None:
        yield from _write(run, by, said)
        return
    yield c.TakeStep(by=by, run=run.id, step=step.id)
    yield from _beside(here, by, turn, said)
    match step.what:
        case Ask(values=asked):
            yield c.GiveValues(
                by=by, run=run.id, step=step.id, values={each.name: _given(each, said) for each in asked}
            )
        case Confirm(people=needs):
            yield from _confirm(room, here, people, needs, turn)
        case Act():
            yield from _act(room, run, step, people, turn, said)
        case _ if step.what.asks_world() is not None:
            yield from _look(run, here, by, said, holds=turn % 3 != 1)
        case _:
            yield from _answer(step, here, by, turn, said)


def _given(value: Value, said: str) -> str:
    """An answer that is accepted: whatever people type, unless the runbook is choosy."""
    typed = " ".join(said.split())[:LONGEST]
    options = (*value.options, typed, value.example, "web", "1")
    return next((each for each in options if not value.wrong(each)), "web")


def _beside(here: tuple[str, str], by: str, turn: int, said: str) -> Iterator[c.Command]:
    """What is done now and then: evidence, opinions, other work, a hand-over, a pause, values for everything at once."""
    run, step = here
    if turn % 4 == 1:
        kind = _KINDS[turn % len(_KINDS)]
        yield c.GiveEvidence(
            by=by, run=run, step=step, kind=kind, text=said[:400], link="https://evidence.example.org/1"
        )
        yield c.FlagStep(by=by, run=run, step=step, verdict=VERDICTS[turn % len(VERDICTS)], comment=said)
    if turn % 4 == 2:
        yield c.WriteStep(by=by, run=run, title=said[:150], text=said, done=True)
        yield c.ReturnStep(by=by, run=run, step=step)
    if turn % 6 == 3:
        yield c.PauseRun(by=by, run=run, reason=said)
        yield c.ResumeRun(by=by, run=run)
        yield c.HandOverRun(by=by, run=run, person=by)
        yield c.FailStep(by=by, run=run, step=step, reason=said)
        yield c.RetryStep(by=by, run=run, step=step)


def _answer(step: Step, here: tuple[str, str], by: str, turn: int, said: str) -> Iterator[c.Command]:
    run, name = here
    answers = step.what.answers()
    if not answers:
        return  # time, or other walks, will end it
    word, note = answers[turn % len(answers)].word, said if turn % 2 else ""
    evidence = said[:400] if step.evidence_needed else ""
    yield c.AnswerStep(by=by, run=run, step=name, answer=word, note=note, evidence=evidence)


def _confirm(room: Room, here: tuple[str, str], people: Sequence[str], needs: int, turn: int) -> Iterator[c.Command]:
    run, step = here
    answer = DECLINED if turn % 5 == 4 else CONFIRMED
    for person in dict.fromkeys((room.roster.commander or people[0], *people)):
        yield c.AnswerStep(by=person, run=run, step=step, answer=answer)
    yield c.RetryStep(by=people[0], run=run, step=step)
    yield c.SkipStep(by=people[0], run=run, step=step, reason=f"Only {needs} were asked.")


def _look(run: Run, here: tuple[str, str], by: str, said: str, *, holds: bool) -> Iterator[c.Command]:
    walk, step = here
    there = run.of(step)
    yield c.GiveValues(by=by, run=walk, values={each.name: _given(each, said) for each in run.values})
    yield c.RecordCheck(run=walk, step=step, attempt=max(1, there.attempts), holds=holds, detail=said)
    if not holds:
        yield c.LookAgain(by=by, run=walk, step=step)
        yield c.SkipStep(by=by, run=walk, step=step, reason=said)


def _act(room: Room, run: Run, step: Step, people: Sequence[str], turn: int, said: str) -> Iterator[c.Command]:
    """Approved by all, run by a worker, and one time in three it goes wrong."""
    yield c.GiveValues(by=people[0], run=run.id, values={each.name: _given(each, said) for each in run.values})
    for person in dict.fromkeys((room.roster.commander or people[0], *people)):
        yield c.ApproveAct(by=person, run=run.id, step=step.id)
    act = len(run.acts) + 1
    outcome = ("done", "failed", "unknown")[turn % 3]
    yield from _work(run.id, act, outcome, said)
    if outcome != "done":
        yield c.UndoAct(by=room.roster.commander or people[0], run=run.id, act=act)
        yield from _work(run.id, act + 1, "done", said)
        yield c.SkipStep(by=people[0], run=run.id, step=step.id, reason=said)


def _work(run: str, act: int, outcome: str, said: str) -> Iterator[c.Command]:
    yield c.RecordActBegun(run=run, act=act, worker="worker")
    yield c.RecordActOutput(run=run, act=act, text=said)
    if outcome == "failed":
        yield c.CancelAct(by="", run=run, act=act)
    yield c.RecordActEnded(run=run, act=act, outcome=outcome, detail=said)


def _write(run: Run, by: str, said: str) -> Iterator[c.Command]:
    """The next step of a run that is written on the way; after three it is finished."""
    if run.blank and run.walking and len(run.path) < len(_KINDS):
        yield c.WriteStep(by=by, run=run.id, title=said[:150], text=said)
    elif run.blank and run.walking:
        yield c.FinishRun(by=by, run=run.id)
