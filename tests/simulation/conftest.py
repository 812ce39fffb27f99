"""One store and one library for all days of a worker: making them takes longer than a day."""

from collections.abc import Iterator

import pytest

from tests.simulation.database import Store
from tests.simulation.day import library as load
from warroom.definitions.library import Library


@pytest.fixture(scope="session")
def library() -> Library:
    return load()


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    opened = Store()
    yield opened
    opened.close()
