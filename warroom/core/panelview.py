"""The dungeon master's view of a game: everything there is, hidden notes included.

It is a module of its own so that whoever imports it is seen to: an import contract names the few that may. It is shown
in the backchannel and nowhere else.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from warroom.core.declaring import dataclass
from warroom.core.durations import mark as reading_mark
from warroom.core.effects import WAR_ROOM, Ask
from warroom.core.faults import FaultState
from warroom.core.game import GameState
from warroom.core.injects import Hint
from warroom.core.plan import ExpectationState, InjectState, Plan
from warroom.core.preparing import needs_preflight, roles_to_ask
from warroom.core.room import Room
from warroom.core.rules.game import why_not_by_hand, why_not_resumed
from warroom.core.scenario import SEALED, Inject, Mishap, Scenario
from warroom.core.views import EMERGENCY, IncidentLine, Mark, RunLine, begins, incident_line, mark, run_line


@dataclass(frozen=True, kw_only=True, slots=True)
class InjectLine:
    id: str
    title: str
    kind: str
    state: str
    when: str
    due_at: datetime | None
    notes: str
    text: str
    asks: tuple[Ask, ...]
    more: tuple[Ask, ...] = ()  # what is asked for now and then
    to: tuple[str, ...] = ()
    contingency: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectationLine:
    what: str
    state: str
    deadline_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MishapLine:
    """One of the deck."""

    id: str
    title: str
    kind: str
    difficulty: int
    asks: tuple[Ask, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadinessLines:
    """What has been found out, said and approved so far."""

    preflight: tuple[tuple[str, bool, str], ...]
    preflight_at: datetime | None
    go: tuple[tuple[str, bool | None, str, str], ...]  # role, the answer, by whom, why
    approvals: tuple[tuple[str, tuple[str, ...], str, datetime | None], ...]  # target, owners, by whom, until
    predictions: tuple[tuple[str, int], ...]  # about what, how many
    asks: tuple[Ask, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PanelView:
    """Everything about a game. Never shown outside the backchannel."""

    mark: Mark
    state: str
    scenario: str
    elapsed: timedelta | None  # the game's clock while it stands still
    begins: tuple[datetime, datetime | None] | None  # by the calendar, or when its window begins and ends
    running_since: datetime | None  # when the clock would have shown zero, while it runs
    hidden_notes: str
    objectives: tuple[str, ...]
    players: tuple[str, ...]
    coming: tuple[InjectLine, ...]
    by_hand: tuple[InjectLine, ...]
    expectations: tuple[ExpectationLine, ...]
    truths: tuple[tuple[str, str, str], ...]  # an open incident, what the players have made of it, what is true
    incidents: tuple[IncidentLine, ...]
    runs: tuple[RunLine, ...]
    faults: tuple[tuple[str, str, str], ...]
    actors: tuple[tuple[str, str], ...]
    debrief: tuple[str, ...]
    war_room: bool
    asks: tuple[Ask, ...]
    why_standing: str  # why it may not go on, or begin, as far as is known
    staff: tuple[tuple[str, str], ...]  # who else directs, evaluates, watches over it: part and person
    out: tuple[tuple[str, datetime | None], ...]
    consents: tuple[str, ...]
    deck: tuple[MishapLine, ...]
    murphy: tuple[str, int, int] | None  # how he plays, what he has spent, of what
    outside: str  # what real things go on beside the game, as a sentence; empty for nothing
    stops: tuple[tuple[str, bool | None, str], ...]  # what must stay true, whether it does, what was found
    readiness: ReadinessLines | None  # before the game, when something has to be settled
    real_rooms: tuple[str, ...]
    more: tuple[Ask, ...]


def panel(room: Room) -> PanelView | None:
    """The dungeon master's panel; None when the room is no game."""
    if room.game is None or room.plan is None:
        return None
    scenario, order = room.plan.scenario, _clocked(room.plan)
    lines = [_inject_line(room, room.plan, each, order) for each in room.plan.coming()]
    return PanelView(
        mark=mark(room),
        state=room.game.state.value,
        scenario=scenario.title,
        elapsed=None if room.clock.running else room.clock.elapsed,
        begins=begins(room),
        running_since=room.clock.when(timedelta(0)),
        hidden_notes=scenario.hidden_notes,
        objectives=scenario.objectives,
        players=room.roster.players,
        coming=tuple(line for line in lines if line.when != BY_HAND),
        by_hand=tuple(line for line in lines if line.when == BY_HAND),
        expectations=tuple(_expectation_lines(room, room.plan)),
        truths=tuple(
            (each.title, each.state.value, played.notes)
            for each in room.incidents.values()
            if each.open and (played := scenario.inject(each.inject)) is not None and played.notes
        ),
        incidents=tuple(incident_line(room, each) for each in room.incidents.values()),
        runs=tuple(run_line(each) for each in room.runs.values()),
        faults=tuple(
            (each.target, each.mode, each.state.value)
            for each in room.faults.values()
            if each.state is not FaultState.ROLLED_BACK
        ),
        actors=tuple((name, actor.name) for name, actor in sorted(scenario.actors.items())),
        debrief=scenario.debrief if room.game.state is GameState.ENDED else (),
        war_room=WAR_ROOM in room.channels,
        asks=_panel_asks(room, room.plan),
        why_standing=_why_standing(room),
        staff=tuple(
            (part, person)
            for part, people in (
                ("dungeon master", room.roster.controllers),
                ("evaluator", room.roster.evaluators),
                ("safety officer", room.roster.safety),
            )
            for person in people
        ),
        out=tuple((who, room.clock.when(until)) for who, until in sorted(room.roster.sidelined.items())),
        consents=room.roster.consents,
        deck=tuple(_mishap_line(room, room.plan, each) for each in scenario.deck if _in_deck(room.plan, each)),
        murphy=(room.murphy.mode, room.murphy.spent, room.murphy.budget) if room.murphy else None,
        outside=_outside(room),
        stops=tuple(
            (each.what, found.holds if found else None, found.detail if found else "")
            for each in scenario.stops
            for found in (room.stops.get(each.id),)
        ),
        readiness=_readiness(room, scenario) if room.game.state in (GameState.PLANNED, GameState.HALTED) else None,
        real_rooms=room.game.real_rooms,
        more=_panel_more(room, room.plan),
    )


def _why_standing(room: Room) -> str:
    state = room.game.state if room.game else GameState.ENDED
    return why_not_resumed(room) if state in (GameState.PAUSED, GameState.HALTED) else ""


def _in_deck(plan: Plan, mishap: Mishap) -> bool:
    return plan.state(mishap.id) is InjectState.COMING


def _outside(room: Room) -> str:
    if room.outside.incidents:
        return f"{', '.join(room.outside.incidents)} is real, and open. Nothing more is really broken until it is over."
    return f"Nothing real may be changed now: {room.outside.frozen}" if room.outside.frozen else ""


def _mishap_line(room: Room, plan: Plan, mishap: Mishap) -> MishapLine:
    running = room.game is not None and room.game.state is GameState.RUNNING
    playable = running and not why_not_by_hand(room, mishap.inject)
    return MishapLine(
        id=mishap.id,
        title=mishap.inject.title,
        kind=mishap.inject.what.word,
        difficulty=mishap.difficulty,
        asks=(Ask(do="play-mishap", label="Play", args=(("mishap", mishap.id),)),) if playable else (),
    )


def _readiness(room: Room, scenario: Scenario) -> ReadinessLines | None:
    roles, ready = roles_to_ask(room), room.readiness
    if not (needs_preflight(scenario) or roles or room.breakable or ready.predictions):
        return None
    preflight = ready.preflight
    answers = [(role, ready.answers.get(role)) for role in roles]
    return ReadinessLines(
        preflight=tuple((each.what, each.holds, each.detail) for each in (preflight.findings or ()))
        if preflight
        else (),
        preflight_at=preflight.at if preflight else None,
        go=tuple(
            (role, each.go if each else None, each.by if each else "", each.reason if each else "")
            for role, each in answers
        ),
        approvals=tuple(_approval(room, target) for target in sorted(room.breakable)),
        predictions=tuple((inject, len(several)) for inject, several in ready.predictions.items()),
        asks=_readiness_asks(room, scenario),
    )


def _approval(room: Room, target: str) -> tuple[str, tuple[str, ...], str, datetime | None]:
    there = room.readiness.approvals.get(target)
    return (target, room.breakable[target].owners, there.by if there else "", there.until if there else None)


def _readiness_asks(room: Room, scenario: Scenario) -> tuple[Ask, ...]:
    planned = room.game is not None and room.game.state is GameState.PLANNED
    go = [Ask(do="go", label=f"Go: {role}", args=(("role", role),)) for role in roles_to_ask(room)] if planned else []
    no = [Ask(do="no-go", label="No-go…")] if go else []
    look = [Ask(do="preflight", label="Preflight")] if needs_preflight(scenario) else []
    return (*look, *go, *no, *((Ask(do="predict", label="Predict…"),) if planned else ()))


BY_HAND = "by hand"


def _clocked(plan: Plan) -> dict[str, bool]:
    """What comes by the clock, in its order; true for the last."""
    order = plan.by_clock()
    return {name: name == order[-1] for name in order}


def _inject_line(room: Room, plan: Plan, inject: Inject, order: Mapping[str, bool]) -> InjectLine:
    due = plan.due(inject)
    running = room.game is not None and room.game.state is GameState.RUNNING
    args = (("inject", inject.id),)
    play = (Ask(do="play", label="Now", args=args),) if not why_not_by_hand(room, inject) else ()
    asks = (*play, Ask(do="skip-inject", label="Skip…", args=args)) if running else ()
    name, first = inject.id, next(iter(order), "")
    more = (
        Ask(do="edit", label="Edit…", args=args),
        *((Ask(do="earlier", label="Earlier", args=args),) if name in order and name != first else ()),
        *((Ask(do="later", label="Later", args=args),) if not order.get(name, True) else ()),
    )
    ended = room.game is not None and room.game.state is GameState.ENDED
    return InjectLine(
        id=inject.id,
        title=inject.title,
        kind=inject.what.word,
        state=plan.state(inject.id).value,
        when=_when(plan, inject),
        due_at=room.clock.when(due) if due is not None else None,
        notes=inject.notes,
        text=inject.what.words(),
        asks=asks,
        more=() if ended else more,
        to=inject.to,
        contingency=inject.contingency,
    )


def _when(plan: Plan, inject: Inject) -> str:
    name = inject.id
    if plan.state(name) is InjectState.HELD:
        return f"held: {plan.held_why.get(name) or 'it fell due while nobody was there'}"
    if name in plan.times:
        return f"at {reading_mark(plan.times[name])}, as you set it"
    timing = inject.timing
    if timing.at is not None:
        return f"at T+{timing.at // timedelta(minutes=1)} min"
    if timing.after:
        other = plan.scenario.inject(timing.after)
        return f"{timing.by // timedelta(minutes=1)} min after “{other.title if other else timing.after}”"
    if timing.when is not None:
        return f"when {timing.when.shown}"
    return BY_HAND


def _expectation_lines(room: Room, plan: Plan) -> Iterable[ExpectationLine]:
    for each in plan.scenario.expectations:
        held = plan.standing(each.id)
        armed = held.state is ExpectationState.ARMED and held.deadline is not None
        yield ExpectationLine(
            what=each.what,
            state=held.state.value,
            deadline_at=room.clock.when(held.deadline) if armed and held.deadline is not None else None,
        )


def _panel_asks(room: Room, plan: Plan) -> tuple[Ask, ...]:
    state = room.game.state if room.game else GameState.ENDED
    match state:
        case GameState.PLANNED:
            return (Ask(do="start-game", label="Start the game", style="primary"),) if room.open else ()
        case GameState.PAUSED:
            return (
                *(() if why_not_resumed(room) else (Ask(do="resume", label="Resume", style="primary"),)),
                Ask(do="end", label="End the game…", style="danger"),
            )
        case GameState.HALTED:
            again = Ask(do="resume", label="Resume play", confirm="Is what is real over, and everything healthy?")
            return (
                *(() if why_not_resumed(room) else (again,)),
                Ask(do="end", label="End the game…", style="danger"),
            )
        case GameState.ENDED:
            return (Ask(do="export", label="Export the report", style="primary"),)
        case GameState.RUNNING:
            following = plan.next()
            asks = (
                [Ask(do="play", label="Next inject now", style="primary", args=(("inject", following.id),))]
                if following and not why_not_by_hand(room, following)
                else []
            )
            if following:
                asks.append(Ask(do="skip-inject", label="Skip next…", args=(("inject", following.id),)))
            if plan.scenario.actors:
                asks.append(Ask(do="speak", label="Speak as…"))
            asks += [
                Ask(do="hint", label=f"Hint: {incident.title}", args=(("about", incident.inject),))
                for incident in room.incidents.values()
                if incident.open and _hints_left(plan, incident.inject)
            ][:3]
            return (
                *asks,
                Ask(do="pause", label="Pause"),
                Ask(do="end", label="End the game…", style="danger"),
            )


def _panel_more(room: Room, plan: Plan) -> tuple[Ask, ...]:
    """What a dungeon master does now and then; one click each."""
    state = room.game.state if room.game else GameState.ENDED
    if state is GameState.ENDED:
        return (Ask(do="observe", label="Note for the hot wash"),)
    running = state is GameState.RUNNING
    by_clock = any(plan.due(each) is not None for each in plan.scenario.injects)
    asks = [Ask(do="improvise", label="Improvise…")] if running else []
    if running and room.murphy is not None and room.murphy.mode != SEALED:
        asks.append(Ask(do="murphy", label="Ask Murphy"))
    if running and plan.next_move() is not None:
        asks.append(Ask(do="move-on", label="Move on"))
    if running and by_clock:
        asks.append(Ask(do="forward", label="Fast-forward to the next"))
    if by_clock:
        asks.append(Ask(do="shift", label="Shift everything…"))
    if running and any(
        each in room.roster.players and each not in room.roster.sidelined for each in room.roster.consents
    ):
        asks.append(Ask(do="sideline", label="Take somebody out…"))
    asks += [
        Ask(do="bring-back", label="Bring back", args=(("person", person),)) for person in sorted(room.roster.sidelined)
    ][:2]
    shout = (EMERGENCY,) if state in (GameState.RUNNING, GameState.PAUSED) else ()
    return (*asks, Ask(do="observe", label="Note for the hot wash"), Ask(do="part", label="Give a part…"), *shout)


def _hints_left(plan: Plan, inject: str) -> bool:
    return any(isinstance(each.what, Hint) and each.what.on == inject for each in plan.coming())
