"""How a report reads a timeline: the room so far, what people are called, and how much time has passed."""

from dataclasses import dataclass, field, fields, replace
from datetime import timedelta

from warroom.core import events as e
from warroom.core.events import Entry
from warroom.core.murphy import Graph, History
from warroom.core.room import Room
from warroom.core.roomfold import evolve
from warroom.core.scenario import Inject, Scenario
from warroom.core.texts import WITHHELD
from warroom.report.moment import Moment
from warroom.report.phrasing import Names, name, spoken

NOTHING = timedelta(0)
_MOVES_THE_PLAN = (e.InjectAdded, e.InjectEdited, e.Predicted, e.PreflightReported, e.MurphyDrew, e.ExpectationRated)


def without_notes(entry: Entry) -> Entry:
    """The entry without what a scenario's author wrote for the dungeon master alone: no report holds that, ever."""
    match entry.event:
        case e.GamePlanned() as planned:
            return replace(entry, event=_planned(planned))
        case e.InjectAdded(inject=Inject() as inject) as added:
            return replace(entry, event=replace(added, inject=replace(inject, notes="")))
        case e.InjectEdited(inject=Inject() as inject) as edited:
            return replace(entry, event=replace(edited, inject=replace(inject, notes="")))
    return entry


def _planned(planned: e.GamePlanned) -> e.GamePlanned:
    """In an export for players a mark stands in place of whatever is hidden."""
    plan: object = planned.scenario
    targets: object = planned.breakable
    history: object = planned.history
    graph: object = planned.graph
    return replace(
        planned,
        scenario=_noteless(plan) if isinstance(plan, Scenario) else _blank(planned),
        breakable=planned.breakable if isinstance(targets, tuple) else (),
        history=planned.history if isinstance(history, History) else History(),
        graph=planned.graph if isinstance(graph, Graph) else Graph(),
    )


def _blank(planned: e.GamePlanned) -> Scenario:
    return Scenario(id=planned.scenario_id, title=planned.title, briefing="", injects=())


def _noteless(scenario: Scenario) -> Scenario:
    injects = tuple(replace(each, notes="") for each in scenario.injects)
    deck = tuple(replace(each, inject=replace(each.inject, notes="")) for each in scenario.deck)
    return replace(scenario, hidden_notes="", injects=injects, deck=deck)


def withheld(event: e.Event) -> bool:
    """Whether something is left out of it without which it cannot be told, nor change the room."""
    return isinstance(event, _MOVES_THE_PLAN) and any(getattr(event, each.name) == WITHHELD for each in fields(event))


@dataclass(slots=True)
class Reading:
    """`names` is what people are called in what is told, `roll` what they are called in the list of who took part."""

    names: Names
    roll: Names
    room: Room = field(default_factory=Room)

    def go_on(self, entry: Entry) -> Moment:
        """The room after this entry as well; when it was."""
        if withheld(entry.event):
            self.room = replace(self.room, seq=entry.seq)
        else:
            self.room = evolve(self.room, entry)
        return Moment(
            at=entry.occurred_at or entry.at, clock=self.room.clock.reading(entry.at), who=self.name(entry.by)
        )

    def name(self, person: str) -> str:
        return name(self.names, person)

    def words(self, text: str) -> str:
        return spoken(text, self.names)

    def between(self, start: Moment, end: Moment) -> timedelta:
        """Game time in a drill, time of day in a real incident; never negative."""
        return max(NOTHING, end.clock - start.clock if self.room.drill else end.at - start.at)

    def team(self, team: str) -> str:
        """What a team is called."""
        there = self.room.plan.scenario.teams.get(team) if self.room.plan else None
        return self.words(there.title) if there else team

    def incident_of(self, inject: str) -> str:
        """The title of the incident that this inject opened; empty for none."""
        there = self.room.incident_of(inject) if inject else None
        return self.words(there.title) if there else ""
