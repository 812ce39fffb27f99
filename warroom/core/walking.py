"""What may be asked of a walk through a runbook, and what happens then."""

from collections.abc import Iterable
from datetime import datetime

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.incident import Incident
from warroom.core.onward import begin_by_itself, begin_looking, enter, failed, onward
from warroom.core.permission import News, acknowledged_too, in_words, joining, may_act, must_hold, the_incident
from warroom.core.refusals import NotNow, NotYours, TooLate, Unknown
from warroom.core.room import Room
from warroom.core.runbook import Runbook, Step
from warroom.core.runs import (
    VERDICTS,
    Run,
    StepState,
    begun,
    must_answer,
    must_stand_at,
)
from warroom.core.steps.ask import GIVEN, Ask
from warroom.core.steps.check import Check
from warroom.core.steps.confirm import CONFIRMED, DECLINED, Confirm
from warroom.core.values import Filling
from warroom.core.words import Person

# --- a run as a whole


def start_run(room: Room, command: c.StartRun, now: datetime) -> News:
    news = may_act(room, command.by)
    incident = _open_incident(room, command.incident)
    for run in room.runs.values():
        if run.walking and (run.runbook.id, run.incident, run.parent) == (command.runbook.id, incident.id, None):
            raise TooLate(
                Person(run.started_by), f" has started “{run.runbook.title}” already; its card is in the war room."
            )
    started = e.RunStarted(
        run=next_run(room),
        incident=incident.id,
        runbook=command.runbook,
        digest=command.digest,
        others=command.others,
    )
    given = _from_labels((command.runbook, *command.others.values()), incident)
    known_so_far = {each.name: each.value for each in given}
    reading = room.clock.reading(now)
    blank = begun(started, by=command.by, at=now, reading=reading, whole=None, given=known_so_far)
    known = [e.ValueGiven(run=started.run, name=each.name, value=each.value, origin="the alert") for each in given]
    return [*news, *acknowledged_too(incident), started, *known, *enter(blank, command.runbook.steps[0].id)]


def start_blank_run(room: Room, command: c.StartBlankRun, now: datetime) -> News:
    news = may_act(room, command.by)
    incident = _open_incident(room, command.incident)
    title = command.title.strip() or incident.title
    name = next_run(room)
    runbook = Runbook(id=f"{room.key}-{name}".lower(), title=title, steps=(), services=incident.services)
    started = e.RunStarted(run=name, incident=incident.id, runbook=runbook, digest="", blank=True)
    return [*news, *acknowledged_too(incident), started]


def next_run(room: Room) -> str:
    return f"R{len(room.runs) + 1}"


def _open_incident(room: Room, name: str) -> Incident:
    incident = the_incident(room, name)
    if not incident.open:
        raise NotNow(f"“{incident.title}” is resolved; reopen it to walk a runbook for it.")
    return incident


def _from_labels(runbooks: Iterable[Runbook], incident: Incident) -> list[e.ValueGiven]:
    """What the alert's labels say about the values that these runbooks leave open."""
    open_values = {each.name: each for runbook in runbooks for each in runbook.all_values()}
    labelled = ((each, incident.labels.get(each.label or each.name, "")) for each in open_values.values())
    return [e.ValueGiven(run="", name=each.name, value=label) for each, label in labelled if not each.wrong(label)]


def abandon(room: Room, command: c.AbandonRun, now: datetime) -> News:
    news = may_act(room, command.by)
    run = _walking(room, command.run)
    return [*news, e.RunAbandoned(run=run.id, reason=in_words(command.reason))]


def finish_run(room: Room, command: c.FinishRun, now: datetime) -> News:
    news = may_act(room, command.by)
    run = _walking(room, command.run)
    if not run.blank:
        raise NotNow(f"“{run.name}” ends by itself when its last step is done. To stop it before that, say why.")
    _must_be_between(run)
    return [*news, e.RunFinished(run=run.id)]


def _must_be_between(run: Run) -> None:
    """Whether a run that is written on the way stands between two steps."""
    if run.paused is not None:
        raise NotNow(f"“{run.name}” is paused. Resume it first.")
    if run.current is not None:
        raise NotNow(f"“{run.current.title}” is still to be done. Do or skip it first.")


def hand_over(room: Room, command: c.HandOverRun, now: datetime) -> News:
    news = may_act(room, command.by)
    run = _walking(room, command.run)
    if not command.person:
        raise NotNow("Name the person who takes it over.")
    if command.person == (run.leader or run.started_by):
        raise TooLate(Person(command.person), " leads it already.")
    joined = _may_join(room, command.person) if command.person != command.by else []
    return [*news, *joined, e.RunHandedOver(run=run.id, person=command.person)]


def pause_run(room: Room, command: c.PauseRun, now: datetime) -> News:
    news = may_act(room, command.by)
    run = _walking(room, command.run)
    if run.paused is not None:
        raise TooLate(f"“{run.name}” is paused already.")
    reason = in_words(command.reason)
    together = [each for each in _with_parts(room, run) if each.paused is None]
    return [*news, *(e.RunPaused(run=each.id, reason=reason, of=run.id) for each in together)]


def resume_run(room: Room, command: c.ResumeRun, now: datetime) -> News:
    news = may_act(room, command.by)
    run = _walking(room, command.run)
    if run.paused is None:
        raise TooLate(f"“{run.name}” is not paused.")
    whole = room.runs.get(run.parent.run) if run.parent else None
    if whole is not None and whole.paused is not None:
        raise NotNow(f"“{whole.name}” is paused, and this is a part of it. Resume that.")
    together = [each for each in _with_parts(room, run) if each.paused is not None]
    return [*news, *(e.RunResumed(run=each.id) for each in together if each is run or each.paused_with == run.id)]


def _with_parts(room: Room, run: Run) -> Iterable[Run]:
    """A walk, and every walk that is going on as a part of it."""
    yield run
    for each in room.runs.values():
        if each.walking and each.parent is not None and each.parent.run == run.id:
            yield from _with_parts(room, each)


def run_of(room: Room, name: str) -> Run:
    run = room.runs.get(name)
    if run is None:
        raise Unknown(f"There is no run {name!r} in {room.key}.")
    return run


def _walking(room: Room, name: str) -> Run:
    run = run_of(room, name)
    if not run.walking:
        raise TooLate(f"“{run.name}” is {run.state} already.")
    return run


# --- who has a step


def take_step(room: Room, command: c.TakeStep, now: datetime) -> News:
    news = may_act(room, command.by)
    run = run_of(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    person, holder = command.person or command.by, run.of(step.id).taken_by
    if holder == person:
        raise TooLate("You have it already." if person == command.by else f"“{run.titled(step)}” is theirs already.")
    if holder and not command.person:
        raise TooLate(Person(holder), " has it.")
    joined = _may_join(room, person) if person != command.by else []
    return [*news, *joined, e.StepTaken(run=run.id, step=step.id, person=person)]


def _may_join(room: Room, person: str) -> News:
    """Whoever is given something in a drill plays from then on; those who direct or watch it cannot be given it."""
    if not room.drill or person in room.roster.players:
        return []
    if person in room.roster.everyone:
        raise NotYours(Person(person), " does not play in this game.")
    return joining(room, person)


def return_step(room: Room, command: c.ReturnStep, now: datetime) -> News:
    news = may_act(room, command.by)
    run = run_of(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    holder = run.of(step.id).taken_by
    if not holder:
        raise TooLate(f"Nobody has “{step.title}”.")
    return [*news, e.StepReturned(run=run.id, step=step.id)]


# --- how a step ends


def answer_step(room: Room, command: c.AnswerStep, now: datetime) -> News:
    news = may_act(room, command.by)
    run = run_of(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    must_answer(run, step, command.answer)
    if isinstance(step.what, Confirm):
        return [*news, *_confirm(room, run, step, step.what, command)]
    given = _evidence_with(run, step, command.evidence)
    done = e.StepDone(run=run.id, step=step.id, answer=command.answer, note=command.note)
    return [*news, *given, done, *onward(run, step.id, command.answer)]


def _evidence_with(run: Run, step: Step, evidence: str) -> News:
    if evidence.strip():
        return [e.EvidenceGiven(run=run.id, step=step.id, kind="text", text=evidence.strip())]
    if step.evidence_needed and not run.of(step.id).evidence:
        raise NotNow(
            f"“{run.titled(step)}” wants evidence before it is done: {step.evidence or 'what shows that it is so'}."
        )
    return []


def _confirm(room: Room, run: Run, step: Step, what: Confirm, command: c.AnswerStep) -> News:
    must_hold(room, what.roles, command.by, "confirm")
    if command.answer == DECLINED:
        why = command.note or "It was not confirmed."
        if what.stays(DECLINED):
            return failed(run, step.id, why)
        return [e.StepDone(run=run.id, step=step.id, answer=DECLINED, note=why), *onward(run, step.id, DECLINED)]
    already = run.of(step.id).confirmed
    if command.by in already:
        raise TooLate("You have confirmed it already; it takes somebody else as well.")
    given = _evidence_with(run, step, command.evidence)
    confirmed = [*given, e.StepConfirmed(run=run.id, step=step.id)]
    if len(already) + 1 < what.people:
        return confirmed
    return [*confirmed, e.StepDone(run=run.id, step=step.id, answer=CONFIRMED), *onward(run, step.id, CONFIRMED)]


def skip_step(room: Room, command: c.SkipStep, now: datetime) -> News:
    news = may_act(room, command.by)
    run = run_of(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    if not command.reason.strip():
        raise NotNow("Say why it is skipped; the report will ask.")
    act = run.act_of(step.id)
    if act is not None and not act.over:
        raise NotNow(f"“{run.titled(step)}” is running. Cancel it first, or wait for its end.")
    skipped = e.StepSkipped(run=run.id, step=step.id, reason=command.reason.strip())
    return [*news, skipped, *onward(run, step.id, "")]


def fail_step(room: Room, command: c.FailStep, now: datetime) -> News:
    news = may_act(room, command.by)
    run = run_of(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    if run.of(step.id).state is StepState.FAILED:
        raise TooLate(f"“{step.title}” has failed already. Try it again, or skip it and say why.")
    if not step.what.answers():
        raise NotNow(f"Whether “{step.title}” fails is not for people to say. Skip it, and say why.")
    return [*news, *failed(run, step.id, in_words(command.reason))]


def retry_step(room: Room, command: c.RetryStep, now: datetime) -> News:
    news = may_act(room, command.by)
    run = run_of(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    if run.of(step.id).state is not StepState.FAILED:
        raise NotNow(f"“{step.title}” has not failed, so there is nothing to try again.")
    return [*news, *enter(run, step.id)]


# --- values, evidence, what people think of it


def give_values(room: Room, command: c.GiveValues, now: datetime) -> News:
    """What is given counts in the whole walk: in what this is a part of, and in all that is walked as a part of that."""
    news = may_act(room, command.by)
    run = _walking(room, command.run)
    step = must_stand_at(run, command.step, command.leg) if command.step else None
    family = list(_with_parts(room, list(room.wholes_of(run))[-1]))
    asked = {each.name: each for walk in family for each in walk.values}
    wrong = [f"“{run.name}” asks for nothing called {name!r}." for name in command.values if name not in asked]
    given = {name: value.strip() for name, value in command.values.items() if name in asked and value.strip()}
    wrong += [sentence for name, value in given.items() if (sentence := asked[name].wrong(value))]
    if wrong:
        raise NotNow(" ".join(wrong))
    told: News = [
        e.ValueGiven(run=walk.id, name=name, value=value, step=command.step if walk is run else "")
        for walk in family
        for name, value in given.items()
        if walk.given.get(name) != value
    ]
    if step is not None and isinstance(step.what, Ask):
        return [*news, *told, *_asked(run, step, step.what, {**run.given, **given}), *_begin_now(family, run, given)]
    if not told:
        raise NotNow("Nothing was filled in.")
    return [*news, *told, *_begin_now(family, None, given)]


def _asked(run: Run, step: Step, what: Ask, known: dict[str, str]) -> News:
    missing = [each.name for each in what.values if each.name not in known]
    if missing:
        raise NotNow(f"Still open: {', '.join(missing)}.")
    done = e.StepDone(run=run.id, step=step.id, answer=GIVEN)
    return [done, *onward(run, step.id, GIVEN, given=known)]


def _begin_now(family: Iterable[Run], but: Run | None, given: dict[str, str]) -> News:
    """What could not begin because it did not know what to look at, or what to say, begins now."""
    news: News = []
    for run in family:
        step, there = run.current, run.of(run.at)
        waits = not (there.looking or there.looked is not None or there.said is not None)
        if run is not but and step is not None and run.paused is None and waits:
            news += begin_by_itself(run, step, Filling(run.runbook.all_values(), {**run.given, **given}))
    return news


def give_evidence(room: Room, command: c.GiveEvidence, now: datetime) -> News:
    news = may_act(room, command.by)
    run = run_of(room, command.run)
    name = command.step or run.at or (run.path[-1] if run.path else "")
    if run.runbook.step(name) is None:
        raise Unknown(f"“{run.name}” has no step {name!r}.")
    if command.kind not in ("text", "link", "file"):
        raise Unknown(f"Evidence is a text, a link or a file, not {command.kind!r}.")
    text = in_words(command.text or command.link)
    return [*news, e.EvidenceGiven(run=run.id, step=name, kind=command.kind, text=text, link=command.link)]


def flag_step(room: Room, command: c.FlagStep, now: datetime) -> News:
    """Anybody may: who only watches sees best. It counts after the walk, and after the game, as well."""
    run = run_of(room, command.run)
    if run.runbook.step(command.step) is None:
        raise Unknown(f"“{run.name}” has no step {command.step!r}.")
    if command.verdict not in VERDICTS:
        raise Unknown(f"Say one of {', '.join(VERDICTS)}, not {command.verdict!r}.")
    return [e.StepFlagged(run=run.id, step=command.step, verdict=command.verdict, comment=command.comment.strip())]


def write_step(room: Room, command: c.WriteStep, now: datetime) -> News:
    news = may_act(room, command.by)
    run = _walking(room, command.run)
    title = in_words(command.title)
    name = f"{run.id.lower()}-{len(run.runbook.steps) + len(run.beside) + 1}"
    if not run.blank or command.done:
        after = run.at or (run.path[-1] if run.path else "")
        if not after:
            raise NotNow("Nothing has been done yet. Write it as the next step.")
        written = e.StepWritten(run=run.id, step=name, title=title, text=command.text.strip(), after=after, done=True)
        return [*news, written]
    _must_be_between(run)
    after = run.path[-1] if run.path else ""
    written = e.StepWritten(run=run.id, step=name, title=title, text=command.text.strip(), after=after)
    return [*news, written, e.StepEntered(run=run.id, step=name)]


# --- checks


def look_again(room: Room, command: c.LookAgain, now: datetime) -> News:
    news = may_act(room, command.by)
    run = run_of(room, command.run)
    step = must_stand_at(run, command.step, command.leg)
    if step.what.asks_world() is None:
        raise NotNow(f"“{step.title}” is not a check.")
    if run.of(step.id).looking:
        raise TooLate("A check is under way; its result comes by itself.")
    missing = run.filling.open_in(step.what.texts())
    if missing:
        raise NotNow(f"“{step.title}” cannot look yet. Still open: {', '.join(missing)}.")
    return [*news, *begin_looking(run, step, run.filling)]


def record_check(room: Room, command: c.RecordCheck, now: datetime) -> News:
    run = run_of(room, command.run)
    there = run.of(command.step)
    if not run.walking or run.at != command.step or not there.looking or there.attempts != command.attempt:
        return []  # it came too late to matter: the step was skipped, or looked at again
    step = run.runbook.step(command.step)
    assert step is not None
    again = not command.holds and _looks_again(room, run, step, now)
    reported = e.CheckReported(
        run=run.id, step=step.id, attempt=command.attempt, holds=command.holds, detail=command.detail, again=again
    )
    return [reported]


def _looks_again(room: Room, run: Run, step: Step, now: datetime) -> bool:
    """Whether there is time for another look before the runbook's limit."""
    until, since = step.what.until if isinstance(step.what, Check) else None, run.of(step.id).looks_since
    return until is not None and since is not None and room.clock.reading(now) + until.every <= since + until.at_most
