"""One pass through a timeline that keeps what the after-action report needs.

It reads as a player would: `players_reading` takes out of every entry what is hidden from players before anything looks
at it, so that no part of the report can hold it. The state of the room at each entry is the core's own fold.

An account grows with what people did (incidents, runs, alerts by name), not with the number of entries.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from warroom.core import events as e
from warroom.core.events import Entry
from warroom.core.faults import FaultState
from warroom.core.incident import IncidentState
from warroom.core.plan import ExpectationState
from warroom.core.room import Room, evolve
from warroom.core.roster import COMMANDER
from warroom.core.runbook import Step
from warroom.core.runs import WARROOM, StepState
from warroom.core.scenario import Scenario
from warroom.report.facts import (
    AlertFacts,
    Course,
    ExpectationFacts,
    FaultFacts,
    Flag,
    IncidentFacts,
    InjectFacts,
    InjectsFacts,
    Milestone,
    Moment,
    Participant,
    Pause,
    RunFacts,
    Said,
    StepFacts,
)
from warroom.report.phrasing import Names, name, spoken
from warroom.report.timeline import place, speaker
from warroom.report.walks import answer_label

NOTHING = timedelta(0)


_OVER = {StepState.SKIPPED: "skipped", StepState.FAILED: "failed"}


def players_reading(entry: Entry) -> Entry:
    """The entry without anything that is hidden from players; of the scenario only what everybody may know."""
    match entry.event:
        case e.GamePlanned() as planned:
            return replace(entry, event=replace(planned, scenario=_public(planned)))
        case e.InjectSkipped() as skipped:
            return replace(entry, event=replace(skipped, reason=""))
        case _:
            return entry


def _public(planned: e.GamePlanned) -> Scenario:
    blank = Scenario(id=planned.scenario_id, title=planned.title, briefing="", injects=())
    plan: object = planned.scenario  # in an export for players a mark stands in its place
    if not isinstance(plan, Scenario):
        return blank
    return replace(blank, summary=plan.summary, objectives=plan.objectives, debrief=plan.debrief)


@dataclass(slots=True)
class _Incident:
    declared: Moment
    milestones: list[Milestone] = field(default_factory=list)
    commanders: list[str] = field(default_factory=list)
    to_command: timedelta | None = None
    to_runbook: timedelta | None = None
    reopened: int = 0


@dataclass(slots=True)
class _Visit:
    """A stay at one step of a walk."""

    step: str
    entered: Moment
    looked: int = 0
    findings: list[tuple[bool, str]] = field(default_factory=list)
    facts: StepFacts | None = None
    evidence: list[str] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Fault:
    asked: Moment
    broken: Moment | None = None
    undone: Moment | None = None
    why: str = ""


@dataclass(slots=True)
class Account:
    """Feed it every entry in order with `add`; then ask for the parts of the report."""

    names: Names
    room: Room = field(default_factory=Room)
    planned: int | None = None
    skipped: int = 0
    held: int = 0
    played: list[InjectFacts] = field(default_factory=list)
    from_plan: set[str] = field(default_factory=set)
    pauses: list[Pause] = field(default_factory=list)
    expected: dict[str, tuple[str, timedelta]] = field(default_factory=dict)
    met: dict[str, Moment] = field(default_factory=dict)
    incidents: dict[str, _Incident] = field(default_factory=dict)
    visits: dict[str, list[_Visit]] = field(default_factory=dict)
    run_ends: dict[str, Moment] = field(default_factory=dict)
    run_begins: dict[str, Moment] = field(default_factory=dict)
    alerts: dict[tuple[str, str], AlertFacts] = field(default_factory=dict)
    left_out: int = 0
    faults: dict[str, _Fault] = field(default_factory=dict)
    notes: list[Said] = field(default_factory=list)
    updates: list[Said] = field(default_factory=list)
    messages: dict[str, int] = field(default_factory=dict)
    roles: dict[str, list[str]] = field(default_factory=dict)
    acted: dict[str, None] = field(default_factory=dict)
    sources: set[str] = field(default_factory=set)
    undelivered: list[str] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        if isinstance(entry.event, e.GamePlanned):
            plan: object = entry.event.scenario
            self.planned = len(plan.injects) if isinstance(plan, Scenario) else None
        public = players_reading(entry)
        self.room = evolve(self.room, public)
        keep = _KEPT.get(type(public.event))
        if keep:
            keep(self, self._moment(public), public.event)
        match public.event:
            case e.MessageHeard():
                self.messages[public.by] = self.messages.get(public.by, 0) + 1
            case e.AlertFired(source=source):
                self.sources.add(source)
        if not isinstance(public.event, _HAPPENS):
            self.acted.setdefault(public.by)

    def _moment(self, entry: Entry) -> Moment:
        return Moment(
            at=entry.occurred_at or entry.at,
            clock=self.room.clock.reading(entry.at),
            who=self.name(entry.by),
        )

    def name(self, person: str) -> str:
        return name(self.names, person)

    def words(self, text: str) -> str:
        return spoken(text, self.names)

    def between(self, start: Moment, end: Moment) -> timedelta:
        """Game time in a drill, time of day in a real incident; never negative."""
        return max(NOTHING, end.clock - start.clock if self.room.drill else end.at - start.at)

    # --- the parts of the report

    def course(self) -> Course:
        room, game = self.room, self.room.game
        if room.opened_at is None:
            raise ValueError("a timeline begins with the opening of a room")
        started = game.started_at if game else room.opened_at
        ended = game.ended_at if game else room.closed_at
        return Course(
            state=room.state,
            over=not room.open,
            opened_at=room.opened_at,
            started_at=started,
            ended_at=ended,
            real=ended - started if ended and started else None,
            game=room.clock.elapsed if game and ended else None,
            pauses=tuple(self.pauses),
        )

    def people(self) -> tuple[Participant, ...]:
        roster = self.room.roster
        parts = (("dungeon master", roster.controllers), ("player", roster.players), ("observer", roster.observers))
        known = {person: part for part, persons in parts for person in persons}
        machines = {WARROOM, *self.sources}
        others = {each: "responder" for each in (*self.acted, *self.roles) if each not in machines}
        if self.room.drill:  # whoever only spoke in the room, without a part in the game
            others = dict.fromkeys(others, "guest")
        return tuple(
            Participant(
                name=self.name(person),
                part=part,
                roles=tuple(self.roles.get(person, ())),
                messages=self.messages.get(person, 0),
            )
            for person, part in {**known, **{who: part for who, part in others.items() if who not in known}}.items()
        )

    def incident_facts(self) -> tuple[IncidentFacts, ...]:
        return tuple(self._incident(name, kept) for name, kept in self.incidents.items())

    def _incident(self, name: str, kept: _Incident) -> IncidentFacts:
        there, offers = self.room.incidents[name], self.room.offers.get(name)

        def last(what: str, *, so: bool) -> timedelta | None:
            found = [each.after for each in kept.milestones if each.what == what]
            return found[-1] if found and so else None

        acknowledged = [each.after for each in kept.milestones if each.what == "Acknowledged"]
        return IncidentFacts(
            id=name,
            title=self.words(there.title),
            severity=there.severity,
            state=there.state.value,
            services=there.services,
            failure_modes=there.failure_modes,
            declared=kept.declared,
            milestones=tuple(kept.milestones),
            commanders=tuple(self.name(person) for person in kept.commanders),
            to_acknowledge=acknowledged[0] if acknowledged else None,
            to_command=kept.to_command,
            to_runbook=kept.to_runbook,
            to_mitigate=last("Mitigated", so=there.mitigated_at is not None),
            to_resolve=last("Resolved", so=there.state is IncidentState.RESOLVED),
            reopened=kept.reopened,
            runbooks_found=None if offers is None else tuple(offer.title for offer in offers),
        )

    def expectation_facts(self) -> tuple[ExpectationFacts, ...]:
        return tuple(self._expectation(name, *armed) for name, armed in self.expected.items())

    def _expectation(self, name: str, what: str, armed: timedelta) -> ExpectationFacts:
        held = self.room.plan.standing(name) if self.room.plan else None
        deadline = held.deadline if held and held.deadline is not None else armed
        met = self.met.get(name)
        return ExpectationFacts(
            what=what,
            state=held.state.value if held else ExpectationState.ARMED.value,
            armed=armed,
            deadline=deadline,
            met=met.clock if met else None,
            met_at=met.at if met else None,
            to_spare=deadline - met.clock if met else None,
        )

    def inject_facts(self) -> InjectsFacts:
        left = None if self.planned is None else max(0, self.planned - len(self.from_plan) - self.skipped)
        return InjectsFacts(
            played=tuple(self.played), skipped=self.skipped, held=self.held, never_played=left if self.room.game else 0
        )

    def run_facts(self) -> tuple[RunFacts, ...]:
        return tuple(self._run(name) for name in self.room.runs)

    def _run(self, name: str) -> RunFacts:
        run, end, begin = self.room.runs[name], self.run_ends.get(name), self.run_begins[name]
        incident = self.room.incidents.get(run.incident)
        visits = self.visits.get(name, [])
        came_to = {visit.step for visit in visits}
        return RunFacts(
            id=name,
            title=run.name,
            digest=run.digest,
            incident=self.words(incident.title) if incident else run.incident,
            started=begin,
            state=run.state.value,
            stopped_by=end.who if end else "",
            reason=self.words(run.reason),
            took=self.between(begin, end) if end else None,
            steps=tuple(visit.facts or self._left_open(name, visit) for visit in visits),
            not_taken=() if run.title else tuple(step.title for step in run.runbook.steps if step.id not in came_to),
            part_of=self.room.runs[run.parent.run].name if run.parent else "",
            values=() if run.parent else tuple((name, self.words(value)) for name, value in run.given.items()),
            beside=tuple(f"{self.words(each.title)} ({self.name(each.by)})" for each in run.beside),
        )

    def _left_open(self, run: str, visit: _Visit) -> StepFacts:
        return self.visited(run, visit, None)

    def visited(self, run: str, visit: _Visit, left: Moment | None) -> StepFacts:
        """What became of this visit, read off the run as it is now."""
        walk = self.room.runs[run]
        step, there = walk.runbook.step(visit.step), walk.of(visit.step)
        took = there.left - there.entered if there.left is not None and there.entered is not None else None
        return StepFacts(
            title=walk.filling.text(step.title) if step else visit.step,
            kind=step.what.word if step else "",
            state=_OVER.get(there.state, "done" if left else "unfinished"),
            who=left.who if left else self.name(there.taken_by) if there.taken_by else "",
            answer=answer_label(walk.runbook, visit.step, there.answer),
            entered=visit.entered,
            planned=_planned(step),
            took=took,
            overdue=there.overran,
            note=self.words(there.note),
            looked=visit.looked,
            findings=tuple(visit.findings),
            evidence=tuple(visit.evidence),
            flags=tuple(visit.flags),
            acts=tuple(visit.acts),
        )

    def add_to(self, run: str, step: str, what: str, news: Any) -> None:
        """To the last visit of this step, also when it is over."""
        visit = next((each for each in reversed(self.visits.get(run, ())) if each.step == step), None)
        if visit is None:
            return
        getattr(visit, what).append(news)
        if visit.facts is not None:
            changed: dict[str, Any] = {what: tuple(getattr(visit, what))}
            visit.facts = replace(visit.facts, **changed)

    def fault_facts(self) -> tuple[FaultFacts, ...]:
        return tuple(self._fault(name, kept) for name, kept in self.faults.items())

    def _fault(self, name: str, kept: _Fault) -> FaultFacts:
        there = self.room.faults[name]
        lasted = kept.undone.at - kept.broken.at if kept.undone and kept.broken else None
        return FaultFacts(
            target=there.target,
            mode=there.mode,
            state=there.state.value,
            asked=kept.asked,
            broken=kept.broken,
            undone=kept.undone,
            lasted=lasted,
            why_undone=kept.why,
            detail=there.detail if there.state in (FaultState.STUCK, FaultState.REFUSED) else "",
        )


def _planned(step: Step | None) -> timedelta | None:
    """How long a step should take: what its author wrote, or how long it waits by itself."""
    return None if step is None else step.expected or step.what.ends_after()


# --- what is kept of each event


def _paused(account: Account, moment: Moment, event: e.GamePaused) -> None:
    account.pauses.append(Pause(began=moment, until=None, length=None, reason=account.words(event.reason)))


def _went_on(account: Account, moment: Moment, event: e.GameResumed) -> None:
    if account.pauses:
        last = account.pauses[-1]
        account.pauses[-1] = replace(last, until=moment.at, length=moment.at - last.began.at)


def _ended(account: Account, moment: Moment, event: e.GameEnded) -> None:
    if account.pauses and account.pauses[-1].until is None:
        _went_on(account, moment, e.GameResumed())


def _inject(account: Account, moment: Moment, event: e.InjectPlayed) -> None:
    account.from_plan.add(event.inject)
    account.played.append(
        InjectFacts(
            moment=moment,
            kind=event.kind,
            speaker=speaker(event.actor, event.actor_title),
            level=event.level,
            text=account.words(event.text),
            incident=event.incident,
        )
    )


def _improvised(account: Account, moment: Moment, event: e.ActorSpoke) -> None:
    account.played.append(
        InjectFacts(
            moment=moment,
            kind="improvised",
            speaker=speaker(event.actor, event.actor_title),
            level="",
            text=account.words(event.text),
            incident="",
        )
    )


def _left_out(account: Account, moment: Moment, event: e.InjectSkipped) -> None:
    account.skipped += 1


def _held(account: Account, moment: Moment, event: e.InjectHeld) -> None:
    account.held += 1


def _armed(account: Account, moment: Moment, event: e.ExpectationArmed) -> None:
    account.expected[event.expectation] = (event.what, moment.clock)


def _met(account: Account, moment: Moment, event: e.ExpectationMet) -> None:
    account.met[event.expectation] = moment


def _declared(account: Account, moment: Moment, event: e.IncidentDeclared) -> None:
    commander = account.room.roster.commander
    account.incidents[event.incident] = _Incident(
        declared=moment,
        milestones=[Milestone(what="Declared", moment=moment, after=NOTHING)],
        commanders=[commander] if commander else [],
        to_command=NOTHING if commander else None,
    )


def _milestone(what: str) -> Callable[[Account, Moment, Any], None]:
    def keep(account: Account, moment: Moment, event: Any) -> None:
        _pass(account, moment, event.incident, what)

    return keep


def _pass(account: Account, moment: Moment, incident: str, what: str) -> None:
    kept = account.incidents[incident]
    after = account.between(kept.declared, moment)
    kept.milestones.append(Milestone(what=what, moment=moment, after=after))


def _reopened(account: Account, moment: Moment, event: e.IncidentReopened) -> None:
    account.incidents[event.incident].reopened += 1
    _pass(account, moment, event.incident, "Reopened")


def _severity(account: Account, moment: Moment, event: e.SeverityChanged) -> None:
    _pass(account, moment, event.incident, f"Set to {event.severity}")


def _role(account: Account, moment: Moment, event: e.RoleTaken) -> None:
    held = account.roles.setdefault(event.person, [])
    if event.role not in held:
        held.append(event.role)
    if event.role == COMMANDER:
        _commanded(account, moment, event.person)


def _commanded(account: Account, moment: Moment, person: str) -> None:
    who = account.name(person)
    for incident, kept in account.incidents.items():
        if not account.room.incidents[incident].open:
            continue
        first = not kept.commanders
        if first:
            kept.to_command = account.between(kept.declared, moment)
        if person not in kept.commanders:
            kept.commanders.append(person)
        _pass(account, moment, incident, f"{who} took command" if first else f"Command passed to {who}")


def _status(account: Account, moment: Moment, event: e.StatusPosted) -> None:
    account.updates.append(Said(moment=moment, text=account.words(event.text)))


def _note(account: Account, moment: Moment, event: e.NoteTaken) -> None:
    account.notes.append(Said(moment=moment, text=account.words(event.text)))


def _run_started(account: Account, moment: Moment, event: e.RunStarted) -> None:
    account.run_begins[event.run], account.visits[event.run] = moment, []
    kept = account.incidents.get(event.incident)
    if kept is None:
        return
    if kept.to_runbook is None:
        kept.to_runbook = account.between(kept.declared, moment)
    if event.parent is None:
        title = account.room.runs[event.run].name
        _pass(account, moment, event.incident, f"Runbook “{title}” started")


def _run_over(account: Account, moment: Moment, event: e.RunFinished | e.RunAbandoned) -> None:
    account.run_ends[event.run] = moment


def _entered(account: Account, moment: Moment, event: e.StepEntered) -> None:
    account.visits[event.run].append(_Visit(step=event.step, entered=moment))


def _evidence(account: Account, moment: Moment, event: e.EvidenceGiven) -> None:
    text = account.words(event.text)
    kept = f"{text} ({event.link})" if event.link and event.link != event.text else text
    account.add_to(event.run, event.step, "evidence", kept)


def _flagged(account: Account, moment: Moment, event: e.StepFlagged) -> None:
    flag = Flag(verdict=event.verdict, comment=account.words(event.comment), who=moment.who)
    account.add_to(event.run, event.step, "flags", flag)


def _act_ended(account: Account, moment: Moment, event: e.ActEnded) -> None:
    act = account.room.runs[event.run].acts[event.act]
    what = " ".join(act.action.shown.split())
    told = f"{'undo, ' if act.undo else ''}{event.outcome}: {what} ({account.words(event.detail)})"
    account.add_to(event.run, act.step, "acts", told)


def _left(account: Account, moment: Moment, event: e.StepDone | e.StepSkipped | e.StepFailed) -> None:
    visit = account.visits[event.run][-1]
    visit.facts = account.visited(event.run, visit, moment)


def _looked(account: Account, moment: Moment, event: e.CheckStarted) -> None:
    account.visits[event.run][-1].looked += 1


def _found(account: Account, moment: Moment, event: e.CheckReported) -> None:
    account.visits[event.run][-1].findings.append((event.holds, account.words(event.detail)))


def _fired(account: Account, moment: Moment, event: e.AlertFired) -> None:
    there = account.alerts.get((event.source, event.name)) or AlertFacts(
        name=event.name,
        source=event.source,
        severity=event.severity,
        summary=account.words(event.summary),
        fired=0,
        resolved=0,
        first=moment.at,
        last=moment.at,
    )
    account.alerts[event.source, event.name] = replace(there, fired=there.fired + 1, last=moment.at)


def _quiet(account: Account, moment: Moment, event: e.AlertResolved) -> None:
    there = account.alerts.get((event.source, event.name))
    if there is not None:
        account.alerts[event.source, event.name] = replace(there, resolved=there.resolved + 1, last=moment.at)


def _cut_short(account: Account, moment: Moment, event: e.AlertsCutShort) -> None:
    account.left_out += event.missing


def _fault_asked(account: Account, moment: Moment, event: e.FaultAsked) -> None:
    account.faults[event.fault] = _Fault(asked=moment)


def _fault_broke(account: Account, moment: Moment, event: e.FaultInjected) -> None:
    account.faults[event.fault].broken = moment


def _undoing(account: Account, moment: Moment, event: e.RollbackAsked) -> None:
    account.faults[event.fault].why = event.reason


def _undone(account: Account, moment: Moment, event: e.FaultRolledBack) -> None:
    account.faults[event.fault].undone = moment


def _failed(account: Account, moment: Moment, event: e.DeliveryFailed) -> None:
    account.undelivered.append(f"{event.what.rstrip('.')} ({event.reason.rstrip('.')})")


def _no_channel(account: Account, moment: Moment, event: e.ChannelRefused) -> None:
    account.undelivered.append(f"Opening {place(event.place)} ({event.reason.rstrip('.')})")


_KEPT: dict[type[e.Event], Callable[[Account, Moment, Any], None]] = {
    e.GamePaused: _paused,
    e.GameResumed: _went_on,
    e.GameEnded: _ended,
    e.InjectPlayed: _inject,
    e.ActorSpoke: _improvised,
    e.InjectSkipped: _left_out,
    e.InjectHeld: _held,
    e.ExpectationArmed: _armed,
    e.ExpectationMet: _met,
    e.IncidentDeclared: _declared,
    e.IncidentAcknowledged: _milestone("Acknowledged"),
    e.IncidentMitigated: _milestone("Mitigated"),
    e.IncidentResolved: _milestone("Resolved"),
    e.IncidentReopened: _reopened,
    e.SeverityChanged: _severity,
    e.RoleTaken: _role,
    e.StatusPosted: _status,
    e.NoteTaken: _note,
    e.RunStarted: _run_started,
    e.RunFinished: _run_over,
    e.RunAbandoned: _run_over,
    e.StepEntered: _entered,
    e.StepDone: _left,
    e.StepSkipped: _left,
    e.StepFailed: _left,
    e.EvidenceGiven: _evidence,
    e.StepFlagged: _flagged,
    e.ActEnded: _act_ended,
    e.CheckStarted: _looked,
    e.CheckReported: _found,
    e.AlertFired: _fired,
    e.AlertResolved: _quiet,
    e.AlertsCutShort: _cut_short,
    e.FaultAsked: _fault_asked,
    e.FaultInjected: _fault_broke,
    e.RollbackAsked: _undoing,
    e.FaultRolledBack: _undone,
    e.DeliveryFailed: _failed,
    e.ChannelRefused: _no_channel,
}
_HAPPENS = (e.DeliveryFailed, e.ChannelOpened, e.ChannelRefused)  # not done by whoever the entry names
