"""tests/store/test_outbox.py, on the simulation's database."""

from tests.store.test_outbox import *  # noqa: F403
