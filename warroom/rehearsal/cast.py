"""Who is in a rehearsed game: invented people, as many as the scenario needs."""

from collections.abc import Iterable, Mapping
from dataclasses import field

from warroom.core.declaring import dataclass
from warroom.core.faults import Target
from warroom.core.room import Room
from warroom.core.scenario import Scenario

DIRECTOR, OWNER = "harriet", "olga"
_PLAYERS = ("ana", "ben", "chiara")
_MORE = ("dora", "emil", "fritz", "gina", "hugo", "ida", "jon", "kim", "lena", "milo", "nora", "otto", "pia")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cast:
    """`teams` are two people each, beside the players whom no team has."""

    players: tuple[str, ...] = _PLAYERS
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    environment: str = ""

    @classmethod
    def of(cls, scenario: Scenario, environment: str = "") -> "Cast":
        """`environment` is where it is played; the first that comes after no other when it is empty."""
        first = next((name for name, each in scenario.environments.items() if not each.after), "")
        teams = {team: (_name(2 * at), _name(2 * at + 1)) for at, team in enumerate(scenario.teams)}
        return cls(teams=teams, environment=environment or first)

    def breakable(self, scenario: Scenario) -> tuple[Target, ...]:
        """An operator's list in which whatever the scenario breaks may be broken where it is played."""
        modes: dict[tuple[str, str], list[str]] = {}
        for inject in scenario.real_faults():
            if inject.fault:
                modes.setdefault((inject.fault.target, inject.fault.driver), []).append(inject.fault.mode)
        return tuple(
            Target(
                target=target,
                driver=driver,
                modes=tuple(dict.fromkeys(several)),
                owners=(OWNER,),
                environment=self.environment,
            )
            for (target, driver), several in modes.items()
        )


def _name(at: int) -> str:
    times, place = divmod(at, len(_MORE))
    return f"{_MORE[place]}{times + 1}" if times else _MORE[place]


def able(room: Room, teams: Iterable[str] = ()) -> tuple[str, ...]:
    """Who can act now: of these teams first, then everybody who plays and is not out."""
    mine = [who for team in teams for who in room.roster.teams.get(team, ())]
    everybody = dict.fromkeys((*mine, *room.roster.players))
    return tuple(who for who in everybody if who in room.roster.players and who not in room.roster.sidelined)
