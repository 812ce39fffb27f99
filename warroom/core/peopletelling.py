"""What is said about the people of a game: who comes, as what, in which team, and who cannot be reached for a while."""

from collections.abc import Callable, Iterable
from typing import Any

from warroom.core import effects as f
from warroom.core import events as e
from warroom.core.effects import BACKCHANNEL, PERSON, TEAM, WAR_ROOM, Ask, Effect, Say, Tone
from warroom.core.events import Entry
from warroom.core.room import Room
from warroom.core.roster import PLAYER
from warroom.core.saying import HOW_TO_STOP, inside, who
from warroom.core.words import Bold, Person, Place, Time, Word, Words, named

Effects = Iterable[Effect]


def teams(room: Room) -> Effects:
    """Who is in which team, and where it meets; with a button for each, for whoever belongs in another."""
    teams = room.plan.scenario.teams if room.plan else {}
    if not teams:
        return
    lines: list[Word] = []
    for team, each in teams.items():
        there = named(room.roster.teams.get(team, ()))
        lines += ["• ", Bold(each.title), ", in ", Place(f"{TEAM}{team}"), ": ", *(there or ("nobody yet",)), "\n"]
    asks = (Ask(do="team", label=f"Join {each.title}", args=(("team", name),)) for name, each in teams.items())
    yield Say(
        place=WAR_ROOM,
        tone=Tone.PLAIN,
        title="The teams",
        body=(*lines, "What a team is told is told in its channel. Whoever belongs in another goes there."),
        asks=tuple(asks),
    )


def _joined(room: Room, entry: Entry, event: e.PlayerJoined) -> Effects:
    yield from _welcomed(room, event.person)


def _welcomed(room: Room, person: str) -> Effects:
    yield f.Invite(place=WAR_ROOM, people=(person,))
    if room.incidents:
        yield Say(place=f"{PERSON}{person}", tone=Tone.PHASE, title="Welcome to the exercise", body=_so_far(room))


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
    started = room.game is not None and room.game.started_at is not None
    if event.person in room.roster.staff:
        yield f.Invite(place=BACKCHANNEL, people=(event.person,))
        yield Say(
            place=BACKCHANNEL,
            tone=Tone.PLAIN,
            body=(Person(event.person), " is ", Bold(_PARTS[event.part]), " now, says ", who(entry), "."),
        )
        for place in inside(room) if started else ():
            yield f.Invite(place=place, people=(event.person,))
    elif started and event.part == PLAYER and room.open:
        yield from _welcomed(room, event.person)
    elif started:
        yield f.Invite(place=WAR_ROOM, people=(event.person,))


_PARTS = {"controller": "a dungeon master", "evaluator": "an evaluator", "safety": "the safety officer"}


def _team_joined(room: Room, entry: Entry, event: e.TeamJoined) -> Effects:
    if room.game is not None and room.game.started_at is not None:
        place, team = f"{TEAM}{event.team}", room.plan.scenario.teams[event.team].title if room.plan else event.team
        yield f.Invite(place=place, people=(event.person,))
        yield Say(
            place=f"{PERSON}{event.person}",
            tone=Tone.PLAIN,
            body=("You are in ", Bold(team), " now; it meets in ", Place(place), "."),
        )


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


TELLERS: dict[type[e.Event], Callable[[Room, Entry, Any], Effects]] = {
    e.PlayerJoined: _joined,
    e.PartGiven: _part_given,
    e.TeamJoined: _team_joined,
    e.ConsentGiven: _consent,
    e.Sidelined: _sidelined,
    e.BackInGame: _back,
}
