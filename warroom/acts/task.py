"""What every kind of act is told besides what to do."""

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from typing import Any, Literal

from warroom.acts.stream import Say
from warroom.core.declaring import dataclass
from warroom.outside.guard import Guard
from warroom.outside.program import GRACE


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """Seconds: output is said every so often; a program that was asked to end has so long to do it."""

    every: float = 2.0
    grace: float = GRACE


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One thing to be done once; see `perform`."""

    within: timedelta
    guard: Guard
    say: Say
    cancelled: asyncio.Event
    environment: Mapping[str, str]
    secrets: tuple[str, ...]
    pace: Pace


async def first(
    work: Coroutine[Any, Any, object], task: Task
) -> tuple[Literal["over", "cancelled", "late"], "asyncio.Task[Any]"]:
    """Whether the work came to its end, or was cancelled, or took too long; in the latter cases it has been stopped."""
    working, stop = asyncio.create_task(work), asyncio.create_task(task.cancelled.wait())
    try:
        done, _ = await asyncio.wait(
            {working, stop}, timeout=task.within.total_seconds(), return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        stop.cancel()
        if not working.done():
            working.cancel()
            await asyncio.wait({working})
        if not working.cancelled():
            working.exception()  # looked at, so that nobody is told of it a second time
    if working in done:
        return "over", working
    return ("cancelled" if stop in done else "late"), working
