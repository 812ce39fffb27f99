"""Where chance comes from: nothing in a day is drawn from anything but its seed.

The bot takes salts and ids from the operating system, through `secrets`. As the clock is replaced for a day, so is that.
"""

import gc
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def seeded(seed: str) -> Iterator[None]:
    """While this lasts, `secrets` draws from the seed."""
    source = random.Random(f"secrets:{seed}")
    kept = {name: getattr(secrets, name) for name in ("randbits", "choice", "randbelow", "token_bytes", "token_hex")}
    secrets.randbits = source.getrandbits
    secrets.choice = source.choice
    secrets.randbelow = source.randrange  # type: ignore[assignment]
    secrets.token_bytes = lambda nbytes=None: source.randbytes(nbytes or 32)  # type: ignore[assignment]
    secrets.token_hex = lambda nbytes=None: source.randbytes(nbytes or 32).hex()  # type: ignore[assignment]
    try:
        yield
    finally:
        for name, each in kept.items():
            setattr(secrets, name, each)


@contextmanager
def collected_afterwards() -> Iterator[None]:
    """While this lasts, the collector of garbage is off: the coroutines of a killed process that it closes run their `finally`,
    and when it does so depends on everything that this Python has done before.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
