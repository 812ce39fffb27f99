"""What may be asked of a step that a machine does, and what its worker tells the room.

    approved (as often as the step wants) ──> asked ──> running ──> ended: done, failed, cancelled, timed out, ...
                                                │           └────> cancelling ──> ended
                                                └──> ended: never begun

The worker asks before it begins. What has begun and is never heard of again ends as `unknown`, and only people decide
what then.
"""

import hashlib
from datetime import datetime

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.actions import Action
from warroom.core.permission import News, may_act, must_hold
from warroom.core.refusals import NotNow, TooLate, Unknown
from warroom.core.room import Room
from warroom.core.runbook import Step
from warroom.core.runs import GRACE, NEVER_BEGUN, UNKNOWN, ActRun, ActState, Run, StepState, must_stand_at
from warroom.core.steps.act import Act
from warroom.core.walking import run_of

SHOWN_WHOLE = 2_800  # characters that a card can show in one piece
OUTPUT = 20_000  # characters in one piece of what an act says; its worker clips all of it


def shown_mark(action: Action) -> str:
    """A short name for exactly this, so that a button can say what its card showed."""
    return hashlib.sha256(action.shown.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def approve_act(room: Room, command: c.ApproveAct, now: datetime) -> News:
    news = may_act(room, command.by)
    run = run_of(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    if not isinstance(step.what, Act):
        raise NotNow(f"“{step.title}” is not something a machine does.")
    there = run.of(step.id)
    if there.state is StepState.FAILED:
        raise TooLate(f"“{step.title}” has failed. Try it again, or skip it and say why.")
    if run.act_of(step.id) is not None:
        raise TooLate(f"“{step.title}” has been approved; it is under way.")
    action = _complete(run, step, step.what.action)
    takes_back = _complete(run, step, step.what.undo) if step.what.undo else None
    _must_be_what_was_shown(action, command.shown)
    must_hold(room, step.what.approved_by, command.by, "approve")
    if command.by in there.approved:
        raise TooLate("You have approved it already; it takes somebody else as well.")
    approved = e.ActApproved(run=run.id, step=step.id)
    if len(there.approved) + 1 < step.what.approvals:
        return [*news, approved]
    return [*news, approved, _act_asked(run, step, action, step.what, takes_back=takes_back)]


def _must_be_what_was_shown(action: Action, shown: str | None) -> None:
    """Nobody approves what they have not seen, or not seen whole."""
    if len(action.shown) > SHOWN_WHOLE:
        raise NotNow("It is too long to be shown whole, so nobody can approve it here. Make it shorter in the runbook.")
    if shown is not None and shown != shown_mark(action):
        raise TooLate("What it would run has changed since that card was drawn. Look at the newest card.")


def _complete(run: Run, step: Step, action: Action) -> Action:
    missing = run.filling.open_in(action.texts())
    if missing:
        raise NotNow(f"“{step.title}” cannot run yet. Still open: {', '.join(missing)}. Fill them in first.")
    return action.filled(run.filling)


def _act_asked(
    run: Run, step: Step, action: Action, what: Act, *, undo: bool = False, takes_back: Action | None = None
) -> e.ActAsked:
    return e.ActAsked(
        run=run.id,
        step=step.id,
        act=len(run.acts) + 1,
        action=action,
        within=what.within,
        undo=undo,
        takes_back=takes_back,
    )


def cancel_act(room: Room, command: c.CancelAct, now: datetime) -> News:
    """Anybody may, at any time: stopping what runs must never wait for somebody's part in a game, or for its clock."""
    run, act = _act(room, command.run, command.act)
    if act.over:
        raise TooLate(f"It has ended already: {act.outcome}.")
    if act.state is ActState.ASKED:
        return [_ended(run, act, NEVER_BEGUN, "It was cancelled before it began.")]
    if act.state is ActState.CANCELLING:
        raise TooLate("It is being cancelled already.")
    return [e.ActCancelled(run=run.id, act=act.number)]


def _ended(run: Run, act: ActRun, outcome: str, detail: str) -> e.ActEnded:
    return e.ActEnded(run=run.id, act=act.number, outcome=outcome, detail=detail)


def undo_act(room: Room, command: c.UndoAct, now: datetime) -> News:
    """One person is enough, of those who may approve: with the values it ran with, and exactly as it was shown."""
    news = may_act(room, command.by)
    run, act = _act(room, command.run, command.act)
    step = run.runbook.step(act.step)
    if act not in run.undoable() or act.takes_back is None or step is None or not isinstance(step.what, Act):
        raise TooLate("There is nothing to take back: it never ran, has no undo, or has been undone.")
    must_hold(room, step.what.approved_by, command.by, "undo")
    _must_be_what_was_shown(act.takes_back, command.shown)
    return [*news, _act_asked(run, step, act.takes_back, step.what, undo=True)]


def _act(room: Room, run: str, number: int) -> tuple[Run, ActRun]:
    there = run_of(room, run)
    if number not in there.acts:
        raise Unknown(f"“{there.name}” has no act {number}.")
    return there, there.acts[number]


def record_act_begun(room: Room, command: c.RecordActBegun, now: datetime) -> News:
    run, act = _act(room, command.run, command.act)
    if act.state is not ActState.ASKED:
        return []
    if not act.undo and not (run.walking and run.at == act.step and run.leg == act.leg):
        return [_ended(run, act, NEVER_BEGUN, "The walk had gone on before it began.")]
    if not act.undo and (run.paused is not None or not room.live):
        return [_ended(run, act, NEVER_BEGUN, "Everything was paused before it began.")]
    deadline = now + act.within + GRACE
    return [e.ActBegun(run=run.id, act=act.number, worker=command.worker, deadline=deadline)]


def record_act_output(room: Room, command: c.RecordActOutput, now: datetime) -> News:
    run, act = _act(room, command.run, command.act)
    if act.over or not command.text.strip():
        return []
    return [e.ActSaid(run=run.id, act=act.number, text=command.text[:OUTPUT])]


def record_act_ended(room: Room, command: c.RecordActEnded, now: datetime) -> News:
    run, act = _act(room, command.run, command.act)
    alive_after_all = act.outcome == UNKNOWN and command.worker and command.worker == act.worker
    return [_ended(run, act, command.outcome, command.detail)] if not act.over or alive_after_all else []
