"""The chaostoolkit driver: with a small `chaos` of ours for arguments and journals, and with the real one where it is."""

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.bench import entry, eventually, in_, with_words
from warroom.core.breakable import ChaosToolkit as Entry
from warroom.faults import FaultFailed, Order, Surroundings
from warroom.faults.chaostoolkit import ChaosToolkit

# A `chaos` that notes its arguments, and does what the experiment's `pretends` says: the method's action makes a file,
# the rollback removes it. SIGTERM ends the method early. Its journal has what the real one's has, as far as it is read.
CHAOS = """#!{python}
import json, os, signal, sys, time
said = sys.argv[1:]
open("{folder}/argv", "a").write(" ".join(said) + "\\n")
experiment = json.load(open(said[-1]))
tells = experiment.get("pretends", {{}})
if "validate" in said:
    sys.exit(tells.get("invalid", 0))
journal = next(each.partition("=")[2] for each in said if each.startswith("--journal-path="))
over = []
signal.signal(signal.SIGTERM, lambda *_: over.append(1))
ran, broken = [], "{folder}/broken"
if not tells.get("unsteady"):
    for each in experiment["method"]:
        print("Action:", each["name"], flush=True)
        open(broken, "w").close()
        ran.append({{"status": "failed" if tells.get("fails") else "succeeded"}})
        while tells.get("lasts") and not over:
            time.sleep(0.02)
back = []
for each in experiment["rollbacks"]:
    if tells.get("forgets") and experiment["method"]:
        back.append({{"status": "failed"}})
    else:
        os.path.exists(broken) and os.remove(broken)
        back.append({{"status": "succeeded"}})
met = {{"steady_state_met": not tells.get("unsteady")}}
status = "interrupted" if over else "completed"
json.dump({{"status": status, "deviated": False, "run": ran, "rollbacks": back,
           "steady_states": {{"before": met if experiment.get("steady-state-hypothesis") else None}}}}, open(journal, "w"))
"""
FILE_AWAY = {"type": "action", "name": "mend", "provider": {"type": "process", "path": "/bin/rm"}}


@pytest.fixture
def chaos(tmp_path: Path) -> str:
    program = tmp_path / "chaos"
    program.write_text(CHAOS.format(python=sys.executable, folder=tmp_path))
    program.chmod(0o700)
    return str(program)


@pytest.fixture
def driver(tmp_path: Path) -> ChaosToolkit:
    return ChaosToolkit(Surroundings(environment=os.environ, folder=tmp_path / "state"))


def order(folder: Path, program: str, experiment: dict[str, Any], **given: Any) -> Order:
    whole = {
        "title": "t",
        "description": "d",
        "method": [{"type": "action", "name": "break"}],
        "rollbacks": [FILE_AWAY],
    }
    (folder / "experiment.json").write_text(json.dumps({**whole, **experiment}))
    how = Entry(experiment=str(folder / "experiment.json"), program=program, **given)
    return Order(fault="test-1-F1", entry=entry(how), mode="run", deadline=in_(60))


def runs(folder: Path) -> list[str]:
    return [line for line in (folder / "argv").read_text().splitlines() if " run " in line]


async def test_it_lasts_until_it_is_undone(chaos: str, driver: ChaosToolkit, tmp_path: Path) -> None:
    """The run is begun once, is broken when that returns, and ends with its rollbacks when it is undone."""
    mine = order(tmp_path, chaos, {"pretends": {"lasts": True}})
    assert await driver.ready(mine) == "experiment.json is valid"
    assert "was not run" in await driver.undo(mine)
    for _ in range(2):
        assert "experiment.json runs; its journal will be" in await driver.inject(mine)
    assert (tmp_path / "broken").exists()
    for _ in range(2):
        assert "its rollbacks were played" in await driver.undo(mine)
    assert not (tmp_path / "broken").exists()
    journals = tmp_path / "state" / "journals"
    assert runs(tmp_path) == [
        f"--no-version-check --log-file={journals}/chaostoolkit.log run --rollback-strategy=always "
        f"--journal-path={journals}/test-1-F1.json {tmp_path}/experiment.json"
    ]
    assert json.loads((journals / "test-1-F1.json").read_text())["status"] == "interrupted"


async def test_a_run_that_was_killed(chaos: str, driver: ChaosToolkit, tmp_path: Path) -> None:
    """When the run was killed, and has left no journal, its rollbacks are played by a run of nothing else."""
    mine = order(
        tmp_path, chaos, {"pretends": {"lasts": True}, "steady-state-hypothesis": {"title": "s", "probes": []}}
    )
    await driver.inject(mine)
    for each in with_words(lambda words: str(tmp_path / "experiment.json") in words):
        each.send_signal(signal.SIGKILL)
    assert (tmp_path / "broken").exists()
    assert "test-1-F1-rollbacks.json was played" in await driver.undo(mine)
    assert not (tmp_path / "broken").exists()
    only = json.loads((tmp_path / "state" / "journals" / "test-1-F1-rollbacks.json").read_text())
    assert (only["method"], only["rollbacks"], "steady-state-hypothesis" in only) == ([], [FILE_AWAY], False)
    assert driver.by_hand(mine).endswith("run --rollback-strategy=always " + str(runs(tmp_path)[1].split()[-1]))


async def test_rollbacks_that_failed_are_played_again(chaos: str, driver: ChaosToolkit, tmp_path: Path) -> None:
    """A journal in which a rollback failed is not believed."""
    mine = order(tmp_path, chaos, {"pretends": {"forgets": True}})
    await driver.inject(mine)
    assert (tmp_path / "broken").exists()
    assert "was played" in await driver.undo(mine)
    assert not (tmp_path / "broken").exists()


async def test_another_experiment_undoes(chaos: str, driver: ChaosToolkit, tmp_path: Path) -> None:
    """Where the entry names an experiment that undoes, that is run; its own need no rollbacks then."""
    (tmp_path / "teardown.json").write_text(json.dumps({"method": [{"name": "mend"}], "rollbacks": [FILE_AWAY]}))
    mine = order(tmp_path, chaos, {"rollbacks": []}, undo=str(tmp_path / "teardown.json"))
    await driver.ready(mine)
    await driver.inject(mine)
    assert (tmp_path / "broken").exists()
    assert "teardown.json was played" in await driver.undo(mine)
    assert not (tmp_path / "broken").exists()


async def test_what_ended_without_breaking_anything(chaos: str, driver: ChaosToolkit, tmp_path: Path) -> None:
    """A hypothesis that did not hold looks like a success to the system, and is none; nor is a failed action."""
    unsteady = {"pretends": {"unsteady": True}, "steady-state-hypothesis": {"title": "s", "probes": []}}
    with pytest.raises(FaultFailed, match="hypothesis did not hold before, so nothing was broken"):
        await driver.inject(order(tmp_path, chaos, unsteady))
    shutil.rmtree(tmp_path / "state")
    with pytest.raises(FaultFailed, match="The experiment failed"):
        await driver.inject(order(tmp_path, chaos, {"pretends": {"fails": True}}))


async def test_preflight(chaos: str, driver: ChaosToolkit, tmp_path: Path) -> None:
    """What is invalid, cannot be undone, is no experiment, or has no program, is said before anything runs."""
    with pytest.raises(FaultFailed, match="is not valid"):
        await driver.ready(order(tmp_path, chaos, {"pretends": {"invalid": 1}}))
    with pytest.raises(FaultFailed, match="has no rollbacks; name in `undo`"):
        await driver.ready(order(tmp_path, chaos, {"rollbacks": []}))
    with pytest.raises(FaultFailed, match="has no `method`"):
        await driver.ready(order(tmp_path, chaos, {"method": None}))
    with pytest.raises(FaultFailed, match="/nonexistent/chaos is not installed here"):
        await driver.ready(order(tmp_path, "/nonexistent/chaos", {}))
    assert not [line for line in (tmp_path / "argv").read_text().splitlines() if "validate" not in line]


@pytest.mark.skipif(shutil.which("chaos") is None, reason="the Chaos Toolkit is not installed")
async def test_the_real_one(driver: ChaosToolkit, tmp_path: Path) -> None:
    """The real Chaos Toolkit breaks, and mends when it is told to end, and when it was killed."""

    def action(name: str, path: str) -> dict[str, Any]:
        return {"type": "action", "name": name, "provider": {"type": "process", "path": path,
                "arguments": [str(tmp_path / "broken")]}}  # fmt: skip

    experiment = {
        "method": [{**action("break", "/bin/touch"), "pauses": {"after": 60}}],
        "rollbacks": [action("mend", "/bin/rm")],
    }
    for fate in (signal.SIGCONT, signal.SIGKILL):
        mine = order(tmp_path, "chaos", experiment)
        await driver.ready(mine)
        await driver.inject(mine)
        await eventually((tmp_path / "broken").exists)
        for each in with_words(lambda words: str(tmp_path / "experiment.json") in words):
            each.send_signal(fate)
        await driver.undo(mine)
        assert not (tmp_path / "broken").exists()
        shutil.rmtree(tmp_path / "state")


async def test_a_program_that_is_gone(driver: ChaosToolkit, tmp_path: Path) -> None:
    """When the program cannot be found any more nothing is broken, and nothing is owed for it."""
    mine = order(tmp_path, "/nonexistent/chaos", {"title": "t", "method": [], "rollbacks": []})
    with pytest.raises(FaultFailed, match="is not installed here"):
        await driver.inject(mine)
    assert "was not run" in await driver.undo(mine)
