"""tests/store/test_rooms.py, on the simulation's database."""

from tests.store.test_rooms import *  # noqa: F403
