"""Responders who are rules: what a team does about each thing that happens, as quickly as its pace says.

A team that is `perfect` acknowledges at once, takes command and the roles that the scenario speaks of, walks the runbook
it is offered by the good answers, posts updates, does what the scenario listens for, and resolves; nothing takes it any
time but what must, such as a wait. A `steady` one does the same, each step in the time its runbook plans for it; a
`slow` one does it late.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.declaring import dataclass
from warroom.core.effects import WAR_ROOM, Ask
from warroom.core.events import Entry
from warroom.core.incident import IncidentState
from warroom.core.injects import Sideline
from warroom.core.room import Room
from warroom.core.roster import COMMANDER
from warroom.core.runs import Run, StepState
from warroom.core.steps.act import Act
from warroom.core.steps.ask import Ask as AskStep
from warroom.core.steps.check import Check
from warroom.core.steps.confirm import CONFIRMED, Confirm
from warroom.core.values import LONGEST, Value
from warroom.core.views import status_asks
from warroom.core.when import Condition
from warroom.rehearsal import offered
from warroom.rehearsal.cast import able
from warroom.rehearsal.moves import Intent, Move, at_once
from warroom.rehearsal.offered import Runbooks
from warroom.rehearsal.wanted import Map, conditions

_AGAIN = timedelta(minutes=1)
_SAID = {"reason": "It is not possible here.", "text": "Word in 15 minutes.", "evidence": "seen, at 14:05", "note": ""}
Intents = Iterator[Intent]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """`sees` is how long until something is noticed; `steps` how many times its planned time a step takes.

    A step without a plan takes `unplanned`; none takes less than is needed to see it.
    """

    sees: timedelta
    leads: timedelta
    tells: timedelta
    steps: float
    unplanned: timedelta

    def step(self, expected: timedelta | None) -> timedelta:
        return max(self.sees, self.unplanned if expected is None else expected * self.steps)


PERFECT = Pace(
    sees=timedelta(seconds=10),
    leads=timedelta(seconds=15),
    tells=timedelta(seconds=45),
    steps=0.0,
    unplanned=timedelta(seconds=10),
)
STEADY = Pace(
    sees=timedelta(seconds=30),
    leads=timedelta(minutes=1),
    tells=timedelta(minutes=2),
    steps=1.0,
    unplanned=timedelta(minutes=1),
)
SLOW = Pace(
    sees=timedelta(minutes=6),
    leads=timedelta(minutes=10),
    tells=timedelta(minutes=12),
    steps=2.5,
    unplanned=timedelta(minutes=4),
)


class Responders:
    """A team with a pace."""

    def __init__(self, pace: Pace, known: Map, runbooks: Runbooks) -> None:
        self.pace, self.known, self.runbooks = pace, known, runbooks

    def reacts(self, room: Room, entry: Entry) -> Iterable[Intent]:
        """What the team will do about this entry; `room` is the room after it."""
        reaction = _REACTIONS.get(type(entry.event))
        return reaction(self, room, entry.event) if reaction else ()

    # --- pressing

    def _press(
        self,
        asks: Iterable[Ask],
        by: str,
        do: str,
        said: Mapping[str, str] = _SAID,
        fits: Callable[[Mapping[str, str]], bool] = lambda args: True,
    ) -> Move | None:
        """The button that does this, pressed; None when no card offers it any more."""
        for ask in asks:
            if ask.do == do and fits(dict(ask.args)):
                return Move(offered.pressed(ask, by, said, self.runbooks), f"presses “{ask.label}”")
        return None

    # --- people

    def _started(self, room: Room, event: e.GameStarted) -> Intents:
        for person in room.roster.players:
            if person not in room.roster.consents:
                yield at_once(c.Consent(by=person), "agrees to be taken out for a while", self.pace.sees)
        yield self._take_command()
        for role in _roles(room):
            there = Condition(word="role_taken", ref=role)
            yield self._bring_about(there, Responders._have_role, self.pace.leads + self.pace.sees)

    def _take_command(self) -> Intent:
        def make(room: Room, reading: timedelta) -> Move | None:
            people = able(room)
            return self._press(status_asks(room), people[0], "command") if people else None

        return Intent(self.pace.leads, make)

    def _sidelined(self, room: Room, event: e.Sidelined) -> Intents:
        """Somebody else takes over what the one who is out did."""
        if not event.role:
            return

        def make(room: Room, reading: timedelta) -> Move | None:
            people = able(room)
            gone = room.roster.roles.get(event.role) not in people
            return Move(c.TakeRole(by=people[0], role=event.role), f"is {event.role} now") if people and gone else None

        yield Intent(self.pace.leads, make)

    # --- incidents

    def _declared(self, room: Room, event: e.IncidentDeclared) -> Intents:
        yield self._on_incident(event.incident, "acknowledge", self.pace.sees)
        yield self._update(self.pace.tells)

    def _reopened(self, room: Room, event: e.IncidentReopened) -> Intents:
        yield self._on_incident(event.incident, "acknowledge", self.pace.sees)
        yield self._on_incident(event.incident, "resolve", self.pace.sees + self.pace.unplanned)

    def _offered(self, room: Room, event: e.RunbooksOffered) -> Intents:
        after = 2 * self.pace.sees
        if not event.offers:
            yield self._on_incident(event.incident, "blank", after)
            return
        names = [each.runbook for each in event.offers]
        best = next((name for name in names if name in self.known.wanted.runbooks), names[0])
        yield self._on_incident(event.incident, "walk", after, lambda args: args["runbook"] == best)

    def _on_incident(
        self, incident: str, do: str, after: timedelta, fits: Callable[[Mapping[str, str]], bool] = lambda args: True
    ) -> Intent:
        def make(room: Room, reading: timedelta) -> Move | timedelta | None:
            there = room.incidents[incident]
            if do != "acknowledge" and (wait := _hands_off(room, there.inject, reading)):
                return wait
            people = able(room, there.teams)
            return self._press(offered.on_incident(room, incident), people[0], do, fits=fits) if people else _AGAIN

        return Intent(after, make)

    def _update(self, after: timedelta) -> Intent:
        def make(room: Room, reading: timedelta) -> Move | timedelta | None:
            people = able(room)
            if not people:
                return _AGAIN
            by = room.roster.commander if room.roster.commander in people else people[0]
            open_now = [each.title for each in room.incidents.values() if each.open]
            text = f"We work on: {', '.join(open_now)}. Word in 15 minutes." if open_now else "All is well again."
            return self._press(status_asks(room), by, "update", {"text": text})

        return Intent(after, make)

    # --- what the scenario expects beside runbooks

    def _armed(self, room: Room, event: e.ExpectationArmed) -> Intents:
        expectation = room.plan.scenario.expectation(event.expectation) if room.plan else None
        for condition in conditions(expectation) if expectation else ():
            make = _EXPECTED.get(condition.word)
            if make is not None:
                yield self._bring_about(condition, make, self.pace.tells)

    def _bring_about(
        self,
        condition: Condition,
        make: "Callable[[Responders, Room, Condition], Move | timedelta | None]",
        after: timedelta,
    ) -> Intent:
        return Intent(after, lambda room, reading: make(self, room, condition))

    def _say(self, room: Room, condition: Condition) -> Move | timedelta:
        people = able(room)
        if not people:
            return _AGAIN
        text = condition.phrases[0]
        heard = c.HearMessage(by=people[0], channel=f"C-{WAR_ROOM}", ts=f"{room.seq}.0", text=text)
        return Move(heard, f"says “{text}”")

    def _update_now(self, room: Room, condition: Condition) -> Move | timedelta | None:
        return self._update(timedelta(0)).make(room, timedelta(0))

    def _have_role(self, room: Room, condition: Condition) -> Move | timedelta | None:
        free = [each for each in able(room) if each not in room.roster.roles.values()] or list(able(room))
        if condition.ref in room.roster.roles:
            return None
        return Move(c.TakeRole(by=free[0], role=condition.ref), f"is {condition.ref} now") if free else _AGAIN

    def _mark(self, room: Room, condition: Condition) -> Move | timedelta | None:
        incident, people = room.incident_of(condition.ref), able(room)
        if incident is None or not people:
            return _AGAIN if room.live else None
        asks = offered.on_incident(room, incident.id)
        return self._press(asks, people[0], "mark", fits=lambda args: args["what"] == condition.also)

    def _rate(self, room: Room, condition: Condition) -> Move | timedelta | None:
        incident, people = room.incident_of(condition.ref), able(room)
        if incident is None or not people:
            return _AGAIN if room.live else None
        if incident.severity <= condition.also:
            return None
        command = c.SetSeverity(by=people[0], incident=incident.id, severity=condition.also)
        return Move(command, f"makes it {condition.also}")

    # --- walks

    def _run_started(self, room: Room, event: e.RunStarted) -> Intents:
        if event.blank:
            said = {"title": "Find out what has changed, and take it back", "text": ""}
            yield self._on_walk(event.run, "write-step", self.pace.sees, said)

    def _on_walk(self, run: str, do: str, after: timedelta, said: Mapping[str, str] = _SAID) -> Intent:
        def make(room: Room, reading: timedelta) -> Move | timedelta | None:
            people = _people_of(room, run)
            return self._press(offered.on_walk(room, run), people[0], do, said) if people else _AGAIN

        return Intent(after, make)

    def _entered(self, room: Room, event: e.StepEntered) -> Intents:
        run = room.runs[event.run]
        step = run.runbook.step(event.step)
        if step is None:
            return
        needs_people = step.what.answers() or isinstance(step.what, AskStep | Act)
        if needs_people or run.filling.open_in(step.texts()):
            yield self._at_step(run, self.pace.step(step.expected))

    def _at_step(self, run: Run, after: timedelta) -> Intent:
        """Whatever the step takes, while the walk stands at it: values, signatures, an answer."""
        name, step, leg = run.id, run.at, run.leg

        def make(room: Room, reading: timedelta) -> Move | timedelta | None:
            here = room.runs[name]
            if (here.at, here.leg) != (step, leg) or here.current is None or not room.live:
                return None
            incident = room.incidents.get(here.incident)
            if incident and (wait := _hands_off(room, incident.inject, reading)):
                return wait
            people = _people_of(room, name)
            return self._next(room, here, people) if people else _AGAIN

        return Intent(after, make)

    def _next(self, room: Room, run: Run, people: tuple[str, ...]) -> Move | None:
        """The one thing that this step takes now."""
        step, there, asks = run.current, run.of(run.at), list(offered.on_walk(room, run.id))
        assert step is not None
        if there.state is StepState.FAILED:
            return None
        wrong = f"{run.runbook.id}/{step.id}" in self.known.wanted.failed and run.path.count(step.id) == 1
        if wrong and (move := self._press(asks, people[0], "fail")):
            return move
        if isinstance(step.what, AskStep) or run.filling.open_in(step.texts()):
            values = step.what.values if isinstance(step.what, AskStep) else run.values
            said = {f"value-{each.name}": _value(each) for each in values if each.name not in run.given}
            return self._press(asks, people[0], "values", said)
        match step.what:
            case Confirm(roles=roles):
                return self._sign(room, people, roles, there.confirmed, lambda by: self._answer(asks, by, CONFIRMED))
            case Act(approved_by=roles):
                return self._sign(room, people, roles, there.approved, lambda by: self._press(asks, by, "approve"))
        answers = [each.word for each in step.what.answers()]
        return self._answer(asks, people[0], self.known.best(run, answers)) if answers else None

    def _answer(self, asks: list[Ask], by: str, answer: str) -> Move | None:
        return self._press(
            [each for each in asks if each.do in ("answer", "answer-with")],
            by,
            next((each.do for each in asks if dict(each.args).get("answer") == answer), "answer"),
            fits=lambda args: args["answer"] == answer,
        )

    def _sign(
        self,
        room: Room,
        people: tuple[str, ...],
        roles: tuple[str, ...],
        signed: tuple[str, ...],
        sign: Callable[[str], Move | None],
    ) -> Move | None:
        """One more signature. Where nobody is left who has one of the roles, somebody takes one first."""
        free = [each for each in people if each not in signed]
        if not free:
            return None
        if not roles:
            return sign(free[0])
        holders = [room.roster.holder(role) for role in roles]
        fit = [each for each in holders if each in free]
        if fit:
            return sign(fit[0])
        vacant = next((role for role in roles if room.roster.roles.get(role, "") not in people), "")
        newcomer = next((each for each in free if each not in room.roster.roles.values()), free[0])
        return Move(c.TakeRole(by=newcomer, role=vacant), f"is {vacant} now") if vacant else None

    def _signed(self, room: Room, event: e.StepConfirmed | e.ActApproved | e.ValueGiven) -> Intents:
        """What is not done with one signature, or with one value, goes on."""
        run = room.runs[event.run]
        if run.current is not None and not isinstance(run.current.what, AskStep):
            yield self._at_step(run, self.pace.sees)

    def _role(self, room: Room, event: e.RoleTaken) -> Intents:
        """Whoever has got a role can sign what waited for it."""
        if event.role != COMMANDER:
            yield from (self._at_step(run, self.pace.sees) for run in room.runs.values() if _signs(run))

    def _failed(self, room: Room, event: e.StepFailed) -> Intents:
        """Tried again once, then left out."""
        run = room.runs[event.run]
        if run.at == event.step and run.current is not None:
            do = "retry" if run.path.count(event.step) < 2 else "skip"
            yield self._on_walk(event.run, do, self.pace.sees)

    def _checked(self, room: Room, event: e.CheckReported) -> Intents:
        run = room.runs[event.run]
        stands = run.at == event.step and run.current is not None and isinstance(run.current.what, Check)
        if stands and not event.holds and not event.again:
            yield self._on_walk(event.run, "look", max(_AGAIN, self.pace.sees))

    def _step_done(self, room: Room, event: e.StepDone | e.StepSkipped) -> Intents:
        run = room.runs[event.run]
        if run.blank and run.walking and run.current is None:
            yield self._on_walk(event.run, "finish-run", self.pace.sees)

    def _over(self, room: Room, event: e.RunFinished | e.RunAbandoned) -> Intents:
        """When nothing is walked for an incident any more, it is over: first mitigated, then resolved."""
        run = room.runs[event.run]
        incident = room.incidents.get(run.incident)
        if run.parent is not None or incident is None or not incident.open:
            return
        if any(each.walking and each.incident == run.incident and each.parent is None for each in room.runs.values()):
            return
        if incident.state is not IncidentState.MITIGATED:
            yield self._on_incident(incident.id, "mitigate", self.pace.sees)
        yield self._on_incident(incident.id, "resolve", 2 * self.pace.sees)
        yield self._update(2 * self.pace.sees + self.pace.tells)


def _roles(room: Room) -> tuple[str, ...]:
    """The roles that the scenario speaks of, but for command: who is taken out, who is told something alone."""
    injects = room.plan.scenario.injects if room.plan else ()
    named = (each.what.role if isinstance(each.what, Sideline) else each.what.privately() for each in injects)
    return tuple(dict.fromkeys(role for role in named if role and role != COMMANDER))


def _people_of(room: Room, run: str) -> tuple[str, ...]:
    incident = room.incidents.get(room.runs[run].incident)
    return able(room, incident.teams if incident else ())


def _signs(run: Run) -> bool:
    return run.current is not None and isinstance(run.current.what, Confirm | Act)


def _hands_off(room: Room, inject: str, reading: timedelta) -> timedelta:
    """How much longer automation should be left to act; nothing when it need not."""
    there = room.plan.scenario.inject(inject) if room.plan else None
    if there is None or room.plan is None or not there.hands_off or inject not in room.plan.played_at:
        return timedelta(0)
    return max(timedelta(0), room.plan.played_at[inject] + there.hands_off - reading)


def _value(value: Value) -> str:
    """An answer that is accepted, unless the runbook is choosy beyond its example."""
    options = (*value.options, value.example, "web", "web-1", "1")
    return next((each[:LONGEST] for each in options if each and not value.wrong(each)), "web")


_REACTIONS: dict[type[e.Event], Callable[[Responders, Room, Any], Intents]] = {
    e.GameStarted: Responders._started,
    e.Sidelined: Responders._sidelined,
    e.IncidentDeclared: Responders._declared,
    e.IncidentReopened: Responders._reopened,
    e.RunbooksOffered: Responders._offered,
    e.ExpectationArmed: Responders._armed,
    e.RunStarted: Responders._run_started,
    e.StepEntered: Responders._entered,
    e.StepConfirmed: Responders._signed,
    e.ActApproved: Responders._signed,
    e.ValueGiven: Responders._signed,
    e.RoleTaken: Responders._role,
    e.StepFailed: Responders._failed,
    e.CheckReported: Responders._checked,
    e.StepDone: Responders._step_done,
    e.StepSkipped: Responders._step_done,
    e.RunFinished: Responders._over,
    e.RunAbandoned: Responders._over,
}

_EXPECTED: dict[str, Callable[[Responders, Room, Condition], Move | timedelta | None]] = {
    "said": Responders._say,
    "update_posted": Responders._update_now,
    "role_taken": Responders._have_role,
    "marked": Responders._mark,
    "severity_reached": Responders._rate,
}
