"""A scenario: the dungeon master's plan for a game day, as written. One playing of it is a game (core.plan)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from warroom.core.injects import KINDS, InjectKind
from warroom.core.reading import Fields
from warroom.core.when import Condition, Timing, read_condition, read_timing

SEVERITIES = ("SEV1", "SEV2", "SEV3", "SEV4")


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Somebody the dungeon master can speak as: a vendor, a manager, a customer."""

    name: str
    title: str = ""
    icon: str = ":bust_in_silhouette:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Breakage:
    """The incident that an inject opens: what the players will know it as."""

    title: str
    severity: str
    services: tuple[str, ...] = ()
    failure_modes: tuple[str, ...] = ()

    @classmethod
    def parse(cls, fields: Fields) -> "Breakage":
        return cls(
            title=fields.text("title", help="The incident's name."),
            severity=fields.word("severity", SEVERITIES, default="SEV2", help="How bad it is."),
            services=fields.words("services", help="Services that fail, as in the catalogue."),
            failure_modes=fields.words("failure_modes", help="How they fail; runbooks are found by this."),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultSpec:
    """Something that breaks for as long as the incident lasts, at most `lasts`. `pretend` breaks only the demo's stand-in."""

    target: str
    mode: str
    driver: str = "pretend"
    lasts: timedelta = timedelta(hours=4)

    @classmethod
    def parse(cls, fields: Fields) -> "FaultSpec":
        return cls(
            target=fields.text("target", help="What breaks: `service/endpoint` of the catalogue."),
            mode=fields.word("mode", ("down", "slow", "errors"), default="down", help="How it breaks."),
            driver=fields.word("driver", ("pretend",), default="pretend", help="What breaks it."),
            lasts=fields.length("lasts", default=timedelta(hours=4), help="It is undone after this, whatever happens."),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Inject:
    """One thing put into play. `notes` are for the dungeon master and reach nobody else, ever."""

    id: str
    title: str
    timing: Timing
    what: InjectKind
    incident: Breakage | None = None
    fault: FaultSpec | None = None
    notes: str = ""

    @classmethod
    def parse(cls, fields: Fields) -> "Inject":
        kind = KINDS[fields.kind(tuple(KINDS))]
        incident, fault = (
            fields.part("incident", help="The incident it opens."),
            fields.part("fault", help="What breaks."),
        )
        return cls(
            id=fields.slug("id", help="The inject's name; others refer to it."),
            title=fields.text("title", help="What it is, for the dungeon master's list."),
            timing=read_timing(fields),
            what=kind.parse(fields),
            incident=Breakage.parse(incident) if incident else None,
            fault=FaultSpec.parse(fault) if fault else None,
            notes=fields.text("notes", default="", help="Hidden: what the dungeon master should watch for."),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """What the players should do, and by when: `within` of the inject `after` being played."""

    id: str
    what: str
    after: str
    within: timedelta
    met_by: Condition

    @classmethod
    def parse(cls, fields: Fields) -> "Expectation":
        return cls(
            id=fields.slug("id", help="The expectation's name."),
            what=fields.text("what", help="What should happen, as the report will say it."),
            after=fields.slug("after", help="The inject that starts the time."),
            within=fields.length("within", help="How long the players have."),
            met_by=read_condition(fields, "met_by"),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
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

    def inject(self, inject: str) -> Inject | None:
        return next((each for each in self.injects if each.id == inject), None)

    def expectation(self, expectation: str) -> Expectation | None:
        return next((each for each in self.expectations if each.id == expectation), None)

    @classmethod
    def parse(cls, fields: Fields) -> "Scenario":
        injects = fields.parts("injects", required=True, help="What happens.")
        expectations = fields.parts("expectations", help="What the players should do.")
        scenario = cls(
            id=fields.slug("id", help="The scenario's name."),
            title=fields.text("title", help="Its title; every message of the game carries it."),
            briefing=fields.text("briefing", help="What the players are told at the start."),
            summary=fields.text("summary", default="", help="One line for lists; gives nothing away."),
            objectives=fields.words("objectives", help="What the players should learn or show."),
            services=fields.words("services", help="Services it touches, as in the catalogue."),
            length=fields.length("length", default=timedelta(hours=1), help="How long the game is meant to last."),
            hidden_notes=fields.text("hidden_notes", default="", help="Hidden: for the dungeon master alone."),
            actors={name: _actor(each) for name, each in fields.named("actors", help="Voices to speak with.")},
            injects=tuple(Inject.parse(each) for each in injects),
            expectations=tuple(Expectation.parse(each) for each in expectations),
            debrief=fields.words("debrief", help="Questions for the hot wash."),
        )
        _check_references(scenario, injects, expectations)
        return scenario


def _actor(fields: Fields) -> Actor:
    return Actor(
        name=fields.text("name", help="The name that is shown."),
        title=fields.text("title", default="", help="Who that is, such as `database vendor`."),
        icon=fields.text("icon", default=":bust_in_silhouette:", help="An emoji code for the face."),
    )


def _check_references(scenario: Scenario, injects: tuple[Fields, ...], expectations: tuple[Fields, ...]) -> None:
    known = {
        "inject": {each.id for each in scenario.injects},
        "incident": {each.id for each in scenario.injects if each.incident},
        "expectation": {each.id for each in scenario.expectations},
        "actor": set(scenario.actors),
    }
    _check_names("injects", [each.id for each in scenario.injects], injects)
    _check_names("expectations", [each.id for each in scenario.expectations], expectations)
    for inject, fields in zip(scenario.injects, injects, strict=True):
        for kind, ref in (*inject.timing.refers(), *inject.what.refers()):
            _check_reference(known[kind], fields, f"inject {inject.id!r}", kind, ref)
    for expectation, fields in zip(scenario.expectations, expectations, strict=True):
        for kind, ref in (("inject", expectation.after), *expectation.met_by.refers()):
            _check_reference(known[kind], fields, f"expectation {expectation.id!r}", kind, ref)


def _check_names(what: str, names: list[str], parts: tuple[Fields, ...]) -> None:
    for at, fields in enumerate(parts):
        if names[at] and names[at] in names[:at]:
            fields.problem("id", f"two {what} are called {names[at]!r}; each needs a name of its own")


def _check_reference(known: set[str], fields: Fields, where: str, kind: str, ref: str) -> None:
    if ref and ref not in known:
        has = f"one of {', '.join(sorted(known))}" if known else f"there is no {kind} in this scenario"
        what = "inject that opens an incident" if kind == "incident" else kind
        fields.problem("", f"{where} names the {what} {ref!r}, which is not there; {has}")
