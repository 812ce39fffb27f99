"""Waiting for something to come true that nobody tells of."""

import asyncio
import itertools
from collections.abc import Callable


async def until(true: Callable[[], bool], *, every: float = 0.05, within: float = 3600.0) -> bool:
    """Whether it came true within so many seconds."""
    loop = asyncio.get_running_loop()
    latest = loop.time() + within
    for _ in itertools.count():
        if true():
            return True
        if loop.time() >= latest:
            return False
        await asyncio.sleep(every)
    raise AssertionError
