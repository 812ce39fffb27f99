"""What files say about each other: names used twice, and names of things that are in none of them.

Noted against the line that names them. A kind of thing of which no file was given is not missed: one may lint a single
runbook without its catalogue.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from warroom.core.catalogue import Catalogue
from warroom.core.probes import Probe
from warroom.core.runbook import Runbook, Step
from warroom.core.scenario import Scenario
from warroom.core.steps.check import HOLDS
from warroom.core.when import CONDITIONS, STEP, Condition, Conditions
from warroom.definitions.loader import Source
from warroom.definitions.reader import MappingFields, near

# What a check of a kind can look at: how the address begins. Anything without a scheme is `host:port`.
_SCHEMES = {
    "http": ("http", "https", "stand-in"),
    "promql": ("http", "https", "stand-in"),
    "tcp": ("tcp", "stand-in-tcp"),
}


@dataclass(slots=True)
class Known:
    """All names there are. `services` is None when no catalogue was given, `steps` when no runbook was."""

    services: set[str] | None = None
    endpoints: dict[str, str] = field(default_factory=dict)
    steps: dict[str, dict[str, Step]] | None = None
    whole: bool = True

    @classmethod
    def of(cls, sources: Sequence[Source]) -> "Known":
        known = cls(whole=all(source.value is not None for source in sources))
        for source in sources:
            match source.value:
                case Catalogue(services=services):
                    known.services = (known.services or set()) | set(services)
                    known.endpoints |= {
                        f"{each.id}/{name}": address
                        for each in services.values()
                        for name, address in each.endpoints.items()
                    }
                case Runbook(id=id_, steps=steps):
                    known.steps = (known.steps or {}) | {id_: {step.id: step for step in steps}}
        return known


def check(sources: Sequence[Source]) -> None:
    """Note on each source what does not fit the others."""
    _check_names(sources)
    known = Known.of(sources)
    for source in sources:
        match source.value:
            case Runbook():
                _check_runbook(source.value, source.fields, known)
            case Scenario():
                _check_scenario(source.value, source.fields, known)


def _check_names(sources: Sequence[Source]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for source in sources:
        for kind, name, fields, key in _names(source):
            first = seen.setdefault((kind, name), source.file)
            if name and first != source.file:
                fields.complain(key, f"the {kind} {name!r} is in {first} too", "give one of them another name")


def _names(source: Source) -> Iterator[tuple[str, str, MappingFields, str]]:
    match source.value:
        case Runbook(id=id_):
            yield "runbook", id_, source.fields, "id"
        case Scenario(id=id_):
            yield "scenario", id_, source.fields, "id"
        case Catalogue():
            for name, fields in source.fields.named("services"):
                yield "service", name, fields, ""


def _check_runbook(runbook: Runbook, fields: MappingFields, known: Known) -> None:
    _check_services(runbook.services, fields, "services", known)
    for step, part in zip(runbook.steps, fields.parts("steps"), strict=True):
        _check_services(step.relies_on, part, "relies_on", known)
        if probe := step.what.asks_world():
            _check_probe(probe, part, known)


def _check_scenario(scenario: Scenario, fields: MappingFields, known: Known) -> None:
    _check_services(scenario.services, fields, "services", known)
    mishaps = [each.inject for each in scenario.deck]
    parts = (*fields.parts("injects"), *fields.parts("deck"))
    for inject, part in zip((*scenario.injects, *mishaps), parts, strict=True):
        if inject.incident and (incident := part.part("incident")):
            _check_services(inject.incident.services, incident, "services", known)
        if inject.fault and not inject.fault.real and (fault := part.part("fault")):
            _check_endpoint(inject.fault.target, fault, "target", known)
        _check_condition(inject.timing.when, part, "when", known)
    for expectation, part in zip(scenario.expectations, fields.parts("expectations"), strict=True):
        _check_condition(expectation.met_by, part, "met_by", known)
    for ending, part in zip(scenario.endings, fields.parts("ends"), strict=True):
        _check_condition(ending.when, part, "when", known)
    probes = (*(each.check for each in scenario.steady_state), *(each.check for each in scenario.stops))
    for probe, part in zip(probes, (*fields.parts("steady_state"), *fields.parts("stop_conditions")), strict=True):
        _check_probe(probe, part, known)


def _check_services(names: Iterable[str], fields: MappingFields, key: str, known: Known) -> None:
    for name in names:
        if known.whole and known.services is not None and name not in known.services:
            fields.complain(key, f"{name!r} is not a service of the catalogue", near(name, known.services))


def _check_probe(probe: Probe, fields: MappingFields, known: Known) -> None:
    target = named = getattr(probe, "target", "")
    if not target:
        return  # missing, which has been said
    if "://" not in target and ":" not in target:
        _check_endpoint(target, fields, "check", known)
        target = known.endpoints.get(target, "")
    if target and not _fits(probe.word, target):
        want = "`host:port`" if probe.word == "tcp" else "a URL"
        fields.complain("check", f"`{probe.word}` looks at {want}, but {named!r} leads to {target!r}")


def _fits(how: str, address: str) -> bool:
    scheme, colon, rest = address.partition(":")
    if how == "tcp" and rest.isdecimal():
        return True  # host:port
    return bool(colon) and scheme in _SCHEMES.get(how, ())


def _check_endpoint(target: str, fields: MappingFields, key: str, known: Known) -> None:
    if target and known.whole and known.services is not None and target not in known.endpoints:
        fields.complain(key, f"{target!r} is not an endpoint of the catalogue", near(target, known.endpoints))


def _check_condition(condition: Conditions | None, fields: MappingFields, key: str, known: Known) -> None:
    if condition is None or known.steps is None or not known.whole:
        return
    for each in condition.simple():
        names = CONDITIONS[each.word][0]
        if each.ref and names in (STEP, "runbook"):
            _check_walk(each, names, fields, key, known.steps)


def _check_walk(
    condition: Condition, names: str, fields: MappingFields, key: str, known: Mapping[str, Mapping[str, Step]]
) -> None:
    runbook, _, step = condition.ref.partition("/")
    if runbook not in known:
        said = f"`{condition.word}` names the runbook {runbook!r}, which is not there"
        fields.complain(key, said, near(runbook, known))
    elif names == STEP and step not in known[runbook]:
        said = f"`{condition.word}` names {condition.ref!r}, but that runbook has no such step"
        fields.complain(key, said, near(step, known[runbook]))
    elif names == STEP:
        _check_outcome(condition, known[runbook][step], fields, key)


def _check_outcome(condition: Condition, step: Step, fields: MappingFields, key: str) -> None:
    """Whether the step can end in the way that the condition waits for."""
    outcomes = [each for each in step.what.outcomes() if each]
    if condition.word in ("check_green", "check_red") and HOLDS not in outcomes:
        fields.complain(key, f"`{condition.word}` names {condition.ref!r}, which is a `{step.what.word}` and no check")
    elif condition.word == "answered" and condition.also.casefold() not in map(str.casefold, outcomes):
        there = f"it is answered {', '.join(map(repr, outcomes))}" if outcomes else "it takes no answer"
        said = f"`answered` waits for {condition.also!r} at {condition.ref!r}, which never comes; {there}"
        fields.complain(key, said, near(condition.also, outcomes))
