"""tests/store/test_rooms.py, on the simulation's database."""

from tests.store.test_rooms import *  # noqa: F403

del test_redacted_from_the_file  # noqa: F821 - there is no file
