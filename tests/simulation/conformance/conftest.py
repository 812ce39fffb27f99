"""`database` is the simulation's, empty."""

from collections.abc import Iterator

import pytest

from tests.simulation.database import SimDatabase, Store, Troubles
from tests.simulation.loop import Loop, Process
from warroom.store.db import Database


@pytest.fixture
def database(store: Store) -> Iterator[Database]:
    store.empty()
    yield SimDatabase(store, Process("test"), plan=Troubles({}), loop=Loop("test"))
    store.empty()
