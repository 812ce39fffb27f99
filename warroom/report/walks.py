"""The walks of runbooks in words: one plain sentence for every event of theirs."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from warroom.core import events as e
from warroom.core.runbook import Runbook
from warroom.core.runs import DONE, PRETENDED, UNKNOWN
from warroom.core.steps.announce import OPERATIONS, Announce
from warroom.core.steps.ask import Ask
from warroom.core.steps.check import HOLDS, Check
from warroom.core.steps.choose import Choose
from warroom.core.steps.confirm import CONFIRMED, Confirm
from warroom.core.steps.parallel import Parallel
from warroom.core.steps.runbook import SubRunbook
from warroom.core.steps.wait import Wait
from warroom.report.phrasing import also, ordinal, quoted, sentence
from warroom.report.telling import Telling


def _started(t: Telling, event: e.RunStarted) -> str:
    if event.parent is not None:
        what = f"The branch {t.runbook(event.run)}" if event.title else f"The runbook {t.runbook(event.run)}"
        return f"{what} began, as a part of {t.runbook(event.parent.run)}"
    if event.blank:
        return f"{t.who} began to write down what is done for {t.incident(event.incident)}, as no runbook fits"
    return f"{t.who} started the runbook {t.runbook(event.run)} for {t.incident(event.incident)}"


def _handed_over(t: Telling, event: e.RunHandedOver) -> str:
    if event.person == t.entry.by:
        return f"{t.who} took over the walk through {t.runbook(event.run)}"
    return f"{t.who} handed the walk through {t.runbook(event.run)} over to {t.name(event.person)}"


def _value(t: Telling, event: e.ValueGiven) -> str:
    source = f"from {event.origin}" if event.origin else f"said {t.who}"
    return f"In {t.runbook(event.run)}, {event.name} is {t.said(event.value)}, {source}"


def _evidence(t: Telling, event: e.EvidenceGiven) -> str:
    link = f" ({event.link})" if event.link and event.link != event.text else ""
    return f"{t.who} kept as evidence for {t.step(event.run, event.step)}: {t.said(event.text)}{link}"


def _flagged(t: Telling, event: e.StepFlagged) -> str:
    what = {"worked": "worked", "missing": "leaves something out"}.get(event.verdict, f"is {event.verdict}")
    return f"{t.who} said that the step {t.step(event.run, event.step)} {what}{t.because(event.comment)}"


def _written(t: Telling, event: e.StepWritten) -> str:
    if event.done:
        return f"{t.who} also did, beside {t.runbook(event.run)}: {t.said(event.title)}{t.because(event.text)}"
    return f"{t.who} wrote the next step of {t.runbook(event.run)}: {t.said(event.title)}{t.because(event.text)}"


def _taken(t: Telling, event: e.StepTaken) -> str:
    if event.person != t.entry.by:
        return f"{t.who} gave {t.step(event.run, event.step)} to {t.name(event.person)}"
    return f"{t.name(event.person)} took on {t.step(event.run, event.step)}"


_ANSWERS = {"done": "", "waited": "", "given": "", "finished": "", HOLDS: "passed", "fails": "failed"}


def answer_label(runbook: Runbook, step: str, answer: str) -> str:
    """An answer as its button read; empty where the answer is only that it was done."""
    there = runbook.step(step)
    if there is None or not isinstance(there.what, Choose):
        return _ANSWERS.get(answer, answer)
    return next((each.label or each.word for each in there.what.options if each.word == answer), answer)


def _done(t: Telling, event: e.StepDone) -> str:
    note = f"Note: {t.said(event.note)}." if event.note.strip() else ""
    return also(sentence(_how_done(t, event)), note)


def _how_done(t: Telling, event: e.StepDone) -> str:
    there, step = t.found(event.run, event.step), t.step(event.run, event.step)
    match there.what if there else None:
        case Choose():
            label = answer_label(t.room.runs[event.run].runbook, event.step, event.answer)
            return f"{t.who} answered {step} with {quoted(label)}"
        case Check():
            return f"The step {step} is settled: the check {'passed' if event.answer == HOLDS else 'failed'}"
        case Wait():
            return f"The waiting time of {step} is over"
        case Announce():
            return f"The step {step} is done: it has been said"
        case Ask():
            return f"{t.who} answered {step}"
        case Confirm():
            return f"The step {step} is {'confirmed' if event.answer == CONFIRMED else 'not confirmed'}"
        case SubRunbook() | Parallel():
            return f"The step {step} is done: what was walked for it is finished"
        case _:
            return f"{t.who} did {step}"


def _looked(t: Telling, event: e.CheckReported) -> str:
    found = "passed" if event.holds else "does not hold yet" if event.again else "failed"
    return f"The check {t.step(event.run, event.step)} {found}{t.because(event.detail)}"


def _looking(t: Telling, event: e.CheckStarted) -> str:
    again = f", for the {ordinal(event.attempt)} time" if event.attempt > 1 else ""
    return f"A check began for {t.step(event.run, event.step)}{again}"


def _abandoned(t: Telling, event: e.RunAbandoned) -> str:
    if t.alone:
        return f"The walk through {t.runbook(event.run)} stopped because {event.reason}"
    return f"{t.who} stopped walking {t.runbook(event.run)}{t.because(event.reason)}"


def _overdue(t: Telling, event: e.StepOverran) -> str:
    told = {2: ", and the commander was told", 3: ", and the runbook said what then"}.get(event.reminder, "")
    return f"The step {t.step(event.run, event.step)} is overdue{told}"


def _failed(t: Telling, event: e.StepFailed) -> str:
    by = "The step" if t.alone else f"{t.who} said that the step"
    return f"{by} {t.step(event.run, event.step)} failed{t.because(event.reason)}"


def _announced(t: Telling, event: e.Announced) -> str:
    where = "where the incident was announced" if event.where == OPERATIONS else "here"
    return f"The runbook {t.runbook(event.run)} had this said {where}: {t.said(event.text)}"


def _act(t: Telling, run: str, act: int) -> str:
    walk = t.room.runs.get(run)
    there = walk.acts.get(act) if walk else None
    if there is None:
        return f"act {act}"
    return f"{'the undoing of ' if there.undo else ''}{t.step(run, there.step)}"


def _act_asked(t: Telling, event: e.ActAsked) -> str:
    what = "taken back by" if event.undo else "done by"
    return f"The step {t.step(event.run, event.step)} is to be {what}: {quoted(' '.join(event.action.shown.split()))}"


def _act_begun(t: Telling, event: e.ActBegun) -> str:
    until = f"{event.deadline.astimezone(UTC):%H:%M:%S} UTC"
    return f"A machine began with {_act(t, event.run, event.act)}; if nothing is heard of it until {until}, it is lost"


def _act_ended(t: Telling, event: e.ActEnded) -> str:
    how = {
        DONE: "is done",
        PRETENDED: "was pretended",
        UNKNOWN: "may have run or not; nobody knows",
        "timed out": "took too long and was stopped",
    }
    return f"What a machine did for {_act(t, event.run, event.act)} {how.get(event.outcome, f'ended: {event.outcome}')}{t.because(event.detail)}"


SENTENCES: dict[type[e.Event], Callable[[Telling, Any], str]] = {
    e.RunStarted: _started,
    e.RunHandedOver: _handed_over,
    e.RunPaused: lambda t, event: f"{t.who} paused the walk through {t.runbook(event.run)}{t.because(event.reason)}",
    e.RunResumed: lambda t, event: f"{t.who} let the walk through {t.runbook(event.run)} go on",
    e.ValueGiven: _value,
    e.EvidenceGiven: _evidence,
    e.StepFlagged: _flagged,
    e.StepWritten: _written,
    e.StepEntered: lambda t, event: f"The step to do now: {t.step(event.run, event.step)}",
    e.StepTaken: _taken,
    e.StepReturned: lambda t, event: f"{t.who} gave {t.step(event.run, event.step)} back",
    e.StepConfirmed: lambda t, event: f"{t.who} confirmed {t.step(event.run, event.step)}",
    e.StepDone: _done,
    e.StepFailed: _failed,
    e.StepSkipped: lambda t, event: f"{t.who} skipped {t.step(event.run, event.step)}{t.because(event.reason)}",
    e.StepOverran: _overdue,
    e.Announced: _announced,
    e.CheckStarted: _looking,
    e.CheckReported: _looked,
    e.ActApproved: lambda t, event: f"{t.who} approved {t.step(event.run, event.step)}",
    e.ActAsked: _act_asked,
    e.ActBegun: _act_begun,
    e.ActSaid: lambda t, event: f"The output of {_act(t, event.run, event.act)}: {t.said(event.text)}",
    e.ActCancelled: lambda t, event: f"{t.who} wanted {_act(t, event.run, event.act)} to stop",
    e.ActEnded: _act_ended,
    e.RunFinished: lambda t, event: f"The runbook {t.runbook(event.run)} was finished",
    e.RunAbandoned: _abandoned,
}
