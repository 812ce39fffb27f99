"""The rules of a game: what follows by itself from how its plan, its faults and its people are.

Each rule answers with what now follows, and its answer makes it silent. Their order is in `coupling`. `play` is also
what the dungeon master asks for by hand.
"""

from datetime import datetime, timedelta

from warroom.core import events as e
from warroom.core.conditions import holds
from warroom.core.events import Event
from warroom.core.faults import Fault, FaultState
from warroom.core.game import GameState
from warroom.core.injects import AlertInject, Hint, Move, Sideline
from warroom.core.plan import ExpectationState
from warroom.core.room import CATCH_UP, Room
from warroom.core.scenario import ABORT, PAUSE, ROLL_BACK, Expectation, FaultSpec, Inject, StopCondition

News = list[Event]
END_REACHED = "Its end was reached."  # the reason of a game that ends by itself
EXERCISE = "exercise"  # the source of alerts that are part of the game
FORGIVEN = timedelta(seconds=90)  # how long an answer of the world may take before a held inject looks forgotten


# --- what is broken


def breakages_end(room: Room, now: datetime, reading: timedelta) -> News:
    return [
        e.RollbackAsked(fault=fault.id, reason=reason)
        for fault in room.faults.values()
        if fault.owed and (reason := _why_undo(room, fault.incident, fault.deadline, now))
    ]


def _why_undo(room: Room, incident: str, deadline: datetime, now: datetime) -> str:
    if room.game is not None and room.game.state is GameState.HALTED:
        return "something real has happened"
    if room.open is False:
        return "the game has ended"
    if incident in room.incidents and not room.incidents[incident].open:
        return "its incident was resolved"
    if broken := _tripped(room, ROLL_BACK, ABORT):
        return f"this was no longer true: {broken[0].what}"
    return "its time is up" if now >= deadline else ""


def why_not_broken(room: Room, spec: FaultSpec | Fault, now: datetime) -> str:
    """Why this may not be broken now, as a sentence; empty when it may."""
    if not spec.real or room.game is None:
        return ""
    target = room.breakable.get(spec.target)
    if target is None or target.driver != spec.driver:
        return f"The operator's list has no {spec.target} that {spec.driver} may break."
    if spec.mode not in target.modes:
        return f"{spec.target} may be broken by {', '.join(target.modes)}, not by {spec.mode}."
    if target.environment != room.game.environment:
        played = room.game.environment or "no environment"
        return f"{spec.target} is in {target.environment or 'no environment'}; this game is played in {played}."
    if not room.readiness.approved(spec.target, now):
        return f"No owner of {spec.target} has approved it, or the approval is too old."
    preflight = room.readiness.preflight
    if preflight is None or not preflight.ready:
        return "No preflight has said that everything is ready."
    if broken := _tripped(room, PAUSE, ROLL_BACK, ABORT):
        return f"This is not true: {broken[0].what}."
    return ""


# --- stop conditions


def _tripped(room: Room, *reactions: str) -> list[StopCondition]:
    """The stop conditions with one of these reactions that do not hold now."""
    if room.plan is None:
        return []
    return [
        each
        for each in room.plan.scenario.stops
        if each.then in reactions and (found := room.stops.get(each.id)) is not None and not found.holds
    ]


def stops_react(room: Room, now: datetime, reading: timedelta) -> News:
    if room.game is None or room.game.state is not GameState.RUNNING:
        return []
    if broken := _tripped(room, ABORT):
        return [e.GameEnded(reason=f"This must stay true, and is not: {broken[0].what}.")]
    if broken := _tripped(room, PAUSE):
        return [e.GamePaused(reason=f"This must stay true, and is not: {broken[0].what}.")]
    return []


def why_not_resumed(room: Room) -> str:
    """Why a game that stands still may not go on, as a sentence; empty when it may."""
    if broken := _tripped(room, PAUSE, ABORT):
        return f"This is still not true: {broken[0].what}. Play goes on when it is, or end the game."
    if room.game is None or room.game.state is not GameState.HALTED:
        return ""
    if left := [fault.target for fault in room.faults.values() if not fault.whole]:
        return f"Not whole again yet: {', '.join(left)}."
    preflight, steady = room.readiness.preflight, room.plan is not None and room.plan.scenario.steady_state
    halted = room.game.halted_at
    if steady and (preflight is None or preflight.at is None or halted is None or preflight.at < halted):
        return "Look first whether everything is healthy: ask for a preflight."
    if steady and preflight is not None and not preflight.ready:
        return "The preflight says that not everything is healthy yet."
    return ""


# --- expectations


def expectations_armed(room: Room, now: datetime, reading: timedelta) -> News:
    """Those that count from the start of the game."""
    if room.plan is None or not room.live:
        return []
    return [_armed(each, each.within) for each in room.plan.unarmed()]


def _armed(expectation: Expectation, deadline: timedelta) -> e.ExpectationArmed:
    return e.ExpectationArmed(expectation=expectation.id, what=expectation.what, deadline=deadline)


def expectations_met(room: Room, now: datetime, reading: timedelta) -> News:
    if room.plan is None or not room.live:
        return []
    return [
        e.ExpectationMet(expectation=each.id, what=each.what, late=there.state is ExpectationState.MISSED)
        for each, met_by, there in room.plan.awaited()
        if holds(room, met_by, (there.deadline or each.within) - each.within)  # it counts from when its time began
    ]


def expectations_missed(room: Room, now: datetime, reading: timedelta) -> News:
    """What no machine can tell is missed when an evaluator says so, not by the clock."""
    if room.plan is None or not room.live:
        return []
    return [
        e.ExpectationMissed(expectation=each.id, what=each.what)
        for each, _, there in room.plan.awaited()
        if there.state is ExpectationState.ARMED and there.deadline is not None and reading >= there.deadline
    ]


# --- people, and the end


def sidelined_return(room: Room, now: datetime, reading: timedelta) -> News:
    if not room.live:
        return []
    return [e.BackInGame(person=who) for who, until in room.roster.sidelined.items() if reading >= until]


def endings_come(room: Room, now: datetime, reading: timedelta) -> News:
    if room.plan is None or room.game is None or not room.live:
        return []
    for number, ending in enumerate(room.plan.scenario.endings):
        if number in room.game.ends:
            continue
        on_time = ending.at is not None and reading >= ending.at
        if not on_time and not (ending.when is not None and holds(room, ending.when)):
            continue
        why = "the time that was meant for it is over" if on_time or ending.when is None else ending.when.shown
        reached: News = [e.EndReached(ending=number, why=why)]
        return [*reached, e.GameEnded(reason=END_REACHED)] if ending.by_itself else reached
    return []


# --- injects


def injects_play(room: Room, now: datetime, reading: timedelta) -> News:
    if room.plan is None or not room.live:
        return []
    timed = room.plan.timed()
    if timed and timed[0][0] <= reading:
        due, inject = timed[0]
        if _helps_no_more(room, inject):
            return [e.InjectSkipped(inject=inject.id, reason="What it helps with is resolved.")]
        late = reading - due > CATCH_UP
        why = "" if late else why_held(room, inject, now)
        return [e.InjectHeld(inject=inject.id, due=due, why=why)] if late or why else play(room, inject, now)
    for each in room.plan.on_a_condition():
        if each.timing.when is not None and holds(room, each.timing.when):
            why = why_held(room, each, now)
            return [e.InjectHeld(inject=each.id, due=reading, why=why)] if why else play(room, each, now)
    return []


def _helps_no_more(room: Room, inject: Inject) -> bool:
    """Whether it is help with an incident that is over."""
    incident = room.incident_of(inject.what.about()) if isinstance(inject.what, Hint) else None
    return incident is not None and not incident.open


def why_held(room: Room, inject: Inject, now: datetime) -> str:
    """Why this cannot be played by itself now, as a sentence; empty when it can."""
    if inject.fault and (why := why_not_broken(room, inject.fault, now)):
        return f"{why} You can play it in words."
    return why_not_by_hand(room, inject)


def why_not_by_hand(room: Room, inject: Inject) -> str:
    """Why not even the dungeon master can play this now: nobody is there whom it is for, or who has agreed to it."""
    role = inject.what.privately()
    if role and not room.roster.holder(role):
        return f"It is for {role} alone, and nobody is that, nor has command."
    return why_not_sidelined(room, inject.what.role) if isinstance(inject.what, Sideline) else ""


def why_not_sidelined(room: Room, role: str) -> str:
    """Why nobody can be taken out by this role now, as a sentence; empty when its holder can."""
    person = room.roster.roles.get(role, "")
    if not person:
        return f"Nobody is {role} now."
    if person not in room.roster.consents:
        return f"Whoever is {role} now has not agreed to be taken out."
    return f"Whoever is {role} now is out already." if person in room.roster.sidelined else ""


def play(room: Room, inject: Inject, now: datetime) -> News:
    """Everything that playing an inject makes happen: it is told, its incident opens, its breakage is asked for."""
    reading = room.clock.reading(now)
    opened = f"I{len(room.incidents) + 1}" if inject.incident else ""
    news: News = [_told(room, inject, opened), *_alerted(room, inject)]
    if inject.incident:
        labels = inject.what.labels if isinstance(inject.what, AlertInject) else {}
        news.append(
            e.IncidentDeclared(
                incident=opened,
                title=inject.incident.title,
                severity=inject.incident.severity,
                services=inject.incident.services,
                failure_modes=inject.incident.failure_modes,
                inject=inject.id,
                labels=labels,
                teams=inject.to,
            )
        )
    if inject.fault:
        news += _broken(room, inject, inject.fault, opened, now)
    if isinstance(inject.what, Sideline) and not why_not_sidelined(room, inject.what.role):
        person = room.roster.roles[inject.what.role]
        out = e.Sidelined(
            person=person, until=reading + inject.what.lasts, role=inject.what.role, why=inject.what.words()
        )
        news.append(out)
    return [*news, *_armed_by(room, inject, reading)]


def _broken(room: Room, inject: Inject, spec: FaultSpec, opened: str, now: datetime) -> News:
    target, name = room.breakable.get(spec.target), f"F{len(room.faults) + 1}"
    lasts = min(spec.lasts, target.longest) if spec.real and target else spec.lasts
    asked = e.FaultAsked(
        fault=name,
        driver=spec.driver,
        target=spec.target,
        mode=spec.mode,
        deadline=now + lasts,
        incident=opened,
        inject=inject.id,
    )
    why = why_not_broken(room, spec, now)
    return [asked, e.FaultRefused(fault=name, detail=why)] if why else [asked]


def _alerted(room: Room, inject: Inject) -> News:
    """What monitoring says, in the words in which a real alert is kept."""
    said = inject.what
    if not isinstance(said, AlertInject):
        return []
    if not said.over:
        return [
            e.AlertFired(
                alert=f"{EXERCISE}:{inject.id}",
                source=EXERCISE,
                name=said.name,
                summary=said.summary,
                severity=said.severity,
                labels=said.labels,
            )
        ]
    return [
        e.AlertResolved(alert=key, source=EXERCISE, name=alert.name)
        for key, alert in room.alerts.items()
        if alert.firing and alert.source == EXERCISE and alert.name == said.name
    ]


def _told(room: Room, inject: Inject, opened: str) -> e.InjectPlayed:
    actor = room.plan.scenario.actors.get(inject.what.speaker()) if room.plan else None
    about = room.incident_of(inject.what.about()) if inject.what.about() else None
    role = inject.what.privately()
    return e.InjectPlayed(
        inject=inject.id,
        kind=inject.what.word,
        title=inject.title,
        text=inject.what.words(),
        actor=actor.name if actor else "",
        actor_title=actor.title if actor else "",
        icon=actor.icon if actor else "",
        level=inject.what.level if isinstance(inject.what, Hint) else "",
        incident=opened or (about.id if about else ""),
        to=inject.to or (about.teams if about else ()),
        person=room.roster.holder(role) if role else "",
        hands_off=inject.hands_off,
        story=inject.what.story if isinstance(inject.what, Move) else "",
    )


def _armed_by(room: Room, inject: Inject, reading: timedelta) -> News:
    if room.plan is None:
        return []
    return [
        _armed(each, reading + each.within)
        for each in room.plan.scenario.expectations
        if each.after == inject.id and room.plan.standing(each.id).state is ExpectationState.WAITING
    ]


def acted_early(room: Room, person: str, what: str, now: datetime) -> News:
    """Who acts while automation should be left to act is noticed, once for each inject, and not hindered."""
    if room.plan is None or not room.live:
        return []
    reading = room.clock.reading(now)
    return [
        e.HandsOffBroken(inject=each.id, person=person, what=what)
        for each in room.plan.scenario.injects
        if each.hands_off
        and (each.id, person) not in room.too_early
        and each.id in room.plan.played_at
        and reading < room.plan.played_at[each.id] + each.hands_off
    ]


def still_broken(room: Room) -> bool:
    """Whether anything real is, or may still be, broken by this game."""
    return any(each.real and not each.whole and each.state is not FaultState.STUCK for each in room.faults.values())
