"""A Chaos Toolkit experiment as it is written, judged without running, importing or asking anything.

The toolkit's own validation imports the modules that an experiment names, and is content only on a machine that has
everything. Here a file is read for what it says; what the machine lacks is found by looking for names.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from warroom.core.declaring import dataclass
from warroom.definitions.exchange.brought import Machine, NotBrought, Notes
from warroom.definitions.exchange.documents import items, line
from warroom.definitions.problems import shown

PROVIDERS: Mapping[str, tuple[str, ...]] = {"python": ("module", "func"), "http": ("url",), "process": ("path",)}
_VARIABLE = re.compile(r"\$\{([^${}]+)\}")
_KEYS = ("title", "description", "method")


@dataclass(frozen=True, kw_only=True, slots=True)
class Activity:
    """A probe or an action. `before` and `after` are its pauses in seconds."""

    name: str
    type: str
    provider: Mapping[str, Any]
    tolerance: Any = None
    before: float = 0
    after: float = 0
    background: bool = False
    where: str = ""

    @property
    def how(self) -> str:
        return line(self.provider.get("type"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Experiment:
    """`values` are what its configuration says by itself; `variables` those of the environment, with their defaults."""

    document: Mapping[str, Any]
    title: str
    description: str
    hypothesis: str
    probes: tuple[Activity, ...]
    method: tuple[Activity, ...]
    rollbacks: tuple[Activity, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def actions(self) -> tuple[Activity, ...]:
        return tuple(each for each in self.method if each.type == "action")

    def filled(self, text: str) -> str:
        """With what the configuration says in place of `${name}`; what it does not say stays."""
        return _VARIABLE.sub(lambda found: self.values.get(found[1], found[0]), text)


def read(document: Any, path: Path, notes: Notes) -> Experiment:
    """Raises NotBrought with everything for which the toolkit would refuse the file whatever the machine."""
    wrong = list(_wrong(document))
    if wrong:
        raise NotBrought("\n".join(f"{path}: {sentence}" for sentence in wrong))
    values, variables = _configuration(document, notes)
    hypothesis = document.get("steady-state-hypothesis") or {}
    known: dict[str, Activity] = {}
    probes = tuple(_activities(hypothesis.get("probes"), "hypothesis", known, values, notes))
    method = tuple(_activities(document["method"], "method", known, values, notes))
    rollbacks = tuple(_activities(document.get("rollbacks"), "rollbacks", known, values, notes))
    return Experiment(
        document=document,
        title=line(document["title"]),
        description=line(document["description"]),
        hypothesis=line(hypothesis.get("title")),
        probes=probes,
        method=method,
        rollbacks=rollbacks,
        values=values,
        variables=variables,
    )


# --- what is wrong with it anywhere


def _wrong(document: Any) -> Iterator[str]:
    if not isinstance(document, dict):
        yield "this is no experiment: it is not a mapping with `title`, `description` and `method`."
        return
    if "experiment" in document and "run" in document:
        yield "this is the journal of a run, not an experiment; give the experiment."
        return
    for key in _KEYS:
        if document.get(key) is None:
            yield f"`{key}` is missing; the Chaos Toolkit refuses an experiment without it."
        elif key != "method" and not line(document[key]):
            yield f"`{key}` is empty."
    hypothesis = document.get("steady-state-hypothesis")
    if hypothesis is not None and not isinstance(hypothesis, dict):
        yield "`steady-state-hypothesis` is not a mapping."
        hypothesis = None
    names: set[str] = set()
    probes = (hypothesis or {}).get("probes")
    for place, activities in (
        ("steady-state-hypothesis.probes", probes),
        ("method", document.get("method")),
        ("rollbacks", document.get("rollbacks")),
    ):
        if activities is not None and not isinstance(activities, list):
            yield f"`{place}` is not a list."
            continue
        for at, activity in enumerate(activities or ()):
            yield from _wrong_activity(activity, f"{place}[{at}]", names)
            if (
                place.startswith("steady")
                and isinstance(activity, dict)
                and "tolerance" not in activity
                and "ref" not in activity
            ):
                yield f"{place}[{at}]: a probe of the hypothesis has no `tolerance`."


def _wrong_activity(activity: Any, where: str, names: set[str]) -> Iterator[str]:
    if not isinstance(activity, dict):
        yield f"{where}: this is not a mapping."
        return
    if "ref" in activity:
        if line(activity["ref"]) not in names:
            yield f"{where}: `ref: {shown(line(activity['ref']))}` names no activity before it."
        return
    name, provider = line(activity.get("name")), activity.get("provider")
    if activity.get("type") not in ("probe", "action"):
        yield f"{where}: `type` must be `probe` or `action`."
    if not name:
        yield f"{where}: `name` is missing."
    names.add(name)
    if not isinstance(provider, dict):
        yield f"{where}: `provider` is missing."
        return
    kind = line(provider.get("type"))
    if kind not in PROVIDERS:
        yield f"{where}: `provider.type` must be one of {', '.join(PROVIDERS)}."
        return
    for key in PROVIDERS[kind]:
        if not line(provider.get(key)):
            yield f"{where}: `provider.{key}` is missing."


# --- what it says


def _configuration(document: Mapping[str, Any], notes: Notes) -> tuple[dict[str, str], dict[str, str | None]]:
    values, variables = dict[str, str](), dict[str, str | None]()
    for name, value in _pairs(document.get("configuration")):
        if not isinstance(value, dict):
            values[name] = line(value)
        elif value.get("type") == "env":
            default = line(value["default"]) if "default" in value else None
            variables[line(value.get("key"))] = default
            if default is not None:
                values[name] = default
        else:
            notes.left(
                f"configuration.{name}",
                f"where its value comes from, `{shown(line(value.get('type')) or 'a mapping')}`",
            )
    for scope, inner in _pairs(document.get("secrets")):
        for name, value in _pairs(inner):
            if isinstance(value, dict) and value.get("type") == "env":
                variables[line(value.get("key"))] = None
            elif isinstance(value, dict):
                notes.missing(
                    f"secrets.{scope}.{name}", f"a secret of `{shown(line(value.get('type')) or 'an unknown kind')}`"
                )
            else:
                notes.warning(
                    f"secrets.{scope}.{name}",
                    "a secret that is written into the experiment; take it from the environment",
                )
    return values, variables


def _pairs(found: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(found, dict):
        yield from ((line(name), value) for name, value in found.items())


def _activities(
    found: Any, place: str, known: dict[str, Activity], values: Mapping[str, str], notes: Notes
) -> Iterator[Activity]:
    for at, each in enumerate(found or ()):
        if "ref" in each:
            yield known[line(each["ref"])]
            continue
        where = f"{place}[{at}] {line(each.get('name'))}"
        pauses = each.get("pauses") if isinstance(each.get("pauses"), dict) else {}
        for control in items(each.get("controls")):
            notes.left(
                where,
                f"the control `{shown(line(control.get('name')) if isinstance(control, dict) else line(control))}`",
            )
        activity = Activity(
            name=line(each.get("name")),
            type=line(each.get("type")),
            provider=each["provider"],
            tolerance=each.get("tolerance"),
            before=_seconds(pauses.get("before"), values, where, notes),
            after=_seconds(pauses.get("after"), values, where, notes),
            background=each.get("background") is True,
            where=where,
        )
        known[activity.name] = activity
        yield activity


def _seconds(value: Any, values: Mapping[str, str], where: str, notes: Notes) -> float:
    if value is None:
        return 0
    said = _VARIABLE.sub(lambda found: values.get(found[1], found[0]), line(value))
    try:
        seconds = float(said)
    except ValueError:
        seconds = -1
    if 0 <= seconds <= 86_400:
        return seconds
    notes.left(where, f"a pause of `{shown(said)}`, which is no number of seconds here")
    return 0


# --- what the machine lacks


def missing(experiment: Experiment, machine: Machine, notes: Notes) -> None:
    """Note every environment variable, module and program that a run would need and this machine does not have."""
    if not machine.has_program("chaos"):
        notes.missing("", "the program `chaos`; install the Chaos Toolkit where warroom runs")
    for variable, default in experiment.variables.items():
        if default is None and variable not in machine.environment:
            notes.missing("", f"the environment variable {variable}")
    every = (*experiment.probes, *experiment.method, *experiment.rollbacks)
    for each in every:
        if each.how == "python":
            module = line(each.provider.get("module")).partition(".")[0]
            if not machine.has_module(module):
                notes.missing("", f"the Python module {module}")
        elif each.how == "process":
            program = experiment.filled(line(each.provider.get("path")))
            if "${" not in program and not machine.has_program(program):
                notes.missing("", f"the program {program}")
    for name in dict.fromkeys(_names(experiment.document)):
        if name not in _configured(experiment.document):
            notes.warning("", f"`${{{name}}}` is used, and neither configuration nor secrets say what it is")


def _names(found: Any) -> Iterator[str]:
    """Every `${name}` in its activities."""
    match found:
        case str():
            yield from _VARIABLE.findall(found)
        case dict():
            yield from (name for each in found.values() for name in _names(each))
        case list():
            yield from (name for each in found for name in _names(each))


def _configured(document: Mapping[str, Any]) -> set[str]:
    inner = {name for _, scope in _pairs(document.get("secrets")) for name, _ in _pairs(scope)}
    return {name for name, _ in _pairs(document.get("configuration"))} | inner


def strings(value: Any) -> Iterator[str]:
    """Every string in a value, of mappings their values alone."""
    match value:
        case str():
            yield value
        case dict():
            yield from (text for each in value.values() for text in strings(each))
        case list():
            yield from (text for each in value for text in strings(each))
