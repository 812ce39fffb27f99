"""What several kinds of command ask first: may this person do this, here, now, and to what?"""

from datetime import timedelta

from warroom.core import events as e
from warroom.core import roster as people
from warroom.core.events import Event
from warroom.core.game import Game, GameState
from warroom.core.incident import Incident, IncidentState
from warroom.core.plan import Plan
from warroom.core.refusals import NotNow, NotYours, Unknown
from warroom.core.room import Room
from warroom.core.words import named

News = list[Event]
_LONGEST = timedelta(days=7)  # no game lasts so long


def may_act(room: Room, by: str) -> News:
    """Whether this person may act here now; whoever acts in a drill without a part has joined as a player."""
    if room.drill:
        people.must_act(room.roster, by)
    if not room.live:
        raise NotNow(_why_not_live(room))
    return joining(room, by) if room.drill and by not in room.roster.players else []


def joining(room: Room, person: str) -> News:
    """Somebody plays from now on; where there are several teams, in the one with the fewest people."""
    teams = room.plan.scenario.teams if room.plan else {}
    joined: News = [e.PlayerJoined(person=person)]
    if len(teams) < 2:
        return joined
    smallest = min(teams, key=lambda team: len(room.roster.teams.get(team, ())))
    return [*joined, e.TeamJoined(person=person, team=smallest)]


def _why_not_live(room: Room) -> str:
    if not room.drill or room.game is None:
        return f"{room.key} is closed."
    return {
        GameState.PLANNED: "The game has not started yet.",
        GameState.PAUSED: "The game is paused; nothing counts until the dungeon master resumes it.",
        GameState.HALTED: "Play has stopped: something real is happening. Go on in the real incident.",
        GameState.RUNNING: "",
        GameState.ENDED: "The game has ended.",
    }[room.game.state]


def the_game(room: Room, by: str) -> tuple[Game, Plan]:
    if room.game is None or room.plan is None:
        raise NotNow("This is a real incident, not a game.")
    people.must_control(room.roster, by)
    return room.game, room.plan


def the_incident(room: Room, name: str) -> Incident:
    incident = room.incidents.get(name)
    if incident is None:
        raise Unknown(f"There is no incident {name!r} in {room.key}.")
    return incident


def acknowledged_too(incident: Incident) -> News:
    declared = incident.state is IncidentState.DECLARED
    return [e.IncidentAcknowledged(incident=incident.id)] if declared else []


def in_words(text: str) -> str:
    if not text.strip():
        raise NotNow("Say it in words; the text is empty.")
    return text.strip()


def must_fit_a_game(length: timedelta) -> None:
    """Refuses what would put something where no game, and at last no calendar, ever comes."""
    if abs(length) > _LONGEST:
        raise NotNow("That is more than a week away; nothing was changed.")


def must_hold(room: Room, roles: tuple[str, ...], by: str, what: str) -> None:
    """Whether this person has one of these roles; the commander stands in for one that nobody has."""
    if not roles or any(room.roster.holder(role) == by for role in roles):
        return
    holders = named([each for each in dict.fromkeys(map(room.roster.holder, roles)) if each])
    who = " or ".join(roles)
    if not holders:
        raise NotYours(f"Only {who} may {what} this, and nobody has that role yet. Take command, or the role, first.")
    raise NotYours(f"Only {who} may {what} this: ", *holders, ".")
