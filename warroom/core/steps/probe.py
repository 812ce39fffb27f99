"""What a check step asks a machine to look at."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """What to look at. `target` is `service/endpoint` of the catalogue, or a URL, or `host:port`."""

    how: str
    target: str
    status: int = 200
    contains: str = ""
    within: timedelta = timedelta(seconds=5)
