"""What may be asked of a walk through a runbook, and what happens then."""

from datetime import datetime

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.coupling import enter, onward
from warroom.core.permission import News, acknowledged_too, in_words, may_act, the_incident
from warroom.core.refusals import NotNow, TooLate, Unknown
from warroom.core.room import Room
from warroom.core.runs import Run, must_answer, must_stand_at
from warroom.core.steps.check import FAILS, HOLDS
from warroom.core.words import Person


def start_run(room: Room, command: c.StartRun, now: datetime) -> News:
    news = may_act(room, command.by)
    incident = the_incident(room, command.incident)
    if not incident.open:
        raise NotNow(f"“{incident.title}” is resolved; reopen it to walk a runbook for it.")
    for run in room.runs.values():
        if run.walking and run.runbook.id == command.runbook.id and run.incident == incident.id:
            raise TooLate(
                Person(run.started_by), f" has started “{run.runbook.title}” already; its card is in the war room."
            )
    name = f"R{len(room.runs) + 1}"
    started = e.RunStarted(run=name, incident=incident.id, runbook=command.runbook, digest=command.digest)
    blank = Run(
        id=name,
        incident=incident.id,
        runbook=command.runbook,
        digest=command.digest,
        started_by=command.by,
        started_at=now,
        started=room.clock.reading(now),
    )
    return [*news, *acknowledged_too(incident), started, *enter(blank, command.runbook.steps[0].id)]


def _run(room: Room, name: str) -> Run:
    run = room.runs.get(name)
    if run is None:
        raise Unknown(f"There is no run {name!r} in {room.key}.")
    return run


def abandon(room: Room, command: c.AbandonRun, now: datetime) -> News:
    news = may_act(room, command.by)
    run = _run(room, command.run)
    if not run.walking:
        raise TooLate(f"“{run.runbook.title}” is {run.state} already.")
    return [*news, e.RunAbandoned(run=run.id, reason=in_words(command.reason))]


def take_step(room: Room, command: c.TakeStep, now: datetime) -> News:
    news = may_act(room, command.by)
    run = _run(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    holder = run.of(step.id).taken_by
    if holder == command.by:
        raise TooLate("You have it already.")
    if holder:
        raise TooLate(Person(holder), " has it.")
    return [*news, e.StepTaken(run=run.id, step=step.id, person=command.by)]


def answer_step(room: Room, command: c.AnswerStep, now: datetime) -> News:
    news = may_act(room, command.by)
    run = _run(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    must_answer(step, command.answer)
    done = e.StepDone(run=run.id, step=step.id, answer=command.answer, note=command.note)
    return [*news, done, *onward(run, step.id, command.answer)]


def skip_step(room: Room, command: c.SkipStep, now: datetime) -> News:
    news = may_act(room, command.by)
    run = _run(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    if not command.reason.strip():
        raise NotNow("Say why it is skipped; the report will ask.")
    skipped = e.StepSkipped(run=run.id, step=step.id, reason=command.reason.strip())
    return [*news, skipped, *onward(run, step.id, "")]


def look_again(room: Room, command: c.LookAgain, now: datetime) -> News:
    news = may_act(room, command.by)
    run = _run(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    probe, there = step.what.asks_world(), run.of(step.id)
    if probe is None:
        raise NotNow(f"“{step.title}” is not a check.")
    if there.looking:
        raise TooLate("A check is under way; its result comes by itself.")
    return [*news, e.CheckStarted(run=run.id, step=step.id, attempt=there.attempts + 1, probe=probe)]


def record_check(room: Room, command: c.RecordCheck, now: datetime) -> News:
    run = _run(room, command.run)
    there = run.of(command.step)
    if not run.walking or run.at != command.step or not there.looking or there.attempts != command.attempt:
        return []  # it came too late to matter: the step was skipped, or looked at again
    step = must_stand_at(run, command.step, None)
    answer = HOLDS if command.holds else FAILS
    reported = e.CheckReported(
        run=run.id, step=step.id, attempt=command.attempt, holds=command.holds, detail=command.detail
    )
    if step.what.stays(answer):
        return [reported]
    done = e.StepDone(run=run.id, step=step.id, answer=answer)
    return [reported, done, *onward(run, step.id, answer)]
