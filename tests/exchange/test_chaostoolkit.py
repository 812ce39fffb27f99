"""Experiments of the Chaos Toolkit: all of the corpus comes through, and nothing is run by reading it."""

import json
import re
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.corpus import files, needs
from warroom.core.breakable import ChaosToolkit
from warroom.core.injects import Silent
from warroom.core.probes import Command, Http
from warroom.definitions.exchange import Brought, Given, Machine, NotBrought, bring, chaostoolkit
from warroom.definitions.exchange import experiment as experiments
from warroom.definitions.exchange.brought import Notes
from warroom.definitions.lint import lint
from warroom.definitions.loader import read_allowed, read_scenario
from warroom.definitions.writing_scenarios import write


def http(url: str = "http://shop.example/health", **more: Any) -> dict[str, Any]:
    return {"type": "http", "url": url, **more}


def action(name: str, **more: Any) -> dict[str, Any]:
    provider = {
        "type": "python",
        "module": "chaoswarroom.actions",
        "func": "break_it",
        "arguments": {"name": "web-latency"},
    }
    return {"type": "action", "name": name, "provider": provider, **more}


def experiment(**more: Any) -> dict[str, Any]:
    probe = {"type": "probe", "name": "shop-answers", "tolerance": 200, "provider": http(timeout=3)}
    return {
        "title": "The shop survives",
        "description": "It should.",
        "steady-state-hypothesis": {"title": "The shop answers", "probes": [probe]},
        "method": [action("slow-down")],
        "rollbacks": [
            {**action("speed-up"), "provider": {"type": "process", "path": "tc", "arguments": "qdisc del web-latency"}}
        ],
        **more,
    }


def brought(document: dict[str, Any], **given: Any) -> Brought:
    return chaostoolkit.bring(document, Path("shop.json"), Given(**given))


def notes(found: Brought, kind: str) -> list[str]:
    return [f"{note.where}: {note.text}" for note in found.notes if note.kind == kind]


# --- the corpus


@needs("chaostoolkit")
def test_all_of_the_corpus_comes_through(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Of 33 files 31 become scenarios that lint without errors; of the two others each mistake is said with its place."""
    counted, refused = Counter[str](), list[str]()
    for file in files("chaostoolkit"):
        try:
            found = bring(file, Given())
        except NotBrought as error:
            refused.append(f"{file.name} {error}")
            continue
        counted["scenarios"] += 1
        counted.update(note.kind for note in found.notes)
        counted["injects"] += len(found.scenario.injects)
        counted["steady state"] += len(found.scenario.steady_state)
        counted["without rollbacks"] += "undo: …" in found.asks
        assert {each.fault.driver for each in found.scenario.injects if each.fault} == {"chaostoolkit"}
        (tmp_path / f"{counted['scenarios']}.yaml").write_text(
            write(found.scenario, map(str, found.notes), found.proposals)
        )
    with capsys.disabled():
        print(f"\nexperiments: {dict(counted)}; refused: {[each.split()[0] for each in refused]}")
    assert counted["scenarios"] == 31
    assert counted["injects"] == 37
    assert len(refused) == 2
    assert re.search(r"md_15\.yaml:28: YAML cannot read this", refused[1])
    assert "method[0]: `type` must be `probe` or `action`" in refused[0]
    assert [str(each) for file in tmp_path.iterdir() for each in lint([file]) if each.level == "error"] == []


@needs("chaostoolkit")
def test_nothing_of_an_experiment_is_imported() -> None:
    """Reading every experiment loads no module that it names, and asks only whether there is one."""
    asked = set[str]()

    def has_module(name: str) -> bool:
        asked.add(name)
        return False

    before = set(sys.modules)
    for file in files("chaostoolkit"):
        try:
            bring(file, Given(machine=Machine(has_module=has_module)))
        except NotBrought:
            continue
    assert {"chaosk8s", "chaosaws", "chaosspring"} <= asked
    assert not {name for name in set(sys.modules) - before if name.partition(".")[0] in asked - {"os"}}


# --- what becomes of what


def test_the_hypothesis_is_the_steady_state_and_what_is_expected() -> None:
    """A GET with a status becomes a check, and stop conditions are proposed for it."""
    found = brought(experiment())
    (steady,) = found.scenario.steady_state
    assert steady.check == Http(target="http://shop.example/health", within=timedelta(seconds=3), status=200)
    assert [each.what for each in found.scenario.expectations] == ["The hypothesis holds: The shop answers"]
    text = write(found.scenario, map(str, found.notes), found.proposals)
    taken = "\n".join(line.removeprefix("# ") for line in text.split("\n") if not line.startswith("# To "))
    start = taken.index("stop_conditions:")
    (stop,) = read_scenario(text + taken[start:], "x").stops
    assert (stop.check, stop.then) == (steady.check, "roll-back")


@pytest.mark.parametrize(
    ("provider", "tolerance", "check"),
    [
        (http(), {"type": "jsonpath", "path": "$.status", "expect": ["up"]}, Http(target="http://shop.example/health", json="$.status", equals="up")),
        ({"type": "process", "path": "pg_isready", "arguments": "-h db"}, 0, Command(argv=("pg_isready", "-h", "db"))),
        (http(timeout=[1, 0.5]), 204, Http(target="http://shop.example/health", within=timedelta(seconds=2), status=204)),
        (http("${url}"), 200, "comes from the environment"),
        (http(method="POST"), 200, "more than a plain GET"),
        (http(verify_tls=False), 200, "does not verify the certificate"),
        (http(), True, "true or false"),
        (http(), [200, 299], "none that the check `http` knows"),
        ({"type": "process", "path": "sh", "arguments": "-c 'ls | wc'"}, 0, "goes through a shell"),
        ({"type": "python", "module": "os.path", "func": "exists"}, True, "no check of ours does"),
    ],
)  # fmt: skip
def test_a_probe_is_a_check_or_a_reason(provider: dict[str, Any], tolerance: Any, check: object) -> None:
    """What our checks can say becomes one; of anything else it is said why not."""
    probe = {"type": "probe", "name": "p", "tolerance": tolerance, "provider": provider}
    found = brought(experiment(**{"steady-state-hypothesis": {"title": "t", "probes": [probe]}}))
    if isinstance(check, str):
        assert found.scenario.steady_state == ()
        assert any(check in each for each in notes(found, "left"))
    else:
        assert [each.check for each in found.scenario.steady_state] == [check]


def test_an_address_from_the_environment_is_taken_where_it_is_set() -> None:
    """A variable of this machine, or its default, fills in the address."""
    probe = {"type": "probe", "name": "p", "tolerance": 200, "provider": http("${url}/health")}
    document = experiment(
        configuration={"url": {"type": "env", "key": "SHOP"}},
        **{"steady-state-hypothesis": {"title": "t", "probes": [probe]}},
    )
    found = brought(document, machine=Machine(environment={"SHOP": "http://shop.test"}))
    assert found.scenario.steady_state[0].check == Http(target="http://shop.test/health")
    assert "SHOP" not in " ".join(notes(found, "missing"))
    document["configuration"]["url"]["default"] = "http://other.test"
    assert brought(document).scenario.steady_state[0].check == Http(target="http://other.test/health")


def test_pauses_are_offsets_and_each_action_is_an_inject() -> None:
    """Actions come as far apart as their pauses say; a part for each is written, with all rollbacks."""
    method = [
        action("first", pauses={"before": 5, "after": "${wait}"}),
        {"type": "probe", "name": "look", "provider": http(), "pauses": {"after": 10}},
        action("second", background=True),
        {"ref": "first"},
    ]
    found = brought(experiment(method=method, configuration={"wait": 30}))
    assert [each.timing.at for each in found.scenario.injects] == [timedelta(seconds=each) for each in (5, 45, 50)]
    assert all(isinstance(each.what, Silent) for each in found.scenario.injects)
    assert "Then look: look." in found.scenario.injects[0].notes
    assert "background" in found.scenario.injects[1].notes
    parts = [json.loads(each) for each in found.files.values()]
    assert [part["method"][0]["name"] for part in parts] == ["first", "second", "first"]
    assert all(part["rollbacks"] and not part["method"][0].keys() & {"pauses", "background"} for part in parts)


def test_what_the_operator_must_add_is_a_valid_entry() -> None:
    """With its … filled in, the printed entry is an allow-list that allows exactly these faults."""
    document = experiment(method=[action("a"), action("b")], configuration={"x": {"type": "env", "key": "SHOP_TOKEN"}})
    for found in (brought(experiment()), brought(document)):
        allowed = read_allowed("allowed: 1\n" + found.asks.replace("…", "U1"), "allowed.yaml")
        for inject in found.scenario.injects:
            assert inject.fault
            assert allowed.breakable.refusal("chaostoolkit", inject.fault.target, inject.fault.mode) == ""
    entry = allowed.breakable.entries[0]
    assert isinstance(entry.how, ChaosToolkit)
    assert entry.how.environment == ("SHOP_TOKEN",)


# --- what is missing, and what will not work


def test_what_this_machine_lacks_is_said() -> None:
    """Variables without a default, modules, programs, secrets from a vault, and names that nobody configures."""
    document = experiment(
        configuration={"a": {"type": "env", "key": "A_URL"}, "b": {"type": "env", "key": "B", "default": "x"}},
        secrets={"s": {"t": {"type": "vault", "path": "p"}, "u": {"type": "env", "key": "TOKEN"}}},
    )
    document["method"][0]["provider"]["arguments"]["ns"] = "${namespace}"
    found = brought(document, machine=Machine(has_program=lambda name: name == "chaos"))
    said = notes(found, "missing")
    assert sorted(each.rpartition(" ")[2] for each in said) == ["A_URL", "TOKEN", "`vault`", "chaoswarroom", "tc"]
    assert any("`${namespace}` is used" in each for each in notes(found, "warning"))
    everything = Machine(environment={"A_URL": "", "TOKEN": ""}, has_module=lambda _: True, has_program=lambda _: True)
    assert [each for each in notes(brought(document, machine=everything), "missing") if "vault" not in each] == []


@pytest.mark.parametrize(
    ("rollback", "sentence"),
    [
        ({"type": "process", "path": "toxi", "arguments": "rm web_latency"}, "names `web_latency`, but the method made `web-latency`"),
        ({"type": "process", "path": "echo", "arguments": "done"}, "`echo` undoes nothing"),
        (action("again")["provider"], "the same as an action of the method once more"),
    ],
)  # fmt: skip
def test_rollbacks_that_cannot_work(rollback: dict[str, Any], sentence: str) -> None:
    """A dash for an underscore, a program that does nothing, and breaking it once more, are seen by reading."""
    found = brought(experiment(rollbacks=[{"type": "action", "name": "undo", "provider": rollback}]))
    assert any(sentence in each for each in notes(found, "warning"))


def test_good_rollbacks_are_not_complained_about() -> None:
    """Where names agree, there is no warning; where there are no rollbacks, there is one, and the entry asks for an undo."""
    assert notes(brought(experiment()), "warning") == []
    found = brought(experiment(rollbacks=[]))
    assert any("stays broken" in each for each in notes(found, "warning"))
    assert "undo: …" in found.asks


def test_names_made_of_configuration_are_compared() -> None:
    """The mistake is found where both names are made of the same variable."""
    undo = {"type": "process", "path": "toxi", "arguments": "rm ${proxy}_latency"}
    document = experiment(
        configuration={"proxy": "web"}, rollbacks=[{"type": "action", "name": "undo", "provider": undo}]
    )
    assert any("`web_latency`" in each for each in notes(brought(document), "warning"))


def test_controls_are_left_out_and_said() -> None:
    """Controls are no part of a scenario; each is named."""
    found = brought(experiment(controls=[{"name": "tracing"}], method=[action("a", controls=[{"name": "prompt"}])]))
    assert {"tracing", "prompt"} <= set(re.findall("control `([^`]*)`", " ".join(notes(found, "left"))))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": None}, "`title` is missing"),
        ({"method": {}}, "`method` is not a list"),
        ({"method": [{"ref": "nobody"}]}, r"`ref: nobody` names no activity"),
        ({"method": [{"type": "action", "name": "a", "provider": {"type": "ssh"}}]}, "must be one of python, http, process"),
        ({"method": [{"type": "action", "name": "a", "provider": {"type": "process"}}]}, "`provider.path` is missing"),
        ({"method": ["run"]}, r"method\[0\]: this is not a mapping"),
        ({"run": [], "experiment": {}}, "the journal of a run"),
        ({"steady-state-hypothesis": {"probes": [{"type": "probe", "name": "p", "provider": http()}]}}, "no `tolerance`"),
    ],
)  # fmt: skip
def test_what_is_no_experiment_is_refused(change: dict[str, Any], sentence: str) -> None:
    """Whatever the toolkit would refuse on every machine is refused, with its place."""
    with pytest.raises(NotBrought, match=sentence):
        brought(experiment(**change))


def test_a_part_stands_by_itself() -> None:
    """What a `ref` names is written out in every part, controls come along, and of two actions of one name each has its own."""
    control = {"name": "safe", "provider": {"type": "python", "module": "chaosaddons.controls.safeguards"}}
    other = {**action("slow-down"), "provider": {"type": "process", "path": "tc", "arguments": "qdisc add"}}
    found = brought(
        experiment(method=[action("slow-down"), other], rollbacks=[{"ref": "slow-down"}], controls=[control])
    )
    parts = [json.loads(each) for each in found.files.values()]
    for name, part in zip(found.files, parts, strict=True):
        experiments.read(part, Path(name), Notes())  # raises for a `ref` that names nothing
    assert [part["method"][0]["provider"]["type"] for part in parts] == ["python", "process"]
    assert [part["controls"] for part in parts] == [[control], [control]]


def test_a_whole_experiment_pauses_by_itself() -> None:
    """One that is not parted begins at once: its own pauses come when it runs, and are not waited for twice."""
    found = brought(experiment(method=[action("slow-down", pauses={"before": 60})]))
    assert [each.timing.at for each in found.scenario.injects] == [timedelta(0)]


def test_a_date_in_yaml_is_a_text(tmp_path: Path) -> None:
    """What YAML takes for a date can be written into the parts; what only a tag of YAML makes is refused with a sentence."""
    action = "{type: action, name: %s, provider: {type: process, path: tc, arguments: {since: %s}}}"
    (tmp_path / "e.yaml").write_text(
        f"title: t\ndescription: d\nmethod:\n- {action % ('a', '2020-01-01')}\n- {action % ('b', 'x')}\n"
    )
    first = json.loads(next(iter(bring(tmp_path / "e.yaml", Given()).files.values())))
    assert first["method"][0]["provider"]["arguments"] == {"since": "2020-01-01"}
    (tmp_path / "e.yaml").write_text("title: !!binary aGVsbG8=\ndescription: d\nmethod: []\n")
    with pytest.raises(NotBrought, match="write it as a text"):
        bring(tmp_path / "e.yaml", Given())
