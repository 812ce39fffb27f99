"""tests/store/test_columns.py, on the simulation's database."""

from tests.store.test_columns import *  # noqa: F403
