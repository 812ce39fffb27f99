"""What the sentences of the timeline are made from: the room just after an entry, the entry, and people's names."""

from enum import StrEnum

from warroom.core.declaring import dataclass
from warroom.core.events import Entry
from warroom.core.plan import ExpectationState, InjectState
from warroom.core.room import Room
from warroom.core.runbook import Step
from warroom.core.runs import WARROOM
from warroom.report.phrasing import Names, listed, name, quoted, spoken


class Kind(StrEnum):
    """What a line is about, for signs and filters."""

    ROOM = "room"
    GAME = "game"
    INJECT = "inject"
    EXPECTATION = "expectation"
    PEOPLE = "people"
    INCIDENT = "incident"
    ALERT = "alert"
    RUN = "run"
    FAULT = "fault"
    TALK = "talk"
    DELIVERY = "delivery"
    EMERGENCY = "emergency"
    MURPHY = "murphy"


@dataclass(frozen=True, slots=True)
class Telling:
    """What a sentence may draw on. Of the plan it names only what was put into play, and what was waited for."""

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

    def inject(self, inject: str) -> str:
        """An inject that was played, by the incident it opened or by its title; of another only that there is one."""
        opened = self.room.incident_of(inject)
        if opened is not None:
            return self.said(opened.title)
        plan = self.room.plan
        there = plan.scenario.inject(inject) if plan else None
        if plan is None or there is None or plan.state(inject) is not InjectState.PLAYED:
            return "something that was planned"
        return self.said(there.title)

    def expectation(self, expectation: str) -> str:
        """What was expected, once its time had begun."""
        plan = self.room.plan
        there = plan.scenario.expectation(expectation) if plan else None
        if plan is None or there is None or plan.standing(expectation).state is ExpectationState.WAITING:
            return "something that was expected"
        return self.said(there.what)

    def team(self, team: str) -> str:
        there = self.room.plan.scenario.teams.get(team) if self.room.plan else None
        return there.title if there else team
