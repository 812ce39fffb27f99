"""What a check found, and the sentences that all kinds of checks share."""

import asyncio
import socket
from dataclasses import dataclass
from datetime import timedelta

from warroom.checks.guard import Door
from warroom.core import durations
from warroom.core.probes import Probe

LONGEST = timedelta(seconds=45)  # shorter than the lease of the one who looks


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether it holds, and a sentence about it for the card and the timeline."""

    holds: bool
    detail: str


def patience(probe: Probe) -> timedelta:
    """How long this look may take, from resolving the name to the last byte."""
    return min(probe.within, LONGEST)


def too_late(shown: str, probe: Probe) -> Finding:
    return Finding(False, f"{shown} did not answer within {_length(patience(probe))}.")


def unreachable(shown: str, error: OSError, door: Door) -> Finding:
    """Nothing could be connected to: because it was refused by us, or by the world."""
    if door.refused:
        return Finding(False, door.sentence(shown))
    return Finding(False, f"{shown} could not be reached: {_why(error)}.")


def took(since: float) -> str:
    """How long it is since that time of the event loop, such as `41 ms`."""
    seconds = asyncio.get_running_loop().time() - since
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _length(length: timedelta) -> str:
    if length < timedelta(seconds=1):
        return f"{length / timedelta(milliseconds=1):.0f} ms"
    return durations.write(length)


def _why(error: OSError) -> str:
    """The operating system's own words, the innermost cause that has some."""
    inner = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(inner, socket.gaierror):
        return "its name is not known (DNS)"
    if isinstance(inner, ConnectionRefusedError):
        return "the connection was refused"
    return (inner.strerror or type(inner).__name__).lower()
