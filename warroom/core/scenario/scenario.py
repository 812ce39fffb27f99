"""A scenario: the dungeon master's plan for a game day, as written. One playing of it is a game (core.plan)."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import timedelta

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.remembering import remembered_of
from warroom.core.scenario.deck import Mishap, MurphyRules
from warroom.core.scenario.expectation import Expectation
from warroom.core.scenario.guards import SteadyState, StopCondition
from warroom.core.scenario.inject import Inject
from warroom.core.storytime import Story
from warroom.core.when import EXPECTATION, FAULT, INCIDENT, INJECT, Conditions, read_condition

ENVIRONMENT = "environment"
_NAMED = {INCIDENT: "inject that opens an incident", FAULT: "inject that breaks something"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Somebody the dungeon master can speak as: a vendor, a manager, a customer."""

    name: str
    title: str = ""
    icon: str = ":bust_in_silhouette:"

    @classmethod
    def parse(cls, fields: Fields) -> "Actor":
        return cls(
            name=fields.text("name", help="The name that is shown."),
            title=fields.text("title", default="", help="Who that is, such as `database vendor`."),
            icon=fields.text("icon", default=":bust_in_silhouette:", help="An emoji code for the face."),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    """Players who respond together, in a channel of their own."""

    title: str

    @classmethod
    def parse(cls, fields: Fields) -> "Team":
        return cls(title=fields.text("title", help="What the team is called."))


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """Where the game can be played. One that comes `after` another is open once that one was played and reviewed."""

    title: str
    after: str = ""

    @classmethod
    def parse(cls, fields: Fields) -> "Environment":
        return cls(
            title=fields.text("title", help="What it is called."),
            after=fields.slug("after", default="", help="The environment where it must have been played before."),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """When the game is over: on the clock, or on a condition. The dungeon master is told, or it ends `by_itself`."""

    at: timedelta | None = None
    when: Conditions | None = None
    by_itself: bool = False

    @classmethod
    def parse(cls, fields: Fields) -> "Ending":
        on_the_clock = fields.kind(("at", "when")) == "at"
        return cls(
            at=fields.offset("at", help="A place on the game's clock, such as `T+60m`.") if on_the_clock else None,
            when=None if on_the_clock else read_condition(fields, "when", help="What ends the game."),
            by_itself=fields.flag("by_itself", help="It ends then, without asking the dungeon master."),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """`go` are the roles that must say Go before the game begins."""

    id: str
    title: str
    briefing: str
    injects: tuple[Inject, ...]
    summary: str = ""
    objectives: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    length: timedelta = timedelta(hours=1)
    hidden_notes: str = ""
    actors: Mapping[str, Actor] = field(default_factory=dict)
    expectations: tuple[Expectation, ...] = ()
    debrief: tuple[str, ...] = ()
    story: Story | None = None
    teams: Mapping[str, Team] = field(default_factory=dict)
    environments: Mapping[str, Environment] = field(default_factory=dict)
    steady_state: tuple[SteadyState, ...] = ()
    stops: tuple[StopCondition, ...] = ()
    endings: tuple[Ending, ...] = ()
    go: tuple[str, ...] = ()
    deck: tuple[Mishap, ...] = ()
    murphy: MurphyRules | None = None

    def inject(self, inject: str) -> Inject | None:
        return _by_id(self.injects).get(inject)

    def within(self, environment: str) -> "Scenario":
        """The scenario with what is played in this environment; all of it when that is empty."""
        if not environment:
            return self
        played = tuple(each for each in self.injects if environment in (each.environments or (environment,)))
        deck = tuple(each for each in self.deck if environment in (each.inject.environments or (environment,)))
        return replace(self, injects=played, deck=deck)

    def mishap(self, mishap: str) -> Mishap | None:
        return next((each for each in self.deck if each.id == mishap), None)

    def stop(self, id: str) -> StopCondition | None:
        return next((each for each in self.stops if each.id == id), None)

    def expectation(self, expectation: str) -> Expectation | None:
        return next((each for each in self.expectations if each.id == expectation), None)

    def real_faults(self) -> tuple[Inject, ...]:
        """The injects, and the mishaps of the deck, that really break something."""
        every = (*self.injects, *(each.inject for each in self.deck))
        return tuple(each for each in every if each.fault and each.fault.real)

    @classmethod
    def parse(cls, fields: Fields) -> "Scenario":
        injects = fields.parts("injects", help="What happens.")
        expectations = fields.parts("expectations", help="What the players should do.")
        steady, stops = (
            fields.parts("steady_state", help="What is true of a healthy system; looked at before the game begins."),
            fields.parts("stop_conditions", help="What must stay true all through the game."),
        )
        deck = fields.parts("deck", help="Mishaps that may be put into play beside the plan.")
        story, murphy = (
            fields.part("story", help="What time it is in the story."),
            fields.part("murphy", help="How Murphy plays along, with the deck."),
        )
        scenario = cls(
            id=fields.slug("id", help="The scenario's name."),
            title=fields.text("title", help="Its title; every message of the game carries it."),
            briefing=fields.text("briefing", help="What the players are told at the start."),
            summary=fields.text("summary", default="", help="One line for lists; gives nothing away."),
            objectives=fields.words("objectives", help="What the players should learn or show."),
            services=fields.words("services", help="Services it touches, as in the catalogue."),
            length=fields.length("length", default=timedelta(hours=1), help="How long the game is meant to last."),
            hidden_notes=fields.text("hidden_notes", default="", help="Hidden: for the dungeon master alone."),
            actors={name: Actor.parse(each) for name, each in fields.named("actors", help="Voices to speak with.")},
            injects=tuple(Inject.parse(each) for each in injects),
            expectations=tuple(Expectation.parse(each) for each in expectations),
            debrief=fields.words("debrief", help="Questions for the hot wash."),
            story=Story.parse(story) if story else None,
            teams={name: Team.parse(each) for name, each in fields.named("teams", help="Teams, each with a channel.")},
            environments={
                name: Environment.parse(each)
                for name, each in fields.named("environments", help="Where it can be played.")
            },
            steady_state=tuple(SteadyState.parse(each) for each in steady),
            stops=tuple(StopCondition.parse(each) for each in stops),
            endings=tuple(Ending.parse(each) for each in fields.parts("ends", help="When the game is over.")),
            go=fields.words("go", help="Roles that must say Go before it begins."),
            deck=tuple(Mishap.parse(each) for each in deck),
            murphy=MurphyRules.parse(murphy) if murphy else None,
        )
        _check(scenario, fields, {"injects": injects, "expectations": expectations, "deck": deck})
        _check_environments(scenario.environments, fields.named("environments", help="Where it can be played."))
        _check_names("steady_state", [each.id for each in scenario.steady_state], steady)
        _check_names("stop_conditions", [each.id for each in scenario.stops], stops)
        return scenario


@remembered_of
def _by_id(injects: tuple[Inject, ...]) -> Mapping[str, Inject]:
    """By name; the first of those who share one."""
    return {each.id: each for each in reversed(injects)}


def _check(scenario: Scenario, fields: Fields, parts: Mapping[str, tuple[Fields, ...]]) -> None:
    """Whatever is wrong between the parts: names used twice, names that are not there."""
    if not (scenario.injects or scenario.deck):
        fields.problem("injects", "nothing happens in this scenario; write `injects`, or a `deck` to draw from")
    mishaps = [each.inject for each in scenario.deck]
    names = [each.id for each in (*scenario.injects, *mishaps)]
    _check_names("injects", names, (*parts["injects"], *parts["deck"]))
    _check_names("expectations", [each.id for each in scenario.expectations], parts["expectations"])
    known = _known(scenario, (*scenario.injects, *mishaps))
    for inject, part in zip((*scenario.injects, *mishaps), (*parts["injects"], *parts["deck"]), strict=True):
        _check_references(known, part, f"inject {inject.id!r}", inject.refers())
    for mishap, part in zip(scenario.deck, parts["deck"], strict=True):
        others = tuple((INJECT, each) for each in (*mishap.needs, *mishap.excludes))
        _check_references(known, part, f"mishap {mishap.id!r}", others)
    for expectation, part in zip(scenario.expectations, parts["expectations"], strict=True):
        _check_references(known, part, f"expectation {expectation.id!r}", expectation.refers())
        if expectation.objective > len(scenario.objectives):
            there = f"there are {len(scenario.objectives)}" if scenario.objectives else "there are no objectives"
            part.problem("objective", f"there is no objective {expectation.objective}; {there}")
    for ending in scenario.endings:
        _check_references(known, fields, "`ends`", ending.when.refers() if ending.when else ())
    for name, environment in scenario.environments.items():
        after = ((ENVIRONMENT, environment.after),) if environment.after else ()
        _check_references(known, fields, f"environment {name!r}", after)


def _check_environments(environments: Mapping[str, Environment], parts: Iterable[tuple[str, Fields]]) -> None:
    """One that comes after itself is never open."""
    for name, fields in parts:
        before, here = set[str](), environments[name].after
        while here in environments and here not in before:
            before.add(here)
            here = environments[here].after
        if name in before:
            fields.problem(
                "after", f"environment {name!r} comes, directly or by others, after itself; it is never open"
            )


def _known(scenario: Scenario, injects: Iterable[Inject]) -> dict[str, set[str]]:
    every = tuple(injects)
    return {
        INJECT: {each.id for each in every},
        INCIDENT: {each.id for each in every if each.incident},
        FAULT: {each.id for each in every if each.fault},
        EXPECTATION: {each.id for each in scenario.expectations},
        "actor": set(scenario.actors),
        "team": set(scenario.teams),
        ENVIRONMENT: set(scenario.environments),
    }


def _check_names(what: str, names: list[str], parts: tuple[Fields, ...]) -> None:
    for at, fields in enumerate(parts):
        if names[at] and names[at] in names[:at]:
            fields.problem("id", f"two {what} are called {names[at]!r}; each needs a name of its own")


def _check_references(
    known: Mapping[str, set[str]], fields: Fields, where: str, refers: Iterable[tuple[str, str]]
) -> None:
    for kind, ref in refers:
        if ref and ref not in known[kind]:
            there = (
                f"one of {', '.join(sorted(known[kind]))}" if known[kind] else f"there is no {kind} in this scenario"
            )
            what = _NAMED.get(kind, kind)
            fields.problem("", f"{where} names the {what} {ref!r}, which is not there; {there}")
