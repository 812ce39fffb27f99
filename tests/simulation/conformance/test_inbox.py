"""tests/store/test_inbox.py, on the simulation's database."""

from tests.store.test_inbox import *  # noqa: F403
