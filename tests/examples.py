"""How many examples a law is tried with: a third of them in `make test`, which has five minutes, all in `make test-long`.

Which it is, is a profile of Hypothesis; elsewhere, as in `make soak`, none is loaded and it is all.
"""

from hypothesis import settings

_ALL = 100  # what Hypothesis tries when nothing is said

settings.register_profile("quick", max_examples=_ALL // 3)
settings.register_profile("thorough", max_examples=_ALL)


def many(count: int) -> int:
    """So many where there is time for them; never less than five."""
    return max(5, count * settings().max_examples // _ALL)
