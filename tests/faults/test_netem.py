"""The netem driver: with the kernel's own where that is permitted, and with a `tc` of ours for what is typed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.bench import entry, in_
from warroom.core.breakable import Netem as Entry
from warroom.faults import FaultFailed, Order, Surroundings
from warroom.faults.netem import Netem

driver = Netem(Surroundings(environment=os.environ))
may_change_the_network = pytest.mark.skipif(os.geteuid() != 0, reason="needs CAP_NET_ADMIN, which only root has here")

# What `tc` shows and does with the root of one interface, as far as the driver asks it.
TC = """#!{python}
import json, sys
root, log, said = "{folder}/root.json", "{folder}/log", sys.argv[1:]
open(log, "a").write(" ".join(said) + "\\n")
now = json.load(open(root))
if said[0] == "-j":
    print(json.dumps([now, {{"kind": "pfifo", "parent": "1:"}}]))
elif said[1] == "add":
    if now["handle"] != "0:":
        sys.exit("Error: Exclusivity flag on, cannot modify.")
    json.dump({{"kind": "netem", "handle": said[6], "root": True}}, open(root, "w"))
elif said[1] == "del":
    if now["handle"] != said[6]:
        sys.exit("Error: Invalid handle.")
    json.dump({{"kind": "noqueue", "handle": "0:", "root": True}}, open(root, "w"))
"""


def order(mode: str = "delay", **given: object) -> Order:
    how = Entry(**{"interface": "lo", **given})  # type: ignore[arg-type]
    return Order(fault="test-1-F1", entry=entry(how), mode=mode, deadline=in_(60))


@pytest.fixture
def tc(tmp_path: Path) -> str:
    program = tmp_path / "tc"
    program.write_text(TC.format(python=sys.executable, folder=tmp_path))
    program.chmod(0o700)
    shown(tmp_path, {"kind": "noqueue", "handle": "0:", "root": True})
    return str(program)


def shown(folder: Path, root: dict[str, object]) -> None:
    (folder / "root.json").write_text(json.dumps(root))


def kernel(folder: Path) -> str:
    kind: str = json.loads((folder / "root.json").read_text())["kind"]
    return kind


@pytest.mark.parametrize(
    ("mode", "effect"), [("delay", "netem delay 300ms 20ms"), ("loss", "netem loss 20%")], ids=["delay", "loss"]
)
async def test_what_is_typed(mode: str, effect: str, tc: str, tmp_path: Path) -> None:
    """One discipline with a handle of ours is added and removed, once each, however often it is asked."""
    mine = order(mode, program=tc, jitter_ms=20)
    await driver.undo(mine)
    for _ in range(2):
        await driver.inject(mine)
    assert kernel(tmp_path) == "netem"
    for _ in range(2):
        await driver.undo(mine)
    assert kernel(tmp_path) == "noqueue"
    changes = [line for line in (tmp_path / "log").read_text().splitlines() if not line.startswith("-j")]
    added, removed = changes
    assert added.startswith("qdisc add dev lo root handle 7")
    assert added.endswith(effect)
    assert driver.by_hand(mine) == f"{tc} {removed}"


@may_change_the_network
async def test_somebody_elses_is_not_touched(tc: str, tmp_path: Path) -> None:
    """A root that somebody has set is neither replaced nor removed."""
    shown(tmp_path, {"kind": "htb", "handle": "1:", "root": True})
    with pytest.raises(FaultFailed, match=r"set by somebody \(htb 1:\)"):
        await driver.ready(order(program=tc))
    with pytest.raises(FaultFailed, match="Exclusivity flag on"):
        await driver.inject(order(program=tc))
    assert "no netem of ours" in await driver.undo(order(program=tc))
    assert kernel(tmp_path) == "htb"


async def test_what_is_missing() -> None:
    """A program that is not installed is named, with what to do."""
    with pytest.raises(FaultFailed, match="/nonexistent/tc is not installed here"):
        await driver.ready(order(program="/nonexistent/tc"))


@may_change_the_network
@pytest.mark.skipif(shutil.which("tc") is None, reason="tc is not installed")
async def test_an_interface_that_is_not_there() -> None:
    """An interface that the kernel does not know is named."""
    with pytest.raises(FaultFailed, match="does not know the interface wr-none"):
        await driver.ready(order(interface="wr-none"))


def test_the_kernels_own() -> None:
    """Where the kernel has netem and lets us, the interface of a network of our own has it and then has it no more."""
    inside = Path(__file__).with_name("netem_inside.py")
    if shutil.which("unshare") is None or shutil.which("tc") is None:
        pytest.skip("unshare or tc is not installed")
    done = subprocess.run(
        ["unshare", "--net", "--map-root-user", sys.executable, str(inside)],
        capture_output=True,
        text=True,
        check=False,
    )
    if "qdisc kind is unknown" in done.stdout:
        pytest.skip("this kernel has no netem")
    if "unshare failed" in done.stderr:
        pytest.skip("a network of our own is not permitted here")
    assert (done.returncode, done.stdout.strip()) == (0, "noqueue netem noqueue"), done.stderr
