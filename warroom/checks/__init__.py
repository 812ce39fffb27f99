"""Checks: looking at the world for a runbook's `check` step. One file for each kind, listed in `LOOKS`.

Whatever the world does, the answer is a finding in a sentence; nothing here raises because something is down. To add a
kind: a file like its neighbours, its line in `LOOKS`, its word in `core.steps.check`, a heading in the docs.
"""

from collections.abc import Awaitable, Callable

from warroom.checks import http, tcp
from warroom.checks.finding import Finding
from warroom.checks.guard import Guard
from warroom.core.probes import Probe

Look = Callable[[Probe, str, Guard], Awaitable[Finding]]
Resolve = Callable[[str], str | None]

LOOKS: dict[str, Look] = {
    "http": http.look,
    "tcp": tcp.look,
}


async def look(probe: Probe, *, resolve: Resolve, guard: Guard) -> Finding:
    """What the probe finds. `resolve` says where a target answers (`Catalogue.endpoint`), None when nobody knows."""
    address = resolve(probe.target)
    if address is None:
        return Finding(False, f"The catalogue has no endpoint {probe.target!r}; write it as service/endpoint.")
    if address.startswith(("stand-in:", "stand-in-tcp:")):
        return Finding(False, _only_in_the_demo(probe, address))
    return await LOOKS[probe.word](probe, address, guard)


def _only_in_the_demo(probe: Probe, address: str) -> str:
    instead = "https://db.example.org/healthz" if probe.word == "http" else "db.example.org:5432"
    return (
        f"{address} is a part of the demo's stand-in system, which does not run here. "
        f"Put your own address in the catalogue for {probe.target}, such as {instead}"
    )


__all__ = ["LOOKS", "Finding", "Guard", "Look", "Resolve", "look"]
