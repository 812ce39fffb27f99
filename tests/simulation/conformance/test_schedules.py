"""tests/store/test_schedules.py, on the simulation's database."""

from tests.store.test_schedules import *  # noqa: F403
