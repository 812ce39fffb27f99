"""What a dungeon master may do with injects: play, skip, edit, put in another order, improvise, speak, help, take out."""

from dataclasses import replace
from datetime import datetime, timedelta

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core import game as games
from warroom.core.injects import Announce, Hint, Speak
from warroom.core.injects.hint import LADDER
from warroom.core.permission import News, in_words, must_fit_a_game, the_game
from warroom.core.plan import InjectState, Plan
from warroom.core.refusals import NotNow, TooLate, Unknown
from warroom.core.room import Room
from warroom.core.rules.game import play as played
from warroom.core.rules.game import why_not_by_hand
from warroom.core.scenario import SEVERITIES, Actor, Breakage, Inject
from warroom.core.when import Timing
from warroom.core.words import Person

_SECOND = timedelta(seconds=1)


def _plan(room: Room, by: str, move: str) -> Plan:
    game, plan = the_game(room, by)
    games.must_allow(game, move)
    return plan


def _open(plan: Plan, name: str) -> Inject:
    """The inject of this name, or the next when it is empty, if it has not been played or skipped."""
    inject = plan.scenario.inject(name) if name else plan.next()
    if inject is None:
        raise NotNow("Nothing is left that comes by itself.") if not name else Unknown(f"There is no inject {name!r}.")
    state = plan.state(inject.id)
    if state in (InjectState.PLAYED, InjectState.SKIPPED):
        raise TooLate(f"“{inject.title}” was already {state}.")
    return inject


def play(room: Room, command: c.PlayInject, now: datetime) -> News:
    inject = _open(_plan(room, command.by, "play"), command.inject)
    return _by_hand(room, inject, now)


def _by_hand(room: Room, inject: Inject, now: datetime) -> News:
    if why := why_not_by_hand(room, inject):
        raise NotNow(why)
    return played(room, inject, now)


def skip(room: Room, command: c.SkipInject, now: datetime) -> News:
    inject = _open(_plan(room, command.by, "play"), command.inject)
    return [e.InjectSkipped(inject=inject.id, reason=command.reason)]


def play_mishap(room: Room, command: c.PlayMishap, now: datetime) -> News:
    plan = _plan(room, command.by, "play")
    mishap = plan.scenario.mishap(command.mishap)
    if mishap is None:
        raise Unknown(f"There is no mishap {command.mishap!r} in the deck.")
    if plan.state(mishap.id) is not InjectState.COMING:
        raise TooLate(f"“{mishap.inject.title}” was already {plan.state(mishap.id)}.")
    return [e.InjectAdded(inject=mishap.inject, drawn=True), *_by_hand(room, mishap.inject, now)]


def improvise(room: Room, command: c.Improvise, now: datetime) -> News:
    plan = _plan(room, command.by, "play" if command.at is None else "direct")
    text = in_words(command.text)
    if command.at is not None:
        must_fit_a_game(command.at)
    if command.actor:
        the_actor(plan, command.actor)
    _known_teams(plan, command.teams)
    if command.severity not in SEVERITIES:
        raise Unknown(f"{command.severity!r} is not a severity; use {', '.join(SEVERITIES)}.")
    opens = Breakage(
        title=command.title,
        severity=command.severity,
        services=command.services,
        failure_modes=command.failure_modes,
    )
    inject = Inject(
        id=f"improvised-{len(plan.added) + 1}",
        title=command.title or text[:60],
        timing=Timing(at=command.at),
        what=Speak(actor=command.actor, text=text) if command.actor else Announce(text=text),
        incident=opens if command.title else None,
        to=command.teams,
    )
    added = e.InjectAdded(inject=inject)
    return [added, *played(room, inject, now)] if command.at is None else [added]


def edit(room: Room, command: c.EditInject, now: datetime) -> News:
    plan = _plan(room, command.by, "direct")
    inject = _open(plan, command.inject)
    text, title = command.text.strip(), command.title.strip()
    edited = replace(inject, title=title or inject.title, what=inject.what.saying(text) if text else inject.what)
    news: News = [e.InjectEdited(inject=edited)] if edited != inject else []
    if command.at is not None and not _same(command.at, plan.due(inject)):
        must_fit_a_game(command.at)
        news.append(e.InjectRetimed(inject=inject.id, at=_later(room, command.at, now)))
    if not news:
        raise NotNow(f"“{inject.title}” is as it was.")
    return news


def _same(at: timedelta, due: timedelta | None) -> bool:
    """Whether that is its time already, as people read it: to the second."""
    return due is not None and at // _SECOND == due // _SECOND


def _later(room: Room, at: timedelta, now: datetime) -> timedelta:
    """A time on the game's clock that has not passed: what is set to a time that has comes at once."""
    return max(at, room.clock.reading(now))


def swap(room: Room, command: c.SwapInject, now: datetime) -> News:
    plan = _plan(room, command.by, "direct")
    inject = _open(plan, command.inject)
    order = [each for each in plan.in_order() if plan.due(each) is not None]
    if inject not in order:
        raise NotNow(f"“{inject.title}” does not come by the clock; set a time for it, or play it.")
    at = order.index(inject)
    other = at + 1 if command.later else at - 1
    if not 0 <= other < len(order):
        raise NotNow(f"“{inject.title}” is {'last' if command.later else 'first'} already.")
    due, there = plan.due(inject), plan.due(order[other])
    assert due is not None
    assert there is not None
    if due == there:
        return _one_after_another(plan, order, at, other, due)
    return [e.InjectRetimed(inject=inject.id, at=there), e.InjectRetimed(inject=order[other].id, at=due)]


def _one_after_another(plan: Plan, order: list[Inject], at: int, other: int, due: timedelta) -> News:
    """Those that come at the same time get a second each, since the clock cannot tell them apart otherwise."""
    order[at], order[other] = order[other], order[at]
    together = [each for each in order if plan.due(each) == due]
    times = [due + place * _SECOND for place in range(len(together))]
    return [
        e.InjectRetimed(inject=each.id, at=time)
        for each, time in zip(together, times, strict=True)
        if time != plan.due(each)
    ]


def the_actor(plan: Plan, name: str) -> Actor:
    actor = plan.scenario.actors.get(name)
    if actor is None:
        raise Unknown(f"This scenario has no actor {name!r}; it has {', '.join(plan.scenario.actors) or 'none'}.")
    return actor


def _known_teams(plan: Plan, teams: tuple[str, ...]) -> None:
    for team in teams:
        if team not in plan.scenario.teams:
            raise Unknown(f"There is no team {team!r}; there is {', '.join(plan.scenario.teams) or 'none'}.")


def speak(room: Room, command: c.SpeakAs, now: datetime) -> News:
    plan = _plan(room, command.by, "play")
    _known_teams(plan, command.teams)
    actor, text = the_actor(plan, command.actor), in_words(command.text)
    return [e.ActorSpoke(actor=actor.name, actor_title=actor.title, icon=actor.icon, text=text, to=command.teams)]


def hint(room: Room, command: c.GiveHint, now: datetime) -> News:
    """The lowest rung that is left, whenever each would have come by itself."""
    hints = [each for each in _plan(room, command.by, "play").coming() if _rung(each, command.about) is not None]
    if not hints:
        raise NotNow("There is no hint left for this.")
    return played(room, min(hints, key=lambda each: _rung(each, command.about) or 0), now)


def _rung(inject: Inject, about: str) -> int | None:
    """How much it gives away about this; None when it is no hint about it."""
    said = inject.what
    return LADDER.index(said.level) if isinstance(said, Hint) and said.on == about else None


def sideline(room: Room, command: c.SidelinePerson, now: datetime) -> News:
    _plan(room, command.by, "play")
    person, why = command.person, in_words(command.why)
    if person not in room.roster.players:
        raise Unknown(Person(person), " does not play in this game.")
    if person not in room.roster.consents:
        raise NotNow(Person(person), " has not agreed to be taken out. Nobody is, without having agreed.")
    if person in room.roster.sidelined:
        raise TooLate(Person(person), " is out already.")
    if command.lasts <= timedelta(0):
        raise NotNow("Say for how long, such as `15m`.")
    must_fit_a_game(command.lasts)
    role = next((role for role, holder in room.roster.roles.items() if holder == person), "")
    until = room.clock.reading(now) + command.lasts
    return [e.Sidelined(person=person, until=until, role=role, why=why)]


def bring_back(room: Room, command: c.BringBack, now: datetime) -> News:
    _plan(room, command.by, "direct")
    if command.person not in room.roster.sidelined:
        raise TooLate(Person(command.person), " is not out.")
    return [e.BackInGame(person=command.person)]
