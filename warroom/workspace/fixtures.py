"""pytest fixtures for people who test a Slack app of their own. In a conftest.py:

    pytest_plugins = ["warroom.workspace.fixtures"]

`slack` is a running workspace for coroutines (pytest-asyncio), `slack_sync` the same for code that blocks. Both begin with three
people, Ana, Ben and Mira, and the channels #general and #random; override the fixture `slack_seed` for others. Each test gets
a workspace of its own.
"""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from warroom.workspace.seed import Person, Seed
from warroom.workspace.server import Workspace
from warroom.workspace.threaded import ThreadedWorkspace


@pytest.fixture
def slack_seed() -> Seed:
    """Who and what the workspace begins with. Override it in your conftest.py."""
    return Seed(
        people=(Person(name="ana", is_admin=True), Person(name="ben"), Person(name="mira")),
        channels=("general", "random"),
    )


@pytest_asyncio.fixture
async def slack(slack_seed: Seed) -> AsyncIterator[Workspace]:
    """A running workspace, for coroutines."""
    async with Workspace(seed=slack_seed) as workspace:
        yield workspace


@pytest.fixture
def slack_sync(slack_seed: Seed) -> Iterator[ThreadedWorkspace]:
    """A running workspace, for code that blocks."""
    with ThreadedWorkspace(seed=slack_seed) as workspace:
        yield workspace
