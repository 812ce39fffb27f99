"""What a dungeon master may ask of the course of a game, and what happens then. Injects are in `directing`."""

from datetime import datetime

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core import game as games
from warroom.core.game import GameState
from warroom.core.permission import News, must_fit_a_game, the_game
from warroom.core.plan import Plan
from warroom.core.preparing import why_not_begun, why_not_by_itself
from warroom.core.readiness import digest
from warroom.core.refusals import NotNow
from warroom.core.room import Room
from warroom.core.roster import SAFETY
from warroom.core.rules.game import play, why_not_resumed


def start(room: Room, command: c.StartGame, now: datetime) -> News:
    game, plan = the_game(room, command.by)
    games.must_allow(game, "start")
    if not room.open:
        raise NotNow(f"{room.key} was closed before the game began; plan it anew.")
    if why := why_not_begun(room, now):
        raise NotNow(why)
    return _begun(room, plan, command.salt)


def _begun(room: Room, plan: Plan, salt: str) -> News:
    predictions = room.readiness.predictions
    sealed: News = [e.PredictionsSealed(digest=digest(predictions, salt), salt=salt)] if predictions else []
    return [*sealed, e.GameStarted(briefing=plan.scenario.briefing)]


def begin_as_planned(room: Room, command: c.BeginAsPlanned, now: datetime) -> News:
    """By the calendar. Nobody is there to be refused, so what stands in the way is kept, and told to who directs it."""
    if room.game is None or room.plan is None or not room.open or room.game.state is not GameState.PLANNED:
        return []  # begun by hand, or called off
    if command.late:
        why = "Its time passed while the bot was not running; nothing begins so late by itself."
        return [e.NotBegun(why=why)]
    if command.real:
        return [
            e.NotBegun(why=f"Something real is open: {', '.join(command.real)}. Nothing begins by itself meanwhile.")
        ]
    if why := why_not_by_itself(room, now):
        return [e.NotBegun(why=why)]
    return _begun(room, room.plan, command.salt)


def pause(room: Room, command: c.PauseGame, now: datetime) -> News:
    game = _stoppable(room, command.by)
    games.must_allow(game, "pause")
    return [e.GamePaused(reason=command.reason)]


def resume(room: Room, command: c.ResumeGame, now: datetime) -> News:
    game, _ = the_game(room, command.by)
    games.must_allow(game, "resume")
    if why := why_not_resumed(room):
        raise NotNow(why)
    return [e.GameResumed()]


def end(room: Room, command: c.EndGame, now: datetime) -> News:
    game = _stoppable(room, command.by)
    games.must_allow(game, "end")
    return [e.GameEnded(reason=command.reason)]


def _stoppable(room: Room, by: str) -> games.Game:
    """The game, for whoever may stop it: the dungeon master and the safety officer."""
    if room.game is not None and room.roster.part(by) == SAFETY:
        return room.game
    return the_game(room, by)[0]


def emergency(room: Room, command: c.CallEmergency, now: datetime) -> News:
    """Anybody may say that something is real, whatever their part, and whatever state the game is in."""
    if room.game is None:
        raise NotNow("This is a real incident already.")
    if room.game.knows_of_something_real(now):
        there = f" The real incident is {', '.join(room.game.real_rooms)}." if room.game.real_rooms else ""
        raise NotNow(f"That is known already.{there} Say there what you see.")
    place = room.place_at(command.channel)
    return [e.EmergencyCalled(words=command.words.strip(), place=place)]


# --- the plan as a whole


def _running(room: Room, by: str, move: str) -> Plan:
    game, plan = the_game(room, by)
    games.must_allow(game, move)
    return plan


def shift(room: Room, command: c.ShiftPlan, now: datetime) -> News:
    plan = _running(room, command.by, "direct")
    if not command.by_length:
        raise NotNow("Say by how much, such as `10m`; nothing was changed.")
    must_fit_a_game(command.by_length)
    if not any(plan.due(each) is not None for each in plan.scenario.injects):
        raise NotNow("Nothing is left that comes by the clock.")
    return [e.PlanShifted(by=command.by_length, reason=command.reason)]


def forward(room: Room, command: c.ForwardPlan, now: datetime) -> News:
    plan, reading = _running(room, command.by, "play"), room.clock.reading(now)
    due = min((at for each in plan.scenario.injects if (at := plan.due(each)) is not None), default=None)
    if due is None:
        raise NotNow("Nothing is left that comes by the clock.")
    return [e.PlanShifted(by=reading - due)]


def move_on(room: Room, command: c.MoveOn, now: datetime) -> News:
    plan, reading = _running(room, command.by, "play"), room.clock.reading(now)
    move = plan.next_move()
    if move is None:
        raise NotNow("This game has no further part.")
    due, expected = plan.due(move), plan.expected(move)
    skipped: News = [e.InjectSkipped(inject=each.id, reason="Moved on.") for each in plan.before_move(move)]
    shifted: News = [e.PlanShifted(by=reading - expected)] if expected is not None else []
    return [*skipped, *shifted, *([] if due is not None else play(room, move, now))]
