"""Murphy in a room: what may be asked of him, and what he plays by himself.

What he thinks is in `murphy`, which knows no room; what he is told is in `situating`. A draw is kept with all its arithmetic, and never made again. With
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
from warroom.core.permission import News, the_game
from warroom.core.plan import InjectState, Plan
from warroom.core.refusals import NotNow, TooLate, Unknown
from warroom.core.room import BY_HIMSELF, OFF, Murphy, Room
from warroom.core.rules.game import play, why_not_by_hand
from warroom.core.scenario import PROPOSE, SEALED
from warroom.core.situating import draw

MODES = (OFF, PROPOSE, *BY_HIMSELF)


# --- what may be asked


def _murphy(room: Room, by: str, move: str) -> tuple[Plan, Murphy]:
    game, plan = the_game(room, by)
    games.must_allow(game, move)
    if room.murphy is None:
        raise NotNow("This scenario has no deck to draw from.")
    return plan, room.murphy


def ask(room: Room, command: c.AskMurphy, now: datetime) -> News:
    plan, murphy = _murphy(room, command.by, "play")
    if murphy.mode == SEALED:
        raise NotNow("Murphy is sealed: he plays by himself, and tells nobody why before the end.")
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
    if why := why_not_by_hand(room, mishap.inject):
        raise NotNow(why)
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
    """By himself: looks when that may come to something, and plays when rules, pace and plan allow it."""
    murphy, plan = room.murphy, room.plan
    if murphy is None or plan is None or room.game is None or room.game.state is not GameState.RUNNING:
        return []
    if (too_easy := room.too_easy_at()) is not None and reading >= too_easy:
        return [e.MurphyDrew(turn=murphy.turn + 1, proposal=draw(room, plan, murphy, now, asked=True))]
    if murphy.look_at is None or reading < murphy.look_at:
        return []
    drawn = draw(room, plan, murphy, now, asked=False)
    news: News = [e.MurphyDrew(turn=murphy.turn + 1, proposal=drawn)]
    return news if drawn.chosen is None else [*news, *_played(room, plan, drawn.chosen, now)]
