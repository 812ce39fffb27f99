"""What the sentences of the timeline are made from: the room just after an entry, the entry, and people's names."""

from dataclasses import dataclass

from warroom.core.events import Entry
from warroom.core.room import Room
from warroom.core.runbook import Step
from warroom.core.runs import WARROOM
from warroom.report.phrasing import Names, listed, name, quoted, spoken


@dataclass(frozen=True, slots=True)
class Telling:
    """What a sentence may draw on."""

    room: Room
    entry: Entry
    names: Names

    @property
    def who(self) -> str:
        return self.name(self.entry.by)

    @property
    def alone(self) -> bool:
        """Whether it happened by itself."""
        return self.entry.by == WARROOM

    def name(self, person: str) -> str:
        return name(self.names, person)

    def people(self, persons: tuple[str, ...]) -> str:
        return listed(map(self.name, persons))

    def said(self, text: str) -> str:
        return quoted(spoken(text, self.names))

    def because(self, text: str) -> str:
        """The rest of a sentence that gives somebody's reason, if there is one."""
        return f": {self.said(text)}" if text.strip() else ""

    def incident(self, incident: str) -> str:
        there = self.room.incidents.get(incident)
        return self.said(there.title) if there else incident

    def runbook(self, run: str) -> str:
        there = self.room.runs.get(run)
        return quoted(there.name) if there else run

    def step(self, run: str, step: str) -> str:
        there, walk = self.found(run, step), self.room.runs.get(run)
        return quoted(walk.filling.text(there.title) if there and walk else step)

    def found(self, run: str, step: str) -> Step | None:
        walk = self.room.runs.get(run)
        return walk.runbook.step(step) if walk else None

    def fault(self, fault: str) -> str:
        there = self.room.faults.get(fault)
        return there.target if there else fault
