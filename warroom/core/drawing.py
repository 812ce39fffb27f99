"""Murphy in a room: what he is told, what may be asked of him, and when he plays by himself.

What he thinks is in `murphy`, which knows no room. A draw is kept with all its arithmetic, and never made again. With
`propose` the dungeon master disposes; on `autopilot` what is drawn is played, words and alerts only; `sealed` surprises
the dungeon master too, and the seed was committed to at the start. When the players have had it too easy for a while,
the dungeon master is offered something, unasked.
"""

from datetime import datetime, timedelta

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core import game as games
from warroom.core.events import Event
from warroom.core.game import GameState
from warroom.core.gamefold import samples
from warroom.core.injects import AlertInject, Sideline
from warroom.core.murphy import (
    OPEN,
    Card,
    CardKind,
    Cell,
    Mode,
    OpenCell,
    Proposal,
    Situation,
    Size,
    gate,
    observe,
    propose,
)
from warroom.core.permission import News, the_game
from warroom.core.plan import InjectState, Plan
from warroom.core.refusals import NotNow, TooLate, Unknown
from warroom.core.room import BY_HIMSELF, OFF, Murphy, Room
from warroom.core.rules.game import play, why_held
from warroom.core.scenario import PROPOSE, Mishap

MODES = (OFF, PROPOSE, *BY_HIMSELF)
_SMALL = 3  # as hard as this, or easier, may come while it is at its hardest
_SOON = timedelta(minutes=2)  # what the plan has coming so soon is waited for


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


def _open_cells(room: Room) -> tuple[OpenCell, ...]:
    return tuple(
        OpenCell(cell=Cell(each.services[0], each.failure_modes[0] if each.failure_modes else ""))
        for each in room.incidents.values()
        if each.open and each.services
    )


def _situation(room: Room, plan: Plan, murphy: Murphy, now: datetime, *, asked: bool) -> Situation:
    """What Murphy is told. Whoever asks him gets an answer whatever the pace; by himself he keeps to it."""
    reading = room.clock.reading(now)
    seen = observe(murphy.pacing, reading, samples(room, reading))
    done = (InjectState.PLAYED, InjectState.SKIPPED)
    approvals = {
        each.id: room.readiness.approvals[each.inject.fault.target].until
        for each in plan.scenario.deck
        if each.inject.fault and each.inject.fault.target in room.readiness.approvals
    }
    steps = [run.current for run in room.runs.values() if run.current is not None]
    return Situation(
        drill=room.key,
        turn=murphy.turn + 1,
        now=now,
        mode=Mode(murphy.mode) if murphy.mode != OFF else Mode.PROPOSE,
        environment=room.game.environment if room.game else "",
        open=_open_cells(room),
        played=tuple(each.id for each in plan.scenario.deck if plan.state(each.id) in done),
        vetoed=murphy.vetoed,
        budget=murphy.budget,
        spent=murphy.spent,
        max_open=murphy.most_open,
        approvals=approvals,
        relied_on=tuple(dict.fromkeys(service for step in steps for service in step.relies_on)),
        facts=tuple(each.id for each in plan.scenario.injects if plan.state(each.id) is InjectState.PLAYED),
        gate=OPEN if asked else gate(seen, reading),
    )


def draw(room: Room, plan: Plan, murphy: Murphy, now: datetime, *, asked: bool) -> Proposal:
    """What Murphy would play now, and why. Draws nothing that the room would have to hold back."""
    cards = [card(each) for each in plan.scenario.deck if not why_held(room, each.inject, now)]
    return propose(cards, murphy.graph, murphy.history, _situation(room, plan, murphy, now, asked=asked), murphy.seed)


# --- what may be asked


def _murphy(room: Room, by: str, move: str) -> tuple[Plan, Murphy]:
    game, plan = the_game(room, by)
    games.must_allow(game, move)
    if room.murphy is None:
        raise NotNow("This scenario has no deck to draw from.")
    return plan, room.murphy


def ask(room: Room, command: c.AskMurphy, now: datetime) -> News:
    plan, murphy = _murphy(room, command.by, "play")
    return [e.MurphyDrew(turn=murphy.turn + 1, proposal=draw(room, plan, murphy, now, asked=True))]


def take(room: Room, command: c.TakeProposed, now: datetime) -> News:
    plan, murphy = _murphy(room, command.by, "play")
    if murphy.proposal is None or murphy.turn != command.turn:
        raise TooLate("Murphy has proposed something else since, or it was played. Ask him again.")
    offered = [each.card for each in murphy.proposal.offered]
    wanted = command.mishap or (offered[0] if offered else "")
    if wanted not in offered:
        raise Unknown("Murphy has not proposed that.")
    if wanted in murphy.vetoed:
        raise NotNow("It has been vetoed for this game.")
    return _played(room, plan, wanted, now)


def _played(room: Room, plan: Plan, name: str, now: datetime) -> News:
    mishap = plan.scenario.mishap(name)
    if mishap is None or plan.state(name) is not InjectState.COMING:
        raise TooLate("That was played already.")
    return [e.InjectAdded(inject=mishap.inject, drawn=True), *play(room, mishap.inject, now)]


def veto(room: Room, command: c.VetoMishap, now: datetime) -> News:
    plan, murphy = _murphy(room, command.by, "direct")
    if plan.scenario.mishap(command.mishap) is None:
        raise Unknown(f"There is no mishap {command.mishap!r} in the deck.")
    if command.mishap in murphy.vetoed:
        raise TooLate("It has been vetoed already.")
    return [e.MurphyVetoed(mishap=command.mishap, reason=command.reason.strip())]


def set_mode(room: Room, command: c.SetMurphy, now: datetime) -> News:
    _, murphy = _murphy(room, command.by, "direct")
    if command.mode not in MODES:
        raise Unknown(f"{command.mode!r} is no way for Murphy to play; use {', '.join(MODES)}.")
    if command.mode == murphy.mode:
        raise TooLate("That is how he plays already.")
    return [e.MurphySet(mode=command.mode)]


# --- the rule


def murphy_plays(room: Room, now: datetime, reading: timedelta) -> list[Event]:
    """By himself: looks every so often, and plays when rules and pace allow it and the plan has nothing coming."""
    murphy, plan = room.murphy, room.plan
    if murphy is None or plan is None or room.game is None or room.game.state is not GameState.RUNNING:
        return []
    if (too_easy := room.too_easy_at()) is not None and reading >= too_easy:
        return [e.MurphyDrew(turn=murphy.turn + 1, proposal=draw(room, plan, murphy, now, asked=True))]
    if murphy.look_at is None or reading < murphy.look_at:
        return []
    due = min((at for each in plan.scenario.injects if (at := plan.due(each)) is not None), default=None)
    drawn = draw(room, plan, murphy, now, asked=False)
    news: News = [e.MurphyDrew(turn=murphy.turn + 1, proposal=drawn)]
    if drawn.chosen is None or (due is not None and due - reading <= _SOON):
        return news
    return [*news, *_played(room, plan, drawn.chosen, now)]
