"""What a check found, and the sentences that all kinds of checks share."""

import asyncio
from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta

from warroom.core import durations
from warroom.core.allowed import Allowed
from warroom.core.declaring import dataclass
from warroom.core.probes.probe import ProbeBase
from warroom.outside.client import why
from warroom.outside.guard import Door, Guard

LONGEST = timedelta(seconds=45)  # shorter than the lease of the one who looks
_MOST = 80  # characters of somebody's text inside a sentence


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether it holds, and a sentence about it for the card and the timeline."""

    holds: bool
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """What a look may use: the guard of addresses, the allow-list of programs, the bot's environment and secrets."""

    guard: Guard
    allowed: Allowed = field(default_factory=Allowed)
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()


def patience(probe: ProbeBase) -> timedelta:
    """How long this look may take, from resolving the name to the last byte."""
    return min(probe.within, LONGEST)


def too_late(shown: str, probe: ProbeBase) -> Finding:
    return Finding(False, f"{shown} did not answer within {length(patience(probe))}.")


def unreachable(shown: str, error: OSError, door: Door) -> Finding:
    """Nothing could be connected to: because it was refused by us, or by the world."""
    if door.refused:
        return Finding(False, door.sentence(shown))
    return Finding(False, f"{shown} could not be reached: {why(error)}.")


def seconds_since(since: float) -> float:
    """How long it is since that time of the event loop."""
    return asyncio.get_running_loop().time() - since


def took(seconds: float) -> str:
    """A short time in words, such as `41 ms`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def length(length: timedelta) -> str:
    if length < timedelta(seconds=1):
        return f"{length / timedelta(milliseconds=1):.0f} ms"
    return durations.write(length)


def brief(text: str, most: int = _MOST) -> str:
    """Somebody's text inside a sentence: on one line, printable, and not long."""
    line = "".join(sign if sign.isprintable() else "\ufffd" for sign in " ".join(text[: 8 * most].split()))
    return line if len(line) <= most else line[: most - 1] + "…"


def listed(words: list[str], most: int = 3) -> str:
    """Some of them by name, the rest by number: `a, b, c and 4 more`."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more
