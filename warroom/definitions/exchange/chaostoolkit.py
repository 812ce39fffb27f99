"""A Chaos Toolkit experiment becomes a scenario: its hypothesis the steady state, each action a fault that nobody announces.

The driver `chaostoolkit` runs whole experiments. One with several actions is therefore parted, an experiment for each
action, so that the dungeon master can play them one by one; each part keeps all rollbacks. Nothing is run by importing it.
"""

import json
import math
import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from warroom.core.injects import Silent
from warroom.core.probes import Command, Http, Probe
from warroom.core.scenario import Environment, Expectation, FaultSpec, Inject, Scenario, SteadyState
from warroom.core.when import Timing
from warroom.definitions.exchange import experiment as experiments
from warroom.definitions.exchange import rollbacks
from warroom.definitions.exchange.brought import Brought, Given, Notes
from warroom.definitions.exchange.documents import items, line, mapping, shortened
from warroom.definitions.exchange.experiment import Activity, Experiment
from warroom.definitions.importing.slugs import Names, slug
from warroom.definitions.problems import shown
from warroom.definitions.writing_scenarios import probe

LASTS = timedelta(minutes=15)
STAGING = "staging"
_SHELL = re.compile(r"[|&;<>$`*?(){}\[\]\n]")
_LONG = timedelta(seconds=60)


def recognises(document: Any) -> bool:
    """Whether this could be meant as an experiment."""
    return isinstance(document, dict) and ("method" in document or "steady-state-hypothesis" in document)


def bring(document: Any, path: Path, given: Given) -> Brought:
    """The scenario of an experiment. Raises NotBrought with everything that makes it none."""
    notes = Notes()
    found = experiments.read(document, path, notes)
    experiments.missing(found, given.machine, notes)
    rollbacks.judge(found, notes)
    _around(found, notes)
    id_ = given.id or slug(found.title, "experiment")
    files = _parts(found, id_) if len(found.actions) > 1 else {}
    steady = _steady_state(found, given, notes)
    injects = _injects(found, id_, notes)
    if files:
        notes.made("method", f"its {len(files)} actions became {len(files)} experiments, each with all its rollbacks")
    notes.made("", "the briefing, and `staging` as the only environment")
    scenario = Scenario(
        id=id_,
        title=given.title or found.title,
        summary="",
        briefing=f"{found.description}\n\nSomething will break, and nobody will announce it. Watch, decide, and say aloud what you do.",
        hidden_notes=_hidden(found),
        injects=injects,
        environments={STAGING: Environment(title="Staging")},
        steady_state=steady,
        expectations=_expectations(found, injects),
    )
    proposals = (_stop_conditions(steady),) if steady else ()
    return Brought(
        scenario=scenario,
        notes=notes.all,
        asks=_entries(found, injects, _where(files, path, given), steady),
        proposals=proposals,
        files=files,
    )


def _around(found: Experiment, notes: Notes) -> None:
    """What stands around the activities and has no place here."""
    controls = found.document.get("controls")
    for each in items(controls):
        name = line(each.get("name")) if isinstance(each, dict) else line(each)
        notes.left("controls", f"the control `{shown(name)}`; it is still there when the experiment is run")
    strategy = found.document.get("runtime")
    if isinstance(strategy, dict) and strategy.get("hypothesis"):
        notes.left("runtime", "when the hypothesis is looked at; a steady state is looked at before the game")
    if found.document.get("extensions"):
        notes.left("extensions", "what its extensions say")
    if not found.actions:
        notes.warning("method", "it breaks nothing; the inject has no experiment to run until there is an action")


def _hidden(found: Experiment) -> str:
    kept = [f"From an experiment of the Chaos Toolkit: {found.title}"]
    tags, contributions = found.document.get("tags"), found.document.get("contributions")
    if isinstance(tags, list) and tags:
        kept.append(f"Tags: {', '.join(map(line, tags))}")
    if isinstance(contributions, dict) and contributions:
        kept.append(
            f"Contributes to: {', '.join(f'{line(name)} ({line(much)})' for name, much in contributions.items())}"
        )
    return "\n".join(kept)


# --- what breaks


def _injects(found: Experiment, id_: str, notes: Notes) -> tuple[Inject, ...]:
    names, at, injects = Names(), timedelta(0), list[Inject]()
    looks, whole = dict[str, list[str]](), len(found.actions) == 1
    for each in found.method:
        at += timedelta(seconds=math.ceil(each.before))
        if each.type == "action":
            name = names.give(slug(each.name, "action"), each.where)
            beside = "It goes on in the background while the next one begins. " if each.background else ""
            begins = timedelta(0) if whole else at  # run as a whole, it pauses by itself
            injects.append(_inject(each, name, id_, begins, beside, whole=whole))
        elif injects:
            looks.setdefault(injects[-1].id, []).append(each.name)
        else:
            notes.left(each.where, "a look before anything is broken")
        at += timedelta(seconds=math.ceil(each.after))
    if not injects:
        nothing = Activity(name=found.title, type="action", provider={})
        injects.append(_inject(nothing, "experiment", id_, timedelta(0), "", whole=True))
    return tuple(
        replace(inject, notes=f"{inject.notes}\nThen look: {', '.join(looks[inject.id])}.")
        if inject.id in looks
        else inject
        for inject in injects
    )


def _inject(each: Activity, name: str, id_: str, at: timedelta, beside: str, *, whole: bool) -> Inject:
    how = {
        "python": f"{line(each.provider.get('module'))}.{line(each.provider.get('func'))}",
        "http": f"{line(each.provider.get('method')) or 'GET'} {line(each.provider.get('url'))}",
        "process": f"{line(each.provider.get('path'))} {line(each.provider.get('arguments'))}".strip(),
    }.get(each.how, "no action")
    target = f"chaos/{id_}" if whole else f"chaos/{id_}/{name}"
    return Inject(
        id=name,
        title=shortened(each.name.replace("_", " ").replace("-", " ")) or name,
        timing=Timing(at=at),
        what=Silent(),
        fault=FaultSpec(target=target, mode="run", driver="chaostoolkit", lasts=LASTS),
        notes=f"{beside}It runs {shown(how, 200)}.",
        environments=(STAGING,),
    )


def _expectations(found: Experiment, injects: tuple[Inject, ...]) -> tuple[Expectation, ...]:
    if not found.hypothesis:
        return ()
    what = f"The hypothesis holds: {found.hypothesis}"
    last = injects[-1].id
    return (Expectation(id="hypothesis", what=what, after=last, within=LASTS, judged=what),)


def _parts(found: Experiment, id_: str) -> dict[str, str]:
    """An experiment for each action, by the name of its file."""
    names, parts = Names(), dict[str, str]()
    around = {key: found.document[key] for key in ("configuration", "secrets", "controls") if key in found.document}
    method, undone = _written_out(found.document)
    for each, written in zip(found.method, method, strict=True):
        if each.type != "action":
            continue
        name = names.give(slug(each.name, "action"), each.where)
        alone = {key: value for key, value in written.items() if key not in ("pauses", "background")}
        part = {
            "title": f"{found.title}: {each.name}",
            "description": f"One action of an experiment. {found.description}",
            **around,
            "method": [alone],
            "rollbacks": undone,
        }
        parts[f"{id_}-{name}.json"] = json.dumps(part, indent=2, ensure_ascii=False) + "\n"
    return parts


def _written_out(document: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Method and rollbacks with what each `ref` stands for in its place: a part has no other activity to name."""
    of = dict[str, Mapping[str, Any]]()

    def out(activities: Any) -> list[Mapping[str, Any]]:
        found = list[Mapping[str, Any]]()
        for each in items(activities):
            found.append(of[line(each["ref"])] if "ref" in each else each)
            of[line(found[-1].get("name"))] = found[-1]
        return found

    out(mapping(document.get("steady-state-hypothesis")).get("probes"))
    return out(document["method"]), out(document.get("rollbacks"))


# --- what is looked at


def _steady_state(found: Experiment, given: Given, notes: Notes) -> tuple[SteadyState, ...]:
    names, steady = Names(), list[SteadyState]()
    values = dict(found.values)
    for name, value in mapping(found.document.get("configuration")).items():
        variable = line(value.get("key")) if isinstance(value, dict) and value.get("type") == "env" else ""
        if variable in given.machine.environment:
            values[line(name)] = line(given.machine.environment[variable])
    filled = replace(found, values=values)
    for each in found.probes:
        check = _check(each, filled)
        if isinstance(check, str):
            notes.left(each.where, f"that `{shown(each.name)}` is looked at: {check}")
            continue
        if isinstance(check, Command):
            notes.made(each.where, f"a check that runs `{shown(check.argv[0])}`; the operator must allow it")
        name = names.give(slug(each.name, "steady"), each.where)
        steady.append(SteadyState(id=name, what=each.name.replace("-", " ").replace("_", " "), check=check))
    return tuple(steady)


def _check(each: Activity, found: Experiment) -> Probe | str:
    """The same as one of our checks; a sentence why not where none can say it."""
    if each.how == "http":
        return _http(each, found)
    if each.how == "process":
        return _command(each, found)
    return f"it calls the Python function {shown(line(each.provider.get('func')))}, and no check of ours does"


def _http(each: Activity, found: Experiment) -> Probe | str:
    provider = each.provider
    url = found.filled(line(provider.get("url")))
    if "${" in url:
        return (
            f"its address, `{shown(url)}`, comes from the environment; write `check: {{http: {{target: …}}}}` with it"
        )
    if not re.fullmatch(r"https?://\S+", url):
        return f"`{shown(url)}` is no address of a web server"
    if line(provider.get("method")).upper() not in ("", "GET") or provider.get("headers") or provider.get("arguments"):
        return "it sends more than a plain GET, and the check `http` sends nothing else"
    if provider.get("verify_tls") is False:
        return "it does not verify the certificate, and the check `http` always does"
    within = _within(provider.get("timeout"))
    match each.tolerance:
        case bool():
            return "its tolerance is true or false, and a status is neither"
        case int(status) if 100 <= status <= 599:
            return Http(target=url, within=within, status=status)
        case {"type": "jsonpath", "path": str(path), "expect": expected} if path.startswith("$"):
            wanted = expected[0] if isinstance(expected, list) and len(expected) == 1 else expected
            if isinstance(wanted, (str, int)) and "count" not in each.tolerance:
                return Http(target=url, within=within, json=path, equals=line(wanted))
    return "its tolerance is none that the check `http` knows"


def _within(timeout: Any) -> timedelta:
    """How long to wait: the connecting and the reading of a pair together, whole seconds, at least one."""
    parts = timeout if isinstance(timeout, list) else [timeout]
    seconds = sum(each for each in parts if isinstance(each, (int, float)) and not isinstance(each, bool) and each > 0)
    return min(_LONG, timedelta(seconds=max(1, math.ceil(seconds)))) if seconds else Http(target="").within


def _command(each: Activity, found: Experiment) -> Probe | str:
    path, arguments = found.filled(line(each.provider.get("path"))), each.provider.get("arguments")
    if isinstance(each.tolerance, bool) or not isinstance(each.tolerance, int):
        return "its tolerance is no exit status"
    if isinstance(arguments, str):
        said = found.filled(arguments)
        if _SHELL.search(said):
            return "it goes through a shell, and the check `command` does not"
        try:
            rest = shlex.split(said)
        except ValueError:
            return "its arguments hold a quote that is never closed"
    elif isinstance(arguments, list):
        rest = [found.filled(line(part)) for part in arguments]
    elif arguments is None:
        rest = []
    else:
        rest = [word for name, value in arguments.items() for word in (line(name), found.filled(line(value))) if word]
    if any("${" in word for word in (path, *rest)):
        return "what it runs comes from the environment"
    return Command(argv=(path, *rest), status=each.tolerance)


# --- what is asked of people


def _stop_conditions(steady: tuple[SteadyState, ...]) -> str:
    written = [
        {"id": f"still-{each.id}", "what": each.what, "check": probe(each.check), "then": "roll-back"}
        for each in steady
    ]
    text = yaml.safe_dump({"stop_conditions": written}, sort_keys=False, allow_unicode=True)
    return f"To roll everything back as soon as the hypothesis fails, remove the `# ` of these lines.\n{text}"


def _where(files: Mapping[str, str], path: Path, given: Given) -> list[Path]:
    """Where the experiment of each inject stands."""
    folder = Path(given.folder) if given.folder else path.parent
    return [folder.resolve() / name for name in files] or [path.resolve()]


def _entries(found: Experiment, injects: tuple[Inject, ...], where: list[Path], steady: tuple[SteadyState, ...]) -> str:
    """What the operator adds to the allow-list. What only a person can know stands as `…`, which is refused as it is."""
    variables = sorted(found.variables)
    lines = ["breakable:"]
    for inject, file in zip(injects, where, strict=True):
        assert inject.fault is not None, "every inject of an experiment breaks something"
        lines += [
            f"  - target: {inject.fault.target}",
            "    chaostoolkit:",
            f"      experiment: {json.dumps(str(file), ensure_ascii=False)}",
        ]
        if not found.rollbacks:
            lines.append("      undo: …  # an experiment that makes it whole; this one has no rollbacks")
        if variables:
            lines.append(f"      environment: [{', '.join(variables)}]")
        lines += [
            "    modes: [run]",
            f"    environment: {STAGING}",
            '    owners: ["…"]  # Slack ids of those who may approve',
        ]
        healthy = (
            yaml.safe_dump(probe(steady[0].check), default_flow_style=True, width=10**9).strip() if steady else "…"
        )
        lines.append(f"    healthy: {healthy}{'' if steady else '  # a check that holds when it is whole'}")
    return "\n".join(lines) + "\n"
