"""Who is in a room, and as what.

In a drill everybody has one part: dungeon master (controller), player or observer. Controllers direct and do not play,
observers watch and do not act; whoever else acts in the war room has joined as a player. A real room has no parts.
Incident roles (commander, scribe, a subject's expert) are held by one person each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from warroom.core.refusals import NotYours

COMMANDER = "commander"


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    controllers: tuple[str, ...] = ()
    players: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)

    @property
    def everyone(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.controllers, *self.players, *self.observers)))

    @property
    def commander(self) -> str:
        return self.roles.get(COMMANDER, "")

    def holder(self, role: str) -> str:
        """Who does what is asked of this role: its holder, or the commander when it is empty."""
        return self.roles.get(role, "") or self.commander

    def joined(self, person: str) -> "Roster":
        return replace(self, players=(*self.players, person))

    def with_role(self, role: str, person: str) -> "Roster":
        return replace(self, roles={**self.roles, role: person})

    def without_role(self, role: str) -> "Roster":
        return replace(self, roles={name: holder for name, holder in self.roles.items() if name != role})


def must_control(roster: Roster, person: str) -> None:
    if person not in roster.controllers:
        raise NotYours("Only the dungeon master of this game can do that.")


def must_act(roster: Roster, person: str) -> None:
    """Whether this person may act as a responder in the drill."""
    if person in roster.controllers:
        raise NotYours(
            "You are the dungeon master of this game. Let the players do that; your panel is in the backchannel."
        )
    if person in roster.observers:
        raise NotYours("You are watching this game as an observer. Ask the dungeon master if you want to play.")
