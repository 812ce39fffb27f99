from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.bench import Machine, Thing


@pytest.fixture
def thing(tmp_path: Path) -> Iterator[Thing]:
    """A server that runs."""
    with Thing(tmp_path).running() as running:
        yield running


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "state")
    yield made
    made.end_watchdogs()
