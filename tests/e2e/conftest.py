"""The story is played once for all tests that only look at what came of it."""

import pytest

from tests.e2e.evening import Evening, play


@pytest.fixture(scope="session")
def evening() -> Evening:
    return play()
