"""The dungeon master's view of a game: everything there is, hidden notes included.

It is a module of its own so that whoever imports it is seen to: an import contract names the few that may. It is shown
in the backchannel and nowhere else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from warroom.core.effects import WAR_ROOM, Ask
from warroom.core.faults import FaultState
from warroom.core.game import GameState
from warroom.core.injects.hint import Hint
from warroom.core.plan import ExpectationState, InjectState, Plan
from warroom.core.room import Room
from warroom.core.views import IncidentLine, Mark, RunLine, incident_line, mark, run_line


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


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectationLine:
    what: str
    state: str
    deadline_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PanelView:
    """Everything about a game. Never shown outside the backchannel."""

    mark: Mark
    state: str
    scenario: str
    elapsed: timedelta | None  # the game's clock while it stands still
    running_since: datetime | None  # when the clock would have shown zero, while it runs
    hidden_notes: str
    objectives: tuple[str, ...]
    players: tuple[str, ...]
    coming: tuple[InjectLine, ...]
    by_hand: tuple[InjectLine, ...]
    expectations: tuple[ExpectationLine, ...]
    incidents: tuple[IncidentLine, ...]
    runs: tuple[RunLine, ...]
    faults: tuple[tuple[str, str, str], ...]
    actors: tuple[tuple[str, str], ...]
    debrief: tuple[str, ...]
    war_room: bool
    asks: tuple[Ask, ...]


def panel(room: Room) -> PanelView | None:
    """The dungeon master's panel; None when the room is no game."""
    if room.game is None or room.plan is None:
        return None
    scenario, lines = room.plan.scenario, [_inject_line(room, room.plan, each.id) for each in room.plan.coming()]
    return PanelView(
        mark=mark(room),
        state=room.game.state.value,
        scenario=scenario.title,
        elapsed=None if room.clock.running else room.clock.elapsed,
        running_since=room.clock.when(timedelta(0)),
        hidden_notes=scenario.hidden_notes,
        objectives=scenario.objectives,
        players=room.roster.players,
        coming=tuple(line for line in lines if line.when != BY_HAND),
        by_hand=tuple(line for line in lines if line.when == BY_HAND),
        expectations=tuple(_expectation_lines(room, room.plan)),
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
    )


BY_HAND = "by hand"


def _inject_line(room: Room, plan: Plan, name: str) -> InjectLine:
    inject = next(each for each in plan.scenario.injects if each.id == name)
    due = plan.due(inject)
    playing = room.game is not None and room.game.state is GameState.RUNNING
    args = (("inject", inject.id),)
    asks = (Ask(do="play", label="Now", args=args), Ask(do="skip-inject", label="Skip…", args=args)) if playing else ()
    return InjectLine(
        id=inject.id,
        title=inject.title,
        kind=inject.what.word,
        state=plan.state(inject.id).value,
        when=_when(plan, name),
        due_at=room.clock.when(due) if due is not None else None,
        notes=inject.notes,
        text=inject.what.words(),
        asks=asks,
    )


def _when(plan: Plan, name: str) -> str:
    inject = next(each for each in plan.scenario.injects if each.id == name)
    if plan.state(name) is InjectState.HELD:
        return "held: it fell due while nobody was there"
    timing = inject.timing
    if timing.at is not None:
        return f"at T+{timing.at // timedelta(minutes=1)} min"
    if timing.after:
        other = plan.scenario.inject(timing.after)
        return f"{timing.by // timedelta(minutes=1)} min after “{other.title if other else timing.after}”"
    if timing.when is not None:
        return f"when {timing.when.word.replace('_', ' ')}: {timing.when.ref}"
    return BY_HAND


def _expectation_lines(room: Room, plan: Plan) -> Iterable[ExpectationLine]:
    for each in plan.scenario.expectations:
        held = plan.held(each.id)
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
                Ask(do="resume", label="Resume", style="primary"),
                Ask(do="end", label="End the game…", style="danger"),
            )
        case GameState.ENDED:
            return (Ask(do="export", label="Export the report", style="primary"),)
        case GameState.RUNNING:
            following = plan.next()
            asks = (
                [Ask(do="play", label="Next inject now", style="primary", args=(("inject", following.id),))]
                if following
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


def _hints_left(plan: Plan, inject: str) -> bool:
    return any(isinstance(each.what, Hint) and each.what.on == inject for each in plan.coming())
