"""What a dungeon master may ask for, and what happens then."""

from datetime import datetime

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core import game as games
from warroom.core.coupling import play as played
from warroom.core.injects.hint import Hint
from warroom.core.permission import News, in_words, the_game
from warroom.core.plan import InjectState
from warroom.core.refusals import NotNow, TooLate, Unknown
from warroom.core.room import Room
from warroom.core.scenario import Inject


def start(room: Room, command: c.StartGame, now: datetime) -> News:
    game, plan = the_game(room, command.by)
    games.must_allow(game, "start")
    if not room.open:
        raise NotNow(f"{room.key} was closed before the game began; plan it anew.")
    return [e.GameStarted(briefing=plan.scenario.briefing)]


def pause(room: Room, command: c.PauseGame, now: datetime) -> News:
    game, _ = the_game(room, command.by)
    games.must_allow(game, "pause")
    return [e.GamePaused(reason=command.reason)]


def resume(room: Room, command: c.ResumeGame, now: datetime) -> News:
    game, _ = the_game(room, command.by)
    games.must_allow(game, "resume")
    return [e.GameResumed()]


def end(room: Room, command: c.EndGame, now: datetime) -> News:
    game, _ = the_game(room, command.by)
    games.must_allow(game, "end")
    return [e.GameEnded(reason=command.reason)]


def _playable(room: Room, by: str, name: str) -> Inject:
    game, plan = the_game(room, by)
    games.must_allow(game, "play")
    inject = plan.scenario.inject(name) if name else plan.next()
    if inject is None:
        raise NotNow("Nothing is left that comes by itself.") if not name else Unknown(f"There is no inject {name!r}.")
    state = plan.state(inject.id)
    if state in (InjectState.PLAYED, InjectState.SKIPPED):
        raise TooLate(f"“{inject.title}” was already {state}.")
    return inject


def play(room: Room, command: c.PlayInject, now: datetime) -> News:
    return played(room, _playable(room, command.by, command.inject), now)


def skip_inject(room: Room, command: c.SkipInject, now: datetime) -> News:
    inject = _playable(room, command.by, command.inject)
    return [e.InjectSkipped(inject=inject.id, reason=command.reason)]


def speak(room: Room, command: c.SpeakAs, now: datetime) -> News:
    game, plan = the_game(room, command.by)
    games.must_allow(game, "play")
    actor = plan.scenario.actors.get(command.actor)
    if actor is None:
        raise Unknown(
            f"This scenario has no actor {command.actor!r}; it has {', '.join(plan.scenario.actors) or 'none'}."
        )
    return [e.ActorSpoke(actor=actor.name, actor_title=actor.title, icon=actor.icon, text=in_words(command.text))]


def hint(room: Room, command: c.GiveHint, now: datetime) -> News:
    game, plan = the_game(room, command.by)
    games.must_allow(game, "play")
    for inject in plan.coming():
        if isinstance(inject.what, Hint) and inject.what.on == command.about:
            return played(room, inject, now)
    raise NotNow("There is no hint left for this.")
