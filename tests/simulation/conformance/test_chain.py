"""tests/store/test_chain.py, on the simulation's database."""

from tests.store.test_chain import *  # noqa: F403
