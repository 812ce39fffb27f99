"""What is said about a game: to the players, to whoever directs it, and outside, where others must not be frightened.

Nothing hidden is said outside the backchannel. What is real, in the middle of a game, is said as such (`Say.real`).
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from warroom.core import effects as f
from warroom.core import events as e
from warroom.core import peopletelling, preparetelling
from warroom.core.channelnames import team_room, war_room
from warroom.core.durations import write
from warroom.core.effects import BACKCHANNEL, PERSON, TEAM, WAR_ROOM, Ask, Effect, Say, Tone, Voice
from warroom.core.events import Entry
from warroom.core.faults import FaultState
from warroom.core.game import GameState
from warroom.core.murphy import explain
from warroom.core.room import Room
from warroom.core.rules.game import END_REACHED
from warroom.core.runs import WARROOM
from warroom.core.saying import HOW_TO_STOP, ended_well, inside, outside, titled, who
from warroom.core.scenario import AUTOPILOT, PROPOSE, SEALED, Scenario
from warroom.core.views import EMERGENCY
from warroom.core.words import Bold, Code, Person, Place, Time, Words

Effects = Iterable[Effect]

BLAMELESS = (
    "Nobody is being tested: it is the systems, the runbooks and our habits that are. Mistakes made today are cheap, and "
    "the report names roles, not people."
)
OUT = "Whoever agrees to it may be made unreachable for a while, as people are."
RECORDED = "What is said here is kept on the timeline of the exercise."
_WELL_KNOWN = "no duff"


def _early(reason: str) -> bool:
    return bool(reason) and reason != END_REACHED


# --- the course of the game


def _started(room: Room, entry: Entry, event: e.GameStarted) -> Effects:
    scenario = room.plan.scenario if room.plan else None
    topic = f"EXERCISE {room.title}: this is a drill, not a real incident"
    purpose = "A game day. Everything said here goes onto its timeline."
    yield f.OpenChannel(
        place=WAR_ROOM,
        name=war_room(room.key, room.title, drill=True),
        topic=topic,
        purpose=purpose,
        private=False,
        invite=room.roster.everyone,
    )
    for team, each in scenario.teams.items() if scenario else ():
        place = f"{TEAM}{team}"
        yield f.OpenChannel(
            place=place,
            name=team_room(room.key, team),
            topic=topic,
            purpose=f"The team: {each.title}. {purpose}",
            private=False,
            invite=tuple(dict.fromkeys((*room.roster.teams.get(team, ()), *room.roster.staff))),
        )
        yield f.ShowCard(place=place, card="status", pin=True)
    yield f.ShowCard(place=WAR_ROOM, card="status", pin=True)
    yield Say(
        place=WAR_ROOM,
        tone=Tone.PHASE,
        title="The exercise begins",
        body=(event.briefing, *_story(room)),
    )
    yield Say(
        place=WAR_ROOM,
        tone=Tone.PLAIN,
        title="How we play",
        body=(f"{BLAMELESS} {RECORDED} {OUT} {HOW_TO_STOP}", *_seal(room)),
        asks=_OPENING_ASKS,
    )
    yield from peopletelling.teams(room)
    yield from _announced(room, entry, scenario)
    for stop in scenario.stops if scenario else ():
        yield f.WatchStop(stop=stop)


def _story(room: Room) -> Words:
    if room.story is None:
        return ()
    return (f"\n\nIn the story it is {room.story.shown(timedelta(0))}.",)


def _seal(room: Room) -> Words:
    return (" What was predicted is sealed: ", Code(room.readiness.seal), ".") if room.readiness.seal else ()


_OPENING_ASKS = (Ask(do="consent", label="I agree to that"), EMERGENCY)


def _announced(room: Room, entry: Entry, scenario: Scenario | None) -> Effects:
    """Start, scope, window, how far it reaches, and how it is stopped, for everybody who is not in it."""
    game = room.game
    if game is None or game.started_at is None or scenario is None:
        return
    scope = ", ".join(scenario.services) or "what its players are told"
    where = f", in {game.environment}" if game.environment else ""
    real = bool(scenario.real_faults())
    reach = (
        "Some of it is really broken, and undone by itself when the game ends or is stopped."
        if real
        else "Nothing real is broken."
    )
    for place in outside(room):
        yield Say(
            place=place,
            tone=Tone.PHASE,
            title=f"A game day begins: {room.title}",
            body=(
                "Run by ",
                Person(room.roster.controllers[0] if entry.by == WARROOM else entry.by),
                " in ",
                Place(WAR_ROOM),
                f". Scope: {scope}{where}. Until about ",
                Time(game.started_at + scenario.length),
                f". {reach} Messages marked EXERCISE are not real. To stop it: say NO DUFF in one of its channels, "
                "or press the button.",
            ),
            asks=(EMERGENCY,),
        )


def _paused(room: Room, entry: Entry, event: e.GamePaused) -> Effects:
    why: Words = (f" Why: {ended_well(event.reason)}",) if event.reason else ()
    for place in inside(room):
        yield Say(
            place=place,
            tone=Tone.PHASE,
            title="Paused",
            body=("The clock stands still; nothing counts until play goes on.", *why),
        )


def _resumed(room: Room, entry: Entry, event: e.GameResumed) -> Effects:
    for place in inside(room):
        yield Say(place=place, tone=Tone.PHASE, title="Play goes on", body=("The clock runs again.",))


def _ended(room: Room, entry: Entry, event: e.GameEnded) -> Effects:
    length = write(room.clock.elapsed)
    why: Words = (f" Why now: {ended_well(event.reason)}",) if event.reason else ()
    for place in inside(room):
        yield Say(
            place=place,
            tone=Tone.PHASE,
            title="The exercise is over",
            body=(
                f"It lasted {length} of game time. Thank you all.",
                *why,
                " Now the hot wash: what went well, what did not?",
            ),
            asks=(Ask(do="export", label="Export the report", style="primary"),) if place == WAR_ROOM else (),
        )
    if room.plan and room.plan.scenario.debrief:
        questions = "\n".join(f"• {question}" for question in room.plan.scenario.debrief)
        yield Say(place=WAR_ROOM, tone=Tone.PLAIN, title="Questions for the hot wash", body=(questions,))
    owed = [each for each in room.faults.values() if each.real and not each.whole]
    for place in outside(room):
        yield Say(
            place=place,
            tone=Tone.PHASE,
            title=f"{'The game day is over, the all-clear follows' if owed else 'All clear: the game day is over'}: {room.title}",
            body=(
                *((f"It was ended before its time: {ended_well(event.reason)} ",) if _early(event.reason) else ()),
                "What was broken is being undone." if owed else "Whatever is announced from now on is real.",
            ),
        )


def _end_reached(room: Room, entry: Entry, event: e.EndReached) -> Effects:
    ending = room.plan.scenario.endings[event.ending] if room.plan else None
    if ending is not None and not ending.by_itself:
        yield Say(
            place=BACKCHANNEL,
            tone=Tone.PHASE,
            title="The end has come, if you agree",
            body=(f"{event.why[:1].upper()}{event.why[1:]}.",),
            asks=(Ask(do="end", label="End the game…", style="danger"),),
        )


# --- something real


def _emergency(room: Room, entry: Entry, event: e.EmergencyCalled) -> Effects:
    """Everywhere the game is, and everywhere it was announced. Then a real incident is opened."""
    words = f"“{event.words}”" if event.words and event.words.casefold() != _WELL_KNOWN else ""
    halted = room.game is not None and room.game.state is GameState.HALTED
    watching = room.roster.observers
    broken = [each for each in room.faults.values() if not each.whole]
    for place in (*_inside_opened(room), BACKCHANNEL, *outside(room)):
        yield Say(
            place=place,
            tone=Tone.EMERGENCY,
            title="NO DUFF: this is real" if not halted else "NO DUFF: play has stopped, this is real",
            body=(
                who(entry),
                f" says that something real is happening. {words}".rstrip(),
                "\nNothing more is played. " if halted else "\n",
                "What the exercise had broken is being undone. " if broken else "",
                "A real incident is being opened; go on there.",
            ),
            real=True,
        )
    yield f.OpenRealRoom(
        title=_emergency_title(room, event),
        by=entry.by,
        people=tuple(dict.fromkeys((*(each for each in room.roster.everyone if each not in watching), entry.by))),
        note=_evidence(room, event),
    )


def _inside_opened(room: Room) -> tuple[str, ...]:
    started = room.game is not None and room.game.started_at is not None
    return inside(room) if started else ()


def _emergency_title(room: Room, event: e.EmergencyCalled) -> str:
    words = " ".join(event.words.split())
    if not words or words.casefold().strip("!. ") == _WELL_KNOWN:
        return f"Something real during {room.key}"
    return words if len(words) <= 120 else f"{words[:117]}…"


def _evidence(room: Room, event: e.EmergencyCalled) -> str:
    """What is known so far, for those who come to the real incident."""
    lines = [f"It was called in the exercise {room.key} ({room.title}), which was stopped."]
    if event.words:
        lines.append(f"The words were: {event.words}")
    for fault in room.faults.values():
        if fault.real and fault.state is not FaultState.REFUSED:
            lines.append(
                f"The exercise had broken {fault.target} ({fault.mode}); "
                f"{'it was undone before' if fault.whole else 'it is being undone'}."
            )
    lines += [
        f"In the exercise, not real: {each.severity} {each.title}." for each in room.incidents.values() if each.open
    ]
    if not room.faults:
        lines.append("The exercise had broken nothing.")
    return "\n".join(lines)


def _real_room(room: Room, entry: Entry, event: e.RealRoomOpened) -> Effects:
    for place in (*_inside_opened(room), BACKCHANNEL):
        yield Say(
            place=place,
            tone=Tone.EMERGENCY,
            title=f"The real incident is {event.key}",
            body=("Its war room is being opened; who was in this exercise is being invited.",),
            real=True,
        )


# --- the plan


def _inject(room: Room, entry: Entry, event: e.InjectPlayed) -> Effects:
    places = (f"{PERSON}{event.person}",) if event.person else room.places(event.to)
    for place in places:
        if event.actor:
            voice = Voice(name=event.actor, title=event.actor_title, icon=event.icon)
            alone = "\n\nOnly you are told this." if event.person else ""
            yield Say(place=place, tone=Tone.VOICE, body=(event.text, alone) if alone else (event.text,), voice=voice)
        elif event.kind == "hint":
            title = f"Hint ({event.level}): {titled(room, event.incident)}"
            yield Say(place=place, tone=Tone.HINT, title=title, body=(event.text,))
        elif event.kind == "move":
            yield Say(place=place, tone=Tone.PHASE, title=event.title, body=(event.text, *_story_of(event, room)))
        elif event.kind == "announce" and not event.incident:
            yield Say(place=place, tone=Tone.BAD_NEWS, body=(event.text, *hands_off(room, event.inject, entry)))
    if event.kind == "move":
        for place in outside(room):
            yield Say(
                place=place,
                tone=Tone.PHASE,
                title=f"The game day goes on: {room.title}",
                body=("Its next part has begun, in ", Place(WAR_ROOM), "."),
            )
    if event.person:
        who: Words = ("Told to ", Person(event.person), " alone: ", event.text)
        yield Say(place=BACKCHANNEL, tone=Tone.PLAIN, body=who)


def _story_of(event: e.InjectPlayed, room: Room) -> Words:
    if not event.story or room.story is None:
        return ()
    return (f"\n\nIn the story it is {room.story.shown(room.story.since)}.",)


def hands_off(room: Room, inject: str, entry: Entry) -> Words:
    """What is added to the news of an incident, when people should wait."""
    there = room.plan.scenario.inject(inject) if room.plan and inject else None
    if there is None or not there.hands_off:
        return ()
    return ("\nWatch what automation does by itself; do not act before ", Time(entry.at + there.hands_off), ".")


def _held(room: Room, entry: Entry, event: e.InjectHeld) -> Effects:
    inject = room.plan.scenario.inject(event.inject) if room.plan else None
    why = event.why or "It fell due while I was away."
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.OVERDUE,
        title="An inject is waiting for you",
        body=(f"“{inject.title if inject else event.inject}”: {why} Play or skip it on the panel.",),
    )


def _spoke(room: Room, entry: Entry, event: e.ActorSpoke) -> Effects:
    voice = Voice(name=event.actor, title=event.actor_title, icon=event.icon)
    for place in room.places(event.to):
        yield Say(place=place, tone=Tone.VOICE, body=(event.text,), voice=voice)


def _drew(room: Room, entry: Entry, event: e.MurphyDrew) -> Effects:
    """His reasons, for the dungeon master. Sealed, they are kept until the end; by himself, only what he plays is told."""
    murphy, proposal = room.murphy, event.proposal
    if murphy is None or proposal.mode == SEALED or (proposal.mode == AUTOPILOT and proposal.chosen is None):
        return
    offered = proposal.offered if proposal.mode == PROPOSE else ()
    asks = [
        Ask(
            do="take-proposed",
            label=f"Play: {each.title}",
            args=(("turn", str(event.turn)), ("mishap", each.card)),
            style="primary" if place == 0 else "",
        )
        for place, each in enumerate(offered)
    ]
    asks += [Ask(do="veto", label=f"Never: {each.title}", args=(("mishap", each.card),)) for each in offered[:1]]
    unasked = entry.by == WARROOM and proposal.mode == PROPOSE
    title = "Murphy proposes: it has been easy for a while" if unasked else "Murphy"
    yield Say(place=BACKCHANNEL, tone=Tone.PLAIN, title=title, body=(explain(proposal),), asks=tuple(asks))


def _vetoed(room: Room, entry: Entry, event: e.MurphyVetoed) -> Effects:
    mishap = room.plan.scenario.mishap(event.mishap) if room.plan else None
    why = f": {event.reason}" if event.reason else "."
    said = (who(entry), f" does not want “{mishap.inject.title if mishap else event.mishap}” in this game{why}")
    yield Say(place=BACKCHANNEL, tone=Tone.PLAIN, body=said)


def _murphy_set(room: Room, entry: Entry, event: e.MurphySet) -> Effects:
    seed: Words = ()
    if event.mode == SEALED and room.murphy is not None and room.murphy.sealed:
        seed = (" His seed is committed to by ", Code(room.murphy.sealed), ".")
    said = (who(entry), ": Murphy is on ", Bold(event.mode), " now.", *seed)
    yield Say(place=BACKCHANNEL, tone=Tone.PLAIN, body=said)


def _shifted(room: Room, entry: Entry, event: e.PlanShifted) -> Effects:
    way = "later" if event.by > timedelta(0) else "earlier"
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.PLAIN,
        body=(who(entry), f" has moved everything that is to come {write(abs(event.by))} {way}."),
    )


def _missed(room: Room, entry: Entry, event: e.ExpectationMissed) -> Effects:
    yield Say(place=BACKCHANNEL, tone=Tone.OVERDUE, title="An expectation was missed", body=(event.what,))


def _too_early(room: Room, entry: Entry, event: e.HandsOffBroken) -> Effects:
    inject = room.plan.scenario.inject(event.inject) if room.plan else None
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.OVERDUE,
        title="Somebody did not wait for automation",
        body=(Person(event.person), f" {event.what}, after “{inject.title if inject else event.inject}”."),
    )


def _outside_changed(room: Room, entry: Entry, event: e.OutsideChanged) -> Effects:
    """For the dungeon master, who decides whether the game goes on; it may even be what the game itself has broken."""
    if event.incidents:
        yield Say(
            place=BACKCHANNEL,
            tone=Tone.BAD_NEWS,
            title=f"Something real is going on: {', '.join(event.incidents)}",
            body=(
                "It is not part of this game, unless it is what the game has broken: then say so there. Nothing more is "
                f"really broken until it is over{', and Murphy draws nothing' if room.murphy else ''}. Who is needed there? "
                "Pause, end, or say NO DUFF.",
            ),
            asks=(EMERGENCY,),
        )
    elif event.frozen:
        body = (f"{event.frozen} Nothing is really broken until that is over; words go on.",)
        yield Say(place=BACKCHANNEL, tone=Tone.PLAIN, title="Nothing real may be changed now", body=body)
    else:
        yield Say(place=BACKCHANNEL, tone=Tone.GOOD_NEWS, body=("Nothing outside stands in this game's way any more.",))


def _stop_changed(room: Room, entry: Entry, event: e.StopConditionChanged) -> Effects:
    stop = room.plan.scenario.stop(event.stop) if room.plan else None
    if event.first and event.holds:
        return
    what = stop.what if stop else event.stop
    owner = room.roster.roles.get(stop.owner, "") if stop else ""
    to: Words = (Person(owner), ", ") if owner else ()
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.GOOD_NEWS if event.holds else Tone.BAD_NEWS,
        title=f"True again: {what}" if event.holds else f"This must stay true, and is not: {what}",
        body=(*to, event.detail or "Nothing more is known."),
    )


# --- faults: spoken of in the backchannel alone


def _break(room: Room, entry: Entry, event: e.FaultAsked) -> Effects:
    if room.faults[event.fault].state is FaultState.REFUSED:
        return  # the room itself has said no
    yield f.InjectFault(
        fault=event.fault,
        driver=event.driver,
        target=event.target,
        mode=event.mode,
        deadline=event.deadline,
    )


def _undo(room: Room, entry: Entry, event: e.RollbackAsked) -> Effects:
    fault = room.faults[event.fault]
    yield f.RollBack(fault=fault.id, driver=fault.driver, target=fault.target, mode=fault.mode)


def _undone(room: Room, entry: Entry, event: e.FaultRolledBack) -> Effects:
    """The all-clear, when the game is over and the last real thing is whole again."""
    if room.open or any(each.real and not each.whole for each in room.faults.values()):
        return
    if not room.faults[event.fault].real:
        return
    for place in outside(room):
        yield Say(
            place=place,
            tone=Tone.GOOD_NEWS,
            title=f"All clear: {room.title}",
            body=("Everything that was broken is whole again. Whatever is announced from now on is real.",),
        )


def _stuck(room: Room, entry: Entry, event: e.RollbackFailed) -> Effects:
    fault = room.faults[event.fault]
    places = (BACKCHANNEL, *(outside(room) if fault.real else ()))
    owners = room.breakable[fault.target].owners if fault.target in room.breakable else ()
    for place in (*places, *(f"{PERSON}{each}" for each in owners)):
        yield Say(
            place=place,
            tone=Tone.BAD_NEWS,
            title=f"A fault could not be undone: {fault.target} {fault.mode}",
            body=(f"Somebody has to do it now. {event.detail}",),
            real=fault.real,
        )


def _not_broken(room: Room, entry: Entry, event: e.FaultRefused) -> Effects:
    fault = room.faults[event.fault]
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.OVERDUE,
        title=f"Nothing was broken: {fault.target}",
        body=(f"The game goes on in words. {event.detail}",),
    )


TELLERS: dict[type[e.Event], Callable[[Room, Entry, Any], Effects]] = {
    **preparetelling.TELLERS,
    **peopletelling.TELLERS,
    e.GameStarted: _started,
    e.GamePaused: _paused,
    e.GameResumed: _resumed,
    e.GameEnded: _ended,
    e.EndReached: _end_reached,
    e.EmergencyCalled: _emergency,
    e.RealRoomOpened: _real_room,
    e.InjectPlayed: _inject,
    e.InjectHeld: _held,
    e.ActorSpoke: _spoke,
    e.PlanShifted: _shifted,
    e.MurphyDrew: _drew,
    e.MurphyVetoed: _vetoed,
    e.MurphySet: _murphy_set,
    e.ExpectationMissed: _missed,
    e.HandsOffBroken: _too_early,
    e.StopConditionChanged: _stop_changed,
    e.OutsideChanged: _outside_changed,
    e.FaultAsked: _break,
    e.RollbackAsked: _undo,
    e.FaultRolledBack: _undone,
    e.RollbackFailed: _stuck,
    e.FaultRefused: _not_broken,
}
