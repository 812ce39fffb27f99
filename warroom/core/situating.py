"""What Murphy is told of a room: his cards, how hard it is for each team, what is so. And when he should look again.

A look of his own that draws nothing, for the reason for which the last one drew nothing, is not worth an entry; so he does
not look then. Between two entries nothing of a room changes but its clock, and what his gate makes of that can be foreseen:
`looks_at` finds the first time at which his answer would be another one. Foreseeing is not drawing: no card is chosen.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from warroom.core.changing import replace
from warroom.core.injects import AlertInject, Sideline
from warroom.core.murphy import (
    CLOSED,
    Card,
    CardKind,
    Cell,
    Gate,
    Mode,
    OpenCell,
    Phase,
    Proposal,
    Situation,
    Size,
    TeamSample,
    gate,
    judge,
    observe,
    propose,
)
from warroom.core.plan import InjectState, Plan
from warroom.core.remembering import remembered_of
from warroom.core.room import BY_HIMSELF, FIRST_LOOK, LOOK_AGAIN, OFF, Murphy, Room
from warroom.core.roomclock import NOTHING
from warroom.core.rules.game import why_held
from warroom.core.scenario import Mishap

EVERYBODY = "the players"
_SMALL = 3  # as hard as this, or easier, may come while it is at its hardest
_SOON = timedelta(minutes=2)  # what the plan has coming so soon is waited for
_WAITS = "The plan has something coming within two minutes."
_AHEAD = 15  # looks: in half an hour an average over minutes has become what it is of, and who is away counts as absent
_DONE = (InjectState.PLAYED, InjectState.SKIPPED)


def card(mishap: Mishap) -> Card:
    """A mishap as Murphy knows it. Its cell is what its incident says; what is ambient is a cell of its own."""
    inject, opens = mishap.inject, mishap.inject.incident
    cell = (
        Cell(opens.services[0], next(iter(opens.failure_modes), ""))
        if opens and opens.services
        else Cell("", inject.id)
    )
    real = inject.fault is not None and inject.fault.real
    kinds = {AlertInject: CardKind.ALERT, Sideline: CardKind.HUMAN}
    return Card(
        id=inject.id,
        title=inject.title,
        cell=cell,
        kind=CardKind.FAULT if real else kinds.get(type(inject.what), CardKind.NARRATE),
        difficulty=mishap.difficulty,
        needs=mishap.needs,
        excludes=mishap.excludes,
        environments=inject.environments,
        real=real,
        size=Size.AMBIENT if mishap.ambient else Size.SMALL if mishap.difficulty <= _SMALL else Size.FULL,
        cost=mishap.difficulty,
    )


@remembered_of
def _cards(deck: tuple[Mishap, ...]) -> tuple[Card, ...]:
    return tuple(map(card, deck))


def _open_cells(room: Room) -> tuple[OpenCell, ...]:
    return tuple(
        OpenCell(cell=Cell(each.services[0], each.failure_modes[0] if each.failure_modes else ""))
        for each in room.incidents.values()
        if each.open and each.services
    )


def _situation(room: Room, plan: Plan, murphy: Murphy, now: datetime, *, asked: bool) -> Situation:
    """What Murphy is told, but for the gate. Whoever asks him disposes, however he plays by himself."""
    deck, injects = plan.scenario.deck, plan.scenario.injects
    approvals = room.readiness.approvals
    steps = [run.current for run in room.runs.values() if run.current is not None]
    return Situation(
        drill=room.key,
        turn=murphy.turn + 1,
        now=now,
        mode=Mode.PROPOSE if asked or murphy.mode == OFF else Mode(murphy.mode),
        environment=room.game.environment if room.game else "",
        open=_open_cells(room),
        played=tuple(each.id for each in deck if plan.state(each.id) in _DONE),
        vetoed=murphy.vetoed,
        budget=murphy.budget,
        spent=murphy.spent,
        max_open=murphy.most_open,
        approvals={
            each.id: approvals[each.inject.fault.target].until
            for each in deck
            if each.inject.fault and each.inject.fault.target in approvals
        },
        real_incident=bool(room.outside.incidents),
        freeze=bool(room.outside.frozen),
        not_ready={each.id: why for each in deck if (why := why_held(room, each.inject, now))},
        relied_on=tuple(dict.fromkeys(service for step in steps for service in step.relies_on)),
        facts=tuple(each.id for each in injects if plan.state(each.id) is InjectState.PLAYED),
    )


def draw(room: Room, plan: Plan, murphy: Murphy, now: datetime, *, asked: bool) -> Proposal:
    """What Murphy would play now, and why. Whoever asks gets an answer whatever the pace; by himself he keeps to it."""
    situation, reading = _situation(room, plan, murphy, now, asked=asked), room.clock.reading(now)
    if not asked:
        closed = _gate(room, murphy, reading)
        waits = dict.fromkeys((each.id for each in plan.scenario.deck), _WAITS) if _comes_soon(plan, reading) else {}
        situation = replace(situation, gate=closed, not_ready={**situation.not_ready, **waits})
    return propose(_cards(plan.scenario.deck), murphy.graph, murphy.history, situation, murphy.seed)


def _gate(room: Room, murphy: Murphy, reading: timedelta) -> Gate:
    return gate(observe(murphy.pacing, reading, samples(room, reading)), reading)


def _comes_soon(plan: Plan, reading: timedelta) -> bool:
    return any(due - reading <= _SOON for due, _ in plan.timed()[:1])


# --- when he looks again by himself


def looks_at(room: Room, murphy: Murphy, now: datetime) -> timedelta | None:
    """The reading at which Murphy, by himself, would do something, or has another reason for doing nothing; if any."""
    plan = room.plan
    if plan is None or murphy.mode not in BY_HIMSELF:
        return None
    situation = _situation(room, plan, murphy, now, asked=False)
    sizes = {each.size for each in judge(_cards(plan.scenario.deck), situation)[0]}
    known = _reason(murphy.proposal) if murphy.proposal else None
    if not sizes and known == _RULES:
        return None  # whatever the gate does
    for reading in _looks(room.clock.reading(now)):
        if _comes_soon(plan, reading):
            continue
        there = _gate(room, murphy, reading)
        if sizes.intersection(there.passes) or _another(there, sizes, known):
            return reading
    return None


def _looks(reading: timedelta) -> Iterable[timedelta]:
    """The next times at which he may look: every two minutes on the game's clock, the first time after five."""
    passed = max(NOTHING, reading - FIRST_LOOK + LOOK_AGAIN) // LOOK_AGAIN
    return (FIRST_LOOK + (passed + more) * LOOK_AGAIN for more in range(_AHEAD))


Reason = tuple[str, ...]  # why nothing is drawn
_RULES: Reason = ("rules",)


def _another(there: Gate, sizes: Collection[Size], known: Reason | None) -> bool:
    """Whether he would draw nothing for another reason than the known one. That cards keep a distance is none."""
    between_cards = there.passes == CLOSED and not there.absent and there.phase is not Phase.FADE
    return _why(there, allowed=bool(sizes)) != known and not (sizes and between_cards)


def _reason(proposal: Proposal) -> Reason | None:
    """Why it holds nothing; None when it holds something."""
    if proposal.chosen is not None:
        return None
    return _why(proposal.gate, allowed=bool(proposal.held))


def _why(there: Gate, *, allowed: bool) -> Reason:
    if not allowed:
        return _RULES
    return ("absent", *there.absent) if there.absent else (there.phase.value,)


# --- how hard it is for the teams


def samples(room: Room, reading: timedelta) -> dict[str, TeamSample]:
    """How it is for each team at this reading."""
    active = room.murphy.active if room.murphy else {}
    return {team: _sample(room, team, reading, active) for team in _teams(room)}


def _teams(room: Room) -> tuple[str, ...]:
    teams = tuple(room.plan.scenario.teams) if room.plan else ()
    return teams or (EVERYBODY,)


def _sample(room: Room, team: str, reading: timedelta, active: Mapping[str, timedelta]) -> TeamSample:
    """How it is for one team: what is open for it, what is late, what waits."""
    mine = [each for each in room.incidents.values() if each.open and (not each.teams or team in each.teams)]
    ids = {each.id for each in mine}
    steps = [run.of(run.at) for run in room.runs.values() if run.walking and run.incident in ids]
    since = room.clock.when(NOTHING)
    unseen = [
        room.clock.reading(each.declared_at) for each in mine if each.acknowledged_at is None and since is not None
    ]
    return TeamSample(
        open=len(mine),
        open_steps=len(steps),
        overdue_steps=sum(each.overran for each in steps),
        unacknowledged=max((reading - at for at in unseen), default=NOTHING),
        decisions_waiting=sum(bool(room.offers.get(each.id)) and not _walked(room, each.id) for each in mine),
        quiet=reading - active.get(team, NOTHING),
    )


def _walked(room: Room, incident: str) -> bool:
    return any(run.incident == incident for run in room.runs.values())
