"""The hosts driver and a real file: our block comes and goes, and nothing else changes."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults.bench import entry, in_, type_in
from warroom.core.breakable import Hosts as Entry
from warroom.faults import FaultFailed, Order, Surroundings
from warroom.faults.hosts import Hosts

USUAL = "127.0.0.1 localhost\n\n# ours\n10.0.0.5 db db.internal\n"
driver = Hosts(Surroundings())


def order(file: Path, fault: str = "test-1-F1", names: tuple[str, ...] = ("db.internal", "api.internal")) -> Order:
    return Order(fault=fault, entry=entry(Entry(file=str(file), names=names)), mode="down", deadline=in_(60))


async def test_names_lead_elsewhere_and_back(tmp_path: Path) -> None:
    """The names lead elsewhere before any other line of theirs, and afterwards the file is what it was."""
    file = tmp_path / "hosts"
    file.write_text(USUAL)
    file.chmod(0o644)
    assert "it has lines about db.internal, which stay" in await driver.ready(order(file))
    await driver.inject(order(file))
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    assert lines[:2] == ["192.0.2.1 db.internal", "192.0.2.1 api.internal"]
    assert "an exercise, until" in file.read_text().splitlines()[0]
    await driver.undo(order(file))
    assert file.read_text() == USUAL
    assert file.stat().st_mode & 0o777 == 0o644
    assert os.listdir(tmp_path) == ["hosts"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(before=st.binary(max_size=200), after=st.text(alphabet="#ab1. \n", max_size=40), twice=st.booleans())
async def test_the_rest_is_left_alone(before: bytes, after: str, twice: bool, tmp_path: Path) -> None:
    """Whatever else stands in the file, in any encoding, and is added meanwhile, is there to the byte when it is undone."""
    file = tmp_path / "hosts"
    file.write_bytes(before)
    for _ in range(2 if twice else 1):
        await driver.inject(order(file))
    assert file.read_bytes().count(b"192.0.2.1 db.internal") - before.count(b"192.0.2.1 db.internal") == 1
    with file.open("ab") as opened:
        opened.write(after.encode())
    for _ in range(2 if twice else 1):
        await driver.undo(order(file))
    assert file.read_bytes() == before + after.encode()


async def test_two_faults_in_one_file(tmp_path: Path) -> None:
    """Each takes away its own block and leaves the other's."""
    file = tmp_path / "hosts"
    file.write_text(USUAL)
    one, two = order(file), order(file, "test-1-F10", ("web.internal",))
    await driver.inject(one)
    await driver.inject(two)
    await driver.undo(one)
    assert "db.internal\n" in file.read_text()
    assert "192.0.2.1 api.internal" not in file.read_text()
    assert "192.0.2.1 web.internal" in file.read_text()
    await driver.undo(two)
    assert file.read_text() == USUAL


async def test_an_end_that_is_gone(tmp_path: Path) -> None:
    """When somebody has taken away the line that ends the block, only the block's own lines go."""
    file = tmp_path / "hosts"
    file.write_text(USUAL)
    await driver.inject(order(file))
    file.write_text(file.read_text().replace("# warroom test-1-F1 ends\n", ""))
    await driver.undo(order(file))
    assert file.read_text() == USUAL


async def test_by_hand(tmp_path: Path) -> None:
    """What a person is told to type makes it whole."""
    file = tmp_path / "hosts"
    file.write_text(USUAL)
    await driver.inject(order(file))
    await type_in(driver.by_hand(order(file)))
    assert file.read_text() == USUAL


async def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """A hosts file that is a link is changed where it leads, and stays a link."""
    (tmp_path / "real").write_text(USUAL)
    link = tmp_path / "hosts"
    link.symlink_to("real")
    await driver.inject(order(link))
    assert link.is_symlink()
    assert "192.0.2.1" in (tmp_path / "real").read_text()
    await driver.undo(order(link))
    assert (tmp_path / "real").read_text() == USUAL


async def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A file that cannot be read or changed is named, with the reason, and nothing is made."""
    with pytest.raises(FaultFailed, match="hosts cannot be read: no such file"):
        await driver.ready(order(tmp_path / "hosts"))
    with pytest.raises(FaultFailed, match="hosts could not be changed: no such file"):
        await driver.inject(order(tmp_path / "hosts"))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("192.0.2.1 api", "# somebody's remark\n192.0.2.1 api"),
        lambda text: text.replace("192.0.2.1 ", "192.0.2.1\t\t"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("db.internal\n192.0.2.1 api.internal", "db.internal api.internal # both"),
    ],
    ids=["a line put into it", "other blanks", "other line ends", "two lines made one"],
)
async def test_a_block_that_somebody_touched(change: Callable[[str], str], tmp_path: Path) -> None:
    """Names lead elsewhere no more when it is undone, whatever was done to our block; what is not ours stays."""
    file = tmp_path / "hosts"
    file.write_text(USUAL)
    await driver.inject(order(file))
    file.write_bytes(change(file.read_text()).encode())
    await driver.undo(order(file))
    left = file.read_bytes().decode()
    assert "192.0.2.1" not in left
    assert "warroom" not in left
    assert left.replace("# somebody's remark\n", "").replace("\r\n", "\n") == USUAL
    assert ("somebody's remark" in left) == ("somebody's remark" in change("192.0.2.1 api"))
