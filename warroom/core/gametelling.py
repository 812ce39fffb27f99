"""What is said about a game: to the players, to whoever directs it, and outside, where others must not be frightened.

Nothing hidden is said outside the backchannel. What is real, in the middle of a game, is said as such (`Say.real`).
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from warroom.core import effects as f
from warroom.core import events as e
from warroom.core.channelnames import backchannel, team_room, war_room
from warroom.core.durations import write
from warroom.core.effects import BACKCHANNEL, OPERATIONS, ORIGIN, PERSON, TEAM, WAR_ROOM, Ask, Effect, Say, Tone, Voice
from warroom.core.events import Entry
from warroom.core.faults import FaultState, Target
from warroom.core.game import GameState
from warroom.core.murphy import explain
from warroom.core.preparing import STAFF_ROLES, needs_preflight, roles_to_ask, unapproved, why_not_begun
from warroom.core.room import Room
from warroom.core.rules.game import END_REACHED
from warroom.core.runs import WARROOM
from warroom.core.scenario import AUTOPILOT, PROPOSE, SEALED, Scenario
from warroom.core.views import EMERGENCY
from warroom.core.words import Bold, Code, Person, Place, Time, Word, Words

Effects = Iterable[Effect]

BLAMELESS = (
    "Nobody is being tested: it is the systems, the runbooks and our habits that are. Mistakes made today are cheap, and "
    "the report names roles, not people."
)
OUT = "Whoever agrees to it may be made unreachable for a while, as people are."
RECORDED = "What is said here is kept on the timeline of the exercise."
HOW_TO_STOP = "Whoever sees something real says NO DUFF, or presses the button: play stops at once."
_WELL_KNOWN = "no duff"


def _who(entry: Entry) -> Word:
    return "warroom" if entry.by == WARROOM else Person(entry.by)


def _ended_well(reason: str) -> str:
    """Somebody's reason, as a sentence that another can follow."""
    return reason if reason[-1:] in ".!?…" else f"{reason}."


def _early(reason: str) -> bool:
    return bool(reason) and reason != END_REACHED


def _outside(room: Room) -> tuple[str, ...]:
    """Where others hear of the game: the channel for operations, and where it was asked for."""
    if room.game is None or not room.game.operations:
        return (ORIGIN,) if room.origin else ()
    return (OPERATIONS, ORIGIN) if room.origin and room.origin != room.game.operations else (OPERATIONS,)


def _inside(room: Room) -> tuple[str, ...]:
    """Where players are: the war room and the channels of the teams."""
    teams = room.plan.scenario.teams if room.plan else ()
    return (WAR_ROOM, *(f"{TEAM}{each}" for each in teams))


# --- before


def _planned(room: Room, entry: Entry, event: e.GamePlanned) -> Effects:
    yield f.OpenChannel(
        place=BACKCHANNEL,
        name=backchannel(room.key),
        topic=f"EXERCISE {event.title}: for the dungeon master only",
        purpose="Players cannot see this channel. The panel is pinned.",
        private=True,
        invite=room.roster.staff,
    )
    for target in room.breakable.values():
        yield from _approval_asked(room, event.scenario, target)
    if room.murphy is not None and room.murphy.sealed and room.murphy.mode == SEALED:
        yield Say(
            place=BACKCHANNEL,
            tone=Tone.PLAIN,
            title="Murphy is sealed",
            body=("He surprises you too. His seed is committed to by ", Code(room.murphy.sealed), "."),
        )
    if needs_preflight(event.scenario) or roles_to_ask(room):
        roles = roles_to_ask(room)
        poll = f" Go is needed from: {', '.join(roles)}." if roles else ""
        yield Say(
            place=BACKCHANNEL,
            tone=Tone.PLAIN,
            title="Before it begins",
            body=(f"Have a machine look whether everything is ready, and ask for Go, on the panel.{poll}",),
        )
    yield from _roll_call(room, event)


def _roll_call(room: Room, event: e.GamePlanned) -> Effects:
    """Roles that are not of the staff answer where the game was asked for, unless nobody is to know of it yet."""
    others = [each for each in roles_to_ask(room) if each not in STAFF_ROLES]
    if not others or event.surprise == "unannounced":
        return
    asks = [Ask(do="go", label=f"Go: {role}", args=(("role", role),)) for role in others]
    for place in _outside(room)[-1:]:
        yield Say(
            place=place,
            tone=Tone.PHASE,
            title=f"Go or No-go: {event.title}",
            body=(
                "A game day is being prepared. Whoever speaks for one of these says so, by name: "
                f"{', '.join(others)}. One No-go, and it does not begin.",
            ),
            asks=(*asks, Ask(do="no-go", label="No-go…")),
        )


def _approval_asked(room: Room, scenario: Scenario, target: Target) -> Effects:
    faults = (each.fault for each in scenario.real_faults())
    modes = dict.fromkeys(each.mode for each in faults if each and each.target == target.target)
    for owner in target.owners:
        yield Say(
            place=f"{PERSON}{owner}",
            tone=Tone.PHASE,
            title=f"May {target.target} be broken on purpose?",
            body=(
                Person(room.roster.controllers[0]),
                f" plans the game day {room.title} ({room.key}). It would really break {target.target} in "
                f"{target.environment or 'no named environment'} ({', '.join(modes)}), for at most "
                f"{write(target.longest)}, and undo it by itself. Nothing is broken unless an owner approves.",
            ),
            asks=(Ask(do="approve-fault", label="Approve", args=(("target", target.target),), style="primary"),),
        )


def _reminded(room: Room, entry: Entry, event: e.GameReminded) -> Effects:
    """The time to who directs it; to the players what they may know. An owner whose approval would not last is asked."""
    if event.everybody:
        when: Words = ("It begins: ", Time(event.begins, day=True), ".")
        if event.until is not None:
            first, last = Time(event.begins, day=True), Time(event.until, day=True)
            when = ("It begins some time between ", first, " and ", last, "; when is not said.")
        for place in (ORIGIN,) if room.origin else tuple(f"{PERSON}{each}" for each in room.roster.players):
            yield Say(
                place=place,
                tone=Tone.PHASE,
                title=f"A game day comes: {room.title}",
                body=(*when, *_cast(room), f" {HOW_TO_STOP}"),
            )
    if event.until is not None or room.plan is None:
        return
    missing = unapproved(room, event.begins)
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.PHASE,
        title="It begins by itself",
        body=(
            Time(event.begins, day=True),
            f", if nothing stands in the way. {_in_the_way(room, entry, missing)}".rstrip(),
        ),
    )
    if event.begins - entry.at <= _SOON:
        for target in missing:
            if target in room.breakable:
                yield from _approval_asked(room, room.plan.scenario, room.breakable[target])


_SOON = timedelta(hours=2)  # an approval that is given now is still good when the game has begun


def _cast(room: Room) -> Words:
    if not room.roster.players:
        return ()
    names = [word for each in room.roster.players for word in (", ", Person(each))][1:]
    return (" Players: ", *names, ". Dungeon master: ", Person(room.roster.controllers[0]), ".")


def _in_the_way(room: Room, entry: Entry, missing: tuple[str, ...]) -> str:
    why = why_not_begun(room, entry.at)
    approval = f"No approval would be good then to break {', '.join(missing)}." if missing else ""
    return " ".join(each for each in (why, approval) if each)


def _not_begun(room: Room, entry: Entry, event: e.NotBegun) -> Effects:
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.BAD_NEWS,
        title="It has not begun",
        body=(event.why, " Nothing was started. When that is settled, start it from the panel, or close this room."),
    )


def _approved(room: Room, entry: Entry, event: e.FaultApproved) -> Effects:
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.GOOD_NEWS,
        title=f"Approved: {event.target} may be broken",
        body=("By ", _who(entry), ", until ", Time(event.until), "."),
        asks=(Ask(do="withdraw-approval", label="Withdraw", args=(("target", event.target),)),),
    )


def _approval_withdrawn(room: Room, entry: Entry, event: e.ApprovalWithdrawn) -> Effects:
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.OVERDUE,
        title=f"No longer approved: {event.target}",
        body=(_who(entry), " has withdrawn it. What would break it is held."),
    )


def _preflight_asked(room: Room, entry: Entry, event: e.PreflightAsked) -> Effects:
    scenario = room.plan.scenario if room.plan else None
    if scenario is not None:
        faults = dict.fromkeys(each.fault for each in scenario.real_faults() if each.fault)
        yield f.LookAround(attempt=event.attempt, steady=scenario.steady_state, faults=tuple(faults))


def _preflight(room: Room, entry: Entry, event: e.PreflightReported) -> Effects:
    lines = "\n".join(
        f"{'✓' if each.holds else '✗'} {each.what}{f': {each.detail}' if each.detail else ''}"
        for each in event.findings
    )
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.GOOD_NEWS if event.ready else Tone.BAD_NEWS,
        title="Preflight: everything is ready" if event.ready else "Preflight: not everything is ready",
        body=(lines or "Nothing was found out.",),
    )


def _go(room: Room, entry: Entry, event: e.GoSaid) -> Effects:
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.GOOD_NEWS if event.go else Tone.BAD_NEWS,
        title=f"{'Go' if event.go else 'No-go'}: {event.role}",
        body=("Says ", _who(entry), f": {event.reason}" if event.reason else "."),
    )


def _sealed(room: Room, entry: Entry, event: e.PredictionsSealed) -> Effects:
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.PLAIN,
        title="The predictions are sealed",
        body=("Nobody can change them now without being found out. Their seal is ", Code(event.digest), "."),
    )


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
            purpose=f"The team {each.title} in a game day. {purpose}",
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
    for place in _outside(room):
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
    why: Words = (f" Why: {_ended_well(event.reason)}",) if event.reason else ()
    for place in _inside(room):
        yield Say(
            place=place,
            tone=Tone.PHASE,
            title="Paused",
            body=("The clock stands still; nothing counts until play goes on.", *why),
        )


def _resumed(room: Room, entry: Entry, event: e.GameResumed) -> Effects:
    for place in _inside(room):
        yield Say(place=place, tone=Tone.PHASE, title="Play goes on", body=("The clock runs again.",))


def _ended(room: Room, entry: Entry, event: e.GameEnded) -> Effects:
    length = write(room.clock.elapsed)
    why: Words = (f" Why now: {_ended_well(event.reason)}",) if event.reason else ()
    for place in _inside(room):
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
    for place in _outside(room):
        yield Say(
            place=place,
            tone=Tone.PHASE,
            title=f"{'The game day is over, the all-clear follows' if owed else 'All clear: the game day is over'}: {room.title}",
            body=(
                *((f"It was ended before its time: {_ended_well(event.reason)} ",) if _early(event.reason) else ()),
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
    broken = [each for each in room.faults.values() if not each.whole]
    for place in (*_inside_opened(room), BACKCHANNEL, *_outside(room)):
        yield Say(
            place=place,
            tone=Tone.EMERGENCY,
            title="NO DUFF: this is real" if not halted else "NO DUFF: play has stopped, this is real",
            body=(
                _who(entry),
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
        people=tuple(each for each in room.roster.everyone if each not in room.roster.observers),
        note=_evidence(room, event),
    )


def _inside_opened(room: Room) -> tuple[str, ...]:
    started = room.game is not None and room.game.started_at is not None
    return _inside(room) if started else ()


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
            yield Say(place=place, tone=Tone.VOICE, body=(event.text,), voice=voice)
        elif event.kind == "hint":
            title = f"Hint ({event.level}): {_title(room, event.incident)}"
            yield Say(place=place, tone=Tone.HINT, title=title, body=(event.text,))
        elif event.kind == "move":
            yield Say(place=place, tone=Tone.PHASE, title=event.title, body=(event.text, *_story_of(event, room)))
        elif event.kind == "announce" and not event.incident:
            yield Say(place=place, tone=Tone.BAD_NEWS, body=(event.text, *hands_off(room, event.inject, entry)))
    if event.kind == "move":
        for place in _outside(room):
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


def _title(room: Room, incident: str) -> str:
    there = room.incidents.get(incident)
    return there.title if there else incident


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
    yield Say(place=WAR_ROOM, tone=Tone.VOICE, body=(event.text,), voice=voice)


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
    said = (_who(entry), f" does not want “{mishap.inject.title if mishap else event.mishap}” in this game{why}")
    yield Say(place=BACKCHANNEL, tone=Tone.PLAIN, body=said)


def _murphy_set(room: Room, entry: Entry, event: e.MurphySet) -> Effects:
    yield Say(place=BACKCHANNEL, tone=Tone.PLAIN, body=(_who(entry), ": Murphy is on ", Bold(event.mode), " now."))


def _shifted(room: Room, entry: Entry, event: e.PlanShifted) -> Effects:
    way = "later" if event.by > timedelta(0) else "earlier"
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.PLAIN,
        body=(_who(entry), f" has moved everything that is to come {write(abs(event.by))} {way}."),
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


def _stop_changed(room: Room, entry: Entry, event: e.StopConditionChanged) -> Effects:
    stop = next((each for each in room.plan.scenario.stops if each.id == event.stop), None) if room.plan else None
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


# --- people


def _joined(room: Room, entry: Entry, event: e.PlayerJoined) -> Effects:
    yield f.Invite(place=WAR_ROOM, people=(event.person,))
    if room.incidents:
        yield Say(place=f"{PERSON}{event.person}", tone=Tone.PHASE, title="Welcome to the exercise", body=_so_far(room))


def _so_far(room: Room) -> Words:
    """Where things stand, for somebody who comes late. Only what every player may know."""
    lines: list[Word] = []
    if room.plan is not None:
        lines.append(f"{room.plan.scenario.briefing.strip()}\n\n")
    for each in room.incidents.values():
        lines.append(f"• {each.severity} {each.title}: {each.state}")
        walk = next((run for run in room.runs.values() if run.incident == each.id and run.current), None)
        lines.append(f"; “{walk.name}” is at “{walk.titled(walk.current)}”\n" if walk and walk.current else "\n")
    commander = room.roster.commander
    lines += ("Commander: ", Person(commander), "\n") if commander else ("Nobody is commander yet.\n",)
    if room.update is not None:
        lines += ("Last update, ", Time(room.update.at), f": {room.update.text}\n")
    return (*lines, HOW_TO_STOP)


def _part_given(room: Room, entry: Entry, event: e.PartGiven) -> Effects:
    if event.person in room.roster.staff:
        yield f.Invite(place=BACKCHANNEL, people=(event.person,))
        yield Say(
            place=BACKCHANNEL,
            tone=Tone.PLAIN,
            body=(Person(event.person), " is ", Bold(_PARTS[event.part]), " now, says ", _who(entry), "."),
        )
    elif room.game is not None and room.game.started_at is not None:
        yield f.Invite(place=WAR_ROOM, people=(event.person,))


_PARTS = {"controller": "a dungeon master", "evaluator": "an evaluator", "safety": "the safety officer"}


def _team_joined(room: Room, entry: Entry, event: e.TeamJoined) -> Effects:
    if room.game is not None and room.game.started_at is not None:
        yield f.Invite(place=f"{TEAM}{event.team}", people=(event.person,))


def _consent(room: Room, entry: Entry, event: e.ConsentGiven) -> Effects:
    said = "may be taken out for a while" if event.agrees else "may no longer be taken out"
    yield Say(place=BACKCHANNEL, tone=Tone.PLAIN, body=(Person(event.person), f" {said}."))


def _sidelined(room: Room, entry: Entry, event: e.Sidelined) -> Effects:
    role: Words = (f" ({event.role})",) if event.role else ()
    why: Words = (f" {event.why}",) if event.why else ()
    yield Say(
        place=WAR_ROOM,
        tone=Tone.BAD_NEWS,
        title="Somebody cannot be reached",
        body=(Person(event.person), *role, " cannot be reached from now on. Go on without them.", *why),
    )
    yield Say(
        place=f"{PERSON}{event.person}",
        tone=Tone.PHASE,
        title="You are out for a while",
        body=("Nobody can reach you, in the game. Watch, and say nothing; I tell you when you are back. ", HOW_TO_STOP),
    )


def _back(room: Room, entry: Entry, event: e.BackInGame) -> Effects:
    yield Say(place=WAR_ROOM, tone=Tone.GOOD_NEWS, body=(Person(event.person), " can be reached again."))
    yield Say(place=f"{PERSON}{event.person}", tone=Tone.PHASE, body=("You are back in the game.",))


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
    for place in _outside(room):
        yield Say(
            place=place,
            tone=Tone.GOOD_NEWS,
            title=f"All clear: {room.title}",
            body=("Everything that was broken is whole again. Whatever is announced from now on is real.",),
        )


def _stuck(room: Room, entry: Entry, event: e.RollbackFailed) -> Effects:
    fault = room.faults[event.fault]
    places = (BACKCHANNEL, *(_outside(room) if fault.real else ()))
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
    e.GamePlanned: _planned,
    e.FaultApproved: _approved,
    e.ApprovalWithdrawn: _approval_withdrawn,
    e.PreflightAsked: _preflight_asked,
    e.PreflightReported: _preflight,
    e.GoSaid: _go,
    e.PredictionsSealed: _sealed,
    e.GameReminded: _reminded,
    e.NotBegun: _not_begun,
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
    e.PlayerJoined: _joined,
    e.PartGiven: _part_given,
    e.TeamJoined: _team_joined,
    e.ConsentGiven: _consent,
    e.Sidelined: _sidelined,
    e.BackInGame: _back,
    e.FaultAsked: _break,
    e.RollbackAsked: _undo,
    e.FaultRolledBack: _undone,
    e.RollbackFailed: _stuck,
    e.FaultRefused: _not_broken,
}
