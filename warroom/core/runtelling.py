"""What is said about a walk through a runbook. Most of it is in the thread of the run's card; the card shows the rest."""

from collections.abc import Callable, Iterable
from typing import Any

from warroom.core import effects as f
from warroom.core import events as e
from warroom.core.durations import write
from warroom.core.effects import ORIGIN, WAR_ROOM, Ask, Effect, Say, Tone
from warroom.core.events import Entry
from warroom.core.room import Room
from warroom.core.runbook import Step
from warroom.core.runs import DONE, PRETENDED, UNKNOWN, WARROOM, Run
from warroom.core.saying import who
from warroom.core.steps.announce import OPERATIONS
from warroom.core.words import Bold, Code, Lines, Link, Person, Words

Effects = Iterable[Effect]


def _step(walk: Run, name: str) -> str:
    step = walk.runbook.step(name)
    return walk.filling.text(step.title) if step else name


def _under(run: str, tone: Tone, body: Words, title: str = "", asks: tuple[Ask, ...] = ()) -> Say:
    """Said in the thread of the run's card."""
    return Say(place=WAR_ROOM, tone=tone, title=title, body=body, asks=asks, under=f"run:{run}")


def _run_started(room: Room, entry: Entry, event: e.RunStarted) -> Effects:
    yield f.ShowCard(place=WAR_ROOM, card=f"run:{event.run}")


def _handed_over(room: Room, entry: Entry, event: e.RunHandedOver) -> Effects:
    walk = room.runs[event.run]
    said: Words = (who(entry), " has handed ", Bold(walk.name), " over to ", Person(event.person), ".")
    if event.person == entry.by:
        said = (Person(event.person), " leads ", Bold(walk.name), " now.")
    yield Say(place=WAR_ROOM, tone=Tone.PLAIN, body=said)


def _run_paused(room: Room, entry: Entry, event: e.RunPaused) -> Effects:
    yield _under(event.run, Tone.PHASE, (who(entry), f": {event.reason}"), title="Paused")


def _run_resumed(room: Room, entry: Entry, event: e.RunResumed) -> Effects:
    yield _under(event.run, Tone.PHASE, ("By ", who(entry), "."), title="Goes on")


def _value_given(room: Room, entry: Entry, event: e.ValueGiven) -> Effects:
    if room.runs[event.run].parent is not None and not event.step:
        return  # told in the thread of the whole walk
    source: Words = (f" (from {event.origin})",) if event.origin else (", says ", who(entry))
    yield _under(event.run, Tone.PLAIN, (Code(event.name), " is ", Code(event.value), *source, "."))


def _evidence(room: Room, entry: Entry, event: e.EvidenceGiven) -> Effects:
    step = _step(room.runs[event.run], event.step)
    link: Words = (" ", Link(event.link)) if event.link else ()
    said: Words = ("Evidence for ", Bold(step), " from ", who(entry), f": {event.text}", *link)
    yield _under(event.run, Tone.PLAIN, said)


def _written(room: Room, entry: Entry, event: e.StepWritten) -> Effects:
    if event.done:
        text = f": {event.text}" if event.text else ""
        yield _under(event.run, Tone.PLAIN, (who(entry), " also did ", Bold(event.title), f"{text}"))


def _step_taken(room: Room, entry: Entry, event: e.StepTaken) -> Effects:
    if event.person != entry.by:
        step = _step(room.runs[event.run], event.step)
        yield _under(
            event.run, Tone.PLAIN, (Person(event.person), ", ", who(entry), " has given you ", Bold(step), ".")
        )


def _step_failed(room: Room, entry: Entry, event: e.StepFailed) -> Effects:
    walk = room.runs[event.run]
    if any(act.step == event.step and act.detail == event.reason for act in walk.acts.values()):
        return  # how the act ended has been told
    yield Say(
        place=WAR_ROOM,
        tone=Tone.BAD_NEWS,
        title=f"Step failed: {_step(walk, event.step)}",
        body=(*(() if entry.by == WARROOM else (who(entry), ": ")), event.reason),
        under=f"run:{event.run}",
    )


def _announced(room: Room, entry: Entry, event: e.Announced) -> Effects:
    if event.where == OPERATIONS and not room.origin:
        yield Say(place=WAR_ROOM, tone=Tone.PHASE, title="To be told to the others", body=(event.text,))
        return
    place = ORIGIN if event.where == OPERATIONS else WAR_ROOM
    yield Say(place=place, tone=Tone.PHASE, title=room.runs[event.run].name, body=(event.text,))


def _overran(room: Room, entry: Entry, event: e.StepOverran) -> Effects:
    walk = room.runs[event.run]
    step, there = walk.runbook.step(event.step), walk.of(event.step)
    if step is None:
        return
    has = there.taken_by or room.roster.holder(step.who) or _chief(room, walk)
    if event.reminder == 1:
        yield _late(walk, step, has, "Say what holds it up, or skip it and say why.")
    elif event.reminder == 2:
        chief = _chief(room, walk)
        stuck: Words = (" It is with ", Person(has), ".") if has and has != chief else ()
        yield _late(walk, step, chief, "Give it to somebody else, or go round it.", stuck)
    elif step.late is not None:
        holder = room.roster.holder(step.late.tell) if step.late.tell else ""
        holder = holder or _chief(room, walk)
        role: Words = (" For ", Bold(step.late.tell), ":") if step.late.tell else ()
        yield _late(walk, step, holder, step.late.say or "The runbook has nothing more to say about it.", role)


def _chief(room: Room, walk: Run) -> str:
    """The commander; when there is none, whoever leads the walk, or that which it is a part of."""
    leaders = [each.leader or (each.started_by if each.parent is None else "") for each in room.wholes_of(walk)]
    return room.roster.commander or next(filter(None, leaders), "")


def _late(walk: Run, step: Step, person: str, advice: str, more: Words = ()) -> Say:
    who: Words = (Person(person), ", ") if person else ()
    planned = f" It was to take {write(step.expected)}." if step.expected else ""
    return Say(
        place=WAR_ROOM,
        tone=Tone.OVERDUE,
        title=f"Overdue: {walk.filling.text(step.title)}",
        body=(*who, f"{'t' if who else 'T'}his step is late.{planned}", *more, f" {walk.filling.text(advice)}"),
        under=f"run:{walk.id}",
    )


def _skipped(room: Room, entry: Entry, event: e.StepSkipped) -> Effects:
    step = _step(room.runs[event.run], event.step)
    yield _under(event.run, Tone.PLAIN, (who(entry), " skipped ", Bold(step), f": {event.reason}"))


def _reported(room: Room, entry: Entry, event: e.CheckReported) -> Effects:
    """Of a check that is repeated only the first failure and the end are told; the card shows the rest."""
    step = _step(room.runs[event.run], event.step)
    if event.again and event.attempt > 1:
        return
    verdict = "passed" if event.holds else "does not hold yet" if event.again else "failed"
    tone = Tone.GOOD_NEWS if event.holds else Tone.PLAIN if event.again else Tone.BAD_NEWS
    yield _under(event.run, tone, (event.detail,), title=f"Check {verdict}: {step}")


def _check(room: Room, entry: Entry, event: e.CheckStarted) -> Effects:
    yield f.RunCheck(run=event.run, step=event.step, attempt=event.attempt, probe=event.probe)


def _act_approved(room: Room, entry: Entry, event: e.ActApproved) -> Effects:
    yield _under(event.run, Tone.PLAIN, (who(entry), " approved ", Bold(_step(room.runs[event.run], event.step)), "."))


def _act_asked(room: Room, entry: Entry, event: e.ActAsked) -> Effects:
    what = "Takes back" if event.undo else "Runs"
    step = _step(room.runs[event.run], event.step)
    yield _under(event.run, Tone.PHASE, (Lines(event.action.shown),), title=f"{what}: {step}")
    yield f.RunAct(run=event.run, act=event.act, action=event.action, within=event.within)


def _act_said(room: Room, entry: Entry, event: e.ActSaid) -> Effects:
    yield _under(event.run, Tone.PLAIN, (Lines(event.text),))


def _act_cancelled(room: Room, entry: Entry, event: e.ActCancelled) -> Effects:
    yield _under(event.run, Tone.PHASE, ("By ", who(entry), ". It is being stopped."), title="Cancelled")


def _act_ended(room: Room, entry: Entry, event: e.ActEnded) -> Effects:
    walk = room.runs[event.run]
    act = walk.acts[event.act]
    good = event.outcome in (DONE, PRETENDED)
    what = f"{'Undo ' if act.undo else ''}{event.outcome}"
    yield Say(
        place=WAR_ROOM,
        tone=Tone.GOOD_NEWS if good else Tone.BAD_NEWS,
        title=f"{what.capitalize()}: {_step(walk, act.step)}",
        body=(event.detail, *((" Find out before anything is run again.",) if event.outcome == UNKNOWN else ())),
        under=f"run:{event.run}",
    )


def _finished(room: Room, entry: Entry, event: e.RunFinished) -> Effects:
    walk = room.runs[event.run]
    if walk.parent is not None:
        return
    incident = room.incidents.get(walk.incident)
    args = (("incident", walk.incident),)
    asks = (
        (
            Ask(do="mitigate", label="Mitigated", args=args),
            Ask(do="resolve", label="Resolved", args=args, style="primary"),
        )
        if incident and incident.open
        else ()
    )
    yield Say(
        place=WAR_ROOM,
        tone=Tone.GOOD_NEWS,
        title=f"Runbook finished: {walk.name}",
        body=(f"For “{incident.title if incident else walk.incident}”. Is it over?",),
        asks=asks,
    )


def _abandoned(room: Room, entry: Entry, event: e.RunAbandoned) -> Effects:
    if entry.by == WARROOM:
        return
    walk = room.runs[event.run]
    yield Say(
        place=WAR_ROOM,
        tone=Tone.PLAIN,
        body=(who(entry), " stopped walking ", Bold(walk.name), f": {event.reason}"),
    )


TELLERS: dict[type[e.Event], Callable[[Room, Entry, Any], Effects]] = {
    e.RunStarted: _run_started,
    e.RunHandedOver: _handed_over,
    e.RunPaused: _run_paused,
    e.RunResumed: _run_resumed,
    e.ValueGiven: _value_given,
    e.EvidenceGiven: _evidence,
    e.StepWritten: _written,
    e.StepTaken: _step_taken,
    e.StepFailed: _step_failed,
    e.Announced: _announced,
    e.StepOverran: _overran,
    e.StepSkipped: _skipped,
    e.CheckStarted: _check,
    e.CheckReported: _reported,
    e.ActApproved: _act_approved,
    e.ActAsked: _act_asked,
    e.ActSaid: _act_said,
    e.ActCancelled: _act_cancelled,
    e.ActEnded: _act_ended,
    e.RunFinished: _finished,
    e.RunAbandoned: _abandoned,
}
