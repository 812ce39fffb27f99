"""What people are called in what a drill's report tells: by what they were in it, not by name.

Nobody is tested in a game day; the opening message promises that the report names roles, not people. Who took part is
listed by name, apart from what they did. In a real incident people are called by their names.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from warroom.core import events as e
from warroom.core.events import Entry, Mode
from warroom.core.roster import COMMANDER, CONTROLLER, EVALUATOR, OBSERVER, PLAYER, SAFETY
from warroom.core.runs import WARROOM
from warroom.report.people import people
from warroom.report.phrasing import Names, capital

_PARTS = {
    CONTROLLER: "Dungeon master",
    EVALUATOR: "Evaluator",
    SAFETY: "Safety officer",
    OBSERVER: "Observer",
    PLAYER: "Player",
}
_INCIDENT_ROLES = (COMMANDER, "deputy", "scribe", "comms")
OWNER, GUEST = "Owner", "Guest"


@dataclass(slots=True)
class _Seen:
    drill: bool = False
    parts: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    owners: set[str] = field(default_factory=set)
    machines: set[str] = field(default_factory=lambda: {WARROOM, ""})
    everybody: dict[str, None] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        match entry.event:
            case e.RoomOpened(mode=mode):
                self.drill = mode is Mode.DRILL
            case e.GamePlanned() as plan:
                staff = ((CONTROLLER, plan.controllers), (EVALUATOR, plan.evaluators), (SAFETY, plan.safety))
                for part, persons in (*staff, (OBSERVER, plan.observers), (PLAYER, plan.players)):
                    self.parts |= {person: part for person in persons if person not in self.parts}
            case e.PartGiven(person=person, part=part):
                self.parts[person] = part
            case e.PlayerJoined(person=person):
                self.parts.setdefault(person, PLAYER)
            case e.RoleTaken(person=person, role=role):
                self.roles.setdefault(person, role)
            case e.FaultApproved():
                self.owners.add(entry.by)
            case e.AlertFired(source=source) | e.AlertResolved(source=source) | e.AlertsCutShort(source=source):
                self.machines |= {source, entry.by}
        self.everybody |= dict.fromkeys(sorted(people((entry,))))

    def label(self, person: str) -> str:
        part = self.parts.get(person, "")
        if part == PLAYER and person in self.roles:
            role = self.roles[person]
            return capital(role) if role in _INCIDENT_ROLES else f"Expert for {role}"
        return _PARTS.get(part, OWNER if person in self.owners else GUEST)


def called(entries: Iterable[Entry], names: Names) -> Names:
    """What everybody of this timeline is called in its report. Players, and two of a kind, are numbered in order."""
    seen = _Seen()
    for entry in entries:
        seen.add(entry)
    if not seen.drill:
        return names
    order = dict.fromkeys((*seen.parts, *seen.everybody))
    labels = {person: seen.label(person) for person in order if person not in seen.machines}
    counts, given = Counter(labels.values()), Counter[str]()
    found: dict[str, str] = {}
    for person, label in labels.items():
        given[label] += 1
        found[person] = f"{label} {given[label]}" if counts[label] > 1 or label == _PARTS[PLAYER] else label
    return found
