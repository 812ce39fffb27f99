"""Who is in a room, and as what.

In a drill everybody has one part:

    controller  the dungeon master, and whoever directs with them; sees everything, does not play
    evaluator   watches against the expectations and rates them; sees everything, does not play
    safety      the safety officer: can stop the game, cannot play; sees everything
    observer    watches, and does not act
    player      responds; whoever else acts in the war room has joined as one

A real room has no parts. Incident roles (commander, scribe, a subject's expert) are held by one person each. Players may
be in teams. Whoever is sidelined cannot be reached, in the game, until its clock shows a time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import timedelta

from warroom.core.changing import replace
from warroom.core.declaring import dataclass
from warroom.core.refusals import NotNow, NotYours
from warroom.core.words import Person

COMMANDER = "commander"
CONTROLLER, EVALUATOR, SAFETY, OBSERVER, PLAYER = "controller", "evaluator", "safety", "observer", "player"
PARTS = (CONTROLLER, EVALUATOR, SAFETY, OBSERVER, PLAYER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    controllers: tuple[str, ...] = ()
    players: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()
    evaluators: tuple[str, ...] = ()
    safety: tuple[str, ...] = ()
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    sidelined: Mapping[str, timedelta] = field(default_factory=dict)
    consents: tuple[str, ...] = ()

    @property
    def staff(self) -> tuple[str, ...]:
        """Who may see what is hidden."""
        return tuple(dict.fromkeys((*self.controllers, *self.evaluators, *self.safety)))

    @property
    def everyone(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.staff, *self.players, *self.observers)))

    @property
    def commander(self) -> str:
        return self.roles.get(COMMANDER, "")

    def holder(self, role: str) -> str:
        """Who does what is asked of this role: its holder, or the commander when it is empty."""
        return self.roles.get(role, "") or self.commander

    def part(self, person: str) -> str:
        """What this person is in the game; empty for nothing yet."""
        held = {
            CONTROLLER: self.controllers,
            SAFETY: self.safety,
            EVALUATOR: self.evaluators,
            OBSERVER: self.observers,
            PLAYER: self.players,
        }
        return next((part for part, people in held.items() if person in people), "")

    def teams_of(self, person: str) -> tuple[str, ...]:
        return tuple(team for team, people in self.teams.items() if person in people)

    def joined(self, person: str) -> "Roster":
        return replace(self, players=(*self.players, person))

    def with_part(self, person: str, part: str) -> "Roster":
        """The roster in which this person has this part and no other. Who does not play is in no team, and not out."""
        without = {name: tuple(each for each in people if each != person) for name, people in self._parts().items()}
        without[part] = (*without[part], person)
        teams, sidelined = self.teams, self.sidelined
        if part != PLAYER:
            teams = {name: tuple(each for each in people if each != person) for name, people in teams.items()}
            sidelined = {who: until for who, until in sidelined.items() if who != person}
        return replace(
            self,
            teams=teams,
            sidelined=sidelined,
            controllers=without[CONTROLLER],
            evaluators=without[EVALUATOR],
            safety=without[SAFETY],
            observers=without[OBSERVER],
            players=without[PLAYER],
        )

    def _parts(self) -> dict[str, tuple[str, ...]]:
        return {
            CONTROLLER: self.controllers,
            EVALUATOR: self.evaluators,
            SAFETY: self.safety,
            OBSERVER: self.observers,
            PLAYER: self.players,
        }

    def in_team(self, person: str, team: str) -> "Roster":
        """The roster in which this person is in this team and in no other."""
        left = {name: tuple(each for each in people if each != person) for name, people in self.teams.items()}
        return replace(self, teams={**left, team: (*left.get(team, ()), person)})

    def with_role(self, role: str, person: str) -> "Roster":
        return replace(self, roles={**self.roles, role: person})

    def without_role(self, role: str) -> "Roster":
        return replace(self, roles={name: holder for name, holder in self.roles.items() if name != role})

    def taken_out(self, person: str, until: timedelta) -> "Roster":
        return replace(self, sidelined={**self.sidelined, person: until})

    def back(self, person: str) -> "Roster":
        return replace(self, sidelined={who: until for who, until in self.sidelined.items() if who != person})

    def consenting(self, person: str, agrees: bool) -> "Roster":
        others = tuple(each for each in self.consents if each != person)
        return replace(self, consents=(*others, person) if agrees else others)


def divided(players: tuple[str, ...], teams: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Everybody in one team, as evenly as it goes; where there are fewer people than teams, some are in several.

    Where there is one team only, it is of those who are apart from the others, and every second is in it.
    """
    named = tuple(teams)
    if not players or not named:
        return {}
    sides = named if len(named) > 1 else ("", *named)
    found: dict[str, tuple[str, ...]] = dict.fromkeys(sides, ())
    for at in range(max(len(players), len(sides))):
        side, person = sides[at % len(sides)], players[at % len(players)]
        found[side] = (*found[side], person)
    return {team: found[team] for team in named}


def must_be_able_to_act(roster: Roster, person: str) -> None:
    """Whether somebody else may be given something to do in the drill."""
    if roster.part(person) not in ("", PLAYER):
        raise NotNow(Person(person), " does not play in this game.")
    if person in roster.sidelined:
        raise NotNow(Person(person), " cannot be reached just now.")


def must_control(roster: Roster, person: str) -> None:
    if person not in roster.controllers:
        raise NotYours("Only the dungeon master of this game can do that.")


def must_be_staff(roster: Roster, person: str) -> None:
    if person not in roster.staff:
        raise NotYours("That is for those who direct, evaluate or watch over this game.")


def must_act(roster: Roster, person: str) -> None:
    """Whether this person may act as a responder in the drill."""
    match roster.part(person):
        case "controller":
            raise NotYours(
                "You are the dungeon master of this game. Let the players do that; your panel is in the backchannel."
            )
        case "evaluator":
            raise NotYours("You evaluate this game. Let the players do that; your sheet is in the backchannel.")
        case "safety":
            raise NotYours("You are this game's safety officer: you can stop it, and you do not play.")
        case "observer":
            raise NotYours("You are watching this game as an observer. Ask the dungeon master if you want to play.")
    if person in roster.sidelined:
        raise NotNow(
            "You cannot be reached just now: that is part of the game. The others must do without you for a while. "
            "If you see something real, say NO DUFF."
        )
